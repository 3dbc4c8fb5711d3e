//! Commands in, bytes out.

use alloc::vec::Vec;
use core::mem;

use super::receive::MAX_CONTROL_PAYLOAD;
use super::{Coding, Connection, Failure, OutgoingMessage, OwedClose};
use crate::close::{CloseCode, MAX_REASON_BYTES};
use crate::error::UsageError;
use crate::event::MessageKind;
use crate::frame::{FrameHeader, MAX_HEADER_BYTES, Opcode};
use crate::mask::Mask;
use crate::random::Randomness;
use crate::utf8::Utf8Validator;
use crate::widen;

/// The longest header of a control frame: two bytes and a masking key.
const MAX_CONTROL_HEADER: usize = 6;

/// Choices for one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendOptions {
    /// Whether the message ends with this frame. If not, [`Connection::send_continuation`] goes on. Default true.
    pub fin: bool,
    /// Whether to compress it, if permessage-deflate was agreed. Leave out what is compressed already, and secrets
    /// that would share a window with what a stranger chooses (RFC 7692 §8). Default true.
    pub compress: bool,
}

impl Default for SendOptions {
    fn default() -> Self {
        Self { fin: true, compress: true }
    }
}

/// A drained buffer up to this size is kept for the next frames, a larger one is given back.
const KEPT_BUFFER: usize = 512;

impl<R: Randomness> Connection<R> {
    /// Queues a text message in one frame.
    ///
    /// # Errors
    ///
    /// [`UsageError::NotOpen`] after a Close, [`UsageError::FragmentOrder`] inside a fragmented message,
    /// [`UsageError::BufferFull`], [`UsageError::NoRandomness`].
    pub fn send_text(&mut self, text: &str) -> Result<(), UsageError> {
        let message = self.begin(MessageKind::Text, text.len(), true)?;
        // It is UTF-8 by its type.
        self.queue_data_frame(Opcode::Text, message, text.as_bytes(), true)
    }

    /// Queues a binary message in one frame.
    ///
    /// # Errors
    ///
    /// As [`send_text`](Self::send_text).
    pub fn send_binary(&mut self, data: &[u8]) -> Result<(), UsageError> {
        self.send_message(MessageKind::Binary, data, true)
    }

    /// Queues the first frame of a message. `fin` says whether it is also the last; if not,
    /// [`send_continuation`](Self::send_continuation) goes on.
    ///
    /// # Errors
    ///
    /// As [`send_message_with`](Self::send_message_with).
    pub fn send_message(&mut self, kind: MessageKind, data: &[u8], fin: bool) -> Result<(), UsageError> {
        self.send_message_with(kind, data, SendOptions { fin, ..SendOptions::default() })
    }

    /// Queues a message, or its first frame, with choices of its own.
    ///
    /// # Errors
    ///
    /// As [`send_text`](Self::send_text), and [`UsageError::InvalidUtf8`] if the bytes of a text are not UTF-8. A
    /// code point may be cut between two frames.
    pub fn send_message_with(
        &mut self,
        kind: MessageKind,
        data: &[u8],
        options: SendOptions,
    ) -> Result<(), UsageError> {
        let message = self.begin(kind, data.len(), options.compress)?;
        self.send_data_frame(opcode_of(kind), message, data, options.fin)
    }

    /// Queues a message, or its first frame, that is compressed already: what another connection with the same
    /// parameters received with [`DeflateOptions::passthrough`](crate::DeflateOptions::passthrough). It is marked as
    /// compressed and not looked at.
    ///
    /// # Errors
    ///
    /// As [`send_message`](Self::send_message); [`UsageError::InvalidArgument`] if permessage-deflate was not agreed.
    #[cfg(feature = "deflate")]
    pub fn send_compressed(&mut self, kind: MessageKind, payload: &[u8], fin: bool) -> Result<(), UsageError> {
        self.check_can_begin()?;
        if self.deflate.is_none() {
            return Err(UsageError::InvalidArgument("perMessageDeflate", "to be agreed for a compressed message"));
        }
        let header = FrameHeader { fin, rsv1: true, ..FrameHeader::new(opcode_of(kind), widen(payload.len())) };
        self.send_as_is(header, payload)?;
        if !fin {
            self.output.message = Some(OutgoingMessage { kind, utf8: Utf8Validator::new(), coding: Coding::AsIs });
        }
        Ok(())
    }

    /// Queues the next frame of the message that [`send_message`](Self::send_message) began; `fin` ends it.
    ///
    /// # Errors
    ///
    /// As [`send_message`](Self::send_message); [`UsageError::FragmentOrder`] if no message is open.
    pub fn send_continuation(&mut self, data: &[u8], fin: bool) -> Result<(), UsageError> {
        let Some(message) = self.output.message else {
            return Err(if self.can_send() { UsageError::FragmentOrder } else { UsageError::NotOpen });
        };
        self.send_data_frame(Opcode::Continuation, message, data, fin)
    }

    /// Queues a Ping. Its answer is an [`Event::Pong`](crate::Event::Pong) with the same payload.
    ///
    /// # Errors
    ///
    /// [`UsageError::ControlTooLong`] above 125 bytes, else as [`send_text`](Self::send_text).
    pub fn send_ping(&mut self, payload: &[u8]) -> Result<(), UsageError> {
        self.send_control(Opcode::Ping, payload)
    }

    /// Queues a Pong that no Ping asked for: a sign of life (RFC 6455 §5.5.3). Pings are answered without it.
    ///
    /// # Errors
    ///
    /// As [`send_ping`](Self::send_ping).
    pub fn send_pong(&mut self, payload: &[u8]) -> Result<(), UsageError> {
        self.send_control(Opcode::Pong, payload)
    }

    /// Begins the closing handshake. Events go on until the peer's Close; nothing can be sent any more.
    ///
    /// `code` is 1000–1003, 1007–1014 or 3000–4999, or `None` for an empty Close; `reason` needs a code and has at
    /// most 123 bytes. A second call does nothing: there is one Close for each connection. Nor does a call after the
    /// end of the input, where only a Close that is already due can still be written.
    ///
    /// # Errors
    ///
    /// [`UsageError::InvalidCloseCode`], [`UsageError::ReasonTooLong`], [`UsageError::NoRandomness`].
    pub fn send_close(&mut self, code: Option<CloseCode>, reason: &str) -> Result<(), UsageError> {
        let mut payload = [0; MAX_CONTROL_PAYLOAD];
        let payload = close_payload(code, reason, &mut payload)?;
        if self.output.close_sent || self.input.ended {
            return Ok(());
        }
        self.encode_pongs()?;
        self.write_frame(FrameHeader::new(Opcode::Close, widen(payload.len())), payload)?;
        self.output.close_sent = true;
        self.release_sender();
        Ok(())
    }

    /// Fails the connection from this side (RFC 6455 §7.1.7): queues a Close and discards all further input, without
    /// waiting for the peer's.
    ///
    /// # Errors
    ///
    /// As [`send_close`](Self::send_close).
    pub fn fail(&mut self, code: CloseCode, reason: &str) -> Result<(), UsageError> {
        self.send_close(Some(code), reason)?;
        if self.input.failure == Failure::None {
            self.input.failure = Failure::Caller;
            self.release_input();
        }
        Ok(())
    }

    /// Takes everything that is to be written to the transport, in order.
    ///
    /// # Errors
    ///
    /// [`UsageError::NoRandomness`] if a Pong or Close that is due cannot be masked. Nothing is lost: the call can be
    /// made again.
    pub fn data_to_send(&mut self) -> Result<Vec<u8>, UsageError> {
        self.flush()?;
        self.output.pong_frame_bytes = 0;
        Ok(mem::take(&mut self.output.buffer))
    }

    /// Takes what is encoded so far and the Pongs that are due, so that frames of the caller's own can follow. That is no drain:
    /// a Close that is due stays so, and what is limited between two drains counts on.
    ///
    /// # Errors
    ///
    /// As [`data_to_send`](Self::data_to_send).
    pub fn queued_data(&mut self) -> Result<Vec<u8>, UsageError> {
        self.flush_pongs()?;
        Ok(mem::take(&mut self.output.buffer))
    }

    /// Gives memory to encode frames in: what [`data_to_send`](Self::data_to_send) gave, once it was written. Its content
    /// is dropped. It stays with this connection until the next `data_to_send`, so that one buffer serves many connections,
    /// if it is given to each before that sends.
    pub fn reuse_output(&mut self, mut buffer: Vec<u8>) {
        if self.output.buffer.is_empty() {
            buffer.clear();
            self.output.buffer = buffer;
        }
    }

    /// Encodes the Pongs and the Close that are due, so that [`output`](Self::output) has everything. It begins a
    /// drain: [`clear_output`](Self::clear_output) ends it, and without that the output grows.
    ///
    /// # Errors
    ///
    /// As [`data_to_send`](Self::data_to_send).
    pub fn flush(&mut self) -> Result<(), UsageError> {
        self.input.control_frames_since_drain = 0;
        self.encode_pongs()?;
        if let Some(OwedClose { code }) = self.output.close {
            let mut payload = [0; MAX_CONTROL_PAYLOAD];
            let payload = close_payload(code, "", &mut payload)?;
            self.write_frame(FrameHeader::new(Opcode::Close, widen(payload.len())), payload)?;
            self.output.close = None;
            self.release_sender();
        }
        Ok(())
    }

    /// The encoded bytes that wait to be written; [`clear_output`](Self::clear_output) once they were.
    #[must_use]
    pub fn output(&self) -> &[u8] {
        &self.output.buffer
    }

    /// Forgets what [`output`](Self::output) gave.
    pub fn clear_output(&mut self) {
        self.output.pong_frame_bytes = 0;
        self.output.buffer.clear();
        if self.output.buffer.capacity() > KEPT_BUFFER {
            self.output.buffer = Vec::new();
        }
    }

    /// Queues the answer to a Ping. Answers wait unencoded until something is sent or drained; beyond so many between two
    /// drains only the latest Ping is answered (RFC 6455 §5.5.3).
    pub(super) fn owe_pong(&mut self, payload: &[u8]) {
        if self.output.close_sent {
            return;
        }
        let Ok(length) = u8::try_from(payload.len()) else { return };
        let frame = MAX_CONTROL_HEADER.saturating_add(payload.len());
        self.output.pong_frame_bytes = self.output.pong_frame_bytes.saturating_add(frame);
        if self.has_too_many_pongs() {
            self.output.pongs.clear();
        }
        self.output.pongs.push(length);
        self.output.pongs.extend_from_slice(payload);
    }

    /// Whether messages, Pings and Pongs can be sent: until our Close is encoded. The one that answers the peer is encoded
    /// when the output is drained, so that what answers the messages before the peer's Close, or before its fault, can be
    /// sent whether or not they came in the same chunk. RFC 6455 §5.5.1 allows the delay.
    #[must_use]
    pub const fn can_send(&self) -> bool {
        let close_encoded = self.output.close_sent && self.output.close.is_none();
        !close_encoded && !self.input.ended
    }

    /// Gives back what only data frames need, once our Close is encoded.
    pub(super) fn release_sender(&mut self) {
        self.output.message = None;
        #[cfg(feature = "deflate")]
        if let Some(deflate) = &mut self.deflate {
            deflate.release_compressor();
        }
    }

    /// A message that begins with so many bytes, if one may begin.
    fn begin(&self, kind: MessageKind, length: usize, compress: bool) -> Result<OutgoingMessage, UsageError> {
        self.check_can_begin()?;
        let coding = if compress && self.compresses(length) { Coding::Compressed } else { Coding::Plain };
        Ok(OutgoingMessage { kind, utf8: Utf8Validator::new(), coding })
    }

    fn send_data_frame(
        &mut self,
        opcode: Opcode,
        mut message: OutgoingMessage,
        data: &[u8],
        fin: bool,
    ) -> Result<(), UsageError> {
        if !self.can_send() {
            return Err(UsageError::NotOpen);
        }
        if message.has_text() && (message.utf8.push(data).is_err() || (fin && !message.utf8.is_complete())) {
            return Err(UsageError::InvalidUtf8);
        }
        self.queue_data_frame(opcode, message, data, fin)
    }

    /// Queues a frame of which everything but the room for it was checked.
    fn queue_data_frame(
        &mut self,
        opcode: Opcode,
        message: OutgoingMessage,
        data: &[u8],
        fin: bool,
    ) -> Result<(), UsageError> {
        self.check_room(data)?;
        self.flush_pongs()?;
        let header = FrameHeader { fin, ..FrameHeader::new(opcode, widen(data.len())) };
        if message.coding == Coding::Compressed {
            self.write_compressed_frame(header, data)?;
        } else {
            self.write_frame(header, data)?;
        }
        self.output.message = if fin { None } else { Some(message) };
        Ok(())
    }

    /// Whether a new message can begin.
    pub(super) const fn check_can_begin(&self) -> Result<(), UsageError> {
        if self.output.message.is_some() {
            Err(UsageError::FragmentOrder)
        } else if self.can_send() {
            Ok(())
        } else {
            Err(UsageError::NotOpen)
        }
    }

    /// Appends a frame of compressed payload that our own compressor has not made, and whose content its history
    /// therefore lacks.
    #[cfg(feature = "deflate")]
    pub(super) fn send_as_is(&mut self, header: FrameHeader, payload: &[u8]) -> Result<(), UsageError> {
        self.check_room(payload)?;
        self.flush_pongs()?;
        self.write_frame(header, payload)?;
        if let Some(deflate) = &mut self.deflate {
            deflate.forget();
        }
        Ok(())
    }

    /// Whether a message that begins with so many bytes is to be compressed.
    #[cfg(feature = "deflate")]
    pub(super) fn compresses(&self, length: usize) -> bool {
        self.deflate.as_ref().is_some_and(|deflate| deflate.is_worth(length))
    }

    /// Appends one frame of a compressed message. The first one is marked (RFC 7692 §6).
    #[cfg(feature = "deflate")]
    fn write_compressed_frame(&mut self, mut header: FrameHeader, data: &[u8]) -> Result<(), UsageError> {
        // Whatever can be refused is refused before the compressor has taken the data.
        header.masking_key = self.masking_key()?;
        let Some(deflate) = &mut self.deflate else { return Ok(()) };
        header.rsv1 = header.opcode != Opcode::Continuation;
        let mut payload = Vec::new();
        deflate.compress(data, header.rsv1, header.fin, &mut payload).map_err(|_| UsageError::BufferFull)?;
        header.payload_length = widen(payload.len());
        header.length_form = crate::LengthForm::minimal(header.payload_length);
        let written = self.write_keyed_frame(&header, &payload);
        if let (Err(_), Some(deflate)) = (written, &mut self.deflate) {
            deflate.forget();
        }
        written
    }

    /// Without the feature nothing is.
    #[cfg(not(feature = "deflate"))]
    pub(super) const fn compresses(&self, _length: usize) -> bool {
        false
    }

    #[cfg(not(feature = "deflate"))]
    fn write_compressed_frame(&mut self, header: FrameHeader, data: &[u8]) -> Result<(), UsageError> {
        self.write_frame(header, data)
    }

    fn send_control(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), UsageError> {
        if payload.len() > MAX_CONTROL_PAYLOAD {
            return Err(UsageError::ControlTooLong);
        }
        if !self.can_send() {
            return Err(UsageError::NotOpen);
        }
        self.check_room(payload)?;
        self.flush_pongs()?;
        self.write_frame(FrameHeader::new(opcode, widen(payload.len())), payload)
    }

    /// Whether the output has room for a frame that the caller asks for. What the peer and the closing handshake ask
    /// for is small, has bounds of its own, and is never refused.
    pub(super) fn check_room(&self, payload: &[u8]) -> Result<(), UsageError> {
        let waiting = self.output.buffer.len().saturating_add(self.output.pongs.len());
        let buffered = waiting.saturating_add(MAX_HEADER_BYTES).saturating_add(payload.len());
        if widen(buffered) > self.options.limits.max_buffered_bytes { Err(UsageError::BufferFull) } else { Ok(()) }
    }

    /// Encodes the Pongs that are due, before whatever is sent after them. If there are too many, the latest waits for the drain:
    /// else a peer that reads nothing would make us hold a Pong for every frame that is sent to it.
    pub(super) fn flush_pongs(&mut self) -> Result<(), UsageError> {
        if self.has_too_many_pongs() { Ok(()) } else { self.encode_pongs() }
    }

    const fn has_too_many_pongs(&self) -> bool {
        self.output.pong_frame_bytes > self.options.limits.max_pending_pong_bytes
    }

    fn encode_pongs(&mut self) -> Result<(), UsageError> {
        let pongs = mem::take(&mut self.output.pongs);
        let mut due = pongs.as_slice();
        while let Some((length, rest)) = due.split_first() {
            let (payload, rest) = rest.split_at_checked(usize::from(*length)).unwrap_or((rest, &[]));
            if let Err(error) = self.write_frame(FrameHeader::new(Opcode::Pong, widen(payload.len())), payload) {
                self.output.pongs = due.to_vec();
                return Err(error);
            }
            due = rest;
        }
        Ok(())
    }

    /// Appends one frame to the output, with a fresh masking key if this is a client: all of it, or nothing.
    pub(super) fn write_frame(&mut self, mut header: FrameHeader, payload: &[u8]) -> Result<(), UsageError> {
        header.masking_key = self.masking_key()?;
        self.write_keyed_frame(&header, payload)
    }

    fn write_keyed_frame(&mut self, header: &FrameHeader, payload: &[u8]) -> Result<(), UsageError> {
        let frame = MAX_HEADER_BYTES.saturating_add(payload.len());
        self.output.buffer.try_reserve(frame).map_err(|_| UsageError::BufferFull)?;
        self.output.buffer.extend_from_slice(&header.encode());
        match header.masking_key {
            Some(key) => Mask::new(key).append(payload, &mut self.output.buffer),
            None => self.output.buffer.extend_from_slice(payload),
        }
        Ok(())
    }
}

impl OutgoingMessage {
    /// Whether what it is made from is text.
    const fn has_text(&self) -> bool {
        match self.coding {
            Coding::Plain | Coding::Compressed => matches!(self.kind, MessageKind::Text),
            #[cfg(feature = "deflate")]
            Coding::AsIs => false,
        }
    }
}

pub(super) const fn opcode_of(kind: MessageKind) -> Opcode {
    match kind {
        MessageKind::Text => Opcode::Text,
        MessageKind::Binary => Opcode::Binary,
    }
}

/// Writes the payload of a Close frame (RFC 6455 §5.5.1).
fn close_payload<'a>(
    code: Option<CloseCode>,
    reason: &str,
    payload: &'a mut [u8; MAX_CONTROL_PAYLOAD],
) -> Result<&'a [u8], UsageError> {
    let Some(code) = code else {
        return if reason.is_empty() { Ok(&[]) } else { Err(UsageError::InvalidCloseCode) };
    };
    if !code.is_sendable() {
        return Err(UsageError::InvalidCloseCode);
    }
    if reason.len() > MAX_REASON_BYTES {
        return Err(UsageError::ReasonTooLong);
    }
    for (slot, byte) in payload.iter_mut().zip(code.0.to_be_bytes().iter().chain(reason.as_bytes())) {
        *slot = *byte;
    }
    Ok(payload.get(..reason.len().saturating_add(2)).unwrap_or_default())
}
