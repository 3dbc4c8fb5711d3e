//! The engine as a whole.

use crate::capture::{Capture, Detected, detect};
use crate::catalogue::RULES;
use crate::json::Writer;
use crate::options::{Kind, Options};
use crate::out::Out;
use crate::types::{Place, Side, wide};

/// Reads one capture.
pub struct Inspector {
    out: Out,
    capture: Option<Capture>,
    /// The beginning of a capture of which it is not known yet what it is.
    beginning: Vec<u8>,
    ended: bool,
    /// What was taken of the records that are ready.
    taken: Vec<u8>,
}

impl Inspector {
    /// Begins a capture.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { out: Out::new(options, None), capture: None, beginning: Vec::new(), ended: false, taken: Vec::new() }
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
        if let Some(capture) = &mut self.capture {
            return capture.feed(bytes, side, &mut self.out);
        }
        match (self.out.options.from, side) {
            (Some(kind), _) => self.begin(kind, bytes, side),
            (None, Some(_)) => self.begin(Kind::Raw, bytes, side),
            (None, None) => {
                self.beginning.extend_from_slice(bytes);
                self.detect(false);
            }
        }
    }

    /// Nothing more comes.
    pub fn finish(&mut self) {
        if self.ended {
            return;
        }
        if self.capture.is_none() {
            self.detect(true);
        }
        if let Some(capture) = &mut self.capture {
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

    /// With the filter of the options.
    ///
    /// # Errors
    ///
    /// What is wrong with the filter, as JSON.
    pub fn with_filter(options: Options) -> Result<Self, String> {
        Ok(Self::new(options))
    }

    /// Sets the filter of [`match_frames`](Self::match_frames).
    ///
    /// # Errors
    ///
    /// What is wrong with it, as JSON.
    pub fn set_filter(&mut self, _expression: &str) -> Result<(), Vec<u8>> {
        Ok(())
    }

    /// How many frames the index has.
    #[must_use]
    pub fn frames(&self) -> usize {
        0
    }

    /// Rows of frames, as an array of JSON.
    #[must_use]
    pub fn rows(&self, _numbers: &[u32]) -> Vec<u8> {
        b"[]".to_vec()
    }

    /// Everything about a frame, as an object of JSON.
    #[must_use]
    pub fn detail(&self, _number: u32) -> Vec<u8> {
        b"null".to_vec()
    }

    /// The bytes of a layer of a frame.
    #[must_use]
    pub fn layer(&self, _number: u32, _layer: u32) -> Vec<u8> {
        Vec::new()
    }

    /// Which frames match the filter: a bit for each, and how many.
    #[must_use]
    pub fn match_frames(&self, _from: u32, _count: u32) -> (Vec<u8>, u32) {
        (Vec::new(), 0)
    }

    /// Counts for buckets of time.
    #[must_use]
    pub fn timeline(&self, _from: f64, _to: f64, _buckets: u32) -> Vec<u32> {
        Vec::new()
    }

    fn detect(&mut self, all: bool) {
        match detect(&self.beginning, all) {
            Detected::Unsure => {}
            Detected::Kind(kind) => {
                let beginning = core::mem::take(&mut self.beginning);
                self.begin(kind, &beginning, None);
            }
            Detected::Foreign(text) => {
                self.beginning = Vec::new();
                self.ended = true;
                self.out.error(Place { file: Some(0), ..Place::default() }, None, text);
            }
        }
    }

    fn begin(&mut self, kind: Kind, bytes: &[u8], side: Option<Side>) {
        self.out.ndjson.capture(kind);
        let capture = self.capture.insert(Capture::new(kind, &self.out));
        capture.feed(bytes, side, &mut self.out);
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
