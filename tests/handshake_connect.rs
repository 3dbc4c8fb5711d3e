//! The opening handshake by extended CONNECT (RFC 8441, RFC 9220), seen from outside.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use sansocket::handshake::connect::{ConnectRequest, FieldList, read_request, response};
use sansocket::handshake::{AcceptOptions, ClientOptions, HandshakeViolation as V, Origins, Request};

const REQUEST: [(&str, &str); 9] = [
    (":method", "CONNECT"),
    (":protocol", "websocket"),
    (":scheme", "https"),
    (":path", "/chat?x"),
    (":authority", "server.example.com"),
    ("sec-websocket-protocol", "chat, superchat"),
    ("sec-websocket-extensions", "foo; a, bar"),
    ("sec-websocket-version", "13"),
    ("origin", "http://www.example.com"),
];

fn read(fields: &[(&str, &str)]) -> Result<Request, V> {
    read_request(fields.iter().map(|(name, value)| (*name, value.as_bytes())), &Origins::Any)
}

/// The request with another value for one of its fields, or without it.
fn with(name: &str, value: Option<&str>) -> Result<Request, V> {
    let change = |field: &(&'static str, &'static str)| {
        if field.0 == name { value.map(|value| (field.0, value)) } else { Some(*field) }
    };
    read(&REQUEST.iter().filter_map(change).collect::<Vec<_>>())
}

fn bytes(fields: &[(String, String)]) -> impl Iterator<Item = (&str, &[u8])> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
}

fn strings(fields: &[(&str, &str)]) -> FieldList {
    fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// RFC 8441 §5.1
#[test]
fn a_request_and_its_answer() {
    let request = read(&REQUEST).unwrap();
    assert_eq!((request.method, &*request.target, &*request.path), ("CONNECT", "/chat?x", "/chat?x"));
    assert_eq!((&*request.host, request.origin.as_deref()), ("server.example.com", Some("http://www.example.com")));
    assert_eq!((request.protocols.len(), request.extensions.len(), request.headers.len()), (2, 2, 4));
    assert_eq!(request.key, None);
    let answer = AcceptOptions { protocol: Some("chat"), extensions: Some("bar"), headers: &[("Server", " x ")] };
    let expected =
        [(":status", "200"), ("sec-websocket-protocol", "chat"), ("sec-websocket-extensions", "bar"), ("server", "x")];
    assert_eq!(response(&request, &answer).unwrap(), strings(&expected));
    let answer = AcceptOptions { protocol: Some("mqtt"), ..AcceptOptions::default() };
    assert_eq!(response(&request, &answer).unwrap_err().kind(), "invalid_argument");
    for name in ["Keep-Alive", "TE", "Upgrade"] {
        let answer = AcceptOptions { headers: &[(name, "x")], ..AcceptOptions::default() };
        assert_eq!(response(&request, &answer).unwrap_err().kind(), "reserved_header");
    }
}

#[test]
fn requests_that_are_not_valid() {
    for name in [":method", ":protocol", ":scheme", ":path", ":authority"] {
        assert_eq!(with(name, None).unwrap_err(), V::H2Malformed, "without {name}");
        let value = REQUEST.iter().find(|(other, _)| *other == name).unwrap().1;
        assert_eq!(read(&[&[(name, value)], &REQUEST[..]].concat()).unwrap_err(), V::H2Malformed, "{name} twice");
        let last =
            [&REQUEST.map(|field| if field.0 == name { ("x", "y") } else { field })[..], &[(name, value)]].concat();
        assert_eq!(read(&last).unwrap_err(), V::H2Malformed, "{name} after a regular field");
    }
    for field in [
        (":status", "200"),
        ("Origin", "a"),
        ("", "a"),
        ("a b", "c"),
        ("a", "b\r\nc"),
        ("a", "b\0"),
        ("a", " b"),
        ("a", "b\t"),
        ("keep-alive", "x"),
        ("te", "gzip"),
    ] {
        assert_eq!(read(&[&REQUEST[..], &[field]].concat()).unwrap_err(), V::H2Malformed, "{field:?}");
    }
    assert!(read(&[&REQUEST[..], &[("te", "trailers"), ("a", "")]].concat()).is_ok());
    for (name, value, expected) in [
        (":method", Some("GET"), V::H2Malformed),
        (":protocol", Some("webtransport"), V::UnknownProtocol),
        (":authority", Some("a b"), V::BadHost),
        (":path", Some("*"), V::BadTarget),
        (":scheme", Some("wss"), V::BadTarget),
        ("sec-websocket-version", Some("8"), V::BadVersion),
        ("sec-websocket-version", None, V::BadVersion),
        ("sec-websocket-protocol", Some("a b"), V::BadProtocol),
        ("sec-websocket-extensions", Some(";"), V::BadExtensions),
        ("origin", Some(""), V::BadOrigin),
    ] {
        assert_eq!(with(name, value).unwrap_err(), expected, "{name}: {value:?}");
    }
    assert_eq!(V::UnknownProtocol.status(), Some(501));
}

#[test]
fn a_client_and_its_answer() {
    let mut options = ClientOptions::new("server.example.com", "/chat?x");
    options.origin = Some("http://www.example.com".into());
    options.protocols = vec!["chat".into(), "superchat".into()];
    options.extensions = Some("foo; a, bar".into());
    options.headers = vec![("Authorization".into(), "\tx".into())];
    let request = ConnectRequest::new(&options, "https").unwrap();
    assert_eq!(
        read_request(bytes(request.fields()), &Origins::Any).unwrap().headers.get("authorization"),
        Some(&b"x"[..])
    );

    let answer = |fields: &[(&str, &str)]| request.read_response(bytes(&strings(fields)), false);
    let established =
        answer(&[(":status", "204"), ("sec-websocket-protocol", "chat"), ("sec-websocket-extensions", "bar")]).unwrap();
    assert_eq!((established.protocol.as_deref(), &*established.extensions[0].name), (Some("chat"), "bar"));
    for (fields, expected) in [
        (&[(":status", "200"), ("sec-websocket-protocol", "mqtt")][..], V::UnexpectedProtocol),
        (&[(":status", "200"), ("sec-websocket-extensions", "baz")], V::UnexpectedExtension),
        (&[(":status", "200"), ("upgrade", "websocket")], V::H2Malformed),
        (&[(":status", "2000")], V::H2Malformed),
        (&[("a", "b")], V::H2Malformed),
        (&[(":status", "302")], V::UnexpectedStatus),
    ] {
        assert_eq!(answer(fields).unwrap_err(), expected, "{fields:?}");
    }

    assert_eq!(ConnectRequest::new(&options, "wss").unwrap_err().kind(), "invalid_argument");
    options.headers = vec![("proxy-connection".into(), "x".into())];
    assert_eq!(ConnectRequest::new(&options, "https").unwrap_err().kind(), "reserved_header");
    options.path = "chat".into();
    assert_eq!(ConnectRequest::new(&options, "https").unwrap_err().kind(), "invalid_argument");
}
