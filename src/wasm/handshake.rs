//! [`ClientHandshake`] and [`ServerHandshake`] across the boundary. Options and results are lists of strings (see
//! [`fields`](super::fields)); a handshake is a cold path.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::fields::{Fields, push, text};
use super::slab::Object;
use super::{Codec, Refusal, halves, u32_of, word};
use crate::Limits;
use crate::handshake::{
    AcceptOptions, ClientHandshake, ClientOptions, HandshakeError, Origins, ServerHandshake, ServerOptions,
};

// The low two bits of the flags of a handshake are its state, as a number.
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
        let key = text(fields.next().unwrap_or_default());
        options.extensions = super::deflate::offered(deflate);
        options.check_extensions = Some(super::deflate::is_acceptable);
        options.protocols = fields.texts(protocols);
        while let Some((name, value)) = fields.pair() {
            options.headers.push((name.to_owned(), value.to_owned()));
        }
        options.limits = Limits {
            max_header_bytes,
            max_headers,
            max_start_line_bytes,
            max_interim_responses,
            max_refusal_body_bytes,
            ..Limits::DEFAULT
        };
        match ClientHandshake::with_key(&options, key) {
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

    /// Feeds the first `length` bytes of the input, or tells that it has `ended`.
    pub fn handshake_receive(&mut self, handle: u32, length: usize, ended: bool) -> u32 {
        let Self { objects, input, .. } = self;
        let Some(bytes) = input.get(..length) else { return Refusal::InvalidArgument as u32 };
        match objects.get(handle) {
            Some(Object::Client(handshake)) if ended => handshake.receive_eof(),
            Some(Object::Client(handshake)) => handshake.receive_data(bytes),
            Some(Object::Server(handshake)) if ended => handshake.receive_eof(),
            Some(Object::Server(handshake)) => handshake.receive_data(bytes),
            _ => return Refusal::BadHandle as u32,
        }
        self.finish_handshake(handle)
    }

    /// Takes all bytes that are to be written, or those that followed the head, as output.
    pub fn handshake_drain(&mut self, handle: u32, leftover: bool) -> u32 {
        let bytes = match self.objects.get(handle) {
            Some(Object::Client(handshake)) if leftover => handshake.take_leftover(),
            Some(Object::Client(handshake)) => handshake.data_to_send(),
            Some(Object::Server(handshake)) if leftover => handshake.take_leftover(),
            Some(Object::Server(handshake)) => handshake.data_to_send(),
            _ => return Refusal::BadHandle as u32,
        };
        self.give_out(bytes);
        0
    }

    /// Describes the head that was received, as output.
    ///
    /// A request: its target, path, host, origin or nothing, key, then the subprotocols offered, whose number is in word
    /// 0, then the header fields; word 1 tells whether there is an origin.
    ///
    /// A response: the reason phrase, the body, the subprotocol chosen or nothing, then the header fields; the status is
    /// in word 0, and in word 1 the settings of permessage-deflate that were agreed after the offer that `deflate` made.
    pub fn handshake_head(&mut self, handle: u32, deflate: u32) -> u32 {
        let mut list = Vec::new();
        let (values, headers) = match self.objects.get(handle) {
            Some(Object::Server(handshake)) => {
                let Some(request) = handshake.request() else { return Refusal::BadHandle as u32 };
                let origin = request.origin.as_deref();
                let key = request.key.as_deref();
                push(&mut list, request.target.as_bytes());
                push(&mut list, request.path.as_bytes());
                push(&mut list, request.host.as_bytes());
                push(&mut list, origin.unwrap_or_default().as_bytes());
                push(&mut list, key.unwrap_or_default().as_bytes());
                for protocol in &request.protocols {
                    push(&mut list, protocol.as_bytes());
                }
                ([u32_of(request.protocols.len()), u32::from(origin.is_some()), 0], &request.headers)
            }
            Some(Object::Client(handshake)) => {
                let Some(response) = handshake.response() else { return Refusal::BadHandle as u32 };
                let established = handshake.established();
                let protocol = established.and_then(|established| established.protocol.as_deref());
                let agreed = established.map_or(0, |chosen| super::deflate::accepted(deflate, &chosen.extensions));
                push(&mut list, &response.reason);
                push(&mut list, &response.body);
                push(&mut list, protocol.unwrap_or_default().as_bytes());
                ([u32::from(response.status), agreed, 0], &response.headers)
            }
            _ => return Refusal::BadHandle as u32,
        };
        for (name, value) in headers.iter() {
            push(&mut list, name.as_bytes());
            push(&mut list, value);
        }
        self.give_out(list);
        self.give_values(values);
        0
    }

    /// Answers the request: accepts it with the `status` 101, else refuses it. The first `length` bytes of the input are
    /// the subprotocol or nothing, or the body of the refusal, then header fields; `deflate` has the settings of
    /// permessage-deflate, and word 0 those that were agreed.
    pub fn server_handshake_answer(&mut self, handle: u32, status: u16, length: usize, deflate: u32) -> u32 {
        let Self { objects, input, .. } = self;
        let Some(Object::Server(handshake)) = objects.get(handle) else { return Refusal::BadHandle as u32 };
        let mut fields = Fields(input.get(..length).unwrap_or_default());
        let first = fields.next().unwrap_or_default();
        let mut headers = Vec::new();
        while let Some(field) = fields.pair() {
            headers.push(field);
        }
        let mut agreed = 0;
        let result = if status == 101 {
            let offered = handshake.request().map_or(&[][..], |request| &request.extensions);
            let extensions;
            (agreed, extensions) = super::deflate::answer(deflate, offered);
            handshake.accept(&AcceptOptions {
                protocol: (!first.is_empty()).then(|| text(first)),
                extensions: extensions.as_deref(),
                headers: &headers,
            })
        } else {
            handshake.reject(status, &headers, first)
        };
        self.give_values([agreed, 0, 0]);
        match result {
            Ok(()) => self.finish_handshake(handle),
            Err(error) => self.refuse(error),
        }
    }

    /// Publishes the flags, and the error if there is one: its offset in words 0 and 1, in word 2 the HTTP status that
    /// answers it, if one does, above the number of the violation in the low byte.
    fn finish_handshake(&mut self, handle: u32) -> u32 {
        let flag = |set: bool, bit: u32| if set { bit } else { 0 };
        let (state, error, rest) = match self.objects.get(handle) {
            Some(Object::Client(handshake)) => {
                let rest = flag(handshake.response().is_some(), HAS_RESPONSE)
                    | flag(handshake.is_body_complete(), BODY_COMPLETE);
                (handshake.state(), handshake.error().map(|error| (error, None)), rest)
            }
            Some(Object::Server(handshake)) => {
                (handshake.state(), handshake.error().map(|error| (error, error.violation.status())), 0)
            }
            _ => return Refusal::OutOfMemory as u32,
        };
        self.status[word::FLAGS] = state as u32 | flag(error.is_some(), HAS_ERROR) | rest;
        if let Some((HandshakeError { violation, offset }, status)) = error {
            let [low, high] = halves(offset);
            self.give_values([low, high, u32::from(status.unwrap_or(0)) << 8 | violation as u32]);
        }
        0
    }
}
