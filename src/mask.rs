//! Masking (RFC 6455 §5.3).

use alloc::vec::Vec;

use crate::utf8::NOT_ASCII;

/// The four bytes that mask one frame. A client draws a fresh one for every frame.
pub type MaskingKey = [u8; 4];

/// Masks or unmasks the payload of one frame, piece by piece; the two are the same operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask(MaskingKey);

/// The bytes that are copied and masked at a time, so that the second still finds them in the fastest cache.
const BLOCK: usize = 2 << 10;

impl Mask {
    /// Starts at the first byte of a payload.
    #[must_use]
    pub const fn new(key: MaskingKey) -> Self {
        Self(key)
    }

    /// Transforms the next bytes of the payload in place.
    pub fn apply(&mut self, bytes: &mut [u8]) {
        self.apply_to_text(bytes);
    }

    /// Appends the next bytes of the payload to `target`, transformed.
    pub(crate) fn append(&mut self, bytes: &[u8], target: &mut Vec<u8>) {
        let block = if cfg!(feature = "fast-path") { BLOCK } else { usize::MAX };
        for bytes in bytes.chunks(block) {
            let start = target.len();
            target.extend_from_slice(bytes);
            self.apply(target.get_mut(start..).unwrap_or_default());
        }
    }

    /// As [`apply`](Self::apply); gives whether all bytes are ASCII now, which costs nothing beside.
    #[inline(always)]
    pub(crate) fn apply_to_text(&mut self, bytes: &mut [u8]) -> bool {
        let wide = widened(self.0);
        // Eight bytes at a time in safe code: the compiler turns it into the widest vectors that the target has.
        let (words, tail) = bytes.as_chunks_mut::<8>();
        let mut seen = 0;
        for word in words {
            let plain = u64::from_ne_bytes(*word) ^ wide;
            *word = plain.to_ne_bytes();
            seen |= plain;
        }
        let mut seen_in_tail = 0;
        for (byte, key) in tail.iter_mut().zip(wide.to_ne_bytes()) {
            *byte ^= key;
            seen_in_tail |= *byte;
        }
        // Only a tail moves the phase: eight is a multiple of four.
        self.0 = turned(self.0, tail.len());
        seen & NOT_ASCII == 0 && seen_in_tail.is_ascii()
    }
}

/// Copies the payload of a frame to `target`, which has the same length, and unmasks it if there is a key; gives whether all
/// bytes are ASCII.
#[cfg(feature = "fast-path")]
#[inline(always)]
pub(crate) fn mask_into(source: &[u8], target: &mut [u8], key: Option<MaskingKey>) -> bool {
    let key = key.unwrap_or_default();
    let wide = widened(key);
    let mut seen = 0;
    for (word, slot) in source.as_chunks().0.iter().zip(target.as_chunks_mut().0) {
        let plain = u64::from_ne_bytes(*word) ^ wide;
        *slot = plain.to_ne_bytes();
        seen |= plain;
    }
    if let (Some((_, word)), Some((_, slot))) = (source.split_last_chunk(), target.split_last_chunk_mut()) {
        // What is left, and as much of what comes before it as makes a word: the source is as it was.
        let plain = u64::from_ne_bytes(*word) ^ widened(turned(key, source.len()));
        *slot = plain.to_ne_bytes();
        return (seen | plain) & NOT_ASCII == 0;
    }
    for ((byte, key), slot) in source.iter().zip(wide.to_ne_bytes()).zip(&mut *target) {
        *slot = byte ^ key;
    }
    target.is_ascii()
}

/// The key from so many bytes on. To rotate it as bytes would be calls that move memory.
#[inline(always)]
const fn turned(key: MaskingKey, by: usize) -> MaskingKey {
    let bits = (by as u32 & 3) << 3;
    u32::from_le_bytes(key).rotate_right(bits).to_le_bytes()
}

/// The key twice, for eight bytes at a time.
#[inline(always)]
const fn widened(key: MaskingKey) -> u64 {
    let key = u32::from_ne_bytes(key) as u64;
    key << 32 | key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_the_book(bytes: &[u8], key: MaskingKey) -> Vec<u8> {
        bytes.iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]).collect()
    }

    #[test]
    fn every_alignment_length_and_phase() {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        let source: Vec<u8> = (0..120).map(|i: u8| i.wrapping_mul(37)).collect();
        for start in 0..16 {
            for length in 0..80 {
                for cut in 0..=length {
                    let mut bytes = source.clone();
                    let expected = by_the_book(&source[start..start + length], key);
                    let mut mask = Mask::new(key);
                    let (first, second) = bytes[start..start + length].split_at_mut(cut);
                    mask.apply(first);
                    mask.apply(second);
                    assert_eq!(&bytes[start..start + length], expected, "start {start}, length {length}, cut {cut}");
                }
            }
        }
    }

    #[cfg(feature = "fast-path")]
    #[test]
    fn copied_at_every_length() {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        let source: Vec<u8> = (0..120).map(|i: u8| i.wrapping_mul(37)).collect();
        for length in 0..source.len() {
            for key in [None, Some(key)] {
                let plain = by_the_book(&source[..length], key.unwrap_or_default());
                let mut target = alloc::vec![9; length];
                let ascii = mask_into(&source[..length], &mut target, key);
                assert_eq!(target, plain, "length {length}");
                assert_eq!(ascii, plain.is_ascii(), "length {length}");
            }
        }
    }

    #[cfg(feature = "fast-path")]
    #[test]
    fn tells_one_byte_that_is_not_ascii() {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        for length in 0..40 {
            let mut target = alloc::vec![9; length];
            let ascii = by_the_book(&alloc::vec![0x7F; length], key);
            assert!(mask_into(&ascii, &mut target, Some(key)), "length {length}");
            for at in 0..length {
                let mut source = ascii.clone();
                source[at] ^= 0x80;
                assert!(!mask_into(&source, &mut target, Some(key)), "length {length}, byte {at}");
            }
        }
    }

    #[test]
    fn appended_in_blocks_as_in_one_piece() {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        let source: Vec<u8> = (0..2 * BLOCK + 9).map(|i| (i % 251) as u8).collect();
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, source.len() - 3] {
            let mut mask = Mask::new(key);
            let mut target = alloc::vec![9];
            mask.append(&source[..3], &mut target);
            mask.append(&source[3..3 + length], &mut target);
            assert_eq!(target[1..], by_the_book(&source[..3 + length], key), "length {length}");
            assert_eq!(target[0], 9);
        }
    }
}
