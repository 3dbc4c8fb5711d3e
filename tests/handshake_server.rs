//! The opening handshake of a server (RFC 6455 §4.2), seen from outside.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use sansocket::handshake::{
    AcceptOptions, HandshakeState, HandshakeViolation as V, Origins, Request, ServerHandshake, ServerOptions,
};
use sansocket::{Limits, UsageError};

/// RFC 6455 §1.2
const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n\
    Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n";

fn server(origins: Origins) -> ServerHandshake {
    ServerHandshake::new(ServerOptions { origins, limits: Limits::DEFAULT })
}

fn receive(input: &str) -> ServerHandshake {
    let mut handshake = server(Origins::Any);
    handshake.receive_data(input.as_bytes());
    handshake
}

/// The request without the fields of a name.
fn without(name: &str) -> String {
    REQUEST.split_inclusive("\r\n").filter(|line| !line.starts_with(name)).collect()
}

/// The request with other fields in the place of those of a name.
fn with(name: &str, fields: &str) -> String {
    without(name).replace("\r\n\r\n", &format!("\r\n{fields}\r\n\r\n"))
}

fn request(input: &str) -> Request {
    let handshake = receive(input);
    assert_eq!((handshake.state(), handshake.error()), (HandshakeState::Deciding, None), "{input}");
    handshake.request().unwrap().clone()
}

/// The refusal of a request, all of which had to be read for it.
fn refusal(input: &str) -> (V, u16) {
    let mut handshake = receive(input);
    let error = handshake.error().unwrap_or_else(|| panic!("{input}"));
    assert_eq!(handshake.state(), HandshakeState::Failed);
    let output = String::from_utf8(handshake.data_to_send()).unwrap();
    let status = output.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).unwrap();
    assert_eq!(Some(status), error.violation.status());
    assert!(output.contains(error.violation.message()), "{output}");
    if error.violation != V::BadMethod {
        assert_eq!(error.offset, input.len() as u64 - 1, "{input}");
    }
    (error.violation, status)
}

#[test]
fn the_example_of_the_rfc() {
    let mut handshake = receive(REQUEST);
    let request = handshake.request().unwrap();
    assert_eq!((request.method, &*request.target, &*request.path), ("GET", "/chat", "/chat"));
    assert_eq!((&*request.host, request.origin.as_deref()), ("server.example.com", Some("http://example.com")));
    assert_eq!((&request.protocols[..], &request.extensions[..]), (&["chat".into(), "superchat".into()][..], &[][..]));
    assert_eq!(request.key.as_deref(), Some("dGhlIHNhbXBsZSBub25jZQ=="));
    assert_eq!(request.headers.len(), 7);
    handshake.accept(&AcceptOptions { protocol: Some("chat"), ..AcceptOptions::default() }).unwrap();
    assert_eq!(handshake.state(), HandshakeState::Open);
    assert_eq!(
        handshake.data_to_send(),
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
          Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n"
    );
    assert_eq!(handshake.data_to_send(), b"");
}

#[test]
fn an_answer_with_everything() {
    let mut handshake = receive(&with("Nothing", "Sec-WebSocket-Extensions: foo; a, bar"));
    let answer = AcceptOptions {
        protocol: Some("superchat"),
        extensions: Some("Bar; b=1"),
        headers: &[("Set-Cookie", "a=b"), ("Set-Cookie", "c=d")],
    };
    handshake.accept(&answer).unwrap();
    let output = String::from_utf8(handshake.data_to_send()).unwrap();
    assert!(output.ends_with(
        "=\r\nSec-WebSocket-Protocol: superchat\r\nSec-WebSocket-Extensions: Bar; b=1\r\nSet-Cookie: a=b\r\n\
         Set-Cookie: c=d\r\n\r\n"
    ));
}

#[test]
fn answers_that_cannot_be_given() {
    let mut handshake = receive(&with("Nothing", "Sec-WebSocket-Extensions: foo"));
    let none = AcceptOptions::default();
    for (answer, kind) in [
        (AcceptOptions { protocol: Some("mqtt"), ..none }, "invalid_argument"),
        (AcceptOptions { protocol: Some("Chat"), ..none }, "invalid_argument"),
        (AcceptOptions { protocol: Some("chat\r\nA: b"), ..none }, "invalid_argument"),
        (AcceptOptions { extensions: Some("bar"), ..none }, "invalid_argument"),
        (AcceptOptions { extensions: Some("foo, bar"), ..none }, "invalid_argument"),
        (AcceptOptions { extensions: Some(""), ..none }, "invalid_argument"),
        (AcceptOptions { extensions: Some("foo\r\nA: b"), ..none }, "invalid_argument"),
        (AcceptOptions { headers: &[("A", "b\nc")], ..none }, "invalid_argument"),
        (AcceptOptions { headers: &[("Upgrade", "h2c")], ..none }, "reserved_header"),
    ] {
        assert_eq!(handshake.accept(&answer).unwrap_err().kind(), kind, "{answer:?}");
    }
    for status in [0, 101, 200, 299, 600] {
        assert_eq!(handshake.reject(status, &[], b"").unwrap_err().kind(), "invalid_argument");
    }
    assert_eq!(handshake.reject(400, &[("Content-Length", "9")], b""), Err(UsageError::ReservedHeader));
    assert_eq!((handshake.state(), handshake.data_to_send()), (HandshakeState::Deciding, vec![]));
    assert_eq!(handshake.accept(&none), Ok(()));
}

#[test]
fn an_answer_needs_a_request_and_is_given_once() {
    let none = AcceptOptions::default();
    let refused = |handshake: &mut ServerHandshake| {
        handshake.accept(&none).unwrap_err();
        handshake.reject(400, &[], b"").unwrap_err();
        assert_eq!(handshake.data_to_send(), b"");
    };
    refused(&mut server(Origins::Any));
    refused(&mut receive("GET /chat HTTP/1.1\r\n"));
    let mut failed = receive("GET\r\n");
    assert_ne!(failed.data_to_send(), b"");
    refused(&mut failed);
    let mut accepted = receive(REQUEST);
    accepted.accept(&none).unwrap();
    assert_ne!(accepted.data_to_send(), b"");
    refused(&mut accepted);
    let mut rejected = receive(REQUEST);
    rejected.reject(404, &[], b"").unwrap();
    assert_ne!(rejected.data_to_send(), b"");
    refused(&mut rejected);
}

#[test]
fn refusals_of_the_caller() {
    let mut handshake = receive(&(REQUEST.to_owned() + "\u{81}\u{80}"));
    handshake.reject(401, &[("WWW-Authenticate", "Basic"), ("Content-Type", "text/html")], b"<p>no").unwrap();
    assert_eq!((handshake.state(), handshake.error()), (HandshakeState::Failed, None));
    assert_eq!(
        handshake.data_to_send(),
        b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nWWW-Authenticate: Basic\r\nContent-Type: text/html\r\n\
          Content-Length: 5\r\n\r\n<p>no"
    );
    handshake.receive_data(REQUEST.as_bytes());
    assert_eq!((handshake.data_to_send(), handshake.take_leftover()), (vec![], vec![]));

    let mut handshake = receive(REQUEST);
    handshake.reject(599, &[], b"").unwrap();
    assert_eq!(handshake.data_to_send(), b"HTTP/1.1 599 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

#[test]
fn refusals_on_the_wire() {
    let mut handshake = receive(&REQUEST.replace("GET", "POST"));
    assert_eq!(
        handshake.data_to_send(),
        b"HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Type: text/plain\r\nAllow: GET\r\n\
          Content-Length: 23\r\n\r\nthe method must be GET\n"
    );
    let mut handshake = receive(&with("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8"));
    assert_eq!(
        handshake.data_to_send(),
        b"HTTP/1.1 426 Upgrade Required\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
          Content-Type: text/plain\r\nContent-Length: 37\r\n\r\nthe Sec-WebSocket-Version must be 13\n"
    );
}

#[test]
fn each_rule_has_its_refusal() {
    for (input, expected) in [
        (without("Host"), (V::BadHost, 400)),
        (with("Host", "Host: a\r\nhost: a"), (V::BadHost, 400)),
        (with("Host", "Host:"), (V::BadHost, 400)),
        (without("Host").replace("/chat", "http://a/"), (V::BadHost, 400)),
        (with("Nothing", "Content-Length: 1"), (V::UnexpectedBody, 400)),
        (with("Nothing", "Content-Length: 0\r\nContent-Length: 5"), (V::UnexpectedBody, 400)),
        (with("Nothing", "Content-Length: -0"), (V::UnexpectedBody, 400)),
        (with("Nothing", "Content-Length:"), (V::UnexpectedBody, 400)),
        (with("Nothing", "transfer-encoding: identity"), (V::UnexpectedBody, 400)),
        (without("Connection"), (V::BadConnection, 400)),
        (with("Connection", "Connection: \"Upgrade\""), (V::BadConnection, 400)),
        (without("Upgrade"), (V::BadUpgrade, 426)),
        (with("Upgrade", "Upgrade: websockets"), (V::BadUpgrade, 426)),
        (with("Upgrade", "Upgrade: websocket/13"), (V::BadUpgrade, 426)),
        (with("Sec-WebSocket-Key", "Sec-WebSocket-Key:"), (V::BadKey, 400)),
        (without("Sec-WebSocket-Version"), (V::BadVersion, 426)),
        (with("Sec-WebSocket-Version", "Sec-WebSocket-Version: 13, 8"), (V::BadVersion, 426)),
        (with("Sec-WebSocket-Version", "Sec-WebSocket-Version: 013"), (V::BadVersion, 426)),
        (with("Nothing", "Sec-WebSocket-Version: 8"), (V::RepeatedVersion, 400)),
        (with("Nothing", "Origin: http://example.com"), (V::RepeatedOrigin, 400)),
        (with("Origin", "Origin: http://a http://b"), (V::BadOrigin, 403)),
        (with("Origin", "Origin:"), (V::BadOrigin, 403)),
        (with("Nothing", "Sec-WebSocket-Protocol: chat"), (V::BadProtocol, 400)),
        (with("Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol:"), (V::BadProtocol, 400)),
        (with("Nothing", "Sec-WebSocket-Extensions: a;"), (V::BadExtensions, 400)),
        (REQUEST.replace("GET", "get"), (V::BadMethod, 405)),
    ] {
        assert_eq!(refusal(&input), expected, "{input}");
    }
}

#[test]
fn what_is_fine() {
    request(&with("Nothing", "Content-Length: 000"));
    request(&with("Connection", "Connection: keep-alive\r\nCONNECTION: , UPGRADE"));
    request(&with("Upgrade", "Upgrade: h2c, WebSocket"));
    assert_eq!(request(&without("Sec-WebSocket-Protocol")).protocols, [""; 0]);
    assert_eq!(request(&without("Origin")).origin, None);
    let extensions =
        request(&with("Nothing", "Sec-WebSocket-Extensions: a; b=\"c\"\r\nSec-WebSocket-Extensions: a")).extensions;
    assert_eq!(extensions.iter().map(|extension| &*extension.name).collect::<Vec<_>>(), ["a", "a"]);
    let absolute = request(&REQUEST.replace("/chat", "http://other.example:80/chat?x"));
    assert_eq!(
        (&*absolute.target, &*absolute.path, &*absolute.host),
        ("http://other.example:80/chat?x", "/chat?x", "other.example:80")
    );
    let text = request(&with("Nothing", "X: \u{ff}\t\u{fe}"));
    assert_eq!(text.headers.get("x"), Some("\u{ff}\t\u{fe}".as_bytes()));
}

#[test]
fn origins() {
    let list = Origins::List(vec!["https://good.example".into(), "http://example.com".into()]);
    for (origin, allowed) in [
        ("Origin: http://example.com", true),
        ("Origin: https://good.example", true),
        ("", true),
        ("Origin: https://example.com", false),
        ("Origin: http://example.com:80", false),
        ("Origin: http://example.com.evil.example", false),
        ("Origin: http://example.co", false),
        ("Origin: null", false),
    ] {
        let input = if origin.is_empty() { without("Origin") } else { with("Origin", origin) };
        let mut handshake = server(list.clone());
        handshake.receive_data(input.as_bytes());
        let expected = (!allowed).then_some(V::BadOrigin);
        assert_eq!(handshake.error().map(|error| error.violation), expected, "{origin}");
    }
    assert_eq!(request(&with("Origin", "Origin: null")).origin.as_deref(), Some("null"));
}

/// RFC 9110 §9.3.2.
#[test]
fn the_answer_to_head_has_no_content() {
    for (input, status) in
        [("HEAD / HTTP/1.1\r\n\r\n", "405 "), ("HEAD /\r\n", "400 "), ("POST / HTTP/1.1\r\n", "405 ")]
    {
        let output = String::from_utf8(receive(input).data_to_send()).unwrap();
        assert!(output.starts_with(&format!("HTTP/1.1 {status}")), "{output}");
        assert_eq!(output.ends_with("\r\n\r\n"), input.starts_with("HEAD"), "{output}");
    }
}

#[test]
fn faults_known_before_the_end_of_the_head() {
    for (input, violation, offset) in [
        ("POST / HTTP/1.1\r\nHost", V::BadMethod, 16),
        ("GET / HTTP/1.0\r\n", V::BadHttpVersion, 15),
        ("GET / HTTP/2\r\n", V::BadRequestLine, 13),
        ("\r\nGET / HTTP/1.1\r\n", V::BadRequestLine, 1),
        ("GET *\nxxxx", V::BadHeader, 5),
        ("GET / HTTP/1.1\r\na: b\rc", V::BadHeader, 21),
    ] {
        let error = receive(input).error().unwrap_or_else(|| panic!("{input:?}"));
        assert_eq!((error.violation, error.offset), (violation, offset), "{input:?}");
    }
    let long = "GET /".to_owned() + &"a".repeat(9000);
    let error = receive(&long).error().unwrap();
    assert_eq!((error.violation.kind(), error.violation.status(), error.offset), ("head_too_large", Some(414), 8192));
    let long = format!("GET / HTTP/1.1\r\nA: {}", "a".repeat(20000));
    let error = receive(&long).error().unwrap();
    assert_eq!((error.violation.kind(), error.violation.status(), error.offset), ("head_too_large", Some(431), 16383));
}

#[test]
fn the_end_of_the_input() {
    let mut handshake = receive(&REQUEST[..20]);
    handshake.receive_eof();
    let error = handshake.error().unwrap();
    assert_eq!((error.violation, error.offset), (V::UnexpectedEof, 20));
    assert_eq!((handshake.state(), handshake.data_to_send()), (HandshakeState::Failed, vec![]));
    handshake.receive_data(&REQUEST.as_bytes()[20..]);
    assert_eq!((handshake.error(), handshake.request()), (Some(error), None));

    let mut handshake = receive(REQUEST);
    handshake.receive_eof();
    assert_eq!((handshake.state(), handshake.error()), (HandshakeState::Deciding, None));
}

#[test]
fn each_byte_after_the_request_is_handed_on_once() {
    let mut handshake = receive(&(REQUEST.to_owned() + "ab"));
    handshake.receive_data(b"cd");
    assert_eq!(handshake.take_leftover(), b"", "nothing before the request is accepted");
    handshake.accept(&AcceptOptions::default()).unwrap();
    assert_eq!(handshake.take_leftover(), b"abcd");
    assert_eq!(handshake.take_leftover(), b"");
    handshake.receive_data(b"ef");
    assert_eq!(handshake.take_leftover(), b"ef");
}

#[test]
fn early_data_is_bounded() {
    let early = vec![0; 64 << 10];
    let mut handshake = receive(REQUEST);
    handshake.receive_data(&early);
    assert_eq!(handshake.state(), HandshakeState::Deciding);
    handshake.receive_data(b"x");
    let error = handshake.error().unwrap();
    assert_eq!((error.violation, error.offset), (V::EarlyData, (REQUEST.len() + early.len()) as u64));
    assert!(handshake.data_to_send().starts_with(b"HTTP/1.1 400 Bad Request\r\n"));
    assert!(handshake.accept(&AcceptOptions::default()).is_err());

    let mut whole = server(Origins::Any);
    whole.receive_data(&[REQUEST.as_bytes(), &early, b"x"].concat());
    assert_eq!(whole.error(), Some(error));
}
