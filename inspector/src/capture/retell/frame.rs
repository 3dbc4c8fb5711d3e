//! A frame as its record has it, until all that belongs to it is known.

use sansocket::{FrameHeader, LengthForm, Opcode};

use super::messages::{Lane, Part};
use super::numbers::Numbers;
use super::values::{inflated, is_guessed, nanoseconds, opcode, payload, place, rules, side};
use crate::capture::fields::Fields;
use crate::capture::messages::from_hex;
use crate::catalogue::{Rule, Set};
use crate::out::Out;
use crate::record::{Answer, Finding, Frame, Inflated, Record};
use crate::types::{Place, Side, wide};

/// The frame.
pub(super) struct Held {
    /// Its number in the records.
    pub number: Option<u64>,
    pub connection: u32,
    pub message: Option<u64>,
    pub side: Side,
    pub header: FrameHeader,
    has_flags: bool,
    header_length: u64,
    /// Its position in the stream.
    stream: Option<u64>,
    captured: u64,
    pub payload: Vec<u8>,
    pub inflated: Option<Inflated>,
    pub guessed: bool,
    pub place: Place,
    answer: Option<Answer>,
    /// The rules that it lists.
    rules: Vec<Rule>,
    /// Those that had records of their own.
    pub findings: Vec<Finding>,
}

impl Held {
    /// The frame of a record.
    #[inline(never)]
    pub(super) fn frame(fields: &Fields, at: u64, connection: u32, numbers: &Numbers, out: &mut Out) -> Self {
        let row = Self::row(fields, at, connection, out);
        let rsv = fields.numbers("rsv.#");
        let is_set = |index: usize| rsv.get(index).is_some_and(|bit| *bit != 0);
        let key = fields.bytes("key").and_then(from_hex).and_then(|key| key.try_into().ok());
        let header = FrameHeader {
            fin: fields.flag("fin").unwrap_or(true),
            rsv1: is_set(0),
            rsv2: is_set(1),
            rsv3: is_set(2),
            masking_key: key.or_else(|| fields.flag("masked").unwrap_or_default().then_some([0; 4])),
            length_form: match fields.number("lenForm") {
                Some(64) => LengthForm::Bits64,
                Some(16) => LengthForm::Bits16,
                _ => row.header.length_form,
            },
            ..row.header
        };
        let ping = fields.number("answers").and_then(|ping| numbers.get(ping));
        Self {
            number: fields.number("n"),
            header,
            has_flags: fields.flag("fin").is_some(),
            header_length: fields.number("hdrLen").unwrap_or_default(),
            stream: fields.number("off.stream"),
            captured: fields.number("captured").unwrap_or(row.captured),
            answer: ping.map(|ping| Answer { ping, after: nanoseconds(fields.decimal("rtt"), 1e6) }),
            rules: rules(fields),
            ..row
        }
    }

    /// A row for the message of a record, as for those of a source that has no frames.
    #[inline(never)]
    pub(super) fn row(fields: &Fields, at: u64, connection: u32, out: &mut Out) -> Self {
        let place = place(fields, at, out);
        let payload = payload(fields, connection, place, out);
        let length = fields.number("len").unwrap_or(wide(payload.len()));
        Self {
            number: fields.numbers("frames.#").last().copied(),
            connection,
            message: fields.number("msg"),
            side: side(fields),
            header: FrameHeader::new(opcode(fields), length),
            has_flags: false,
            header_length: 0,
            stream: None,
            captured: length,
            inflated: inflated(fields, &payload),
            payload,
            guessed: is_guessed(fields),
            place,
            answer: None,
            rules: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Whether it is of the same message as a row for that.
    pub(super) fn is_of_message(&self, row: &Self) -> bool {
        (self.connection, self.side, self.message) == (row.connection, row.side, row.message)
    }

    /// Whether it has that number, and lists that rule. What became known later it does not list.
    pub(super) fn lists(&self, number: u64, rule: Rule) -> bool {
        self.number == Some(number) && self.rules.contains(&rule)
    }

    /// Tells it under that number; gives what it is of a message.
    #[inline(never)]
    pub(super) fn tell(&mut self, number: u64, lane: &mut Lane, out: &mut Out) -> Part {
        let stream = lane.position;
        lane.position = stream.saturating_add(wide(self.payload.len()));
        let mut set = Set::default();
        self.findings.iter().for_each(|finding| set.insert(finding.rule));
        // Of a rule that no record is of, it is only known which frame broke it.
        let at = self.stream.unwrap_or(stream);
        for rule in core::mem::take(&mut self.rules) {
            if !set.contains(rule) {
                set.insert(rule);
                self.findings.push(Finding::new(rule, at));
            }
        }
        out.store(self.connection, self.side, stream, &self.payload, self.place);
        let header = self.header;
        let packed = header.rsv1 && !header.opcode.is_control() && !set.contains(Rule::RsvNonzero);
        let continued = if header.opcode == Opcode::Continuation { lane.continued(self.message) } else { None };
        let (kind, compressed) = continued.unwrap_or((header.opcode, packed));
        let frame = Frame {
            number,
            connection: self.connection,
            message: self.message,
            side: self.side,
            kind,
            header,
            // What the record is of, its payload is not: it was unmasked and inflated.
            has_header: false,
            has_flags: self.has_flags,
            header_length: 0,
            captured: self.captured,
            extent: wide(self.payload.len()),
            stream,
            place: self.place,
            payload: &self.payload,
            inflated: self.inflated.as_ref(),
            set,
            findings: &self.findings,
            compressed,
            guessed: self.guessed,
            answer: self.answer,
        };
        out.record(&Record::Frame(&frame));
        lane.take(&frame, self.header_length, self.stream, out.keep_message())
    }
}
