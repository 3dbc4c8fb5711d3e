//! One direction of a connection: bytes in, frames out, whatever the bytes are.
//!
//! It follows the lengths of the frames, so that one fault makes no other: a frame is read by its own mask bit, a
//! reserved opcode is passed over by its length, an orphan opens no message, an interruption abandons the message that
//! was open. Where lengths cannot be followed, after missing bytes or an absurd length, it looks for frames again.

use sansocket::{FrameHeader, MAX_HEADER_BYTES, Mask, Opcode};

use super::dialogue::Dialogue;
use super::inflate::Inflate;
use super::message::{self, Deflate, Open};
use super::rules::{self, Situation};
use super::search::Scan;
use crate::catalogue::{Rule, Set};
use crate::out::Out;
use crate::record::{Answer, Finding, Frame, Inflated, Message, Record};
use crate::stream::{Expected, Found, MAX_SCAN, find};
use crate::types::{Place, Side, bytes_in_words, extend_up_to, narrow, wide};

/// The frame that is arriving.
struct Current {
    header: FrameHeader,
    header_length: usize,
    /// The position of its first byte.
    start: u64,
    place: Place,
    /// Bytes of the payload that have not arrived.
    left: u64,
    /// Bytes of the payload that never will.
    missing: u64,
    findings: Vec<Finding>,
    /// It belongs to no message: a control frame, an orphan, or one with an opcode that nobody knows.
    alone: bool,
    /// The most bytes of its payload that are held.
    keep: usize,
    guessed: bool,
    /// Its length is not believed.
    abandoned: bool,
}

/// One direction.
pub struct Lane {
    side: Side,
    /// The position of the next byte.
    position: u64,
    header: [u8; MAX_HEADER_BYTES],
    have: usize,
    header_place: Place,
    current: Option<Current>,
    kept: Vec<u8>,
    scratch: Vec<u8>,
    open: Option<Open>,
    deflate: Deflate,
    last_key: Option<[u8; 4]>,
    /// Whether all frames so far were seen, so that it is known which message is open.
    order_known: bool,
    guessed: bool,
    /// Findings for the next frame.
    marks: Vec<Finding>,
    scan: Option<Scan>,
    /// Whether a segment ends where the bytes of this call do.
    segment: bool,
}

impl Lane {
    /// A direction without bytes.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self {
            side,
            position: 0,
            header: [0; MAX_HEADER_BYTES],
            have: 0,
            header_place: Place::default(),
            current: None,
            kept: Vec::new(),
            scratch: Vec::new(),
            open: None,
            deflate: Deflate::Maybe,
            last_key: None,
            order_known: true,
            guessed: false,
            marks: Vec::new(),
            scan: None,
            segment: false,
        }
    }

    /// Tells where the first frame begins, and what is known of the compression.
    pub fn begin(&mut self, position: u64, deflate: Deflate) {
        self.position = position;
        self.deflate = deflate;
    }

    /// Tells that the connection did not begin here, nor does a frame, perhaps.
    pub fn begin_in_the_middle(&mut self) {
        self.seek(None, false);
    }

    /// Tells that the side was inferred.
    pub fn guess_direction(&mut self) {
        self.guessed = true;
        self.mark(Rule::GuessedDirection);
    }

    /// The position of the next byte.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Puts a finding at the next frame.
    pub fn mark(&mut self, rule: Rule) {
        if !self.marks.iter().any(|mark| mark.rule == rule) {
            self.marks.push(Finding::new(rule, self.position));
        }
    }

    /// Takes the next bytes. `segment`: where they end, a segment did.
    pub fn feed(&mut self, bytes: &[u8], place: Place, segment: bool, talk: &mut Dialogue, out: &mut Out) {
        out.store(talk.connection, self.side, self.position, bytes, place);
        self.segment = segment;
        self.take(bytes, place, talk, out);
    }

    fn take(&mut self, bytes: &[u8], place: Place, talk: &mut Dialogue, out: &mut Out) {
        if let Some(scan) = &mut self.scan {
            scan.push(bytes, place, self.segment);
            self.position = self.position.saturating_add(wide(bytes.len()));
            self.search(false, talk, out);
        } else {
            self.read(bytes, place, talk, out);
        }
    }

    /// Tells that so many bytes are missing from the capture.
    pub fn skip(&mut self, missing: u64, place: Place, talk: &mut Dialogue, out: &mut Out) {
        let at = self.position;
        talk.complete = false;
        if let Some(current) = &mut self.current
            && current.left >= missing
            && self.scan.is_none()
        {
            current.findings.push(Finding::new(Rule::TcpGap, at).saying(bytes_in_words(missing)));
            current.missing = current.missing.saturating_add(missing);
            current.left = current.left.saturating_sub(missing);
            let room = current.keep.saturating_sub(self.kept.len()).min(narrow(missing));
            self.kept.resize(self.kept.len().saturating_add(room), 0);
            if let Some(open) = self.open.as_mut().filter(|_| !current.alone) {
                open.damage();
            }
            self.position = at.saturating_add(missing);
            let (connection, side) = (talk.connection, self.side);
            out.record(&Record::Gap { connection, side, at, bytes: Some(missing), resynced_at: Some(self.position) });
            if self.current.as_ref().is_some_and(|current| current.left == 0) {
                self.finish_frame(place, talk, out);
            }
            return;
        }
        if self.scan.is_some() {
            self.search(true, talk, out);
            self.give_up(talk, out);
        }
        self.break_off(place, talk, out);
        self.mark(Rule::TcpGap);
        self.position = at.saturating_add(missing);
        self.seek(Some(missing), true);
        if let Some(scan) = &mut self.scan {
            scan.broke_at = at;
        }
    }

    /// Tells that no more bytes come.
    pub fn finish(&mut self, place: Place, talk: &mut Dialogue, out: &mut Out) {
        if self.scan.is_some() {
            self.search(true, talk, out);
            self.give_up(talk, out);
        }
        self.break_off(place, talk, out);
    }

    /// Follows the lengths.
    fn read(&mut self, mut bytes: &[u8], mut place: Place, talk: &mut Dialogue, out: &mut Out) {
        while !bytes.is_empty() {
            let taken = if let Some(current) = &mut self.current {
                let taken = bytes.len().min(narrow(current.left));
                self.payload(bytes.get(..taken).unwrap_or_default());
                taken
            } else {
                self.read_header(bytes, place, talk, out)
            };
            bytes = bytes.get(taken..).unwrap_or_default();
            place = place.after(wide(taken));
            if self.current.as_ref().is_some_and(|current| current.left == 0) {
                self.finish_frame(place, talk, out);
            }
            if self.scan.is_some() && !bytes.is_empty() {
                return self.take(bytes, place, talk, out);
            }
        }
    }

    /// Takes bytes of a header; gives how many.
    fn read_header(&mut self, bytes: &[u8], place: Place, talk: &mut Dialogue, out: &mut Out) -> usize {
        if self.have == 0 {
            self.header_place = place;
            if let Some(header) = FrameHeader::parse(bytes) {
                let length = header.header_length();
                self.position = self.position.saturating_add(wide(length));
                self.begin_frame(header, length, talk, out);
                return length;
            }
        }
        let mut taken = 0_usize;
        for byte in bytes {
            if let Some(slot) = self.header.get_mut(self.have) {
                *slot = *byte;
            }
            self.have = self.have.saturating_add(1);
            taken = taken.saturating_add(1);
            let header = self.header.get(..self.have).and_then(FrameHeader::parse);
            if let Some(header) = header {
                self.position = self.position.saturating_add(wide(taken));
                let length = self.have;
                self.have = 0;
                self.begin_frame(header, length, talk, out);
                return taken;
            }
        }
        self.position = self.position.saturating_add(wide(taken));
        taken
    }

    fn begin_frame(&mut self, header: FrameHeader, header_length: usize, talk: &mut Dialogue, out: &mut Out) {
        let start = self.position.saturating_sub(wide(header_length));
        let mut findings = core::mem::take(&mut self.marks);
        let guessed = self.guessed || !findings.is_empty();
        let compression = self.deflate.is_on();
        let max_frame = out.options.max_frame;
        let now = Situation { side: self.side, at: start, last_key: self.last_key, compression, max_frame };
        rules::header(&header, &now, &mut findings);
        if header.masking_key.is_some() {
            self.last_key = header.masking_key;
        }
        let alone = self.follow(&header, start, &mut findings, talk);
        let compressed = !alone && self.open.as_ref().is_some_and(|open| open.compressed);
        let keep = if compressed || header.opcode.is_control() {
            out.options.max_message
        } else {
            out.keep().min(out.options.max_message)
        };
        let left = header.payload_length;
        let place = self.header_place;
        self.kept.clear();
        self.current = Some(Current {
            header,
            header_length,
            start,
            place,
            left,
            missing: 0,
            findings,
            alone,
            keep,
            guessed,
            abandoned: false,
        });
        if rules::is_beyond_reason(left) || left > max_frame {
            // Nothing is taken for its payload: what comes may as well be the next frame.
            let place = self.header_place;
            if let Some(current) = &mut self.current {
                current.missing = left;
                current.left = 0;
                current.abandoned = true;
            }
            if let Some(open) = &mut self.open {
                open.damage();
            }
            self.finish_frame(place, talk, out);
            self.seek(None, true);
        }
    }

    /// Follows the order of messages (RFC 6455 §5.4); gives whether the frame belongs to none.
    fn follow(&mut self, header: &FrameHeader, at: u64, findings: &mut Vec<Finding>, talk: &mut Dialogue) -> bool {
        let mut add = |rule| findings.push(Finding::new(rule, at));
        let is_first = matches!(header.opcode, Opcode::Text | Opcode::Binary);
        if !is_first && header.opcode != Opcode::Continuation {
            return true;
        }
        let closed = talk.has_closed(self.side);
        if closed {
            add(Rule::DataAfterClose);
        }
        if header.payload_length == 0 && (!header.fin || header.opcode == Opcode::Continuation) {
            add(Rule::FragmentEmpty);
        }
        if !is_first {
            let orphan = self.open.is_none();
            if orphan && self.order_known && !closed {
                add(Rule::ContinuationOrphan);
            }
            self.order_known |= header.fin;
            return orphan;
        }
        if self.open.take().is_some() {
            if self.order_known && !closed {
                add(Rule::MessageInterrupted);
            }
            self.deflate.lose();
        }
        self.order_known = true;
        talk.messages = talk.messages.saturating_add(1);
        let compressed = header.rsv1 && self.deflate.is_on() != Some(false);
        // Whatever an unknown extension made of the payload, it is not the text any more.
        let is_text = header.opcode == Opcode::Text && !header.rsv1 && !header.rsv2 && !header.rsv3 && !closed;
        self.open = Some(Open::new(talk.messages, header.opcode, compressed, is_text));
        false
    }

    fn payload(&mut self, bytes: &[u8]) {
        let Some(current) = &mut self.current else { return };
        let done = current.header.payload_length.saturating_sub(current.left);
        current.left = current.left.saturating_sub(wide(bytes.len()));
        let at = self.position;
        self.position = at.saturating_add(wide(bytes.len()));
        let open = self.open.as_mut().filter(|open| !current.alone && open.text.is_some());
        let kept = self.kept.len();
        extend_up_to(&mut self.kept, bytes, current.keep);
        let key = current.header.masking_key.map(|key| rotated(key, done));
        let all_kept = self.kept.len().saturating_sub(kept) == bytes.len();
        if let Some(key) = key {
            Mask::new(key).apply(self.kept.get_mut(kept..).unwrap_or_default());
        }
        let Some(open) = open else { return };
        let plain = match key {
            _ if all_kept => self.kept.get(kept..).unwrap_or_default(),
            None => bytes,
            Some(key) => {
                self.scratch.clear();
                self.scratch.extend_from_slice(bytes);
                Mask::new(key).apply(&mut self.scratch);
                &self.scratch
            }
        };
        if let Some(position) = open.check_text(plain) {
            let position = wide(position);
            let payload_at = Some(done.saturating_add(position));
            current
                .findings
                .push(Finding { payload_at, ..Finding::new(Rule::Utf8Invalid, at.saturating_add(position)) });
        }
    }

    /// The frame is complete, or as complete as it will get.
    fn finish_frame(&mut self, place: Place, talk: &mut Dialogue, out: &mut Out) {
        let Some(mut current) = self.current.take() else { return };
        let kept = core::mem::take(&mut self.kept);
        let number = out.next_number();
        let end =
            current.start.saturating_add(wide(current.header_length)).saturating_add(current.header.payload_length);
        let captured = current.header.payload_length.saturating_sub(current.missing).saturating_sub(current.left);
        let whole = captured == current.header.payload_length;
        let answer = if whole { self.control(&mut current, &kept, number, place, talk) } else { None };
        let wire = wide(current.header_length).saturating_add(captured);
        let mut open = if current.alone { None } else { self.open.take() };
        let mut inflated = None;
        if let Some(open) = &mut open {
            open.add_frame(number, wire, current.header.payload_length);
            if !whole {
                open.damage();
            }
            if current.header.fin {
                if let Some(index) = out.index.as_mut().filter(|_| open.compressed && !open.damaged) {
                    match &self.deflate {
                        Deflate::On(inflate) => index.before_inflate(talk.connection, self.side, number, inflate),
                        _ => index.before_inflate(talk.connection, self.side, number, &Inflate::unknown(15, true)),
                    }
                }
                inflated = self.complete(open, &mut current, &kept, end, out);
            }
        }
        let mut set = Set::default();
        current.findings.iter().for_each(|finding| set.insert(finding.rule));
        let frame = Frame {
            number,
            connection: talk.connection,
            message: open.as_ref().map(|open| open.number),
            side: self.side,
            kind: open.as_ref().map_or(current.header.opcode, |open| open.kind),
            header: current.header,
            has_header: true,
            has_flags: true,
            header_length: u8::try_from(current.header_length).unwrap_or(u8::MAX),
            captured,
            extent: if current.abandoned { 0 } else { current.header.payload_length.saturating_sub(current.left) },
            stream: current.start,
            place: Place { time: place.time, ..current.place },
            payload: &kept,
            inflated: inflated.as_ref(),
            set,
            findings: &current.findings,
            compressed: open.as_ref().is_some_and(|open| open.compressed),
            guessed: current.guessed || open.as_ref().is_some_and(|open| open.guessed),
            answer,
        };
        out.record(&Record::Frame(&frame));
        if let Some(mut open) = open {
            open.guessed |= current.guessed;
            if current.header.fin {
                let single = open.frame_count == 1;
                self.tell_message(
                    &open,
                    if single { &kept } else { &open.payload },
                    inflated.as_ref(),
                    place,
                    talk,
                    out,
                );
            } else {
                let keep = if open.compressed { out.options.max_message } else { out.keep_message() };
                extend_up_to(&mut open.payload, &kept, keep);
                self.open = Some(open);
            }
        }
        self.kept = kept;
        self.kept.shrink_to(1 << 20);
    }

    /// The last frame of a message: what is left to check, and what it inflates to.
    fn complete(
        &mut self,
        open: &mut Open,
        current: &mut Current,
        kept: &[u8],
        end: u64,
        out: &Out,
    ) -> Option<Inflated> {
        if open.compressed && open.damaged {
            self.deflate.lose();
            return None;
        }
        let single = open.frame_count == 1;
        if !single {
            let keep = if open.compressed { out.options.max_message } else { out.keep_message() };
            extend_up_to(&mut open.payload, kept, keep);
        }
        if open.compressed {
            let payload = core::mem::take(&mut open.payload);
            let compressed = if single { kept } else { &payload };
            let at = current.start.saturating_add(wide(current.header_length));
            if wide(compressed.len()) < open.length {
                let text = format!("{} are more than are held to be inflated", bytes_in_words(open.length));
                current.findings.push(Finding::new(Rule::InflateError, at).saying(text));
                self.deflate.lose();
                return None;
            }
            let most = out.keep_inflated();
            let inflated = message::inflate(&mut self.deflate, open, compressed, at, most, &mut current.findings);
            open.payload = payload;
            return inflated;
        }
        if open.text.is_some_and(|text| !text.is_complete()) {
            let payload_at = Some(current.header.payload_length.saturating_sub(1));
            current.findings.push(Finding { payload_at, ..Finding::new(Rule::Utf8Invalid, end.saturating_sub(1)) });
        }
        None
    }

    fn tell_message(
        &self,
        open: &Open,
        payload: &[u8],
        inflated: Option<&Inflated>,
        place: Place,
        talk: &Dialogue,
        out: &mut Out,
    ) {
        out.record(&Record::Message(&Message {
            connection: talk.connection,
            number: open.number,
            side: self.side,
            time: place.time,
            kind: open.kind,
            frames: open.frames(),
            frame_count: open.frame_count,
            wire: open.wire,
            length: open.length,
            payload,
            inflated,
            guessed: open.guessed,
        }));
    }

    /// What a whole control frame says to the dialogue.
    fn control(
        &self,
        current: &mut Current,
        payload: &[u8],
        number: u64,
        place: Place,
        talk: &mut Dialogue,
    ) -> Option<Answer> {
        let at = current.start;
        match current.header.opcode {
            Opcode::Close => {
                rules::close_body(payload, at.saturating_add(wide(current.header_length)), &mut current.findings);
                let (code, reason) = rules::close(payload);
                talk.close(self.side, number, code, reason, place.time, at);
            }
            Opcode::Ping => talk.ping(self.side, number, payload, place.time, at),
            Opcode::Pong => match talk.pong(self.side, payload, place.time) {
                Ok(answer) => return Some(answer),
                Err(Some(rule)) => current.findings.push(Finding::new(rule, at)),
                Err(None) => {}
            },
            _ => {}
        }
        None
    }

    /// Ends a frame, a header or a message that is not all there.
    fn break_off(&mut self, place: Place, talk: &mut Dialogue, out: &mut Out) {
        if let Some(current) = &mut self.current {
            let detail = format!("without {}", bytes_in_words(current.left));
            current.findings.push(Finding::new(Rule::Truncated, self.position).saying(detail));
            if let Some(open) = self.open.as_mut().filter(|_| !current.alone) {
                open.damage();
            }
            self.finish_frame(place, talk, out);
        } else if self.have > 0 {
            let finding = Finding::new(Rule::Truncated, self.position)
                .saying(format!("after {} of a header", bytes_in_words(wide(self.have))));
            self.have = 0;
            self.tell(None, &finding, talk, out);
        } else if let Some(open) = &self.open {
            let finding = Finding::new(Rule::Truncated, self.position).saying("the message has no end");
            self.tell(Some(open.last_frame()), &finding, talk, out);
        }
        if self.open.take().is_some() {
            self.deflate.lose();
        }
    }

    fn tell(&self, frame: Option<u64>, finding: &Finding, talk: &Dialogue, out: &mut Out) {
        out.record(&Record::Violation { connection: talk.connection, frame, side: self.side, finding });
    }

    /// Begins to look for frames.
    fn seek(&mut self, missing: Option<u64>, is_gap: bool) {
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
            ends: Vec::new(),
            from: 0,
            broke_at: self.position,
            missing,
            is_gap,
        });
    }

    /// Looks for frames in what has come; `over`: nothing more will.
    fn search(&mut self, over: bool, talk: &mut Dialogue, out: &mut Out) {
        let Some(scan) = &mut self.scan else { return };
        let expected =
            Expected { masked: Some(self.side == Side::Client), compressed: self.deflate.is_on() != Some(false) };
        match find(&scan.bytes, scan.from, expected, &scan.ends, over) {
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
    fn give_up(&mut self, talk: &Dialogue, out: &mut Out) {
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

/// The key for what comes `done` bytes into the payload.
fn rotated(mut key: [u8; 4], done: u64) -> [u8; 4] {
    key.rotate_left(narrow(done & 3));
    key
}
