//! Running a filter over frames of the index, one after the other. Most conditions are about what a row has; the bytes of a
//! frame are only gone to for those that ask for them, and then where they are, if they are together.

use sansocket::{Mask, MaskingKey};

use super::inflated::Reader;
use super::{Index, MAX_LAYER, Row};
use crate::filter::{Contents, Filter, Subject};
use crate::stats::Stats;
use crate::types::{Time, narrow, wide};

impl Index {
    /// Runs a filter over frames: a bit for each, and how many match.
    pub(crate) fn matches(&self, filter: &Filter, from: u64, count: u64, stats: &Stats) -> (Vec<u8>, u32) {
        let count = count.min(wide(self.len()).saturating_sub(from.saturating_sub(1)));
        let mut bits = vec![0_u8; narrow(count).div_ceil(8)];
        let mut matches = 0_u32;
        let mut bytes = Bytes { index: self, segments: Vec::new(), inflated: Reader::default(), buffer: Vec::new() };
        let mut before = from.checked_sub(1).and_then(|before| self.rows.get(before)).and_then(|row| row.time());
        for index in 0..count {
            let number = from.saturating_add(index);
            let Some(row) = self.rows.get(number) else { break };
            let since = |earlier: Option<Time>| Some(row.time()?.since(earlier?));
            let lengths = self.rows.lengths(number, &row);
            let subject = Subject {
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
                time: since(stats.start()),
                delta: since(before),
                set: row.set,
            };
            before = row.time().or(before);
            if filter.matches(&subject, &mut Found { number, row: &row, bytes: &mut bytes, stats }) {
                matches = matches.saturating_add(1);
                if let Some(byte) = bits.get_mut(narrow(index / 8)) {
                    *byte |= 1_u8.wrapping_shl((index & 7) as u32);
                }
            }
        }
        (bits, matches)
    }
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
