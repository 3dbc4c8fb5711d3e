//! The opening handshake of a client (RFC 6455 §4.1), seen from outside.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use sansocket::handshake::{ClientHandshake, ClientOptions, Extension, HandshakeState, HandshakeViolation as V, Param};

const NONCE: [u8; 16] = *b"the sample nonce";

/// RFC 6455 §1.2
const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

fn options() -> ClientOptions {
    let mut options = ClientOptions::new("server.example.com", "/chat");
    options.origin = Some("http://example.com".into());
    options.protocols = vec!["chat".into(), "superchat".into()];
    options
}

fn receive(input: &str) -> ClientHandshake {
    let mut options = options();
    options.extensions = Some("foo; a, bar".into());
    let mut handshake = ClientHandshake::new(&options, NONCE).unwrap();
    handshake.receive_data(input.as_bytes());
    handshake
}

/// The response with other fields in the place of those of a name.
fn with(name: &str, fields: &str) -> String {
    let lines = RESPONSE.trim_end().split("\r\n").filter(|line| !line.starts_with(name));
    let lines: Vec<_> = lines.chain([fields]).filter(|line| !line.is_empty()).collect();
    lines.join("\r\n") + "\r\n\r\n"
}

fn fault(input: &str) -> V {
    let handshake = receive(input);
    let error = handshake.error().unwrap_or_else(|| panic!("{input}"));
    assert_eq!((handshake.state(), error.offset), (HandshakeState::Failed, input.len() as u64 - 1), "{input}");
    assert_eq!((handshake.established(), handshake.is_body_complete()), (None, true));
    assert_eq!(handshake.response().unwrap().status, 101, "what the server said stays visible");
    error.violation
}

#[test]
fn the_example_of_the_rfc() {
    let mut handshake = ClientHandshake::new(&options(), NONCE).unwrap();
    assert_eq!(
        handshake.data_to_send(),
        b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n\
          Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    assert_eq!((handshake.data_to_send(), handshake.state()), (vec![], HandshakeState::Reading));
    assert!(!handshake.is_body_complete());
    handshake.receive_data(RESPONSE.as_bytes());
    assert_eq!((handshake.state(), handshake.error()), (HandshakeState::Open, None));
    let established = handshake.established().unwrap();
    assert_eq!((established.protocol.as_deref(), &established.extensions[..]), (Some("chat"), &[][..]));
    let response = handshake.response().unwrap();
    assert_eq!((response.status, &response.reason[..], response.headers.len()), (101, &b"Switching Protocols"[..], 4));
}

#[test]
fn a_request_with_everything() {
    let mut options = ClientOptions::new("[::1]:8080", "/?a=b");
    options.extensions = Some("foo; a=\"1\"".into());
    options.headers = vec![("Authorization".into(), "Basic eDp5".into()), ("X-A".into(), String::new())];
    let mut handshake = ClientHandshake::with_key(&options, "AAAAAAAAAAAAAAAAAAAAAA==").unwrap();
    assert_eq!(
        handshake.data_to_send(),
        b"GET /?a=b HTTP/1.1\r\nHost: [::1]:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\
          Sec-WebSocket-Extensions: foo; a=\"1\"\r\nAuthorization: Basic eDp5\r\nX-A: \r\n\r\n"
    );
    assert_eq!(handshake.key(), "AAAAAAAAAAAAAAAAAAAAAA==");
}

#[test]
fn options_that_cannot_be_asked_for() {
    let check = |name: &str, change: &dyn Fn(&mut ClientOptions)| {
        let mut options = options();
        change(&mut options);
        let error = ClientHandshake::new(&options, NONCE).unwrap_err();
        assert_eq!(error.kind(), "invalid_argument");
        assert!(error.to_string().contains(&format!("\"{name}\"")), "{error}");
    };
    for host in ["", "a b", "a\r\nb", "user@a", "a/b", "h\u{f6}st", "a:x"] {
        check("host", &|options| options.host = host.into());
    }
    for path in ["", "a", "*", "/a b", "/a#b", "/\u{e9}", "/\u{10d}\u{10a}", "http://a/"] {
        check("path", &|options| options.path = path.into());
    }
    for origin in ["", "a b", "a\r\nb", "\u{e9}"] {
        check("origin", &|options| options.origin = Some(origin.into()));
    }
    for protocols in [&["a", "a"][..], &["a b"], &["a,b"], &[""], &["\u{e9}"], &["a\r\nb"]] {
        check("protocols", &|options| {
            options.protocols = protocols.iter().map(|protocol| (*protocol).into()).collect()
        });
    }
    for extensions in ["", "a;", "a\r\nb", "a, \u{e9}"] {
        check("extensions", &|options| options.extensions = Some(extensions.into()));
    }
    for (name, value) in [("", "b"), ("a b", "b"), ("a", "b\r\nc"), ("a", "\u{e9}")] {
        check("headers", &|options| options.headers = vec![(name.into(), value.into())]);
    }
    for key in ["", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA==\r\n"] {
        assert_eq!(ClientHandshake::with_key(&options(), key).unwrap_err().kind(), "invalid_argument");
    }
}

#[test]
fn each_rule_has_its_fault() {
    for (input, expected) in [
        (with("Upgrade", ""), V::BadUpgrade),
        (with("Upgrade", "Upgrade:"), V::BadUpgrade),
        (with("Upgrade", "Upgrade: websocket, h2c"), V::BadUpgrade),
        (with("Connection", ""), V::BadConnection),
        (with("Connection", "Connection: Upgraded"), V::BadConnection),
        (with("Nothing", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), V::BadAccept),
        (with("Sec-WebSocket-Accept", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo"), V::BadAccept),
        (with("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: mqtt"), V::UnexpectedProtocol),
        (with("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: Chat"), V::UnexpectedProtocol),
        (with("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: chat, superchat"), V::UnexpectedProtocol),
        (with("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol:"), V::UnexpectedProtocol),
        (with("Nothing", "Sec-WebSocket-Extensions: baz"), V::UnexpectedExtension),
        (with("Nothing", "Sec-WebSocket-Extensions: foo, baz"), V::UnexpectedExtension),
        (with("Nothing", "Sec-WebSocket-Extensions:"), V::BadExtensions),
        (with("Nothing", "Sec-WebSocket-Extensions: foo;"), V::BadExtensions),
        (with("Nothing", "Sec-WebSocket-Extensions: foo, Foo"), V::BadExtensions),
        (with("Nothing", "Sec-WebSocket-Extensions: foo\r\nSec-WebSocket-Extensions: bar"), V::BadExtensions),
    ] {
        assert_eq!(fault(&input), expected, "{input}");
    }
}

#[test]
fn what_is_fine() {
    for input in [
        with("Upgrade", "upgrade: WebSocket"),
        with("Upgrade", "Upgrade: , websocket"),
        with("Connection", "Connection: keep-alive\r\nConnection: upgrade"),
        with("Sec-WebSocket-Protocol", ""),
        with("Nothing", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
        RESPONSE.replace(" Switching Protocols", ""),
    ] {
        let handshake = receive(&input);
        assert_eq!(handshake.state(), HandshakeState::Open, "{:?}", handshake.error());
    }
    let mut handshake = receive(&(with("Nothing", "Sec-WebSocket-Extensions: BAR; b=\"1\", foo") + "\u{81}"));
    let bar = Extension { name: "BAR".into(), params: vec![Param { name: "b".into(), value: Some("1".into()) }] };
    let foo = Extension { name: "foo".into(), params: vec![] };
    assert_eq!(handshake.established().unwrap().extensions, [bar, foo]);
    assert_eq!(handshake.take_leftover(), "\u{81}".as_bytes());
    handshake.receive_data(b"more");
    assert_eq!((handshake.take_leftover(), handshake.take_leftover()), (b"more".to_vec(), vec![]));
}

#[test]
fn the_parameters_of_extensions_have_a_check_of_their_own() {
    let mut options = options();
    options.extensions = Some("foo; a, bar".into());
    options.check_extensions = Some(|offered, answered| offered.len() == 2 && answered[0].params.is_empty());
    for (answer, expected) in [("foo", None), ("foo; a", Some(V::BadExtensions))] {
        let mut handshake = ClientHandshake::new(&options, NONCE).unwrap();
        handshake.receive_data(with("Nothing", &format!("Sec-WebSocket-Extensions: {answer}")).as_bytes());
        assert_eq!(handshake.error().map(|error| error.violation), expected, "{answer}");
    }
}

#[test]
fn interim_responses_are_skipped() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    assert_eq!(receive(&(interim.repeat(8) + RESPONSE)).state(), HandshakeState::Open);
    let handshake = receive(&(interim.repeat(8) + "HTTP/1.1 102 Processing\r\n\r\n" + RESPONSE));
    let error = handshake.error().unwrap();
    assert_eq!((error.violation, handshake.response()), (V::TooManyInterimResponses, None));
    assert_eq!((error.violation.kind(), error.offset), ("head_too_large", interim.len() as u64 * 8 + 26));
}

#[test]
fn the_body_of_a_refusal() {
    let refuse = |head: &str, body: &str, eof: bool| {
        let mut seen = Vec::new();
        for size in [1, 3, 1000] {
            let mut options = options();
            options.limits.max_refusal_body_bytes = 8;
            let mut handshake = ClientHandshake::new(&options, NONCE).unwrap();
            format!("HTTP/1.1 {head}\r\n\r\n{body}")
                .as_bytes()
                .chunks(size)
                .for_each(|chunk| handshake.receive_data(chunk));
            if eof {
                handshake.receive_eof();
            }
            let error = handshake.error().unwrap();
            assert_eq!((error.violation, error.offset), (V::UnexpectedStatus, head.len() as u64 + 12));
            assert_eq!((handshake.state(), handshake.take_leftover()), (HandshakeState::Failed, vec![]));
            let body = String::from_utf8(handshake.response().unwrap().body.clone()).unwrap();
            seen.push((body, handshake.is_body_complete()));
        }
        assert!(seen.iter().all(|other| *other == seen[0]), "{seen:?}");
        seen.remove(0)
    };
    let is = |body: &str, complete| (String::from(body), complete);
    assert_eq!(refuse("404 Not Found\r\nContent-Length: 4", "nope", false), is("nope", true));
    assert_eq!(refuse("404 Not Found\r\nContent-Length: 4", "nope, and more", false), is("nope", true));
    assert_eq!(refuse("404 Not Found\r\nContent-Length: 4", "no", false), is("no", false));
    assert_eq!(refuse("404 Not Found\r\nContent-Length: 4", "no", true), is("no", true));
    assert_eq!(refuse("404 Not Found\r\nContent-Length: 0", "nope", false), is("", true));
    assert_eq!(refuse("404 Not Found\r\nContent-Length: 99999999999999999999999", "nope", false), is("nope", false));
    assert_eq!(refuse("404 Not Found\r\nContent-Length:", "nope", false), is("nope", false));
    assert_eq!(refuse("404 Not Found\r\nContent-Length: 9", "123456789", false), is("12345678", true));
    assert_eq!(refuse("404 Not Found", "1234567", false), is("1234567", false));
    assert_eq!(refuse("404 Not Found", "1234567", true), is("1234567", true));
    assert_eq!(refuse("404 Not Found", "123456789", false), is("12345678", true));
    assert_eq!(
        refuse("200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1", "2\r\nok", false),
        is("2\r\nok", false)
    );
    assert_eq!(refuse("204 No Content", "x", false), is("", true));
    assert_eq!(refuse("302 Found\r\nLocation: /\r\nContent-Length: 0", "", false), is("", true));
}

#[test]
fn no_body_is_kept_without_room_for_one() {
    let mut options = options();
    options.limits.max_refusal_body_bytes = 0;
    let mut handshake = ClientHandshake::new(&options, NONCE).unwrap();
    handshake.receive_data(b"HTTP/1.1 404\r\n\r\n");
    assert!(handshake.is_body_complete());
}

/// RFC 6455 §4.1: what is not 101 is handled as HTTP says, of which 1.0 is a version still in use (RFC 9112 §2.3).
#[test]
fn a_refusal_may_be_of_http_1_0() {
    assert_eq!(receive("HTTP/1.0 200\r\n\r\n").error().unwrap().violation, V::UnexpectedStatus);
    let handshake = receive("HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno");
    assert_eq!(handshake.error().unwrap().violation, V::UnexpectedStatus);
    let response = handshake.response().unwrap();
    assert_eq!((response.status, &response.body[..]), (401, &b"no"[..]));
    assert_eq!(response.headers.get("WWW-Authenticate"), Some(&b"Basic"[..]));
}

#[test]
fn faults_known_before_the_end_of_the_head() {
    for (input, violation, offset) in [
        ("SSH-2.0-x\r\n", V::BadStatusLine, 10),
        ("HTTP/1.0 101 X\r\nA", V::BadHttpVersion, 15),
        ("HTTP/1.0 100 X\r\nA", V::BadHttpVersion, 15),
        ("HTTP/2.0 404 X\r\nA", V::BadHttpVersion, 15),
        ("HTTP/0.9 404 X\r\nA", V::BadHttpVersion, 15),
        ("HTTP/1.1 101 X\nA", V::BadHeader, 14),
    ] {
        let error = receive(input).error().unwrap_or_else(|| panic!("{input:?}"));
        assert_eq!((error.violation, error.offset), (violation, offset), "{input:?}");
    }
    let error = receive(&format!("HTTP/1.1 101 {}", "x".repeat(9000))).error().unwrap();
    assert_eq!((error.violation.kind(), error.offset), ("head_too_large", 8192));
}

#[test]
fn the_end_of_the_input() {
    let mut handshake = receive(&RESPONSE[..40]);
    handshake.receive_eof();
    let error = handshake.error().unwrap();
    assert_eq!((error.violation, error.offset), (V::UnexpectedEof, 40));
    handshake.receive_data(&RESPONSE.as_bytes()[40..]);
    assert_eq!((handshake.state(), handshake.error()), (HandshakeState::Failed, Some(error)));

    let mut handshake = receive(RESPONSE);
    handshake.receive_eof();
    assert_eq!((handshake.state(), handshake.error()), (HandshakeState::Open, None));
}
