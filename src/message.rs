//! From the payload of frames to messages (RFC 6455 §5.4): collecting, validating and handing out.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::mem;

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
    utf8: Utf8Validator,
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
    /// Bytes of the piece up to and with the one that decided; zero if the frame before the piece did.
    pub(crate) decided_by: usize,
}

impl OpenMessage {
    pub(crate) const fn new(kind: MessageKind) -> Self {
        Self { kind, fragments: 0, declared: 0, utf8: Utf8Validator::new(), held: Vec::new(), handed_out: false }
    }

    /// Bytes on the heap.
    pub(crate) fn bytes_held(&self) -> usize {
        self.held.capacity()
    }

    /// Takes the next bytes of unmasked payload and hands out what `deliver` asks for.
    pub(crate) fn push(
        &mut self,
        piece: &[u8],
        rest: Rest,
        deliver: Deliver,
        on_event: &mut impl FnMut(Event<'_>),
    ) -> Result<(), PieceFault> {
        if self.kind == MessageKind::Text
            && let Err(fault) = self.validate(piece, rest)
        {
            if deliver == Deliver::Payload {
                let valid = piece.get(..fault.decided_by.saturating_sub(1)).unwrap_or_default();
                self.hand_out_payload(valid, false, on_event);
            }
            return Err(fault);
        }
        let whole = match deliver {
            Deliver::Payload => {
                self.hand_out_payload(piece, rest.ends_message(), on_event);
                return Ok(());
            }
            Deliver::Fragments => rest.ends_frame(),
            Deliver::Messages => rest.ends_message(),
        };
        if !whole {
            return self.hold(piece, rest);
        }
        let data = if self.held.is_empty() {
            Cow::Borrowed(piece)
        } else {
            self.hold(piece, rest)?;
            Cow::Owned(mem::take(&mut self.held))
        };
        on_event(match (deliver, self.kind) {
            (Deliver::Messages, MessageKind::Text) => Event::Text(Text::new(data, self.utf8.is_ascii())),
            (Deliver::Messages, MessageKind::Binary) => Event::Binary(data),
            _ => Event::Fragment(self.part(data, rest.ends_message())),
        });
        Ok(())
    }

    /// Fails at the first impossible byte; a message that ends inside a code point fails at its last byte.
    fn validate(&mut self, piece: &[u8], rest: Rest) -> Result<(), PieceFault> {
        let decided_by = match self.utf8.push(piece) {
            Err(position) => position.saturating_add(1),
            Ok(()) if rest.ends_message() && !self.utf8.is_complete() => piece.len(),
            Ok(()) => return Ok(()),
        };
        Err(PieceFault { violation: Violation::InvalidUtf8, decided_by })
    }

    fn hand_out_payload(&mut self, piece: &[u8], last: bool, on_event: &mut impl FnMut(Event<'_>)) {
        if !piece.is_empty() || last {
            on_event(Event::Payload(self.part(Cow::Borrowed(piece), last)));
        }
    }

    fn part<'a>(&mut self, data: Cow<'a, [u8]>, last: bool) -> Part<'a> {
        let first = !mem::replace(&mut self.handed_out, true);
        Part { kind: self.kind, data, first, last }
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
                .map_err(|_| PieceFault { violation: Violation::OutOfMemory, decided_by: 1 })?;
        }
        self.held.extend_from_slice(piece);
        Ok(())
    }
}
