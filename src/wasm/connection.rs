//! [`Connection`](crate::Connection) across the boundary.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::str;

use wasm_bindgen::prelude::wasm_bindgen;

use super::slab::{Channel, Object};
use super::{Codec, Refusal, answer, halves, u32_of, word};
use crate::limits::MAX_SIZE;
use crate::{
    CloseCode, Connection, Deliver, Limits, MessageKind, Opcode, Options, PreparedMessage, Role, SendOptions,
    UsageError,
};

// The low two bits of the flags of a connection are its state, as a number.
const STILL_SENDS: u32 = 1 << 2;
const WRITE_ENDED: u32 = 1 << 3;
const OUTPUT_PENDING: u32 = 1 << 4;
const DRAIN_DUE: u32 = 1 << 5;

/// The least payload of a binary message that stays with JavaScript. Smaller ones are faster copied with what is around them.
#[cfg(feature = "fast-path")]
const LEAST_ASIDE: u64 = 4096;

/// The same where it was read into reserved memory: it need not be copied to get here, so it pays only for messages that come in
/// many pieces.
#[cfg(feature = "fast-path")]
const LEAST_RESERVED_ASIDE: u64 = 128 << 10;

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

    /// Feeds `length` bytes, or for the `source` 2 the end of the input; leaves records. The bytes are those of the input
    /// for the `source` 0, those that [`connection_reserve`](Self::connection_reserve) gave for 1, from `start` on.
    ///
    /// With `aside`, payload of large binary messages stays with JavaScript. Word 0 has how many bytes were taken, word 1 how
    /// many of payload follow for [`connection_pass_payload`](Self::connection_pass_payload).
    pub fn connection_receive(&mut self, handle: u32, source: u32, start: usize, length: usize, aside: bool) -> u32 {
        let Self { objects, records, input, status, .. } = self;
        let Some(Channel { connection, reserved }) = objects.channel(handle) else { return Refusal::BadHandle as u32 };
        records.clear();
        if source == 2 {
            connection.end(&mut |event| records.event(event));
        } else {
            let Some(bytes) = given(input, reserved, source, start, length) else {
                return Refusal::InvalidArgument as u32;
            };
            #[cfg(feature = "fast-path")]
            {
                let least = match source {
                    _ if !aside => u64::MAX,
                    0 => LEAST_ASIDE,
                    _ => LEAST_RESERVED_ASIDE,
                };
                let taken = connection.receive_some(bytes, least, records);
                let [.., first, second, _] = status;
                *first = u32_of(taken);
                [*second, _] = halves(connection.payload_aside());
            }
            #[cfg(not(feature = "fast-path"))]
            {
                let _ = aside;
                connection.receive(bytes, &mut |event: crate::Event<'_>| records.event(event));
            }
        }
        status[word::FLAGS] = flags(connection);
        self.give_records();
        0
    }

    /// Tells that `length` bytes of payload that stays with JavaScript have arrived. If it is masked they are those of `source`
    /// from `start` on, and are unmasked there.
    #[cfg(feature = "fast-path")]
    pub fn connection_pass_payload(&mut self, handle: u32, source: u32, start: usize, length: u32) -> u32 {
        let Self { objects, input, .. } = self;
        let Some(Channel { connection, reserved }) = objects.channel(handle) else { return Refusal::BadHandle as u32 };
        let bytes = usize::try_from(length).ok().and_then(|length| given(input, reserved, source, start, length));
        connection.pass_payload(u64::from(length), bytes.unwrap_or_default());
        0
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

    /// Sends the first `length` bytes of the input. `opcode` is that of the frame; `fin` and `compress` count for data
    /// only. A Close carries `code`, or nothing for 0; without `fin` it fails the connection.
    pub fn connection_send(
        &mut self,
        handle: u32,
        opcode: u8,
        length: usize,
        fin: bool,
        compress: bool,
        code: u16,
    ) -> u32 {
        let Self { objects, input, status, .. } = self;
        let (Some(Channel { connection, .. }), Some(data)) = (objects.channel(handle), input.get(..length)) else {
            return Refusal::BadHandle as u32;
        };
        let opcode = Opcode::from_bits(opcode);
        let options = SendOptions { fin, compress };
        #[cfg(feature = "deflate")]
        if !opcode.is_control() {
            self.compressors.lend(connection);
        }
        let result = match opcode {
            Opcode::Continuation => connection.send_continuation(data, fin),
            Opcode::Text => connection.send_message_with(MessageKind::Text, data, options),
            Opcode::Close => match str::from_utf8(data) {
                Ok(reason) if fin => connection.send_close((code != 0).then_some(CloseCode(code)), reason),
                Ok(reason) => connection.fail(CloseCode(code), reason),
                Err(_) => Err(UsageError::InvalidUtf8),
            },
            Opcode::Ping => connection.send_ping(data),
            Opcode::Pong => connection.send_pong(data),
            _ => connection.send_message_with(MessageKind::Binary, data, options),
        };
        #[cfg(feature = "deflate")]
        self.compressors.take_back(connection);
        status[word::FLAGS] = flags(connection);
        answer(result)
    }

    /// Sends a message that is compressed already, or with `fin` unset its first frame: the first `length` bytes of the
    /// input. `connection_send` goes on.
    #[cfg(feature = "deflate")]
    pub fn connection_send_compressed(&mut self, handle: u32, text: bool, length: usize, fin: bool) -> u32 {
        let kind = if text { MessageKind::Text } else { MessageKind::Binary };
        let Self { objects, input, status, .. } = self;
        let (Some(Channel { connection, .. }), Some(data)) = (objects.channel(handle), input.get(..length)) else {
            return Refusal::BadHandle as u32;
        };
        let result = connection.send_compressed(kind, data, fin);
        status[word::FLAGS] = flags(connection);
        answer(result)
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
        self.status[word::FLAGS] = flags(&channel.connection);
        answer(result)
    }

    /// Takes all bytes that are to be written, as output; without `all` what [`Connection::queued_data`] gives.
    pub fn connection_drain(&mut self, handle: u32, all: bool) -> u32 {
        let Some(Channel { connection, .. }) = self.objects.channel(handle) else { return Refusal::BadHandle as u32 };
        match if all { connection.data_to_send() } else { connection.queued_data() } {
            Ok(bytes) => {
                self.status[word::FLAGS] = flags(connection);
                self.give_out(bytes);
                0
            }
            Err(error) => Refusal::from(error) as u32,
        }
    }

    /// Measures the connection: the bytes that it holds in word 0, and those that it was fed in words 1 and 2.
    pub fn connection_measure(&mut self, handle: u32) -> u32 {
        let Some(Channel { connection, .. }) = self.objects.channel(handle) else { return Refusal::BadHandle as u32 };
        let [low, high] = halves(connection.bytes_received());
        let held = u32_of(connection.bytes_held());
        self.give_values([held, low, high]);
        0
    }
}

/// Bytes that JavaScript has written.
fn given<'a>(
    input: &'a mut [u8],
    reserved: &'a mut [u8],
    source: u32,
    start: usize,
    length: usize,
) -> Option<&'a mut [u8]> {
    let memory = if source == 0 { input } else { reserved };
    memory.get_mut(start..)?.get_mut(..length)
}

fn flags(connection: &Connection<super::random::Keys>) -> u32 {
    let flag = |set: bool, bit: u32| if set { bit } else { 0 };
    let sends = connection.close_expected() && connection.can_send();
    connection.state() as u32
        | flag(sends, STILL_SENDS)
        | flag(connection.write_ended(), WRITE_ENDED)
        | flag(connection.has_output(), OUTPUT_PENDING)
        | flag(connection.is_drain_due(), DRAIN_DUE)
}

/// A limit as JavaScript gives it: a whole number that it has checked.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
fn limit(number: f64) -> u64 {
    (number as u64).min(MAX_SIZE)
}
