//! Status codes and the payload of Close frames (RFC 6455 §7.4 and §5.5.1).

use crate::utf8::Utf8Validator;

/// A status code that says why a connection closes (RFC 6455 §7.4.1, IANA "WebSocket Close Code Number" registry).
///
/// Any `u16` is representable, so that a capture can be described; [`is_sendable`](Self::is_sendable) tells whether
/// a code may be on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// The purpose of the connection was fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// The server goes down, or the page was left.
    pub const GOING_AWAY: Self = Self(1001);
    /// The peer broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// A type of data that this endpoint does not take.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// The Close frame had no status code. Never on the wire.
    pub const NO_STATUS: Self = Self(1005);
    /// The connection was lost without a Close frame. Never on the wire.
    pub const ABNORMAL: Self = Self(1006);
    /// Data inconsistent with the type of the message, such as text that is not UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// A message violates a policy of this endpoint.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// A message is too big to process.
    pub const TOO_BIG: Self = Self(1009);
    /// The server did not negotiate an extension that the client needs.
    pub const MISSING_EXTENSION: Self = Self(1010);
    /// The server met an unexpected condition.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// The service restarts (IANA registry).
    pub const SERVICE_RESTART: Self = Self(1012);
    /// The service is overloaded: try again later (IANA registry).
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// A gateway received an invalid response from upstream (IANA registry).
    pub const BAD_GATEWAY: Self = Self(1014);
    /// The TLS handshake failed. Never on the wire.
    pub const TLS_FAILED: Self = Self(1015);

    /// Whether an endpoint may put the code in a Close frame, and so whether one may be received with it:
    /// 1000–1003, 1007–1014 and 3000–4999 (RFC 6455 §7.4.2).
    #[must_use]
    pub const fn is_sendable(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }
}

/// The most bytes of a close reason: a control frame carries 125, the status code takes two (RFC 6455 §5.5).
pub const MAX_REASON_BYTES: usize = 123;

/// What a Close frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosePayload<'a> {
    /// The status code, [`CloseCode::NO_STATUS`] if the frame was empty (RFC 6455 §7.1.5).
    pub code: CloseCode,
    /// The reason, empty if there was none.
    pub reason: &'a str,
}

/// Why the payload of a Close frame is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseFault {
    /// The code may not be on the wire.
    Code,
    /// The reason is not UTF-8; the position is that of the first impossible byte, counted in the payload.
    Reason { position: usize },
}

impl<'a> ClosePayload<'a> {
    /// Checks the first bytes of the payload of a Close frame, of which more may come.
    pub(crate) fn check(payload: &[u8]) -> Result<(), CloseFault> {
        let Some((code, reason)) = payload.split_first_chunk() else { return Ok(()) };
        if !CloseCode(u16::from_be_bytes(*code)).is_sendable() {
            return Err(CloseFault::Code);
        }
        Utf8Validator::new()
            .push(reason)
            .map_err(|position| CloseFault::Reason { position: position.saturating_add(2) })
    }

    /// Reads the payload of a Close frame. A payload of one byte is a fault of the frame header, found before this.
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Self, CloseFault> {
        Self::check(payload)?;
        let Some((code, reason)) = payload.split_first_chunk() else {
            return Ok(Self { code: CloseCode::NO_STATUS, reason: "" });
        };
        match core::str::from_utf8(reason) {
            Ok(reason) => Ok(Self { code: CloseCode(u16::from_be_bytes(*code)), reason }),
            // Cut inside a code point: its last byte is where that became certain.
            Err(_) => Err(CloseFault::Reason { position: payload.len().saturating_sub(1) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_registered_codes_may_be_on_the_wire() {
        for code in 0..=u16::MAX {
            let registered = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].contains(&code);
            let private = (3000..5000).contains(&code);
            assert_eq!(CloseCode(code).is_sendable(), registered || private, "{code}");
            let parsed = ClosePayload::parse(&code.to_be_bytes()).map(|close| close.code);
            assert_eq!(parsed, if registered || private { Ok(CloseCode(code)) } else { Err(CloseFault::Code) });
        }
    }

    #[test]
    fn an_empty_payload_means_no_status() {
        assert_eq!(ClosePayload::parse(b""), Ok(ClosePayload { code: CloseCode::NO_STATUS, reason: "" }));
    }

    #[test]
    fn a_bad_reason_is_located() {
        assert_eq!(ClosePayload::parse(b"\x03\xe8ab\x80c"), Err(CloseFault::Reason { position: 4 }));
        assert_eq!(ClosePayload::parse(b"\x03\xe8ab\xce"), Err(CloseFault::Reason { position: 4 }));
        assert_eq!(ClosePayload::check(b"\x03\xe8ab\xce"), Ok(()), "more may come");
    }
}
