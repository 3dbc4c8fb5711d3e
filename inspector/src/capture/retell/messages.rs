//! Messages: of records, or put together from frames that are told again, where the records have none of their own.

use sansocket::Opcode;

use super::frame::Held;
use crate::capture::fields::Fields;
use crate::out::Out;
use crate::record::{Frame, Inflated, Message, Record};
use crate::types::{Side, Time, extend_up_to, wide};

/// The most numbers of frames that a message lists.
const MAX_LISTED: usize = 1000;

/// A whole message.
pub(super) struct Whole {
    connection: u32,
    number: u64,
    side: Side,
    kind: Opcode,
    pub frames: Vec<u64>,
    frame_count: u64,
    wire: u64,
    length: u64,
    payload: Vec<u8>,
    inflated: Option<Inflated>,
    guessed: bool,
    /// When its last byte was seen.
    time: Option<Time>,
}

impl Whole {
    /// A message that begins with a frame.
    fn begin(number: u64, frame: &Frame<'_>) -> Self {
        Self {
            connection: frame.connection,
            number,
            side: frame.side,
            kind: frame.header.opcode,
            frames: Vec::new(),
            frame_count: 0,
            wire: 0,
            length: 0,
            payload: Vec::new(),
            inflated: None,
            guessed: false,
            time: None,
        }
    }

    /// The message of a record, of which there is a row, and whose frames were told under those numbers.
    pub(super) fn of_record(fields: &Fields, row: &Held, frames: Vec<u64>) -> Self {
        Self {
            connection: row.connection,
            number: row.message.unwrap_or_default(),
            side: row.side,
            kind: row.header.opcode,
            frame_count: fields.number("frameCount").unwrap_or(wide(fields.numbers("frames.#").len())),
            frames,
            wire: fields.number("wire").unwrap_or(row.header.payload_length),
            length: row.header.payload_length,
            payload: row.payload.clone(),
            inflated: row.inflated.clone(),
            guessed: row.guessed,
            time: row.place.time,
        }
    }

    /// Tells it.
    pub(super) fn tell(&self, out: &mut Out) {
        out.record(&Record::Message(&Message {
            connection: self.connection,
            number: self.number,
            side: self.side,
            time: self.time,
            kind: self.kind,
            frames: &self.frames,
            frame_count: self.frame_count,
            wire: self.wire,
            length: self.length,
            payload: &self.payload,
            inflated: self.inflated.as_ref(),
            guessed: self.guessed,
        }));
    }
}

/// What a frame is of a message.
pub(super) enum Part {
    /// Not its end, or a part of none.
    Inside,
    /// Its end.
    Last(Whole),
    /// Frames before it are not in the records.
    Torn,
}

/// A message whose end is to come.
struct Open {
    message: Whole,
    compressed: bool,
    /// Where in the stream the next frame begins, if the records tell.
    next: Option<u64>,
    /// A payload was cut, so that none that follows belongs behind it.
    cut: bool,
}

/// A direction of a connection.
#[derive(Default)]
pub(super) struct Lane {
    /// The next position in the store.
    pub position: u64,
    open: Option<Box<Open>>,
}

impl Lane {
    /// What a continuation continues, and whether that is compressed.
    pub(super) fn continued(&self, message: Option<u64>) -> Option<(Opcode, bool)> {
        let open = self.open.as_ref()?;
        (Some(open.message.number) == message).then_some((open.message.kind, open.compressed))
    }

    /// Takes a frame that has so many bytes before its payload, and where it begins, if the records tell.
    #[inline(never)]
    pub(super) fn take(&mut self, frame: &Frame<'_>, header_length: u64, stream: Option<u64>, most: usize) -> Part {
        let next = stream.map(|at| at.saturating_add(header_length).saturating_add(frame.header.payload_length));
        // Where another frame was expected, some are missing.
        self.open.take_if(|open| open.next.zip(stream).is_some_and(|(next, stream)| next != stream));
        // Of some sources there are headers alone.
        let is_empty = header_length == 0 && frame.captured == 0 && frame.header.payload_length > 0;
        let Some(number) = frame.message.filter(|_| !frame.header.opcode.is_control() && !is_empty) else {
            // It comes between the frames of others.
            if let Some(open) = &mut self.open {
                open.next = next;
            }
            return Part::Inside;
        };
        if frame.header.opcode != Opcode::Continuation {
            let message = Whole::begin(number, frame);
            self.open = Some(Box::new(Open { message, compressed: frame.compressed, next, cut: false }));
        }
        let Some(mut open) = self.open.take_if(|open| open.message.number == number) else { return Part::Torn };
        open.add(frame, header_length, most);
        open.next = next;
        if frame.header.fin {
            return Part::Last(open.message);
        }
        self.open = Some(open);
        Part::Inside
    }

    /// Forgets the message that is open: a record has it.
    pub(super) fn forget(&mut self) {
        self.open = None;
    }
}

impl Open {
    fn add(&mut self, frame: &Frame<'_>, header_length: u64, most: usize) {
        let message = &mut self.message;
        if message.frames.len() < MAX_LISTED {
            message.frames.push(frame.number);
        }
        message.frame_count = message.frame_count.saturating_add(1);
        message.wire = message.wire.saturating_add(header_length).saturating_add(frame.captured);
        message.length = message.length.saturating_add(frame.header.payload_length);
        message.guessed |= frame.guessed;
        message.time = frame.place.time;
        message.inflated = frame.inflated.cloned();
        if !self.cut && frame.inflated.is_none() {
            extend_up_to(&mut message.payload, frame.payload, most);
        }
        self.cut |= wide(frame.payload.len()) < frame.captured;
    }
}
