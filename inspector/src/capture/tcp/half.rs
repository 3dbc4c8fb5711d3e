//! One direction: segments in any order to its bytes in order.

use std::collections::BTreeMap;

use super::recent::Recent;
use crate::capture::link::Segment;
use crate::out::Out;
use crate::stream::{End, Stream};
use crate::types::{Place, wide};

/// The most bytes of a direction that wait for what comes before them.
const MAX_HELD: usize = 4 << 20;

/// So many packets of the connection after the receiver has acknowledged it, a missing segment is given up: the capture
/// does not have it.
const PATIENCE: u32 = 16;

/// More than this is not in flight: what an acknowledgement or a reset tells beyond it is about another connection.
const MAX_UNSEEN: u64 = 16 << 20;

/// One direction.
#[derive(Default)]
pub(super) struct Half {
    /// The sequence number of the next byte; `None` before the first segment.
    pub(super) next: Option<u32>,
    /// The sequence number of the SYN.
    pub(super) syn: Option<u32>,
    /// The position of the next byte.
    pub(super) position: u64,
    /// What came too early, by its position. The pieces do not overlap.
    pending: BTreeMap<u64, Piece>,
    pub(super) pending_bytes: usize,
    /// The position that the receiver has acknowledged.
    acknowledged: u64,
    /// Packets of the connection since something is missing.
    patience: u32,
    /// The position of the FIN.
    pub(super) fin: Option<u64>,
    /// Its end was told.
    pub(super) ended: bool,
    /// Something came again, with a difference.
    conflict: bool,
    recent: Recent,
}

struct Piece {
    bytes: Vec<u8>,
    /// Bytes behind them that the capture has cut off.
    cut: usize,
    place: Place,
}

impl Piece {
    fn end(&self, start: u64) -> u64 {
        start.saturating_add(wide(self.bytes.len())).saturating_add(wide(self.cut))
    }
}

impl Half {
    pub(super) fn forget(&mut self) {
        self.pending.clear();
        self.pending_bytes = 0;
        self.recent.clear();
    }

    /// The position of what is so far ahead of the next byte; `None` before the beginning.
    pub(super) fn position_of(&self, ahead: i32) -> Option<u64> {
        self.position.checked_add_signed(i64::from(ahead))
    }

    pub(super) fn acknowledge(&mut self, number: u32) {
        if let Some(next) = self.next
            && let Some(position) = self.position_of(number.wrapping_sub(next).cast_signed())
        {
            self.acknowledged = self.acknowledged.max(position);
        }
    }

    /// Whether something came too early.
    pub(super) fn is_waiting(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Whether nothing is missing, not even before its end.
    pub(super) fn is_quiet(&self) -> bool {
        !self.is_waiting() && (self.fin.is_none() || self.ended)
    }

    /// How many bytes are missing at the end, now that nothing more comes: up to the FIN, or without one as far as the
    /// receiver has acknowledged, or to where the sender `stood` when it reset the connection.
    fn missing(&self, stood: Option<u64>) -> u64 {
        if let Some(fin) = self.fin {
            return fin.saturating_sub(self.position);
        }
        let unseen = self.acknowledged.max(stood.unwrap_or_default()).saturating_sub(self.position);
        // A FIN has a number as well (RFC 9293 §3.4): one that the capture does not have is no byte.
        if (2..=MAX_UNSEEN).contains(&unseen) { unseen } else { 0 }
    }

    /// Tells how many bytes are missing at the end.
    pub(super) fn lose(&mut self, stood: Option<u64>, end: End, stream: &mut Stream, place: Place, out: &mut Out) {
        let missing = self.missing(stood);
        if missing > 0 {
            self.advance(missing);
            stream.lose(end, missing, place, out);
        }
    }

    /// Hands on a segment that is just what was expected, as nearly all are.
    pub(super) fn pass(&mut self, bytes: &[u8], end: End, stream: &mut Stream, place: Place, out: &mut Out) {
        self.patience = 0;
        self.advance(wide(bytes.len()));
        stream.feed(end, bytes, place, out);
        if stream.is_open() {
            self.recent.push(bytes);
        }
    }

    /// Takes the data of a segment that begins so far ahead of the next byte.
    pub(super) fn data(&mut self, ahead: i32, segment: &Segment<'_>, place: Place) {
        let mut bytes = segment.payload;
        let old = usize::try_from(ahead.unsigned_abs()).unwrap_or(usize::MAX);
        let mut start = self.position;
        if ahead < 0 {
            // A probe that keeps the connection alive has a byte that means nothing (RFC 9293 §3.8.4).
            if !(old == 1 && bytes.len() <= 1) {
                self.conflict |= self.recent.differs(bytes, old);
            }
            let Some(rest) = bytes.get(old..) else { return };
            bytes = rest;
        } else {
            start = start.saturating_add(u64::from(ahead.unsigned_abs()));
        }
        let place = place.after(wide(segment.payload.len().saturating_sub(bytes.len())));
        self.insert(start, bytes, segment.cut, place);
    }

    /// Keeps those bytes that are not there yet: the first copy wins.
    fn insert(&mut self, start: u64, bytes: &[u8], cut: usize, place: Place) {
        let end = start.saturating_add(wide(bytes.len())).saturating_add(wide(cut));
        let mut free = Vec::new();
        let mut at = start;
        let first = self.pending.range(..=start).next_back().map_or(start, |(begin, _)| *begin);
        for (begin, piece) in self.pending.range(first..end) {
            if *begin > at {
                free.push((at, *begin));
            }
            let (from, to) = (at.max(*begin).max(start), piece.end(*begin).min(end));
            let overlap = |bytes: &[u8], origin: u64| {
                slice(bytes, from.saturating_sub(origin), to.saturating_sub(origin)).to_vec()
            };
            let (new, old) = (overlap(bytes, start), overlap(&piece.bytes, *begin));
            self.conflict |= new.iter().zip(&old).any(|(new, old)| new != old);
            at = at.max(piece.end(*begin));
        }
        if at < end {
            free.push((at, end));
        }
        for (from, to) in free {
            let whole = slice(bytes, from.saturating_sub(start), to.saturating_sub(start));
            let missing = to.saturating_sub(from).saturating_sub(wide(whole.len()));
            let piece = Piece {
                bytes: whole.to_vec(),
                cut: crate::types::narrow(missing),
                place: place.after(from.saturating_sub(start)),
            };
            self.pending_bytes = self.pending_bytes.saturating_add(piece.bytes.len());
            self.pending.insert(from, piece);
        }
    }

    /// Hands on what is complete up to the first byte that is missing.
    pub(super) fn deliver(&mut self, end: End, stream: &mut Stream, now: Place, out: &mut Out) {
        while let Some(entry) = self.pending.first_entry()
            && *entry.key() <= self.position
        {
            let piece = entry.remove();
            self.pending_bytes = self.pending_bytes.saturating_sub(piece.bytes.len());
            self.patience = 0;
            if core::mem::take(&mut self.conflict) {
                stream.mark_overlap(end);
            }
            self.advance(wide(piece.bytes.len()));
            // It is seen when what it waited for has come.
            let time = now.time.max(piece.place.time);
            stream.feed(end, &piece.bytes, Place { time, ..piece.place }, out);
            if stream.is_open() {
                self.recent.push(&piece.bytes);
            }
            if piece.cut > 0 {
                self.advance(wide(piece.cut));
                self.recent.clear();
                stream.skip(end, wide(piece.cut), piece.place, out);
            }
        }
        if core::mem::take(&mut self.conflict) {
            stream.mark_overlap(end);
        }
    }

    fn advance(&mut self, bytes: u64) {
        self.position = self.position.saturating_add(bytes);
        // Sequence numbers are modulo 2^32.
        self.next = self.next.map(|next| next.wrapping_add((bytes & 0xffff_ffff) as u32));
    }

    /// Gives up what is missing, if the receiver has it and the capture does not.
    pub(super) fn lose_patience(&mut self, end: End, stream: &mut Stream, place: Place, out: &mut Out) {
        let Some((first, _)) = self.pending.first_key_value() else { return };
        self.patience = self.patience.saturating_add(1);
        let is_received = self.acknowledged >= *first;
        if (is_received && self.patience > PATIENCE) || self.pending_bytes > MAX_HELD {
            self.jump(end, stream, place, out);
        }
    }

    /// Goes on behind what is missing.
    pub(super) fn jump(&mut self, end: End, stream: &mut Stream, place: Place, out: &mut Out) {
        let Some((first, piece)) = self.pending.first_key_value() else { return };
        let missing = first.saturating_sub(self.position);
        let seen = piece.place;
        if missing > 0 {
            self.advance(missing);
            self.recent.clear();
            stream.skip(end, missing, seen, out);
        }
        // Nothing that came now completes it, so it counts as seen when it was.
        self.deliver(end, stream, Place { time: None, ..place }, out);
    }
}

fn slice(bytes: &[u8], from: u64, to: u64) -> &[u8] {
    let to = crate::types::narrow(to).min(bytes.len());
    bytes.get(crate::types::narrow(from).min(to)..to).unwrap_or_default()
}
