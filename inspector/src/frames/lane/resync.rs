//! Looking for frames where their lengths cannot be followed.

use super::Lane;
use crate::catalogue::Rule;
use crate::frames::dialogue::Dialogue;
use crate::out::Out;
use crate::record::Record;
use crate::stream::{Expected, Found, MAX_SCAN, find};
use crate::types::{Place, Side, wide};

/// A search for frames: the bytes in which they are looked for, and where those came from.
pub(super) struct Scan {
    pub(super) bytes: Vec<u8>,
    /// The position of the first of them in the stream.
    pub(super) start: u64,
    /// Where the pieces of them came from, by where they begin in `bytes`.
    pub(super) pieces: Vec<(usize, Place)>,
    /// Where segments end, if there are any, and where the first one begins.
    pub(super) ends: Vec<usize>,
    /// Where frames begin, if that is known already.
    pub(super) known: Option<usize>,
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
        // Where nothing more is known of what came before, no segment begins.
        self.ends.retain(|end| *end >= at);
        self.ends.iter_mut().for_each(|end| *end = end.saturating_sub(at));
    }
}

impl Lane {
    /// Begins to look for frames.
    pub(super) fn seek(&mut self, missing: Option<u64>, is_gap: bool) {
        self.order_known = false;
        if is_gap {
            self.deflate.lose();
            self.mark(Rule::Resynced);
        }
        self.open = None;
        self.have = 0;
        self.scan = Some(Scan {
            bytes: Vec::new(),
            start: self.position,
            pieces: Vec::new(),
            ends: vec![0],
            known: None,
            from: 0,
            broke_at: self.position,
            missing,
            is_gap,
        });
    }

    /// Looks for frames in what has come; `over`: nothing more will.
    pub(super) fn search(&mut self, over: bool, talk: &mut Dialogue, out: &mut Out) {
        let Some(scan) = &mut self.scan else { return };
        let expected =
            Expected { masked: Some(self.side == Side::Client), compressed: self.deflate.is_on() != Some(false) };
        let found = match scan.known {
            Some(at) if at < scan.bytes.len() => Found::At(at),
            Some(_) => Found::Wait(0),
            None => find(&scan.bytes, scan.from, expected, &scan.ends, over),
        };
        match found {
            Found::At(at) => {
                if let Some(scan) = self.scan.take() {
                    self.go_on(scan, at, talk, out);
                }
            }
            Found::Wait(at) => {
                scan.from = at;
                // What was looked at in vain is let go of.
                if at > MAX_SCAN {
                    scan.drop_front(at);
                }
            }
        }
    }

    /// Reads on where frames were found.
    fn go_on(&mut self, scan: Scan, at: usize, talk: &mut Dialogue, out: &mut Out) {
        let found = scan.start.saturating_add(wide(at));
        if scan.is_gap || at > 0 {
            self.tell_gap(&scan, Some(found), talk, out);
            self.mark(Rule::Resynced);
        }
        self.position = found;
        self.marks.iter_mut().for_each(|mark| mark.at = found);
        for (index, (begin, place)) in scan.pieces.iter().enumerate() {
            let end = scan.pieces.get(index.saturating_add(1)).map_or(scan.bytes.len(), |(next, _)| *next);
            let from = at.clamp(*begin, end);
            let bytes = scan.bytes.get(from..end).unwrap_or_default();
            let place = place.after(wide(from.saturating_sub(*begin)));
            self.segment = scan.ends.binary_search(&end).is_ok();
            self.take(bytes, place, talk, out);
        }
    }

    /// No frames were found.
    pub(super) fn give_up(&mut self, talk: &Dialogue, out: &mut Out) {
        let Some(scan) = self.scan.take() else { return };
        if scan.is_gap || !scan.bytes.is_empty() {
            self.tell_gap(&scan, None, talk, out);
        }
    }

    fn tell_gap(&self, scan: &Scan, resynced_at: Option<u64>, talk: &Dialogue, out: &mut Out) {
        let (connection, side, at, bytes) = (talk.connection, self.side, scan.broke_at, scan.missing);
        out.record(&Record::Gap { connection, side, at, bytes, resynced_at });
    }
}
