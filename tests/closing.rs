//! How a connection ends (RFC 6455 §7): what is still read and sent, and when the transport is to be ended, at every step of
//! the closing handshake and after a failure.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Seeded, closes, connection, frame_for, frames};
use sansocket::{
    CloseCode, Connection, Event, MessageKind, NoRandomness, Opcode, Options, Randomness, Role, State, UsageError,
    Violation,
};

const ROLES: [Role; 2] = [Role::Client, Role::Server];

fn new(role: Role) -> Connection<Seeded> {
    connection(role, Options::default())
}

/// The peer sends one frame; gives the events.
fn receive(connection: &mut Connection<Seeded>, opcode: Opcode, payload: &[u8]) -> Vec<Event<'static>> {
    connection.receive_data(&frame_for(connection.role(), true, opcode, payload));
    connection.events().collect()
}

fn end(connection: &mut Connection<Seeded>) -> Vec<Event<'static>> {
    connection.receive_eof();
    connection.events().collect()
}

fn drained(connection: &mut Connection<Seeded>) -> Vec<(Opcode, Vec<u8>)> {
    let frames = frames(&connection.data_to_send().unwrap());
    frames.into_iter().map(|frame| (frame.header.opcode, frame.payload.into_owned())).collect()
}

fn close(code: u16, reason: &'static str) -> Event<'static> {
    Event::Close { code: CloseCode(code), reason: reason.into() }
}

/// Nothing but the state decides whether the peer should end the connection soon.
#[track_caller]
fn assert_state(connection: &Connection<Seeded>, state: State) {
    assert_eq!(connection.state(), state);
    assert_eq!(connection.close_expected(), state == State::Closing);
}

#[track_caller]
fn assert_all_refused(connection: &mut Connection<Seeded>) {
    let waiting = connection.output().to_vec();
    let refused = Err(UsageError::NotOpen);
    assert!(!connection.can_send());
    assert_eq!(connection.send_text("late"), refused);
    assert_eq!(connection.send_binary(b"late"), refused);
    assert_eq!(connection.send_message(MessageKind::Text, b"late", false), refused);
    assert_eq!(connection.send_continuation(b"late", true), refused);
    assert_eq!(connection.send_ping(b"late"), refused);
    assert_eq!(connection.send_pong(b"late"), refused);
    assert_eq!(connection.output(), waiting, "what is refused leaves nothing behind");
}

#[test]
fn an_open_connection_is_not_to_be_ended() {
    for role in ROLES {
        let mut connection = new(role);
        assert_state(&connection, State::Open);
        assert!(connection.can_send() && !connection.has_output() && !connection.write_ended());
        connection.send_text("out").unwrap();
        assert_state(&connection, State::Open);
        assert!(connection.has_output());
        assert_eq!(drained(&mut connection), [(Opcode::Text, b"out".to_vec())]);
        assert!(connection.can_send() && !connection.has_output() && !connection.write_ended());
    }
}

/// It waits unencoded, and is output all the same.
#[test]
fn a_pong_that_is_due_is_output() {
    for role in ROLES {
        let mut connection = new(role);
        receive(&mut connection, Opcode::Ping, b"");
        assert!(connection.output().is_empty() && connection.has_output());
        assert_eq!(drained(&mut connection), [(Opcode::Pong, vec![])]);
        assert!(!connection.has_output());
    }
}

/// After our own Close nothing more is sent, while all that comes before the peer's is still read (RFC 6455 §5.5.1, §7.1.4).
#[test]
fn a_close_from_this_side_waits_for_the_one_of_the_peer() {
    for role in ROLES {
        let mut connection = new(role);
        connection.send_close(Some(CloseCode::GOING_AWAY), "bye").unwrap();
        assert_state(&connection, State::Closing);
        assert!(connection.has_output() && !connection.write_ended());
        assert_all_refused(&mut connection);

        assert_eq!(receive(&mut connection, Opcode::Binary, b"in"), [Event::Binary(b"in".into())]);
        assert_eq!(receive(&mut connection, Opcode::Ping, b"?"), [Event::Ping(b"?".into())]);
        assert_eq!(drained(&mut connection), [(Opcode::Close, b"\x03\xe9bye".to_vec())], "the Ping gets no answer");
        assert_state(&connection, State::Closing);
        assert!(!connection.has_output() && !connection.write_ended());

        assert_eq!(receive(&mut connection, Opcode::Close, b"\x03\xe8ok"), [close(1000, "ok")]);
        assert_state(&connection, State::Closing);
        assert_eq!(drained(&mut connection), [], "there is one Close for each side");
        // RFC 6455 §7.1.1: the server ends its side first.
        assert_eq!(connection.write_ended(), role == Role::Server);

        assert_eq!(receive(&mut connection, Opcode::Binary, b"late"), []);
        assert_eq!(end(&mut connection), [Event::End]);
        assert_state(&connection, State::Closed);
        assert!(connection.write_ended());
        assert_eq!(connection.error(), None);
        assert_eq!(end(&mut connection), [], "it ends once");
    }
}

/// The answer to the peer's Close is encoded when the output is drained: what answers the messages before it comes first.
#[test]
fn a_close_from_the_peer_is_answered_behind_what_is_sent_until_the_drain() {
    for role in ROLES {
        let mut connection = new(role);
        assert_eq!(receive(&mut connection, Opcode::Close, b"\x0f\xa0bye"), [close(4000, "bye")]);
        assert_state(&connection, State::Closing);
        assert!(connection.output().is_empty() && connection.has_output());
        assert!(connection.can_send() && !connection.write_ended());
        connection.send_text("answer").unwrap();
        assert!(!connection.write_ended());

        // RFC 6455 §5.5.1: the answer has the code that was received.
        assert_eq!(
            drained(&mut connection),
            [(Opcode::Text, b"answer".to_vec()), (Opcode::Close, b"\x0f\xa0".to_vec())]
        );
        assert_all_refused(&mut connection);
        assert_state(&connection, State::Closing);
        assert_eq!(connection.write_ended(), role == Role::Server);
        assert_eq!(receive(&mut connection, Opcode::Close, b""), [], "what comes after it is discarded");

        assert_eq!(end(&mut connection), [Event::End]);
        assert_state(&connection, State::Closed);
        assert!(connection.write_ended());
        assert_eq!(drained(&mut connection), []);
    }
}

/// With the end of the input only what is due already is still written.
#[test]
fn after_the_end_of_the_input_only_a_close_that_is_due_is_sent() {
    for role in ROLES {
        let mut connection = new(role);
        receive(&mut connection, Opcode::Close, b"\x03\xe8");
        assert_eq!(end(&mut connection), [Event::End]);
        assert_all_refused(&mut connection);
        connection.send_close(Some(CloseCode::GOING_AWAY), "").unwrap();
        assert!(connection.has_output() && !connection.write_ended());
        assert_eq!(drained(&mut connection), [(Opcode::Close, b"\x03\xe8".to_vec())]);
        assert!(connection.write_ended());

        // RFC 6455 §7.1.5: without any Close the connection is lost, and there is nobody to tell.
        let mut lost = new(role);
        assert!(matches!(end(&mut lost)[..], [Event::Error(error)] if error.violation == Violation::UnexpectedEof));
        assert_state(&lost, State::Closed);
        assert!(lost.write_ended());
        assert_all_refused(&mut lost);
        lost.send_close(Some(CloseCode::GOING_AWAY), "").unwrap();
        lost.fail(CloseCode::INTERNAL_ERROR, "").unwrap();
        assert_eq!(drained(&mut lost), []);
        assert!(lost.write_ended());
        assert!(lost.error().is_some_and(|error| error.violation == Violation::UnexpectedEof));
    }
}

/// RFC 6455 §5.5.1: an endpoint sends no second Close.
#[test]
fn a_second_close_is_not_sent() {
    for role in ROLES {
        let mut connection = new(role);
        connection.send_close(Some(CloseCode::NORMAL), "first").unwrap();
        connection.send_close(Some(CloseCode::GOING_AWAY), "second").unwrap();
        connection.fail(CloseCode::INTERNAL_ERROR, "third").unwrap();
        assert_eq!(closes(&connection.data_to_send().unwrap()), [(Some(1000), "first".to_owned())]);
        connection.send_close(None, "").unwrap();
        assert!(!connection.has_output());

        // Nor one besides the answer to the peer's, whether that is encoded or still due.
        let mut answering = new(role);
        receive(&mut answering, Opcode::Close, b"");
        answering.send_close(Some(CloseCode::GOING_AWAY), "mine").unwrap();
        assert_eq!(drained(&mut answering), [(Opcode::Close, vec![])]);
        answering.send_close(Some(CloseCode::GOING_AWAY), "mine").unwrap();
        assert_eq!(drained(&mut answering), []);
    }
}

/// RFC 6455 §5.5.1: the reason follows the code, so that there is none without it.
#[test]
fn a_reason_needs_a_code() {
    let mut server = new(Role::Server);
    assert_eq!(server.send_close(None, "because"), Err(UsageError::InvalidCloseCode));
    assert_state(&server, State::Open);
    assert!(!server.has_output());
    server.send_close(None, "").unwrap();
    assert_eq!(drained(&mut server), [(Opcode::Close, vec![])]);
}

/// RFC 6455 §7.1.7: what the peer sends after its fault is not read, and neither side has to wait for its Close.
#[test]
fn a_fault_of_the_peer_ends_both_sides() {
    for role in ROLES {
        let mut connection = new(role);
        let events = receive(&mut connection, Opcode::Reserved(3), b"");
        let error = connection.error().unwrap();
        assert_eq!((events, error.violation), (vec![Event::Error(error)], Violation::ReservedOpcode));
        assert_state(&connection, State::Closing);
        assert!(connection.can_send() && connection.has_output() && !connection.write_ended());
        // The caller cannot make it its own failure any more, nor say another code.
        connection.fail(CloseCode::INTERNAL_ERROR, "mine").unwrap();
        assert_eq!(connection.error(), Some(error));
        assert_eq!(drained(&mut connection), [(Opcode::Close, b"\x03\xea".to_vec())]);
        assert_all_refused(&mut connection);
        assert_state(&connection, State::Closing);
        assert!(connection.write_ended(), "{role:?}");

        assert_eq!(receive(&mut connection, Opcode::Close, b""), []);
        assert_eq!(end(&mut connection), []);
        assert_state(&connection, State::Closed);
        assert_eq!(connection.error(), Some(error));
        assert!(connection.write_ended());
    }
}

/// RFC 6455 §7.1.7, as the caller asks for it: it is no error of the peer.
#[test]
fn the_caller_can_fail_a_connection() {
    for role in ROLES {
        let mut connection = new(role);
        connection.receive_data(&frame_for(role, false, Opcode::Binary, &[7; 5000]));
        assert!(connection.bytes_held() >= 5000);
        connection.fail(CloseCode::POLICY_VIOLATION, "no").unwrap();
        assert!(connection.bytes_held() < 500, "what has arrived of a message is given back");
        assert_state(&connection, State::Closing);
        assert_eq!(connection.error(), None);
        assert_all_refused(&mut connection);
        assert!(connection.has_output() && !connection.write_ended());

        // Nothing is read any more, nor answered: neither the rest of the message, nor a fault, nor a Close.
        let before = connection.bytes_received();
        for (opcode, payload) in [
            (Opcode::Continuation, &b"rest"[..]),
            (Opcode::Ping, b"?"),
            (Opcode::Reserved(3), b""),
            (Opcode::Close, b""),
        ] {
            assert_eq!(receive(&mut connection, opcode, payload), [], "{opcode:?}");
        }
        assert!(connection.bytes_received() > before, "but counted");
        assert_eq!(drained(&mut connection), [(Opcode::Close, b"\x03\xf0no".to_vec())]);
        // Both roles end it without waiting for the peer.
        assert!(connection.write_ended(), "{role:?}");
        assert_state(&connection, State::Closing);
        assert_eq!(end(&mut connection), []);
        assert_state(&connection, State::Closed);
        assert_eq!(connection.error(), None);
    }
}

/// A Close that waits for the peer's does not have to be waited for.
#[test]
fn a_closing_connection_can_be_failed() {
    for role in ROLES {
        let mut connection = new(role);
        connection.send_close(None, "").unwrap();
        assert_eq!(drained(&mut connection), [(Opcode::Close, vec![])]);
        assert!(!connection.write_ended());
        connection.fail(CloseCode::INTERNAL_ERROR, "").unwrap();
        assert!(connection.write_ended(), "{role:?}");
        assert_eq!(receive(&mut connection, Opcode::Binary, b"late"), []);
    }
}

/// A failure whose Close cannot be made is none: the caller learns of it and the connection is as it was.
#[test]
fn a_failure_that_is_refused_changes_nothing() {
    for role in ROLES {
        let mut connection = new(role);
        assert_eq!(connection.fail(CloseCode::ABNORMAL, ""), Err(UsageError::InvalidCloseCode));
        assert_eq!(connection.fail(CloseCode::NORMAL, &"a".repeat(124)), Err(UsageError::ReasonTooLong));
        assert_state(&connection, State::Open);
        assert!(connection.can_send() && !connection.has_output());
        assert_eq!(receive(&mut connection, Opcode::Binary, b"in"), [Event::Binary(b"in".into())]);
    }
}

/// Fails as often as it says, then works.
struct Failing(usize);

impl Randomness for Failing {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        if let Some(left) = self.0.checked_sub(1) {
            self.0 = left;
            return Err(NoRandomness);
        }
        bytes.fill(9);
        Ok(())
    }
}

/// RFC 6455 §5.3: without a masking key a client cannot send. What is due stays so until there is one.
#[test]
fn pongs_and_a_close_that_cannot_be_masked_stay_due() {
    let mut client = Connection::with_randomness(Role::Client, Options::default(), Some(Failing(4)));
    for payload in [&b"1"[..], b"2"] {
        client.receive_data(&frame_for(Role::Client, true, Opcode::Ping, payload));
    }
    client.receive_data(&frame_for(Role::Client, true, Opcode::Close, b"\x03\xe8"));
    assert_eq!(client.data_to_send(), Err(UsageError::NoRandomness));
    assert_eq!(client.queued_data(), Err(UsageError::NoRandomness));
    assert_eq!(client.flush(), Err(UsageError::NoRandomness));
    assert_eq!(client.send_ping(b"mine"), Err(UsageError::NoRandomness));
    assert!(client.has_output() && client.output().is_empty());
    let sent = frames(&client.data_to_send().unwrap());
    let payloads = Vec::from_iter(sent.iter().map(|frame| (frame.header.opcode, &frame.payload[..])));
    assert_eq!(payloads, [(Opcode::Pong, &b"1"[..]), (Opcode::Pong, b"2"), (Opcode::Close, b"\x03\xe8")]);

    let mut client = Connection::with_randomness(Role::Client, Options::default(), Some(Failing(1)));
    assert_eq!(client.fail(CloseCode::INTERNAL_ERROR, ""), Err(UsageError::NoRandomness));
    assert_eq!(client.state(), State::Open);
    client.fail(CloseCode::INTERNAL_ERROR, "").unwrap();
    assert_eq!(closes(&client.data_to_send().unwrap()), [(Some(1011), String::new())]);
    assert!(client.write_ended());
}
