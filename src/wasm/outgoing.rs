//! Data that JavaScript frames by itself, without a connection: `js/outgoing.ts`.

use wasm_bindgen::prelude::wasm_bindgen;

use super::{Codec, Refusal, address, u32_of, word};
use crate::mask::mask_into;
use crate::{FrameHeader, Mask, MaskingKey, Randomness};

/// The first byte of a whole text: FIN and the opcode.
const TEXT: u8 = 0x81;
/// The MASK bit, in the second byte.
const MASK: u8 = 0x80;

/// Bytes of the longest header of a text of [`frame_texts`](Codec::frame_texts).
const MOST_HEADER: usize = 8;

#[wasm_bindgen]
impl Codec {
    /// Masks the first `length` bytes of the input with a key, whose first byte is the lowest: a multiple of four, but for the last of a payload.
    pub fn mask(&mut self, key: u32, length: usize) -> u32 {
        let Some(bytes) = self.input.get_mut(..length) else { return Refusal::InvalidArgument as u32 };
        Mask::new(key.to_le_bytes()).apply(bytes);
        0
    }

    /// Masks the payload of each frame in the first `length` bytes of the input with the key that its header has; a frame that
    /// is cut is left as it is. Gives the bytes that the others take as word 0.
    pub fn mask_frames(&mut self, length: usize) -> u32 {
        let Some(bytes) = self.input.get_mut(..length) else { return Refusal::InvalidArgument as u32 };
        let mut masked: usize = 0;
        while let Some((key, payload, end)) = frame_at(bytes, masked) {
            Mask::new(key).apply(payload);
            masked = end;
        }
        self.give_values([u32_of(masked), 0, 0]);
        0
    }

    /// Frames `count` texts, each a message, as output. They are the first `length` bytes of the input, one behind the other, and
    /// behind them is a byte for each, its length. For `NoRandomness` there is no output.
    pub fn frame_texts(&mut self, masked: bool, length: usize, count: usize) -> u32 {
        let Self { input, output, keys, status, .. } = self;
        let given = input.split_at_checked(length).and_then(|(texts, rest)| Some((texts, rest.get(..count)?)));
        let Some((mut texts, lengths)) = given else { return Refusal::InvalidArgument as u32 };
        let most = length.saturating_add(count.saturating_mul(MOST_HEADER));
        if output.len() < most {
            output.resize(most, 0);
        }
        let mut free = output.as_mut_slice();
        for &length in lengths {
            let mut key = MaskingKey::default();
            if masked && keys.fill(&mut key).is_err() {
                return Refusal::NoRandomness as u32;
            }
            let key = masked.then_some(key);
            let Some((text, after)) = texts.split_at_checked(usize::from(length)) else {
                return Refusal::InvalidArgument as u32;
            };
            let Some(rest) = write_frame(text, length, key, free) else { return Refusal::InvalidArgument as u32 };
            (texts, free) = (after, rest);
        }
        let unused = free.len();
        status[word::OUTPUT] = address(output.as_ptr());
        status[word::OUTPUT_LENGTH] = u32_of(output.len().saturating_sub(unused));
        0
    }
}

/// Writes the frame of a text of `length` bytes to the start of `target`; gives the rest of it.
#[inline(always)]
fn write_frame<'a>(text: &[u8], length: u8, key: Option<MaskingKey>, target: &'a mut [u8]) -> Option<&'a mut [u8]> {
    let masked = if key.is_some() { MASK } else { 0 };
    let (start, mut rest) = target.split_first_chunk_mut()?;
    if length < 126 {
        *start = [TEXT, masked | length];
    } else {
        *start = [TEXT, masked | 126];
        let (extended, after) = rest.split_first_chunk_mut()?;
        *extended = [0, length];
        rest = after;
    }
    if let Some(key) = key {
        let (slot, after) = rest.split_first_chunk_mut()?;
        *slot = key;
        rest = after;
    }
    let (payload, rest) = rest.split_at_mut_checked(text.len())?;
    mask_into(text, payload, key);
    Some(rest)
}

/// The key and the payload of the frame at `start`, and where it ends.
fn frame_at(bytes: &mut [u8], start: usize) -> Option<(MaskingKey, &mut [u8], usize)> {
    let header = FrameHeader::parse(bytes.get(start..)?)?;
    let start = start.checked_add(header.header_length())?;
    let end = start.checked_add(usize::try_from(header.payload_length).ok()?)?;
    Some((header.masking_key?, bytes.get_mut(start..end)?, end))
}
