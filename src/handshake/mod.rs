//! The opening handshake (RFC 6455 §4) as state machines: bytes in; a request or a response, and the bytes that follow
//! it, out.
//!
//! [`ServerHandshake`] and [`ClientHandshake`] speak HTTP/1.1. [`connect`] has the same for extended CONNECT over
//! HTTP/2 and HTTP/3 (RFC 8441, RFC 9220), where an HTTP library does the framing and header lists go in and out.
//!
//! What the peer does wrong is a [`HandshakeError`]; it is final, and the same for any cutting of the input into
//! chunks. One strict grammar holds for both roles: leniency here is what request smuggling is made of. Each byte of
//! a head is looked at a fixed number of times, and what is held is bounded by [`Limits`](crate::Limits).

mod class;
mod client;
pub mod connect;
mod error;
mod extensions;
mod fields;
mod head;
mod key;
mod outgoing;
mod request;
mod response;
mod server;
mod start_line;

pub use client::{ClientHandshake, ClientOptions};
pub use error::{HandshakeError, HandshakeViolation};
pub use extensions::{Extension, Param, parse_extensions};
pub use fields::{Headers, choose_protocol};
pub use key::{accept_key, is_key, verify_accept};
pub use request::{AcceptOptions, Origins, Request};
pub use response::{CheckExtensions, Established, Response};
pub use server::{ServerHandshake, ServerOptions};

/// What a handshake waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum HandshakeState {
    /// For the rest of the peer's head.
    Reading,
    /// For the caller to accept or reject the request. Servers only.
    Deciding,
    /// For nothing: it succeeded, a connection can begin.
    Open,
    /// For nothing: it failed or was refused, the transport is to be closed.
    Failed,
}
