//! Records as lines of JSON: version 1, to which keys are added but never taken away.

use sansocket::{FrameHeader, LengthForm, Opcode};

use crate::catalogue::Level;
use crate::frames::close_parts;
use crate::json::Writer;
use crate::names::{close_name, opcode_name};
use crate::options::{Kind, Options, PayloadMode, RecordType, Records};
use crate::record::{End, Finding, Frame, Inflated, Message, Record};
use crate::stream::Handshake;
use crate::types::{Place, Side, Time};

/// Writes records.
pub struct Ndjson {
    writer: Writer,
    records: Records,
    payload: Payload,
    wire: bool,
    source: Option<String>,
    start: Option<Time>,
}

/// How payloads are written.
#[derive(Clone, Copy)]
struct Payload {
    mode: PayloadMode,
    most: usize,
    hex: bool,
}

const PREVIEW: usize = 256;

impl Ndjson {
    /// Nothing was written yet.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let default = if options.payload == PayloadMode::Preview { PREVIEW } else { usize::MAX };
        let most = options.max_payload.unwrap_or(default);
        Self {
            writer: Writer::default(),
            records: options.records,
            payload: Payload { mode: options.payload, most, hex: options.hex },
            wire: options.wire,
            source: options.source.clone(),
            start: None,
        }
    }

    /// Times are relative to this one.
    pub const fn set_start(&mut self, start: Time) {
        self.start = Some(start);
    }

    /// Bytes that wait to be taken.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        self.writer.as_bytes()
    }

    /// Takes what was written.
    pub fn take(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.writer).into_bytes()
    }

    /// What the capture is.
    pub fn capture(&mut self, kind: Kind) {
        if !self.begin(RecordType::Capture) {
            return;
        }
        let level = if kind == Kind::Har { "message" } else { "frame" };
        self.writer.key("source").maybe_string(self.source.as_deref());
        self.writer.key("kind").string(kind.name()).key("level").string(level);
        self.end();
    }

    /// The end of the capture.
    pub fn summary(&mut self, stats: &crate::stats::Stats) {
        if self.begin(RecordType::Summary) {
            stats.write_summary(&mut self.writer);
            self.end();
        }
    }

    /// Writes a record, if its type is asked for.
    #[inline(never)]
    pub fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Handshake(handshake) => self.handshake(handshake),
            Record::Frame(frame) => {
                self.frame(frame);
                for finding in frame.findings {
                    self.violation(frame.connection, Some(frame.number), frame.side, finding);
                }
            }
            Record::Message(message) => self.message(message),
            Record::Violation { connection, frame, side, finding } => {
                self.violation(*connection, *frame, *side, finding)
            }
            Record::Gap { connection, side, at, bytes, resynced_at } => {
                if self.begin(RecordType::Gap) {
                    let w = &mut self.writer;
                    w.key("conn").number(u64::from(*connection)).key("dir").string(side.direction());
                    w.key("at").number(*at).key("bytes").maybe(*bytes).key("resyncedAt").maybe(*resynced_at);
                    self.end();
                }
            }
            Record::Close { connection, end } => self.close(*connection, end),
            Record::Error { place, connection, text } => {
                if self.begin(RecordType::Error) {
                    let w = &mut self.writer;
                    w.key("source").maybe_string(self.source.as_deref());
                    w.key("packet").maybe(place.packet).key("offset").maybe(place.file);
                    w.key("conn").maybe(connection.map(u64::from)).key("text").string(text);
                    self.end();
                }
            }
        }
    }

    fn begin(&mut self, kind: RecordType) -> bool {
        let wanted = self.records.has(kind);
        if wanted {
            self.writer.object().key("v").number(1).key("type").string(kind.name());
        }
        wanted
    }

    fn end(&mut self) {
        self.writer.end_object();
        self.writer.line();
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        if !self.begin(RecordType::Frame) {
            return;
        }
        let w = &mut self.writer;
        w.key("conn").number(u64::from(frame.connection)).key("n").number(frame.number);
        w.key("msg").maybe(frame.message).key("dir").string(frame.side.direction());
        times(w, frame.place.time, self.start);
        write_frame(w, frame, self.payload);
        if self.wire && is_held(frame) {
            write_wire(w, frame);
        }
        self.end();
    }

    fn message(&mut self, message: &Message<'_>) {
        if !self.begin(RecordType::Message) {
            return;
        }
        let w = &mut self.writer;
        w.key("conn").number(u64::from(message.connection)).key("msg").number(message.number);
        w.key("dir").string(message.side.direction());
        times(w, message.time, self.start);
        w.key("op").number(u64::from(message.kind.bits())).key("opName").string(opcode_name(message.kind));
        w.key("frames").array();
        for number in message.frames {
            w.number(*number);
        }
        w.end_array();
        if message.frame_count > crate::types::wide(message.frames.len()) {
            w.key("frameCount").number(message.frame_count);
        }
        w.key("wire").number(message.wire).key("len").number(message.length);
        w.key("inflated").maybe(message.inflated.map(|inflated| inflated.size));
        self.payload.write(w, message.payload, message.length, message.inflated);
        certainty(w, message.guessed);
        self.end();
    }

    fn violation(&mut self, connection: u32, frame: Option<u64>, side: Side, finding: &Finding) {
        if self.begin(RecordType::Violation) {
            self.writer.key("conn").number(u64::from(connection)).key("n").maybe(frame);
            self.writer.key("dir").string(side.direction());
            write_finding(&mut self.writer, side, finding);
            self.end();
        }
    }

    fn handshake(&mut self, handshake: &Handshake) {
        if !self.begin(RecordType::Handshake) {
            return;
        }
        let w = &mut self.writer;
        w.key("conn").number(u64::from(handshake.connection));
        times(w, handshake.place.time, self.start);
        write_handshake(w, handshake);
        if self.wire {
            for (key, head) in [("request", &handshake.request), ("response", &handshake.response)] {
                if let Some(head) = head {
                    w.key(key).lossy(&head.bytes());
                }
            }
        }
        self.end();
    }

    fn close(&mut self, connection: u32, end: &End) {
        if self.begin(RecordType::Close) {
            self.writer.key("conn").number(u64::from(connection));
            write_end(&mut self.writer, end);
            self.end();
        }
    }
}

/// `t` and `time`.
pub fn times(w: &mut Writer, time: Option<Time>, start: Option<Time>) {
    match (time, start) {
        (Some(time), Some(start)) => {
            w.key("t").decimal(time.since(start), 1_000_000_000);
            w.key("time").date(time);
        }
        _ => {
            w.key("t").null().key("time").null();
        }
    }
}

fn certainty(w: &mut Writer, guessed: bool) {
    w.key("certainty").string(if guessed { "guessed" } else { "exact" });
}

fn write_frame(w: &mut Writer, frame: &Frame<'_>, payload: Payload) {
    let header = &frame.header;
    if frame.has_flags {
        w.key("fin").boolean(header.fin);
        reserved_bits(w, header);
    }
    w.key("op").number(u64::from(header.opcode.bits())).key("opName").string(opcode_name(header.opcode));
    if frame.has_flags {
        w.key("masked").boolean(header.masking_key.is_some());
    }
    if frame.has_header {
        w.key("key");
        match &header.masking_key {
            Some(key) => w.hex(key),
            None => w.null(),
        };
        w.key("lenForm").number(length_bits(header.length_form)).key("hdrLen").number(u64::from(frame.header_length));
    }
    w.key("len").number(header.payload_length);
    if frame.captured != header.payload_length {
        w.key("captured").number(frame.captured);
    }
    w.key("inflated").maybe(frame.inflated.map(|inflated| inflated.size));
    if frame.has_header {
        write_place(w, frame.stream, frame.place);
    }
    if header.opcode == Opcode::Close && frame.captured == header.payload_length {
        let (code, reason) = close_parts(frame.payload);
        w.key("close").object().key("code").number(u64::from(code)).key("name").string(close_name(code));
        w.key("reason").lossy(reason).end_object();
    }
    if let Some(answer) = frame.answer {
        w.key("answers").number(answer.ping).key("rtt");
        match answer.after {
            Some(after) => w.decimal(after, 1_000_000),
            None => w.null(),
        };
    }
    payload.write(w, frame.payload, frame.captured, frame.inflated);
    w.key("violations").array();
    for rule in frame.set.iter() {
        w.string(rule.id());
    }
    w.end_array();
    certainty(w, frame.guessed);
}

/// Whether all that was captured of the frame is there: a part of it would read as another frame.
fn is_held(frame: &Frame<'_>) -> bool {
    frame.has_header && crate::types::wide(frame.payload.len()) >= frame.extent
}

/// The frame as it was on the wire.
fn write_wire(w: &mut Writer, frame: &Frame<'_>) {
    let mut bytes = frame.header.encode().to_vec();
    let key = frame.header.masking_key.unwrap_or_default();
    bytes.extend(frame.payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    w.key("wire").hex(&bytes);
}

/// `rsv`.
pub fn reserved_bits(w: &mut Writer, header: &FrameHeader) {
    w.key("rsv").array();
    for bit in [header.rsv1, header.rsv2, header.rsv3] {
        w.number(u64::from(bit));
    }
    w.end_array();
}

/// The bits that the length takes.
#[must_use]
pub const fn length_bits(form: LengthForm) -> u64 {
    match form {
        LengthForm::Bits7 => 7,
        LengthForm::Bits16 => 16,
        LengthForm::Bits64 => 64,
    }
}

/// `off`.
pub fn write_place(w: &mut Writer, stream: u64, place: Place) {
    w.key("off").object().key("stream").number(stream);
    w.key("file").maybe(place.file).key("packet").maybe(place.packet).end_object();
}

/// What a finding says.
pub fn write_finding(w: &mut Writer, side: Side, finding: &Finding) {
    let entry = finding.rule.entry();
    w.key("id").string(entry.id).key("level").string(entry.level.name()).key("at").number(finding.at);
    if let Some(at) = finding.payload_at {
        w.key("payloadAt").number(at);
    }
    if let Some(at) = finding.inflated_at {
        w.key("inflatedAt").number(at);
    }
    w.key("rfc").maybe_string(entry.rfc).key("close").maybe(entry.close.map(u64::from));
    // Only a server can answer with a status; a client just drops the connection.
    let status = entry.status.filter(|_| side == Side::Client);
    w.key("status").maybe(status.map(u64::from)).key("text");
    match &finding.detail {
        Some(detail) => w.string(&format!("{}: {detail}", entry.text)),
        None => w.string(entry.text),
    };
}

/// What a handshake says, without the connection and times.
pub fn write_handshake(w: &mut Writer, handshake: &Handshake) {
    let text = |side, name: &str| handshake.field(side, name);
    let (client, server) =
        handshake.addresses.as_ref().map_or((None, None), |(client, server)| (Some(client), Some(server)));
    w.key("client").maybe_string(client.map(String::as_str)).key("server").maybe_string(server.map(String::as_str));
    w.key("method").maybe_string(handshake.request.as_ref().map(|head| head.parts().0));
    w.key("uri").maybe_string(handshake.uri());
    w.key("host").maybe_string(text(Side::Client, "Host").as_deref());
    w.key("origin").maybe_string(text(Side::Client, "Origin").as_deref());
    w.key("status").maybe(handshake.status.map(u64::from));
    w.key("key").maybe_string(text(Side::Client, "Sec-WebSocket-Key").as_deref());
    w.key("accept").maybe_string(text(Side::Server, "Sec-WebSocket-Accept").as_deref());
    w.key("acceptOk");
    match handshake.accept_ok {
        Some(ok) => w.boolean(ok),
        None => w.null(),
    };
    w.key("subprotocol").maybe_string(handshake.subprotocol().as_deref());
    w.key("offered").object();
    w.key("protocols").array();
    for protocol in handshake.request.iter().flat_map(|head| head.elements("Sec-WebSocket-Protocol")) {
        w.lossy(protocol);
    }
    w.end_array()
        .key("extensions")
        .maybe_string(text(Side::Client, "Sec-WebSocket-Extensions").as_deref())
        .end_object();
    w.key("extensions").maybe_string(text(Side::Server, "Sec-WebSocket-Extensions").as_deref());
    w.key("pmd");
    match &handshake.deflate {
        Some(params) => {
            w.object().key("c2s").number(u64::from(params.client_max_window_bits));
            w.key("s2c").number(u64::from(params.server_max_window_bits));
            w.key("takeover").array();
            w.boolean(!params.client_no_context_takeover).boolean(!params.server_no_context_takeover);
            w.end_array().end_object();
        }
        None => _ = w.null(),
    }
    w.key("off").object().key("request").maybe(handshake.request.as_ref().map(|head| head.at));
    w.key("response").maybe(handshake.response.as_ref().map(|head| head.at));
    w.key("file").maybe(handshake.place.file).key("packet").maybe(handshake.place.packet).end_object();
    w.key("violations").array();
    for (_, finding) in &handshake.findings {
        w.string(finding.rule.id());
    }
    w.end_array();
}

/// How a connection ended.
pub fn write_end(w: &mut Writer, end: &End) {
    w.key("by").maybe_string(end.by.map(Side::name)).key("code").number(u64::from(end.code));
    w.key("name").string(close_name(end.code)).key("reason").string(&end.reason);
    w.key("clean").boolean(end.clean).key("answeredMs");
    match end.answered {
        Some(answered) => w.decimal(answered, 1_000_000),
        None => w.null(),
    };
    w.key("tcp");
    match end.tcp {
        Some((side, reset)) => {
            w.object().key("by").string(side.name()).key("how").string(if reset { "reset" } else { "fin" }).end_object()
        }
        None => w.null(),
    };
}

impl Payload {
    /// `payload`: of the message that was inflated, or else as it is; `size` is what it would be whole.
    fn write(self, w: &mut Writer, payload: &[u8], size: u64, inflated: Option<&Inflated>) {
        if self.mode == PayloadMode::None {
            return;
        }
        let (bytes, size, unknown) = match inflated {
            Some(inflated) => (inflated.bytes.as_slice(), inflated.size, inflated.unknown.as_slice()),
            None => (payload, size, &[][..]),
        };
        let shown = bytes.get(..self.most.min(bytes.len())).unwrap_or_default();
        let cut = crate::types::wide(shown.len()) < size;
        w.key("payload").object();
        match text_of(shown, cut) {
            Some(text) => w.key("text").string(text),
            None if self.hex => w.key("hex").hex(shown),
            None => w.key("base64").base64(shown),
        };
        if cut {
            w.key("cut").boolean(true);
        }
        if !unknown.is_empty() {
            w.key("unknown").array();
            for range in unknown {
                w.array().number(range.start).number(range.end).end_array();
            }
            w.end_array();
        }
        w.end_object();
    }
}

/// The bytes as text, if they are; where they were cut, a character may be missing its end.
fn text_of(bytes: &[u8], cut: bool) -> Option<&str> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if cut && error.error_len().is_none() => {
            core::str::from_utf8(bytes.get(..error.valid_up_to()).unwrap_or_default()).ok()
        }
        Err(_) => None,
    }
}

/// How many of each level there are, by level: notes, warnings, errors.
pub type Levels = [u64; 3];

/// Counts one.
pub fn count_level(levels: &mut Levels, level: Level) {
    if let Some(count) = levels.get_mut(level as usize) {
        *count = count.saturating_add(1);
    }
}
