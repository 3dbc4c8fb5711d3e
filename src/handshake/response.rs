//! What a client offers, and the checks on what the server chose from it (RFC 6455 §4.1).

use alloc::string::String;
use alloc::vec::Vec;

use super::class::{eq_ignore_case, is_token};
use super::error::HandshakeViolation as Violation;
use super::extensions::{Extension, parse_extensions};
use super::fields::{Headers, Single, parse_protocols, text};
use super::outgoing::push;
use crate::error::UsageError;

/// Says whether the parameters of the extensions that the server chose are acceptable, given what was offered. Every
/// name in `answered` was offered, and none is there twice.
pub type CheckExtensions = fn(offered: &[Extension], answered: &[Extension]) -> bool;

/// What a server chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Established {
    /// The subprotocol, one of those offered; `None` if the server chose none.
    pub protocol: Option<String>,
    /// The extensions, all of them offered, in the order in which they apply (RFC 6455 §9.1).
    pub extensions: Vec<Extension>,
}

/// A final response, whether the handshake succeeded with it or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status code, 100 to 999.
    pub status: u16,
    /// The reason phrase: bytes of no defined encoding, often none.
    pub reason: Vec<u8>,
    /// All header fields.
    pub headers: Headers,
    /// The body of a refusal, as far as it was received, up to
    /// [`max_refusal_body_bytes`](crate::Limits::max_refusal_body_bytes). Its transfer coding, if there is one, is not
    /// decoded.
    pub body: Vec<u8>,
}

/// What a client offers. Servers choose from it.
#[derive(Debug)]
pub(crate) struct Offer {
    protocols: Vec<String>,
    extensions: Vec<Extension>,
    check_extensions: Option<CheckExtensions>,
}

impl Offer {
    pub(crate) fn new(
        protocols: &[String],
        extensions: Option<&str>,
        check_extensions: Option<CheckExtensions>,
    ) -> Result<Self, UsageError> {
        let protocols_fault = UsageError::InvalidArgument("protocols", "at most 256 unique tokens of RFC 9110");
        let mut checked = Vec::new();
        for protocol in protocols {
            // One token each, not a list.
            if !is_token(protocol.as_bytes()) || parse_protocols(protocol.as_bytes(), &mut checked).is_err() {
                return Err(protocols_fault);
            }
        }
        let extensions = parse_extensions(extensions.map(str::as_bytes))
            .map_err(|_| UsageError::InvalidArgument("extensions", "a list of extensions as in RFC 6455 §9.1"))?;
        Ok(Self { protocols: checked, extensions, check_extensions })
    }

    /// The value of `Sec-WebSocket-Protocol`, if there is anything to offer.
    pub(crate) fn protocols(&self) -> Option<String> {
        let (first, others) = self.protocols.split_first()?;
        let mut list = first.clone();
        for protocol in others {
            push(&mut list, ", ");
            push(&mut list, protocol);
        }
        Some(list)
    }

    /// Response items 5 and 6 of RFC 6455 §4.1, in this order.
    pub(crate) fn read_answer(&self, headers: &Headers) -> Result<Established, Violation> {
        let extensions = match headers.single("Sec-WebSocket-Extensions") {
            Single::Absent => Vec::new(),
            Single::Value(value) => self.check_answers(parse_extensions([value])?)?,
            // A request may have several, a response may not (RFC 6455 §11.3.2).
            Single::Repeated => return Err(Violation::BadExtensions),
        };
        let protocol = match headers.single("Sec-WebSocket-Protocol") {
            Single::Absent => None,
            Single::Value(value) if self.protocols.iter().any(|offered| offered.as_bytes() == value) => {
                Some(text(value))
            }
            _ => return Err(Violation::UnexpectedProtocol),
        };
        Ok(Established { protocol, extensions })
    }

    fn check_answers(&self, answers: Vec<Extension>) -> Result<Vec<Extension>, Violation> {
        let names = |extensions: &[Extension], name: &str| {
            extensions.iter().filter(|extension| eq_ignore_case(extension.name.as_bytes(), name.as_bytes())).count()
        };
        if answers.iter().any(|answer| names(&self.extensions, &answer.name) == 0) {
            return Err(Violation::UnexpectedExtension);
        }
        let is_repeated = answers.iter().any(|answer| names(&answers, &answer.name) > 1);
        if is_repeated || self.check_extensions.is_some_and(|check| !check(&self.extensions, &answers)) {
            return Err(Violation::BadExtensions);
        }
        Ok(answers)
    }
}
