//! The bytes in which frames are looked for, and where they came from.

use crate::types::{Place, wide};

/// A search for frames.
pub(super) struct Scan {
    pub(super) bytes: Vec<u8>,
    /// The position of the first of them in the stream.
    pub(super) start: u64,
    /// Where the pieces of them came from, by where they begin in `bytes`.
    pub(super) pieces: Vec<(usize, Place)>,
    /// Where segments end, if there are any.
    pub(super) ends: Vec<usize>,
    /// What was looked at in vain.
    pub(super) from: usize,
    /// Where reading broke off.
    pub(super) broke_at: u64,
    /// Bytes that are missing from the capture.
    pub(super) missing: Option<u64>,
    /// Whether it is a gap, not the beginning of the capture.
    pub(super) is_gap: bool,
}

impl Scan {
    pub(super) fn push(&mut self, bytes: &[u8], place: Place, segment: bool) {
        self.pieces.push((self.bytes.len(), place));
        self.bytes.extend_from_slice(bytes);
        if segment {
            self.ends.push(self.bytes.len());
        }
    }

    pub(super) fn drop_front(&mut self, at: usize) {
        self.bytes.drain(..at.min(self.bytes.len()));
        self.start = self.start.saturating_add(wide(at));
        self.from = 0;
        let last = self.pieces.iter().rposition(|(begin, _)| *begin <= at).unwrap_or_default();
        self.pieces.drain(..last);
        for (begin, place) in &mut self.pieces {
            *place = place.after(wide(at.saturating_sub(*begin)));
            *begin = begin.saturating_sub(at);
        }
        self.ends.retain(|end| *end > at);
        self.ends.iter_mut().for_each(|end| *end = end.saturating_sub(at));
    }
}
