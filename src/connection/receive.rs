//! Bytes in, events out.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::mem;

use super::{Connection, Failure, Frame, Input, OwedClose, Role};
use crate::close::{CloseCode, CloseFault, ClosePayload};
use crate::error::{ProtocolError, Violation};
use crate::event::{Event, FrameInfo, MessageKind};
use crate::frame::{FrameHeader, LengthForm, Opcode, Prefix};
use crate::limits::{Limits, MAX_SIZE};
use crate::mask::Mask;
#[cfg(feature = "fast-path")]
use crate::message::Deliver;
use crate::message::{Decision, OpenMessage, PieceFault, Rest};
use crate::random::Randomness;
use crate::sink::Sink;
use crate::widen;

/// The most payload bytes of a control frame (RFC 6455 §5.5).
pub(super) const MAX_CONTROL_PAYLOAD: usize = 125;

/// The bytes that are unmasked, checked and copied at a time where they are kept, so that each step finds them in the fastest
/// cache.
#[cfg(feature = "fast-path")]
const BLOCK: usize = 2 << 10;

/// A violation in a header, and the position in the header of the byte with which it became certain.
struct HeaderFault {
    violation: Violation,
    position: usize,
}

impl<R: Randomness> Connection<R> {
    /// Takes bytes from the transport and queues the events, to be had from [`next_event`](Self::next_event).
    ///
    /// [`receive`](Self::receive) does the same without copying.
    pub fn receive_data(&mut self, bytes: &[u8]) {
        let mut events = mem::take(&mut self.events);
        self.receive(&mut bytes.to_vec(), &mut |event| events.push_back(event.into_owned()));
        self.events = events;
    }

    /// Tells that the transport has ended, and queues the event.
    pub fn receive_eof(&mut self) {
        let mut events = mem::take(&mut self.events);
        self.end(&mut |event| events.push_back(event.into_owned()));
        self.events = events;
    }

    /// Takes bytes from the transport and reports each event as it is found. Payload is unmasked in place, so that
    /// `bytes` has changed afterwards.
    ///
    /// How a stream is cut into chunks makes no difference to the events, nor to the error and its offset.
    pub fn receive(&mut self, bytes: &mut [u8], on_event: &mut impl FnMut(Event<'_>)) {
        self.receive_some(bytes, u64::MAX, on_event);
    }

    /// The same, but for payload that stays with the caller (see the module `aside`), for any sink; gives how many bytes were taken.
    #[inline(always)]
    pub(crate) fn receive_some(&mut self, bytes: &mut [u8], least_aside: u64, sink: &mut impl Sink) -> usize {
        let all = bytes.len();
        let end = self.input.offset.saturating_add(widen(all));
        let mut bytes = bytes;
        // A frame without payload is finished by its header alone, perhaps with the last byte.
        while !self.discards() && (!bytes.is_empty() || self.input.frame.is_some_and(|frame| frame.remaining == 0)) {
            let step = match self.input.frame {
                None => match self.receive_whole(bytes, least_aside, sink) {
                    0 => self.receive_header(bytes, &mut |event: Event<'_>| sink.event(event)),
                    used => Ok(used),
                },
                Some(frame) => self.receive_payload(frame, bytes, &mut |event: Event<'_>| sink.event(event)),
            };
            match step {
                Ok(used) => bytes = bytes.get_mut(used..).unwrap_or_default(),
                Err(error) => self.fail_peer(error, &mut |event: Event<'_>| sink.event(event)),
            }
            #[cfg(feature = "fast-path")]
            if self.leaves_aside(least_aside) {
                return all.saturating_sub(bytes.len());
            }
        }
        self.input.offset = end;
        all
    }

    /// Tells that the transport has ended: [`Event::End`] after a Close, [`Violation::UnexpectedEof`] otherwise.
    pub fn end(&mut self, on_event: &mut impl FnMut(Event<'_>)) {
        let ended_before = mem::replace(&mut self.input.ended, true);
        self.release_sender();
        if ended_before || self.input.has_failed() {
            return;
        }
        if self.input.close_received {
            on_event(Event::End);
            return;
        }
        let error = ProtocolError {
            violation: Violation::UnexpectedEof,
            offset: self.input.offset,
            // The frame that is cut, or the one that never came.
            frame_index: self.input.frames.saturating_sub(u64::from(self.input.frame.is_some())),
        };
        self.fail_peer(error, on_event);
    }

    /// RFC 6455 §5.5.1 and §7.1.7: nothing is read after a Close, after a failure, or after the end.
    const fn discards(&self) -> bool {
        self.input.close_received || self.input.has_failed() || self.input.ended
    }

    /// RFC 6455 §7.1.7, Fail the WebSocket Connection: one error for the caller, one Close for the peer.
    fn fail_peer(&mut self, error: ProtocolError, on_event: &mut impl FnMut(Event<'_>)) {
        self.input.failure = Failure::Peer(error);
        if error.violation != Violation::UnexpectedEof {
            self.owe_close(Some(error.close_code()));
        }
        self.release_input();
        on_event(Event::Error(error));
    }

    /// Gives back what no event will need any more.
    pub(super) fn release_input(&mut self) {
        self.input.release();
        #[cfg(feature = "deflate")]
        if let Some(deflate) = &mut self.deflate {
            deflate.release_inflater();
        }
    }

    /// Queues a Close unless one was sent: there is never a second one.
    pub(super) fn owe_close(&mut self, code: Option<CloseCode>) {
        if !mem::replace(&mut self.output.close_sent, true) {
            self.output.close = Some(OwedClose { code });
        }
    }

    /// Whether compressed messages are handed out as they are.
    fn passes_through(&self) -> bool {
        #[cfg(feature = "deflate")]
        return self.deflate.as_ref().is_some_and(|deflate| deflate.passthrough);
        #[cfg(not(feature = "deflate"))]
        false
    }

    /// Without the fast path nothing is taken by it.
    #[cfg(not(feature = "fast-path"))]
    const fn receive_whole(&self, _bytes: &[u8], _least: u64, _sink: &mut impl Sink) -> usize {
        0
    }

    /// Reads header bytes until the header is complete; gives how many bytes were used.
    fn receive_header(&mut self, bytes: &[u8], on_event: &mut impl FnMut(Event<'_>)) -> Result<usize, ProtocolError> {
        let start = self.input.offset.saturating_sub(widen(self.input.header.length));
        let (used, header) = match self.read_header(bytes) {
            Ok(read) => read,
            Err(HeaderFault { violation, position }) => {
                let offset = start.saturating_add(widen(position));
                return Err(ProtocolError { violation, offset, frame_index: self.input.frames });
            }
        };
        self.input.offset = self.input.offset.saturating_add(widen(used));
        if let Some(header) = header {
            if self.options.frames {
                on_event(Event::Frame(FrameInfo { header, offset: start, index: self.input.frames }));
            }
            let raw = header.rsv1 && self.passes_through();
            self.input.begin_frame(&header, start, raw);
        }
        Ok(used)
    }

    /// Decides every rule with the first byte that allows it: those of the first two bytes before the length is
    /// there, those of the length before the masking key is there.
    fn read_header(&mut self, bytes: &[u8]) -> Result<(usize, Option<FrameHeader>), HeaderFault> {
        let had = self.input.header.length;
        let there = self.input.header.look_ahead(bytes);
        // What is there of a header that is not complete is all that was given.
        let incomplete = Ok((bytes.len(), None));
        self.input.header.length = there;
        if there < 2 {
            return incomplete;
        }
        let prefix = self.input.header.prefix();
        self.check_prefix(prefix).map_err(|violation| HeaderFault { violation, position: 1 })?;
        let length_end = prefix.length_end();
        if there < length_end {
            return incomplete;
        }
        let length = self.input.header.payload_length();
        self.check_length(prefix, length)
            .map_err(|violation| HeaderFault { violation, position: length_end.saturating_sub(1) })?;
        let header_end = prefix.header_end();
        if there < header_end {
            return incomplete;
        }
        self.input.header.length = 0;
        Ok((header_end.saturating_sub(had), Some(self.input.header.read(length))))
    }

    /// The rules that the first two bytes decide, in their order: the first one broken is the one reported.
    fn check_prefix(&self, prefix: Prefix) -> Result<(), Violation> {
        let opcode = prefix.opcode();
        let message_is_open = self.input.message.is_some();
        // RFC 6455 §5.2: reserved bits need an extension that defines them.
        if prefix.rsv2() || prefix.rsv3() {
            return Err(Violation::ReservedBits23);
        }
        if prefix.rsv1() && self.deflate.is_none() {
            return Err(Violation::ReservedBit1);
        }
        match opcode {
            Opcode::Reserved(_) => return Err(Violation::ReservedOpcode),
            // RFC 6455 §5.5: control frames are short and never fragmented.
            Opcode::Close | Opcode::Ping | Opcode::Pong => {
                if prefix.rsv1() {
                    return Err(Violation::Rsv1Unexpected);
                }
                if !prefix.fin() {
                    return Err(Violation::ControlFragmented);
                }
                if prefix.length_form() != LengthForm::Bits7 {
                    return Err(Violation::ControlTooLong);
                }
                if opcode == Opcode::Close && prefix.short_length() == 1 {
                    return Err(Violation::CloseTooShort);
                }
            }
            // RFC 6455 §5.4: the frames of one message are not mixed with those of another.
            Opcode::Continuation if !message_is_open => return Err(Violation::UnexpectedContinuation),
            // RFC 7692 §6: the first frame says for the whole message that it is compressed.
            Opcode::Continuation if prefix.rsv1() => return Err(Violation::Rsv1Unexpected),
            Opcode::Text | Opcode::Binary if message_is_open => return Err(Violation::ExpectedContinuation),
            Opcode::Continuation | Opcode::Text | Opcode::Binary => {}
        }
        // RFC 6455 §5.1, whatever the length.
        match (self.role, prefix.masked()) {
            (Role::Server, false) => Err(Violation::MaskRequired),
            (Role::Client, true) => Err(Violation::MaskForbidden),
            _ if opcode.is_control()
                && self.input.control_frames_since_drain >= self.options.limits.max_control_frames =>
            {
                Err(Violation::ControlFlood)
            }
            _ => Ok(()),
        }
    }

    /// The rules that the length decides. It stays a `u64` until it was compared.
    fn check_length(&self, prefix: Prefix, length: u64) -> Result<(), Violation> {
        if length > u64::MAX >> 1 {
            return Err(Violation::LengthMsb);
        }
        if LengthForm::minimal(length) != prefix.length_form() {
            return Err(Violation::NonMinimalLength);
        }
        if prefix.opcode().is_control() {
            return Ok(());
        }
        let Limits { max_frame_size, max_message_size, max_fragments, .. } = self.options.limits;
        if length > max_frame_size.min(MAX_SIZE) {
            return Err(Violation::FrameTooLarge);
        }
        let (declared, fragments, compressed) = match &self.input.message {
            Some(open) => (open.declared, open.fragments, open.compressed),
            None => (0, 0, prefix.rsv1()),
        };
        let most =
            if compressed && !self.passes_through() { compressed_bound(max_message_size) } else { max_message_size };
        if declared.checked_add(length).is_none_or(|sum| sum > most) {
            return Err(Violation::MessageTooLarge);
        }
        if fragments >= max_fragments {
            return Err(Violation::TooManyFragments);
        }
        Ok(())
    }

    /// Takes the payload bytes that are there; gives how many.
    fn receive_payload(
        &mut self,
        mut frame: Frame,
        bytes: &mut [u8],
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<usize, ProtocolError> {
        let used = usize::try_from(frame.remaining).map_or(bytes.len(), |remaining| remaining.min(bytes.len()));
        #[cfg(feature = "fast-path")]
        let used = if self.keeps(frame, used) { used.min(BLOCK) } else { used };
        let piece = bytes.get_mut(..used).unwrap_or_default();
        #[cfg(feature = "fast-path")]
        let ascii = frame.mask.as_mut().is_some_and(|mask| mask.apply_to_text(piece));
        #[cfg(not(feature = "fast-path"))]
        let ascii = false;
        #[cfg(not(feature = "fast-path"))]
        if let Some(mask) = &mut frame.mask {
            mask.apply(piece);
        }
        frame.remaining = frame.remaining.saturating_sub(widen(used));
        let start = self.input.offset;
        self.input.offset = start.saturating_add(widen(used));
        self.input.frame = (frame.remaining > 0).then_some(frame);

        let received = if frame.opcode.is_control() {
            self.receive_control(frame, piece, on_event)
        } else {
            self.receive_data_piece(frame, piece, ascii, start, on_event)
        };
        match received {
            Ok(()) => Ok(used),
            Err(Fault { violation, offset }) => {
                Err(ProtocolError { violation, offset, frame_index: self.input.frames.saturating_sub(1) })
            }
        }
    }

    /// Whether so many bytes of a frame are copied, to be handed out when more of them are there.
    #[cfg(feature = "fast-path")]
    fn keeps(&self, frame: Frame, used: usize) -> bool {
        let Some(message) = &self.input.message else { return false };
        let parts = message.bytes_held() > 0 || frame.remaining > widen(used);
        parts && !frame.opcode.is_control() && !message.compressed && self.options.deliver != Deliver::Payload
    }

    fn receive_data_piece(
        &mut self,
        frame: Frame,
        piece: &[u8],
        ascii: bool,
        start: u64,
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<(), Fault> {
        let Some(message) = &mut self.input.message else { return Ok(()) };
        let rest = Rest { of_frame: frame.remaining, fin: frame.fin };
        let deliver = self.options.deliver;
        let pushed = match &mut self.deflate {
            #[cfg(feature = "deflate")]
            Some(deflate) if message.compressed && !deflate.passthrough => {
                message.push_compressed(piece, rest, deliver, &mut deflate.inflater, on_event)
            }
            _ => message.push(piece, ascii, rest, deliver, on_event),
        };
        pushed.map_err(|PieceFault { violation, decided_by }| match decided_by {
            Decision::Bytes(bytes) => Fault { violation, offset: start.saturating_add(widen(bytes)).saturating_sub(1) },
            Decision::Frame => Fault { violation, offset: frame.offset },
        })?;
        if frame.fin && frame.remaining == 0 {
            self.input.message = None;
        }
        Ok(())
    }

    /// Collects the payload of a control frame and acts on it once it is whole.
    fn receive_control(
        &mut self,
        frame: Frame,
        piece: &[u8],
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<(), Fault> {
        if frame.remaining > 0 {
            self.input.control.extend_from_slice(piece);
            return match frame.opcode {
                Opcode::Close => self.check_close(&self.input.control, ClosePayload::check),
                _ => Ok(()),
            };
        }
        let payload: Cow<'_, [u8]> = if self.input.control.is_empty() {
            Cow::Borrowed(piece)
        } else {
            let mut whole = mem::take(&mut self.input.control);
            whole.extend_from_slice(piece);
            Cow::Owned(whole)
        };
        match frame.opcode {
            Opcode::Close => return self.receive_close(&payload, on_event),
            Opcode::Ping => {
                self.owe_pong(&payload);
                on_event(Event::Ping(payload));
            }
            _ => on_event(Event::Pong(payload)),
        }
        Ok(())
    }

    /// RFC 6455 §5.5.1: report it, answer it with the same code, read nothing after it.
    fn receive_close(&mut self, payload: &[u8], on_event: &mut impl FnMut(Event<'_>)) -> Result<(), Fault> {
        let ClosePayload { code, reason } = self.check_close(payload, ClosePayload::parse)?;
        self.input.close_received = true;
        self.release_input();
        self.owe_close((code != CloseCode::NO_STATUS).then_some(code));
        on_event(Event::Close { code, reason: Cow::Borrowed(reason) });
        Ok(())
    }

    /// Says where the fault is that `check` finds in what has arrived of the payload of a Close.
    fn check_close<'a, T>(
        &self,
        payload: &'a [u8],
        check: impl FnOnce(&'a [u8]) -> Result<T, CloseFault>,
    ) -> Result<T, Fault> {
        check(payload).map_err(|fault| {
            let (violation, position) = match fault {
                CloseFault::Code => (Violation::CloseBadCode, 1),
                CloseFault::Reason { position } => (Violation::CloseBadReason, position),
            };
            let start = self.input.offset.saturating_sub(widen(payload.len()));
            Fault { violation, offset: start.saturating_add(widen(position)) }
        })
    }
}

impl Input {
    fn begin_frame(&mut self, header: &FrameHeader, offset: u64, raw: bool) {
        self.frames = self.frames.saturating_add(1);
        self.frame = Some(Frame {
            opcode: header.opcode,
            fin: header.fin,
            mask: header.masking_key.map(Mask::new),
            remaining: header.payload_length,
            offset,
        });
        if header.opcode.is_control() {
            self.control_frames_since_drain = self.control_frames_since_drain.saturating_add(1);
            return;
        }
        let kind = if header.opcode == Opcode::Text { MessageKind::Text } else { MessageKind::Binary };
        let message = self.message.get_or_insert_with(|| OpenMessage::new(kind, header.rsv1, raw));
        message.fragments = message.fragments.saturating_add(1);
        message.declared = message.declared.saturating_add(header.payload_length);
    }

    pub(super) fn release(&mut self) {
        #[cfg(feature = "fast-path")]
        {
            self.aside = false;
        }
        self.frame = None;
        self.message = None;
        self.control = Vec::new();
    }
}

/// The most bytes that a message of `size` bytes may take when compressed. What does not compress gets longer: by the
/// five bytes of each stored block (RFC 1951 §3.2.4), of which the smallest compressors make one for every 127 bytes, and
/// by as many for each fragment.
const fn compressed_bound(size: u64) -> u64 {
    size.saturating_add(size >> 3).saturating_add(64 << 10)
}

/// A violation in a payload and the absolute position of the byte that decided it.
struct Fault {
    violation: Violation,
    offset: u64,
}
