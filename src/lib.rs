//! The WebSocket protocol (RFC 6455) without the socket: bytes in, events and bytes out.
//!
//! Nothing here does I/O, reads a clock, draws randomness or spawns anything. [`Connection`] is the state machine of
//! what follows the opening handshake, [`handshake`] has the opening handshake itself, and the frame layer stands
//! alone in [`FrameHeader`], [`FrameDecoder`] and [`Mask`].
//!
//! A peer's fault is data: an [`Event::Error`] with a [`ProtocolError`] that says what, where and which close code. A
//! caller's fault is a returned [`UsageError`], and then nothing has changed. No input makes the crate panic.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `deflate` | yes | permessage-deflate (RFC 7692): [`DeflateOptions`], [`deflate`] |
//! | `fast-path` | yes | several times the speed where messages come whole, for more code |
//! | `getrandom` | no | [`OsRandom`], masking keys from the operating system |
//! | `wasm` | yes | the JavaScript bindings, on wasm32 only |
//! | `web-random` | no | `WebRandom`, masking keys from Web Crypto, for Rust programs on wasm32 |
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod close;
mod connection;
mod decoder;
pub mod deflate;
mod error;
mod event;
mod frame;
pub mod handshake;
mod limits;
mod mask;
mod message;
mod random;
mod sink;
#[cfg(feature = "fast-path")]
mod utf16;
mod utf8;
#[cfg(all(target_arch = "wasm32", feature = "wasm"))]
mod wasm;

pub use close::{CloseCode, MAX_REASON_BYTES};
#[cfg(feature = "deflate")]
pub use connection::{CompressorTerms, DeflateOptions};
pub use connection::{Connection, Options, PreparedMessage, Role, SendOptions, State};
pub use decoder::{Frame, FrameDecoder};
pub use error::{ProtocolError, UsageError, Violation};
pub use event::{Event, FrameInfo, MessageKind, Part, Text};
pub use frame::{EncodedHeader, FrameHeader, LengthForm, MAX_HEADER_BYTES, Opcode};
pub use limits::{Limits, MAX_SIZE};
pub use mask::{Mask, MaskingKey};
pub use message::Deliver;
#[cfg(feature = "getrandom")]
pub use random::OsRandom;
#[cfg(all(target_arch = "wasm32", feature = "web-random"))]
pub use random::WebRandom;
pub use random::{NoRandomness, Randomness};
pub use utf8::{Utf8Validator, utf16_length};
#[cfg(feature = "fast-path")]
pub use utf16::append_utf16;

/// A length in memory as a length on the wire.
const fn widen(length: usize) -> u64 {
    length as u64
}
