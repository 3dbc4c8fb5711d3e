//! Counts, in all and for each connection.

use sansocket::Opcode;

use crate::catalogue::{COUNT, Level, RULES, Rule};
use crate::json::Writer;
use crate::names::opcode_name;
use crate::ndjson::{Levels, count_level, times, write_end, write_finding, write_handshake};
use crate::record::{End, Finding, Frame, Record};
use crate::stream::Handshake;
use crate::types::{Side, Time};

/// The most round trips that are kept of a connection, for its percentiles.
const MAX_TRIPS: usize = 10_000;

/// The most gaps, and the most findings about no frame, that are kept of a connection.
const MAX_KEPT: usize = 200;

/// What one side of a connection has sent.
#[derive(Clone, Debug, Default)]
struct Sent {
    frames: u64,
    messages: u64,
    /// Frames of fragmented messages.
    fragments: u64,
    /// Bytes on the wire.
    wire: u64,
    payload: u64,
    compressed: u64,
    inflated: u64,
    opcodes: [u64; 16],
}

/// Frames that are messages by themselves, without a fault, counted together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    texts: u64,
    binaries: u64,
    headers: u64,
    payload: u64,
}

impl Tally {
    /// Counts a frame.
    pub fn add(&mut self, opcode: Opcode, header_length: u8, length: u16) {
        if opcode == Opcode::Text {
            self.texts = self.texts.saturating_add(1);
        } else {
            self.binaries = self.binaries.saturating_add(1);
        }
        self.headers = self.headers.saturating_add(u64::from(header_length));
        self.payload = self.payload.saturating_add(u64::from(length));
    }
}

/// A connection.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// Its handshake, if it was seen.
    pub handshake: Option<Handshake>,
    sent: [Sent; 2],
    levels: Levels,
    trips: Vec<u64>,
    trip_count: u64,
    end: Option<End>,
    first: Option<Time>,
    last: Option<Time>,
    gaps: u64,
    lost: Vec<Lost>,
    findings: Vec<(Side, Finding)>,
    subprotocol: Option<String>,
}

/// Bytes that are missing from the capture.
#[derive(Clone, Debug)]
struct Lost {
    /// The number of the frame that was read next, whoever sent it.
    before: u64,
    side: Side,
    at: u64,
    bytes: Option<u64>,
    resynced_at: Option<u64>,
}

/// All counts.
#[derive(Clone, Debug)]
pub struct Stats {
    connections: Vec<Connection>,
    frames: u64,
    messages: u64,
    levels: Levels,
    rules: [u64; COUNT],
    troubles: u64,
    start: Option<Time>,
    last: Option<Time>,
    /// Bytes of the capture.
    pub bytes: u64,
    /// Packets, if it has any.
    pub packets: u64,
    /// Whether its end could not be read.
    pub cut: bool,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            connections: Vec::new(),
            frames: 0,
            messages: 0,
            levels: Levels::default(),
            rules: [0; COUNT],
            troubles: 0,
            start: None,
            last: None,
            bytes: 0,
            packets: 0,
            cut: false,
        }
    }
}

impl Stats {
    /// Times are relative to this one.
    pub const fn set_start(&mut self, start: Time) {
        self.start = Some(start);
    }

    /// When the first packet was seen.
    #[must_use]
    pub const fn start(&self) -> Option<Time> {
        self.start
    }

    /// A connection, counted from 1.
    #[must_use]
    pub fn connection(&self, number: u32) -> Option<&Connection> {
        self.connections.get((number as usize).checked_sub(1)?)
    }

    fn connection_mut(&mut self, number: u32) -> Option<&mut Connection> {
        let number = number as usize;
        if self.connections.len() < number {
            self.make_connections(number);
        }
        self.connections.get_mut(number.checked_sub(1)?)
    }

    #[inline(never)]
    fn make_connections(&mut self, count: usize) {
        self.connections.resize_with(count, Connection::default);
    }

    /// Counts.
    pub fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Handshake(handshake) => self.handshake(handshake),
            Record::Frame(frame) => self.frame(frame),
            Record::Message(message) => {
                self.messages = self.messages.saturating_add(1);
                if let Some(sent) = self.connection_mut(message.connection).map(|it| it.sent(message.side)) {
                    sent.messages = sent.messages.saturating_add(1);
                    if message.frame_count > 1 {
                        sent.fragments = sent.fragments.saturating_add(message.frame_count);
                    }
                    if let Some(inflated) = message.inflated {
                        sent.compressed = sent.compressed.saturating_add(message.length);
                        sent.inflated = sent.inflated.saturating_add(inflated.size);
                    }
                }
            }
            Record::Violation { connection, frame, side, finding } => {
                self.finding(*connection, finding.rule);
                if frame.is_none()
                    && let Some(connection) = self.connection_mut(*connection)
                    && connection.findings.len() < MAX_KEPT
                {
                    connection.findings.push((*side, (*finding).clone()));
                }
            }
            Record::Gap { connection, side, at, bytes, resynced_at } => {
                let before = self.frames.saturating_add(1);
                let lost = Lost { before, side: *side, at: *at, bytes: *bytes, resynced_at: *resynced_at };
                if let Some(connection) = self.connection_mut(*connection) {
                    connection.gaps = connection.gaps.saturating_add(1);
                    if connection.lost.len() < MAX_KEPT {
                        connection.lost.push(lost);
                    }
                }
            }
            Record::Close { connection, end } => {
                if let Some(connection) = self.connection_mut(*connection) {
                    connection.end = Some((*end).clone());
                }
            }
            Record::Error { .. } => self.troubles = self.troubles.saturating_add(1),
        }
    }

    #[inline(never)]
    fn handshake(&mut self, handshake: &Handshake) {
        let Some(connection) = self.connection_mut(handshake.connection) else { return };
        connection.see(handshake.place.time);
        connection.subprotocol = handshake.subprotocol();
        connection.handshake = Some(handshake.clone());
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        self.frames = self.frames.saturating_add(1);
        self.last = frame.place.time.or(self.last);
        for finding in frame.findings {
            self.finding(frame.connection, finding.rule);
        }
        let Some(connection) = self.connection_mut(frame.connection) else { return };
        connection.see(frame.place.time);
        if let Some(after) = frame.answer.and_then(|answer| answer.after) {
            connection.trip_count = connection.trip_count.saturating_add(1);
            if connection.trips.len() < MAX_TRIPS {
                connection.trips.push(after);
            }
        }
        let sent = connection.sent(frame.side);
        sent.frames = sent.frames.saturating_add(1);
        sent.wire = sent.wire.saturating_add(u64::from(frame.header_length)).saturating_add(frame.captured);
        sent.payload = sent.payload.saturating_add(frame.captured);
        if let Some(count) = sent.opcodes.get_mut(usize::from(frame.header.opcode.bits())) {
            *count = count.saturating_add(1);
        }
    }

    /// Counts frames that were seen at the same time.
    pub fn ordinary(&mut self, connection: u32, side: Side, time: Option<Time>, tally: &Tally) {
        let count = tally.texts.saturating_add(tally.binaries);
        self.frames = self.frames.saturating_add(count);
        self.messages = self.messages.saturating_add(count);
        self.last = time.or(self.last);
        let Some(connection) = self.connection_mut(connection) else { return };
        connection.see(time);
        let sent = connection.sent(side);
        sent.frames = sent.frames.saturating_add(count);
        sent.messages = sent.messages.saturating_add(count);
        sent.wire = sent.wire.saturating_add(tally.headers).saturating_add(tally.payload);
        sent.payload = sent.payload.saturating_add(tally.payload);
        let [_, texts, binaries, ..] = &mut sent.opcodes;
        *texts = texts.saturating_add(tally.texts);
        *binaries = binaries.saturating_add(tally.binaries);
    }

    fn finding(&mut self, connection: u32, rule: Rule) {
        count_level(&mut self.levels, rule.entry().level);
        if let Some(count) = self.rules.get_mut(rule as usize) {
            *count = count.saturating_add(1);
        }
        if let Some(connection) = self.connection_mut(connection) {
            count_level(&mut connection.levels, rule.entry().level);
        }
    }

    /// The counts of the record `summary`.
    pub fn write_summary(&self, w: &mut Writer) {
        w.key("connections").count(self.connections.len()).key("frames").number(self.frames);
        w.key("messages").number(self.messages);
        write_levels(w, self.levels);
        w.key("troubles").number(self.troubles).key("packets").number(self.packets).key("bytes").number(self.bytes);
    }

    /// Everything, as an object.
    pub fn write(&self, w: &mut Writer) {
        w.object();
        self.write_summary(w);
        w.key("cut").boolean(self.cut).key("start");
        match self.start {
            Some(start) => w.date(start),
            None => w.null(),
        };
        w.key("seconds");
        match self.last.zip(self.start) {
            Some((last, start)) => w.decimal(last.since(start), 1_000_000_000),
            None => w.null(),
        };
        w.key("rules").object();
        for (rule, count) in RULES.into_iter().zip(self.rules).filter(|(_, count)| *count > 0) {
            w.key(rule.id()).number(count);
        }
        w.end_object().key("conns");
        self.write_connections(w);
        w.end_object();
    }

    /// The connections, as an array.
    pub fn write_connections(&self, w: &mut Writer) {
        w.array();
        for (index, connection) in self.connections.iter().enumerate() {
            w.object().key("conn").count(index.saturating_add(1));
            connection.write(w, self.start);
            w.end_object();
        }
        w.end_array();
    }
}

fn write_levels(w: &mut Writer, levels: Levels) {
    let [notes, warnings, errors] = levels;
    w.key("errors").number(errors).key("warnings").number(warnings).key("notes").number(notes);
}

impl Connection {
    /// The subprotocol that was agreed.
    #[must_use]
    pub fn subprotocol(&self) -> Option<&str> {
        self.subprotocol.as_deref()
    }

    fn sent(&mut self, side: Side) -> &mut Sent {
        let [client, server] = &mut self.sent;
        if side == Side::Client { client } else { server }
    }

    fn see(&mut self, time: Option<Time>) {
        self.first = self.first.or(time);
        self.last = time.or(self.last);
    }

    fn write(&self, w: &mut Writer, start: Option<Time>) {
        w.key("first").object();
        times(w, self.first, start);
        w.end_object().key("last").object();
        times(w, self.last, start);
        w.end_object().key("handshake");
        match &self.handshake {
            Some(handshake) => {
                w.object();
                write_handshake(w, handshake);
                w.end_object();
            }
            None => _ = w.null(),
        }
        let [client, server] = &self.sent;
        for (key, sent) in [("c2s", client), ("s2c", server)] {
            w.key(key);
            sent.write(w);
        }
        write_levels(w, self.levels);
        w.key("gaps").number(self.gaps).key("lost").array();
        for lost in &self.lost {
            w.object().key("before").number(lost.before).key("dir").string(lost.side.direction());
            w.key("at").number(lost.at).key("bytes").maybe(lost.bytes).key("resyncedAt").maybe(lost.resynced_at);
            w.end_object();
        }
        w.end_array().key("violations").array();
        for (side, finding) in &self.findings {
            w.object().key("dir").string(side.direction());
            write_finding(w, *side, finding);
            w.end_object();
        }
        w.end_array().key("rtt");
        self.write_trips(w);
        w.key("close");
        match &self.end {
            Some(end) => {
                w.object();
                write_end(w, end);
                w.end_object();
            }
            None => _ = w.null(),
        }
    }

    /// Round trips in milliseconds.
    fn write_trips(&self, w: &mut Writer) {
        let mut trips = self.trips.clone();
        trips.sort_unstable();
        let (Some(least), Some(most)) = (trips.first(), trips.last()) else {
            w.null();
            return;
        };
        let at = |percent: usize| {
            let index = trips.len().saturating_sub(1).saturating_mul(percent).div_ceil(100);
            trips.get(index).copied().unwrap_or_default()
        };
        w.object().key("count").number(self.trip_count);
        for (key, value) in [("min", *least), ("median", at(50)), ("p95", at(95)), ("max", *most)] {
            w.key(key).decimal(value, 1_000_000);
        }
        w.end_object();
    }
}

impl Sent {
    fn write(&self, w: &mut Writer) {
        w.object().key("frames").number(self.frames).key("messages").number(self.messages);
        w.key("fragments").number(self.fragments).key("wire").number(self.wire).key("payload").number(self.payload);
        w.key("compressed").number(self.compressed).key("inflated").number(self.inflated).key("ops").object();
        for (bits, count) in (0..16).zip(self.opcodes).filter(|(_, count)| *count > 0) {
            w.key(opcode_name(Opcode::from_bits(bits))).number(count);
        }
        w.end_object().end_object();
    }
}

const _: () = assert!(Level::Note as usize == 0 && Level::Error as usize == 2);
