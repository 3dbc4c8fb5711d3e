//! The engine as a whole.

use crate::capture::{Capture, Detected, detect};
use crate::catalogue::RULES;
use crate::filter::{Filter, FilterFault};
use crate::index::{Index, Layer, Unit};
use crate::json::Writer;
use crate::options::{Kind, Options};
use crate::out::Out;
use crate::types::{Place, Side, wide};

/// Reads one capture.
pub struct Inspector {
    out: Out,
    reading: Reading,
    ended: bool,
    /// What was taken of the records that are ready.
    taken: Vec<u8>,
    /// The filter over the index.
    filter: Filter,
}

/// How far it is known what the capture is.
enum Reading {
    /// Not yet: what came so far.
    Beginning(Vec<u8>),
    Capture(Capture),
    /// It is nothing that can be read. What else comes is counted, as it is after any other error.
    Foreign,
}

impl Inspector {
    /// Begins a capture.
    ///
    /// # Errors
    ///
    /// What is wrong with the filter in the options, and where.
    pub fn new(options: Options) -> Result<Self, FilterFault> {
        let filter = if options.filter.trim().is_empty() { None } else { Some(Filter::parse(&options.filter)?) };
        Ok(Self {
            out: Out::new(options, filter),
            reading: Reading::Beginning(Vec::new()),
            ended: false,
            taken: Vec::new(),
            filter: Filter::default(),
        })
    }

    /// Takes the next bytes of a file, or of an unknown side of a connection.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.feed_side(bytes, None);
    }

    /// Takes the next bytes that a side sent, if one is given.
    pub fn feed_side(&mut self, bytes: &[u8], side: Option<Side>) {
        if self.ended {
            return;
        }
        self.out.stats.bytes = self.out.stats.bytes.saturating_add(wide(bytes.len()));
        match (&mut self.reading, self.out.options.from, side) {
            (Reading::Capture(capture), _, _) => capture.feed(bytes, side, &mut self.out),
            (Reading::Foreign, _, _) => {}
            (Reading::Beginning(_), Some(kind), _) => self.begin(kind, bytes, side),
            (Reading::Beginning(_), None, Some(_)) => self.begin(Kind::Raw, bytes, side),
            (Reading::Beginning(beginning), None, None) => {
                beginning.extend_from_slice(bytes);
                self.detect(false);
            }
        }
    }

    /// Nothing more comes.
    pub fn finish(&mut self) {
        if self.ended {
            return;
        }
        match (&self.reading, self.out.options.from) {
            (Reading::Capture(_) | Reading::Foreign, _) => {}
            // Nothing came at all.
            (Reading::Beginning(_), Some(kind)) => self.begin(kind, &[], None),
            (Reading::Beginning(_), None) => self.detect(true),
        }
        if let Reading::Capture(capture) = &mut self.reading {
            capture.finish(&mut self.out);
        }
        self.ended = true;
        let Out { ndjson, stats, .. } = &mut self.out;
        ndjson.summary(stats);
    }

    /// Bytes of records that wait to be taken.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.taken.len().saturating_add(self.out.ndjson.pending().len())
    }

    /// Takes records: whole lines, `most` bytes of them at most, but at least one line if there is one.
    pub fn take(&mut self, most: usize) -> Vec<u8> {
        self.taken.append(&mut self.out.ndjson.take());
        if self.taken.len() <= most {
            return core::mem::take(&mut self.taken);
        }
        let end_of_line = |byte: &u8| *byte == b'\n';
        let last = self.taken.get(..most).and_then(|part| part.iter().rposition(end_of_line));
        let end = last.or_else(|| self.taken.iter().position(end_of_line)).map_or(0, |end| end.saturating_add(1));
        let rest = self.taken.split_off(end);
        core::mem::replace(&mut self.taken, rest)
    }

    /// Counts, as an object of JSON.
    #[must_use]
    pub fn stats(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.out.stats.write(&mut writer);
        writer.into_bytes()
    }

    /// The connections, as an array of JSON.
    #[must_use]
    pub fn connections(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.out.stats.write_connections(&mut writer);
        writer.into_bytes()
    }

    /// Sets the filter of [`match_frames`](Self::match_frames) and [`match_messages`](Self::match_messages).
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn set_filter(&mut self, expression: &str) -> Result<(), FilterFault> {
        self.filter = Filter::parse(expression)?;
        Ok(())
    }

    /// How many frames the index has.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.out.index.as_ref().map_or(0, Index::len)
    }

    /// Rows of frames, as an array of JSON; `null` for numbers that there are not.
    #[must_use]
    pub fn rows(&mut self, numbers: &[u32]) -> Vec<u8> {
        let mut writer = Writer::default();
        let start = self.out.stats.start();
        match &mut self.out.index {
            Some(index) => index.write_rows(numbers, start, &mut writer),
            None => _ = writer.array().end_array(),
        }
        writer.into_bytes()
    }

    /// Everything about a frame, as an object of JSON, or `null`.
    #[must_use]
    pub fn detail(&mut self, number: u32) -> Vec<u8> {
        let mut writer = Writer::default();
        let start = self.out.stats.start();
        match &mut self.out.index {
            Some(index) => index.write_detail(u64::from(number), start, &mut writer),
            None => _ = writer.null(),
        }
        writer.into_bytes()
    }

    /// The bytes of a layer of a frame: 0 as on the wire, 1 the payload unmasked, 2 inflated, 3 the whole message.
    #[must_use]
    pub fn layer(&mut self, number: u32, layer: u32) -> Vec<u8> {
        let layer = match layer {
            0 => Layer::Wire,
            1 => Layer::Unmasked,
            2 => Layer::Inflated,
            _ => Layer::Message,
        };
        self.out.index.as_mut().map_or(Vec::new(), |index| index.layer(u64::from(number), layer))
    }

    /// Which of the frames from a number on match the filter: a bit for each, the least significant first, and how many.
    #[must_use]
    pub fn match_frames(&self, from: u32, count: u32) -> (Vec<u8>, u32) {
        self.matches(Unit::Frames, from, count)
    }

    /// The same with messages as a whole: the bit of one is that of its first frame, and its other frames have none.
    /// Frames that belong to no message match by themselves.
    #[must_use]
    pub fn match_messages(&self, from: u32, count: u32) -> (Vec<u8>, u32) {
        self.matches(Unit::Messages, from, count)
    }

    fn matches(&self, unit: Unit, from: u32, count: u32) -> (Vec<u8>, u32) {
        let Out { index: Some(index), stats, .. } = &self.out else { return (Vec::new(), 0) };
        index.matches(&self.filter, unit, u64::from(from.max(1)), u64::from(count), stats)
    }

    /// Counts for `buckets` stretches of the time from `from` to `to`, in seconds as `t` of the records: 8 numbers each.
    #[must_use]
    pub fn timeline(&self, from: f64, to: f64, buckets: u32) -> Vec<u32> {
        let start = self.out.stats.start();
        self.out.index.as_ref().map_or(Vec::new(), |index| index.timeline(from, to, buckets, start))
    }

    fn detect(&mut self, all: bool) {
        let Reading::Beginning(beginning) = &mut self.reading else { return };
        match detect(beginning, all) {
            Detected::Unsure => {}
            Detected::Kind(kind) => {
                let beginning = core::mem::take(beginning);
                self.begin(kind, &beginning, None);
            }
            Detected::Foreign(text) => {
                self.reading = Reading::Foreign;
                self.out.error(Place { file: Some(0), ..Place::default() }, None, text);
            }
        }
    }

    fn begin(&mut self, kind: Kind, bytes: &[u8], side: Option<Side>) {
        self.out.ndjson.capture(kind);
        let mut capture = Capture::new(kind, &self.out);
        capture.feed(bytes, side, &mut self.out);
        self.reading = Reading::Capture(capture);
    }
}

/// The catalogue, as an array of JSON.
#[must_use]
pub fn catalogue() -> Vec<u8> {
    let mut writer = Writer::default();
    writer.array();
    for rule in RULES {
        let entry = rule.entry();
        writer.object().key("id").string(entry.id).key("level").string(entry.level.name());
        writer.key("rfc").maybe_string(entry.rfc).key("close").maybe(entry.close.map(u64::from));
        writer.key("status").maybe(entry.status.map(u64::from)).key("text").string(entry.text).end_object();
    }
    writer.end_array();
    writer.into_bytes()
}
