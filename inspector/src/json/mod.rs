//! JSON (RFC 8259): read as it arrives, written without a tree.

mod read;
mod write;

pub use read::{JsonFault, Reader, Token};
pub use write::Writer;
