//! Commands in, bytes out: what a call takes, what it refuses, and in which order what is due is written.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{Seeded, connection, frame_for, frames};
use sansocket::{Connection, Limits, MessageKind, Opcode, Options, Role, State, UsageError, Violation};

const ROLES: [Role; 2] = [Role::Client, Role::Server];

fn decoded(bytes: &[u8]) -> Vec<(Opcode, Vec<u8>)> {
    frames(bytes).into_iter().map(|frame| (frame.header.opcode, frame.payload.into_owned())).collect()
}

/// RFC 6455 §5.5: at most 125 bytes.
#[test]
fn a_ping_or_pong_has_at_most_125_bytes() {
    for role in ROLES {
        let mut connection = connection(role, Options::default());
        let (longest, too_long) = ([7; 125], [7; 126]);
        assert_eq!(connection.send_ping(&too_long), Err(UsageError::ControlTooLong));
        assert_eq!(connection.send_pong(&too_long), Err(UsageError::ControlTooLong));
        assert_eq!(connection.output(), b"");
        connection.send_ping(&longest).unwrap();
        connection.send_pong(&longest).unwrap();
        assert_eq!(
            decoded(&connection.data_to_send().unwrap()),
            [(Opcode::Ping, longest.to_vec()), (Opcode::Pong, longest.to_vec())]
        );
    }
}

/// What was read first is answered first, whatever the caller sends after it.
#[test]
fn pongs_that_are_due_come_before_what_is_sent() {
    for role in ROLES {
        let mut connection = connection(role, Options::default());
        let asked = |connection: &mut Connection<Seeded>, payload: &[u8]| {
            connection.receive_data(&frame_for(role, true, Opcode::Ping, payload));
        };
        asked(&mut connection, b"1");
        asked(&mut connection, b"2");
        connection.send_text("text").unwrap();
        asked(&mut connection, b"3");
        connection.send_ping(b"ping").unwrap();
        asked(&mut connection, b"4");
        connection.send_close(None, "").unwrap();
        // After our Close no Ping is answered.
        asked(&mut connection, b"5");
        let sent = connection.data_to_send().unwrap();
        let expected = [
            (Opcode::Pong, &b"1"[..]),
            (Opcode::Pong, b"2"),
            (Opcode::Text, b"text"),
            (Opcode::Pong, b"3"),
            (Opcode::Ping, b"ping"),
            (Opcode::Pong, b"4"),
            (Opcode::Close, b""),
        ];
        assert_eq!(decoded(&sent), expected.map(|(opcode, payload)| (opcode, payload.to_vec())));
    }
}

/// RFC 6455 §5.6: text is UTF-8, of which a code point may be cut between two frames, but not at the end of the message.
#[test]
fn a_text_may_be_cut_inside_a_code_point_but_not_end_there() {
    let euro = "€".as_bytes();
    for role in ROLES {
        let mut connection = connection(role, Options::default());
        assert_eq!(connection.send_message(MessageKind::Text, &euro[..2], true), Err(UsageError::InvalidUtf8));
        connection.send_message(MessageKind::Text, &euro[..1], false).unwrap();
        assert_eq!(connection.send_continuation(&euro[1..2], true), Err(UsageError::InvalidUtf8));
        // What is refused is not part of it.
        assert_eq!(connection.send_continuation(b"a", false), Err(UsageError::InvalidUtf8));
        connection.send_continuation(&euro[1..2], false).unwrap();
        connection.send_continuation(&euro[2..], true).unwrap();
        connection.send_message(MessageKind::Binary, &euro[..1], true).unwrap();
        let payloads =
            Vec::from_iter(decoded(&connection.data_to_send().unwrap()).into_iter().map(|(_, payload)| payload));
        assert_eq!(payloads, [&euro[..1], &euro[1..2], &euro[2..], &euro[..1]]);
    }
}

/// RFC 6455 §5.4: the frames of one message are not mixed with those of another.
#[test]
fn inside_a_fragmented_message_only_it_and_control_frames_are_sent() {
    for role in ROLES {
        let mut connection = connection(role, Options::default());
        let refused = Err(UsageError::FragmentOrder);
        assert_eq!(connection.send_continuation(b"of nothing", true), refused);
        connection.send_message(MessageKind::Binary, b"1", false).unwrap();
        assert_eq!(connection.send_text("other"), refused);
        assert_eq!(connection.send_binary(b"other"), refused);
        assert_eq!(connection.send_message(MessageKind::Binary, b"other", false), refused);
        connection.send_ping(b"").unwrap();
        connection.send_continuation(b"2", true).unwrap();
        assert_eq!(connection.send_continuation(b"of nothing", true), refused);
        let headers = frames(&connection.data_to_send().unwrap());
        let headers = Vec::from_iter(headers.iter().map(|frame| (frame.header.opcode, frame.header.fin)));
        assert_eq!(headers, [(Opcode::Binary, false), (Opcode::Ping, true), (Opcode::Continuation, true)]);
    }
}

/// It gives what is encoded and the Pongs that are due, but it ends nothing: the Close that is due may still be preceded by
/// what the caller sends.
#[test]
fn what_is_queued_can_be_taken_without_a_drain() {
    for role in ROLES {
        let limits = Limits { max_control_frames: 3, ..Limits::DEFAULT };
        let mut connection = connection(role, Options { limits, ..Options::default() });
        assert_eq!(connection.queued_data().unwrap(), b"");
        connection.send_text("text").unwrap();
        connection.receive_data(&frame_for(role, true, Opcode::Ping, b"?"));
        assert_eq!(
            decoded(&connection.queued_data().unwrap()),
            [(Opcode::Text, b"text".to_vec()), (Opcode::Pong, b"?".to_vec())]
        );
        assert!(!connection.has_output());
        assert_eq!(connection.queued_data().unwrap(), b"");

        connection.receive_data(&frame_for(role, true, Opcode::Ping, b"!"));
        connection.receive_data(&frame_for(role, true, Opcode::Close, b"\x03\xe8"));
        assert_eq!(decoded(&connection.queued_data().unwrap()), [(Opcode::Pong, b"!".to_vec())]);
        assert!(connection.has_output() && connection.can_send(), "the Close stays due");
        connection.send_text("last").unwrap();
        assert_eq!(
            decoded(&connection.data_to_send().unwrap()),
            [(Opcode::Text, b"last".to_vec()), (Opcode::Close, b"\x03\xe8".to_vec())]
        );
        assert_eq!(connection.queued_data().unwrap(), b"");

        // A peer's control frames count on: a caller that takes what is queued for each of them has drained nothing.
        let mut flooded = common::connection(role, Options { limits, ..Options::default() });
        for number in 1..=4 {
            assert_eq!(flooded.state(), State::Open, "before {number}");
            flooded.receive_data(&frame_for(role, true, Opcode::Ping, b""));
            let pongs = decoded(&flooded.queued_data().unwrap());
            assert_eq!(pongs.len(), usize::from(number <= 3));
        }
        assert!(flooded.error().is_some_and(|error| error.violation == Violation::ControlFlood));
    }
}
