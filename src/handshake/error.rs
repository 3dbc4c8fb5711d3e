//! The peer's faults in the opening handshake. As in [`crate::error`], they are values, and the caller's are
//! [`UsageError`](crate::error::UsageError)s.

use core::fmt;

/// A rule of the opening handshake, or a limit on it, that the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum HandshakeViolation {
    /// The request line does not have the form of one.
    BadRequestLine,
    /// The method is not GET.
    BadMethod,
    /// The version of HTTP is not 1.1.
    BadHttpVersion,
    /// The target of the request is neither a path nor an absolute HTTP URI.
    BadTarget,
    /// A header field, or the end of a line, is malformed.
    BadHeader,
    /// `Host` is absent, repeated or malformed.
    BadHost,
    /// The request announces a body.
    UnexpectedBody,
    /// More bytes than are kept came after the request before it was answered.
    EarlyData,
    /// `Connection` does not have the token `Upgrade`.
    BadConnection,
    /// `Upgrade` does not name `websocket`.
    BadUpgrade,
    /// `:protocol` of an extended CONNECT is not `websocket` (RFC 9220 §3).
    UnknownProtocol,
    /// `Sec-WebSocket-Key` is absent, repeated or not 16 bytes in base64.
    BadKey,
    /// `Sec-WebSocket-Version` is not 13.
    BadVersion,
    /// `Sec-WebSocket-Version` is repeated.
    RepeatedVersion,
    /// The origin is not one that the caller listed.
    BadOrigin,
    /// `Origin` is repeated.
    RepeatedOrigin,
    /// `Sec-WebSocket-Protocol` is not a list of unique tokens.
    BadProtocol,
    /// `Sec-WebSocket-Extensions` is malformed, or an answer in it is not acceptable.
    BadExtensions,
    /// The head has more bytes than the limit.
    HeadTooLarge,
    /// The request line or status line has more bytes than the limit.
    StartLineTooLong,
    /// The head has more fields than the limit.
    TooManyHeaders,
    /// The status line does not have the form of one.
    BadStatusLine,
    /// The server did not switch protocols.
    UnexpectedStatus,
    /// More interim responses than the limit came before the final one.
    TooManyInterimResponses,
    /// `Sec-WebSocket-Accept` is absent, repeated or does not belong to the key.
    BadAccept,
    /// The server answered with an extension that was not offered.
    UnexpectedExtension,
    /// The server answered with a subprotocol that was not offered, or with two.
    UnexpectedProtocol,
    /// The input ended inside the head.
    UnexpectedEof,
    /// The header list of an extended CONNECT is malformed: a stream error `PROTOCOL_ERROR`.
    H2Malformed,
    /// `SETTINGS_ENABLE_CONNECT_PROTOCOL` has a value it may not have: a connection error `PROTOCOL_ERROR`.
    H2Settings,
    /// The server has not enabled extended CONNECT: no request may be sent.
    H2NotEnabled,
}

/// One row of the table: what people and programs read about a violation.
struct Row {
    kind: &'static str,
    code: &'static str,
    section: &'static str,
}

impl HandshakeViolation {
    /// Every violation, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::BadRequestLine,
        Self::BadMethod,
        Self::BadHttpVersion,
        Self::BadTarget,
        Self::BadHeader,
        Self::BadHost,
        Self::UnexpectedBody,
        Self::EarlyData,
        Self::BadConnection,
        Self::BadUpgrade,
        Self::UnknownProtocol,
        Self::BadKey,
        Self::BadVersion,
        Self::RepeatedVersion,
        Self::BadOrigin,
        Self::RepeatedOrigin,
        Self::BadProtocol,
        Self::BadExtensions,
        Self::HeadTooLarge,
        Self::StartLineTooLong,
        Self::TooManyHeaders,
        Self::BadStatusLine,
        Self::UnexpectedStatus,
        Self::TooManyInterimResponses,
        Self::BadAccept,
        Self::UnexpectedExtension,
        Self::UnexpectedProtocol,
        Self::UnexpectedEof,
        Self::H2Malformed,
        Self::H2Settings,
        Self::H2NotEnabled,
    ];

    /// The one place that gives a violation its names and its section. The module for JavaScript does without: there,
    /// `js/wasm/violations.ts` has the same table.
    #[rustfmt::skip]
    const fn row(self) -> Row {
        const fn row(kind: &'static str, code: &'static str, section: &'static str) -> Row {
            Row { kind, code, section }
        }
        match self {
            Self::BadRequestLine => row("bad_request_line", "WS_ERR_BAD_REQUEST_LINE", "4.2.1"),
            Self::BadMethod => row("bad_method", "WS_ERR_BAD_METHOD", "4.2.1"),
            Self::BadHttpVersion => row("bad_http_version", "WS_ERR_BAD_HTTP_VERSION", "4.1"),
            Self::BadTarget => row("bad_target", "WS_ERR_BAD_TARGET", "4.2.1"),
            Self::BadHeader => row("bad_header", "WS_ERR_BAD_HEADER", "4.1"),
            Self::BadHost => row("bad_host", "WS_ERR_BAD_HOST", "4.2.1"),
            Self::UnexpectedBody => row("unexpected_body", "WS_ERR_UNEXPECTED_BODY", "4.2.1"),
            Self::EarlyData => row("unexpected_body", "WS_ERR_UNEXPECTED_BODY", "4.1"),
            Self::BadConnection => row("bad_connection", "WS_ERR_BAD_CONNECTION", "4.1"),
            Self::BadUpgrade => row("bad_upgrade", "WS_ERR_BAD_UPGRADE", "4.1"),
            Self::UnknownProtocol => row("bad_upgrade", "WS_ERR_BAD_UPGRADE", "5"),
            Self::BadKey => row("bad_key", "WS_ERR_BAD_KEY", "4.2.1"),
            Self::BadVersion => row("bad_version", "WS_ERR_BAD_VERSION", "4.4"),
            Self::RepeatedVersion => row("bad_version", "WS_ERR_BAD_VERSION", "11.3.5"),
            Self::BadOrigin => row("bad_origin", "WS_ERR_BAD_ORIGIN", "10.2"),
            Self::RepeatedOrigin => row("bad_origin", "WS_ERR_BAD_ORIGIN", "10.2"),
            Self::BadProtocol => row("bad_protocol", "WS_ERR_BAD_PROTOCOL", "11.3.4"),
            Self::BadExtensions => row("bad_extensions", "WS_ERR_BAD_EXTENSIONS", "9.1"),
            Self::HeadTooLarge => row("head_too_large", "WS_ERR_HEAD_TOO_LARGE", "10.4"),
            Self::StartLineTooLong => row("head_too_large", "WS_ERR_HEAD_TOO_LARGE", "10.4"),
            Self::TooManyHeaders => row("too_many_headers", "WS_ERR_TOO_MANY_HEADERS", "10.4"),
            Self::BadStatusLine => row("bad_status_line", "WS_ERR_BAD_STATUS_LINE", "4.1"),
            Self::UnexpectedStatus => row("unexpected_status", "WS_ERR_UNEXPECTED_STATUS", "4.1"),
            Self::TooManyInterimResponses => row("head_too_large", "WS_ERR_HEAD_TOO_LARGE", "10.4"),
            Self::BadAccept => row("bad_accept", "WS_ERR_BAD_ACCEPT", "4.1"),
            Self::UnexpectedExtension => row("unexpected_extension", "WS_ERR_UNEXPECTED_EXTENSION", "4.1"),
            Self::UnexpectedProtocol => row("unexpected_protocol", "WS_ERR_UNEXPECTED_PROTOCOL", "4.1"),
            Self::UnexpectedEof => row("unexpected_eof", "WS_ERR_UNEXPECTED_EOF", "4.1"),
            Self::H2Malformed => row("h2_malformed", "WS_ERR_H2_MALFORMED", "5"),
            Self::H2Settings => row("h2_settings", "WS_ERR_H2_SETTINGS", "3"),
            Self::H2NotEnabled => row("h2_not_enabled", "WS_ERR_H2_NOT_ENABLED", "3"),
        }
    }

    /// The status and the message with which a server refuses the request. The rest is never answered.
    #[rustfmt::skip]
    pub(crate) const fn refusal(self) -> Option<(u16, &'static str)> {
        Some(match self {
            Self::BadRequestLine => (400, "the request line is malformed"),
            Self::BadMethod => (405, "the method must be GET"),
            Self::BadHttpVersion => (505, "the version of HTTP must be 1.1"),
            Self::BadTarget => (400, "the request target must be a path or an absolute HTTP URI"),
            Self::BadHeader => (400, "a header field or a line end is malformed"),
            Self::BadHost => (400, "there must be one Host field with a valid host"),
            Self::UnexpectedBody => (400, "the request must not have a body"),
            Self::EarlyData => (400, "too much data before the handshake was answered"),
            Self::BadConnection => (400, "the Connection field must have the token Upgrade"),
            Self::BadUpgrade => (426, "the Upgrade field must name websocket"),
            Self::UnknownProtocol => (501, "the :protocol must be websocket"),
            Self::BadKey => (400, "there must be one Sec-WebSocket-Key field with 16 bytes in base64"),
            Self::BadVersion => (426, "the Sec-WebSocket-Version must be 13"),
            Self::RepeatedVersion => (400, "the Sec-WebSocket-Version field is repeated"),
            Self::BadOrigin => (403, "the origin is not allowed"),
            Self::RepeatedOrigin => (400, "the Origin field is repeated"),
            Self::BadProtocol => (400, "the Sec-WebSocket-Protocol field must be a list of unique tokens"),
            Self::BadExtensions => (400, "the Sec-WebSocket-Extensions field is not acceptable"),
            Self::HeadTooLarge => (431, "the head has more bytes than the limit"),
            Self::StartLineTooLong => (414, "the first line has more bytes than the limit"),
            Self::TooManyHeaders => (431, "the head has more fields than the limit"),
            _ => return None,
        })
    }

    /// The stable snake_case name, as in `bad_key`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        self.row().kind
    }

    /// The name that JavaScript users match on, as in `WS_ERR_BAD_KEY`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// The status with which a server refuses the request; `None` for what has no answer: the faults of a server,
    /// the end of the input, and those of HTTP/2 itself, which are stream or connection errors there.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self.refusal() {
            Some((status, _)) => Some(status),
            None => None,
        }
    }

    /// The RFC that has the rule: RFC 6455, or RFC 8441 for what exists only in extended CONNECT.
    #[must_use]
    pub const fn rfc(self) -> u16 {
        match self {
            Self::UnknownProtocol | Self::H2Malformed | Self::H2Settings | Self::H2NotEnabled => 8441,
            _ => 6455,
        }
    }

    /// The section of [`rfc`](Self::rfc) that has the rule, as in `4.2.1`.
    #[must_use]
    pub const fn section(self) -> &'static str {
        self.row().section
    }

    /// A sentence for people, without the offset.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::BadStatusLine => "the status line is malformed",
            Self::UnexpectedStatus => "the server did not switch protocols",
            Self::TooManyInterimResponses => "more interim responses than the limit",
            Self::BadAccept => "the Sec-WebSocket-Accept field does not belong to the key",
            Self::UnexpectedExtension => "the server chose an extension that was not offered",
            Self::UnexpectedProtocol => "the server chose a subprotocol that was not offered",
            Self::UnexpectedEof => "the connection was lost during the opening handshake",
            Self::H2Malformed => "the header list of the extended CONNECT is malformed",
            Self::H2Settings => "SETTINGS_ENABLE_CONNECT_PROTOCOL must be 0 or 1 and may not be withdrawn",
            Self::H2NotEnabled => "the server has not enabled extended CONNECT",
            _ => match self.refusal() {
                Some((_, message)) => message,
                None => "",
            },
        }
    }
}

/// A violation and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeError {
    /// What was broken.
    pub violation: HandshakeViolation,
    /// The position of the byte with which the violation became certain, counted from 0 at the first byte received:
    /// for limits and line ends that very byte, for the first line its end, for everything else the last byte of
    /// the head. It does not depend on how the input was cut into chunks. For [`HandshakeViolation::UnexpectedEof`]
    /// it is the number of bytes received.
    pub offset: u64,
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { violation, offset } = self;
        write!(f, "{} (byte {offset}, RFC {} §{})", violation.message(), violation.rfc(), violation.section())
    }
}

impl core::error::Error for HandshakeError {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn an_error_reads_as_a_sentence_with_its_place() {
        let error = HandshakeError { violation: HandshakeViolation::BadKey, offset: 17 };
        assert_eq!(
            error.to_string(),
            "there must be one Sec-WebSocket-Key field with 16 bytes in base64 (byte 17, RFC 6455 §4.2.1)"
        );
        let error = HandshakeError { violation: HandshakeViolation::H2NotEnabled, offset: 0 };
        assert_eq!(error.to_string(), "the server has not enabled extended CONNECT (byte 0, RFC 8441 §3)");
    }
}
