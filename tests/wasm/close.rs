//! The closing handshake (RFC 6455 §7).

use sansocket::{CloseCode, Event, MAX_REASON_BYTES, Opcode, Options, Role, State, UsageError, Violation};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{ROLES, client, closes, connection, frame_for, receive, server};

/// What may be in a Close frame, by the IANA registry.
fn is_allowed(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

#[wasm_bindgen_test]
fn every_code_that_can_be_on_the_wire() {
    for code in 0..=u16::MAX {
        let mut client = client();
        let payload = code.to_be_bytes();
        let (events, error) = receive(&mut client, [frame_for(Role::Client, true, Opcode::Close, &payload).as_slice()]);
        if is_allowed(code) {
            assert_eq!(events, [Event::Close { code: CloseCode(code), reason: "".into() }]);
        } else {
            assert_eq!(error.map(|error| error.violation), Some(Violation::CloseBadCode), "{code}");
        }
    }
}

#[wasm_bindgen_test]
fn every_code_that_can_be_sent() {
    for code in 0..=u16::MAX {
        let mut server = server();
        let sent = server.send_close(Some(CloseCode(code)), "");
        assert_eq!(sent, if is_allowed(code) { Ok(()) } else { Err(UsageError::InvalidCloseCode) });
        assert_eq!(server.state(), if is_allowed(code) { State::Closing } else { State::Open });
    }
}

#[wasm_bindgen_test]
fn both_ends_come_to_the_end() {
    let (mut client, mut server) = (client(), server());
    let reason = "é".repeat(61);
    assert!(reason.len() <= MAX_REASON_BYTES);
    client.send_close(Some(CloseCode(4000)), &reason).unwrap();
    let (events, _) = receive(&mut server, [client.data_to_send().unwrap().as_slice()]);
    assert_eq!(events, [Event::Close { code: CloseCode(4000), reason: reason.into() }]);
    let answer = server.data_to_send().unwrap();
    assert_eq!(closes(&answer), [(Some(4000), String::new())]);
    assert!(server.write_ended());
    receive(&mut client, [answer.as_slice()]);
    assert!(client.close_expected() && !client.write_ended());
    client.receive_eof();
    assert_eq!(client.next_event(), Some(Event::End));
    assert_eq!((client.state(), client.write_ended()), (State::Closed, true));
}

#[wasm_bindgen_test]
fn after_a_close_nothing_is_read_and_nothing_sent() {
    for role in ROLES {
        let mut connection = connection(role, Options::default());
        let close = frame_for(role, true, Opcode::Close, b"");
        let garbage = [0xff; 100];
        let (events, error) = receive(&mut connection, [close.as_slice(), garbage.as_slice()]);
        assert_eq!(events, [Event::Close { code: CloseCode::NO_STATUS, reason: "".into() }]);
        assert_eq!(error, None);
        assert_eq!(closes(&connection.data_to_send().unwrap()), [(None, String::new())]);
        assert_eq!(connection.send_text("late"), Err(UsageError::NotOpen));
        assert_eq!(connection.data_to_send().unwrap(), b"");
    }
}

#[wasm_bindgen_test]
fn the_end_without_a_close_is_an_error() {
    for before in [&b""[..], b"\x81", b"\x81\x05Hel"] {
        let mut client = client();
        client.receive_data(before);
        client.receive_eof();
        let error = client.error().unwrap();
        assert_eq!((error.violation, error.offset), (Violation::UnexpectedEof, before.len() as u64));
        assert_eq!(error.close_code(), CloseCode::ABNORMAL);
        assert_eq!(client.data_to_send().unwrap(), b"", "there is nobody to tell");
    }
}
