//! Large binary payload that stays with the caller: which does, and where the connection goes on behind it. That it makes no
//! difference to what is received is among the properties.
#![cfg(all(feature = "fast-path", not(target_arch = "wasm32")))]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{Seeded, connection, frame_for};
use sansocket::{Connection, Deliver, Event, Opcode, Options, Role};

const LEAST: u64 = 100;

const PAYLOAD: [u8; 100] = [0x5a; 100];

fn server(deliver: Deliver) -> Connection<Seeded> {
    connection(Role::Server, Options { deliver, ..Options::default() })
}

/// A frame of a client: masked.
fn frame(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    frame_for(Role::Server, fin, opcode, payload)
}

/// Takes what there is, and gives how many bytes were taken, how many of payload follow, and how many events there were.
fn taken(connection: &mut Connection<Seeded>, bytes: &mut [u8]) -> (usize, u64, usize) {
    let mut events = 0;
    let used = connection.receive_up_to_payload(bytes, LEAST, &mut |_| events += 1);
    (used, connection.payload_aside(), events)
}

#[test]
fn a_large_payload_is_left_and_unmasked_in_pieces() {
    let mut server = server(Deliver::Messages);
    let mut input = [frame(true, Opcode::Binary, &PAYLOAD), frame(true, Opcode::Text, b"next")].concat();
    // Two bytes and the masking key.
    assert_eq!(taken(&mut server, &mut input), (6, 100, 0));
    let (payload, rest) = input[6..].split_at_mut(100);
    server.pass_payload(33, &mut payload[..33]);
    assert_eq!(server.payload_aside(), 67);
    server.pass_payload(67, &mut payload[33..]);
    assert_eq!(server.payload_aside(), 0);
    assert_eq!(payload, PAYLOAD);
    assert_eq!(server.bytes_received(), 106);

    let mut texts = Vec::new();
    let used = server.receive_up_to_payload(rest, LEAST, &mut |event| texts.push(event.into_owned()));
    assert_eq!(used, rest.len());
    assert!(matches!(&texts[..], [Event::Text(text)] if text.as_bytes() == b"next"));
}

#[test]
fn what_is_smaller_or_no_whole_binary_message_is_taken() {
    for (fin, opcode, payload, events) in [
        (true, Opcode::Binary, &PAYLOAD[..99], 1),
        (true, Opcode::Text, &PAYLOAD[..], 1),
        (false, Opcode::Binary, &PAYLOAD[..], 0),
    ] {
        let mut input = frame(fin, opcode, payload);
        let all = input.len();
        assert_eq!(taken(&mut server(Deliver::Messages), &mut input), (all, 0, events), "{fin} {opcode:?}");
    }
    // Nor what is wanted as it arrives.
    let mut input = frame(true, Opcode::Binary, &PAYLOAD);
    let all = input.len();
    assert_eq!(taken(&mut server(Deliver::Payload), &mut input), (all, 0, 1));
}

#[test]
fn an_empty_message_has_nothing_to_leave() {
    let mut events = 0;
    let mut input = frame(true, Opcode::Binary, b"");
    let mut server = server(Deliver::Messages);
    assert_eq!(server.receive_up_to_payload(&mut input, 0, &mut |_| events += 1), input.len());
    assert_eq!((server.payload_aside(), events), (0, 1));
}

#[test]
fn a_payload_of_which_some_was_taken_is_taken() {
    let mut server = server(Deliver::Messages);
    let mut input = frame(true, Opcode::Binary, &[0; 300]);
    let (beginning, rest) = input.split_at_mut(20);
    server.receive(beginning, &mut |_| {});
    assert_eq!(taken(&mut server, rest), (rest.len(), 0, 1));
}

#[test]
fn what_does_not_fit_32_bits_is_taken() {
    let mut server = connection(Role::Server, {
        let mut options = Options::default();
        options.limits.max_message_size = sansocket::MAX_SIZE;
        options
    });
    let mut header = [0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4];
    assert_eq!(taken(&mut server, &mut header), (14, 0, 0));
}

#[test]
fn nothing_is_passed_where_nothing_was_left() {
    let mut server = server(Deliver::Messages);
    let mut bytes = PAYLOAD;
    server.pass_payload(100, &mut bytes);
    assert_eq!((server.bytes_received(), bytes), (0, PAYLOAD));
}
