//! One message for many connections: checked once, compressed once for each kind of compression.

use alloc::vec::Vec;

use super::Connection;
use super::send::opcode_of;
use crate::error::UsageError;
use crate::event::MessageKind;
use crate::frame::FrameHeader;
use crate::random::Randomness;
use crate::utf8::Utf8Validator;
use crate::widen;

#[cfg(feature = "deflate")]
use {super::CompressorTerms, crate::deflate::Compressor};

/// A message that is sent on many connections.
///
/// Its compressed form refers to nothing before it, so every connection with equal terms can send the same bytes. A
/// connection with context takeover begins a new history after it, since the peer's window then holds what its own
/// compressor has not seen.
#[derive(Debug)]
pub struct PreparedMessage {
    kind: MessageKind,
    data: Vec<u8>,
    #[cfg(feature = "deflate")]
    compressed: Vec<(CompressorTerms, Vec<u8>)>,
}

impl PreparedMessage {
    /// Takes the payload of a message.
    ///
    /// # Errors
    ///
    /// [`UsageError::InvalidUtf8`] if the bytes of a text are not UTF-8.
    pub fn new(kind: MessageKind, data: Vec<u8>) -> Result<Self, UsageError> {
        let mut utf8 = Utf8Validator::new();
        if kind == MessageKind::Text && (utf8.push(&data).is_err() || !utf8.is_complete()) {
            return Err(UsageError::InvalidUtf8);
        }
        Ok(Self {
            kind,
            data,
            #[cfg(feature = "deflate")]
            compressed: Vec::new(),
        })
    }

    /// The payload for connections with these terms, made at the first of them.
    #[cfg(feature = "deflate")]
    fn compressed(&mut self, terms: CompressorTerms) -> Result<&[u8], UsageError> {
        let index = match self.compressed.iter().position(|(made_for, _)| *made_for == terms) {
            Some(index) => index,
            None => {
                let mut payload = Vec::new();
                Compressor::new(terms.options, terms.window_bits)
                    .compress(&self.data, true, &mut payload)
                    .map_err(|_| UsageError::BufferFull)?;
                self.compressed.push((terms, payload));
                self.compressed.len().saturating_sub(1)
            }
        };
        Ok(self.compressed.get(index).map_or(&[], |(_, payload)| payload))
    }
}

impl<R: Randomness> Connection<R> {
    /// Queues a prepared message.
    ///
    /// # Errors
    ///
    /// As [`send_message`](Self::send_message).
    pub fn send_prepared(&mut self, message: &mut PreparedMessage) -> Result<(), UsageError> {
        self.check_can_begin()?;
        let opcode = opcode_of(message.kind);
        #[cfg(feature = "deflate")]
        if self.compresses(message.data.len())
            && let Some(terms) = self.deflate.as_ref().map(|deflate| deflate.terms())
        {
            let payload = message.compressed(terms)?;
            let header = FrameHeader { rsv1: true, ..FrameHeader::new(opcode, widen(payload.len())) };
            return self.send_as_is(header, payload);
        }
        let header = FrameHeader::new(opcode, widen(message.data.len()));
        self.check_room(&message.data)?;
        self.flush_pongs()?;
        self.write_frame(header, &message.data)
    }
}
