//! Everything about one frame: its fields to the bit, what is wrong with it and where, and what it is a part of.

use sansocket::{FrameHeader, Opcode, Utf8Validator};

use super::{Index, MAX_LAYER, Row};
use crate::catalogue::{Rule, Set};
use crate::frames::{Situation, check_close, check_header, close_parts};
use crate::json::Writer;
use crate::names::{close_name, opcode_name};
use crate::ndjson::{length_bits, times, write_finding, write_place};
use crate::record::Finding;
use crate::types::{Time, bytes_in_words, wide};

/// The most numbers of frames of the same message that are listed.
const MAX_FRAMES: usize = 1000;

impl Index {
    /// Writes the detail of a frame; `null` if there is none with that number.
    pub(crate) fn write_detail(&mut self, number: u64, start: Option<Time>, w: &mut Writer) {
        let Some(row) = self.row(number) else {
            w.null();
            return;
        };
        let place = self.store.place(row.connection, row.side(), row.stream);
        let length = self.rows.lengths(number, &row).claimed;
        let captured = self.rows.lengths(number, &row).captured;
        w.object()
            .key("n")
            .number(number)
            .key("conn")
            .number(u64::from(row.connection))
            .key("msg")
            .maybe(row.message());
        w.key("dir").string(row.side().direction());
        times(w, row.time(), start);
        w.key("op").number(u64::from(row.opcode().bits())).key("opName").string(opcode_name(row.opcode()));
        w.key("kind").string(opcode_name(row.kind()));
        w.key("hdrLen").number(u64::from(row.header_length)).key("len").number(length).key("captured").number(captured);
        w.key("inflated").maybe(row.inflated()).key("compressed").boolean(row.compressed());
        w.key("certainty").string(if row.guessed() { "guessed" } else { "exact" });
        write_place(w, row.stream, place);
        let payload = self.payload(number, &row, if row.opcode().is_control() { MAX_LAYER } else { 64 });
        w.key("fields").array();
        if let Some(header) = self.header(&row).filter(|_| row.has_header()) {
            header_fields(w, &header, &payload, captured, row.rsv());
        }
        w.end_array().key("segments").array();
        let end = row.stream.saturating_add(u64::from(row.header_length)).saturating_add(captured);
        for border in self.store.borders(row.connection, row.side(), row.stream, end) {
            w.number(border.saturating_sub(row.stream));
        }
        w.end_array().key("frames").array();
        for number in self.rows.of_message(number, &row).into_iter().take(MAX_FRAMES) {
            w.number(number);
        }
        w.end_array().key("violations").array();
        for finding in self.findings(number, &row) {
            w.object();
            write_finding(w, row.side(), &finding);
            w.end_object();
        }
        w.end_array().end_object();
    }

    /// The findings of a frame, with their positions as far as its own bytes tell them again.
    fn findings(&mut self, number: u64, row: &Row) -> Vec<Finding> {
        let mut findings = Vec::new();
        let set = row.set;
        if set.is_empty() {
            return findings;
        }
        let body = row.stream.saturating_add(u64::from(row.header_length));
        if let Some(header) = self.header(row) {
            let now = Situation {
                side: row.side(),
                at: row.stream,
                last_key: header.masking_key,
                compression: Some(!set.contains(Rule::RsvNonzero)),
                max_frame: if set.contains(Rule::LengthImplausible) { 0 } else { u64::MAX },
            };
            check_header(&header, &now, &mut findings);
        }
        if row.opcode() == Opcode::Close {
            check_close(&self.payload(number, row, MAX_LAYER), body, &mut findings);
        }
        if set.contains(Rule::Utf8Invalid) {
            findings.extend(self.bad_text(number, row, body));
        }
        let mut known = Set::default();
        findings.retain(|finding| {
            let is_new = set.contains(finding.rule) && !known.contains(finding.rule);
            known.insert(finding.rule);
            is_new
        });
        findings.extend(set.iter().filter(|rule| !known.contains(*rule)).map(|rule| Finding::new(rule, row.stream)));
        findings
    }

    /// Where a text is not UTF-8, in the payload behind `body` or in what the message inflates to: the first byte that cannot be
    /// there, or the last one if more would have to come.
    fn bad_text(&mut self, number: u64, row: &Row, body: u64) -> Option<Finding> {
        let mut text = Utf8Validator::new();
        let is_inflated = row.inflated().is_some();
        let bytes = if is_inflated {
            self.inflate(number, row, MAX_LAYER)?
        } else {
            // A character may be split over frames (RFC 6455 §5.6).
            for earlier in self.rows.of_message(number, row).into_iter().take_while(|earlier| *earlier < number) {
                let row = self.rows.get(earlier)?;
                text.push(&self.payload(earlier, &row, MAX_LAYER)).ok()?;
            }
            self.payload(number, row, MAX_LAYER)
        };
        let position = match text.push(&bytes) {
            Err(at) => Some(wide(at)),
            Ok(()) if text.is_complete() => return None,
            Ok(()) => wide(bytes.len()).checked_sub(1),
        };
        if is_inflated {
            return Some(Finding { inflated_at: position, ..Finding::new(Rule::Utf8Invalid, body) });
        }
        let at = position.map_or(body.saturating_sub(1), |position| body.saturating_add(position));
        Some(Finding { payload_at: position, ..Finding::new(Rule::Utf8Invalid, at) })
    }
}

/// A field: name, kind, first bit and bits of the frame, value, meaning.
fn field(w: &mut Writer, name: &str, kind: &str, bits: (u64, u64), value: &str, meaning: &str) {
    w.object().key("name").string(name).key("kind").string(kind).key("bit").number(bits.0).key("bits").number(bits.1);
    w.key("value").string(value).key("meaning").string(meaning).end_object();
}

fn header_fields(w: &mut Writer, header: &FrameHeader, payload: &[u8], captured: u64, rsv: u16) {
    let bit = |set: bool| if set { "1" } else { "0" };
    let fin = if header.fin { "the last frame of its message" } else { "more frames of the message follow" };
    field(w, "FIN", "flag", (0, 1), bit(header.fin), fin);
    for (index, name) in [(0, "RSV1"), (1, "RSV2"), (2, "RSV3")] {
        let set = rsv & 4_u16.wrapping_shr(index) != 0;
        let meaning = match (set, index) {
            (true, 0) => "set: a compressed message, if permessage-deflate was agreed",
            (true, _) => "set, which only an extension may ask for",
            (false, _) => "reserved for extensions",
        };
        field(w, name, "flag", (u64::from(index).saturating_add(1), 1), bit(set), meaning);
    }
    let opcode = format!("0x{:x}", header.opcode.bits());
    field(w, "Opcode", "opcode", (4, 4), &opcode, opcode_meaning(header.opcode));
    let masked = header.masking_key.is_some();
    let meaning = if masked { "masked, as a client sends" } else { "not masked, as a server sends" };
    field(w, "MASK", "mask", (8, 1), bit(masked), meaning);
    let bits = length_bits(header.length_form);
    let total = bytes_in_words(header.payload_length);
    let (short, meaning) = match bits {
        7 => (header.payload_length.to_string(), total.as_str()),
        16 => ("126".to_owned(), "the next 2 bytes have the length"),
        _ => ("127".to_owned(), "the next 8 bytes have the length"),
    };
    field(w, "Payload length", "length", (9, 7), &short, meaning);
    if bits > 7 {
        field(w, "Extended payload length", "length", (16, bits), &header.payload_length.to_string(), &total);
    }
    let length = wide(header.header_length()).saturating_mul(8);
    if let Some(key) = header.masking_key {
        let value = format!("{:08x}", u32::from_be_bytes(key));
        let meaning = "XOR of the payload with these four bytes, over and over";
        field(w, "Masking key", "key", (length.saturating_sub(32), 32), &value, meaning);
    }
    if captured > 0 {
        payload_fields(w, header, payload, captured, length);
    }
}

fn payload_fields(w: &mut Writer, header: &FrameHeader, payload: &[u8], captured: u64, start: u64) {
    let missing = header.payload_length.saturating_sub(captured);
    let missing = if missing > 0 { format!("; {missing} missing") } else { String::new() };
    let bits = captured.saturating_mul(8);
    if header.opcode == Opcode::Close && payload.len() >= 2 {
        let (code, reason) = close_parts(payload);
        field(w, "Status code", "payload", (start, 16), &code.to_string(), close_name(code));
        if !reason.is_empty() {
            let place = (start.saturating_add(16), bits.saturating_sub(16));
            field(w, "Reason", "payload", place, &String::from_utf8_lossy(reason), &bytes_in_words(wide(reason.len())));
        }
        return;
    }
    let shown = payload.get(..payload.len().min(64)).unwrap_or_default();
    let hex = || shown.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let mut value = match core::str::from_utf8(shown) {
        Ok(text) if header.opcode != Opcode::Binary && !header.rsv1 => text.to_owned(),
        _ => hex(),
    };
    if wide(shown.len()) < captured {
        value.push_str(" …");
    }
    let unmasked = if header.masking_key.is_some() { ", unmasked" } else { "" };
    let meaning = format!("{}{unmasked}{missing}", bytes_in_words(captured));
    field(w, "Payload data", "payload", (start, bits), &value, &meaning);
}

const fn opcode_meaning(opcode: Opcode) -> &'static str {
    match opcode {
        Opcode::Continuation => "continuation of a message",
        Opcode::Text => "text, the first frame of a message",
        Opcode::Binary => "binary, the first frame of a message",
        Opcode::Close => "close, a control frame",
        Opcode::Ping => "ping, a control frame",
        Opcode::Pong => "pong, a control frame",
        Opcode::Reserved(_) => "reserved",
    }
}
