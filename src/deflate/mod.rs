//! permessage-deflate (RFC 7692): its negotiation, and, with the cargo feature `deflate`, both directions of the
//! compression itself.

#[cfg(feature = "deflate")]
mod bits;
#[cfg(feature = "deflate")]
mod blocks;
#[cfg(feature = "deflate")]
mod compress;
#[cfg(feature = "deflate")]
mod huffman;
#[cfg(feature = "deflate")]
mod inflate;
mod negotiate;
#[cfg(feature = "deflate")]
mod output;
#[cfg(feature = "deflate")]
mod window;

#[cfg(feature = "deflate")]
pub use compress::{CompressOptions, Compressor, Strategy};
#[cfg(feature = "deflate")]
pub use inflate::{Fault, Inflater, Progress};
pub use negotiate::{BadAnswer, DeflateConfig, DeflateParams, EXTENSION_NAME, check_response, offer, respond};
