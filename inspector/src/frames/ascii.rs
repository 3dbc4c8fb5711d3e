//! Whether a payload is ASCII, without taking its mask off first.

use sansocket::MaskingKey;

/// Whether all bytes are ASCII once they are unmasked; the key of a payload without a mask is zero.
#[inline(always)]
pub fn is_ascii(bytes: &[u8], key: MaskingKey) -> bool {
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().zip(key.iter().cycle()).fold(0, |seen, (byte, key)| seen | (byte ^ key)) < 0x80;
    };
    let key = u32::from_le_bytes(key);
    // Words of plain integers: the compiler makes the vectors of the target of them.
    let (words, _) = bytes.as_chunks();
    let seen = words.iter().fold(0, |seen, word| seen | (u64::from_le_bytes(*word) ^ twice(key)));
    // The end, with some bytes once more.
    let turned = key.rotate_right((bytes.len() as u32 & 3) << 3);
    let seen = seen | (u64::from_le_bytes(*last) ^ twice(turned));
    seen & 0x8080_8080_8080_8080 == 0
}

#[inline(always)]
fn twice(key: u32) -> u64 {
    let key = u64::from(key);
    key << 32 | key
}

#[cfg(test)]
mod tests {
    use super::*;
    use sansocket::Mask;

    #[test]
    fn every_length_and_every_place_of_a_byte_that_is_not() {
        for key in [[0; 4], [0x37, 0xfa, 0x21, 0x3d]] {
            for length in 0..70 {
                let mut bytes = vec![b'a'; length];
                Mask::new(key).apply(&mut bytes);
                assert!(is_ascii(&bytes, key), "{length} bytes");
                for at in 0..length {
                    bytes[at] ^= 0x80;
                    assert!(!is_ascii(&bytes, key), "byte {at} of {length}");
                    bytes[at] ^= 0x80;
                }
            }
        }
    }
}
