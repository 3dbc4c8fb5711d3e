//! The peer's faults and the caller's. The two never mix: a [`ProtocolError`] is data that a connection reports, a
//! [`UsageError`] is what a call returns when its arguments or its moment are wrong, and then nothing has changed.

use core::fmt;

use crate::close::CloseCode;

/// A rule of the protocol, or a limit, that the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Violation {
    /// RSV1 is set and no extension that uses it was agreed.
    ReservedBit1,
    /// RSV2 or RSV3 is set.
    ReservedBits23,
    /// RSV1 is set on a continuation or control frame.
    Rsv1Unexpected,
    /// An opcode of 3–7 or 11–15.
    ReservedOpcode,
    /// A continuation frame while no message is open.
    UnexpectedContinuation,
    /// A text or binary frame while a message is open.
    ExpectedContinuation,
    /// A control frame without FIN.
    ControlFragmented,
    /// A control frame with a payload of more than 125 bytes.
    ControlTooLong,
    /// A Close frame with a payload of one byte.
    CloseTooShort,
    /// A status code that may not be on the wire.
    CloseBadCode,
    /// A close reason that is not UTF-8.
    CloseBadReason,
    /// An unmasked frame was sent to a server.
    MaskRequired,
    /// A masked frame was sent to a client.
    MaskForbidden,
    /// A longer form of the payload length than needed.
    NonMinimalLength,
    /// The top bit of a 64-bit payload length is set.
    LengthMsb,
    /// A frame declares more than the frame limit, or more than 2^53 − 1 bytes.
    FrameTooLarge,
    /// A message exceeds the message limit.
    MessageTooLarge,
    /// A message has more frames than the limit.
    TooManyFragments,
    /// A text message is not UTF-8.
    InvalidUtf8,
    /// More control frames than the limit.
    ControlFlood,
    /// Memory for the message could not be had.
    OutOfMemory,
    /// The input ended before a Close frame.
    UnexpectedEof,
    /// A compressed message is not DEFLATE data, or refers back beyond the agreed window.
    DeflateInvalid,
    /// A compressed message ends inside a DEFLATE block.
    DeflateTruncated,
}

/// One row of the table of violations: what people and programs read about one.
struct Row {
    kind: &'static str,
    code: &'static str,
    section: &'static str,
    message: &'static str,
}

impl Violation {
    /// Every violation, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::ReservedBit1,
        Self::ReservedBits23,
        Self::Rsv1Unexpected,
        Self::ReservedOpcode,
        Self::UnexpectedContinuation,
        Self::ExpectedContinuation,
        Self::ControlFragmented,
        Self::ControlTooLong,
        Self::CloseTooShort,
        Self::CloseBadCode,
        Self::CloseBadReason,
        Self::MaskRequired,
        Self::MaskForbidden,
        Self::NonMinimalLength,
        Self::LengthMsb,
        Self::FrameTooLarge,
        Self::MessageTooLarge,
        Self::TooManyFragments,
        Self::InvalidUtf8,
        Self::ControlFlood,
        Self::OutOfMemory,
        Self::UnexpectedEof,
        Self::DeflateInvalid,
        Self::DeflateTruncated,
    ];

    /// The one place that gives a violation its names and its section. The module for JavaScript has none of it: there,
    /// `js/wasm/violations.ts` has the same table.
    #[rustfmt::skip]
    const fn row(self) -> Row {
        const fn row(kind: &'static str, code: &'static str, section: &'static str, message: &'static str) -> Row {
            Row { kind, code, section, message }
        }
        match self {
            Self::ReservedBit1 => row("reserved_bits", "WS_ERR_UNEXPECTED_RSV_1", "5.2", "RSV1 is set without an extension that defines it"),
            Self::ReservedBits23 => row("reserved_bits", "WS_ERR_UNEXPECTED_RSV_2_3", "5.2", "RSV2 or RSV3 is set without an extension that defines it"),
            Self::Rsv1Unexpected => row("rsv1_unexpected", "WS_ERR_UNEXPECTED_RSV_1", "5.2", "RSV1 is set on a continuation or control frame"),
            Self::ReservedOpcode => row("reserved_opcode", "WS_ERR_INVALID_OPCODE", "5.2", "the opcode is reserved"),
            Self::UnexpectedContinuation => row("unexpected_continuation", "WS_ERR_INVALID_OPCODE", "5.4", "a continuation frame while no message is open"),
            Self::ExpectedContinuation => row("expected_continuation", "WS_ERR_INVALID_OPCODE", "5.4", "a new data frame while a fragmented message is open"),
            Self::ControlFragmented => row("control_fragmented", "WS_ERR_EXPECTED_FIN", "5.5", "a control frame is fragmented"),
            Self::ControlTooLong => row("control_too_long", "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH", "5.5", "a control frame has a payload of more than 125 bytes"),
            Self::CloseTooShort => row("close_too_short", "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH", "5.5.1", "a Close frame has a payload of one byte"),
            Self::CloseBadCode => row("close_bad_code", "WS_ERR_INVALID_CLOSE_CODE", "7.4.1", "a Close frame has a status code that may not be sent"),
            Self::CloseBadReason => row("close_bad_reason", "WS_ERR_INVALID_UTF8", "5.5.1", "a close reason is not UTF-8"),
            Self::MaskRequired => row("mask_required", "WS_ERR_EXPECTED_MASK", "5.1", "a frame sent to a server is not masked"),
            Self::MaskForbidden => row("mask_forbidden", "WS_ERR_UNEXPECTED_MASK", "5.1", "a frame sent to a client is masked"),
            Self::NonMinimalLength => row("non_minimal_length", "WS_ERR_NON_MINIMAL_LENGTH", "5.2", "the payload length is not in its shortest form"),
            Self::LengthMsb => row("length_msb", "WS_ERR_LENGTH_MSB", "5.2", "the top bit of a 64-bit payload length is set"),
            Self::FrameTooLarge => row("frame_too_large", "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH", "10.4", "a frame declares more bytes than the limit"),
            Self::MessageTooLarge => row("message_too_large", "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "10.4", "a message has more bytes than the limit"),
            Self::TooManyFragments => row("too_many_fragments", "WS_ERR_TOO_MANY_BUFFERED_PARTS", "10.4", "a message has more frames than the limit"),
            Self::InvalidUtf8 => row("invalid_utf8", "WS_ERR_INVALID_UTF8", "8.1", "a text message is not UTF-8"),
            Self::ControlFlood => row("control_flood", "WS_ERR_CONTROL_FLOOD", "10.4", "more control frames than the limit before the output was drained"),
            Self::OutOfMemory => row("out_of_memory", "WS_ERR_OUT_OF_MEMORY", "10.4", "no memory for the message"),
            Self::UnexpectedEof => row("unexpected_eof", "WS_ERR_UNEXPECTED_EOF", "7.1.5", "the connection was lost before a Close frame arrived"),
            Self::DeflateInvalid => row("deflate_invalid", "WS_ERR_DEFLATE_INVALID", "7.2.2", "a compressed message is not valid within the agreed window"),
            Self::DeflateTruncated => row("deflate_truncated", "WS_ERR_DEFLATE_TRUNCATED", "7.2.2", "a compressed message ends inside a block"),
        }
    }

    /// The stable snake_case name, as in `reserved_opcode`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        self.row().kind
    }

    /// The name that JavaScript users match on, as in `WS_ERR_INVALID_OPCODE`: that of the npm package ws where it
    /// has one.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// The status code that goes to the peer; [`CloseCode::ABNORMAL`], which is never sent, if there is no peer any
    /// more.
    #[must_use]
    pub const fn close_code(self) -> CloseCode {
        match self {
            Self::ReservedBit1
            | Self::ReservedBits23
            | Self::Rsv1Unexpected
            | Self::ReservedOpcode
            | Self::UnexpectedContinuation
            | Self::ExpectedContinuation
            | Self::ControlFragmented
            | Self::ControlTooLong
            | Self::CloseTooShort
            | Self::CloseBadCode
            | Self::MaskRequired
            | Self::MaskForbidden
            | Self::NonMinimalLength
            | Self::LengthMsb => CloseCode::PROTOCOL_ERROR,
            Self::CloseBadReason | Self::InvalidUtf8 | Self::DeflateInvalid | Self::DeflateTruncated => {
                CloseCode::INVALID_DATA
            }
            Self::FrameTooLarge | Self::MessageTooLarge | Self::OutOfMemory => CloseCode::TOO_BIG,
            Self::TooManyFragments | Self::ControlFlood => CloseCode::POLICY_VIOLATION,
            Self::UnexpectedEof => CloseCode::ABNORMAL,
        }
    }

    /// The section of [`rfc`](Self::rfc) that has the rule, as in `5.5.1`.
    #[must_use]
    pub const fn section(self) -> &'static str {
        self.row().section
    }

    /// The number of the RFC that has the rule: 7692 for compression, 6455 for everything else.
    #[must_use]
    pub const fn rfc(self) -> u16 {
        match self {
            Self::DeflateInvalid | Self::DeflateTruncated => 7692,
            _ => 6455,
        }
    }

    /// A sentence for people, without the offset.
    #[must_use]
    pub const fn message(self) -> &'static str {
        self.row().message
    }
}

/// A violation and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolError {
    /// What was broken.
    pub violation: Violation,
    /// The position of the byte with which the violation became certain, counted from 0 at the first byte after the
    /// opening handshake. It does not depend on how the input was cut into chunks. For
    /// [`Violation::UnexpectedEof`] it is the number of bytes received.
    pub offset: u64,
    /// The frame it is in, counted from 0.
    pub frame_index: u64,
}

impl ProtocolError {
    /// The status code that was sent, or would have been.
    #[must_use]
    pub const fn close_code(&self) -> CloseCode {
        self.violation.close_code()
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { violation, offset, frame_index } = self;
        let (message, rfc, section) = (violation.message(), violation.rfc(), violation.section());
        write!(f, "{message} (frame {frame_index}, byte {offset}, RFC {rfc} §{section})")
    }
}

impl core::error::Error for ProtocolError {}

/// A call that could not be carried out. Nothing was written and no state has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageError {
    /// The named argument is not acceptable; the text says what is expected.
    InvalidArgument(&'static str, &'static str),
    /// A status code that may not be sent (RFC 6455 §7.4), or none for a reason.
    InvalidCloseCode,
    /// A close reason of more than 123 bytes.
    ReasonTooLong,
    /// A Ping or Pong payload of more than 125 bytes.
    ControlTooLong,
    /// A header field that belongs to the handshake itself.
    ReservedHeader,
    /// The source of randomness failed; there is no weaker fallback (RFC 6455 §10.3).
    NoRandomness,
    /// A Close frame was sent or the connection failed: nothing can follow it.
    NotOpen,
    /// A new message was begun while a fragmented one is open, or continued while none is.
    FragmentOrder,
    /// The bytes of a text message are not UTF-8.
    InvalidUtf8,
    /// The output already holds [`Limits::max_buffered_bytes`](crate::Limits::max_buffered_bytes).
    BufferFull,
}

impl UsageError {
    /// The stable snake_case name, as in `invalid_close_code`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::InvalidArgument(..) => "invalid_argument",
            Self::InvalidCloseCode => "invalid_close_code",
            Self::ReasonTooLong => "reason_too_long",
            Self::ControlTooLong => "control_too_long",
            Self::ReservedHeader => "reserved_header",
            Self::NoRandomness => "no_randomness",
            Self::NotOpen => "not_open",
            Self::FragmentOrder => "fragment_order",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::BufferFull => "buffer_full",
        }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidArgument(name, expected) => return write!(f, "\"{name}\" expected {expected}"),
            Self::InvalidCloseCode => "a close code must be 1000-1003, 1007-1014 or 3000-4999, and a reason needs one",
            Self::ReasonTooLong => "a close reason must be at most 123 bytes of UTF-8",
            Self::ControlTooLong => "a ping or pong carries at most 125 bytes",
            Self::ReservedHeader => "the header field belongs to the handshake and cannot be set",
            Self::NoRandomness => "no source of randomness",
            Self::NotOpen => "nothing can be sent after a Close frame",
            Self::FragmentOrder => "a fragmented message must be continued until its end, and only then",
            Self::InvalidUtf8 => "the bytes of a text message are not UTF-8",
            Self::BufferFull => "the output buffer is full: drain it first",
        })
    }
}

impl core::error::Error for UsageError {}
