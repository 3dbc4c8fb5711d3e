//! The opening handshake (RFC 6455 §4), both roles.

use sansocket::handshake::{
    AcceptOptions, ClientHandshake, ClientOptions, HandshakeState, Origins, ServerHandshake, ServerOptions, accept_key,
    verify_accept,
};
use sansocket::{Limits, Role, UsageError};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{client, frame_for, receive, server, text};

/// RFC 6455 §1.2.
const REQUEST: &str = "GET /chat HTTP/1.1\r\n\
    Host: server.example.com\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Origin: http://example.com\r\n\
    Sec-WebSocket-Protocol: chat, superchat\r\n\
    Sec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
    Sec-WebSocket-Protocol: chat\r\n\r\n";

fn asking(origins: Origins) -> ServerHandshake {
    ServerHandshake::new(ServerOptions { origins, limits: Limits::DEFAULT })
}

fn options() -> ClientOptions {
    let mut options = ClientOptions::new("server.example.com", "/chat");
    options.origin = Some("http://example.com".into());
    options.protocols = vec!["chat".into(), "superchat".into()];
    options
}

/// The nonce whose base64 is the key of the example.
const NONCE: [u8; 16] = *b"the sample nonce";

#[wasm_bindgen_test]
fn the_accept_value_of_the_example() {
    assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(verify_accept("dGhlIHNhbXBsZSBub25jZQ==", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert!(!verify_accept("dGhlIHNhbXBsZSBub25jZQ==", b"S3PPLMBITXAQ9KYGZZHZRBK+XOO="));
}

#[wasm_bindgen_test]
fn a_server_answers_the_example() {
    let mut handshake = asking(Origins::List(vec!["http://example.com".into()]));
    handshake.receive_data(REQUEST.as_bytes());
    let request = handshake.request().expect("a valid request");
    assert_eq!((request.path.as_str(), request.host.as_str()), ("/chat", "server.example.com"));
    assert_eq!(request.protocols, ["chat", "superchat"]);
    handshake.accept(&AcceptOptions { protocol: Some("chat"), ..AcceptOptions::default() }).unwrap();
    assert_eq!(String::from_utf8(handshake.data_to_send()).unwrap(), RESPONSE);
    assert_eq!(handshake.state(), HandshakeState::Open);
}

#[wasm_bindgen_test]
fn a_client_asks_as_in_the_example_and_takes_the_answer() {
    let mut handshake = ClientHandshake::new(&options(), NONCE).unwrap();
    let mut asked: Vec<_> = str::from_utf8(&handshake.data_to_send()).unwrap().lines().map(str::to_owned).collect();
    let mut example: Vec<_> = REQUEST.lines().map(str::to_owned).collect();
    assert_eq!(asked[0], example[0]);
    asked.sort();
    example.sort();
    assert_eq!(asked, example);
    handshake.receive_data(RESPONSE.as_bytes());
    assert_eq!(handshake.state(), HandshakeState::Open);
    assert_eq!(handshake.established().unwrap().protocol.as_deref(), Some("chat"));
}

#[wasm_bindgen_test]
fn both_roles_at_every_split_and_frames_behind_the_heads() {
    let request = [REQUEST.as_bytes(), &frame_for(Role::Server, true, sansocket::Opcode::Text, b"early")].concat();
    let response = [RESPONSE.as_bytes(), &frame_for(Role::Client, true, sansocket::Opcode::Text, b"Hello")].concat();
    for split in 0..=request.len().max(response.len()) {
        let mut theirs = asking(Origins::Any);
        let (before, after) = request.split_at(split.min(request.len()));
        theirs.receive_data(before);
        theirs.receive_data(after);
        theirs.accept(&AcceptOptions::default()).unwrap();
        let (events, _) = receive(&mut server(), [theirs.take_leftover().as_slice()]);
        assert_eq!(events.iter().map(text).collect::<Vec<_>>(), ["early"], "split at {split}");

        let mut ours = ClientHandshake::new(&options(), NONCE).unwrap();
        let (before, after) = response.split_at(split.min(response.len()));
        ours.receive_data(before);
        ours.receive_data(after);
        let (events, _) = receive(&mut client(), [ours.take_leftover().as_slice()]);
        assert_eq!(events.iter().map(text).collect::<Vec<_>>(), ["Hello"], "split at {split}");
    }
}

#[wasm_bindgen_test]
fn a_server_refuses_what_is_wrong_and_says_why() {
    let cases = [
        ("GET", "POST", "bad_method", 405),
        ("HTTP/1.1", "HTTP/1.0", "bad_http_version", 505),
        ("Host: server.example.com\r\n", "", "bad_host", 400),
        ("Connection: Upgrade", "Connection: close", "bad_connection", 400),
        ("Upgrade: websocket", "Upgrade: h2c", "bad_upgrade", 426),
        ("Key: dGhl", "Key: dGh", "bad_key", 400),
        ("Version: 13", "Version: 8", "bad_version", 426),
        ("http://example.com", "http://evil.example", "bad_origin", 403),
        ("chat, superchat", "chat, chat", "bad_protocol", 400),
        ("Origin:", "Origin :", "bad_header", 400),
    ];
    for (from, to, kind, status) in cases {
        let mut handshake = asking(Origins::List(vec!["http://example.com".into()]));
        handshake.receive_data(REQUEST.replacen(from, to, 1).as_bytes());
        let violation = handshake.error().expect(kind).violation;
        assert_eq!((violation.kind(), violation.status()), (kind, Some(status)));
        let answer = String::from_utf8(handshake.data_to_send()).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{kind}: {answer}");
        assert_eq!(answer.contains("Sec-WebSocket-Version: 13\r\n"), status == 426, "{kind}");
        assert_eq!(handshake.state(), HandshakeState::Failed);
        assert_eq!(handshake.take_leftover(), b"");
    }
}

#[wasm_bindgen_test]
fn a_client_fails_on_what_is_wrong_and_shows_a_refusal() {
    let cases = [
        ("s3pPLMBi", "S3PPLMBI", "bad_accept"),
        ("101 Switching Protocols", "1010 X", "bad_status_line"),
        ("Connection: Upgrade", "Connection: close", "bad_connection"),
        ("Protocol: chat", "Protocol: other", "unexpected_protocol"),
        ("Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Extensions: x", "unexpected_extension"),
    ];
    for (from, to, kind) in cases {
        let mut handshake = ClientHandshake::new(&options(), NONCE).unwrap();
        handshake.receive_data(RESPONSE.replacen(from, to, 1).as_bytes());
        assert_eq!(handshake.error().expect(kind).violation.kind(), kind);
    }
    let mut handshake = ClientHandshake::new(&options(), NONCE).unwrap();
    handshake.receive_data(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nnope and more");
    assert_eq!(handshake.error().unwrap().violation.kind(), "unexpected_status");
    let response = handshake.response().unwrap();
    assert_eq!((response.status, response.body.as_slice()), (401, &b"nope"[..]));
}

#[wasm_bindgen_test]
fn what_would_break_the_request_is_refused() {
    let mut broken = options();
    broken.path = "/a\r\nX-Evil: 1".into();
    assert_eq!(ClientHandshake::new(&broken, NONCE).unwrap_err().kind(), "invalid_argument");
    let mut reserved = options();
    reserved.headers = vec![("Host".into(), "x".into())];
    assert_eq!(ClientHandshake::new(&reserved, NONCE).unwrap_err(), UsageError::ReservedHeader);
}
