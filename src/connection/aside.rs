//! Large binary messages whose payload stays with the caller. Nothing about such bytes has to be checked, so the mask is
//! the only reason to see them at all.

use super::{Connection, Input};
use crate::event::{Event, MessageKind};
use crate::frame::Opcode;
use crate::message::Deliver;
use crate::random::Randomness;

impl<R: Randomness> Connection<R> {
    /// Takes bytes as [`receive`](Self::receive) does, but not the payload of a binary message that is one uncompressed frame
    /// of at least `least` bytes, where messages are handed out whole: it stops in front of it. Gives how many bytes were taken.
    ///
    /// [`payload_aside`](Self::payload_aside) tells whether it has stopped. Then that payload is the caller's message: no event
    /// has it. All of it is to be [passed](Self::pass_payload) before anything else is received.
    pub fn receive_up_to_payload(
        &mut self,
        bytes: &mut [u8],
        least: u64,
        on_event: &mut impl FnMut(Event<'_>),
    ) -> usize {
        self.receive_some(bytes, least, on_event)
    }

    /// How many bytes of a payload that stays with the caller have not been passed.
    #[must_use]
    pub fn payload_aside(&self) -> u64 {
        self.input.frame.filter(|_| self.input.aside).map_or(0, |frame| frame.remaining)
    }

    /// Tells that the next `length` bytes of that payload have arrived. If it is masked they are `bytes`, which are unmasked.
    pub fn pass_payload(&mut self, length: u64, bytes: &mut [u8]) {
        let Input { frame: Some(frame), aside: true, offset, .. } = &mut self.input else { return };
        if let Some(mask) = &mut frame.mask {
            mask.apply(bytes);
        }
        let length = length.min(frame.remaining);
        frame.remaining = frame.remaining.saturating_sub(length);
        *offset = offset.saturating_add(length);
        if frame.remaining == 0 {
            self.input.release();
        }
    }

    /// Whether the frame that has just begun has a payload of at least so many bytes that can stay with the caller.
    pub(super) fn leaves_aside(&mut self, least: u64) -> bool {
        let (Some(frame), Some(message)) = (&self.input.frame, &self.input.message) else { return false };
        let alone = frame.fin && frame.opcode == Opcode::Binary && message.kind == MessageKind::Binary;
        // None of it was received yet, and as one piece it is to fit 32 bits.
        let begins = frame.remaining == message.declared && u32::try_from(frame.remaining).is_ok();
        let large = frame.remaining >= least && frame.remaining > 0;
        let whole = self.options.deliver == Deliver::Messages && !message.compressed;
        self.input.aside = alone && begins && large && whole;
        self.input.aside
    }
}
