//! Time is linear in the input, however small the pieces: a quadratic term is how a few megabytes stop a server.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::arithmetic_side_effects, clippy::panic, clippy::unwrap_used)]

mod common;
#[path = "common/exponent.rs"]
mod exponent;

use common::{connection, frame_for};
use exponent::check_linear;
use sansocket::handshake::{
    ClientHandshake, ClientOptions, HandshakeError, HandshakeState, Origins, ServerHandshake, ServerOptions,
};
use sansocket::{Deliver, FrameDecoder, Limits, MAX_SIZE, Opcode, Options, Role};

const UNLIMITED: Limits = Limits {
    max_message_size: MAX_SIZE,
    max_fragments: MAX_SIZE,
    max_pending_pong_bytes: usize::MAX,
    max_buffered_bytes: MAX_SIZE,
    max_header_bytes: usize::MAX,
    max_start_line_bytes: usize::MAX,
    max_interim_responses: usize::MAX,
    max_refusal_body_bytes: usize::MAX,
    ..Limits::DEFAULT
};

/// Feeds a server; no event is kept.
fn feeding(deliver: Deliver, input: Vec<u8>, chunk: usize) -> impl FnMut() {
    move || {
        let mut connection = connection(Role::Server, Options { limits: UNLIMITED, deliver, ..Options::default() });
        for chunk in input.clone().chunks_mut(chunk) {
            connection.receive(chunk, &mut |_| {});
        }
        assert_eq!(connection.error(), None);
    }
}

fn frame(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    frame_for(Role::Server, fin, opcode, payload)
}

/// A message of `count` fragments after an empty first one.
fn fragments(opcode: Opcode, count: usize, fragment: &[u8]) -> Vec<u8> {
    let next = [frame(false, Opcode::Continuation, fragment), frame(true, Opcode::Ping, b"")].concat();
    [frame(false, opcode, b""), next.repeat(count), frame(true, Opcode::Continuation, b"")].concat()
}

#[test]
fn l03_a_large_frame_byte_by_byte() {
    for (deliver, opcode, unit) in [
        (Deliver::Messages, Opcode::Text, "é"),
        (Deliver::Messages, Opcode::Text, "a"),
        (Deliver::Messages, Opcode::Binary, "a"),
        (Deliver::Fragments, Opcode::Binary, "a"),
        (Deliver::Payload, Opcode::Text, "a"),
    ] {
        check_linear(&format!("{deliver:?}, {opcode:?} of {unit}"), |size| {
            feeding(deliver, frame(true, opcode, unit.repeat(size / unit.len()).as_bytes()), 1)
        });
    }
}

#[test]
fn fragments_of_one_byte_with_control_frames_between() {
    for opcode in [Opcode::Text, Opcode::Binary] {
        for chunk in [1, usize::MAX] {
            check_linear(&format!("{opcode:?} in chunks of {chunk}"), |size| {
                feeding(Deliver::Messages, fragments(opcode, size / 16, b"a"), chunk)
            });
        }
    }
}

#[test]
fn empty_fragments() {
    check_linear("empty fragments", |size| feeding(Deliver::Messages, fragments(Opcode::Text, size / 4, b""), 64));
}

#[test]
fn small_messages_in_one_chunk() {
    check_linear("small messages", |size| {
        feeding(Deliver::Messages, frame(true, Opcode::Text, b"abc").repeat(size / 4), usize::MAX)
    });
}

#[test]
fn input_that_is_discarded() {
    check_linear("input after an error", |size| {
        move || {
            let mut connection = connection(Role::Server, Options::default());
            connection.receive_data(&[0xFF; 2]);
            for byte in vec![0; size].chunks_mut(1) {
                connection.receive(byte, &mut |_| {});
            }
        }
    });
}

#[test]
fn a_frame_decoder_byte_by_byte() {
    check_linear("one frame", |size| {
        let input = frame(true, Opcode::Binary, &vec![0; size]);
        move || {
            let mut decoder = FrameDecoder::new(MAX_SIZE);
            for byte in input.clone().chunks_mut(1) {
                decoder.decode(byte, &mut |_| {}).unwrap();
            }
            decoder.end().unwrap();
        }
    });
}

#[test]
fn small_messages_sent_before_a_drain() {
    check_linear("sent", |size| {
        move || {
            let mut client = connection(Role::Client, Options { limits: UNLIMITED, ..Options::default() });
            for _ in 0..size / 4 {
                client.send_text("abc").unwrap();
            }
            assert!(client.data_to_send().unwrap().len() > size);
        }
    });
}

/// A request with a field more, or several.
fn request(target: &str, fields: &str) -> Vec<u8> {
    format!(
        "GET {target} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{fields}\r\n"
    )
    .into_bytes()
}

/// Whether a head was read to its end, be it taken then or refused.
fn is_read(state: HandshakeState, error: Option<HandshakeError>, length: usize) -> bool {
    state != HandshakeState::Reading && error.is_none_or(|error| error.offset + 1 == length as u64)
}

/// Feeds a request to a server.
fn serving(request: Vec<u8>, chunk: usize) -> impl FnMut() {
    move || {
        let mut handshake = ServerHandshake::new(ServerOptions { origins: Origins::Any, limits: UNLIMITED });
        request.chunks(chunk).for_each(|chunk| handshake.receive_data(chunk));
        assert!(is_read(handshake.state(), handshake.error(), request.len()), "{:?}", handshake.error());
    }
}

/// Feeds a head, and what follows it, to a client, byte by byte.
fn answering(head: String, rest: Vec<u8>) -> impl FnMut() {
    let mut options = ClientOptions::new("a", "/");
    options.limits = UNLIMITED;
    move || {
        let mut handshake = ClientHandshake::with_key(&options, "dGhlIHNhbXBsZSBub25jZQ==").unwrap();
        head.as_bytes().chunks(1).chain(rest.chunks(1)).for_each(|byte| handshake.receive_data(byte));
        assert!(is_read(handshake.state(), handshake.error(), head.len()), "{:?}", handshake.error());
    }
}

#[test]
fn a_request_byte_by_byte() {
    check_linear("a target", |size| serving(request(&format!("/{}", "a".repeat(size)), ""), 1));
    for count in [1, 90] {
        check_linear(&format!("{count} fields"), |size| {
            serving(request("/", &format!("A: {}\r\n", "a".repeat(size / count)).repeat(count)), 1)
        });
    }
}

/// A run of something within a field, wherever a reader that goes back, or looks ahead, would look at it again and again.
#[test]
fn l13_long_runs_in_a_request() {
    for (before, unit, after) in [
        ("Sec-WebSocket-Protocol: b", " ", "x"),
        ("Sec-WebSocket-Protocol: b", " ", ""),
        ("Sec-WebSocket-Protocol:", " ", "b"),
        ("Sec-WebSocket-Extensions: b", " ", "x"),
        ("Sec-WebSocket-Extensions: b;", " ", "c"),
        ("Sec-WebSocket-Extensions: b; c=\"", "\\d", "\""),
        ("Connection: b", " ", ", c"),
        ("Connection: ", "\t, ", "b"),
        ("", "a", ": b"),
    ] {
        check_linear(&format!("{before}{unit}…{after}"), |size| {
            serving(request("/", &format!("{before}{}{after}\r\n", unit.repeat(size / unit.len()))), usize::MAX)
        });
    }
    check_linear("a host", |size| {
        let host = "%61".repeat(size / 3);
        serving(request(&format!("http://{host}/"), ""), usize::MAX)
    });
}

#[test]
fn a_response_byte_by_byte() {
    const SWITCH: &str = "HTTP/1.1 101\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    check_linear("a reason", |size| answering(format!("HTTP/1.1 400 {}\r\n\r\n", "a".repeat(size)), vec![]));
    check_linear("interim responses", |size| answering("HTTP/1.1 103\r\n\r\n".repeat(size / 16) + SWITCH, vec![]));
    for (name, head) in [("a body", "HTTP/1.1 400\r\n\r\n"), ("what follows", SWITCH)] {
        check_linear(name, |size| answering(head.into(), vec![b'a'; size]));
    }
}
