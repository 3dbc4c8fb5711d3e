//! What a filter looks at: a frame that is being told, or one of the index.

use sansocket::{MaskingKey, Opcode};

use crate::catalogue::Set;
use crate::record::Frame;
use crate::types::Side;

/// A frame, as far as a row has it.
pub struct Subject {
    pub(crate) number: u64,
    pub(crate) connection: u32,
    pub(crate) message: Option<u64>,
    pub(crate) side: Side,
    pub(crate) opcode: Opcode,
    pub(crate) fin: bool,
    pub(crate) rsv: [bool; 3],
    pub(crate) masked: bool,
    pub(crate) length: u64,
    pub(crate) wire: u64,
    pub(crate) inflated: Option<u64>,
    /// Nanoseconds since the first packet, and since the frame before.
    pub(crate) time: Option<u64>,
    pub(crate) delta: Option<u64>,
    pub(crate) set: Set,
}

/// The rest, which is read only if a condition asks for it.
pub trait Contents {
    /// The masking key, if the source has the header.
    fn key(&mut self) -> Option<MaskingKey>;

    /// The payload, inflated if it was compressed and the frame ends the message.
    fn payload(&mut self) -> &[u8];

    /// The subprotocol of the connection.
    fn subprotocol(&mut self) -> Option<&str>;
}

impl Subject {
    /// A frame that is being told.
    #[must_use]
    pub fn of_frame(frame: &Frame<'_>, time: Option<u64>, delta: Option<u64>) -> Self {
        let header = &frame.header;
        Self {
            number: frame.number,
            connection: frame.connection,
            message: frame.message,
            side: frame.side,
            opcode: header.opcode,
            fin: header.fin,
            rsv: [header.rsv1, header.rsv2, header.rsv3],
            masked: header.masking_key.is_some(),
            length: header.payload_length,
            wire: u64::from(frame.header_length).saturating_add(frame.captured),
            inflated: frame.inflated.map(|inflated| inflated.size),
            time,
            delta,
            set: frame.set,
        }
    }

    /// Whether it is a part of a message in several frames.
    pub(crate) fn is_fragment(&self) -> bool {
        !self.opcode.is_control() && (!self.fin || self.opcode == Opcode::Continuation)
    }
}

/// The contents of a frame that is being told.
pub struct Told<'a> {
    pub(crate) frame: &'a Frame<'a>,
    pub(crate) subprotocol: Option<&'a str>,
}

impl Contents for Told<'_> {
    fn key(&mut self) -> Option<MaskingKey> {
        self.frame.header.masking_key.filter(|_| self.frame.has_header)
    }

    fn payload(&mut self) -> &[u8] {
        self.frame.inflated.map_or(self.frame.payload, |inflated| &inflated.bytes)
    }

    fn subprotocol(&mut self) -> Option<&str> {
        self.subprotocol
    }
}
