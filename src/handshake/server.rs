//! The opening handshake of a server over HTTP/1.1 (RFC 6455 §4.2).

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::HandshakeState;
use super::error::{HandshakeError, HandshakeViolation};
use super::head::HeadReader;
use super::key::accept_key;
use super::outgoing::{check_fields, push, push_field, push_option, push_refusal};
use super::request::{AcceptOptions, Origins, Request};
use super::start_line::RequestLine;
use crate::error::UsageError;
use crate::limits::Limits;

/// The most bytes that are kept of what a client sends between its request and the answer. It has to wait for the
/// answer (RFC 6455 §4.1), but a few frames that it sends all the same are not lost.
const MAX_EARLY_BYTES: usize = 64 << 10;

/// How a [`ServerHandshake`] treats requests.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// From which origins connections are taken. There is no default.
    pub origins: Origins,
    /// Bounds on the head of the request.
    pub limits: Limits,
}

/// Reads one request and writes one response; no I/O.
///
/// Feed what the client sends to [`receive_data`](Self::receive_data). When [`request`](Self::request) is there,
/// decide: [`accept`](Self::accept) or [`reject`](Self::reject). Send [`data_to_send`](Self::data_to_send) after each
/// of these calls. Once accepted, a connection begins with [`take_leftover`](Self::take_leftover), then with what the
/// transport gives. If the state becomes [`HandshakeState::Failed`], send what is there and close the transport: an
/// invalid request is refused without being asked about.
///
/// ```
/// use sansocket::handshake::{AcceptOptions, Origins, ServerHandshake, ServerOptions, choose_protocol};
///
/// let mut handshake = ServerHandshake::new(ServerOptions { origins: Origins::Any, limits: Default::default() });
/// handshake.receive_data(b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n\
///     Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat, superchat\r\n\
///     Sec-WebSocket-Version: 13\r\n\r\n");
/// let request = handshake.request().expect("the request is complete and valid");
/// assert_eq!(request.path, "/chat");
/// let protocol = choose_protocol(&["superchat"], &request.protocols);
/// handshake.accept(&AcceptOptions { protocol, ..Default::default() })?;
/// assert!(handshake.data_to_send().starts_with(b"HTTP/1.1 101 "));
/// # Ok::<(), sansocket::UsageError>(())
/// ```
#[derive(Debug)]
pub struct ServerHandshake {
    origins: Origins,
    reader: HeadReader,
    state: HandshakeState,
    request: Option<Request>,
    leftover: Vec<u8>,
    output: Vec<u8>,
    error: Option<HandshakeError>,
}

impl ServerHandshake {
    /// Waits for a request.
    #[must_use]
    pub fn new(options: ServerOptions) -> Self {
        Self {
            origins: options.origins,
            reader: HeadReader::new(&options.limits, |line| RequestLine::parse(line).map(drop)),
            state: HandshakeState::Reading,
            request: None,
            leftover: Vec::new(),
            output: Vec::new(),
            error: None,
        }
    }

    /// Takes bytes from the client.
    ///
    /// What follows the request is kept for [`take_leftover`](Self::take_leftover): up to 64 KiB while the request
    /// is not decided about, then [`HandshakeViolation::EarlyData`]. After a refusal or a fault it is discarded.
    pub fn receive_data(&mut self, data: &[u8]) {
        match self.state {
            HandshakeState::Reading => match self.reader.read(data) {
                Ok(None) => {}
                Ok(Some((head, rest))) => {
                    let last = head.last;
                    match Request::from_head(head, &self.origins) {
                        Ok(request) => {
                            self.request = Some(request);
                            self.state = HandshakeState::Deciding;
                            self.receive_early_data(rest);
                        }
                        Err(violation) => self.fail(HandshakeError { violation, offset: last }),
                    }
                }
                Err(error) => self.fail(error),
            },
            HandshakeState::Deciding => self.receive_early_data(data),
            HandshakeState::Open => self.leftover.extend_from_slice(data),
            HandshakeState::Failed => {}
        }
    }

    fn receive_early_data(&mut self, data: &[u8]) {
        if data.len() > MAX_EARLY_BYTES.saturating_sub(self.leftover.len()) {
            let offset = self.reader.position().saturating_add(crate::widen(MAX_EARLY_BYTES));
            self.fail(HandshakeError { violation: HandshakeViolation::EarlyData, offset });
        } else {
            self.leftover.extend_from_slice(data);
        }
    }

    /// Takes the end of the input. Inside the request it is a fault; there is nobody to answer then. After it, it is
    /// for the connection to take.
    pub fn receive_eof(&mut self) {
        if self.state == HandshakeState::Reading {
            self.state = HandshakeState::Failed;
            self.error =
                Some(HandshakeError { violation: HandshakeViolation::UnexpectedEof, offset: self.reader.position() });
        }
    }

    /// What the handshake waits for.
    #[must_use]
    pub fn state(&self) -> HandshakeState {
        self.state
    }

    /// The request, once it is complete and valid.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// What was wrong with the request.
    #[must_use]
    pub fn error(&self) -> Option<HandshakeError> {
        self.error
    }

    /// Accepts the request (RFC 6455 §4.2.2).
    ///
    /// # Errors
    ///
    /// [`UsageError::InvalidArgument`] if there is no request to decide about, if the subprotocol or an extension
    /// was not offered, or if a header field is malformed; [`UsageError::ReservedHeader`].
    pub fn accept(&mut self, options: &AcceptOptions<'_>) -> Result<(), UsageError> {
        let request = self.undecided()?;
        options.check(request)?;
        let accept = accept_key(request.key.as_deref().unwrap_or_default());
        let mut response =
            String::from("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
        let head = &mut response;
        push_field(head, "Sec-WebSocket-Accept", &accept);
        push_option(head, "Sec-WebSocket-Protocol", options.protocol);
        push_option(head, "Sec-WebSocket-Extensions", options.extensions);
        for (name, value) in options.headers {
            push_field(head, name, value);
        }
        push(head, "\r\n");
        self.output = response.into_bytes();
        self.state = HandshakeState::Open;
        Ok(())
    }

    /// Refuses the request with a status of 300 to 599. `Connection: close` and `Content-Length` are added, to a 426
    /// also `Upgrade` and `Sec-WebSocket-Version`; the type of the body is for the caller to say.
    ///
    /// # Errors
    ///
    /// [`UsageError::InvalidArgument`] if there is no request to decide about, if the status is out of range, or if
    /// a header field is malformed; [`UsageError::ReservedHeader`].
    pub fn reject(&mut self, status: u16, headers: &[(&str, &str)], body: &[u8]) -> Result<(), UsageError> {
        self.undecided()?;
        if !(300..=599).contains(&status) {
            return Err(UsageError::InvalidArgument("status", "a status from 300 to 599"));
        }
        check_fields(headers.iter().copied())?;
        self.refuse(status, headers, body);
        Ok(())
    }

    /// Drains what is to be sent to the client.
    #[must_use]
    pub fn data_to_send(&mut self) -> Vec<u8> {
        mem::take(&mut self.output)
    }

    /// Drains the bytes that came after an accepted request: the first ones of the connection. Each byte is given
    /// out once.
    #[must_use]
    pub fn take_leftover(&mut self) -> Vec<u8> {
        if self.state == HandshakeState::Open { mem::take(&mut self.leftover) } else { Vec::new() }
    }

    fn undecided(&self) -> Result<&Request, UsageError> {
        match &self.request {
            Some(request) if self.state == HandshakeState::Deciding => Ok(request),
            _ => Err(UsageError::InvalidArgument("handshake", "a request that is complete and not answered yet")),
        }
    }

    fn fail(&mut self, error: HandshakeError) {
        self.error = Some(error);
        let (status, message) = error.violation.refusal().unwrap_or((400, ""));
        let mut body = String::from(message);
        body.push('\n');
        let headers = [("Content-Type", "text/plain"), ("Allow", "GET")];
        let headers = if status == 405 { &headers[..] } else { &headers[..1] };
        self.refuse(status, headers, body.as_bytes());
    }

    fn refuse(&mut self, status: u16, headers: &[(&str, &str)], body: &[u8]) {
        let mut head = String::new();
        push_refusal(&mut head, status, headers, body.len());
        self.output = head.into_bytes();
        // The answer to a HEAD request has no content (RFC 9110 §9.3.2).
        if !self.reader.received().starts_with(b"HEAD ") {
            self.output.extend_from_slice(body);
        }
        self.state = HandshakeState::Failed;
        self.leftover = Vec::new();
    }
}
