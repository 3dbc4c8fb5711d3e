//! permessage-deflate (RFC 7692): its negotiation, and, with the cargo feature `deflate`, both directions of the
//! compression itself.

mod negotiate;

pub use negotiate::{BadAnswer, DeflateConfig, DeflateParams, EXTENSION_NAME, check_response, offer, respond};
