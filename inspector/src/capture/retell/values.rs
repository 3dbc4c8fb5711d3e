//! What the members of a record say.

use sansocket::Opcode;

use crate::capture::fields::Fields;
use crate::capture::messages::{from_hex, parse_date};
use crate::catalogue::Rule;
use crate::names::opcode_from_name;
use crate::out::Out;
use crate::record::{Finding, Inflated};
use crate::types::{Place, Side, Time};

pub(super) fn side(fields: &Fields) -> Side {
    if fields.bytes("dir") == Some(b"s2c") { Side::Server } else { Side::Client }
}

/// `client` or `server`.
pub(super) fn side_named(name: Option<&[u8]>) -> Option<Side> {
    [Side::Client, Side::Server].into_iter().find(|side| name == Some(side.name().as_bytes()))
}

pub(super) fn opcode(fields: &Fields) -> Opcode {
    match fields.number("op") {
        Some(bits) => Opcode::from_bits((bits & 15) as u8),
        None => fields.text("opName").and_then(|name| opcode_from_name(&name)).unwrap_or(Opcode::Text),
    }
}

pub(super) fn is_guessed(fields: &Fields) -> bool {
    fields.bytes("certainty") == Some(b"guessed")
}

/// A number of seconds, or of parts of one, in nanoseconds; nothing if it is none that a record can have.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
pub(super) fn nanoseconds(number: Option<f64>, unit: f64) -> Option<u64> {
    number.filter(|number| *number >= 0.0).map(|number| (number * unit).round() as u64)
}

/// Where a record is, and when what it is of was seen. The first one tells when the capture began.
#[inline(never)]
pub(super) fn place(fields: &Fields, at: u64, out: &mut Out) -> Place {
    let time = fields.text("time").and_then(|time| parse_date(&time));
    if let Some(time) = time {
        let since = nanoseconds(fields.decimal("t"), 1e9).unwrap_or_default();
        out.see_time(Time(time.0.saturating_sub(since)));
    }
    Place { file: Some(at), packet: None, time }
}

/// The payload, as much as the record has of it.
#[inline(never)]
pub(super) fn payload(fields: &Fields, connection: u32, place: Place, out: &mut Out) -> Vec<u8> {
    if fields.cut {
        out.error(place, Some(connection), "the payload is longer than is held; the rest is left out");
    }
    let [text, base64, hex] = fields.payload();
    let bytes = || base64.and_then(crate::base64::decode).or_else(|| hex.and_then(from_hex));
    text.map(<[u8]>::to_vec).or_else(bytes).unwrap_or_default()
}

/// What the message inflated to, if the payload is that.
#[inline(never)]
pub(super) fn inflated(fields: &Fields, payload: &[u8]) -> Option<Inflated> {
    let size = fields.number("inflated")?;
    let ends = fields.numbers("payload.unknown.#.#");
    let (pairs, _) = ends.as_chunks::<2>();
    Some(Inflated { bytes: payload.to_vec(), size, unknown: pairs.iter().map(|[from, to]| *from..*to).collect() })
}

/// The rules that a record lists.
#[inline(never)]
pub(super) fn rules(fields: &Fields) -> Vec<Rule> {
    fields.texts("violations.#").filter_map(rule).collect()
}

/// The finding that a record is of.
#[inline(never)]
pub(super) fn finding(fields: &Fields) -> Option<Finding> {
    let rule = rule(fields.bytes("id")?)?;
    let text = fields.text("text");
    let detail = text.as_deref().and_then(|text| text.strip_prefix(rule.entry().text)?.strip_prefix(": "));
    Some(Finding {
        payload_at: fields.number("payloadAt"),
        inflated_at: fields.number("inflatedAt"),
        detail: detail.map(str::to_owned),
        ..Finding::new(rule, fields.number("at").unwrap_or_default())
    })
}

fn rule(id: &[u8]) -> Option<Rule> {
    Rule::from_id(core::str::from_utf8(id).ok()?)
}
