//! From bytes of a direction to frames and messages, and what is wrong with them.

mod ascii;
mod dialogue;
mod inflate;
mod lane;
mod message;
mod rules;

pub use dialogue::Dialogue;
pub use inflate::{Checkpoint, Inflate};
pub use lane::Lane;
pub use message::Deflate;
pub use rules::{Situation, close as close_parts, close_body as check_close, header as check_header};
