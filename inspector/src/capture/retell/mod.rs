//! Our own records, told again as what they are of.
//!
//! A frame waits for the records of its violations, which have their positions, and for that of its message. What records say is
//! taken as it is; what was left out of them is made up for where the rest tells it: messages by their frames, violations by the
//! ids that a frame or a handshake lists. Connections and frames are numbered anew, since some may have been left out.

mod frame;
mod handshake;
mod messages;
mod numbers;
mod values;

use std::collections::BTreeMap;

use super::fields::Fields;
use crate::catalogue::Rule;
use crate::out::Out;
use crate::record::{End, Finding, Record};
use crate::types::{Place, Side};
use frame::Held;
use messages::{Lane, Part, Whole};
use numbers::Numbers;
use values::{finding, nanoseconds, place, side, side_named};

/// The most violations that wait for the message that their frame is a part of.
const MAX_WAITING: usize = 1000;

const TORN: &str = "frames are missing from these records: the messages that they are parts of are not put together";

/// Tells records again.
#[derive(Default)]
pub(super) struct Retell {
    capture: Capture,
    /// The directions of the connections of all captures, two for each.
    lanes: Vec<Lane>,
}

/// What is known of a capture whose records are told.
#[derive(Default)]
struct Capture {
    /// The connections that were told, by their numbers in the records.
    connections: BTreeMap<u64, u32>,
    numbers: Numbers,
    /// The frame that waits for what belongs to it.
    held: Option<Held>,
    /// Rules that the handshake before lists, and that had no record yet.
    owed: Vec<Violation>,
    /// Violations of frames that the records do not have, by the numbers of those; a message may have them.
    waiting: Vec<(u64, Violation)>,
    is_torn: bool,
}

struct Violation {
    connection: u32,
    side: Side,
    finding: Finding,
}

impl Violation {
    fn kind(&self) -> (u32, Rule) {
        (self.connection, self.finding.rule)
    }

    fn tell(&self, frame: Option<u64>, out: &mut Out) {
        let Self { connection, side, finding } = self;
        out.record(&Record::Violation { connection: *connection, frame, side: *side, finding });
    }
}

impl Retell {
    /// Takes a record of that type, which begins at `at` in the file; gives whether it says something.
    #[inline(never)]
    pub(super) fn record(&mut self, kind: &str, fields: &Fields, at: u64, out: &mut Out) -> bool {
        // What belongs to the record before comes right behind it.
        if !matches!(kind, "violation" | "message") {
            self.settle(out);
        }
        match kind {
            "capture" => {
                // Another one, with numbers of its own.
                self.finish(out);
                self.capture = Capture::default();
            }
            "handshake" => self.handshake(fields, at, out),
            "frame" => {
                let connection = self.connection(fields, out);
                self.capture.held = Some(Held::frame(fields, at, connection, &self.capture.numbers, out));
            }
            "message" => self.message(fields, at, out),
            "violation" => self.violation(fields, out),
            "gap" => self.gap(fields, out),
            "close" => self.close(fields, out),
            "error" => self.error(fields, at, out),
            _ => return false,
        }
        kind != "capture"
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self, out: &mut Out) {
        self.settle(out);
        for (_, violation) in core::mem::take(&mut self.capture.waiting) {
            violation.tell(None, out);
        }
    }

    /// Tells what waited for records that belong to it.
    #[inline(never)]
    fn settle(&mut self, out: &mut Out) {
        self.settle_frame(true, out);
        for violation in core::mem::take(&mut self.capture.owed) {
            violation.tell(None, out);
        }
    }

    /// Tells the frame that waits, and the message that it ends, if that has no record; gives the number of the frame.
    #[inline(never)]
    fn settle_frame(&mut self, with_message: bool, out: &mut Out) -> Option<u64> {
        let mut held = self.capture.held.take()?;
        let number = out.next_number();
        if let Some(from) = held.number {
            self.capture.numbers.add(from, number);
        }
        let lane = self.lane(held.connection, held.side)?;
        match held.tell(number, lane, out) {
            Part::Last(message) if with_message => message.tell(out),
            Part::Torn if with_message && !self.capture.is_torn => {
                self.capture.is_torn = true;
                out.error(held.place, Some(held.connection), TORN);
            }
            _ => {}
        }
        Some(number)
    }

    fn lane(&mut self, connection: u32, side: Side) -> Option<&mut Lane> {
        let index = (connection as usize).saturating_mul(2).saturating_add(usize::from(side == Side::Server));
        if self.lanes.len() <= index {
            self.lanes.resize_with(index.saturating_add(1), Lane::default);
        }
        self.lanes.get_mut(index)
    }

    #[inline(never)]
    fn connection(&mut self, fields: &Fields, out: &mut Out) -> u32 {
        let number = fields.number("conn").unwrap_or_default();
        *self.capture.connections.entry(number).or_insert_with(|| out.next_connection())
    }

    fn handshake(&mut self, fields: &Fields, at: u64, out: &mut Out) {
        let connection = self.connection(fields, out);
        let handshake = handshake::read(fields, connection, place(fields, at, out));
        out.record(&Record::Handshake(&handshake));
        for (side, finding) in handshake.findings {
            self.capture.owed.push(Violation { connection, side, finding });
        }
    }

    fn violation(&mut self, fields: &Fields, out: &mut Out) {
        let Some(finding) = finding(fields) else { return };
        let violation = Violation { connection: self.connection(fields, out), side: side(fields), finding };
        let Some(number) = fields.number("n") else {
            self.settle_frame(true, out);
            self.capture.owed.retain(|it| it.kind() != violation.kind());
            return violation.tell(None, out);
        };
        match &mut self.capture.held {
            Some(held) if held.lists(number, violation.finding.rule) => return held.findings.push(violation.finding),
            _ => self.settle(out),
        }
        let frame = self.capture.numbers.get(number);
        if frame.is_some() || self.capture.waiting.len() >= MAX_WAITING {
            violation.tell(frame, out);
        } else {
            self.capture.waiting.push((number, violation));
        }
    }

    fn message(&mut self, fields: &Fields, at: u64, out: &mut Out) {
        let connection = self.connection(fields, out);
        let row = Held::row(fields, at, connection, out);
        if self.capture.held.as_ref().is_some_and(|held| held.is_of_message(&row)) {
            self.settle_frame(false, out);
        } else {
            self.settle(out);
        }
        if let Some(lane) = self.lane(connection, row.side) {
            lane.forget();
        }
        let in_records = fields.numbers("frames.#");
        let mut frames = Vec::new();
        for number in &in_records {
            frames.extend(self.capture.numbers.get(*number));
        }
        let mut message = Whole::of_record(fields, &row, frames);
        if message.frames.is_empty() {
            message.frames.extend(self.row(row, &in_records, out));
        }
        message.tell(out);
    }

    /// Tells a row for a message without frames, as for those of a source that has none; gives its number.
    fn row(&mut self, mut row: Held, in_records: &[u64], out: &mut Out) -> Option<u64> {
        let mut others = Vec::new();
        for (number, violation) in core::mem::take(&mut self.capture.waiting) {
            if in_records.contains(&number) {
                row.findings.push(violation.finding);
            } else {
                others.push((number, violation));
            }
        }
        self.capture.waiting = others;
        self.capture.held = Some(row);
        self.settle_frame(false, out)
    }

    fn gap(&mut self, fields: &Fields, out: &mut Out) {
        let connection = self.connection(fields, out);
        out.record(&Record::Gap {
            connection,
            side: side(fields),
            at: fields.number("at").unwrap_or_default(),
            bytes: fields.number("bytes"),
            resynced_at: fields.number("resyncedAt"),
        });
    }

    fn close(&mut self, fields: &Fields, out: &mut Out) {
        let connection = self.connection(fields, out);
        let end = End {
            by: side_named(fields.bytes("by")),
            code: fields.short("code").unwrap_or_default(),
            reason: fields.text("reason").unwrap_or_default(),
            clean: fields.flag("clean").unwrap_or_default(),
            answered: nanoseconds(fields.decimal("answeredMs"), 1e6),
            tcp: side_named(fields.bytes("tcp.by")).map(|side| (side, fields.bytes("tcp.how") == Some(b"reset"))),
        };
        out.record(&Record::Close { connection, end: &end });
    }

    fn error(&mut self, fields: &Fields, at: u64, out: &mut Out) {
        let connection = fields.number("conn").map(|_| self.connection(fields, out));
        let place = Place { file: Some(at), packet: fields.number("packet"), time: None };
        out.error(place, connection, &fields.text("text").unwrap_or_default());
    }
}
