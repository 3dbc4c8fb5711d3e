//! What a filter looks at: a frame that is being told, or one of the index.

use std::borrow::Cow;

use sansocket::Opcode;

use crate::catalogue::Set;
use crate::record::Frame;
use crate::types::Side;

/// A frame.
pub struct Subject<'a> {
    pub(crate) number: u64,
    pub(crate) connection: u32,
    pub(crate) message: Option<u64>,
    pub(crate) side: Side,
    pub(crate) opcode: Opcode,
    pub(crate) fin: bool,
    pub(crate) rsv: [bool; 3],
    pub(crate) masked: bool,
    pub(crate) key: &'a dyn Fn() -> Option<[u8; 4]>,
    pub(crate) length: u64,
    pub(crate) wire: u64,
    pub(crate) inflated: Option<u64>,
    /// Nanoseconds since the first packet, and since the frame before.
    pub(crate) time: Option<u64>,
    pub(crate) delta: Option<u64>,
    pub(crate) set: Set,
    pub(crate) subprotocol: Option<&'a str>,
    /// The payload, inflated if it was compressed and this frame ends the message.
    pub(crate) payload: &'a dyn Fn() -> Cow<'a, [u8]>,
}

impl<'a> Subject<'a> {
    /// A frame that is being told.
    #[must_use]
    pub fn of_frame(
        frame: &Frame<'a>,
        time: Option<u64>,
        delta: Option<u64>,
        subprotocol: Option<&'a str>,
        key: &'a dyn Fn() -> Option<[u8; 4]>,
        payload: &'a dyn Fn() -> Cow<'a, [u8]>,
    ) -> Self {
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
            key,
            length: header.payload_length,
            wire: u64::from(frame.header_length).saturating_add(frame.captured),
            inflated: frame.inflated.map(|inflated| inflated.size),
            time,
            delta,
            set: frame.set,
            subprotocol,
            payload,
        }
    }

    /// Whether it is a part of a message in several frames.
    pub(crate) fn is_fragment(&self) -> bool {
        !self.opcode.is_control() && (!self.fin || self.opcode == Opcode::Continuation)
    }
}
