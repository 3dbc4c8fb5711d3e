//! What is kept for random access: 48 bytes a frame, the bytes of the connections, and points from which compressed
//! messages can be inflated.

mod detail;
mod inflated;
mod matching;
mod row;
mod store;
mod timeline;

use sansocket::{FrameHeader, Mask, Opcode};

use crate::frames::{Inflate, close_parts};
use crate::json::Writer;
use crate::names::opcode_name;
use crate::ndjson::write_place;
use crate::record::Record;
use crate::types::{Place, Side, Time, extend_up_to, narrow, wide};

use inflated::Inflation;
pub(crate) use matching::Unit;
use row::Rows;
pub(crate) use row::{Plain, Row};
use store::Store;

/// The most bytes of a payload that a row shows, before it is cut to so many characters.
const PREVIEW: usize = 200;

/// The most bytes of one that is shown in hex.
const HEX_PREVIEW: usize = 48;

/// The most bytes of a frame or message that are given out at once.
const MAX_LAYER: usize = 256 << 20;

/// A layer of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Wire,
    Unmasked,
    Inflated,
    Message,
}

/// The index of a capture.
#[derive(Default)]
pub(crate) struct Index {
    rows: Rows,
    store: Store,
    inflation: Inflation,
}

impl Index {
    /// Keeps bytes of a direction.
    pub(crate) fn store(&mut self, connection: u32, side: Side, position: u64, bytes: &[u8], place: Place) {
        self.store.push(connection, side, position, bytes, place);
    }

    /// Tells that the message whose last frame is `number` is about to be inflated.
    pub(crate) fn before_inflate(&mut self, connection: u32, side: Side, number: u64, inflate: &Inflate) {
        self.inflation.before(connection, side, number, inflate);
    }

    /// Takes a record.
    pub(crate) fn record(&mut self, record: &Record<'_>) {
        match record {
            Record::Frame(frame) => {
                if let Some(inflated) = frame.inflated {
                    self.inflation.inflated(frame.connection, frame.side, inflated.size);
                }
                self.rows.push_frame(frame);
            }
            Record::Violation { frame: Some(number), finding, .. } => self.rows.add(*number, finding.rule),
            _ => {}
        }
    }

    /// Takes a frame that is a message by itself, without a fault.
    #[inline]
    pub(crate) fn ordinary(&mut self, frame: &Plain) {
        self.rows.push(Row::plain(frame));
    }

    /// How many frames there are.
    pub(crate) const fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn row(&self, number: u64) -> Option<Row> {
        self.rows.get(number)
    }

    /// Rows as an array.
    pub(crate) fn write_rows(&mut self, numbers: &[u32], start: Option<Time>, w: &mut Writer) {
        w.array();
        for number in numbers {
            let number = u64::from(*number);
            match self.rows.get(number) {
                Some(row) => self.write_row(number, &row, start, w),
                None => _ = w.null(),
            }
        }
        w.end_array();
    }

    fn write_row(&mut self, number: u64, row: &Row, start: Option<Time>, w: &mut Writer) {
        w.object().key("n").number(number).key("conn").number(u64::from(row.connection));
        w.key("msg").maybe(row.message()).key("dir").string(row.side().direction()).key("t");
        match row.time().zip(start) {
            Some((time, start)) => w.decimal(time.since(start), 1_000_000_000),
            None => w.null(),
        };
        w.key("op").number(u64::from(row.opcode().bits())).key("opName").string(opcode_name(row.opcode()));
        w.key("kind").string(opcode_name(row.kind())).key("fin").boolean(row.fin());
        w.key("rsv").number(u64::from(row.rsv())).key("masked").boolean(row.masked());
        w.key("wire").number(self.rows.lengths(number, row).captured.saturating_add(u64::from(row.header_length)));
        w.key("len").number(self.rows.lengths(number, row).claimed).key("inflated").maybe(row.inflated());
        w.key("header").boolean(row.has_header()).key("key");
        match self.header(row).filter(|_| row.masked() && row.has_header()).and_then(|header| header.masking_key) {
            Some(key) => w.hex(&key),
            None => w.null(),
        };
        if row.has_header() {
            write_place(w, row.stream, self.store.place(row.connection, row.side(), row.stream));
        }
        self.write_preview(number, row, w);
        w.key("violations").array();
        for rule in row.set.iter() {
            w.string(rule.id());
        }
        w.end_array().key("level").maybe_string(row.set.level().map(crate::catalogue::Level::name));
        w.key("guessed").boolean(row.guessed()).end_object();
    }

    /// The beginning of the payload: text, a Close as code and reason, or hex of what is neither.
    fn write_preview(&mut self, number: u64, row: &Row, w: &mut Writer) {
        let (payload, cut) = self.preview(number, row);
        if row.opcode() == Opcode::Close && payload.len() >= 2 {
            let (code, reason) = close_parts(&payload);
            let text = format!("{code} {}", String::from_utf8_lossy(reason));
            w.key("preview").string(text.trim_end()).key("cut").boolean(cut).key("text").boolean(true);
            return;
        }
        let lossy = String::from_utf8_lossy(&payload);
        let shown = if cut { lossy.trim_end_matches('\u{fffd}') } else { &lossy };
        let is_packed = (row.compressed() || row.rsv() & 4 != 0) && row.inflated().is_none();
        let is_odd = |it: char| it == '\u{fffd}' || it.is_control() && !matches!(it, '\t' | '\n' | '\r');
        let is_text = row.kind() == Opcode::Text && !is_packed || !shown.contains(is_odd);
        w.key("preview");
        match payload.get(..HEX_PREVIEW.min(payload.len())).filter(|_| !is_text) {
            Some(bytes) => w.hex(bytes),
            None => w.string(shown),
        };
        w.key("cut").boolean(cut || !is_text && payload.len() > HEX_PREVIEW).key("text").boolean(is_text);
    }

    fn preview(&mut self, number: u64, row: &Row) -> (Vec<u8>, bool) {
        if row.inflated().is_some()
            && let Some(inflated) = self.inflate(number, row, PREVIEW)
        {
            let cut = wide(inflated.len()) < row.inflated().unwrap_or_default();
            return (inflated, cut);
        }
        let payload = self.payload(number, row, PREVIEW);
        let cut = wide(payload.len()) < self.rows.lengths(number, row).extent;
        (payload, cut)
    }

    /// The payload of a frame without its mask, at most `most` bytes.
    pub(crate) fn payload(&self, number: u64, row: &Row, most: usize) -> Vec<u8> {
        let start = row.stream.saturating_add(u64::from(row.header_length));
        let length = narrow(self.rows.lengths(number, row).extent).min(most);
        let mut payload = self.store.read(row.connection, row.side(), start, length);
        if let Some(key) = self.header(row).and_then(|header| header.masking_key) {
            Mask::new(key).apply(&mut payload);
            self.store.zero_holes(row.connection, row.side(), start, &mut payload);
        }
        payload
    }

    /// The header of a frame.
    pub(crate) fn header(&self, row: &Row) -> Option<FrameHeader> {
        let bytes = self.store.read(row.connection, row.side(), row.stream, usize::from(row.header_length));
        FrameHeader::parse(&bytes)
    }

    /// The bytes of a layer; none if the frame has no such layer.
    pub(crate) fn layer(&mut self, number: u64, layer: Layer) -> Vec<u8> {
        let Some(row) = self.rows.get(number) else { return Vec::new() };
        match layer {
            Layer::Wire => {
                let length = self.rows.lengths(number, &row).extent.saturating_add(u64::from(row.header_length));
                self.store.read(row.connection, row.side(), row.stream, narrow(length).min(MAX_LAYER))
            }
            Layer::Unmasked => self.payload(number, &row, MAX_LAYER),
            Layer::Inflated => self.inflate(number, &row, MAX_LAYER).unwrap_or_default(),
            Layer::Message => {
                let parts = self.rows.of_message(number, &row);
                let inflated = self.end_of(&parts).and_then(|(last, end)| self.inflate(last, &end, MAX_LAYER));
                inflated.unwrap_or_else(|| self.joined(&parts, MAX_LAYER))
            }
        }
    }

    /// The last frame of a message, of which `parts` are all.
    fn end_of(&self, parts: &[u64]) -> Option<(u64, Row)> {
        let last = *parts.last()?;
        Some((last, self.rows.get(last)?))
    }

    /// The payloads of frames, one after the other.
    fn joined(&self, parts: &[u64], most: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in parts {
            if let Some(row) = self.rows.get(*number) {
                let room = most.saturating_sub(bytes.len());
                extend_up_to(&mut bytes, &self.payload(*number, &row, room), most);
            }
        }
        bytes
    }

    /// What the message inflates to whose last frame this is.
    fn inflate(&mut self, number: u64, row: &Row, most: usize) -> Option<Vec<u8>> {
        row.inflated()?;
        if row.is_inflated_already() {
            return Some(self.payload(number, row, most));
        }
        let (connection, side) = (row.connection, row.side());
        let (from, mut inflate) = self.inflation.start(connection, side, number)?;
        let from = if inflate.terms().1 { from } else { number };
        let result = self.inflate_range(from, number, row, &mut inflate, most);
        self.inflation.keep(connection, side, number.saturating_add(1), inflate);
        result
    }

    /// Inflates the messages of a direction that end with the frames `from` … `number`; gives the last one.
    fn inflate_range(&self, from: u64, number: u64, row: &Row, inflate: &mut Inflate, most: usize) -> Option<Vec<u8>> {
        let mut result = None;
        for at in from..=number {
            let Some(other) = self.rows.get(at) else { continue };
            let ends_message = other.inflated().is_some();
            if other.connection != row.connection || other.side() != row.side() || !ends_message {
                continue;
            }
            let compressed = if other.opcode() == Opcode::Continuation {
                self.joined(&self.rows.of_message(at, &other), MAX_LAYER)
            } else {
                self.payload(at, &other, MAX_LAYER)
            };
            let keep = if at == number { most } else { 0 };
            let (inflated, failure) = inflate.message(&compressed, keep, &mut |_, _| {});
            result = failure.is_none().then_some(inflated.bytes);
        }
        result
    }
}
