//! A handshake as its record has it. Its heads are there if it was written with them. If not, they have the fields that have a
//! name in the record, and those whose value follows from a rule that it does not break.

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

/// What follows from rules (RFC 6455 §4.1, §4.2.2): fields of both heads, and one of the request.
const BY_RULES: [(&str, &str, Rule); 3] = [
    ("Upgrade", "websocket", Rule::HsUpgrade),
    ("Connection", "Upgrade", Rule::HsConnection),
    (VERSION, "13", Rule::HsVersion),
];

const VERSION: &str = "Sec-WebSocket-Version";

/// The handshake of a record.
#[inline(never)]
pub(super) fn read(fields: &Fields, connection: u32, place: Place) -> Handshake {
    let text = |name| fields.text(name);
    let rules = rules(fields);
    let is_old = rules.contains(&Rule::HsMethodVersion) && fields.bytes("method") == Some(b"GET");
    let version = if is_old { "HTTP/1.0" } else { "HTTP/1.1" };
    let asked = text("method").map(|method| format!("{method} {} {version}", text("uri").unwrap_or_default()));
    let status = fields.short("status");
    let answered = fields.number("off.response").is_some() || fields.bytes("accept").is_some();
    let answered = status.filter(|_| answered).map(|status| format!("HTTP/1.1 {status}"));
    // A rule for both heads is broken by the request, if by one of them.
    let keeps = |most: usize| {
        let count = |rule| rules.iter().filter(|it| **it == rule).count();
        BY_RULES.iter().filter(move |(.., rule)| count(*rule) <= most).map(|(name, value, _)| (*name, *value))
    };
    let of_request: Vec<_> = keeps(0).collect();
    let of_response: Vec<_> = keeps(1).filter(|(name, _)| status == Some(101) && *name != VERSION).collect();
    let request = asked.map(|line| head(fields, ["request", "off.request"], line, &REQUEST, &of_request));
    let response = answered.map(|line| head(fields, ["response", "off.response"], line, &RESPONSE, &of_response));
    Handshake {
        connection,
        place,
        addresses: text("client").zip(text("server")),
        url: text("uri").filter(|_| request.is_none()),
        request,
        response,
        status,
        accept_ok: fields.flag("acceptOk"),
        deflate: deflate(fields),
        findings: rules.iter().map(|rule| (side_of(*rule), Finding::new(*rule, 0))).collect(),
    }
}

/// Who breaks a rule of the handshake, which a record of the rule itself tells better.
const fn side_of(rule: Rule) -> Side {
    match rule {
        Rule::HsAcceptMismatch | Rule::HsExtensionUnoffered | Rule::HsSubprotocolUnoffered => Side::Server,
        _ => Side::Client,
    }
}

/// A head: as it was written, or with the fields that are named and those that follow from rules.
#[inline(never)]
fn head(
    fields: &Fields,
    [bytes, place]: [&str; 2],
    line: String,
    named: &[(&str, &str)],
    by_rules: &[(&str, &str)],
) -> Head {
    let at = fields.number(place).unwrap_or_default();
    if let Some(bytes) = fields.bytes(bytes) {
        return Head::parse(bytes, at);
    }
    let mut head = Head { start_line: line, at, ..Head::default() };
    let mut add =
        |name: &str, value: &[u8]| head.fields.push(Field { name: name.to_owned(), value: value.to_vec(), at });
    for (name, member) in named {
        fields.texts(member).for_each(|value| add(name, value));
    }
    for (name, value) in by_rules {
        add(name, value.as_bytes());
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
