//! The crate and its peers behind one interface: texts of a masked stream in, texts out as a masked stream.

mod fastwebsockets;
mod sansocket;
mod stream;
mod tokio_websockets;
mod tungstenite;

use std::task::{Context, Poll, Waker};

pub use stream::{Endless, Sink};

/// Reads texts as a server: what it gets is masked.
pub trait Decoder {
    /// Hands `count` more texts to `take`.
    fn decode(&mut self, count: usize, take: &mut dyn FnMut(&str));
}

/// Sends texts as a client: what it writes is masked.
pub trait Encoder {
    /// Sends the text so often, and flushes.
    fn encode(&mut self, count: usize);
}

/// How a crate decodes a stream, and sends a text.
pub struct Peer {
    /// The name of the crate.
    pub name: &'static str,
    /// A server that reads this.
    pub decoder: fn(Endless) -> Box<dyn Decoder>,
    /// A client that sends this, over and over.
    pub encoder: fn(&'static str, Sink) -> Box<dyn Encoder>,
}

/// The crate itself is the first.
pub const PEERS: [Peer; 4] = [sansocket::PEER, tungstenite::PEER, fastwebsockets::PEER, tokio_websockets::PEER];

/// What never waits needs no executor.
fn now<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("memory is always ready"),
    }
}
