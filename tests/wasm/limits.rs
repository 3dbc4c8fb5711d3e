//! Bounds on what a peer can do, all inclusive.

use sansocket::{Event, Limits, MAX_SIZE, Opcode, Options, Role, Violation};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{connection, frame_for, frames, receive};

/// The violation that the frames lead to, if any.
fn outcome(limits: Limits, frames: &[Vec<u8>]) -> Option<Violation> {
    let mut client = connection(Role::Client, Options { limits, ..Options::default() });
    receive(&mut client, frames.iter().map(Vec::as_slice)).1.map(|error| error.violation)
}

fn binary(fin: bool, opcode: Opcode, length: usize) -> Vec<u8> {
    frame_for(Role::Client, fin, opcode, &vec![0; length])
}

#[wasm_bindgen_test]
fn messages_and_frames() {
    let limits = Limits { max_message_size: 10, ..Limits::DEFAULT };
    assert_eq!(outcome(limits, &[binary(true, Opcode::Binary, 10)]), None);
    assert_eq!(outcome(limits, &[binary(true, Opcode::Binary, 11)]), Some(Violation::MessageTooLarge));
    let halves = [binary(false, Opcode::Binary, 6), binary(true, Opcode::Continuation, 5)];
    assert_eq!(outcome(limits, &halves), Some(Violation::MessageTooLarge));
    let limits = Limits { max_frame_size: 6, ..Limits::DEFAULT };
    assert_eq!(outcome(limits, &halves), None);
    assert_eq!(outcome(limits, &[binary(true, Opcode::Binary, 7)]), Some(Violation::FrameTooLarge));
}

#[wasm_bindgen_test]
fn fragments_count_also_when_they_are_empty() {
    let fragments = |count| {
        let mut all = vec![binary(false, Opcode::Binary, 0)];
        all.resize(count, binary(false, Opcode::Continuation, 0));
        all
    };
    assert_eq!(outcome(Limits::DEFAULT, &fragments(4096)), None);
    assert_eq!(outcome(Limits::DEFAULT, &fragments(4097)), Some(Violation::TooManyFragments));
}

#[wasm_bindgen_test]
fn pongs_that_are_not_drained() {
    let mut server = connection(Role::Server, Options::default());
    let ping = frame_for(Role::Server, true, Opcode::Ping, &[b'x'; 125]);
    for _ in 0..10_000 {
        server.receive_data(&ping);
    }
    assert_eq!(server.events().filter(|event| matches!(event, Event::Ping(_))).count(), 10_000);
    let output = server.data_to_send().unwrap();
    assert!(output.len() <= 8 << 10);
    assert_eq!(frames(&output).last().unwrap().payload, vec![b'x'; 125]);
}

#[wasm_bindgen_test]
fn control_frames_between_two_drains() {
    let limits = Limits { max_control_frames: 3, ..Limits::DEFAULT };
    let ping = frame_for(Role::Client, true, Opcode::Ping, b"");
    assert_eq!(outcome(limits, &vec![ping.clone(); 3]), None);
    assert_eq!(outcome(limits, &vec![ping; 4]), Some(Violation::ControlFlood));
}

/// Eight exbibytes are refused at the header, and four gibibytes are not allocated because a header says so.
#[wasm_bindgen_test]
fn a_declared_length_alone_costs_nothing() {
    let limits = Limits { max_message_size: MAX_SIZE, ..Limits::DEFAULT };
    let mut header = vec![0x82, 127];
    header.extend((MAX_SIZE + 1).to_be_bytes());
    assert_eq!(outcome(limits, &[header]), Some(Violation::FrameTooLarge));
    let mut client = connection(Role::Client, Options { limits, ..Options::default() });
    client.receive_data(&[0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0]);
    client.receive_data(b"one");
    assert!(client.bytes_held() <= 64 << 10);
    assert_eq!(client.error(), None);
}

/// Byte by byte, a frame of 256 KiB holds little more than its bytes.
#[wasm_bindgen_test]
fn a_large_frame_byte_by_byte() {
    const SIZE: usize = 256 << 10;
    let bytes = binary(true, Opcode::Binary, SIZE);
    let mut client = connection(Role::Client, Options::default());
    for byte in &bytes {
        client.receive_data(std::slice::from_ref(byte));
        assert!(client.bytes_held() <= SIZE + (192 << 10));
    }
    assert_eq!(client.next_event(), Some(Event::Binary(vec![0; SIZE].into())));
}
