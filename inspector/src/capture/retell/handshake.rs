//! A handshake as its record has it. Of its heads there are the fields that have a name in the record, or all of them if it was
//! written with its bytes.

use sansocket::deflate::DeflateParams;

use super::values::rules;
use crate::capture::fields::Fields;
use crate::catalogue::Rule;
use crate::record::Finding;
use crate::stream::{Field, Handshake, Head};
use crate::types::{Place, Side};

/// The fields of a request, and the members of the record that have their values.
const REQUEST: [(&str, &str); 5] = [
    ("Host", "host"),
    ("Origin", "origin"),
    ("Sec-WebSocket-Key", "key"),
    ("Sec-WebSocket-Protocol", "offered.protocols.#"),
    ("Sec-WebSocket-Extensions", "offered.extensions"),
];

/// The same of a response.
const RESPONSE: [(&str, &str); 3] = [
    ("Sec-WebSocket-Accept", "accept"),
    ("Sec-WebSocket-Protocol", "subprotocol"),
    ("Sec-WebSocket-Extensions", "extensions"),
];

/// The handshake of a record.
#[inline(never)]
pub(super) fn read(fields: &Fields, connection: u32, place: Place) -> Handshake {
    let text = |name| fields.text(name);
    let asked = text("method").map(|method| format!("{method} {} HTTP/1.1", text("uri").unwrap_or_default()));
    let status = fields.short("status");
    let answered = fields.number("off.response").is_some() || fields.bytes("accept").is_some();
    let answered = status.filter(|_| answered).map(|status| format!("HTTP/1.1 {status}"));
    Handshake {
        connection,
        place,
        addresses: text("client").zip(text("server")),
        url: text("uri").filter(|_| asked.is_none()),
        request: asked.map(|line| head(fields, ["request", "off.request"], line, &REQUEST)),
        response: answered.map(|line| head(fields, ["response", "off.response"], line, &RESPONSE)),
        status,
        accept_ok: fields.flag("acceptOk"),
        deflate: deflate(fields),
        findings: rules(fields).into_iter().map(|rule| (side_of(rule), Finding::new(rule, 0))).collect(),
    }
}

/// Who breaks a rule of the handshake, which a record of the rule itself tells better.
const fn side_of(rule: Rule) -> Side {
    match rule {
        Rule::HsAcceptMismatch | Rule::HsExtensionUnoffered | Rule::HsSubprotocolUnoffered => Side::Server,
        _ => Side::Client,
    }
}

/// A head: as it was written with its bytes, or with the fields that are named.
#[inline(never)]
fn head(fields: &Fields, [bytes, place]: [&str; 2], line: String, named: &[(&str, &str)]) -> Head {
    let at = fields.number(place).unwrap_or_default();
    if let Some(bytes) = fields.bytes(bytes) {
        return Head::parse(bytes, at);
    }
    let mut head = Head { start_line: line, at, ..Head::default() };
    for (name, member) in named {
        for value in fields.texts(member) {
            head.fields.push(Field { name: (*name).to_owned(), value: value.to_vec(), at });
        }
    }
    head
}

fn deflate(fields: &Fields) -> Option<DeflateParams> {
    let bits = |name| fields.number(name).and_then(|bits| u8::try_from(bits).ok());
    let mut takeover = fields.flags("pmd.takeover.#");
    let mut keeps = || takeover.next().unwrap_or(true);
    Some(DeflateParams {
        client_max_window_bits: bits("pmd.c2s")?,
        server_max_window_bits: bits("pmd.s2c")?,
        client_no_context_takeover: !keeps(),
        server_no_context_takeover: !keeps(),
    })
}
