//! Every limit of a connection is inclusive: exactly at it is accepted, one more is the violation, at the byte that
//! decides. However messages are handed out, the limits are the same.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{Seeded, connection, feed, frame_for, frames, hex};
use sansocket::{
    Connection, Deliver, Event, Limits, MAX_SIZE, Opcode, Options, ProtocolError, Role, UsageError, Violation,
};

const DELIVER: [Deliver; 3] = [Deliver::Messages, Deliver::Fragments, Deliver::Payload];

/// The error of a client that receives `input`, which must not depend on how messages are handed out.
fn error(limits: Limits, input: &[u8]) -> Option<ProtocolError> {
    let [error, others @ ..] = DELIVER
        .map(|deliver| feed(Role::Client, Options { limits, deliver, ..Options::default() }, input, &[]).error());
    assert_eq!(others, [error; 2]);
    error
}

fn frame(fin: bool, opcode: Opcode, length: usize) -> Vec<u8> {
    frame_for(Role::Client, fin, opcode, &vec![b'a'; length])
}

fn violation(violation: Violation, offset: u64, frame_index: u64) -> Option<ProtocolError> {
    Some(ProtocolError { violation, offset, frame_index })
}

#[test]
fn the_size_of_a_frame() {
    for (limit, decided_by) in [(0, 1), (125, 3), (126, 3), (65_535, 9), (65_536, 9)] {
        let limits = Limits { max_frame_size: limit, ..Limits::DEFAULT };
        let at = usize::try_from(limit).unwrap();
        assert_eq!(error(limits, &frame(true, Opcode::Binary, at)), None, "{limit}");
        let expected = violation(Violation::FrameTooLarge, decided_by, 0);
        assert_eq!(error(limits, &frame(true, Opcode::Binary, at + 1)), expected, "{limit}");
    }
}

#[test]
fn a_frame_of_more_than_a_javascript_number_holds() {
    for max in [MAX_SIZE, u64::MAX] {
        let limits = Limits { max_frame_size: max, max_message_size: max, ..Limits::DEFAULT };
        assert_eq!(error(limits, &hex("827f 001fffffffffffff")), None);
        let expected = violation(Violation::FrameTooLarge, 9, 0);
        assert_eq!(error(limits, &hex("827f 0020000000000000")), expected);
    }
}

#[test]
fn the_size_of_a_message() {
    let limits = Limits { max_message_size: 300, ..Limits::DEFAULT };
    assert_eq!(error(limits, &frame(true, Opcode::Text, 300)), None);
    assert_eq!(error(limits, &frame(true, Opcode::Text, 301)), violation(Violation::MessageTooLarge, 3, 0));

    // The sum of the fragments counts, whatever comes between them, and starts again with each message.
    let next = frame(false, Opcode::Continuation, 100);
    let begun = [frame(false, Opcode::Text, 100), frame(true, Opcode::Ping, 100), next].concat();
    let whole = [begun.clone(), frame(true, Opcode::Continuation, 100)].concat();
    assert_eq!(error(limits, &whole.repeat(3)), None);
    let over = [whole.clone(), begun.clone(), frame(true, Opcode::Continuation, 101)].concat();
    let last = whole.len() + begun.len();
    assert_eq!(error(limits, &over), violation(Violation::MessageTooLarge, last as u64 + 1, 7));
}

#[test]
fn the_number_of_fragments() {
    for limit in 1..4 {
        let limits = Limits { max_fragments: limit, ..Limits::DEFAULT };
        let mut input = frame(limit == 1, Opcode::Binary, 0);
        for number in 2..=limit {
            input.extend(frame(true, Opcode::Ping, 0));
            input.extend(frame(number == limit, Opcode::Continuation, 0));
        }
        assert_eq!(error(limits, &input.repeat(3)), None, "{limit}");

        let last = input.len() - 2;
        input[last] &= 0x7F;
        let start = input.len() as u64;
        input.extend(frame(true, Opcode::Continuation, 0));
        let expected = violation(Violation::TooManyFragments, start + 1, 2 * limit - 1);
        assert_eq!(error(limits, &input), expected, "{limit}");
    }
    let none = Limits { max_fragments: 0, ..Limits::DEFAULT };
    assert_eq!(error(none, &frame(true, Opcode::Binary, 1)), violation(Violation::TooManyFragments, 1, 0));
}

#[test]
fn the_defaults_are_those_that_are_documented() {
    let documented = Limits {
        max_message_size: 1_048_576,
        max_frame_size: MAX_SIZE,
        max_fragments: 4096,
        max_control_frames: MAX_SIZE,
        max_pending_pong_bytes: 8192,
        max_buffered_bytes: 67_108_864,
        max_header_bytes: 16_384,
        max_headers: 100,
        max_start_line_bytes: 8192,
        max_interim_responses: 16,
        max_refusal_body_bytes: 65_536,
    };
    assert_eq!(Limits::default(), documented);
}

#[test]
fn the_number_of_control_frames_between_two_drains() {
    let limits = Limits { max_control_frames: 3, ..Limits::DEFAULT };
    let pings = frame(true, Opcode::Ping, 1).repeat(3);
    assert_eq!(error(limits, &pings), None);
    let flood = [pings.clone(), frame(true, Opcode::Text, 1), frame(true, Opcode::Pong, 1)].concat();
    assert_eq!(error(limits, &flood), violation(Violation::ControlFlood, pings.len() as u64 + 3 + 1, 4));

    let mut client = connection(Role::Client, Options { limits, ..Options::default() });
    for _ in 0..3 {
        client.receive_data(&pings);
        client.data_to_send().unwrap();
    }
    assert_eq!(client.error(), None);
}

#[test]
fn a_drain_is_due_while_something_counts_until_it() {
    let limits = Limits { max_control_frames: 3, ..Limits::DEFAULT };
    let frame = |opcode| frame_for(Role::Server, true, opcode, b"");
    for limits in [Limits::DEFAULT, limits] {
        let mut server = connection(Role::Server, Options { limits, ..Options::default() });
        assert!(!server.is_drain_due());
        server.receive_data(&frame(Opcode::Binary));
        assert!(!server.is_drain_due(), "a message counts for nothing");
        server.receive_data(&frame(Opcode::Pong));
        assert_eq!(server.is_drain_due(), limits.max_control_frames == 3);
        server.data_to_send().unwrap();
        assert!(!server.is_drain_due());
        server.receive_data(&frame(Opcode::Ping));
        assert!(server.is_drain_due() && server.has_output());
        server.queued_data().unwrap();
        assert!(server.is_drain_due() && !server.has_output(), "its Pong waits elsewhere");
        server.data_to_send().unwrap();
        assert!(!server.is_drain_due());
        server.send_ping(b"").unwrap();
        assert!(server.is_drain_due());
    }
}

#[test]
fn pongs_are_limited_from_one_drain_to_the_next() {
    // A masked Pong of 10 bytes takes 16.
    let limits = Limits { max_pending_pong_bytes: 48, ..Limits::DEFAULT };
    let mut client = connection(Role::Client, Options { limits, ..Options::default() });
    let ping = |number: u8| frame_for(Role::Client, true, Opcode::Ping, &[number; 10]);
    let pongs_of = |client: &mut Connection<Seeded>, clear: bool| {
        for number in 0..9 {
            client.receive_data(&ping(number));
            client.send_text("").unwrap();
        }
        client.events().for_each(drop);
        let output = if clear {
            client.flush().unwrap();
            let output = client.output().to_vec();
            client.clear_output();
            output
        } else {
            client.data_to_send().unwrap()
        };
        frames(&output)
            .iter()
            .filter(|frame| frame.header.opcode == Opcode::Pong)
            .map(|pong| pong.payload[0])
            .collect::<Vec<u8>>()
    };
    for clear in [false, true, false] {
        let numbers = pongs_of(&mut client, clear);
        assert_eq!(numbers, [0, 1, 2, 8], "those that fit, and the latest");
    }
}

#[test]
fn the_bytes_of_pending_pongs() {
    // A masked Pong of 10 bytes takes 16.
    let limits = Limits { max_pending_pong_bytes: 48, ..Limits::DEFAULT };
    let ping = |digit: u8| frame_for(Role::Client, true, Opcode::Ping, &[digit; 10]);
    let answers = |pings: &[u8]| {
        let mut client = connection(Role::Client, Options { limits, ..Options::default() });
        for digit in pings {
            client.receive_data(&ping(*digit));
        }
        assert_eq!(client.events().filter(|event| matches!(event, Event::Ping(_))).count(), pings.len());
        Vec::from_iter(frames(&client.data_to_send().unwrap()).iter().map(|pong| pong.payload[0]))
    };
    assert_eq!(answers(b"123"), b"123");
    // RFC 6455 §5.5.3: the latest may stand for all.
    assert_eq!(answers(b"1234"), b"4");
    assert_eq!(answers(b"12345"), b"5");

    let never = Limits { max_pending_pong_bytes: 0, ..Limits::DEFAULT };
    let mut client = connection(Role::Client, Options { limits: never, ..Options::default() });
    client.receive_data(&[ping(b'1'), ping(b'2')].concat());
    assert_eq!(frames(&client.data_to_send().unwrap())[0].payload[..], [b'2'; 10], "the latest is always answered");
}

#[test]
fn the_bytes_of_output() {
    // Fourteen are set aside for the header.
    let limits = Limits { max_buffered_bytes: 114, ..Limits::DEFAULT };
    let mut server = connection(Role::Server, Options { limits, ..Options::default() });
    assert_eq!(server.send_binary(&[0; 101]), Err(UsageError::BufferFull));
    assert_eq!(server.send_binary(&[0; 100]), Ok(()));
    assert_eq!(server.send_ping(b""), Err(UsageError::BufferFull));
    assert_eq!(server.send_close(None, ""), Ok(()), "a Close is never refused");
    assert_eq!(frames(&server.data_to_send().unwrap()).len(), 2);
}
