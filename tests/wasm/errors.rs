//! Error values: what was wrong, where, and what the peer is told.

use sansocket::{CloseCode, Event, Options, Role, UsageError, Violation};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{client, closes, connection, receive};

#[wasm_bindgen_test]
fn each_rule_of_the_header_at_its_byte() {
    use Violation as V;
    let cases: [(Role, &[u8], Violation, u64); 12] = [
        (Role::Client, &[0xc1, 0], V::ReservedBit1, 1),
        (Role::Client, &[0xa1, 0], V::ReservedBits23, 1),
        (Role::Server, &[0x91, 0x80], V::ReservedBits23, 1),
        (Role::Client, &[0x83, 0], V::ReservedOpcode, 1),
        (Role::Client, &[0x80, 0], V::UnexpectedContinuation, 1),
        (Role::Client, &[0x01, 0, 0x01, 0], V::ExpectedContinuation, 3),
        (Role::Client, &[0x09, 0], V::ControlFragmented, 1),
        (Role::Client, &[0x89, 126], V::ControlTooLong, 1),
        (Role::Client, &[0x88, 1], V::CloseTooShort, 1),
        (Role::Server, &[0x81, 0], V::MaskRequired, 1),
        (Role::Client, &[0x81, 0x80], V::MaskForbidden, 1),
        (Role::Client, &[0x82, 126, 0, 125], V::NonMinimalLength, 3),
    ];
    for (role, bytes, violation, offset) in cases {
        let mut connection = connection(role, Options::default());
        let error = receive(&mut connection, [bytes]).1.unwrap();
        assert_eq!((error.violation, error.offset), (violation, offset), "{bytes:02x?}");
        assert_eq!(closes(&connection.data_to_send().unwrap()), [(Some(1002), String::new())]);
    }
}

#[wasm_bindgen_test]
fn an_error_is_a_sentence_with_its_place_and_stays() {
    let mut client = client();
    let (events, error) = receive(&mut client, [&b"\x81\x02ok\x83\x00\x81\x02no"[..]]);
    let error = error.unwrap();
    assert_eq!(events.len(), 1, "what came before it is reported");
    assert_eq!((error.violation.kind(), error.violation.code()), ("reserved_opcode", "WS_ERR_INVALID_OPCODE"));
    assert_eq!((error.offset, error.frame_index, error.close_code()), (5, 1, CloseCode::PROTOCOL_ERROR));
    assert_eq!(error.to_string(), "the opcode is reserved (frame 1, byte 5, RFC 6455 §5.2)");
    client.receive_data(b"\x81\x02no");
    client.receive_eof();
    assert_eq!((client.next_event(), client.error()), (None::<Event<'_>>, Some(error)));
}

#[wasm_bindgen_test]
fn the_callers_faults_have_names_too() {
    assert_eq!(UsageError::NotOpen.kind(), "not_open");
    assert_eq!(UsageError::InvalidArgument("path", "a path").to_string(), "\"path\" expected a path");
}
