//! What an end has sent and was not understood yet.

use super::scan::Expected;
use super::seek::{Resting, Seek, Sign};
use crate::types::{Place, narrow, wide};

/// The most that is held while frames are looked for.
const MAX_HELD: usize = 64 << 10;

/// Bytes that came together.
pub(super) struct Bytes<'a> {
    pub bytes: &'a [u8],
    /// Where the first one came from.
    pub place: Place,
    /// Counts the pieces of both ends.
    pub order: u64,
}

/// Where they are.
struct Piece {
    /// The position of the first one in the stream.
    at: u64,
    /// Where it came from.
    place: Place,
    /// Counts the pieces of both ends.
    order: u64,
}

/// What an end has sent and was not understood yet.
#[derive(Default)]
pub(super) struct Waiting {
    pub bytes: Vec<u8>,
    pieces: Vec<Piece>,
    /// The position of the first byte.
    pub start: u64,
    /// So many bytes were searched for the end of a head.
    pub searched: usize,
    /// What is passed over, up to the next head.
    pub skipping: bool,
    /// Bytes are missing before it.
    pub gap: bool,
    /// The end has ended.
    pub ended: bool,
    /// Frames have begun.
    pub framed: bool,
    /// The search for frames, if they are looked for.
    seek: Option<Box<Seek>>,
}

impl Waiting {
    /// What waits behind bytes that are missing.
    pub(super) fn behind_gap(&self, missing: u64) -> Self {
        Self { start: self.end().saturating_add(missing), gap: true, ended: self.ended, ..Self::default() }
    }

    /// Hands over what waits: from here on there are frames.
    pub(super) fn take(&mut self) -> Self {
        let ended = self.ended;
        core::mem::replace(self, Self { framed: true, ended, ..Self::default() })
    }

    pub(super) fn push(&mut self, bytes: &[u8], place: Place, order: u64) {
        self.pieces.push(Piece { at: self.end(), place, order });
        self.bytes.extend_from_slice(bytes);
    }

    /// Lets go of the first bytes.
    pub(super) fn drop_front(&mut self, count: usize) {
        self.bytes.drain(..count.min(self.bytes.len()));
        self.start = self.start.saturating_add(wide(count));
        self.searched = 0;
        let current = if self.bytes.is_empty() { self.pieces.len() } else { self.piece_at(self.start) };
        self.pieces.drain(..current);
    }

    /// The position behind the last byte.
    pub(super) fn end(&self) -> u64 {
        self.start.saturating_add(wide(self.bytes.len()))
    }

    /// Where the first byte came from.
    pub(super) fn place(&self) -> Place {
        self.pieces.first().map_or(Place::default(), |piece| piece.place.after(self.start.saturating_sub(piece.at)))
    }

    /// The bytes that came last.
    pub(super) fn last_piece(&self) -> &[u8] {
        let from = self.pieces.last().map_or(0, |piece| piece.at.saturating_sub(self.start));
        self.bytes.get(narrow(from)..).unwrap_or_default()
    }

    /// Lets go of what came before.
    pub(super) fn drop_to_last_piece(&mut self) {
        self.drop_front(self.bytes.len().saturating_sub(self.last_piece().len()));
        self.seek = None;
    }

    /// Looks for frames in what came last.
    pub(super) fn seek(&mut self, expected: Expected, enough: u32) -> Option<Sign> {
        let mut seek = self.seek.take().unwrap_or_else(|| Box::new(Seek::new(self.start)));
        let sign = seek.look(self, expected, enough);
        if sign.is_none() && self.bytes.len() > MAX_HELD {
            self.drop_front(seek.let_go(self));
            self.gap = true;
        }
        self.seek = Some(seek);
        sign
    }

    /// What speaks for frames that end with what came last.
    pub(super) fn at_rest(&self, masked: bool) -> Option<Resting> {
        self.seek.as_ref()?.at_rest(self, masked)
    }

    /// How many bytes were looked at for frames.
    pub(super) fn looked_at(&self) -> u64 {
        self.seek.as_ref().map_or(0, |seek| seek.looked_at())
    }

    /// The index of the piece that a position is in.
    fn piece_at(&self, position: u64) -> usize {
        self.pieces.partition_point(|piece| piece.at <= position).saturating_sub(1)
    }

    /// Whether a piece begins at a position.
    pub(super) fn is_border(&self, position: u64) -> bool {
        self.pieces.binary_search_by_key(&position, |piece| piece.at).is_ok()
    }

    /// Where the piece ends that a position is in.
    pub(super) fn border_behind(&self, position: u64) -> u64 {
        self.pieces.get(self.piece_at(position).saturating_add(1)).map_or(self.end(), |next| next.at)
    }

    /// A piece, as far as it waits.
    pub(super) fn piece(&self, index: usize) -> Option<Bytes<'_>> {
        let piece = self.pieces.get(index)?;
        let from = piece.at.max(self.start);
        let to = self.pieces.get(index.saturating_add(1)).map_or(self.end(), |next| next.at);
        let range = narrow(from.saturating_sub(self.start))..narrow(to.saturating_sub(self.start));
        let place = piece.place.after(from.saturating_sub(piece.at));
        Some(Bytes { bytes: self.bytes.get(range)?, place, order: piece.order })
    }
}
