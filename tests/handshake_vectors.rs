//! The vectors of hostile input that concern the opening handshake, whole and in pieces.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::vectors::{Vector, event_json, hostile, vector};
use common::{Seen, feed, hex, ways_to_cut};
use sansocket::deflate::{DeflateConfig, check_response, respond};
use sansocket::handshake::connect::{self, ConnectRequest, EnableConnectProtocol};
use sansocket::handshake::{
    AcceptOptions, ClientHandshake, ClientOptions, HandshakeError, HandshakeState, Headers, Origins, ServerHandshake,
    ServerOptions, choose_protocol,
};
use sansocket::{Limits, Options, Role};
use serde_json::{Value, json};

fn input(vector: &Vector) -> Vec<u8> {
    let part = |part: &Value| {
        let bytes = match (part["text"].as_str(), part["byte"].as_str()) {
            (Some(text), _) => text.chars().map(|character| u8::try_from(character).expect("latin1")).collect(),
            (_, Some(byte)) => hex(byte),
            _ => panic!("{part}"),
        };
        bytes.repeat(part["repeat"].as_u64().unwrap_or(1) as usize)
    };
    match vector.0["hex"].as_str() {
        Some(digits) => hex(digits),
        None => vector.0["gen"].as_array().expect("parts").iter().flat_map(part).collect(),
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    Some(value.as_array()?.iter().map(|item| item.as_str().unwrap().into()).collect())
}

fn limits(options: &Value) -> Limits {
    let mut limits = Limits::DEFAULT;
    if let Some(bytes) = options["max_head"].as_u64() {
        limits.max_header_bytes = bytes as usize;
    }
    if let Some(fields) = options["max_headers"].as_u64() {
        limits.max_headers = fields as usize;
    }
    limits
}

fn kind(error: Option<HandshakeError>) -> Value {
    error.map(|error| error.violation.kind()).into()
}

/// A head that we sent, as its status and its fields.
struct Sent {
    status: u16,
    fields: Vec<(String, String)>,
    body: String,
}

impl Sent {
    fn parse(output: &[u8]) -> Self {
        let text = std::str::from_utf8(output).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let field = |line: &str| line.split_once(": ").map(|(name, value)| (name.into(), value.into())).unwrap();
        Self { status, fields: lines.map(field).collect(), body: body.into() }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Everything that a server did with an input.
#[derive(Debug, PartialEq)]
struct ServerSeen {
    state: HandshakeState,
    error: Option<HandshakeError>,
    path: Option<String>,
    output: Vec<u8>,
    leftover: Vec<u8>,
}

fn serve(vector: &Vector, input: &[u8], cuts: &[usize]) -> ServerSeen {
    let options = &vector.0["options"];
    let origins = strings(&options["origins"]).map_or(Origins::Any, Origins::List);
    let mut handshake = ServerHandshake::new(ServerOptions { origins, limits: limits(options) });
    let mut start = 0;
    for end in cuts.iter().copied().chain([input.len()]) {
        handshake.receive_data(&input[start..end]);
        start = end;
        if handshake.state() == HandshakeState::Deciding {
            let request = handshake.request().unwrap().clone();
            let supported = strings(&options["protocols"]).unwrap_or_default();
            let deflate =
                (options["pmd"] == true).then(|| respond(&DeflateConfig::default(), &request.extensions)).flatten();
            let answer = AcceptOptions {
                protocol: choose_protocol(&supported, &request.protocols),
                extensions: deflate.as_ref().map(|(_, answer)| answer.as_str()),
                ..AcceptOptions::default()
            };
            handshake.accept(&answer).unwrap();
        }
    }
    ServerSeen {
        state: handshake.state(),
        error: handshake.error(),
        path: handshake.request().map(|request| request.path.clone()),
        output: handshake.data_to_send(),
        leftover: handshake.take_leftover(),
    }
}

fn check_server(vector: &Vector) {
    let input = input(vector);
    let whole = serve(vector, &input, &[]);
    for cuts in ways_to_cut(input.len(), 16, 1) {
        assert_eq!(serve(vector, &input, &cuts), whole, "{} cut at {cuts:?}", vector.id());
    }
    let id = vector.id();
    let sent = Sent::parse(&whole.output);
    assert_eq!(kind(whole.error), *vector.expect("error"), "{id}");
    assert_eq!(json!(sent.status), *vector.expect("status"), "{id}");
    if whole.error.is_some() {
        assert_eq!(whole.state, HandshakeState::Failed, "{id}");
        assert!(sent.get("Connection").is_some_and(|value| value.starts_with("close")), "{id}");
        if input.starts_with(b"HEAD ") {
            assert_eq!(sent.body, "", "{id}");
        } else {
            assert_eq!(sent.get("Content-Length"), Some(sent.body.len().to_string().as_str()), "{id}");
            assert!(sent.body.ends_with('\n'), "{id}");
        }
        assert_eq!(whole.leftover, b"", "{id}: not one byte after a refused head goes anywhere");
    } else {
        assert_eq!(whole.state, HandshakeState::Open, "{id}");
    }
    if let Some(accept) = vector.expect("accept").as_str() {
        assert_eq!(sent.get("Sec-WebSocket-Accept"), Some(accept), "{id}");
    }
    if let Some(path) = vector.expect("path").as_str() {
        assert_eq!(whole.path.as_deref(), Some(path), "{id}");
    }
    if let Some(extensions) = strings(vector.expect("extensions")) {
        assert_eq!(sent.get("Sec-WebSocket-Extensions"), extensions.first().map(String::as_str), "{id}");
    }
    for (name, value) in vector.expect("response_header").as_object().into_iter().flatten() {
        assert_eq!(sent.get(name), value.as_str(), "{id}");
    }
}

/// Everything that a client made of an input.
#[derive(Debug, PartialEq)]
struct ClientSeen {
    state: HandshakeState,
    error: Option<HandshakeError>,
    response: Option<(u16, Headers, Vec<u8>)>,
    is_body_complete: bool,
    leftover: Vec<u8>,
}

fn connect(vector: &Vector, input: &[u8], cuts: &[usize]) -> ClientSeen {
    let given = &vector.0["options"];
    let mut options = ClientOptions::new("server.example.com", "/chat");
    options.protocols = strings(&given["protocols"]).unwrap_or_default();
    options.extensions = given["offer"].as_str().map(Into::into);
    options.check_extensions = Some(|offered, answered| check_response(offered, answered).is_ok());
    options.limits = limits(given);
    let key = given["key"].as_str().unwrap_or("dGhlIHNhbXBsZSBub25jZQ==");
    let mut handshake = ClientHandshake::with_key(&options, key).unwrap();
    let mut start = 0;
    for end in cuts.iter().copied().chain([input.len()]) {
        handshake.receive_data(&input[start..end]);
        start = end;
    }
    ClientSeen {
        state: handshake.state(),
        error: handshake.error(),
        response: handshake
            .response()
            .map(|response| (response.status, response.headers.clone(), response.body.clone())),
        is_body_complete: handshake.is_body_complete(),
        leftover: handshake.take_leftover(),
    }
}

fn check_client(vector: &Vector) {
    let input = input(vector);
    let whole = connect(vector, &input, &[]);
    for cuts in ways_to_cut(input.len(), 16, 1) {
        assert_eq!(connect(vector, &input, &cuts), whole, "{} cut at {cuts:?}", vector.id());
    }
    let id = vector.id();
    assert_eq!(kind(whole.error), *vector.expect("error"), "{id}");
    if let Some(status) = vector.expect("status").as_u64() {
        assert_eq!(whole.response.as_ref().map(|response| u64::from(response.0)), Some(status), "{id}");
    }
    if whole.error.is_some() {
        assert_eq!((whole.state, &whole.leftover[..]), (HandshakeState::Failed, &b""[..]), "{id}");
    } else {
        assert_eq!(whole.state, HandshakeState::Open, "{id}");
        let mut connection = feed(Role::Client, Options::default(), &whole.leftover, &[]);
        let events: Vec<_> = Seen::of(&mut connection).events.iter().map(event_json).collect();
        assert_eq!(Value::from(events), *vector.expect("events"), "{id}");
    }
}

#[test]
fn handshake_server() {
    let vectors: Vec<_> = hostile().into_iter().filter(|vector| vector.group() == "handshake-server").collect();
    assert_eq!(vectors.len(), 137);
    vectors.iter().for_each(check_server);
}

#[test]
fn handshake_client() {
    let vectors: Vec<_> = hostile().into_iter().filter(|vector| vector.group() == "handshake-client").collect();
    assert_eq!(vectors.len(), 64);
    vectors.iter().for_each(check_client);
}

#[test]
fn l11_endless_fields_are_refused_at_the_first_one_too_many() {
    let vector = vector("L11");
    check_server(&vector);
    let max = vector.expect("max_headers").as_u64().unwrap();
    let offset = b"GET / HTTP/1.1\r\n".len() as u64 + max * b"a: b\r\n".len() as u64;
    assert_eq!(serve(&vector, &input(&vector), &[]).error.map(|error| error.offset), Some(offset));
}

#[test]
fn l13_a_value_of_spaces_is_refused() {
    check_server(&vector("L13"));
}

#[test]
fn l15_endless_interim_responses_are_refused_after_sixteen() {
    let vector = vector("L15");
    check_client(&vector);
    let interim = b"HTTP/1.1 103 Early Hints\r\n\r\n".len() as u64;
    let skipped = vector.expect("max_interim").as_u64().unwrap();
    let error = connect(&vector, &input(&vector), &[]).error.unwrap();
    assert_eq!(error.offset, (skipped + 1) * interim - 1);
}

#[test]
fn a_refusal_shows_its_body() {
    let seen = connect(&vector("C21"), &input(&vector("C21")), &[]);
    let (_, headers, body) = seen.response.unwrap();
    assert_eq!((&body[..], seen.is_body_complete), (&b"nope"[..], true));
    assert_eq!(headers.get("www-authenticate"), Some(&b"Basic"[..]));
}

/// Nothing that could split the request gets into it.
#[test]
fn b01_b03_b05_requests_that_cannot_be_written() {
    let throws = |options: ClientOptions| ClientHandshake::new(&options, [0; 16]).unwrap_err().kind();
    let with_path = |path| throws(ClientOptions::new("a", path));
    assert_eq!(with_path("/a\r\nX-Evil: 1"), vector("B01").expect("throws").as_str().unwrap());
    assert_eq!(with_path("/\u{10d}\u{10a}host: evil"), vector("B03").expect("throws").as_str().unwrap());
    for name in ["Sec-WebSocket-Key", "Host", "Upgrade", "Connection", "Content-Length", "Transfer-Encoding"] {
        let mut options = ClientOptions::new("a", "/");
        options.headers = vec![(name.into(), "x".into())];
        assert_eq!(throws(options), vector("B05").expect("throws").as_str().unwrap(), "{name}");
    }
}

const CONNECT: [(&str, &[u8]); 6] = [
    (":method", b"CONNECT"),
    (":protocol", b"websocket"),
    (":scheme", b"https"),
    (":authority", b"a"),
    (":path", b"/chat"),
    ("sec-websocket-version", b"13"),
];

#[test]
fn x01_extended_connect_is_accepted_without_a_key() {
    let vector = vector("X01");
    let request = connect::read_request(CONNECT, &Origins::Any).unwrap();
    assert_eq!(
        (request.method, &*request.path, &*request.host, request.key.as_deref()),
        ("CONNECT", "/chat", "a", None)
    );
    let fields = connect::response(&request, &AcceptOptions::default()).unwrap();
    assert_eq!(fields[0], (":status".into(), vector.expect("status").to_string()));
    for name in strings(vector.expect("no_header")).unwrap() {
        assert!(fields.iter().all(|(other, _)| *other != name), "{name}");
    }
}

#[test]
fn x03_extended_connect_has_no_fields_of_a_connection() {
    for (name, value) in [("connection", "upgrade"), ("upgrade", "websocket"), ("transfer-encoding", "chunked")] {
        let fields = CONNECT.into_iter().chain([(name, value.as_bytes())]);
        let violation = connect::read_request(fields, &Origins::Any).unwrap_err();
        assert_eq!(violation.kind(), vector("X03").expect("error").as_str().unwrap(), "{name}");
    }
}

#[test]
fn x05_extended_connect_must_be_enabled_first() {
    let mut setting = EnableConnectProtocol::default();
    assert_eq!(setting.check().unwrap_err().kind(), vector("X05").expect("error").as_str().unwrap());
    assert_eq!(setting.receive(0), Ok(()));
    assert_eq!(setting.receive(2).unwrap_err().kind(), "h2_settings");
    assert_eq!(setting.receive(1), Ok(()));
    assert_eq!(setting.check(), Ok(()));
    assert_eq!(setting.receive(0).unwrap_err().kind(), "h2_settings");
}

#[test]
fn x07_extended_connect_is_answered_with_success_and_an_open_stream() {
    let request = ConnectRequest::new(&ClientOptions::new("a", "/chat"), "https").unwrap();
    for (status, end_stream) in [("101", false), ("200", true), ("404", false)] {
        let violation = request.read_response([(":status", status.as_bytes())], end_stream).unwrap_err();
        assert_eq!(violation.kind(), vector("X07").expect("error").as_str().unwrap(), "{status}");
    }
    assert!(request.read_response([(":status", &b"200"[..])], false).is_ok());
}
