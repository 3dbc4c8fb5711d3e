//! Extended CONNECT: the opening handshake over HTTP/2 (RFC 8441) and HTTP/3 (RFC 9220).
//!
//! An HTTP library does the framing and the bounds on header lists; here the lists are checked and made. There is no
//! key, and the answer is 200. After it, the bytes of the stream are those of a connection: DATA boundaries mean
//! nothing, the end of the stream is the end of the input. A list that is not well-formed is a stream error
//! `PROTOCOL_ERROR`, over HTTP/3 `H3_MESSAGE_ERROR`.

use alloc::string::String;
use alloc::vec::Vec;

use super::class::{Class, all, is_token};
use super::client::ClientOptions;
use super::error::HandshakeViolation as Violation;
use super::fields::{Headers, text};
use super::request::{AcceptOptions, Destination, Origins, Request};
use super::response::{Established, Offer};
use super::start_line::{is_authority, is_path};
use crate::error::UsageError;

/// A header list: names in lower case, pseudo-fields first.
pub type FieldList = Vec<(String, String)>;

/// Fields that exist on HTTP/1.1 connections alone (RFC 9113 §8.2.2).
const CONNECTION_SPECIFIC: [&str; 5] = ["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"];

/// The setting with which a server allows extended CONNECT (RFC 8441 §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EnableConnectProtocol {
    enabled: bool,
}

impl EnableConnectProtocol {
    /// Takes a value of `SETTINGS_ENABLE_CONNECT_PROTOCOL` (0x08) from the server.
    ///
    /// # Errors
    ///
    /// [`HandshakeViolation::H2Settings`](Violation::H2Settings) if it is above 1 or withdraws a 1: a connection error.
    pub fn receive(&mut self, value: u32) -> Result<(), Violation> {
        match value {
            0 if !self.enabled => Ok(()),
            1 => {
                self.enabled = true;
                Ok(())
            }
            _ => Err(Violation::H2Settings),
        }
    }

    /// Whether a request may be sent.
    ///
    /// # Errors
    ///
    /// [`HandshakeViolation::H2NotEnabled`](Violation::H2NotEnabled) until the server has sent a 1.
    pub fn check(self) -> Result<(), Violation> {
        if self.enabled { Ok(()) } else { Err(Violation::H2NotEnabled) }
    }
}

/// Checks a request (RFC 8441 §5). Answer it with [`response`], or with the
/// [`status`](Violation::status) of the violation if it has one.
///
/// # Errors
///
/// The violations of a request over HTTP/1.1, [`HandshakeViolation::UnknownProtocol`](Violation::UnknownProtocol) and
/// [`HandshakeViolation::H2Malformed`](Violation::H2Malformed).
pub fn read_request<'a>(
    fields: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    origins: &Origins,
) -> Result<Request, Violation> {
    let ([method, scheme, authority, path, protocol], headers) =
        split_pseudo_fields(fields, [":method", ":scheme", ":authority", ":path", ":protocol"])?;
    if method != b"CONNECT" {
        return Err(Violation::H2Malformed);
    }
    if !protocol.eq_ignore_ascii_case(b"websocket") {
        return Err(Violation::UnknownProtocol);
    }
    if !is_authority(authority) {
        return Err(Violation::BadHost);
    }
    if !is_path(path) || !matches!(scheme, b"http" | b"https") {
        return Err(Violation::BadTarget);
    }
    let destination =
        Destination { method: "CONNECT", target: text(path), path: text(path), host: text(authority), key: None };
    Request::negotiate(destination, headers, origins)
}

/// The header list that accepts a request.
///
/// # Errors
///
/// As [`ServerHandshake::accept`](super::ServerHandshake::accept).
pub fn response(request: &Request, options: &AcceptOptions<'_>) -> Result<FieldList, UsageError> {
    options.check(request)?;
    check_connection_specific(options.headers.iter().copied())?;
    let mut fields = Vec::from([field(":status", "200")]);
    fields.extend(options.protocol.map(|protocol| field("sec-websocket-protocol", protocol)));
    fields.extend(options.extensions.map(|extensions| field("sec-websocket-extensions", extensions)));
    fields.extend(options.headers.iter().map(|(name, value)| field(name, value)));
    Ok(fields)
}

/// A client's request by extended CONNECT.
#[derive(Debug)]
pub struct ConnectRequest {
    offer: Offer,
    fields: FieldList,
}

impl ConnectRequest {
    /// Makes the request; `scheme` is `https` for a `wss` URL and `http` for a `ws` URL (RFC 8441 §5).
    ///
    /// # Errors
    ///
    /// [`UsageError::InvalidArgument`] or [`UsageError::ReservedHeader`] if an option cannot be put into a request.
    pub fn new(options: &ClientOptions, scheme: &str) -> Result<Self, UsageError> {
        if !matches!(scheme, "http" | "https") {
            return Err(UsageError::InvalidArgument("scheme", "\"http\" or \"https\""));
        }
        let offer = options.check()?;
        check_connection_specific(options.fields())?;
        let mut fields = Vec::from([
            field(":method", "CONNECT"),
            field(":protocol", "websocket"),
            field(":scheme", scheme),
            field(":authority", &options.host),
            field(":path", &options.path),
        ]);
        fields.extend(options.origin.as_ref().map(|origin| field("origin", origin)));
        fields.extend(offer.protocols().map(|protocols| field("sec-websocket-protocol", &protocols)));
        fields.push(field("sec-websocket-version", "13"));
        fields.extend(options.extensions.as_ref().map(|extensions| field("sec-websocket-extensions", extensions)));
        fields.extend(options.fields().map(|(name, value)| field(name, value)));
        Ok(Self { offer, fields })
    }

    /// The header list to send.
    #[must_use]
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// Checks the final response; `end_stream` says that the stream ended with it.
    ///
    /// # Errors
    ///
    /// [`HandshakeViolation::H2Malformed`](Violation::H2Malformed);
    /// [`HandshakeViolation::UnexpectedStatus`](Violation::UnexpectedStatus) for a status outside 200–299 or the end
    /// of the stream; the violations of a response over HTTP/1.1 that concern extensions and subprotocols.
    pub fn read_response<'a>(
        &self,
        fields: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        end_stream: bool,
    ) -> Result<Established, Violation> {
        let ([status], headers) = split_pseudo_fields(fields, [":status"])?;
        match status {
            [b'2', b'0'..=b'9', b'0'..=b'9'] if !end_stream => self.offer.read_answer(&headers),
            [b'1'..=b'9', b'0'..=b'9', b'0'..=b'9'] => Err(Violation::UnexpectedStatus),
            _ => Err(Violation::H2Malformed),
        }
    }
}

/// Takes a header list apart by the rules of RFC 9113 §8.2 and §8.3: each of the pseudo-fields once and no other one,
/// then regular fields.
fn split_pseudo_fields<'a, const N: usize>(
    fields: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    names: [&str; N],
) -> Result<([&'a [u8]; N], Headers), Violation> {
    let mut pseudo = [None; N];
    let mut headers = Headers::default();
    for (name, value) in fields {
        if !is_field_value(value) {
            return Err(Violation::H2Malformed);
        }
        if name.starts_with(':') {
            let slot = names.iter().zip(&mut pseudo).find(|(other, _)| **other == name).map(|(_, slot)| slot);
            match slot {
                Some(slot @ None) if headers.is_empty() => *slot = Some(value),
                _ => return Err(Violation::H2Malformed),
            }
        } else if is_token(name.as_bytes())
            && !name.bytes().any(|byte| byte.is_ascii_uppercase())
            && !CONNECTION_SPECIFIC.contains(&name)
            && (name != "te" || value == b"trailers")
        {
            headers.push(name, value);
        } else {
            return Err(Violation::H2Malformed);
        }
    }
    if pseudo.iter().any(Option::is_none) {
        return Err(Violation::H2Malformed);
    }
    Ok((pseudo.map(Option::unwrap_or_default), headers))
}

/// The same field values as over HTTP/1.1, so that none can turn into two fields there (RFC 9113 §8.2.1, §10.3).
fn is_field_value(value: &[u8]) -> bool {
    all(value, Class::Value) && !matches!(value, [b' ' | b'\t', ..] | [.., b' ' | b'\t'])
}

fn check_connection_specific<'a>(mut fields: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), UsageError> {
    let is_specific = |name: &str| CONNECTION_SPECIFIC.iter().any(|other| name.eq_ignore_ascii_case(other));
    if fields.any(|(name, _)| is_specific(name) || name.eq_ignore_ascii_case("te")) {
        return Err(UsageError::ReservedHeader);
    }
    Ok(())
}

/// Values of the caller's may have white space around them, which means nothing and is malformed here.
fn field(name: &str, value: &str) -> (String, String) {
    (name.to_ascii_lowercase(), String::from(value.trim_matches([' ', '\t'])))
}
