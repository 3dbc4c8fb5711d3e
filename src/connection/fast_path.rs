//! The fast path: messages that are one uncompressed frame each and lie whole in the input, as most do.
//!
//! It takes a frame only if no rule is broken and nothing is left of it, and leaves every other one as it was to
//! [`receive`](super::receive), where the rules are. So it decides nothing, and with or without it the events are the
//! same.

use alloc::borrow::Cow;

use super::{Connection, Role};
use crate::event::{Event, Text};
use crate::frame::{LengthForm, Prefix};
use crate::limits::Limits;
use crate::mask::Mask;
use crate::message::Deliver;
use crate::random::Randomness;
use crate::utf8::{is_ascii, is_utf8};
use crate::widen;

/// The first byte of a whole message: FIN, no reserved bit, and its opcode.
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;

/// The frames that are taken.
#[derive(Clone, Copy)]
struct Terms {
    masked: bool,
    /// The most payload bytes.
    most: u64,
    /// The least payload bytes of a binary message that stay with the caller.
    least_aside: u64,
}

impl<R: Randomness> Connection<R> {
    /// Reports the whole messages at the start of `bytes`, where a frame begins; gives how many bytes they take.
    pub(super) fn receive_whole(
        &mut self,
        bytes: &mut [u8],
        least_aside: u64,
        on_event: &mut impl FnMut(Event<'_>),
    ) -> usize {
        if !matches!(bytes.first(), Some(&(TEXT | BINARY))) {
            return 0;
        }
        let Some(terms) = self.terms(least_aside) else { return 0 };
        let mut used: usize = 0;
        let mut frames: u64 = 0;
        while let Some((message, length)) = whole_message(bytes.get_mut(used..).unwrap_or_default(), terms) {
            on_event(message);
            used = used.saturating_add(length);
            frames = frames.saturating_add(1);
        }
        self.input.offset = self.input.offset.saturating_add(widen(used));
        self.input.frames = self.input.frames.saturating_add(frames);
        used
    }

    /// `None` where a message may not begin, or is to be handed out in another way than as a whole.
    fn terms(&self, least_aside: u64) -> Option<Terms> {
        let Limits { max_frame_size, max_message_size, max_fragments, .. } = self.options.limits;
        let begins = self.input.header.length == 0 && self.input.message.is_none() && max_fragments > 0;
        let whole = self.options.deliver == Deliver::Messages && !self.options.frames;
        let most = max_frame_size.min(max_message_size);
        (begins && whole).then(|| Terms { masked: self.role == Role::Server, most, least_aside })
    }
}

/// Reads the message that `bytes` begin with; gives it and the length of its frame. For `None` nothing has changed.
#[inline(always)]
fn whole_message(bytes: &mut [u8], terms: Terms) -> Option<(Event<'_>, usize)> {
    let all = bytes.len();
    let (&mut prefix, rest) = bytes.split_first_chunk_mut()?;
    if !matches!(prefix[0], TEXT | BINARY) || Prefix(prefix).masked() != terms.masked {
        return None;
    }
    let form = Prefix(prefix).length_form();
    let (length, rest) = match form {
        LengthForm::Bits7 => (u64::from(Prefix(prefix).short_length()), rest),
        LengthForm::Bits16 => {
            let (length, rest) = rest.split_first_chunk_mut()?;
            (u64::from(u16::from_be_bytes(*length)), rest)
        }
        LengthForm::Bits64 => {
            let (length, rest) = rest.split_first_chunk_mut()?;
            (u64::from_be_bytes(*length), rest)
        }
    };
    let aside = prefix[0] == BINARY && length >= terms.least_aside;
    if aside || length > terms.most || LengthForm::minimal(length) != form {
        return None;
    }
    let (mask, rest) = if terms.masked {
        let (key, rest) = rest.split_first_chunk_mut()?;
        (Some(Mask::new(*key)), rest)
    } else {
        (None, rest)
    };
    let (payload, rest) = rest.split_at_mut_checked(usize::try_from(length).ok()?)?;
    let frame = all.saturating_sub(rest.len());
    let ascii = match mask {
        Some(mut mask) => mask.apply_to_text(payload),
        None => prefix[0] == TEXT && is_ascii(payload),
    };
    if prefix[0] == BINARY {
        return Some((Event::Binary(Cow::Borrowed(payload)), frame));
    }
    if !ascii && !is_utf8(payload) {
        // Where the fault is, and what comes of it, is found from the bytes as they came.
        if let Some(mut mask) = mask {
            mask.apply(payload);
        }
        return None;
    }
    Some((Event::Text(Text::new(Cow::Borrowed(payload), ascii)), frame))
}
