//! Where everything that is told goes: to the records, the statistics and the index.

use crate::filter::{Filter, Gathering, Subject, Told};
use crate::index::Index;
use crate::ndjson::Ndjson;
use crate::options::{Options, PayloadMode, RecordType};
use crate::record::{Frame, Record};
use crate::stats::Stats;
use crate::types::{Place, Side, Time};

/// What is held of an inflated message whose payload nobody asked for.
const PREVIEW: usize = 256;

/// The consumer of all records.
pub struct Out {
    /// What the capture is read with.
    pub options: Options,
    /// The records as text.
    pub ndjson: Ndjson,
    /// The counts.
    pub stats: Stats,
    /// What is kept for random access.
    pub index: Option<Index>,
    filter: Option<Filter>,
    shows_frames: bool,
    keep: usize,
    frames: u64,
    connections: u32,
    /// The messages that the filter waits for.
    messages: Option<Gathering>,
    first_time: Option<Time>,
    /// When the last frame was seen, and the last message or frame of none.
    last_frame: Option<Time>,
    last_row: Option<Time>,
}

impl Out {
    /// Begins a capture.
    #[must_use]
    pub fn new(options: Options, filter: Option<Filter>) -> Self {
        let payloads = options.records.has(RecordType::Frame) || options.records.has(RecordType::Message);
        let shows_frames = payloads || filter.is_some();
        let messages = (filter.is_some() && options.records.has(RecordType::Message)).then(Gathering::default);
        let keep = match options.payload {
            _ if filter.is_some() => options.max_message,
            PayloadMode::None => 0,
            _ if !payloads => 0,
            PayloadMode::Preview => options.max_payload.unwrap_or(PREVIEW),
            PayloadMode::Full => options.max_payload.unwrap_or(options.max_message),
        };
        Self {
            ndjson: Ndjson::new(&options),
            stats: Stats::default(),
            index: options.index.then(Index::default),
            shows_frames,
            keep: keep.min(options.max_message),
            options,
            filter,
            frames: 0,
            connections: 0,
            messages,
            first_time: None,
            last_frame: None,
            last_row: None,
        }
    }

    /// The most bytes of the payload of a frame that anybody wants.
    #[must_use]
    pub const fn keep(&self) -> usize {
        // A frame as it was on the wire is whole.
        if self.options.wire && self.options.records.has(RecordType::Frame) {
            self.options.max_message
        } else {
            self.keep
        }
    }

    /// The most bytes of the payload of a message.
    #[must_use]
    pub fn keep_message(&self) -> usize {
        if self.options.records.has(RecordType::Message) { self.keep } else { 0 }
    }

    /// The most bytes of an inflated message.
    #[must_use]
    pub const fn keep_inflated(&self) -> usize {
        self.keep
    }

    /// Whether frames are written one by one. If not, they are counted and put into the index.
    #[must_use]
    pub const fn shows_frames(&self) -> bool {
        self.shows_frames
    }

    /// The number of the next frame.
    pub fn next_number(&mut self) -> u64 {
        self.frames = self.frames.saturating_add(1);
        self.frames
    }

    /// The number of the next connection.
    pub fn next_connection(&mut self) -> u32 {
        self.connections = self.connections.saturating_add(1);
        self.connections
    }

    /// How many connections there are.
    #[must_use]
    pub const fn connections(&self) -> u32 {
        self.connections
    }

    /// Tells when something was seen: times are relative to the first.
    pub fn see_time(&mut self, time: Time) {
        if self.first_time.is_none() {
            self.first_time = Some(time);
            self.ndjson.set_start(time);
            self.stats.set_start(time);
        }
    }

    /// Keeps bytes of a direction, if they are to be looked at later.
    pub fn store(&mut self, connection: u32, side: Side, position: u64, bytes: &[u8], place: Place) {
        if let Some(index) = &mut self.index {
            index.store(connection, side, position, bytes, place);
        }
    }

    /// Something could not be read.
    #[cold]
    #[inline(never)]
    pub fn error(&mut self, place: Place, connection: Option<u32>, text: &str) {
        self.record(&Record::Error { place, connection, text });
    }

    /// Nothing behind this could be read: the capture is cut here, or damaged.
    #[cold]
    pub fn cut(&mut self, place: Place, text: &str) {
        self.stats.cut = true;
        self.error(place, None, text);
    }

    /// Takes a record.
    pub fn record(&mut self, record: &Record<'_>) {
        self.stats.record(record);
        if let Some(index) = &mut self.index {
            index.record(record);
        }
        if !self.passes(record) {
            return;
        }
        match record {
            // What is wrong with it is told with its message, if that passes.
            Record::Frame(frame) if self.messages.is_some() && frame.message.is_some() => {
                self.ndjson.record(&Record::Frame(&Frame { findings: &[], ..(*frame).clone() }));
            }
            _ => self.ndjson.record(record),
        }
    }

    /// Whether a record is written: a frame that matches, a message that does, and what belongs to it.
    #[inline(never)]
    fn passes(&mut self, record: &Record<'_>) -> bool {
        let Some(filter) = &self.filter else { return true };
        let started = self.first_time;
        let times = |now: Option<Time>, before: &mut Option<Time>| {
            let since = |earlier: Option<Time>| Some(now?.since(earlier?));
            let times = [since(started), since(*before)];
            *before = now.or(*before);
            times
        };
        let protocol = |connection| self.stats.connection(connection).and_then(|it| it.subprotocol());
        match record {
            Record::Frame(frame) => {
                let [time, delta] = times(frame.place.time, &mut self.last_frame);
                if frame.message.is_none() {
                    self.last_row = frame.place.time.or(self.last_row);
                }
                let subject = Subject::of_frame(frame, time, delta);
                let passes = filter.matches(&subject, &mut Told { frame, subprotocol: protocol(frame.connection) });
                if let Some(messages) = &mut self.messages {
                    messages.add(frame, subject);
                }
                passes
            }
            Record::Message(message) => {
                let times = times(message.time, &mut self.last_row);
                let Some(messages) = &mut self.messages else { return false };
                let findings = messages.finish(filter, message, times, protocol(message.connection));
                for (frame, finding) in findings.iter().flatten() {
                    let (connection, frame, side) = (message.connection, Some(*frame), message.side);
                    self.ndjson.record(&Record::Violation { connection, frame, side, finding });
                }
                findings.is_some()
            }
            Record::Violation { .. } | Record::Gap { .. } => false,
            Record::Handshake(_) | Record::Close { .. } | Record::Error { .. } => true,
        }
    }
}
