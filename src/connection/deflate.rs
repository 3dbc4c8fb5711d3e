//! permessage-deflate on one connection (RFC 7692), as agreed in the opening handshake.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use super::{Connection, Options, Role};
use crate::deflate::{CompressOptions, Compressor, DeflateParams, Inflater};
use crate::random::Randomness;

/// Messages below this size are not compressed if the window is forgotten after each: they would hardly get smaller.
const THRESHOLD_WITHOUT_TAKEOVER: usize = 1024;

/// How one connection compresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeflateOptions {
    /// What was agreed.
    pub params: DeflateParams,
    /// How hard the compressor tries, and what it may hold.
    pub compress: CompressOptions,
    /// Messages of fewer bytes are sent as they are; of a fragmented message the first fragment decides. Default: 0,
    /// or 1024 if this side forgets its window after each message.
    pub threshold: Option<usize>,
    /// Fails messages that inflate to more than this many times their size, looked at every 16 KiB. Default none: the
    /// limit on the size of messages is what protects memory.
    pub max_ratio: Option<NonZeroU32>,
    /// Hands out compressed messages as they are, as [`Event::Compressed`](crate::Event::Compressed) or as parts that
    /// say so, for [`Connection::send_compressed`] of another connection with the same parameters. Nothing is inflated
    /// then, and text is not validated. Default false.
    pub passthrough: bool,
}

/// What a compressor must be like to serve a connection for one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressorTerms {
    /// How hard it tries, and what it may hold.
    pub options: CompressOptions,
    /// How far back it may refer, 8–15.
    pub window_bits: u8,
}

/// Both directions of one connection.
#[derive(Debug)]
pub(super) struct Deflate {
    pub(super) inflater: Inflater,
    compressor: Option<Compressor>,
    terms: CompressorTerms,
    no_context_takeover: bool,
    threshold: usize,
    pub(super) passthrough: bool,
}

impl Deflate {
    pub(super) fn new(role: Role, options: &Options) -> Option<Self> {
        let DeflateOptions { params, compress, threshold, max_ratio, passthrough } = options.deflate?;
        let client = (params.client_max_window_bits, params.client_no_context_takeover);
        let server = (params.server_max_window_bits, params.server_no_context_takeover);
        let (ours, theirs) = match role {
            Role::Client => (client, server),
            Role::Server => (server, client),
        };
        let default_threshold = if ours.1 { THRESHOLD_WITHOUT_TAKEOVER } else { 0 };
        Some(Self {
            inflater: Inflater::new(theirs.0, theirs.1, options.limits.max_message_size).with_max_ratio(max_ratio),
            compressor: None,
            terms: CompressorTerms { options: compress, window_bits: ours.0 },
            no_context_takeover: ours.1,
            threshold: threshold.unwrap_or(default_threshold),
            passthrough,
        })
    }

    pub(super) const fn terms(&self) -> CompressorTerms {
        self.terms
    }

    /// Whether a message that begins with so many bytes is worth it.
    pub(super) const fn is_worth(&self, length: usize) -> bool {
        length >= self.threshold
    }

    /// Appends the payload of the next frame of a compressed message. It has to be sent: what comes next may refer back
    /// to it.
    pub(super) fn compress(
        &mut self,
        data: &[u8],
        first: bool,
        fin: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), TryReserveError> {
        let CompressorTerms { options, window_bits } = self.terms;
        let compressor = self.compressor.get_or_insert_with(|| Compressor::new(options, window_bits));
        if first && self.no_context_takeover {
            compressor.reset();
        }
        compressor.compress(data, fin, out)
    }

    /// Forgets what the peer has not been sent, so that nothing refers back to it.
    pub(super) fn forget(&mut self) {
        if let Some(compressor) = &mut self.compressor {
            compressor.reset();
        }
    }

    /// Gives back the memory of this side's direction.
    pub(super) fn release_compressor(&mut self) {
        self.compressor = None;
    }

    /// Gives back the memory of the peer's direction, of which nothing is read any more.
    pub(super) fn release_inflater(&mut self) {
        self.inflater = Inflater::new(self.terms.window_bits, true, 0);
    }

    pub(super) fn bytes_held(&self) -> usize {
        let compressor = self.compressor.as_ref().map_or(0, Compressor::bytes_held);
        self.inflater.bytes_held().saturating_add(compressor)
    }
}

impl<R: Randomness> Connection<R> {
    /// What a compressor must be like that is lent for the next message, by
    /// [`lend_compressor`](Self::lend_compressor): of connections that forget their window after each message, all can
    /// share one. `None` if this one does not, or is inside a fragmented message.
    #[must_use]
    pub fn compressor_terms(&self) -> Option<CompressorTerms> {
        let deflate = self.deflate.as_ref()?;
        (deflate.no_context_takeover && self.output.message.is_none()).then_some(deflate.terms)
    }

    /// Lends a compressor that fits [`compressor_terms`](Self::compressor_terms), to be taken back by
    /// [`take_compressor`](Self::take_compressor) once these are there again. Without it the connection makes its own.
    pub fn lend_compressor(&mut self, compressor: Compressor) {
        if let Some(deflate) = &mut self.deflate {
            deflate.compressor = Some(compressor);
        }
    }

    /// Takes the compressor back, or the one that the connection has made.
    pub fn take_compressor(&mut self) -> Option<Compressor> {
        self.deflate.as_mut()?.compressor.take()
    }
}
