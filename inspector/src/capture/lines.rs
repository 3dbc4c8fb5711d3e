//! Lines of JSON: our own records, events of the Chrome DevTools Protocol, and messages as web archives propose them.

use std::collections::BTreeMap;

use sansocket::{FrameHeader, LengthForm, MaskingKey, Opcode};

use super::messages::{Item, Teller, parse_date};
use super::path::Path;
use crate::catalogue::{Rule, Set};
use crate::json::{Reader, Token};
use crate::names::opcode_from_name;
use crate::out::Out;
use crate::record::{Finding, Frame, Record};
use crate::types::{Place, Side, Time, wide};

/// The reader.
pub(crate) struct Lines {
    reader: Reader,
    path: Path,
    line: Line,
    /// Connections by what the source calls them.
    names: BTreeMap<String, u32>,
    tellers: BTreeMap<String, Teller>,
    positions: BTreeMap<(u32, bool), u64>,
    lines: u64,
    understood: u64,
    broken: bool,
}

/// What a line says, whichever kind it is.
#[derive(Default)]
struct Line {
    item: Item,
    /// `type` or `method`.
    kind: String,
    connection: String,
    dir: String,
    opcode_name: String,
    time: Option<Time>,
    flags: BTreeMap<&'static str, bool>,
    rsv: Vec<bool>,
    key: Option<String>,
    numbers: BTreeMap<&'static str, u64>,
    payload: Option<Vec<u8>>,
    rules: Vec<Rule>,
    guessed: bool,
    url: Option<String>,
}

impl Lines {
    pub(crate) fn new() -> Self {
        Self {
            reader: Reader::new(true),
            path: Path::default(),
            line: Line::default(),
            names: BTreeMap::new(),
            tellers: BTreeMap::new(),
            positions: BTreeMap::new(),
            lines: 0,
            understood: 0,
            broken: false,
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8], out: &mut Out) {
        if self.broken {
            return;
        }
        let mut reader = core::mem::replace(&mut self.reader, Reader::new(true));
        let result = reader.feed(bytes, &mut |token, at| self.see(token, at, out));
        self.reader = reader;
        if let Err(fault) = result {
            self.broken = true;
            out.error(
                Place { file: Some(fault.offset), ..Place::default() },
                None,
                &format!("no lines of JSON any more: {fault}"),
            );
        }
    }

    pub(crate) fn finish(&mut self, out: &mut Out) {
        if !self.broken && self.reader.depth() > 0 {
            out.error(Place::default(), None, "the last line is cut");
        }
        for teller in self.tellers.values_mut() {
            teller.finish(out);
        }
        if self.understood == 0 {
            out.error(Place::default(), None, &format!("{} lines of JSON, none with a frame or message", self.lines));
        }
    }

    fn see(&mut self, token: Token<'_>, at: u64, out: &mut Out) {
        let ends = matches!(token, Token::EndObject | Token::EndArray);
        if ends {
            self.path.follow(token);
        }
        match token {
            Token::Object if self.path.depth() == 0 => {
                self.line = Line { item: Item { at, ..Item::default() }, ..Line::default() };
            }
            Token::EndObject if self.path.depth() == 0 => self.end_line(out),
            Token::String { bytes, cut } => self.text(bytes, cut, at),
            Token::Number(number) => self.number(number),
            Token::Boolean(value) => self.flag(value),
            _ => {}
        }
        if !ends {
            self.path.follow(token);
        }
    }

    fn text(&mut self, bytes: &[u8], cut: bool, at: u64) {
        let text = || String::from_utf8_lossy(bytes).into_owned();
        let line = &mut self.line;
        if self.path.begins(&["payload"]) {
            line.payload = match self.path.key() {
                "text" => Some(bytes.to_vec()),
                "base64" => crate::base64::decode(bytes),
                "hex" => super::messages::from_hex(bytes),
                _ => return,
            };
            return;
        }
        if self.path.begins(&["violations"]) {
            line.rules.extend(core::str::from_utf8(bytes).ok().and_then(Rule::from_id));
            return;
        }
        match self.path.key() {
            "type" | "method" if self.path.depth() == 1 => line.kind = text(),
            "requestId" => line.connection = text(),
            "url" | "uri" => line.url = Some(text()),
            "dir" => line.dir = text(),
            "opName" => line.opcode_name = text(),
            "time" => line.time = parse_date(&text()),
            "key" => line.key = Some(text()),
            "certainty" => line.guessed = bytes == b"guessed",
            "payloadData" | "data" => {
                line.item.data = Some(bytes.to_vec());
                line.item.cut = cut;
                line.item.data_at = at;
            }
            _ => {}
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    fn number(&mut self, number: f64) {
        if self.path.begins(&["rsv"]) {
            self.line.rsv.push(number != 0.0);
            return;
        }
        let name = match self.path.key() {
            "conn" => {
                self.line.connection = format!("{}", number as u64);
                return;
            }
            "opcode" => return self.line.item.opcode = Some(number),
            "ts" | "wallTime" => return self.line.item.time = Some(number),
            "op" => "op",
            "len" => "len",
            "captured" => "captured",
            "inflated" => "inflated",
            "lenForm" => "lenForm",
            "hdrLen" => "hdrLen",
            "msg" => "msg",
            "stream" => "stream",
            _ => return,
        };
        self.line.numbers.insert(name, number as u64);
    }

    fn flag(&mut self, value: bool) {
        let name = match self.path.key() {
            "fin" => "fin",
            "masked" => "masked",
            _ => return,
        };
        self.line.flags.insert(name, value);
    }

    fn end_line(&mut self, out: &mut Out) {
        self.lines = self.lines.saturating_add(1);
        let line = core::mem::take(&mut self.line);
        match line.kind.as_str() {
            "frame" => self.frame(line, out),
            "Network.webSocketCreated" => {
                let teller = self.tellers.entry(line.connection).or_default();
                teller.begin(line.url.as_deref(), None, out);
            }
            "Network.webSocketFrameSent" => self.event(line, "send", out),
            "Network.webSocketFrameReceived" => self.event(line, "receive", out),
            "send" | "sent" | "out" => self.event(line, "send", out),
            "receive" | "received" | "in" => self.event(line, "receive", out),
            _ => {}
        }
    }

    fn event(&mut self, line: Line, kind: &str, out: &mut Out) {
        self.understood = self.understood.saturating_add(1);
        let teller = self.tellers.entry(line.connection).or_default();
        if !teller.has_begun() {
            teller.begin(line.url.as_deref(), None, out);
        }
        teller.tell(Item { kind: kind.to_owned(), ..line.item }, out);
    }

    /// One of our own records.
    fn frame(&mut self, line: Line, out: &mut Out) {
        self.understood = self.understood.saturating_add(1);
        let connection = *self.names.entry(line.connection.clone()).or_insert_with(|| out.next_connection());
        let number = |name: &str| line.numbers.get(name).copied();
        let flag = |name: &str| line.flags.get(name).copied();
        let rsv = |index: usize| line.rsv.get(index).copied().unwrap_or_default();
        let side = if line.dir == "s2c" { Side::Server } else { Side::Client };
        let opcode = number("op").map_or_else(
            || opcode_from_name(&line.opcode_name).unwrap_or(Opcode::Text),
            |bits| Opcode::from_bits((bits & 15) as u8),
        );
        let payload = line.payload.unwrap_or_default();
        let length = number("len").unwrap_or(wide(payload.len()));
        let key: Option<MaskingKey> =
            line.key.and_then(|key| super::messages::from_hex(key.as_bytes())).and_then(|key| key.try_into().ok());
        let header = FrameHeader {
            fin: flag("fin").unwrap_or(true),
            rsv1: rsv(0),
            rsv2: rsv(1),
            rsv3: rsv(2),
            opcode,
            masking_key: key,
            payload_length: length,
            length_form: match number("lenForm") {
                Some(64) => LengthForm::Bits64,
                Some(16) => LengthForm::Bits16,
                _ => LengthForm::minimal(length),
            },
        };
        if let Some(time) = line.time {
            out.see_time(time);
        }
        let place = Place { file: Some(line.item.at), packet: None, time: line.time };
        let position = self.positions.entry((connection, side == Side::Server)).or_default();
        let stream = *position;
        *position = position.saturating_add(wide(payload.len()));
        out.store(connection, side, stream, &payload, place);
        let mut set = Set::default();
        let findings: Vec<_> =
            line.rules.iter().map(|rule| Finding::new(*rule, number("stream").unwrap_or(stream))).collect();
        line.rules.iter().for_each(|rule| set.insert(*rule));
        let captured = number("captured").unwrap_or(length);
        let number_of_frame = out.next_number();
        out.record(&Record::Frame(&Frame {
            number: number_of_frame,
            connection,
            message: number("msg"),
            side,
            kind: opcode,
            header,
            // What the record is of, its payload is not: it was unmasked and inflated.
            has_header: false,
            has_flags: line.flags.contains_key("fin"),
            header_length: 0,
            captured,
            extent: wide(payload.len()),
            stream,
            place,
            payload: &payload,
            inflated: None,
            set,
            findings: &findings,
            compressed: false,
            guessed: line.guessed,
            answer: None,
        }));
    }
}
