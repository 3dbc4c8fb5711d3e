//! The bytes of all directions, and where in the capture they came from.

use crate::types::{Place, Side, narrow, wide};

/// The size of a piece of memory.
const PIECE: usize = 1 << 20;

/// Bytes that came together.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// The position of the first one in the stream.
    stream: u64,
    /// The same in the store.
    at: u64,
    /// The same in the file; `u64::MAX` if they are not there as such.
    file: u64,
    packet: u64,
    length: u32,
}

/// The store.
#[derive(Default)]
pub(crate) struct Store {
    pieces: Vec<Vec<u8>>,
    length: u64,
    /// By connection and side.
    lanes: Vec<Vec<Segment>>,
}

const fn lane(connection: u32, side: Side) -> usize {
    let side = if matches!(side, Side::Client) { 0 } else { 1 };
    (connection as usize).wrapping_mul(2).wrapping_add(side)
}

impl Store {
    pub(crate) fn push(&mut self, connection: u32, side: Side, stream: u64, bytes: &[u8], place: Place) {
        let index = lane(connection, side);
        if self.lanes.len() <= index {
            self.lanes.resize_with(index.saturating_add(1), Vec::new);
        }
        let segment = Segment {
            stream,
            at: self.length,
            file: place.file.unwrap_or(u64::MAX),
            packet: place.packet.unwrap_or_default(),
            length: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        };
        if let Some(lane) = self.lanes.get_mut(index) {
            lane.push(segment);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.pieces.last().is_none_or(|piece| piece.len() == PIECE) {
                self.pieces.push(Vec::with_capacity(PIECE.min(rest.len().max(if self.pieces.is_empty() {
                    0
                } else {
                    PIECE
                }))));
            }
            let Some(piece) = self.pieces.last_mut() else { return };
            let (now, later) = rest.split_at(rest.len().min(PIECE.saturating_sub(piece.len())));
            piece.extend_from_slice(now);
            self.length = self.length.saturating_add(wide(now.len()));
            rest = later;
        }
    }

    fn segments(&self, connection: u32, side: Side, stream: u64) -> &[Segment] {
        let Some(lane) = self.lanes.get(lane(connection, side)) else { return &[] };
        let first = lane.partition_point(|segment| segment.stream <= stream).saturating_sub(1);
        lane.get(first..).unwrap_or_default()
    }

    /// Bytes of a stream. What is missing from it is zero.
    pub(crate) fn read(&self, connection: u32, side: Side, stream: u64, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length.min(PIECE));
        let end = stream.saturating_add(wide(length));
        for segment in self.segments(connection, side, stream) {
            if segment.stream >= end {
                break;
            }
            let position = stream.saturating_add(wide(bytes.len()));
            if segment.stream > position {
                let hole = narrow(segment.stream.min(end).saturating_sub(position));
                bytes.resize(bytes.len().saturating_add(hole), 0);
            }
            let from = stream.saturating_add(wide(bytes.len())).max(segment.stream);
            let to = segment.stream.saturating_add(u64::from(segment.length)).min(end);
            if from < to {
                let at = segment.at.saturating_add(from.saturating_sub(segment.stream));
                self.copy(at, narrow(to.saturating_sub(from)), &mut bytes);
            }
        }
        bytes
    }

    /// Bytes of a stream, if they came together and lie together. `near` has for each direction where it was found last,
    /// which is where the next one is or just before it, mostly.
    pub(crate) fn together(
        &self,
        connection: u32,
        side: Side,
        stream: u64,
        length: usize,
        near: &mut Vec<usize>,
    ) -> Option<&[u8]> {
        let index = lane(connection, side);
        if near.len() <= index {
            near.resize(index.saturating_add(1), 0);
        }
        let near = near.get_mut(index)?;
        let segments = self.lanes.get(index)?;
        let holds = |at: usize| {
            let begins = segments.get(at).is_some_and(|segment| segment.stream <= stream);
            begins && segments.get(at.saturating_add(1)).is_none_or(|next| next.stream > stream)
        };
        *near = [*near, near.saturating_add(1)]
            .into_iter()
            .find(|at| holds(*at))
            .unwrap_or_else(|| segments.partition_point(|segment| segment.stream <= stream).saturating_sub(1));
        let segment = segments.get(*near)?;
        let from = narrow(stream.checked_sub(segment.stream)?);
        let to = from.saturating_add(length);
        if to > segment.length as usize {
            return None;
        }
        let at = narrow(segment.at).saturating_add(from);
        self.pieces.get(at / PIECE)?.get(at % PIECE..)?.get(..length)
    }

    /// Makes zero again what is missing from the bytes of a stream that begin at a position.
    pub(crate) fn zero_holes(&self, connection: u32, side: Side, stream: u64, bytes: &mut [u8]) {
        let end = stream.saturating_add(wide(bytes.len()));
        let mut known_to = stream;
        for segment in self.segments(connection, side, stream) {
            let hole = known_to.min(end)..segment.stream.min(end);
            if hole.start < hole.end {
                let (from, to) = (narrow(hole.start.saturating_sub(stream)), narrow(hole.end.saturating_sub(stream)));
                bytes.get_mut(from..to).unwrap_or_default().fill(0);
            }
            if segment.stream >= end {
                return;
            }
            known_to = known_to.max(segment.stream.saturating_add(u64::from(segment.length)));
        }
    }

    fn copy(&self, at: u64, length: usize, out: &mut Vec<u8>) {
        let mut at = narrow(at);
        let mut left = length;
        while left > 0 {
            let Some(piece) = self.pieces.get(at / PIECE) else { return };
            let rest = piece.get(at % PIECE..).unwrap_or_default();
            let part = rest.get(..left.min(rest.len())).unwrap_or_default();
            if part.is_empty() {
                return;
            }
            out.extend_from_slice(part);
            at = at.saturating_add(part.len());
            left = left.saturating_sub(part.len());
        }
    }

    /// Where a byte of a stream is in the capture.
    pub(crate) fn place(&self, connection: u32, side: Side, stream: u64) -> Place {
        let Some(segment) = self.segments(connection, side, stream).first() else { return Place::default() };
        let file =
            (segment.file != u64::MAX).then(|| segment.file.saturating_add(stream.saturating_sub(segment.stream)));
        Place { file, packet: Some(segment.packet).filter(|packet| *packet > 0), time: None }
    }

    /// Where pieces of a range of a stream begin: the borders of segments.
    pub(crate) fn borders(&self, connection: u32, side: Side, from: u64, to: u64) -> Vec<u64> {
        let segments = self.segments(connection, side, from).iter();
        segments
            .map(|segment| segment.stream)
            .skip_while(|at| *at <= from)
            .take_while(|at| *at < to)
            .take(10_000)
            .collect()
    }
}
