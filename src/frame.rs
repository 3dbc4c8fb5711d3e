//! The frame header (RFC 6455 §5.2): reading it and writing it, without any rule about when which frame may come.

use crate::mask::MaskingKey;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opcode {
    /// The next part of the message that is open.
    Continuation,
    /// The first part of a text message.
    Text,
    /// The first part of a binary message.
    Binary,
    /// The closing handshake.
    Close,
    /// A request for a Pong.
    Ping,
    /// The answer to a Ping, or a sign of life.
    Pong,
    /// 3–7 and 11–15, which no one has defined.
    Reserved(u8),
}

impl Opcode {
    /// Reads the low four bits.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0x0F {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            reserved => Self::Reserved(reserved),
        }
    }

    /// The four bits on the wire.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xA,
            Self::Reserved(bits) => bits & 0x0F,
        }
    }

    /// Whether it is a control frame: those whose top bit is set (RFC 6455 §5.5).
    #[must_use]
    pub const fn is_control(self) -> bool {
        match self {
            Self::Continuation | Self::Text | Self::Binary => false,
            Self::Close | Self::Ping | Self::Pong => true,
            Self::Reserved(bits) => bits & 0x8 != 0,
        }
    }
}

/// How the payload length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LengthForm {
    /// In the seven bits of the second byte: 0–125.
    Bits7,
    /// In two more bytes: up to 65 535.
    Bits16,
    /// In eight more bytes: up to 2^63 − 1.
    Bits64,
}

impl LengthForm {
    /// The shortest form that holds `length`, the only one that RFC 6455 §5.2 allows.
    #[must_use]
    pub const fn minimal(length: u64) -> Self {
        match length {
            0..=125 => Self::Bits7,
            126..=0xFFFF => Self::Bits16,
            _ => Self::Bits64,
        }
    }

    /// How many bytes follow the first two for it.
    #[must_use]
    pub const fn extra_bytes(self) -> usize {
        match self {
            Self::Bits7 => 0,
            Self::Bits16 => 2,
            Self::Bits64 => 8,
        }
    }
}

/// The longest header: two bytes, a 64-bit length and a masking key.
pub const MAX_HEADER_BYTES: usize = 14;

/// The first two bytes of a frame, from which the length of its header follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prefix(pub(crate) [u8; 2]);

impl Prefix {
    pub(crate) const fn fin(self) -> bool {
        self.0[0] & 0x80 != 0
    }

    pub(crate) const fn rsv1(self) -> bool {
        self.0[0] & 0x40 != 0
    }

    pub(crate) const fn rsv2(self) -> bool {
        self.0[0] & 0x20 != 0
    }

    pub(crate) const fn rsv3(self) -> bool {
        self.0[0] & 0x10 != 0
    }

    pub(crate) const fn opcode(self) -> Opcode {
        Opcode::from_bits(self.0[0])
    }

    pub(crate) const fn masked(self) -> bool {
        self.0[1] & 0x80 != 0
    }

    /// The seven bits: a length, or 126 or 127 for the longer forms.
    pub(crate) const fn short_length(self) -> u8 {
        self.0[1] & 0x7F
    }

    pub(crate) const fn length_form(self) -> LengthForm {
        match self.short_length() {
            126 => LengthForm::Bits16,
            127 => LengthForm::Bits64,
            _ => LengthForm::Bits7,
        }
    }

    /// The payload length, from the bytes of a header of which at least [`length_end`](Self::length_end) are there.
    #[inline(always)]
    pub(crate) const fn payload_length(self, header: &[u8; MAX_HEADER_BYTES]) -> u64 {
        let h = header;
        match self.length_form() {
            LengthForm::Bits7 => self.short_length() as u64,
            LengthForm::Bits16 => u16::from_be_bytes([h[2], h[3]]) as u64,
            LengthForm::Bits64 => u64::from_be_bytes([h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9]]),
        }
    }

    /// Where the length ends, counted from the start of the frame.
    pub(crate) const fn length_end(self) -> usize {
        match self.length_form() {
            LengthForm::Bits7 => 2,
            LengthForm::Bits16 => 4,
            LengthForm::Bits64 => 10,
        }
    }

    /// Where the header ends.
    #[inline(always)]
    pub(crate) const fn header_end(self) -> usize {
        match (self.length_form(), self.masked()) {
            (LengthForm::Bits7, false) => 2,
            (LengthForm::Bits7, true) => 6,
            (LengthForm::Bits16, false) => 4,
            (LengthForm::Bits16, true) => 8,
            (LengthForm::Bits64, false) => 10,
            (LengthForm::Bits64, true) => 14,
        }
    }
}

/// A header that is arriving.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PartialHeader {
    bytes: [u8; MAX_HEADER_BYTES],
    /// How many of them belong to the header and have arrived.
    pub(crate) length: usize,
}

impl PartialHeader {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; MAX_HEADER_BYTES], length: 0 }
    }

    /// Copies what may belong to the header, which the caller decides; gives how many of its bytes are there.
    #[inline(always)]
    pub(crate) fn look_ahead(&mut self, bytes: &[u8]) -> usize {
        if self.length == 0
            && let Some(all) = bytes.first_chunk()
        {
            self.bytes = *all;
            return MAX_HEADER_BYTES;
        }
        let room = self.bytes.get_mut(self.length..).unwrap_or_default();
        let more = room.len().min(bytes.len());
        for (slot, byte) in room.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        self.length.saturating_add(more)
    }

    /// Two bytes must be there.
    pub(crate) const fn prefix(&self) -> Prefix {
        Prefix([self.bytes[0], self.bytes[1]])
    }

    /// The payload length; the bytes up to [`Prefix::length_end`] must be there.
    pub(crate) const fn payload_length(&self) -> u64 {
        self.prefix().payload_length(&self.bytes)
    }

    /// The header; all of it must be there, and `payload_length` is what is in it.
    #[inline(always)]
    pub(crate) fn read(&self, payload_length: u64) -> FrameHeader {
        let prefix = self.prefix();
        let key = self.bytes.get(prefix.length_end()..).and_then(|key| key.first_chunk().copied());
        FrameHeader {
            fin: prefix.fin(),
            rsv1: prefix.rsv1(),
            rsv2: prefix.rsv2(),
            rsv3: prefix.rsv3(),
            opcode: prefix.opcode(),
            masking_key: if prefix.masked() { key } else { None },
            payload_length,
            length_form: prefix.length_form(),
        }
    }
}

/// A frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameHeader {
    /// Whether this is the last frame of its message.
    pub fin: bool,
    /// The reserved bit that permessage-deflate uses (RFC 7692 §6).
    pub rsv1: bool,
    /// A reserved bit without a meaning.
    pub rsv2: bool,
    /// A reserved bit without a meaning.
    pub rsv3: bool,
    /// What the frame is.
    pub opcode: Opcode,
    /// The masking key, if the MASK bit is set.
    pub masking_key: Option<MaskingKey>,
    /// Bytes of payload.
    pub payload_length: u64,
    /// How the length is, or is to be, written. A form too short for the length gives way to the minimal one.
    pub length_form: LengthForm,
}

impl FrameHeader {
    /// An unfragmented, unmasked frame in the minimal form.
    #[must_use]
    pub const fn new(opcode: Opcode, payload_length: u64) -> Self {
        Self {
            fin: true,
            rsv1: false,
            rsv2: false,
            rsv3: false,
            opcode,
            masking_key: None,
            payload_length,
            length_form: LengthForm::minimal(payload_length),
        }
    }

    /// Reads a header from the start of `bytes`; `None` if more bytes are needed. Every form of the length is
    /// accepted, and so is every length: the rules are the caller's.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let prefix = Prefix(*bytes.first_chunk()?);
        let mut header = PartialHeader::new();
        header.look_ahead(bytes.get(..prefix.header_end())?);
        Some(header.read(header.payload_length()))
    }

    /// Writes the header.
    #[must_use]
    pub fn encode(&self) -> EncodedHeader {
        let mut header = EncodedHeader { bytes: [0; MAX_HEADER_BYTES], length: 0 };
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        header.push(&[bit(self.fin, 0x80)
            | bit(self.rsv1, 0x40)
            | bit(self.rsv2, 0x20)
            | bit(self.rsv3, 0x10)
            | self.opcode.bits()]);
        let masked = bit(self.masking_key.is_some(), 0x80);
        let length = self.payload_length;
        match (self.effective_form(), u8::try_from(length), u16::try_from(length)) {
            (LengthForm::Bits7, Ok(length), _) => header.push(&[masked | length]),
            (LengthForm::Bits16, _, Ok(length)) => {
                header.push(&[masked | 126]);
                header.push(&length.to_be_bytes());
            }
            _ => {
                header.push(&[masked | 127]);
                header.push(&length.to_be_bytes());
            }
        }
        if let Some(key) = &self.masking_key {
            header.push(key);
        }
        header
    }

    /// Bytes that the header takes: 2–14.
    #[must_use]
    pub const fn header_length(&self) -> usize {
        let length: usize = match self.effective_form() {
            LengthForm::Bits7 => 2,
            LengthForm::Bits16 => 4,
            LengthForm::Bits64 => 10,
        };
        if self.masking_key.is_some() { length.saturating_add(4) } else { length }
    }

    const fn effective_form(&self) -> LengthForm {
        match (self.length_form, LengthForm::minimal(self.payload_length)) {
            (LengthForm::Bits64, _) | (_, LengthForm::Bits64) => LengthForm::Bits64,
            (LengthForm::Bits16, _) | (_, LengthForm::Bits16) => LengthForm::Bits16,
            _ => LengthForm::Bits7,
        }
    }
}

/// The bytes of a header.
#[derive(Clone, Copy, Debug)]
pub struct EncodedHeader {
    bytes: [u8; MAX_HEADER_BYTES],
    length: usize,
}

impl EncodedHeader {
    fn push(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(bytes);
            self.length = end;
        }
    }
}

impl core::ops::Deref for EncodedHeader {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_first_byte_and_form_survives_a_round_trip() {
        for first in 0..=u8::MAX {
            for masking_key in [None, Some([1, 2, 3, 4])] {
                for payload_length in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000, (1 << 32) + 5, u64::MAX] {
                    for length_form in [LengthForm::Bits7, LengthForm::Bits16, LengthForm::Bits64] {
                        let prefix = Prefix([first, 0]);
                        let header = FrameHeader {
                            fin: prefix.fin(),
                            rsv1: prefix.rsv1(),
                            rsv2: prefix.rsv2(),
                            rsv3: prefix.rsv3(),
                            opcode: prefix.opcode(),
                            masking_key,
                            payload_length,
                            length_form,
                        };
                        let bytes = header.encode();
                        assert_eq!(bytes.len(), header.header_length());
                        assert_eq!(bytes[0], first);
                        let parsed = FrameHeader::parse(&bytes).unwrap();
                        assert_eq!(parsed, FrameHeader { length_form: header.effective_form(), ..header });
                        for short in 0..bytes.len() {
                            assert_eq!(FrameHeader::parse(&bytes[..short]), None);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn lengths_are_written_in_network_order_and_in_the_shortest_form() {
        let encode = |length| FrameHeader::new(Opcode::Binary, length).encode();
        assert_eq!(*encode(125), [0x82, 125]);
        assert_eq!(*encode(126), [0x82, 126, 0, 126]);
        assert_eq!(*encode(65_535), [0x82, 126, 0xFF, 0xFF]);
        assert_eq!(*encode(65_536), [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(*encode(70_000), [0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
    }
}
