//! [`Connection`](crate::Connection) across the boundary.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::str;

use wasm_bindgen::prelude::wasm_bindgen;

use super::records::Records;
use super::slab::{Channel, Object};
use super::{Codec, Refusal, answer, u32_of, word};
use crate::limits::MAX_SIZE;
use crate::{
    CloseCode, Connection, Deliver, Limits, MessageKind, Opcode, Options, PreparedMessage, Role, SendOptions, State,
};

/// The low bits of the flags of a connection are its state.
const STATE_CLOSING: u32 = 1;
const STATE_CLOSED: u32 = 2;
const CLOSE_EXPECTED: u32 = 1 << 2;
const WRITE_ENDED: u32 = 1 << 3;
const OUTPUT_PENDING: u32 = 1 << 4;

#[wasm_bindgen]
impl Codec {
    /// A connection; gives its handle, or 0 if there is no room. `role` is 0 for a client and 1 for a server,
    /// `deliver` is 0 for messages, 1 for fragments and 2 for payload. Limits are whole numbers up to 2^53 − 1.
    /// `deflate` has the settings of permessage-deflate (see the module `deflate`), `threshold` is 2^32 − 1 for its
    /// default, `max_ratio` 0 for none.
    #[expect(clippy::too_many_arguments, reason = "numbers are what crosses the boundary")]
    pub fn connection_new(
        &mut self,
        role: u32,
        deliver: u32,
        frames: bool,
        max_message_size: f64,
        max_frame_size: f64,
        max_fragments: f64,
        max_control_frames: f64,
        max_pending_pong_bytes: u32,
        max_buffered_bytes: f64,
        deflate: u32,
        threshold: u32,
        max_ratio: u32,
    ) -> u32 {
        #[cfg(not(feature = "deflate"))]
        let _ = (deflate, threshold, max_ratio);
        let options = Options {
            limits: Limits {
                max_message_size: limit(max_message_size),
                max_frame_size: limit(max_frame_size),
                max_fragments: limit(max_fragments),
                max_control_frames: limit(max_control_frames),
                max_pending_pong_bytes: usize::try_from(max_pending_pong_bytes).unwrap_or(usize::MAX),
                max_buffered_bytes: limit(max_buffered_bytes),
                ..Limits::DEFAULT
            },
            deliver: match deliver {
                1 => Deliver::Fragments,
                2 => Deliver::Payload,
                _ => Deliver::Messages,
            },
            frames,
            #[cfg(feature = "deflate")]
            deflate: super::deflate::options(deflate, threshold, max_ratio),
        };
        let role = if role == 0 { Role::Client } else { Role::Server };
        let connection = Connection::with_randomness(role, options, Some(self.keys.clone()));
        self.insert(Object::Channel(Box::new(Channel { connection, reserved: Vec::new() })))
    }

    /// Feeds the first `length` bytes of the input; leaves records.
    pub fn connection_receive(&mut self, handle: u32, length: usize) -> u32 {
        let Self { objects, records, input, .. } = self;
        let (Some(channel), Some(bytes)) = (objects.channel(handle), input.get_mut(..length)) else {
            return Refusal::BadHandle as u32;
        };
        feed(&mut channel.connection, bytes, records);
        self.finish(handle)
    }

    /// Memory of the connection's own into which the transport can read; gives its address, or 0. It holds until
    /// the connection is freed or asked again.
    pub fn connection_reserve(&mut self, handle: u32, length: usize) -> *mut u8 {
        let Some(channel) = self.objects.channel(handle) else { return core::ptr::null_mut() };
        let more = length.saturating_sub(channel.reserved.len());
        if channel.reserved.try_reserve_exact(more).is_err() {
            return core::ptr::null_mut();
        }
        channel.reserved.resize(length, 0);
        channel.reserved.as_mut_ptr()
    }

    /// Feeds the first `length` bytes of that memory; leaves records.
    pub fn connection_commit(&mut self, handle: u32, length: usize) -> u32 {
        let Self { objects, records, .. } = self;
        let Some(Channel { connection, reserved }) = objects.channel(handle) else {
            return Refusal::BadHandle as u32;
        };
        let Some(bytes) = reserved.get_mut(..length) else { return Refusal::InvalidArgument as u32 };
        feed(connection, bytes, records);
        self.finish(handle)
    }

    /// Tells that the input has ended; leaves records.
    pub fn connection_receive_eof(&mut self, handle: u32) -> u32 {
        let Self { objects, records, .. } = self;
        let Some(channel) = objects.channel(handle) else { return Refusal::BadHandle as u32 };
        records.clear();
        channel.connection.end(&mut |event| records.event(event));
        self.finish(handle)
    }

    /// Sends the first `length` bytes of the input. `opcode` is that of the frame; `fin` and `compress`
    /// count for data only.
    pub fn connection_send(&mut self, handle: u32, opcode: u8, length: usize, fin: bool, compress: bool) -> u32 {
        let options = SendOptions { fin, compress };
        #[cfg(feature = "deflate")]
        let mut compressors = core::mem::take(&mut self.compressors);
        let answer = self.send(handle, length, |connection, data| {
            #[cfg(feature = "deflate")]
            compressors.lend(connection);
            let result = match Opcode::from_bits(opcode) {
                Opcode::Continuation => connection.send_continuation(data, fin),
                Opcode::Text => connection.send_message_with(MessageKind::Text, data, options),
                Opcode::Ping => connection.send_ping(data),
                Opcode::Pong => connection.send_pong(data),
                _ => connection.send_message_with(MessageKind::Binary, data, options),
            };
            #[cfg(feature = "deflate")]
            compressors.take_back(connection);
            result
        });
        #[cfg(feature = "deflate")]
        {
            self.compressors = compressors;
        }
        answer
    }

    /// Sends a message that is compressed already, or with `fin` unset its first frame: the first `length` bytes of the
    /// input. `connection_send` goes on.
    #[cfg(feature = "deflate")]
    pub fn connection_send_compressed(&mut self, handle: u32, text: bool, length: usize, fin: bool) -> u32 {
        let kind = if text { MessageKind::Text } else { MessageKind::Binary };
        self.send(handle, length, |connection, data| connection.send_compressed(kind, data, fin))
    }

    /// A message for many connections, from the first `length` bytes of the input; gives its handle, or 0 if there is
    /// no room.
    pub fn prepared_new(&mut self, text: bool, length: usize) -> u32 {
        let kind = if text { MessageKind::Text } else { MessageKind::Binary };
        let mut data = Vec::new();
        let bytes = self.input.get(..length).unwrap_or_default();
        if data.try_reserve_exact(length).is_err() {
            return 0;
        }
        data.extend_from_slice(bytes);
        PreparedMessage::new(kind, data).map_or(0, |message| self.insert(Object::Prepared(Box::new(message))))
    }

    /// Sends such a message.
    pub fn connection_send_prepared(&mut self, handle: u32, prepared: u32) -> u32 {
        let Some((channel, message)) = self.objects.channel_and_prepared(handle, prepared) else {
            return Refusal::BadHandle as u32;
        };
        let result = channel.connection.send_prepared(message);
        self.update_flags(handle);
        answer(result.map_err(Refusal::from))
    }

    /// Sends a Close with `code`, or an empty one for 0, and the reason in the first `length` bytes of the input;
    /// `fail` also discards all further input.
    pub fn connection_send_close(&mut self, handle: u32, code: u16, length: usize, fail: bool) -> u32 {
        self.send(handle, length, |connection, reason| {
            let reason = str::from_utf8(reason).map_err(|_| crate::UsageError::InvalidUtf8)?;
            if fail {
                connection.fail(CloseCode(code), reason)
            } else {
                connection.send_close((code != 0).then_some(CloseCode(code)), reason)
            }
        })
    }

    /// Takes all bytes that are to be written, as output.
    pub fn connection_drain(&mut self, handle: u32) -> u32 {
        let Some(channel) = self.objects.channel(handle) else { return Refusal::BadHandle as u32 };
        match channel.connection.data_to_send() {
            Ok(bytes) => {
                self.give_out(bytes);
                self.update_flags(handle);
                0
            }
            Err(error) => Refusal::from(error) as u32,
        }
    }

    /// Forgets the output of the last drain, once it was read.
    pub fn release_output(&mut self) {
        self.output = Vec::new();
    }

    /// Bytes that the connection holds.
    pub fn connection_bytes_held(&mut self, handle: u32) -> f64 {
        let held = self.objects.channel(handle).map_or(0, |channel| channel.connection.bytes_held());
        f64::from(u32_of(held))
    }

    /// Bytes that the connection was fed.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 bytes, eight petabytes")]
    pub fn connection_bytes_received(&mut self, handle: u32) -> f64 {
        self.objects.channel(handle).map_or(0, |channel| channel.connection.bytes_received()) as f64
    }

    fn send(
        &mut self,
        handle: u32,
        length: usize,
        send: impl FnOnce(&mut Connection<super::random::Keys>, &[u8]) -> Result<(), crate::UsageError>,
    ) -> u32 {
        let Self { objects, input, .. } = self;
        let (Some(channel), Some(data)) = (objects.channel(handle), input.get(..length)) else {
            return Refusal::BadHandle as u32;
        };
        let result = send(&mut channel.connection, data);
        self.update_flags(handle);
        answer(result.map_err(Refusal::from))
    }

    /// Publishes records and flags.
    fn finish(&mut self, handle: u32) -> u32 {
        self.give_records();
        self.update_flags(handle);
        0
    }

    fn update_flags(&mut self, handle: u32) {
        let Some(channel) = self.objects.channel(handle) else { return };
        let connection = &channel.connection;
        let flag = |set: bool, bit: u32| if set { bit } else { 0 };
        let state = match connection.state() {
            State::Open => 0,
            State::Closing => STATE_CLOSING,
            State::Closed => STATE_CLOSED,
        };
        self.status[word::FLAGS] = state
            | flag(connection.close_expected(), CLOSE_EXPECTED)
            | flag(connection.write_ended(), WRITE_ENDED)
            | flag(connection.has_output(), OUTPUT_PENDING);
    }
}

/// The one place that the receiving half is compiled into.
#[inline(never)]
fn feed(connection: &mut Connection<super::random::Keys>, bytes: &mut [u8], records: &mut Records) {
    records.clear();
    connection.receive(bytes, &mut |event| records.event(event));
}

/// A limit as JavaScript gives it: a whole number that it has checked.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
fn limit(number: f64) -> u64 {
    (number as u64).min(MAX_SIZE)
}
