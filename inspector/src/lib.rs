#![doc = include_str!("../README.md")]
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
pub use options::{Compression, Kind, Options, PayloadMode, RecordType, Records};
pub use types::Side;
