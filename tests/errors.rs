//! What is said about each fault in public: names and codes that programs match on, written down once more.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use sansocket::{CloseCode, NoRandomness, ProtocolError, UsageError, Violation};

/// Kind, name in JavaScript, close code, and section of RFC 6455 or RFC 7692.
const VIOLATIONS: [(Violation, &str, &str, u16, u16, &str); 24] = [
    (Violation::ReservedBit1, "reserved_bits", "WS_ERR_UNEXPECTED_RSV_1", 1002, 6455, "5.2"),
    (Violation::ReservedBits23, "reserved_bits", "WS_ERR_UNEXPECTED_RSV_2_3", 1002, 6455, "5.2"),
    (Violation::Rsv1Unexpected, "rsv1_unexpected", "WS_ERR_UNEXPECTED_RSV_1", 1002, 6455, "5.2"),
    (Violation::ReservedOpcode, "reserved_opcode", "WS_ERR_INVALID_OPCODE", 1002, 6455, "5.2"),
    (Violation::UnexpectedContinuation, "unexpected_continuation", "WS_ERR_INVALID_OPCODE", 1002, 6455, "5.4"),
    (Violation::ExpectedContinuation, "expected_continuation", "WS_ERR_INVALID_OPCODE", 1002, 6455, "5.4"),
    (Violation::ControlFragmented, "control_fragmented", "WS_ERR_EXPECTED_FIN", 1002, 6455, "5.5"),
    (Violation::ControlTooLong, "control_too_long", "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH", 1002, 6455, "5.5"),
    (Violation::CloseTooShort, "close_too_short", "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH", 1002, 6455, "5.5.1"),
    (Violation::CloseBadCode, "close_bad_code", "WS_ERR_INVALID_CLOSE_CODE", 1002, 6455, "7.4.1"),
    (Violation::CloseBadReason, "close_bad_reason", "WS_ERR_INVALID_UTF8", 1007, 6455, "5.5.1"),
    (Violation::MaskRequired, "mask_required", "WS_ERR_EXPECTED_MASK", 1002, 6455, "5.1"),
    (Violation::MaskForbidden, "mask_forbidden", "WS_ERR_UNEXPECTED_MASK", 1002, 6455, "5.1"),
    (Violation::NonMinimalLength, "non_minimal_length", "WS_ERR_NON_MINIMAL_LENGTH", 1002, 6455, "5.2"),
    (Violation::LengthMsb, "length_msb", "WS_ERR_LENGTH_MSB", 1002, 6455, "5.2"),
    (Violation::FrameTooLarge, "frame_too_large", "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH", 1009, 6455, "10.4"),
    (Violation::MessageTooLarge, "message_too_large", "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", 1009, 6455, "10.4"),
    (Violation::TooManyFragments, "too_many_fragments", "WS_ERR_TOO_MANY_BUFFERED_PARTS", 1008, 6455, "10.4"),
    (Violation::InvalidUtf8, "invalid_utf8", "WS_ERR_INVALID_UTF8", 1007, 6455, "8.1"),
    (Violation::ControlFlood, "control_flood", "WS_ERR_CONTROL_FLOOD", 1008, 6455, "10.4"),
    (Violation::OutOfMemory, "out_of_memory", "WS_ERR_OUT_OF_MEMORY", 1009, 6455, "10.4"),
    (Violation::UnexpectedEof, "unexpected_eof", "WS_ERR_UNEXPECTED_EOF", 1006, 6455, "7.1.5"),
    (Violation::DeflateInvalid, "deflate_invalid", "WS_ERR_DEFLATE_INVALID", 1007, 7692, "7.2.2"),
    (Violation::DeflateTruncated, "deflate_truncated", "WS_ERR_DEFLATE_TRUNCATED", 1007, 7692, "7.2.2"),
];

#[test]
fn every_violation_has_its_names_and_its_close_code() {
    for (violation, kind, code, close_code, rfc, section) in VIOLATIONS {
        let close_code = CloseCode(close_code);
        let said = (violation.kind(), violation.code(), violation.close_code(), violation.rfc(), violation.section());
        assert_eq!(said, (kind, code, close_code, rfc, section), "{violation:?}");
        // What is lost has no peer to be told; everything else is said in a Close, with a code that may be on the wire.
        assert_eq!(close_code.is_sendable(), violation != Violation::UnexpectedEof, "{violation:?}");
    }
}

#[test]
fn a_violation_is_described_once() {
    let messages = HashSet::from(VIOLATIONS.map(|(violation, ..)| violation.message()));
    assert_eq!(messages.len(), VIOLATIONS.len());
}

#[test]
fn an_error_says_what_and_where() {
    let error = ProtocolError { violation: Violation::MaskRequired, offset: 7, frame_index: 2 };
    assert_eq!(error.to_string(), "a frame sent to a server is not masked (frame 2, byte 7, RFC 6455 §5.1)");
    assert_eq!(error.close_code(), CloseCode::PROTOCOL_ERROR);
    let error = ProtocolError { violation: Violation::DeflateInvalid, ..error };
    assert!(error.to_string().ends_with("(frame 2, byte 7, RFC 7692 §7.2.2)"));
}

#[test]
fn every_wrong_call_has_a_name_and_a_sentence() {
    let errors = [
        (UsageError::InvalidArgument("port", "a number"), "invalid_argument"),
        (UsageError::InvalidCloseCode, "invalid_close_code"),
        (UsageError::ReasonTooLong, "reason_too_long"),
        (UsageError::ControlTooLong, "control_too_long"),
        (UsageError::ReservedHeader, "reserved_header"),
        (UsageError::NoRandomness, "no_randomness"),
        (UsageError::NotOpen, "not_open"),
        (UsageError::FragmentOrder, "fragment_order"),
        (UsageError::InvalidUtf8, "invalid_utf8"),
        (UsageError::BufferFull, "buffer_full"),
    ];
    for (error, kind) in errors {
        assert_eq!(error.kind(), kind);
    }
    assert_eq!(errors[0].0.to_string(), r#""port" expected a number"#);
    assert_eq!(HashSet::from(errors.map(|(error, _)| error.to_string())).len(), errors.len());
}

#[test]
fn a_source_of_randomness_that_fails_says_so() {
    assert_eq!(NoRandomness.to_string(), "no source of randomness");
}
