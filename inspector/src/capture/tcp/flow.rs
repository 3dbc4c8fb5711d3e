//! One connection: what its segments do to its two directions, and when it has ended.

use super::Key;
use super::half::Half;
use crate::capture::link::Segment;
use crate::out::Out;
use crate::stream::{End, Source, Stream};
use crate::types::Place;

pub(super) struct Flow {
    stream: Stream,
    halves: [Half; 2],
}

impl Flow {
    /// A connection that begins with a segment, as far as the capture has it.
    pub(super) fn new(key: Key, segment: &Segment<'_>, end: End) -> Self {
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
    pub(super) fn is_another(&self, segment: &Segment<'_>, end: End) -> bool {
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

    /// Bytes that wait for what comes before them.
    pub(super) fn held(&self) -> usize {
        let [a, b] = &self.halves;
        a.pending_bytes.saturating_add(b.pending_bytes)
    }

    /// Takes a segment that the end has sent.
    pub(super) fn segment(&mut self, segment: &Segment<'_>, end: End, place: Place, out: &mut Out) {
        if self.stream.is_closed() {
            return;
        }
        if let Some(acknowledged) = segment.acknowledged {
            self.split(end.other()).0.acknowledge(acknowledged);
        }
        let is_plain = !segment.syn && !segment.fin && !segment.rst && segment.cut == 0;
        if is_plain && self.halves.iter().all(Half::is_quiet) && self.half(end).next == Some(segment.sequence) {
            let (half, stream) = self.split(end);
            half.pass(segment.payload, end, stream, place, out);
        } else {
            self.other_segment(segment, end, place, out);
        }
    }

    /// A segment that is not just the next bytes.
    #[inline(never)]
    fn other_segment(&mut self, segment: &Segment<'_>, end: End, place: Place, out: &mut Out) {
        let (half, stream) = self.split(end);
        let start = if segment.syn { segment.sequence.wrapping_add(1) } else { segment.sequence };
        if segment.syn {
            half.syn = Some(segment.sequence);
        }
        let next = *half.next.get_or_insert(start);
        let ahead = start.wrapping_sub(next).cast_signed();
        let length = segment.payload.len().saturating_add(segment.cut);
        // Where the sender stands behind the segment, before its bytes are handed on and the position moves.
        let stands = half.position_of(ahead.saturating_add(i32::try_from(length).unwrap_or(i32::MAX)));
        if length > 0 {
            half.data(ahead, segment, place);
            half.deliver(end, stream, place, out);
        }
        if let Some(stands) = stands.filter(|_| segment.fin) {
            half.fin = Some(stands);
            stream.see_end(end, false);
        }
        for end in [End::A, End::B] {
            let (half, stream) = self.split(end);
            half.lose_patience(end, stream, place, out);
            if half.fin.is_some_and(|fin| fin <= half.position) && !half.is_waiting() && !half.ended {
                half.ended = true;
                stream.end(end, false, place, out);
            }
        }
        if segment.rst {
            self.give_up(place, out);
            self.lose([(end, stands), (end.other(), None)], place, out);
            self.stream.end(end, true, place, out);
        }
    }

    /// Whether it is of no interest any more.
    pub(super) const fn is_closed(&self) -> bool {
        self.stream.is_closed()
    }

    /// Lets go of what is held of one that is closed.
    pub(super) fn forget(&mut self) {
        self.halves.iter_mut().for_each(Half::forget);
    }

    /// Nothing that is missing will come.
    #[inline(never)]
    pub(super) fn give_up(&mut self, place: Place, out: &mut Out) {
        for end in [End::A, End::B] {
            let (half, stream) = self.split(end);
            while half.is_waiting() {
                half.jump(end, stream, place, out);
            }
        }
    }

    /// Tells what is missing at the ends, of which a reset told where they stand.
    fn lose(&mut self, ends: [(End, Option<u64>); 2], place: Place, out: &mut Out) {
        for (end, stood) in ends {
            let (half, stream) = self.split(end);
            half.lose(stood, end, stream, place, out);
        }
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self, place: Place, out: &mut Out) {
        self.give_up(place, out);
        self.lose([(End::A, None), (End::B, None)], place, out);
        for end in [End::A, End::B] {
            if self.half(end).fin.is_some() {
                self.stream.end(end, false, place, out);
            }
        }
        self.stream.finish(place, out);
    }
}
