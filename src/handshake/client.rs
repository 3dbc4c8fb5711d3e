//! The opening handshake of a client over HTTP/1.1 (RFC 6455 §4.1).

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::HandshakeState;
use super::class::{Class, all};
use super::error::{HandshakeError, HandshakeViolation};
use super::fields::{Headers, Single};
use super::head::{Head, HeadReader};
use super::key::{encode_nonce, is_key, verify_accept};
use super::outgoing::{check_fields, push, push_field, push_option};
use super::response::{CheckExtensions, Established, Offer, Response};
use super::start_line::{StatusLine, decimal, is_authority, is_path};
use crate::error::UsageError;
use crate::limits::Limits;

/// What a client asks for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Host of the server, with the port unless it is the default one of the scheme. IPv6 addresses are in brackets.
    pub host: String,
    /// Path and query: visible ASCII characters, beginning with a slash.
    pub path: String,
    /// The origin of the page on whose behalf the connection is made. Default none, as for all that is no browser.
    pub origin: Option<String>,
    /// The subprotocols offered, best first: unique tokens. Default none.
    pub protocols: Vec<String>,
    /// The value of `Sec-WebSocket-Extensions`, sent as it is. Default none.
    pub extensions: Option<String>,
    /// The check on the parameters of the extensions that the server chose. The response fails with
    /// [`HandshakeViolation::BadExtensions`] if it says no. Default none: then the parameters are for the caller to
    /// check once the handshake has succeeded, and names alone are checked here.
    pub check_extensions: Option<CheckExtensions>,
    /// Further header fields, such as `Authorization` or `Cookie`. Default none.
    pub headers: Vec<(String, String)>,
    /// Bounds on the response.
    pub limits: Limits,
}

impl ClientOptions {
    /// A request to a host for a path, with the defaults for everything else.
    pub fn new(host: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            path: path.into(),
            origin: None,
            protocols: Vec::new(),
            extensions: None,
            check_extensions: None,
            headers: Vec::new(),
            limits: Limits::DEFAULT,
        }
    }

    /// Checks everything that goes into a request, so that nothing is written if anything is wrong.
    pub(crate) fn check(&self) -> Result<Offer, UsageError> {
        if !is_authority(self.host.as_bytes()) {
            return Err(UsageError::InvalidArgument("host", "a host with an optional port"));
        }
        if !is_path(self.path.as_bytes()) {
            return Err(UsageError::InvalidArgument("path", "visible ASCII characters after a slash, without \"#\""));
        }
        if self.origin.as_ref().is_some_and(|origin| origin.is_empty() || !all(origin.as_bytes(), Class::Visible)) {
            return Err(UsageError::InvalidArgument("origin", "visible ASCII characters"));
        }
        check_fields(self.fields())?;
        Offer::new(&self.protocols, self.extensions.as_deref(), self.check_extensions)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Writes one request and reads its response; no I/O.
///
/// Send [`data_to_send`](Self::data_to_send), then feed what the server sends to
/// [`receive_data`](Self::receive_data) until [`state`](Self::state) is no longer [`HandshakeState::Reading`]. If it
/// is [`HandshakeState::Open`], a connection begins with [`take_leftover`](Self::take_leftover), then with what the
/// transport gives. If it is [`HandshakeState::Failed`], go on feeding until
/// [`is_body_complete`](Self::is_body_complete) to see all of a refusal, or close the transport at once.
///
/// ```
/// use sansocket::handshake::{ClientHandshake, ClientOptions, HandshakeState};
///
/// # let random_bytes = *b"the sample nonce";
/// let mut handshake = ClientHandshake::new(&ClientOptions::new("server.example.com", "/chat"), random_bytes)?;
/// assert!(handshake.data_to_send().starts_with(b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\n"));
/// handshake.receive_data(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
///     Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x05Hello");
/// assert_eq!(handshake.state(), HandshakeState::Open);
/// assert_eq!(handshake.take_leftover(), b"\x81\x05Hello");
/// # Ok::<(), sansocket::UsageError>(())
/// ```
#[derive(Debug)]
pub struct ClientHandshake {
    key: String,
    offer: Offer,
    reader: HeadReader,
    max_interim: usize,
    max_body: usize,
    state: HandshakeState,
    interim: usize,
    response: Option<Response>,
    body: Body,
    established: Option<Established>,
    leftover: Vec<u8>,
    output: Vec<u8>,
    error: Option<HandshakeError>,
}

/// What is still to come of the body of a refusal (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Complete,
    Bytes(u64),
    UntilEof,
}

impl ClientHandshake {
    /// Writes the request. The nonce must be 16 random bytes that are used for nothing else (RFC 6455 §4.1, request
    /// item 7).
    ///
    /// # Errors
    ///
    /// [`UsageError::InvalidArgument`] or [`UsageError::ReservedHeader`] if an option cannot be put into a request.
    pub fn new(options: &ClientOptions, nonce: [u8; 16]) -> Result<Self, UsageError> {
        Self::start(options, encode_nonce(nonce))
    }

    /// The same with the value of `Sec-WebSocket-Key` itself.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); also if the key is not 16 bytes in base64.
    pub fn with_key(options: &ClientOptions, key: &str) -> Result<Self, UsageError> {
        if !is_key(key.as_bytes()) {
            return Err(UsageError::InvalidArgument("key", "16 bytes in base64"));
        }
        Self::start(options, String::from(key))
    }

    fn start(options: &ClientOptions, key: String) -> Result<Self, UsageError> {
        let offer = options.check()?;
        let output = write_request(options, &offer, &key).into_bytes();
        Ok(Self {
            key,
            offer,
            reader: HeadReader::new(&options.limits, |line| StatusLine::parse(line).map(drop)),
            max_interim: options.limits.max_interim_responses,
            max_body: options.limits.max_refusal_body_bytes,
            state: HandshakeState::Reading,
            interim: 0,
            response: None,
            body: Body::Complete,
            established: None,
            leftover: Vec::new(),
            output,
            error: None,
        })
    }

    /// Takes bytes from the server. What follows a response that is accepted is kept for
    /// [`take_leftover`](Self::take_leftover); what follows a refusal is its body; after any other fault it is
    /// discarded.
    pub fn receive_data(&mut self, data: &[u8]) {
        let mut rest = data;
        while self.state == HandshakeState::Reading {
            match self.reader.read(rest) {
                Ok(None) => return,
                Ok(Some((head, after))) => {
                    rest = after;
                    let last = head.last;
                    if let Err(violation) = self.receive_head(head) {
                        self.fail(HandshakeError { violation, offset: last });
                    }
                }
                Err(error) => self.fail(error),
            }
        }
        if self.state == HandshakeState::Open {
            self.leftover.extend_from_slice(rest);
        } else {
            self.receive_body(rest);
        }
    }

    fn receive_head(&mut self, head: Head) -> Result<(), HandshakeViolation> {
        let line = StatusLine::parse(&head.start_line)?;
        if (100..200).contains(&line.status) && line.status != 101 {
            if self.interim == self.max_interim {
                return Err(HandshakeViolation::TooManyInterimResponses);
            }
            self.interim = self.interim.saturating_add(1);
            return Ok(());
        }
        let headers = head.headers;
        // A 101 has no body, whatever its fields say: bytes after it are frames or nothing.
        let (result, body) = if line.status == 101 {
            (self.check_switch(&headers), Body::Complete)
        } else {
            (Err(HandshakeViolation::UnexpectedStatus), Body::of(line.status, &headers))
        };
        self.body = body;
        self.response = Some(Response { status: line.status, reason: line.reason.to_vec(), headers, body: Vec::new() });
        self.established = Some(result?);
        self.state = HandshakeState::Open;
        Ok(())
    }

    /// Response items 2 to 6 of RFC 6455 §4.1.
    fn check_switch(&self, headers: &Headers) -> Result<Established, HandshakeViolation> {
        let upgrades = headers.count_tokens("Upgrade", "websocket");
        if upgrades.equal == 0 || upgrades.others > 0 {
            return Err(HandshakeViolation::BadUpgrade);
        }
        if headers.count_tokens("Connection", "Upgrade").equal == 0 {
            return Err(HandshakeViolation::BadConnection);
        }
        match headers.single("Sec-WebSocket-Accept") {
            Single::Value(accept) if verify_accept(&self.key, accept) => self.offer.read_answer(headers),
            _ => Err(HandshakeViolation::BadAccept),
        }
    }

    fn receive_body(&mut self, data: &[u8]) {
        let Some(response) = &mut self.response else { return };
        let declared = match self.body {
            Body::Complete => return,
            Body::Bytes(remaining) => usize::try_from(remaining).unwrap_or(usize::MAX),
            Body::UntilEof => usize::MAX,
        };
        let room = self.max_body.saturating_sub(response.body.len()).min(declared);
        let kept = data.get(..room).unwrap_or(data);
        response.body.extend_from_slice(kept);
        if kept.len() == room {
            self.body = Body::Complete;
        } else if let Body::Bytes(remaining) = &mut self.body {
            *remaining = remaining.saturating_sub(crate::widen(kept.len()));
        }
    }

    /// Takes the end of the input. Inside the response it is a fault, except where it ends the body of a refusal.
    /// After the response it is for the connection to take.
    pub fn receive_eof(&mut self) {
        if self.state == HandshakeState::Reading {
            self.fail(HandshakeError { violation: HandshakeViolation::UnexpectedEof, offset: self.reader.position() });
        }
        self.body = Body::Complete;
    }

    /// What the handshake waits for.
    #[must_use]
    pub fn state(&self) -> HandshakeState {
        self.state
    }

    /// What the server chose, once the handshake has succeeded.
    #[must_use]
    pub fn established(&self) -> Option<&Established> {
        self.established.as_ref()
    }

    /// The final response, once its head is complete and well-formed; also one that is not accepted.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.response.as_ref()
    }

    /// Whether nothing more will be added to the body of the response: its end has come, or the limit is reached, or
    /// it has none.
    #[must_use]
    pub fn is_body_complete(&self) -> bool {
        self.state != HandshakeState::Reading && self.body == Body::Complete
    }

    /// What was wrong with the response.
    #[must_use]
    pub fn error(&self) -> Option<HandshakeError> {
        self.error
    }

    /// The value of `Sec-WebSocket-Key` in the request.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Drains what is to be sent to the server.
    #[must_use]
    pub fn data_to_send(&mut self) -> Vec<u8> {
        mem::take(&mut self.output)
    }

    /// Drains the bytes that came after the response: the first ones of the connection. Each byte is given out once.
    #[must_use]
    pub fn take_leftover(&mut self) -> Vec<u8> {
        mem::take(&mut self.leftover)
    }

    fn fail(&mut self, error: HandshakeError) {
        self.error = Some(error);
        self.state = HandshakeState::Failed;
    }
}

impl Body {
    fn of(status: u16, headers: &Headers) -> Self {
        if matches!(status, 204 | 304) {
            return Self::Complete;
        }
        match (headers.get("Transfer-Encoding"), headers.single("Content-Length")) {
            (None, Single::Value(length)) if !length.is_empty() => decimal(length).map_or(Self::UntilEof, Self::Bytes),
            _ => Self::UntilEof,
        }
    }
}

/// The fields in the order of the example in RFC 6455 §1.2, the caller's after them.
fn write_request(options: &ClientOptions, offer: &Offer, key: &str) -> String {
    let mut request = String::from("GET ");
    let head = &mut request;
    push(head, &options.path);
    push(head, " HTTP/1.1\r\n");
    push_field(head, "Host", &options.host);
    push(head, "Upgrade: websocket\r\nConnection: Upgrade\r\n");
    push_field(head, "Sec-WebSocket-Key", key);
    push_option(head, "Origin", options.origin.as_deref());
    push_option(head, "Sec-WebSocket-Protocol", offer.protocols().as_deref());
    push(head, "Sec-WebSocket-Version: 13\r\n");
    push_option(head, "Sec-WebSocket-Extensions", options.extensions.as_deref());
    for (name, value) in options.fields() {
        push_field(head, name, value);
    }
    push(head, "\r\n");
    request
}
