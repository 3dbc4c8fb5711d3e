//! The bytes of one connection, of one direction or both.

use crate::out::Out;
use crate::stream::{End, Source, Stream};
use crate::types::{Place, Side, wide};

/// The reader.
pub(crate) struct Raw {
    stream: Stream,
    /// The position of the next byte of either side.
    at: [u64; 2],
}

impl Raw {
    pub(crate) fn new(out: &Out) -> Self {
        let client = out.options.side.map(|side| if side == Side::Client { End::A } else { End::B });
        Self {
            stream: Stream::new(Source { from_start: true, is_tcp: false, addresses: None, is_quiet: false, client }),
            at: [0; 2],
        }
    }

    /// Takes bytes. Those of an unknown side come from the first end; when sides are told, that is the client.
    pub(crate) fn feed(&mut self, bytes: &[u8], side: Option<Side>, out: &mut Out) {
        if side.is_some() {
            self.stream.set_client(End::A);
        }
        let end = if side == Some(Side::Server) { End::B } else { End::A };
        let [a, b] = &mut self.at;
        let at = if end == End::A { a } else { b };
        let place = Place { file: Some(*at), ..Place::default() };
        *at = at.saturating_add(wide(bytes.len()));
        self.stream.feed(end, bytes, place, out);
    }

    pub(crate) fn finish(&mut self, out: &mut Out) {
        self.stream.finish(Place::default(), out);
    }
}
