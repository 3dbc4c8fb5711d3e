//! From bytes of a direction to frames and messages, and what is wrong with them.

mod dialogue;
mod inflate;
mod lane;
mod message;
mod rules;

pub use dialogue::Dialogue;
pub use inflate::{Checkpoint, Inflate};
pub use lane::Lane;
pub use message::Deflate;
pub use rules::close as close_parts;
