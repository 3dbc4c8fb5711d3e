//! Running a filter over frames of the index, one after the other. Most conditions are about what a row has; the bytes of a
//! frame are only gone to for those that ask for them, and then where they are, if they are together.

use sansocket::{Mask, MaskingKey, Opcode};

use super::inflated::Reader;
use super::{Index, MAX_LAYER, Row};
use crate::filter::{Contents, Filter, Subject};
use crate::stats::Stats;
use crate::types::{Time, narrow, wide};

/// What is matched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Frames,
    /// Messages, each at its first frame, and frames that belong to none.
    Messages,
}

impl Index {
    /// Runs a filter over frames: a bit for each, and how many match.
    pub(crate) fn matches(&self, filter: &Filter, unit: Unit, from: u64, count: u64, stats: &Stats) -> (Vec<u8>, u32) {
        match unit {
            Unit::Frames => self.run::<false>(filter, from, count, stats),
            Unit::Messages => self.run::<true>(filter, from, count, stats),
        }
    }

    fn run<const MESSAGES: bool>(&self, filter: &Filter, from: u64, count: u64, stats: &Stats) -> (Vec<u8>, u32) {
        let count = count.min(wide(self.len()).saturating_sub(from.saturating_sub(1)));
        let mut bits = vec![0_u8; narrow(count).div_ceil(8)];
        let mut matches = 0_u32;
        let mut bytes = Bytes { index: self, segments: Vec::new(), inflated: Reader::default(), buffer: Vec::new() };
        let mut before = from.checked_sub(1).and_then(|before| self.rows.get(before)).and_then(|row| row.time());
        let mut row_before = if MESSAGES { self.row_before(from) } else { None };
        let mut parts = Vec::new();
        for index in 0..count {
            let number = from.saturating_add(index);
            let Some(row) = self.rows.get(number) else { break };
            let mut subject = self.subject(number, &row, before, stats);
            before = row.time().or(before);
            if MESSAGES {
                parts.clear();
                if row.message().is_some() {
                    subject.delta = since(&row, row_before);
                }
                if row.ends_row() {
                    row_before = row.time().or(row_before);
                }
                if row.is_part() {
                    if row.opcode() == Opcode::Continuation {
                        continue;
                    }
                    parts = self.rows.of_message(number, &row);
                    self.gather(&mut subject, &parts, stats);
                }
            }
            let mut frame = Found { number, row: &row, bytes: &mut bytes, stats };
            let is_match = if parts.is_empty() {
                filter.matches(&subject, &mut frame)
            } else {
                filter.matches(&subject, &mut Whole { first: frame, parts: &parts })
            };
            if is_match {
                matches = matches.saturating_add(1);
                if let Some(byte) = bits.get_mut(narrow(index / 8)) {
                    *byte |= 1_u8.wrapping_shl((index & 7) as u32);
                }
            }
        }
        (bits, matches)
    }

    /// What a row has of a frame.
    #[inline]
    fn subject(&self, number: u64, row: &Row, before: Option<Time>, stats: &Stats) -> Subject {
        let lengths = self.rows.lengths(number, row);
        Subject {
            number,
            connection: row.connection,
            message: row.message(),
            side: row.side(),
            opcode: row.opcode(),
            fin: row.fin(),
            rsv: [row.rsv() & 4 != 0, row.rsv() & 2 != 0, row.rsv() & 1 != 0],
            masked: row.masked(),
            length: lengths.claimed,
            wire: lengths.captured.saturating_add(u64::from(row.header_length)),
            inflated: row.inflated(),
            time: since(row, stats.start()),
            delta: since(row, before),
            set: row.set,
        }
    }

    /// Adds to the first frame of a message what the others have: its time is that of the last one, if it has come.
    #[inline(never)]
    fn gather(&self, subject: &mut Subject, parts: &[u64], stats: &Stats) {
        for number in parts.iter().skip(1) {
            let Some(row) = self.rows.get(*number) else { return };
            let lengths = self.rows.lengths(*number, &row);
            subject.length = subject.length.saturating_add(lengths.claimed);
            subject.wire = subject.wire.saturating_add(lengths.captured).saturating_add(u64::from(row.header_length));
            subject.set.add(row.set);
            if row.fin() {
                subject.inflated = row.inflated();
                subject.time = since(&row, stats.start());
                subject.delta = since(&row, self.row_before(*number));
            }
        }
    }

    /// When the row before was seen where rows are messages.
    #[inline(never)]
    fn row_before(&self, number: u64) -> Option<Time> {
        let rows = (1..number.min(wide(self.len()).saturating_add(1))).rev().filter_map(|before| self.rows.get(before));
        rows.filter(Row::ends_row).find_map(|row| row.time())
    }
}

/// Nanoseconds from something to a frame.
fn since(row: &Row, earlier: Option<Time>) -> Option<u64> {
    Some(row.time()?.since(earlier?))
}

/// Reads frames one after the other, with state of its own, so that filters do not disturb what is shown.
struct Bytes<'a> {
    index: &'a Index,
    /// For each direction the segment where the last frame was.
    segments: Vec<usize>,
    inflated: Reader,
    buffer: Vec<u8>,
}

impl Bytes<'_> {
    #[inline]
    fn payload(&mut self, number: u64, row: &Row) -> &[u8] {
        let Self { index, segments, inflated, buffer } = self;
        if row.inflated().is_some() && !row.is_inflated_already() {
            *buffer = inflated.inflate(index, number, row).unwrap_or_default();
            return buffer;
        }
        let length = narrow(index.rows.lengths(number, row).extent);
        let header = usize::from(row.header_length);
        let Some(frame) =
            index.store.together(row.connection, row.side(), row.stream, header.saturating_add(length), segments)
        else {
            *buffer = index.payload(number, row, MAX_LAYER);
            return buffer;
        };
        let (header, payload) = frame.split_at_checked(header).unwrap_or_default();
        let Some(key) = header.last_chunk::<4>().filter(|_| row.masked()) else { return payload };
        buffer.clear();
        buffer.extend_from_slice(payload);
        Mask::new(*key).apply(buffer);
        buffer
    }

    /// The payload of a message in several frames.
    fn joined(&mut self, parts: &[u64]) -> &[u8] {
        if let Some((number, row)) = self.index.end_of(parts).filter(|(_, row)| row.inflated().is_some()) {
            return self.payload(number, &row);
        }
        self.buffer = self.index.joined(parts, MAX_LAYER);
        &self.buffer
    }
}

/// What is found of a frame.
struct Found<'a, 'b> {
    number: u64,
    row: &'a Row,
    bytes: &'a mut Bytes<'b>,
    stats: &'a Stats,
}

impl Contents for Found<'_, '_> {
    fn key(&mut self) -> Option<MaskingKey> {
        self.bytes.index.header(self.row).and_then(|header| header.masking_key)
    }

    fn payload(&mut self) -> &[u8] {
        self.bytes.payload(self.number, self.row)
    }

    fn subprotocol(&mut self) -> Option<&str> {
        self.stats.connection(self.row.connection)?.subprotocol()
    }
}

/// What is found of a message in several frames.
struct Whole<'a, 'b> {
    first: Found<'a, 'b>,
    parts: &'a [u64],
}

impl Contents for Whole<'_, '_> {
    fn key(&mut self) -> Option<MaskingKey> {
        self.first.key()
    }

    fn payload(&mut self) -> &[u8] {
        self.first.bytes.joined(self.parts)
    }

    fn subprotocol(&mut self) -> Option<&str> {
        self.first.subprotocol()
    }
}
