//! What a client asks for, and the checks on it (RFC 6455 §4.2.1).

use alloc::string::String;
use alloc::vec::Vec;

use super::class::{Class, all, eq_ignore_case};
use super::error::HandshakeViolation as Violation;
use super::extensions::{Extension, parse_extensions};
use super::fields::{Headers, Single, parse_protocols, text};
use super::head::Head;
use super::key::is_key;
use super::outgoing::check_fields;
use super::start_line::{RequestLine, is_authority};
use crate::error::UsageError;

/// From which origins a server takes connections (RFC 6455 §10.2). A page of any site can open a connection with the
/// user's cookies, so this is a choice without default.
///
/// What is not a browser sends no `Origin` or whatever it likes. A request without one passes here, whatever the
/// list is: refuse it where [`Request::origin`] is `None` if only browsers shall connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// From all.
    Any,
    /// From these alone, each as browsers write it: `https://example.com`, in lower case, with a port unless it is
    /// the default one, without a slash at the end (RFC 6454 §6.2). They are compared byte for byte.
    List(Vec<String>),
}

/// A valid request for a WebSocket connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// `GET`, or `CONNECT` if it came over HTTP/2 or HTTP/3.
    pub method: &'static str,
    /// The target as received: a path with its query, or an absolute URI.
    pub target: String,
    /// Path and query of the target. Data from a stranger: it is neither decoded nor normalised.
    pub path: String,
    /// Host and port, as received: those of an absolute target, else those of `Host`.
    pub host: String,
    /// All header fields.
    pub headers: Headers,
    /// The origin of the page that asks. Browsers always send it.
    pub origin: Option<String>,
    /// The subprotocols offered, in the client's order of preference.
    pub protocols: Vec<String>,
    /// The extensions offered, in the client's order of preference.
    pub extensions: Vec<Extension>,
    /// The value of `Sec-WebSocket-Key`; `None` over HTTP/2 and HTTP/3, which have none.
    pub key: Option<String>,
}

/// Where a request is for.
pub(crate) struct Destination {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) path: String,
    pub(crate) host: String,
    pub(crate) key: Option<String>,
}

impl Request {
    /// The checks of HTTP/1.1. Their order decides which fault a request with several is refused for.
    pub(crate) fn from_head(head: Head, origins: &Origins) -> Result<Self, Violation> {
        let line = RequestLine::parse(&head.start_line)?;
        let headers = head.headers;

        // The field must be there and valid even if the target beats it (RFC 9112 §3.2).
        let host = match headers.single("Host") {
            Single::Value(host) if is_authority(host) => text(line.authority.unwrap_or(host)),
            _ => return Err(Violation::BadHost),
        };
        let is_empty = headers
            .get_all("Content-Length")
            .all(|length| matches!(length, [b'0', zeros @ ..] if zeros.iter().all(|byte| *byte == b'0')));
        if !is_empty || headers.get("Transfer-Encoding").is_some() {
            return Err(Violation::UnexpectedBody);
        }
        if headers.count_tokens("Connection", "Upgrade").equal == 0 {
            return Err(Violation::BadConnection);
        }
        if headers.count_tokens("Upgrade", "websocket").equal == 0 {
            return Err(Violation::BadUpgrade);
        }
        let key = match headers.single("Sec-WebSocket-Key") {
            Single::Value(key) if is_key(key) => Some(text(key)),
            _ => return Err(Violation::BadKey),
        };
        let destination = Destination { method: "GET", target: text(line.target), path: line.path, host, key };
        Self::negotiate(destination, headers, origins)
    }

    /// The checks that all versions of HTTP share.
    pub(crate) fn negotiate(destination: Destination, headers: Headers, origins: &Origins) -> Result<Self, Violation> {
        match headers.single("Sec-WebSocket-Version") {
            Single::Value(b"13") => {}
            Single::Repeated => return Err(Violation::RepeatedVersion),
            _ => return Err(Violation::BadVersion),
        }
        let origin = match headers.single("Origin") {
            Single::Absent => None,
            Single::Value(origin) if origins.allow(origin) => Some(text(origin)),
            Single::Value(_) => return Err(Violation::BadOrigin),
            Single::Repeated => return Err(Violation::RepeatedOrigin),
        };
        let mut protocols = Vec::new();
        for value in headers.get_all("Sec-WebSocket-Protocol") {
            parse_protocols(value, &mut protocols)?;
        }
        let extensions = parse_extensions(headers.get_all("Sec-WebSocket-Extensions"))?;
        let Destination { method, target, path, host, key } = destination;
        Ok(Self { method, target, path, host, headers, origin, protocols, extensions, key })
    }
}

impl Origins {
    fn allow(&self, origin: &[u8]) -> bool {
        match self {
            Self::Any => !origin.is_empty() && all(origin, Class::Visible),
            Self::List(origins) => origins.iter().any(|allowed| allowed.as_bytes() == origin),
        }
    }
}

/// What a server answers to a request that it takes.
#[derive(Clone, Copy, Debug, Default)]
pub struct AcceptOptions<'a> {
    /// The subprotocol chosen, one of [`Request::protocols`]; [`choose_protocol`](super::choose_protocol) helps.
    pub protocol: Option<&'a str>,
    /// The value of `Sec-WebSocket-Extensions`, naming only extensions of [`Request::extensions`]. It is sent as it
    /// is.
    pub extensions: Option<&'a str>,
    /// Further fields, such as `Set-Cookie`.
    pub headers: &'a [(&'a str, &'a str)],
}

impl AcceptOptions<'_> {
    /// A server may only choose from what was offered (RFC 6455 §4.2.2 item 5).
    pub(crate) fn check(&self, request: &Request) -> Result<(), UsageError> {
        if self.protocol.is_some_and(|protocol| !request.protocols.iter().any(|offered| offered == protocol)) {
            return Err(UsageError::InvalidArgument("protocol", "one of the subprotocols offered"));
        }
        if let Some(extensions) = self.extensions {
            let is_offered = |answer: &Extension| {
                request.extensions.iter().any(|offer| eq_ignore_case(offer.name.as_bytes(), answer.name.as_bytes()))
            };
            let answers = parse_extensions([extensions.as_bytes()]).unwrap_or_default();
            if answers.is_empty() || !answers.iter().all(is_offered) {
                return Err(UsageError::InvalidArgument("extensions", "a list of extensions offered"));
            }
        }
        check_fields(self.headers.iter().copied())
    }
}
