//! Events as records of four words. The TypeScript side of the layout is `js/wasm/records.ts`; a test compares them.
//!
//! | kind | word 0, above the low byte | word 1 | word 2 | word 3 |
//! |---|---|---|---|---|
//! | text, of ASCII alone | where | payload | its bytes | |
//! | text, as UTF-16 or UTF-8 | where | payload | its bytes | |
//! | binary, ping, pong | where | payload | its bytes | |
//! | fragment, payload, compressed | where, part | payload | its bytes | |
//! | close | where, code in the high half | reason | its bytes | |
//! | frame | masked, first byte, header length | masking key | payload length, low | high |
//! | frame, continued | offset, low | high | index, low | high |
//! | decoded | as frame, and where in the bit above masked | masking key | payload | its bytes |
//! | decoded, continued | as frame | | | |
//! | error | close code in the high half | number of the violation | | |
//! | error, continued | offset, low | high | index, low | high |
//! | end | | | | |
//!
//! *Payload* is an offset in the arena if the `IN_ARENA` bit of *where* is set, else an address. Either holds until
//! the next call.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::arena::Arena;
use super::{address, halves, u32_of};
#[cfg(feature = "fast-path")]
use crate::append_utf16;
#[cfg(feature = "fast-path")]
use crate::sink::Sink;
use crate::{Event, Frame, FrameHeader, FrameInfo, MessageKind, Part, ProtocolError, Text};

/// The low byte of word 0.
mod kind {
    #[cfg(feature = "fast-path")]
    pub const TEXT: u32 = 1;
    pub const BINARY: u32 = 2;
    pub const FRAGMENT: u32 = 3;
    pub const PAYLOAD: u32 = 4;
    pub const PING: u32 = 5;
    pub const PONG: u32 = 6;
    pub const CLOSE: u32 = 7;
    pub const FRAME: u32 = 8;
    pub const DECODED: u32 = 9;
    pub const ERROR: u32 = 10;
    pub const END: u32 = 11;
    pub const COMPRESSED: u32 = 12;
    #[cfg(feature = "fast-path")]
    pub const TEXT_UTF16: u32 = 13;
    pub const TEXT_UTF8: u32 = 14;
}

const IN_ARENA: u32 = 1 << 8;
const PART_TEXT: u32 = 1 << 9;
const PART_FIRST: u32 = 1 << 10;
const PART_LAST: u32 = 1 << 11;
const PART_COMPRESSED: u32 = 1 << 12;
const MASKED: u32 = 1 << 8;
const DECODED_IN_ARENA: u32 = 1 << 9;

/// Payloads up to this size are put side by side, so that JavaScript makes one string or array for many.
const SMALL: usize = 4096;

/// The results of one call.
#[derive(Default)]
pub struct Records {
    pub words: Vec<u32>,
    /// Small payloads.
    pub arena: Arena,
    /// Large payloads that were handed over, kept alive for their addresses.
    held: Vec<Vec<u8>>,
    /// Whether the last text was ASCII, as the next one then is likely to be.
    #[cfg(feature = "fast-path")]
    expects_ascii: bool,
}

impl Records {
    /// Forgets the results of the last call, and gives back what a large one took.
    pub fn clear(&mut self) {
        self.words.clear();
        self.arena.clear();
        self.held = Vec::new();
        self.words.shrink_to(1 << 14);
    }

    pub fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) => self.text(text),
            Event::Binary(data) => self.payload(kind::BINARY, data),
            Event::Compressed { kind, data } => {
                let text = if kind == MessageKind::Text { PART_TEXT } else { 0 };
                self.payload(kind::COMPRESSED | text, data);
            }
            Event::Fragment(part) => self.part(kind::FRAGMENT, part),
            Event::Payload(part) => self.part(kind::PAYLOAD, part),
            Event::Ping(data) => self.payload(kind::PING, data),
            Event::Pong(data) => self.payload(kind::PONG, data),
            Event::Close { code, reason } => {
                self.payload(kind::CLOSE | u32::from(code.0) << 16, Cow::Borrowed(reason.as_bytes()));
            }
            Event::Frame(FrameInfo { header, offset, index }) => {
                let [low, high] = halves(header.payload_length);
                self.push([kind::FRAME | bits(&header), key(&header), low, high]);
                self.position(offset, index);
            }
            Event::Error(error) => self.error(error),
            Event::End => self.push([kind::END, 0, 0, 0]),
        }
    }

    /// The decoders of UTF-8 that JavaScript has are several times slower than ours.
    #[cfg(feature = "fast-path")]
    fn text(&mut self, text: Text<'_>) {
        if text.is_ascii() {
            return self.payload(kind::TEXT, text.into_bytes());
        }
        // It is read faster so.
        self.arena.align();
        let (at, length, result) = self.arena.append(|arena| append_utf16(text.as_bytes(), arena));
        match result {
            Ok(()) => self.push([kind::TEXT_UTF16 | IN_ARENA, at, length, 0]),
            // There is no memory for it beside the text itself.
            Err(_) => self.payload(kind::TEXT_UTF8, text.into_bytes()),
        }
    }

    /// Theirs take no code.
    #[cfg(not(feature = "fast-path"))]
    fn text(&mut self, text: Text<'_>) {
        self.payload(kind::TEXT_UTF8, text.into_bytes());
    }

    pub fn frame(&mut self, frame: Frame<'_>) {
        let (at, length, place) = self.place(frame.payload);
        let place = if place == IN_ARENA { DECODED_IN_ARENA } else { 0 };
        self.push([kind::DECODED | place | bits(&frame.header), key(&frame.header), at, length]);
        self.position(frame.offset, frame.index);
    }

    pub fn error(&mut self, ProtocolError { violation, offset, frame_index }: ProtocolError) {
        let close_code = u32::from(violation.close_code().0);
        self.push([kind::ERROR | close_code << 16, violation as u32, 0, 0]);
        self.position(offset, frame_index);
    }

    fn part(&mut self, kind: u32, part: Part<'_>) {
        let flag = |set: bool, bit: u32| if set { bit } else { 0 };
        let flags = flag(part.kind == MessageKind::Text, PART_TEXT)
            | flag(part.first, PART_FIRST)
            | flag(part.last, PART_LAST)
            | flag(part.compressed, PART_COMPRESSED);
        self.payload(kind | flags, part.data);
    }

    fn payload(&mut self, word: u32, data: Cow<'_, [u8]>) {
        let (at, length, place) = self.place(data);
        self.push([word | place, at, length, 0]);
    }

    /// Puts bytes where they can be read after the call; gives where, how many, and which of the two places it is.
    fn place(&mut self, data: Cow<'_, [u8]>) -> (u32, u32, u32) {
        let length = u32_of(data.len());
        match data {
            small if small.len() <= SMALL => {
                let (at, length, ()) = self.arena.append(|arena| arena.extend_from_slice(&small));
                (at, length, IN_ARENA)
            }
            // Large borrowed payload lies in the input of this very call.
            Cow::Borrowed(bytes) => (address(bytes.as_ptr()), length, 0),
            Cow::Owned(bytes) => {
                let at = address(bytes.as_ptr());
                self.held.push(bytes);
                (at, length, 0)
            }
        }
    }

    fn position(&mut self, offset: u64, index: u64) {
        let ([offset, offset_high], [index, index_high]) = (halves(offset), halves(index));
        self.push([offset, offset_high, index, index_high]);
    }

    #[inline(always)]
    fn push(&mut self, record: [u32; 4]) {
        self.words.extend_from_slice(&record);
    }
}

/// Small messages are put where JavaScript reads them, with no copy between.
#[cfg(feature = "fast-path")]
impl Sink for Records {
    fn event(&mut self, event: Event<'_>) {
        if let Event::Text(text) = &event {
            self.expects_ascii = text.is_ascii();
        }
        self.event(event);
    }

    #[inline(always)]
    fn room(&mut self, kind: MessageKind, length: usize) -> Option<&mut [u8]> {
        let is_expected = kind == MessageKind::Binary || self.expects_ascii;
        if length <= SMALL && is_expected { self.arena.room(length) } else { None }
    }

    #[inline(always)]
    fn filled(&mut self, kind: MessageKind, length: usize) {
        let word = if kind == MessageKind::Text { kind::TEXT } else { kind::BINARY };
        let (at, length) = self.arena.keep(length);
        self.push([word | IN_ARENA, at, length, 0]);
    }
}

/// The mask bit, the first byte and the length of a header.
fn bits(header: &FrameHeader) -> u32 {
    let first = header.encode().first().copied().unwrap_or_default();
    let masked = if header.masking_key.is_some() { MASKED } else { 0 };
    masked | u32::from(first) << 16 | u32_of(header.header_length()) << 24
}

fn key(header: &FrameHeader) -> u32 {
    header.masking_key.map_or(0, u32::from_be_bytes)
}
