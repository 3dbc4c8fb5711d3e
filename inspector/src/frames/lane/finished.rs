//! The frame that has arrived, or as much of it as there will be: what is left to check, and what is told.

use sansocket::Opcode;

use super::Lane;
use super::arriving::Current;
use crate::catalogue::{Rule, Set};
use crate::frames::dialogue::Dialogue;
use crate::frames::inflate::Inflate;
use crate::frames::message::{self, Deflate, Open};
use crate::frames::rules;
use crate::out::Out;
use crate::record::{Answer, Finding, Frame, Inflated, Message, Record};
use crate::types::{Place, bytes_in_words, extend_up_to, wide};

impl Lane {
    /// The frame is complete, or as complete as it will get.
    #[inline(never)]
    pub(super) fn finish_frame(&mut self, place: Place, talk: &mut Dialogue, out: &mut Out) {
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
    #[inline(never)]
    fn complete(
        &mut self,
        open: &mut Open,
        current: &mut Current,
        kept: &[u8],
        end: u64,
        out: &Out,
    ) -> Option<Inflated> {
        let single = open.frame_count == 1;
        if !single {
            let keep = if open.compressed { out.options.max_message } else { out.keep_message() };
            extend_up_to(&mut open.payload, kept, keep);
        }
        if open.compressed && open.damaged {
            self.deflate.lose();
            return None;
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
            let payload_at = current.header.payload_length.checked_sub(1);
            current.findings.push(Finding { payload_at, ..Finding::new(Rule::Utf8Invalid, end.saturating_sub(1)) });
        }
        None
    }

    /// What a whole control frame says to the dialogue.
    #[inline(never)]
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

    pub(super) fn tell(&self, frame: Option<u64>, finding: &Finding, talk: &Dialogue, out: &mut Out) {
        out.record(&Record::Violation { connection: talk.connection, frame, side: self.side, finding });
    }
}
