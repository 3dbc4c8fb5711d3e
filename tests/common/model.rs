//! The rules of a connection once more, written for reading and not for speed: the whole input is there, and each
//! byte of a payload is looked at by itself. The connection must agree with it, in every event, error and offset.

use sansocket::{
    CloseCode, Event, FrameHeader, FrameInfo, LengthForm, Limits, MAX_SIZE, Opcode, ProtocolError, Role, Violation,
};

/// What is reported, in words that do not depend on who owns the bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    Frame(FrameInfo),
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(u16, String),
    Error(ProtocolError),
    End,
}

impl From<Event<'_>> for Report {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Frame(info) => Self::Frame(info),
            Event::Text(text) => Self::Text(text.into_string()),
            Event::Binary(data) => Self::Binary(data.into_owned()),
            Event::Ping(data) => Self::Ping(data.into_owned()),
            Event::Pong(data) => Self::Pong(data.into_owned()),
            Event::Close { code, reason } => Self::Close(code.0, reason.into_owned()),
            Event::Error(error) => Self::Error(error),
            Event::End => Self::End,
            event => panic!("not of whole messages: {event:?}"),
        }
    }
}

/// What a connection reports for an input that ends, when it hands out whole messages and the frames.
pub fn read(role: Role, limits: Limits, input: &[u8]) -> Vec<Report> {
    let mut model = Model { role, limits, input, at: 0, frames: 0, message: None, reports: Vec::new() };
    let end = loop {
        match model.frame() {
            Ok(()) => {}
            Err(Stop::Violation(violation, offset)) => {
                break Report::Error(model.error(violation, offset, model.frames));
            }
            Err(Stop::InPayload(violation, offset)) => {
                break Report::Error(model.error(violation, offset, model.frames - 1));
            }
            Err(Stop::Closed) => break Report::End,
        }
    };
    model.reports.push(end);
    model.reports
}

struct Model<'a> {
    role: Role,
    limits: Limits,
    input: &'a [u8],
    /// Bytes read.
    at: usize,
    /// Headers read.
    frames: u64,
    message: Option<Message>,
    reports: Vec<Report>,
}

struct Message {
    text: bool,
    fragments: u64,
    declared: u64,
    data: Vec<u8>,
}

enum Stop {
    /// Before the payload of a frame.
    Violation(Violation, usize),
    InPayload(Violation, usize),
    Closed,
}

impl Model<'_> {
    fn error(&self, violation: Violation, offset: usize, frame_index: u64) -> ProtocolError {
        ProtocolError { violation, offset: offset as u64, frame_index }
    }

    fn frame(&mut self) -> Result<(), Stop> {
        let start = self.at;
        let end_of_input = Stop::Violation(Violation::UnexpectedEof, self.input.len());
        let [first, second, rest @ ..] = &self.input[start..] else { return Err(end_of_input) };
        self.check_start(*first, *second).map_err(|violation| Stop::Violation(violation, start + 1))?;

        let long = match second & 0x7F {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let Some(long_bytes) = rest.get(..long) else { return Err(end_of_input) };
        let length = match long {
            0 => u64::from(second & 0x7F),
            _ => long_bytes.iter().fold(0, |length, byte| length << 8 | u64::from(*byte)),
        };
        self.check_length(*first, long, length).map_err(|violation| Stop::Violation(violation, start + 1 + long))?;

        let header_end = start + 2 + long + if second & 0x80 == 0 { 0 } else { 4 };
        let Some(header) = self.input.get(start..header_end) else { return Err(end_of_input) };
        let masking_key = (second & 0x80 != 0).then(|| *header.last_chunk().unwrap());
        let length_form = match long {
            2 => LengthForm::Bits16,
            8 => LengthForm::Bits64,
            _ => LengthForm::Bits7,
        };
        let opcode = Opcode::from_bits(*first);
        let header =
            FrameHeader { fin: first & 0x80 != 0, masking_key, length_form, ..FrameHeader::new(opcode, length) };
        self.reports.push(Report::Frame(FrameInfo { header, offset: start as u64, index: self.frames }));
        self.frames += 1;
        self.at = header_end;

        let here = usize::try_from(length).unwrap_or(usize::MAX).min(self.input.len() - header_end);
        let key = masking_key.unwrap_or_default();
        let payload: Vec<u8> =
            self.input[header_end..][..here].iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]).collect();
        self.at += here;
        let whole = here as u64 == length;
        match opcode {
            Opcode::Close => self.close(&payload, whole)?,
            Opcode::Ping if whole => self.reports.push(Report::Ping(payload)),
            Opcode::Pong if whole => self.reports.push(Report::Pong(payload)),
            Opcode::Ping | Opcode::Pong => {}
            _ => self.data(header, &payload, whole)?,
        }
        if whole { Ok(()) } else { Err(Stop::InPayload(Violation::UnexpectedEof, self.input.len())) }
    }

    fn check_start(&self, first: u8, second: u8) -> Result<(), Violation> {
        let opcode = first & 0x0F;
        let fault = |is: bool, violation| if is { Err(violation) } else { Ok(()) };
        fault(first & 0x30 != 0, Violation::ReservedBits23)?;
        fault(first & 0x40 != 0, Violation::ReservedBit1)?;
        fault(matches!(opcode, 3..=7 | 11..=15), Violation::ReservedOpcode)?;
        fault(opcode >= 8 && first & 0x80 == 0, Violation::ControlFragmented)?;
        fault(opcode >= 8 && second & 0x7F > 125, Violation::ControlTooLong)?;
        fault(opcode == 8 && second & 0x7F == 1, Violation::CloseTooShort)?;
        fault(opcode == 0 && self.message.is_none(), Violation::UnexpectedContinuation)?;
        fault(matches!(opcode, 1 | 2) && self.message.is_some(), Violation::ExpectedContinuation)?;
        fault(self.role == Role::Server && second & 0x80 == 0, Violation::MaskRequired)?;
        fault(self.role == Role::Client && second & 0x80 != 0, Violation::MaskForbidden)
    }

    fn check_length(&self, first: u8, long: usize, length: u64) -> Result<(), Violation> {
        let fault = |is: bool, violation| if is { Err(violation) } else { Ok(()) };
        fault(length >= 1 << 63, Violation::LengthMsb)?;
        fault(long == 2 && length < 126 || long == 8 && length < 65_536, Violation::NonMinimalLength)?;
        if first & 0x08 != 0 {
            return Ok(());
        }
        let (declared, fragments) = self.message.as_ref().map_or((0, 0), |open| (open.declared, open.fragments));
        fault(length > self.limits.max_frame_size || length > MAX_SIZE, Violation::FrameTooLarge)?;
        fault(declared + length > self.limits.max_message_size, Violation::MessageTooLarge)?;
        fault(fragments + 1 > self.limits.max_fragments, Violation::TooManyFragments)
    }

    fn data(&mut self, header: FrameHeader, payload: &[u8], whole: bool) -> Result<(), Stop> {
        let before_payload = self.at - payload.len();
        let text = header.opcode == Opcode::Text;
        let message = self.message.get_or_insert(Message { text, fragments: 0, declared: 0, data: Vec::new() });
        message.fragments += 1;
        message.declared += header.payload_length;
        for (i, byte) in payload.iter().enumerate() {
            message.data.push(*byte);
            if message.text && is_impossible(&message.data) {
                return Err(Stop::InPayload(Violation::InvalidUtf8, before_payload + i));
            }
        }
        if !(whole && header.fin) {
            return Ok(());
        }
        let Some(Message { text, data, .. }) = self.message.take() else { return Ok(()) };
        self.reports.push(match (text, String::from_utf8(data)) {
            (true, Ok(text)) => Report::Text(text),
            // It ends inside a code point: its last byte decides, or the header of a last frame that has none.
            (true, Err(_)) => return Err(Stop::InPayload(Violation::InvalidUtf8, self.at - 1)),
            (false, data) => Report::Binary(data.map_or_else(|error| error.into_bytes(), String::into_bytes)),
        });
        Ok(())
    }

    fn close(&mut self, payload: &[u8], whole: bool) -> Result<(), Stop> {
        let before_payload = self.at - payload.len();
        let [high, low, reason @ ..] = payload else {
            if !whole {
                return Ok(());
            }
            self.reports.push(Report::Close(CloseCode::NO_STATUS.0, String::new()));
            return Err(Stop::Closed);
        };
        let code = u16::from_be_bytes([*high, *low]);
        if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
            return Err(Stop::InPayload(Violation::CloseBadCode, before_payload + 1));
        }
        if let Some(i) = (0..reason.len()).find(|i| is_impossible(&reason[..=*i])) {
            return Err(Stop::InPayload(Violation::CloseBadReason, before_payload + 2 + i));
        }
        match str::from_utf8(reason) {
            _ if !whole => Ok(()),
            Ok(reason) => {
                self.reports.push(Report::Close(code, reason.to_owned()));
                Err(Stop::Closed)
            }
            Err(_) => Err(Stop::InPayload(Violation::CloseBadReason, self.at - 1)),
        }
    }
}

/// Whether no valid text begins with these bytes.
fn is_impossible(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_err_and(|error| error.error_len().is_some())
}
