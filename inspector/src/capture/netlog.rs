//! Logs of Chromium's network stack (`chrome://net-export`, `--log-net-log`): the bytes of every socket, before TLS where
//! there is TLS.
//!
//! Numbers of events are told by the log itself, in `constants.logEventTypes`. Bytes are there if they were asked for
//! ("include raw bytes", `--net-log-capture-mode=Everything`); otherwise the headers of frames are, without payload.

use std::collections::BTreeMap;

use sansocket::{FrameHeader, LengthForm, Opcode};

use super::messages::from_hex;
use super::path::Path;
use crate::catalogue::Set;
use crate::json::{Reader, Token};
use crate::out::Out;
use crate::record::{Frame, Record};
use crate::stream::{End, Source, Stream};
use crate::types::{Place, Side, Time};

/// The most sockets that are followed.
const MAX_SOCKETS: usize = 10_000;

/// What an event is, as far as it counts here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Bytes on a socket: who sent them, and whether they are the plain text inside TLS.
    Bytes(Side, bool),
    /// A header of a frame.
    Header(Side),
}

const KINDS: [(&str, Kind); 6] = [
    ("SOCKET_BYTES_SENT", Kind::Bytes(Side::Client, false)),
    ("SOCKET_BYTES_RECEIVED", Kind::Bytes(Side::Server, false)),
    ("SSL_SOCKET_BYTES_SENT", Kind::Bytes(Side::Client, true)),
    ("SSL_SOCKET_BYTES_RECEIVED", Kind::Bytes(Side::Server, true)),
    ("WEBSOCKET_SENT_FRAME_HEADER", Kind::Header(Side::Client)),
    ("WEBSOCKET_RECV_FRAME_HEADER", Kind::Header(Side::Server)),
];

/// The reader.
pub(crate) struct NetLog {
    reader: Reader,
    path: Path,
    kinds: BTreeMap<u32, Kind>,
    /// Milliseconds that are added to times.
    offset: f64,
    event: Event,
    sockets: BTreeMap<u64, Socket>,
    /// Connections of which only headers are there, by the number of their request.
    requests: BTreeMap<u64, (u32, u64)>,
    saw_bytes: bool,
    last: Place,
    broken: bool,
}

#[derive(Default)]
struct Event {
    at: u64,
    kind: Option<Kind>,
    source: u64,
    time: Option<f64>,
    bytes: Option<Vec<u8>>,
    bytes_at: u64,
    flags: [bool; 5],
    opcode: u8,
    length: f64,
}

/// One socket: the bytes on it, and those inside TLS.
struct Socket {
    plain: Stream,
    inside: Stream,
}

impl NetLog {
    pub(crate) fn new() -> Self {
        Self {
            reader: Reader::new(false),
            path: Path::default(),
            kinds: BTreeMap::new(),
            offset: 0.0,
            event: Event::default(),
            sockets: BTreeMap::new(),
            requests: BTreeMap::new(),
            saw_bytes: false,
            last: Place::default(),
            broken: false,
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8], out: &mut Out) {
        if self.broken {
            return;
        }
        let mut reader = core::mem::replace(&mut self.reader, Reader::new(false));
        let result = reader.feed(bytes, &mut |token, at| self.see(token, at, out));
        self.reader = reader;
        if let Err(fault) = result {
            self.broken = true;
            let place = Place { file: Some(fault.offset), ..Place::default() };
            out.cut(place, &format!("no NetLog any more: {fault}"));
        }
    }

    pub(crate) fn finish(&mut self, out: &mut Out) {
        if !self.broken && self.reader.finish(&mut |_, _| {}).is_err() {
            out.cut(self.last, "the log has no end, as after a crash: what is there was read");
        }
        let place = self.last;
        for socket in self.sockets.values_mut() {
            socket.plain.finish(place, out);
            socket.inside.finish(place, out);
        }
        if out.connections() == 0 {
            let text = if self.saw_bytes {
                "no socket of the log is a WebSocket"
            } else {
                "the log has no bytes and no frames: export it with \"include raw bytes\", or --net-log-capture-mode=Everything"
            };
            out.error(Place::default(), None, text);
        }
    }

    fn see(&mut self, token: Token<'_>, at: u64, out: &mut Out) {
        const EVENT: [&str; 2] = ["events", "#"];
        let ends = matches!(token, Token::EndObject | Token::EndArray);
        if ends {
            self.path.follow(token);
        }
        match token {
            Token::Object if self.path.is(&EVENT) => self.event = Event { at, ..Event::default() },
            Token::EndObject if self.path.is(&EVENT) => self.end_event(out),
            Token::Number(number) => self.number(number),
            Token::String { bytes, .. } if self.path.begins(&EVENT) => self.text(bytes, at),
            Token::Boolean(value) if self.path.begins(&["events", "#", "params"]) => self.flag(value),
            _ => {}
        }
        if !ends {
            self.path.follow(token);
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    fn number(&mut self, number: f64) {
        let path = &self.path;
        if path.begins(&["events", "#"]) {
            match (path.depth(), path.key()) {
                (3, "type") => self.event.kind = self.kinds.get(&(number as u32)).copied(),
                (3, "time") => self.event.time = Some(number),
                (4, "id") if path.is(&["events", "#", "source", "id"]) => self.event.source = number as u64,
                (4, "opcode") => self.event.opcode = number as u8,
                (4, "payload_length") => self.event.length = number,
                (4, "final" | "masked" | "reserved1" | "reserved2" | "reserved3") => self.flag(number != 0.0),
                _ => {}
            }
        } else if path.begins(&["constants", "logEventTypes"]) {
            if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == path.key()) {
                self.kinds.insert(number as u32, *kind);
            }
        } else if path.is(&["constants", "timeTickOffset"]) {
            self.offset = number;
        }
    }

    fn text(&mut self, bytes: &[u8], at: u64) {
        match (self.path.depth(), self.path.key()) {
            (3, "time") => self.event.time = core::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()),
            (4, "bytes") => {
                self.event.bytes = crate::base64::decode(bytes);
                self.event.bytes_at = at;
            }
            (4, "hex_encoded_bytes") => {
                self.event.bytes = from_hex(bytes);
                self.event.bytes_at = at;
            }
            _ => {}
        }
    }

    fn flag(&mut self, value: bool) {
        let names = ["final", "reserved1", "reserved2", "reserved3", "masked"];
        let index = names.iter().position(|name| *name == self.path.key());
        if let Some(flag) = index.and_then(|index| self.event.flags.get_mut(index)) {
            *flag = value;
        }
    }

    fn end_event(&mut self, out: &mut Out) {
        let event = core::mem::take(&mut self.event);
        let time = event.time.map(|time| Time::from_seconds((time + self.offset) / 1e3));
        if let Some(time) = time {
            out.see_time(time);
        }
        self.last = Place { file: None, packet: None, time };
        match event.kind {
            Some(Kind::Bytes(side, inside)) => {
                if let Some(bytes) = &event.bytes {
                    let place = Place { file: Some(event.bytes_at), packet: None, time };
                    self.bytes(event.source, side, inside, bytes, place, out);
                }
            }
            Some(Kind::Header(side)) if !self.saw_bytes => {
                let place = Place { file: Some(event.at), packet: None, time };
                self.header(&event, side, place, out);
            }
            _ => {}
        }
    }

    fn bytes(&mut self, source: u64, side: Side, inside: bool, bytes: &[u8], place: Place, out: &mut Out) {
        self.saw_bytes = true;
        if self.sockets.len() >= MAX_SOCKETS && !self.sockets.contains_key(&source) {
            self.sockets.retain(|_, socket| !(socket.plain.is_closed() && socket.inside.is_closed()));
            if self.sockets.len() >= MAX_SOCKETS {
                return;
            }
        }
        let socket = self.sockets.entry(source).or_insert_with(Socket::new);
        let stream = if inside { &mut socket.inside } else { &mut socket.plain };
        let end = if side == Side::Client { End::A } else { End::B };
        // Digits of base64 stand for the bytes, so that no byte is at a place of its own.
        stream.feed(end, bytes, Place { file: None, ..place }, out);
    }

    /// A frame of which the log has the header alone.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    fn header(&mut self, event: &Event, side: Side, place: Place, out: &mut Out) {
        let (connection, messages) = self.requests.entry(event.source).or_insert_with(|| (out.next_connection(), 0));
        let [fin, rsv1, rsv2, rsv3, masked] = event.flags;
        let length = event.length as u64;
        let opcode = Opcode::from_bits(event.opcode);
        let header = FrameHeader {
            fin,
            rsv1,
            rsv2,
            rsv3,
            opcode,
            // The log says that there is one, not which.
            masking_key: masked.then_some([0; 4]),
            payload_length: length,
            length_form: LengthForm::minimal(length),
        };
        if matches!(opcode, Opcode::Text | Opcode::Binary) {
            *messages = messages.saturating_add(1);
        }
        let frame = Frame {
            number: out.next_number(),
            connection: *connection,
            message: (!opcode.is_control()).then_some(*messages),
            side,
            kind: opcode,
            header,
            has_header: false,
            has_flags: true,
            header_length: 0,
            captured: 0,
            extent: 0,
            stream: 0,
            place,
            payload: &[],
            inflated: None,
            set: Set::default(),
            findings: &[],
            compressed: rsv1,
            guessed: false,
            answer: None,
        };
        out.record(&Record::Frame(&frame));
    }
}

impl Socket {
    fn new() -> Self {
        let stream = || {
            Stream::new(Source {
                from_start: true,
                is_tcp: true,
                addresses: None,
                is_quiet: true,
                client: Some(End::A),
            })
        };
        Self { plain: stream(), inside: stream() }
    }
}
