//! Time is linear in the input, however small the pieces: a quadratic term is how a few megabytes stop a server.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::arithmetic_side_effects, clippy::panic, clippy::unwrap_used)]

mod common;
#[path = "common/exponent.rs"]
mod exponent;

use common::{connection, frame_for};
use exponent::check_linear;
use sansocket::{Deliver, FrameDecoder, Limits, MAX_SIZE, Opcode, Options, Role};

const UNLIMITED: Limits = Limits {
    max_message_size: MAX_SIZE,
    max_fragments: MAX_SIZE,
    max_pending_pong_bytes: usize::MAX,
    max_buffered_bytes: MAX_SIZE,
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
fn a_large_frame_byte_by_byte() {
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
