//! What holds for any input of the opening handshake.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

#[path = "common/handshakes.rs"]
mod handshakes;

use handshakes::{check_client, check_server, config, connect, serve};
use proptest::prelude::*;
use sansocket::Limits;
use sansocket::handshake::{
    AcceptOptions, ClientHandshake, ClientOptions, HandshakeState, Origins, ServerHandshake, ServerOptions,
};

const REQUEST: &[u8] = b"GET http://a/chat?x HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
    Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n\
    Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\n\
    Sec-WebSocket-Extensions: foo; a=\"b\\c\"; d, permessage-deflate; client_max_window_bits=12\r\n\r\n\x81\x85";

const RESPONSE: &[u8] = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n\
    Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
    Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: foo; a=\"b\", permessage-deflate; \
    server_max_window_bits=10\r\n\r\n\x81\x05Hello";

const REFUSAL: &[u8] =
    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 4\r\n\r\nnope and more";

/// Changes that are likely to matter.
#[derive(Clone, Debug)]
enum Change {
    Replace(u8),
    Insert(Vec<u8>),
    Delete(usize),
    Repeat(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop::sample::select(vec![
        "\r",
        "\n",
        "\r\n",
        "\r\n\r\n",
        " ",
        "\t",
        ",",
        ";",
        "=",
        "\"",
        "\\",
        ":",
        "/",
        "#",
        "\0",
        "\u{7f}",
        "\u{e9}",
        "a",
        "13",
        "\r\n ",
        "Host: b\r\n",
        "Content-Length: 3\r\n",
        "HTTP/1.1 102 X\r\n\r\n",
        "Transfer-Encoding: chunked\r\n",
    ]);
    prop_oneof![
        any::<u8>().prop_map(Change::Replace),
        piece.prop_map(|piece| Change::Insert(piece.into())),
        (1..30_usize).prop_map(Change::Delete),
        (1..60_usize).prop_map(Change::Repeat),
    ]
}

fn mutate(seed: &[u8], changes: &[(usize, Change)]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (at, change) in changes {
        let at = at % bytes.len().max(1);
        let end = |length: &usize| (at + length).min(bytes.len());
        match change {
            Change::Replace(byte) => bytes.iter_mut().skip(at).take(1).for_each(|other| *other = *byte),
            Change::Insert(piece) => drop(bytes.splice(at..at, piece.iter().copied())),
            Change::Delete(length) => drop(bytes.drain(at..end(length))),
            Change::Repeat(length) => {
                let piece = bytes[at..end(length)].to_vec();
                drop(bytes.splice(at..at, piece));
            }
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(usize, Change)>> {
    prop::collection::vec((any::<usize>(), change()), 0..4)
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(any::<usize>(), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes(input in prop::collection::vec(any::<u8>(), 0..600), cuts in cuts()) {
        check_server(&input, &cuts, &config(0));
        check_client(&input, &cuts);
    }

    #[test]
    fn changed_requests(changes in changes(), cuts in cuts(), choice in any::<u8>()) {
        check_server(&mutate(REQUEST, &changes), &cuts, &config(choice));
    }

    #[test]
    fn changed_responses(changes in changes(), cuts in cuts()) {
        check_client(&mutate(RESPONSE, &changes), &cuts);
        check_client(&mutate(REFUSAL, &changes), &cuts);
    }

    /// What a client writes, a server reads as it was meant, and the other way round.
    #[test]
    fn both_roles_agree(
        nonce in any::<[u8; 16]>(),
        path in "/[!-\"$-~]{0,20}",
        protocols in prop::collection::btree_set("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}", 0..4),
        name in "X-[A-Za-z0-9]{1,8}",
        value in "[!-~]([ -~\t]{0,8}[!-~])?",
        leftover in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let mut options = ClientOptions::new("a.example:8080", &*path);
        options.protocols = protocols.into_iter().collect();
        options.headers = vec![(name.clone(), value.clone())];
        let mut client = ClientHandshake::new(&options, nonce).unwrap();
        let mut server = ServerHandshake::new(ServerOptions { origins: Origins::Any, limits: Limits::DEFAULT });
        server.receive_data(&client.data_to_send());
        let request = server.request().expect("valid").clone();
        prop_assert_eq!((&request.path, &*request.host), (&path, "a.example:8080"));
        prop_assert_eq!(&request.protocols, &options.protocols);
        prop_assert_eq!(request.headers.get(&name), Some(value.as_bytes()));
        let protocol = request.protocols.last().map(String::as_str);
        server.accept(&AcceptOptions { protocol, headers: &[(&name, &value)], ..AcceptOptions::default() }).unwrap();
        client.receive_data(&server.data_to_send());
        client.receive_data(&leftover);
        prop_assert_eq!(client.error(), None);
        prop_assert_eq!(client.established().unwrap().protocol.as_deref(), protocol);
        prop_assert_eq!(client.response().unwrap().headers.get(&name), Some(value.as_bytes()));
        prop_assert_eq!(client.take_leftover(), leftover);
    }
}

/// A seed that its own parser refuses would test little.
#[test]
fn the_seeds_are_valid() {
    let server = serve(&[REQUEST], &config(0));
    assert_eq!((server.state, &server.leftover[..]), (HandshakeState::Open, &b"\x81\x85"[..]), "{:?}", server.error);
    let client = connect(&[RESPONSE]);
    assert_eq!(
        (client.state, &client.leftover[..]),
        (HandshakeState::Open, &b"\x81\x05Hello"[..]),
        "{:?}",
        client.error
    );
    assert_eq!(connect(&[REFUSAL]).response.unwrap().body, b"nope");
}
