//! The fast path: messages that are one uncompressed frame each and lie whole in the input, as most do.
//!
//! It takes a frame only if no rule is broken and nothing is left of it, and leaves every other one as it was to
//! [`receive`](super::receive), where the rules are. So it decides nothing, and with or without it the events are the
//! same.

use alloc::borrow::Cow;

use super::{Connection, Role};
use crate::event::{Event, MessageKind, Text};
use crate::frame::{LengthForm, Prefix};
use crate::limits::Limits;
use crate::mask::{Mask, mask_into};
use crate::message::Deliver;
use crate::random::Randomness;
use crate::sink::Sink;
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
    pub(super) fn receive_whole(&mut self, bytes: &mut [u8], least_aside: u64, sink: &mut impl Sink) -> usize {
        if !matches!(bytes.first(), Some(&(TEXT | BINARY))) {
            return 0;
        }
        let Some(terms) = self.terms(least_aside) else { return 0 };
        let mut used: usize = 0;
        let mut frames: u64 = 0;
        while let Some(length) = whole_message(bytes.get_mut(used..).unwrap_or_default(), terms, sink) {
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

/// Reads the message that `bytes` begin with; gives the length of its frame. For `None` nothing has changed.
#[inline(always)]
fn whole_message(bytes: &mut [u8], terms: Terms, sink: &mut impl Sink) -> Option<usize> {
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
    let (key, rest) = if terms.masked {
        let (key, rest) = rest.split_first_chunk_mut()?;
        (Some(*key), rest)
    } else {
        (None, rest)
    };
    let (payload, rest) = rest.split_at_mut_checked(usize::try_from(length).ok()?)?;
    let frame = all.saturating_sub(rest.len());
    let kind = if prefix[0] == TEXT { MessageKind::Text } else { MessageKind::Binary };
    if let Some(room) = sink.room(kind, payload.len())
        && (mask_into(payload, room, key) || kind == MessageKind::Binary)
    {
        sink.filled(kind, payload.len());
        return Some(frame);
    }
    let mask = key.map(Mask::new);
    let ascii = match mask {
        Some(mut mask) => mask.apply_to_text(payload),
        None => prefix[0] == TEXT && is_ascii(payload),
    };
    if prefix[0] == BINARY {
        sink.event(Event::Binary(Cow::Borrowed(payload)));
        return Some(frame);
    }
    if !ascii && !is_utf8(payload) {
        // Where the fault is, and what comes of it, is found from the bytes as they came.
        if let Some(mut mask) = mask {
            mask.apply(payload);
        }
        return None;
    }
    sink.event(Event::Text(Text::new(Cow::Borrowed(payload), ascii)));
    Some(frame)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::connection::Options;
    use crate::frame::{FrameHeader, Opcode};
    use crate::random::NoRandomness;

    /// No frame is sent here.
    struct Nothing;

    impl Randomness for Nothing {
        fn fill(&mut self, _: &mut [u8]) -> Result<(), NoRandomness> {
            Err(NoRandomness)
        }
    }

    /// Has room for messages of at most eight bytes.
    #[derive(Default)]
    struct Keeper {
        memory: [u8; 8],
        kept: Vec<(MessageKind, Vec<u8>)>,
        events: Vec<Event<'static>>,
    }

    impl Sink for Keeper {
        fn event(&mut self, event: Event<'_>) {
            self.events.push(event.into_owned());
        }

        fn room(&mut self, _: MessageKind, length: usize) -> Option<&mut [u8]> {
            self.memory.get_mut(..length)
        }

        fn filled(&mut self, kind: MessageKind, length: usize) {
            self.kept.push((kind, self.memory[..length].to_vec()));
        }
    }

    fn frames(role: Role, messages: &[(Opcode, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (opcode, payload) in messages {
            let key = [0x37, 0xfa, 0x21, 0x3d];
            let masking_key = (role == Role::Server).then_some(key);
            let header = FrameHeader { masking_key, ..FrameHeader::new(*opcode, widen(payload.len())) };
            bytes.extend_from_slice(&header.encode());
            let start = bytes.len();
            bytes.extend_from_slice(payload);
            if masking_key.is_some() {
                Mask::new(key).apply(&mut bytes[start..]);
            }
        }
        bytes
    }

    fn received(role: Role, messages: &[(Opcode, &[u8])]) -> Keeper {
        let mut keeper = Keeper::default();
        let mut connection = Connection::with_randomness(role, Options::default(), None::<Nothing>);
        connection.receive_some(&mut frames(role, messages), u64::MAX, &mut keeper);
        keeper
    }

    #[test]
    fn small_messages_go_where_there_is_room_for_them() {
        for role in [Role::Client, Role::Server] {
            let keeper = received(
                role,
                &[
                    (Opcode::Text, b"ascii"),
                    (Opcode::Binary, &[0xff; 8]),
                    (Opcode::Text, "é".as_bytes()),
                    (Opcode::Binary, &[1; 9]),
                    (Opcode::Text, b"too long!"),
                    (Opcode::Text, b""),
                ],
            );
            let kept: [(MessageKind, &[u8]); 3] =
                [(MessageKind::Text, b"ascii"), (MessageKind::Binary, &[0xff; 8]), (MessageKind::Text, b"")];
            assert!(keeper.kept.iter().map(|(kind, bytes)| (*kind, bytes.as_slice())).eq(kept));
            let texts: Vec<_> = keeper
                .events
                .iter()
                .map(|event| match event {
                    Event::Text(text) => (text.as_bytes(), text.is_ascii()),
                    Event::Binary(bytes) => (bytes.as_ref(), false),
                    other => panic!("did not expect {other:?}"),
                })
                .collect();
            assert_eq!(texts, [("é".as_bytes(), false), (&[1; 9], false), (b"too long!", true)]);
        }
    }

    #[test]
    fn a_fault_is_no_message() {
        for role in [Role::Client, Role::Server] {
            let keeper = received(role, &[(Opcode::Text, b"good"), (Opcode::Text, b"a\xffc"), (Opcode::Text, b"late")]);
            assert_eq!(keeper.kept, [(MessageKind::Text, b"good".to_vec())]);
            assert!(matches!(keeper.events.as_slice(), [Event::Error(_)]), "{:?}", keeper.events);
        }
    }
}
