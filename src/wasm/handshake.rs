//! [`ClientHandshake`] and [`ServerHandshake`] across the boundary. Options and results are lists of strings (see
//! [`fields`](super::fields)); a handshake is a cold path.

use alloc::boxed::Box;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::fields::{Fields, push};
use super::slab::Object;
use super::{Codec, Refusal, halves, word};
use crate::handshake::{
    AcceptOptions, ClientHandshake, ClientOptions, HandshakeError, HandshakeState, Headers, Origins, ServerHandshake,
    ServerOptions,
};
use crate::{Limits, UsageError};

/// The low bits of the flags of a handshake are its state.
const STATE_DECIDING: u32 = 1;
const STATE_OPEN: u32 = 2;
const STATE_FAILED: u32 = 3;
const HAS_ERROR: u32 = 1 << 2;
const HAS_RESPONSE: u32 = 1 << 3;
const BODY_COMPLETE: u32 = 1 << 4;

#[wasm_bindgen]
impl Codec {
    /// A client's handshake; leaves its handle as output word 0. The first `length` bytes of the input are the host,
    /// path, origin or nothing, key, then `protocols` subprotocols, then header fields. `deflate` has the settings of
    /// permessage-deflate (see the module `deflate`).
    #[expect(clippy::too_many_arguments, reason = "numbers are what crosses the boundary")]
    pub fn client_handshake_new(
        &mut self,
        length: usize,
        protocols: usize,
        max_header_bytes: usize,
        max_headers: usize,
        max_start_line_bytes: usize,
        max_interim_responses: usize,
        max_refusal_body_bytes: usize,
        deflate: u32,
    ) -> u32 {
        let mut fields = Fields(self.input.get(..length).unwrap_or_default());
        let mut options = ClientOptions::new(fields.text(), fields.text());
        options.origin = fields.optional();
        let key = fields.text();
        options.extensions = super::deflate::offered(deflate);
        options.check_extensions = Some(super::deflate::is_acceptable);
        options.protocols = fields.texts(protocols);
        options.headers = fields.pairs();
        options.limits = Limits {
            max_header_bytes,
            max_headers,
            max_start_line_bytes,
            max_interim_responses,
            max_refusal_body_bytes,
            ..Limits::DEFAULT
        };
        match ClientHandshake::with_key(&options, &key) {
            Ok(handshake) => {
                let handle = self.insert(Object::Client(Box::new(handshake)));
                self.status[word::VALUES] = handle;
                self.finish_handshake(handle)
            }
            Err(error) => self.refuse(error),
        }
    }

    /// A server's handshake; leaves its handle as output word 0. The first `length` bytes of the input are the
    /// origins that are allowed, unless `any_origin`.
    pub fn server_handshake_new(
        &mut self,
        length: usize,
        any_origin: bool,
        max_header_bytes: usize,
        max_headers: usize,
        max_start_line_bytes: usize,
    ) -> u32 {
        let origins = if any_origin {
            Origins::Any
        } else {
            Origins::List(Fields(self.input.get(..length).unwrap_or_default()).texts(usize::MAX))
        };
        let limits = Limits { max_header_bytes, max_headers, max_start_line_bytes, ..Limits::DEFAULT };
        let handshake = ServerHandshake::new(ServerOptions { origins, limits });
        let handle = self.insert(Object::Server(Box::new(handshake)));
        self.status[word::VALUES] = handle;
        self.finish_handshake(handle)
    }

    /// Feeds the first `length` bytes of the input.
    pub fn handshake_receive(&mut self, handle: u32, length: usize) -> u32 {
        let Self { objects, input, .. } = self;
        let Some(bytes) = input.get(..length) else { return Refusal::InvalidArgument as u32 };
        match objects.get(handle) {
            Some(Object::Client(handshake)) => handshake.receive_data(bytes),
            Some(Object::Server(handshake)) => handshake.receive_data(bytes),
            _ => return Refusal::BadHandle as u32,
        }
        self.finish_handshake(handle)
    }

    /// Tells that the input has ended.
    pub fn handshake_receive_eof(&mut self, handle: u32) -> u32 {
        match self.objects.get(handle) {
            Some(Object::Client(handshake)) => handshake.receive_eof(),
            Some(Object::Server(handshake)) => handshake.receive_eof(),
            _ => return Refusal::BadHandle as u32,
        }
        self.finish_handshake(handle)
    }

    /// Takes all bytes that are to be written, as output.
    pub fn handshake_drain(&mut self, handle: u32) -> u32 {
        let bytes = match self.objects.get(handle) {
            Some(Object::Client(handshake)) => handshake.data_to_send(),
            Some(Object::Server(handshake)) => handshake.data_to_send(),
            _ => return Refusal::BadHandle as u32,
        };
        self.give_out(bytes);
        self.finish_handshake(handle)
    }

    /// Takes the bytes that followed the head, as output.
    pub fn handshake_leftover(&mut self, handle: u32) -> u32 {
        let bytes = match self.objects.get(handle) {
            Some(Object::Client(handshake)) => handshake.take_leftover(),
            Some(Object::Server(handshake)) => handshake.take_leftover(),
            _ => return Refusal::BadHandle as u32,
        };
        self.give_out(bytes);
        0
    }

    /// Describes the error: its offset in words 0 and 1, in word 2 the HTTP status that answers it, if one does, above the
    /// number of the violation in the low byte.
    pub fn handshake_error(&mut self, handle: u32) -> u32 {
        let (error, answered) = match self.objects.get(handle) {
            Some(Object::Client(handshake)) => (handshake.error(), false),
            Some(Object::Server(handshake)) => (handshake.error(), true),
            _ => (None, false),
        };
        let Some(HandshakeError { violation, offset }) = error else { return Refusal::BadHandle as u32 };
        let [low, high] = halves(offset);
        let status = u32::from(violation.status().filter(|_| answered).unwrap_or(0));
        self.give_values([low, high, status << 8 | violation as u32]);
        0
    }

    /// Describes the request: its target, path, host, origin or nothing, key, then the subprotocols offered, whose
    /// number is in word 0, then the header fields, as output. Word 1 tells whether there is an origin.
    pub fn server_handshake_request(&mut self, handle: u32) -> u32 {
        let Some(Object::Server(handshake)) = self.objects.get(handle) else { return Refusal::BadHandle as u32 };
        let Some(request) = handshake.request() else { return Refusal::BadHandle as u32 };
        let mut list = Vec::new();
        for text in [
            request.target.as_str(),
            request.path.as_str(),
            request.host.as_str(),
            request.origin.as_deref().unwrap_or_default(),
            request.key.as_deref().unwrap_or_default(),
        ] {
            push(&mut list, text.as_bytes());
        }
        for protocol in &request.protocols {
            push(&mut list, protocol.as_bytes());
        }
        push_headers(&mut list, &request.headers);
        let values = [super::u32_of(request.protocols.len()), u32::from(request.origin.is_some()), 0];
        self.give_out(list);
        self.give_values(values);
        0
    }

    /// Accepts the request. The first `length` bytes of the input are the subprotocol or nothing, then header fields;
    /// `deflate` has the settings of permessage-deflate, and word 0 those that were agreed.
    pub fn server_handshake_accept(&mut self, handle: u32, length: usize, deflate: u32) -> u32 {
        let Self { objects, input, .. } = self;
        let Some(Object::Server(handshake)) = objects.get(handle) else { return Refusal::BadHandle as u32 };
        let mut fields = Fields(input.get(..length).unwrap_or_default());
        let protocol = fields.optional();
        let pairs = fields.pairs();
        let headers: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let offered = handshake.request().map_or(&[][..], |request| &request.extensions);
        let (agreed, extensions) = super::deflate::answer(deflate, offered);
        let result = handshake.accept(&AcceptOptions {
            protocol: protocol.as_deref(),
            extensions: extensions.as_deref(),
            headers: &headers,
        });
        self.give_values([agreed, 0, 0]);
        self.finish_answer(handle, result)
    }

    /// Refuses the request with an HTTP status. The first `length` bytes of the input are the body, then header fields.
    pub fn server_handshake_reject(&mut self, handle: u32, status: u16, length: usize) -> u32 {
        let Self { objects, input, .. } = self;
        let Some(Object::Server(handshake)) = objects.get(handle) else { return Refusal::BadHandle as u32 };
        let mut fields = Fields(input.get(..length).unwrap_or_default());
        let body = fields.next().unwrap_or_default();
        let pairs = fields.pairs();
        let headers: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let result = handshake.reject(status, &headers, body);
        self.finish_answer(handle, result)
    }

    /// Describes the response: the reason phrase, the body, the subprotocol chosen or nothing, then the header
    /// fields, as output; its status in word 0, and in word 1 the settings of permessage-deflate that were agreed after
    /// the offer that `deflate` made.
    pub fn client_handshake_response(&mut self, handle: u32, deflate: u32) -> u32 {
        let Some(Object::Client(handshake)) = self.objects.get(handle) else { return Refusal::BadHandle as u32 };
        let Some(response) = handshake.response() else { return Refusal::BadHandle as u32 };
        let established = handshake.established();
        let protocol = established.and_then(|established| established.protocol.as_deref());
        let agreed = established.map_or(0, |established| super::deflate::accepted(deflate, &established.extensions));
        let mut list = Vec::new();
        push(&mut list, &response.reason);
        push(&mut list, &response.body);
        push(&mut list, protocol.unwrap_or_default().as_bytes());
        push_headers(&mut list, &response.headers);
        let values = [u32::from(response.status), agreed, 0];
        self.give_out(list);
        self.give_values(values);
        0
    }

    fn finish_answer(&mut self, handle: u32, result: Result<(), UsageError>) -> u32 {
        match result {
            Ok(()) => self.finish_handshake(handle),
            Err(error) => self.refuse(error),
        }
    }

    /// Publishes the flags.
    fn finish_handshake(&mut self, handle: u32) -> u32 {
        let flag = |set: bool, bit: u32| if set { bit } else { 0 };
        let (state, rest) = match self.objects.get(handle) {
            Some(Object::Client(handshake)) => {
                let rest = flag(handshake.error().is_some(), HAS_ERROR)
                    | flag(handshake.response().is_some(), HAS_RESPONSE)
                    | flag(handshake.is_body_complete(), BODY_COMPLETE);
                (handshake.state(), rest)
            }
            Some(Object::Server(handshake)) => (handshake.state(), flag(handshake.error().is_some(), HAS_ERROR)),
            _ => return Refusal::OutOfMemory as u32,
        };
        let state = match state {
            HandshakeState::Reading => 0,
            HandshakeState::Deciding => STATE_DECIDING,
            HandshakeState::Open => STATE_OPEN,
            HandshakeState::Failed => STATE_FAILED,
        };
        self.status[word::FLAGS] = state | rest;
        0
    }
}

/// Names and values, one behind the other.
fn push_headers(list: &mut Vec<u8>, headers: &Headers) {
    for (name, value) in headers.iter() {
        push(list, name.as_bytes());
        push(list, value);
    }
}
