//! Frames one by one, without the rules of a connection: for captures, proxies and tools.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::mem;

use crate::error::{ProtocolError, Violation};
use crate::frame::{FrameHeader, PartialHeader};
use crate::limits::MAX_SIZE;
use crate::mask::Mask;
use crate::widen;

/// A whole frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The header, with the form of the length that was used.
    pub header: FrameHeader,
    /// The payload, unmasked.
    pub payload: Cow<'a, [u8]>,
    /// The position of the first byte of the header in the stream.
    pub offset: u64,
    /// The number of frames before it.
    pub index: u64,
}

impl Frame<'_> {
    /// Appends the very bytes that the frame was read from.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.header.encode());
        let start = out.len();
        out.extend_from_slice(&self.payload);
        if let Some(key) = self.header.masking_key {
            Mask::new(key).apply(out.get_mut(start..).unwrap_or_default());
        }
    }
}

/// Cuts one direction of a stream into frames. It accepts every opcode, reserved bit, mask and form of the length,
/// and fails only where a frame cannot be read: [`Violation::LengthMsb`], [`Violation::FrameTooLarge`],
/// [`Violation::OutOfMemory`], and [`Violation::UnexpectedEof`] inside a frame. An error is final.
#[derive(Debug)]
pub struct FrameDecoder {
    max_frame_size: u64,
    offset: u64,
    frames: u64,
    header: PartialHeader,
    open: Option<OpenFrame>,
    error: Option<ProtocolError>,
}

/// A frame whose header is complete.
#[derive(Debug)]
struct OpenFrame {
    header: FrameHeader,
    offset: u64,
    mask: Option<Mask>,
    remaining: u64,
    payload: Vec<u8>,
}

/// The most that is allocated because a frame declares it, before its bytes are there.
const MAX_PRESIZE: usize = 64 << 10;

impl FrameDecoder {
    /// Starts at the boundary of a frame. `max_frame_size` bounds the payload of one frame, in bytes.
    #[must_use]
    pub const fn new(max_frame_size: u64) -> Self {
        let max_frame_size = if max_frame_size > MAX_SIZE { MAX_SIZE } else { max_frame_size };
        Self { max_frame_size, offset: 0, frames: 0, header: PartialHeader::new(), open: None, error: None }
    }

    /// What ended the decoding, if it ended.
    #[must_use]
    pub const fn error(&self) -> Option<ProtocolError> {
        self.error
    }

    /// Takes bytes and reports each frame that is complete. Payload is unmasked in place.
    ///
    /// # Errors
    ///
    /// The error that ends the decoding; the frames before it were reported.
    pub fn decode(&mut self, bytes: &mut [u8], on_frame: &mut impl FnMut(Frame<'_>)) -> Result<(), ProtocolError> {
        let mut bytes = bytes;
        loop {
            if let Some(error) = self.error {
                return Err(error);
            }
            if self.open.is_none() && !self.read_header(&mut bytes)? {
                return Ok(());
            }
            if !self.read_payload(&mut bytes, on_frame)? {
                return Ok(());
            }
        }
    }

    /// Tells that the stream has ended.
    ///
    /// # Errors
    ///
    /// [`Violation::UnexpectedEof`] inside a frame, or the error that ended the decoding before.
    pub fn end(&mut self) -> Result<(), ProtocolError> {
        match self.error {
            Some(error) => Err(error),
            None if self.open.is_none() && self.header.length == 0 => Ok(()),
            None => self.fail(Violation::UnexpectedEof, self.offset),
        }
    }

    fn fail<T>(&mut self, violation: Violation, offset: u64) -> Result<T, ProtocolError> {
        let error = ProtocolError { violation, offset, frame_index: self.frames };
        self.error = Some(error);
        self.open = None;
        Err(error)
    }

    /// Gives whether the header is complete.
    fn read_header(&mut self, bytes: &mut &mut [u8]) -> Result<bool, ProtocolError> {
        let had = self.header.length;
        let start = self.offset.saturating_sub(widen(had));
        let there = self.header.look_ahead(bytes);
        if there >= 2 {
            let prefix = self.header.prefix();
            let (length_end, header_end) = (prefix.length_end(), prefix.header_end());
            let length = if there < length_end { 0 } else { self.header.payload_length() };
            if length > self.max_frame_size {
                let violation = if length > u64::MAX >> 1 { Violation::LengthMsb } else { Violation::FrameTooLarge };
                return self.fail(violation, start.saturating_add(widen(length_end)).saturating_sub(1));
            }
            if there >= header_end {
                let header = self.header.read(length);
                take(bytes, header_end.saturating_sub(had));
                self.header.length = 0;
                self.offset = start.saturating_add(widen(header_end));
                self.open = Some(OpenFrame {
                    header,
                    offset: start,
                    mask: header.masking_key.map(Mask::new),
                    remaining: header.payload_length,
                    payload: Vec::new(),
                });
                return Ok(true);
            }
        }
        // What is there of a header that is not complete is all that was given.
        self.header.length = there;
        self.offset = start.saturating_add(widen(there));
        Ok(false)
    }

    /// Gives whether the frame is complete; it was reported then.
    fn read_payload(
        &mut self,
        bytes: &mut &mut [u8],
        on_frame: &mut impl FnMut(Frame<'_>),
    ) -> Result<bool, ProtocolError> {
        let Some(open) = &mut self.open else { return Ok(false) };
        let used = usize::try_from(open.remaining).map_or(bytes.len(), |remaining| remaining.min(bytes.len()));
        let piece = take(bytes, used);
        if let Some(mask) = &mut open.mask {
            mask.apply(piece);
        }
        open.remaining = open.remaining.saturating_sub(widen(used));
        let start = self.offset;
        self.offset = start.saturating_add(widen(used));
        let whole = open.remaining == 0;
        let held = !open.payload.is_empty() || !whole;
        if held && !open.keep(piece) {
            return self.fail(Violation::OutOfMemory, start);
        }
        if !whole {
            return Ok(false);
        }
        let payload =
            if open.payload.is_empty() { Cow::Borrowed(&*piece) } else { Cow::Owned(mem::take(&mut open.payload)) };
        on_frame(Frame { header: open.header, payload, offset: open.offset, index: self.frames });
        self.open = None;
        self.frames = self.frames.saturating_add(1);
        Ok(true)
    }
}

impl OpenFrame {
    /// Keeps bytes; gives whether there was memory for them. The buffer doubles up to the declared length.
    fn keep(&mut self, piece: &[u8]) -> bool {
        let length = self.payload.len().saturating_add(piece.len());
        if length > self.payload.capacity() {
            let declared = usize::try_from(self.header.payload_length).unwrap_or(usize::MAX);
            let capacity = self.payload.capacity().saturating_mul(2).max(MAX_PRESIZE).min(declared).max(length);
            if self.payload.try_reserve_exact(capacity.saturating_sub(self.payload.len())).is_err() {
                return false;
            }
        }
        self.payload.extend_from_slice(piece);
        true
    }
}

/// Splits `length` bytes off the front.
fn take<'a>(bytes: &mut &'a mut [u8], length: usize) -> &'a mut [u8] {
    bytes.split_off_mut(..length).unwrap_or_default()
}
