//! The opening handshake as an onlooker sees it (RFC 6455 §4): what it says, and the rules that it breaks.

use sansocket::deflate::{BadAnswer, DeflateConfig, DeflateParams, EXTENSION_NAME, check_response, respond};
use sansocket::handshake::{Extension, accept_key, is_key, parse_extensions, verify_accept};

use super::head::Head;
use crate::catalogue::Rule;
use crate::record::Finding;
use crate::types::{Place, Side};

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";
const PROTOCOL: &str = "Sec-WebSocket-Protocol";
const ACCEPT: &str = "Sec-WebSocket-Accept";

/// An opening handshake, as far as it was seen.
#[derive(Clone, Debug, Default)]
pub struct Handshake {
    /// The connection, counted from 1.
    pub connection: u32,
    /// When its last byte was seen, and where its first byte is.
    pub place: Place,
    /// Addresses of client and server, if the source has them.
    pub addresses: Option<(String, String)>,
    /// The address, from a source that has no heads.
    pub url: Option<String>,
    /// What the client sent.
    pub request: Option<Head>,
    /// What the server answered.
    pub response: Option<Head>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Whether the accept value is right; `None` if either head was not seen.
    pub accept_ok: Option<bool>,
    /// The parameters of permessage-deflate, if it was agreed.
    pub deflate: Option<DeflateParams>,
    /// The rules that were broken, and by whom.
    pub findings: Vec<(Side, Finding)>,
}

impl Handshake {
    /// What is known of permessage-deflate: `None` if the answer was not seen.
    #[must_use]
    pub fn compression(&self) -> Option<Option<DeflateParams>> {
        self.response.as_ref().map(|_| self.deflate)
    }

    /// Whether the client offered permessage-deflate; true if that was not seen.
    #[must_use]
    pub fn may_compress(&self) -> bool {
        let offered =
            |head: &Head| head.elements(EXTENSIONS).any(|element| element.starts_with(EXTENSION_NAME.as_bytes()));
        self.request.as_ref().is_none_or(offered)
    }

    /// The subprotocol that the server chose.
    #[must_use]
    pub fn subprotocol(&self) -> Option<String> {
        self.response
            .as_ref()
            .and_then(|head| head.get(PROTOCOL))
            .map(|field| String::from_utf8_lossy(&field.value).into_owned())
    }

    /// The target of the request.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        self.request.as_ref().map(|head| head.parts().1).or(self.url.as_deref())
    }

    /// The value of a field of the request, or of the response.
    #[must_use]
    pub fn field(&self, side: Side, name: &str) -> Option<String> {
        let head = if side == Side::Client { &self.request } else { &self.response };
        head.as_ref().and_then(|head| head.joined(name))
    }

    /// Takes the request and checks it (RFC 6455 §4.2.1).
    pub fn set_request(&mut self, head: Head) {
        let mut add = |rule, at| self.findings.push((Side::Client, Finding::new(rule, at)));
        let (method, _, version) = head.parts();
        // Two digits (RFC 9112 §2.3).
        let is_new = matches!(version.as_bytes(), [b'H', b'T', b'T', b'P', b'/', major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9']
            if (*major, *minor) >= (b'1', b'1'));
        if method != "GET" || !is_new {
            add(Rule::HsMethodVersion, head.at);
        }
        if head.all("Host").count() != 1 {
            add(Rule::HsMissingHost, head.all("Host").nth(1).map_or(head.at, |field| field.at));
        }
        check_upgrade(&head, &mut add);
        let key = head.get("Sec-WebSocket-Key");
        if !key.is_some_and(|key| is_key(&key.value)) || head.all("Sec-WebSocket-Key").count() > 1 {
            add(Rule::HsKeyInvalid, key.map_or(head.at, |key| key.at));
        }
        let version = head.get("Sec-WebSocket-Version");
        if version.is_none_or(|version| version.value != b"13") {
            add(Rule::HsVersion, version.map_or(head.at, |version| version.at));
        }
        let bad = |offer: &Extension| {
            is_deflate(offer) && respond(&DeflateConfig::default(), core::slice::from_ref(offer)).is_none()
        };
        if extensions(&head).is_some_and(|offers| offers.iter().any(bad)) {
            add(Rule::HsPmdParams, head.get(EXTENSIONS).map_or(head.at, |field| field.at));
        }
        self.request = Some(head);
    }

    /// Takes the answer and checks it, if it switches protocols (RFC 6455 §4.1).
    pub fn set_response(&mut self, head: Head) {
        self.status = head.parts().1.parse().ok();
        if self.status == Some(101) {
            self.check_switch(&head);
        }
        self.response = Some(head);
    }

    fn check_switch(&mut self, head: &Head) {
        let mut findings = Vec::new();
        let mut add = |rule, at| findings.push((Side::Server, Finding::new(rule, at)));
        check_upgrade(head, &mut add);
        let place = |name: &str| head.get(name).map_or(head.at, |field| field.at);
        let answers = extensions(head).unwrap_or_else(|| {
            add(Rule::HsPmdParams, place(EXTENSIONS));
            Vec::new()
        });
        let Some(request) = &self.request else {
            // Without the offer the parameters alone can be looked at, against one that allows everything.
            self.deflate = check_response(&generous_offer(), &answers).unwrap_or_else(|_| {
                add(Rule::HsPmdParams, place(EXTENSIONS));
                Some(DeflateParams::default())
            });
            self.findings.extend(findings);
            return;
        };
        let key =
            request.get("Sec-WebSocket-Key").map(|field| String::from_utf8_lossy(&field.value)).unwrap_or_default();
        let accepted = head.get(ACCEPT).is_some_and(|field| verify_accept(&key, &field.value));
        self.accept_ok = Some(accepted);
        if !accepted {
            let finding = Finding::new(Rule::HsAcceptMismatch, place(ACCEPT));
            self.findings.push((Side::Server, finding.saying(format!("the key asks for {}", accept_key(&key)))));
        }
        let offers = extensions(request).unwrap_or_default();
        let offered = |answer: &Extension| offers.iter().any(|offer| offer.name.eq_ignore_ascii_case(&answer.name));
        if !answers.iter().all(offered) {
            add(Rule::HsExtensionUnoffered, place(EXTENSIONS));
        }
        if let Some(chosen) = head.get(PROTOCOL)
            && !request.elements(PROTOCOL).any(|protocol| protocol == chosen.value)
        {
            add(Rule::HsSubprotocolUnoffered, chosen.at);
        }
        self.deflate = match check_response(&offers, &answers) {
            Ok(deflate) => deflate,
            Err(fault) => {
                if fault != BadAnswer::NotOffered {
                    add(Rule::HsPmdParams, place(EXTENSIONS));
                }
                // What is sent follows the answer all the same.
                check_response(&generous_offer(), &answers).unwrap_or(Some(DeflateParams::default()))
            }
        };
        self.findings.extend(findings);
    }
}

/// Whether a request asks for a WebSocket, however wrongly.
#[must_use]
pub fn is_upgrade(head: &Head) -> bool {
    head.has_token("Upgrade", "websocket") || head.get("Sec-WebSocket-Key").is_some()
}

/// Whether a response switches to WebSocket, however wrongly.
#[must_use]
pub fn is_switch(head: &Head) -> bool {
    head.has_token("Upgrade", "websocket") || head.get(ACCEPT).is_some()
}

fn check_upgrade(head: &Head, add: &mut impl FnMut(Rule, u64)) {
    for (name, token, rule) in
        [("Upgrade", "websocket", Rule::HsUpgrade), ("Connection", "Upgrade", Rule::HsConnection)]
    {
        if !head.has_token(name, token) {
            add(rule, head.get(name).map_or(head.at, |field| field.at));
        }
    }
}

fn extensions(head: &Head) -> Option<Vec<Extension>> {
    parse_extensions(head.all(EXTENSIONS).map(|field| field.value.as_slice())).ok()
}

fn is_deflate(extension: &Extension) -> bool {
    extension.name.eq_ignore_ascii_case(EXTENSION_NAME)
}

fn generous_offer() -> Vec<Extension> {
    parse_extensions([&b"permessage-deflate; client_max_window_bits"[..]]).unwrap_or_default()
}
