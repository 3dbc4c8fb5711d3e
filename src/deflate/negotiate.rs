//! The negotiation of permessage-deflate (RFC 7692 §5, §7.1): pure functions on parsed parameters, for both roles.

use alloc::string::String;
use core::fmt;

use crate::error::UsageError;
use crate::handshake::{Extension, Param};

/// The registered name of the extension (RFC 7692 §7).
pub const EXTENSION_NAME: &str = "permessage-deflate";

const SERVER_NO_CONTEXT_TAKEOVER: &str = "server_no_context_takeover";
const CLIENT_NO_CONTEXT_TAKEOVER: &str = "client_no_context_takeover";
const SERVER_MAX_WINDOW_BITS: &str = "server_max_window_bits";
const CLIENT_MAX_WINDOW_BITS: &str = "client_max_window_bits";

/// The values of the `*_max_window_bits` parameters, as written (RFC 7692 §7.1.2): decimal, without leading zero.
const WINDOW_BITS: [(&str, u8); 8] =
    [("8", 8), ("9", 9), ("10", 10), ("11", 11), ("12", 12), ("13", 13), ("14", 14), ("15", 15)];

/// The largest window, in bits: what holds where no parameter says less.
const MAX_WINDOW_BITS: u8 = 15;

/// What one side asks for, and what it puts up with. The default is what browsers offer and most servers answer:
/// context takeover and the largest window both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeflateConfig {
    /// The server forgets its window after each message. A client that sets it insists; a server that sets it says so
    /// in its answer.
    pub server_no_context_takeover: bool,
    /// The client forgets its window after each message. A server that sets it insists; a client that sets it does so
    /// whatever the answer is.
    pub client_no_context_takeover: bool,
    /// The most window bits, 8–15, of what the server sends. A client that sets it insists, and is refused by a server
    /// that does not support the parameter. `None`: 15.
    pub server_max_window_bits: Option<u8>,
    /// The most window bits, 8–15, of what the client sends. A client that sets it keeps to it whatever the answer is.
    /// A server that sets less than 15 insists, so it declines clients that do not offer the parameter.
    /// `None`: 15.
    pub client_max_window_bits: Option<u8>,
}

impl DeflateConfig {
    /// Checks the ranges. The functions of this module take the nearest value that is in range.
    ///
    /// # Errors
    ///
    /// [`UsageError::InvalidArgument`] for window bits outside 8–15.
    pub fn check(&self) -> Result<(), UsageError> {
        let fields = [
            ("serverMaxWindowBits", self.server_max_window_bits),
            ("clientMaxWindowBits", self.client_max_window_bits),
        ];
        for (name, bits) in fields {
            if bits.is_some_and(|bits| !(8..=MAX_WINDOW_BITS).contains(&bits)) {
                return Err(UsageError::InvalidArgument(name, "an integer from 8 to 15"));
            }
        }
        Ok(())
    }
}

/// What was agreed: how each side compresses what it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeflateParams {
    /// The server forgets its window after each message.
    pub server_no_context_takeover: bool,
    /// The client forgets its window after each message.
    pub client_no_context_takeover: bool,
    /// The server refers back at most 2^this bytes; 8–15.
    pub server_max_window_bits: u8,
    /// The client refers back at most 2^this bytes; 8–15.
    pub client_max_window_bits: u8,
}

impl Default for DeflateParams {
    /// What an answer without parameters means.
    fn default() -> Self {
        Self {
            server_no_context_takeover: false,
            client_no_context_takeover: false,
            server_max_window_bits: MAX_WINDOW_BITS,
            client_max_window_bits: MAX_WINDOW_BITS,
        }
    }
}

/// Why a client fails the connection over a server's answer (RFC 7692 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadAnswer {
    /// The extension was not offered.
    NotOffered,
    /// The extension is answered more than once.
    Repeated,
    /// A parameter that RFC 7692 does not define, one that is there twice, or one with a value that it may not have.
    Parameter,
    /// The parameters are well-formed, but no offer allows them.
    Mismatch,
}

impl BadAnswer {
    /// A sentence for people.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotOffered => "permessage-deflate was answered but not offered",
            Self::Repeated => "permessage-deflate was answered more than once",
            Self::Parameter => "the answer has an unknown, repeated or malformed parameter of permessage-deflate",
            Self::Mismatch => "the answer has parameters of permessage-deflate that the offer does not allow",
        }
    }
}

impl fmt::Display for BadAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for BadAnswer {}

/// The value of `client_max_window_bits`, which an offer may leave out (RFC 7692 §7.1.2.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum ClientBits {
    Bare,
    Value(u8),
}

impl ClientBits {
    const fn value(self) -> Option<u8> {
        match self {
            Self::Bare => None,
            Self::Value(bits) => Some(bits),
        }
    }
}

/// The parameters of one element of the header, each at most once.
#[derive(Default)]
struct Parsed {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    client_max_window_bits: Option<ClientBits>,
}

impl Parsed {
    /// `None` if a parameter is unknown, repeated, or has a value that it may not have in an offer.
    fn read(params: &[Param]) -> Option<Self> {
        let mut parsed = Self::default();
        for Param { name, value } in params {
            let value = value.as_deref();
            let first = if name.eq_ignore_ascii_case(SERVER_NO_CONTEXT_TAKEOVER) && value.is_none() {
                !core::mem::replace(&mut parsed.server_no_context_takeover, true)
            } else if name.eq_ignore_ascii_case(CLIENT_NO_CONTEXT_TAKEOVER) && value.is_none() {
                !core::mem::replace(&mut parsed.client_no_context_takeover, true)
            } else if name.eq_ignore_ascii_case(SERVER_MAX_WINDOW_BITS) {
                parsed.server_max_window_bits.replace(window_bits(value?)?).is_none()
            } else if name.eq_ignore_ascii_case(CLIENT_MAX_WINDOW_BITS) {
                let bits = match value {
                    None => ClientBits::Bare,
                    Some(value) => ClientBits::Value(window_bits(value)?),
                };
                parsed.client_max_window_bits.replace(bits).is_none()
            } else {
                false
            };
            if !first {
                return None;
            }
        }
        Some(parsed)
    }
}

fn window_bits(value: &str) -> Option<u8> {
    WINDOW_BITS.iter().find(|(text, _)| *text == value).map(|(_, bits)| *bits)
}

/// A limit that was set, in range.
fn limit(bits: Option<u8>) -> Option<u8> {
    bits.map(|bits| bits.clamp(8, MAX_WINDOW_BITS))
}

fn is_deflate(extension: &&Extension) -> bool {
    extension.name.eq_ignore_ascii_case(EXTENSION_NAME)
}

/// The element of `Sec-WebSocket-Extensions` with which a client offers the extension.
///
/// `client_max_window_bits` is always offered, so that the server may limit the window (RFC 7692 §7.1.2.2).
///
/// ```
/// use sansocket::deflate::{DeflateConfig, offer};
/// assert_eq!(offer(&DeflateConfig::default()), "permessage-deflate; client_max_window_bits");
/// ```
#[must_use]
pub fn offer(config: &DeflateConfig) -> String {
    let client_bits = limit(config.client_max_window_bits).map_or(ClientBits::Bare, ClientBits::Value);
    write(&Parsed {
        server_no_context_takeover: config.server_no_context_takeover,
        client_no_context_takeover: config.client_no_context_takeover,
        server_max_window_bits: limit(config.server_max_window_bits),
        client_max_window_bits: Some(client_bits),
    })
}

/// The answer of a server: the first offer that it can accept, if any, with the element of `Sec-WebSocket-Extensions`
/// that says so.
///
/// An offer that is malformed in any of its parameters is declined, and so is one that does not let the server have
/// what its configuration insists on; the next one is looked at then, since clients list fall-backs in order of
/// preference (RFC 7692 §5, §7.1). Without an answer the connection is accepted without the extension.
#[must_use]
pub fn respond(config: &DeflateConfig, offers: &[Extension]) -> Option<(DeflateParams, String)> {
    offers.iter().filter(is_deflate).find_map(|offer| accept(config, &Parsed::read(&offer.params)?))
}

fn accept(config: &DeflateConfig, offer: &Parsed) -> Option<(DeflateParams, String)> {
    let server_bits = at_most(limit(config.server_max_window_bits), offer.server_max_window_bits);
    let client_bits = match (limit(config.client_max_window_bits), offer.client_max_window_bits) {
        // An answer may have the parameter only if the offer has it (RFC 7692 §7.1.2.2).
        (None | Some(MAX_WINDOW_BITS), None) => None,
        (Some(_), None) => return None,
        (limit, Some(hint)) => at_most(limit, hint.value()),
    };
    let answer = Parsed {
        server_no_context_takeover: config.server_no_context_takeover || offer.server_no_context_takeover,
        // In an offer it is a hint (RFC 7692 §7.1.1.2). Taken up, it saves the window on this side.
        client_no_context_takeover: config.client_no_context_takeover || offer.client_no_context_takeover,
        server_max_window_bits: server_bits,
        client_max_window_bits: client_bits.map(ClientBits::Value),
    };
    let params = DeflateParams {
        server_no_context_takeover: answer.server_no_context_takeover,
        client_no_context_takeover: answer.client_no_context_takeover,
        server_max_window_bits: server_bits.unwrap_or(MAX_WINDOW_BITS),
        client_max_window_bits: client_bits.unwrap_or(MAX_WINDOW_BITS),
    };
    Some((params, write(&answer)))
}

fn at_most(a: Option<u8>, b: Option<u8>) -> Option<u8> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// What a client makes of the server's answers to its offers; `None` if the extension was declined.
///
/// Both are the parsed values of `Sec-WebSocket-Extensions`; elements with other names are passed over. The result
/// holds what the client promised in the offer as well (RFC 7692 §7.1.1.2, §7.1.2.2): without takeover, or with the
/// smaller window, if it said so and the server did not ask for it.
///
/// # Errors
///
/// The client has to fail the connection (RFC 7692 §7.1).
pub fn check_response(offers: &[Extension], answers: &[Extension]) -> Result<Option<DeflateParams>, BadAnswer> {
    let mut answers = answers.iter().filter(is_deflate);
    let Some(answer) = answers.next() else { return Ok(None) };
    if !offers.iter().any(|offer| is_deflate(&offer)) {
        return Err(BadAnswer::NotOffered);
    }
    if answers.next().is_some() {
        return Err(BadAnswer::Repeated);
    }
    let answer = Parsed::read(&answer.params).ok_or(BadAnswer::Parameter)?;
    if answer.client_max_window_bits == Some(ClientBits::Bare) {
        return Err(BadAnswer::Parameter);
    }
    let offers = offers.iter().filter(is_deflate).filter_map(|offer| Parsed::read(&offer.params));
    // An answer can fit several offers. A promise made in any of them is kept, so it does not matter which is meant.
    offers.filter_map(|offer| agreed(&offer, &answer)).reduce(stricter).map(Some).ok_or(BadAnswer::Mismatch)
}

/// `None` if the answer is not one to this offer.
fn agreed(offer: &Parsed, answer: &Parsed) -> Option<DeflateParams> {
    // Both parameters about the server are accepted by repeating them, with the same or a smaller value
    // (RFC 7692 §7.1.1.1, §7.1.2.1). A server may also add them.
    if offer.server_no_context_takeover && !answer.server_no_context_takeover {
        return None;
    }
    if offer.server_max_window_bits.is_some_and(|most| answer.server_max_window_bits.is_none_or(|bits| bits > most)) {
        return None;
    }
    let hint = offer.client_max_window_bits.and_then(ClientBits::value);
    let client_bits = answer.client_max_window_bits.and_then(ClientBits::value);
    if let Some(bits) = client_bits {
        offer.client_max_window_bits?;
        if hint.is_some_and(|hint| bits > hint) {
            return None;
        }
    }
    Some(DeflateParams {
        server_no_context_takeover: answer.server_no_context_takeover,
        client_no_context_takeover: answer.client_no_context_takeover || offer.client_no_context_takeover,
        server_max_window_bits: answer.server_max_window_bits.unwrap_or(MAX_WINDOW_BITS),
        client_max_window_bits: client_bits.or(hint).unwrap_or(MAX_WINDOW_BITS),
    })
}

fn stricter(a: DeflateParams, b: DeflateParams) -> DeflateParams {
    DeflateParams {
        client_no_context_takeover: a.client_no_context_takeover || b.client_no_context_takeover,
        client_max_window_bits: a.client_max_window_bits.min(b.client_max_window_bits),
        ..a
    }
}

fn write(parsed: &Parsed) -> String {
    let mut element = String::from(EXTENSION_NAME);
    if parsed.server_no_context_takeover {
        parameter(&mut element, SERVER_NO_CONTEXT_TAKEOVER, None);
    }
    if parsed.client_no_context_takeover {
        parameter(&mut element, CLIENT_NO_CONTEXT_TAKEOVER, None);
    }
    if let Some(bits) = parsed.server_max_window_bits {
        parameter(&mut element, SERVER_MAX_WINDOW_BITS, Some(bits));
    }
    if let Some(bits) = parsed.client_max_window_bits {
        parameter(&mut element, CLIENT_MAX_WINDOW_BITS, bits.value());
    }
    element
}

fn parameter(element: &mut String, name: &str, bits: Option<u8>) {
    element.push_str("; ");
    element.push_str(name);
    if let Some((text, _)) = WINDOW_BITS.iter().find(|(_, value)| Some(*value) == bits) {
        element.push('=');
        element.push_str(text);
    }
}
