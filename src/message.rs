//! From the payload of frames to messages (RFC 6455 §5.4): collecting, validating and handing out.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::mem;

#[cfg(feature = "deflate")]
use crate::deflate::{self, Inflater};
use crate::error::Violation;
use crate::event::{Event, MessageKind, Part, Text};
use crate::utf8::Utf8Validator;

/// How data messages are handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deliver {
    /// Whole messages.
    #[default]
    Messages,
    /// Each data frame by itself, whole: no more than one frame is held.
    Fragments,
    /// Payload as it arrives: nothing is held, so that a message may be larger than memory.
    Payload,
}

impl Deliver {
    /// Whether what is held can be handed out.
    const fn is_whole(self, rest: Rest) -> bool {
        match self {
            Self::Messages => rest.ends_message(),
            Self::Fragments => rest.ends_frame(),
            Self::Payload => true,
        }
    }
}

/// The most that is allocated because a frame declares it, before its bytes are there.
const MAX_PRESIZE: usize = 64 << 10;

/// The message that is open: its frames may still come.
#[derive(Debug)]
pub(crate) struct OpenMessage {
    pub(crate) kind: MessageKind,
    /// Data frames so far.
    pub(crate) fragments: u64,
    /// Payload bytes that the frames so far declare.
    pub(crate) declared: u64,
    /// Whether its payload is compressed, which its first frame decides (RFC 7692 §6).
    pub(crate) compressed: bool,
    /// Whether it is handed out compressed.
    raw: bool,
    utf8: Utf8Validator,
    /// Compressed payload bytes so far.
    #[cfg_attr(not(feature = "deflate"), expect(dead_code, reason = "nothing is compressed without the feature"))]
    inflated_from: u64,
    /// Bytes held back until there is something whole to hand out.
    held: Vec<u8>,
    handed_out: bool,
}

/// What comes after a piece of payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    /// Bytes of its frame that have not arrived.
    pub(crate) of_frame: u64,
    /// Whether its frame is the last of its message.
    pub(crate) fin: bool,
}

impl Rest {
    const fn ends_frame(self) -> bool {
        self.of_frame == 0
    }

    const fn ends_message(self) -> bool {
        self.fin && self.of_frame == 0
    }
}

/// Why a message failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PieceFault {
    pub(crate) violation: Violation,
    pub(crate) decided_by: Decision,
}

/// What made a violation certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// So many bytes of the piece; zero if the bytes before the piece did.
    Bytes(usize),
    /// The frame: in inflated text, what a byte of the frame decides is not known to the byte.
    #[cfg_attr(not(feature = "deflate"), expect(dead_code, reason = "nothing is compressed without the feature"))]
    Frame,
}

impl OpenMessage {
    pub(crate) const fn new(kind: MessageKind, compressed: bool, raw: bool) -> Self {
        Self {
            kind,
            fragments: 0,
            declared: 0,
            compressed,
            raw,
            utf8: Utf8Validator::new(),
            inflated_from: 0,
            held: Vec::new(),
            handed_out: false,
        }
    }

    /// Bytes on the heap.
    pub(crate) fn bytes_held(&self) -> usize {
        self.held.capacity()
    }

    /// Takes the next bytes of unmasked payload and hands out what `deliver` asks for. `ascii` is whether they are known to be
    /// that.
    pub(crate) fn push(
        &mut self,
        piece: &[u8],
        ascii: bool,
        rest: Rest,
        deliver: Deliver,
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<(), PieceFault> {
        if let Err(decided_by) = self.validate(piece, ascii, rest.ends_message()) {
            let decision = Decision::Bytes(decided_by);
            if deliver == Deliver::Payload {
                let valid = piece.get(..decided_by.saturating_sub(1)).unwrap_or_default();
                self.hand_out_payload(Cow::Borrowed(valid), false, on_event);
            }
            return Err(PieceFault { violation: Violation::InvalidUtf8, decided_by: decision });
        }
        if deliver == Deliver::Payload {
            self.hand_out_payload(Cow::Borrowed(piece), rest.ends_message(), on_event);
        } else if !deliver.is_whole(rest) {
            self.hold(piece, rest)?;
        } else if self.held.is_empty() {
            self.hand_out(Cow::Borrowed(piece), rest, deliver, on_event);
        } else {
            self.hold(piece, rest)?;
            let held = mem::take(&mut self.held);
            self.hand_out(Cow::Owned(held), rest, deliver, on_event);
        }
        Ok(())
    }

    /// The same for the payload of a compressed message.
    #[cfg(feature = "deflate")]
    pub(crate) fn push_compressed(
        &mut self,
        mut piece: &[u8],
        rest: Rest,
        deliver: Deliver,
        inflater: &mut Inflater,
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<(), PieceFault> {
        let before = self.inflated_from;
        self.inflated_from = before.saturating_add(crate::widen(piece.len()));
        let fault = |fault: deflate::Fault| PieceFault {
            violation: fault.violation,
            decided_by: Decision::Bytes(
                usize::try_from(fault.position.saturating_add(1).saturating_sub(before)).unwrap_or(usize::MAX),
            ),
        };
        let bad_text = PieceFault { violation: Violation::InvalidUtf8, decided_by: Decision::Frame };
        let ends = rest.ends_message();
        if deliver != Deliver::Payload {
            let start = self.held.len();
            let inflated = inflater.inflate(piece, ends, &mut self.held, usize::MAX);
            // What came out before a fault is judged before it, as it is when the two come in different chunks.
            let held = mem::take(&mut self.held);
            let valid = self.validate(held.get(start..).unwrap_or_default(), false, ends && inflated.is_ok());
            self.held = held;
            valid.map_err(|_| bad_text)?;
            inflated.map_err(fault)?;
            if deliver.is_whole(rest) {
                let held = mem::take(&mut self.held);
                self.hand_out(Cow::Owned(held), rest, deliver, on_event);
            }
            return Ok(());
        }
        // What a message inflates to may be larger than memory.
        loop {
            let mut inflated = Vec::new();
            let progress = inflater.inflate(piece, ends, &mut inflated, MAX_PRESIZE);
            let last = ends && progress.is_ok_and(|progress| progress.done);
            if let Err(decided_by) = self.validate(&inflated, false, false) {
                inflated.truncate(decided_by.saturating_sub(1));
                self.hand_out_payload(Cow::Owned(inflated), false, on_event);
                return Err(bad_text);
            }
            // Where only the end is wrong, the last byte may have been handed out before the end was known: it always is.
            if last && self.validate(&[], false, true).is_err() {
                self.hand_out_payload(Cow::Owned(inflated), false, on_event);
                return Err(bad_text);
            }
            self.hand_out_payload(Cow::Owned(inflated), last, on_event);
            let progress = progress.map_err(fault)?;
            if progress.done {
                return Ok(());
            }
            piece = piece.get(progress.consumed..).unwrap_or_default();
        }
    }

    /// Fails at the first impossible byte of a text; one that ends inside a code point fails at its last byte. The
    /// error is the number of bytes up to and with that byte.
    fn validate(&mut self, piece: &[u8], ascii: bool, ends: bool) -> Result<(), usize> {
        if self.kind == MessageKind::Binary || self.raw {
            return Ok(());
        }
        if ascii && self.utf8.is_complete() {
            return Ok(());
        }
        match self.utf8.push(piece) {
            Err(position) => Err(position.saturating_add(1)),
            Ok(()) if ends && !self.utf8.is_complete() => Err(piece.len()),
            Ok(()) => Ok(()),
        }
    }

    fn hand_out(&mut self, data: Cow<'_, [u8]>, rest: Rest, deliver: Deliver, on_event: &mut impl FnMut(Event<'_>)) {
        on_event(match (deliver, self.kind) {
            (Deliver::Messages, kind) if self.raw => Event::Compressed { kind, data },
            (Deliver::Messages, MessageKind::Text) => Event::Text(Text::new(data, self.utf8.is_ascii())),
            (Deliver::Messages, MessageKind::Binary) => Event::Binary(data),
            _ => Event::Fragment(self.part(data, rest.ends_message())),
        });
    }

    fn hand_out_payload(&mut self, data: Cow<'_, [u8]>, last: bool, on_event: &mut impl FnMut(Event<'_>)) {
        if !data.is_empty() || last {
            on_event(Event::Payload(self.part(data, last)));
        }
    }

    fn part<'a>(&mut self, data: Cow<'a, [u8]>, last: bool) -> Part<'a> {
        let first = !mem::replace(&mut self.handed_out, true);
        Part { kind: self.kind, data, first, last, compressed: self.raw }
    }

    /// Keeps bytes. The buffer doubles as they arrive, so that many small pieces cost linear time; it starts with at
    /// most 64 KiB whatever is declared, and does not grow past the end of the message once that is known.
    fn hold(&mut self, piece: &[u8], rest: Rest) -> Result<(), PieceFault> {
        let length = self.held.len().saturating_add(piece.len());
        if length > self.held.capacity() {
            let declared = length.saturating_add(usize::try_from(rest.of_frame).unwrap_or(usize::MAX));
            let doubled = self.held.capacity().saturating_mul(2);
            let wanted = doubled.max(declared.min(MAX_PRESIZE));
            let capacity = if rest.fin { wanted.min(declared) } else { wanted }.max(length);
            self.held
                .try_reserve_exact(capacity.saturating_sub(self.held.len()))
                .map_err(|_| PieceFault { violation: Violation::OutOfMemory, decided_by: Decision::Bytes(1) })?;
        }
        self.held.extend_from_slice(piece);
        Ok(())
    }
}
