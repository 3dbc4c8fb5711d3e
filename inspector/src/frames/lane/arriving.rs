//! The frame that is arriving: its header, its place among the messages, its payload.

use sansocket::{FrameHeader, Mask, Opcode};

use super::Lane;
use crate::catalogue::Rule;
use crate::frames::dialogue::Dialogue;
use crate::frames::message::Open;
use crate::frames::rules::{self, Situation};
use crate::out::Out;
use crate::record::Finding;
use crate::types::{Place, bytes_in_words, extend_up_to, narrow, wide};

/// The frame that is arriving.
pub(super) struct Current {
    pub(super) header: FrameHeader,
    pub(super) header_length: usize,
    /// The position of its first byte.
    pub(super) start: u64,
    pub(super) place: Place,
    /// Bytes of the payload that have not arrived.
    pub(super) left: u64,
    /// Bytes of the payload that never will.
    pub(super) missing: u64,
    pub(super) findings: Vec<Finding>,
    /// It belongs to no message: a control frame, an orphan, or one with an opcode that nobody knows.
    pub(super) alone: bool,
    /// The most bytes of its payload that are held.
    pub(super) keep: usize,
    pub(super) guessed: bool,
    /// Its length is not believed.
    pub(super) abandoned: bool,
}

impl Lane {
    /// Takes bytes of a header; gives how many.
    #[inline(never)]
    pub(super) fn read_header(&mut self, bytes: &[u8], place: Place, talk: &mut Dialogue, out: &mut Out) -> usize {
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

    #[inline(never)]
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

    #[inline(never)]
    pub(super) fn payload(&mut self, bytes: &[u8]) {
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

    /// Ends a frame, a header or a message that is not all there.
    pub(super) fn break_off(&mut self, place: Place, talk: &mut Dialogue, out: &mut Out) {
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
}

/// The key for what comes `done` bytes into the payload.
fn rotated(mut key: [u8; 4], done: u64) -> [u8; 4] {
    key.rotate_left(narrow(done & 3));
    key
}
