//! Reassembly of TCP (RFC 9293 §3.4): segments in any order, again, overlapping or missing, to the bytes of each
//! direction of each connection.

use std::collections::{BTreeMap, VecDeque};

use super::link::{Endpoint, NoSegment, Segment, segment};
use crate::out::Out;
use crate::stream::{End, Source, Stream};
use crate::types::{Place, wide};

/// The most connections that are followed at once.
const MAX_STREAMS: usize = 10_000;

/// The most bytes that wait for what comes before them, in all and in one direction.
const MAX_HELD: usize = 64 << 20;
const MAX_HELD_HALF: usize = 4 << 20;

/// So many packets of the connection after the receiver has acknowledged it, a missing segment is given up: the capture
/// does not have it.
const PATIENCE: u32 = 16;

/// What is kept of a direction, to be compared with what is sent again.
const RECENT: usize = 16 << 10;

type Key = (Endpoint, Endpoint);

/// All connections.
#[derive(Default)]
pub(crate) struct Table {
    flows: BTreeMap<Key, Flow>,
    /// Those that have ended, the first one first.
    ended: VecDeque<Key>,
    held: usize,
    /// What was announced already.
    announced: Vec<String>,
    last: Place,
}

struct Flow {
    stream: Stream,
    halves: [Half; 2],
}

/// One direction.
#[derive(Default)]
struct Half {
    /// The sequence number of the next byte; `None` before the first segment.
    next: Option<u32>,
    /// The sequence number of the SYN.
    syn: Option<u32>,
    /// The position of the next byte.
    position: u64,
    /// What came too early, by its position. The pieces do not overlap.
    pending: BTreeMap<u64, Piece>,
    pending_bytes: usize,
    /// The position that the receiver has acknowledged.
    acknowledged: u64,
    /// Packets of the connection since something is missing.
    patience: u32,
    /// The position of the FIN.
    fin: Option<u64>,
    /// Something came again, with a difference.
    conflict: bool,
    recent: Vec<u8>,
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

impl Table {
    /// Takes a packet of that link type, of which `missing` bytes were not captured.
    pub(crate) fn packet(&mut self, link: u32, packet: &[u8], missing: usize, place: Place, out: &mut Out) {
        if let Some(time) = place.time {
            out.see_time(time);
        }
        self.last = Place { file: None, ..place };
        match segment(link, packet, missing) {
            Ok(segment) => self.segment(&segment, place.after(wide(segment.at)), out),
            Err(NoSegment::LinkType(link)) => {
                self.announce(&format!("packets of link type {link} are not read"), place, out);
            }
            Err(NoSegment::Fragment) => self.announce("fragments of IP packets are not put together", place, out),
            Err(NoSegment::Short | NoSegment::Other) => {}
        }
    }

    /// Nothing more comes.
    pub(crate) fn finish(&mut self, out: &mut Out) {
        let place = self.last;
        for flow in self.flows.values_mut() {
            flow.finish(place, out);
        }
        self.flows.clear();
    }

    /// Says something once.
    fn announce(&mut self, text: &str, place: Place, out: &mut Out) {
        if !self.announced.iter().any(|announced| announced == text) {
            self.announced.push(text.to_owned());
            out.error(place, None, text);
        }
    }

    fn segment(&mut self, segment: &Segment<'_>, place: Place, out: &mut Out) {
        let (key, end) = if segment.from <= segment.to {
            ((segment.from, segment.to), End::A)
        } else {
            ((segment.to, segment.from), End::B)
        };
        if segment.syn
            && let Some(flow) = self.flows.get_mut(&key)
            && flow.is_another(segment, end)
        {
            flow.finish(place, out);
            self.flows.remove(&key);
        }
        if !self.flows.contains_key(&key) {
            if self.flows.len() >= MAX_STREAMS && !self.make_room() {
                let text = format!("more than {MAX_STREAMS} connections at once: the others are not read");
                return self.announce(&text, place, out);
            }
            // A reset of what was never seen begins nothing.
            if segment.rst {
                return;
            }
            self.flows.insert(key, Flow::new(key, segment, end));
        }
        let Some(flow) = self.flows.get_mut(&key) else { return };
        let before = flow.held();
        let had_ended = flow.stream.is_closed();
        flow.segment(segment, end, place, out);
        self.held = self.held.saturating_sub(before).saturating_add(flow.held());
        if self.held > MAX_HELD {
            self.held = self.held.saturating_sub(flow.held());
            flow.give_up(place, out);
            let text = format!("more than {} MiB came out of order: what they wait for is given up", MAX_HELD >> 20);
            self.announce(&text, place, out);
        } else if flow.stream.is_closed() && !had_ended {
            self.held = self.held.saturating_sub(flow.held());
            flow.halves.iter_mut().for_each(Half::forget);
            self.ended.push_back(key);
        }
    }

    /// Forgets a connection that has ended; false if there is none.
    fn make_room(&mut self) -> bool {
        while let Some(key) = self.ended.pop_front() {
            if self.flows.get(&key).is_some_and(|flow| flow.stream.is_closed()) {
                self.flows.remove(&key);
                return true;
            }
        }
        false
    }
}

impl Flow {
    fn new(key: Key, segment: &Segment<'_>, end: End) -> Self {
        let client = match (segment.syn, segment.acknowledged) {
            (true, None) => Some(end),
            (true, Some(_)) => Some(end.other()),
            (false, _) => None,
        };
        let addresses =
            Some([key.0, key.1].map(|(address, port)| std::net::SocketAddr::new(address, port).to_string()));
        let stream = Stream::new(Source { from_start: segment.syn, is_tcp: true, addresses, is_quiet: false, client });
        Self { stream, halves: Default::default() }
    }

    /// Whether a SYN begins another connection on the same ports.
    fn is_another(&self, segment: &Segment<'_>, end: End) -> bool {
        let half = self.half(end);
        half.next.is_some() && half.syn != Some(segment.sequence)
    }

    fn half(&self, end: End) -> &Half {
        let [a, b] = &self.halves;
        if end == End::A { a } else { b }
    }

    fn split(&mut self, end: End) -> (&mut Half, &mut Stream) {
        let [a, b] = &mut self.halves;
        (if end == End::A { a } else { b }, &mut self.stream)
    }

    fn held(&self) -> usize {
        let [a, b] = &self.halves;
        a.pending_bytes.saturating_add(b.pending_bytes)
    }

    fn segment(&mut self, segment: &Segment<'_>, end: End, place: Place, out: &mut Out) {
        if self.stream.is_closed() {
            return;
        }
        if let Some(acknowledged) = segment.acknowledged {
            self.split(end.other()).0.acknowledge(acknowledged);
        }
        let (half, stream) = self.split(end);
        let start = if segment.syn { segment.sequence.wrapping_add(1) } else { segment.sequence };
        if segment.syn {
            half.syn = Some(segment.sequence);
        }
        let next = *half.next.get_or_insert(start);
        let ahead = start.wrapping_sub(next).cast_signed();
        let length = segment.payload.len().saturating_add(segment.cut);
        if length > 0 && ahead == 0 && half.pending.is_empty() && segment.cut == 0 {
            half.pass(segment.payload, end, stream, place, out);
        } else if length > 0 {
            half.data(ahead, segment, place);
            half.deliver(end, stream, place, out);
        }
        if segment.fin
            && let Some(at) = half.position_of(ahead.saturating_add(i32::try_from(length).unwrap_or(i32::MAX)))
        {
            half.fin = Some(at);
        }
        for end in [End::A, End::B] {
            let (half, stream) = self.split(end);
            half.lose_patience(end, stream, place, out);
            if half.fin.is_some_and(|fin| fin <= half.position) && half.pending.is_empty() {
                half.fin = None;
                stream.end(end, false, place, out);
            }
        }
        if segment.rst {
            self.give_up(place, out);
            self.stream.end(end, true, place, out);
        }
    }

    /// Nothing that is missing will come.
    fn give_up(&mut self, place: Place, out: &mut Out) {
        for end in [End::A, End::B] {
            let (half, stream) = self.split(end);
            while !half.pending.is_empty() {
                half.jump(end, stream, place, out);
            }
        }
    }

    fn finish(&mut self, place: Place, out: &mut Out) {
        self.give_up(place, out);
        for end in [End::A, End::B] {
            if self.half(end).fin.is_some() {
                self.stream.end(end, false, place, out);
            }
        }
        self.stream.finish(place, out);
    }
}

impl Half {
    fn forget(&mut self) {
        self.pending.clear();
        self.pending_bytes = 0;
        self.recent = Vec::new();
    }

    /// The position of what is so far ahead of the next byte; `None` before the beginning.
    fn position_of(&self, ahead: i32) -> Option<u64> {
        self.position.checked_add_signed(i64::from(ahead))
    }

    fn acknowledge(&mut self, number: u32) {
        if let Some(next) = self.next
            && let Some(position) = self.position_of(number.wrapping_sub(next).cast_signed())
        {
            self.acknowledged = self.acknowledged.max(position);
        }
    }

    /// Hands on a segment that is just what was expected, as nearly all are.
    fn pass(&mut self, bytes: &[u8], end: End, stream: &mut Stream, place: Place, out: &mut Out) {
        self.patience = 0;
        self.advance(wide(bytes.len()));
        stream.feed(end, bytes, place, out);
        if stream.is_open() {
            self.remember(bytes);
        }
    }

    /// Takes the data of a segment that begins so far ahead of the next byte.
    fn data(&mut self, ahead: i32, segment: &Segment<'_>, place: Place) {
        let mut bytes = segment.payload;
        let old = usize::try_from(ahead.unsigned_abs()).unwrap_or(usize::MAX);
        let mut start = self.position;
        if ahead < 0 {
            // A probe that keeps the connection alive has a byte that means nothing (RFC 9293 §3.8.4).
            if !(old == 1 && bytes.len() <= 1) {
                self.compare_old(bytes, old);
            }
            let Some(rest) = bytes.get(old..) else { return };
            bytes = rest;
        } else {
            start = start.saturating_add(u64::from(ahead.unsigned_abs()));
        }
        let place = place.after(wide(segment.payload.len().saturating_sub(bytes.len())));
        self.insert(start, bytes, segment.cut, place);
    }

    /// Notes bytes that were delivered and now come again with a difference.
    fn compare_old(&mut self, bytes: &[u8], old: usize) {
        let Some(known) = self.recent.get(self.recent.len().saturating_sub(old)..) else { return };
        let skipped = old.saturating_sub(known.len());
        let again = bytes.get(skipped..).unwrap_or_default();
        let differs = again.iter().zip(known).any(|(new, first)| new != first);
        self.conflict |= differs;
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
    fn deliver(&mut self, end: End, stream: &mut Stream, now: Place, out: &mut Out) {
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
                self.remember(&piece.bytes);
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

    fn remember(&mut self, bytes: &[u8]) {
        self.recent.extend_from_slice(bytes.get(bytes.len().saturating_sub(RECENT)..).unwrap_or_default());
        if self.recent.len() > RECENT.saturating_mul(2) {
            let surplus = self.recent.len().saturating_sub(RECENT);
            self.recent.drain(..surplus);
        }
    }

    /// Gives up what is missing, if the receiver has it and the capture does not.
    fn lose_patience(&mut self, end: End, stream: &mut Stream, place: Place, out: &mut Out) {
        let Some((first, _)) = self.pending.first_key_value() else { return };
        self.patience = self.patience.saturating_add(1);
        let is_received = self.acknowledged >= *first;
        if (is_received && self.patience > PATIENCE) || self.pending_bytes > MAX_HELD_HALF {
            self.jump(end, stream, place, out);
        }
    }

    /// Goes on behind what is missing.
    fn jump(&mut self, end: End, stream: &mut Stream, place: Place, out: &mut Out) {
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
