//! Captures in, WebSocket frames out: every byte explained, every violation named.
//!
//! An [`Inspector`] takes a capture in chunks and gives records: lines of JSON, whose schema is in the README of the
//! crate. It never fails as a whole: what was decoded stays, and where reading stopped, and why, is a record.
#![forbid(unsafe_code)]

mod base64;
mod capture;
pub mod catalogue;
mod filter;
mod frames;
mod index;
mod inspector;
pub mod json;
mod names;
mod ndjson;
mod options;
mod out;
mod record;
mod stats;
mod stream;
mod types;
#[cfg(all(target_arch = "wasm32", feature = "wasm"))]
mod wasm;

pub use filter::FilterFault;
pub use inspector::Inspector;
pub use inspector::catalogue as catalogue_json;
pub use options::{Compression, Kind, Options, PayloadMode, Records, TYPES};
pub use types::Side;
