//! From UTF-8 to UTF-16, the form in which JavaScript has its strings.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;

use crate::utf8::NOT_ASCII;

/// Appends a text that is valid UTF-8 as UTF-16, the low byte of each unit first. What is not is left out.
///
/// # Errors
///
/// There is no memory for it; nothing was appended.
pub fn append_utf16(text: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError> {
    let start = out.len();
    // No code point has more units than bytes.
    let most = text.len().saturating_mul(2);
    out.try_reserve(most)?;
    out.resize(start.saturating_add(most), 0);
    let mut slots = out.get_mut(start..).unwrap_or_default().as_chunks_mut().0.iter_mut();
    let mut put = |unit: u32| {
        if let Some(slot) = slots.next() {
            *slot = ((unit & 0xFFFF) as u16).to_le_bytes();
        }
    };
    let mut rest = text;
    loop {
        rest = match rest {
            [a @ 0x00..=0x7F, after @ ..] => {
                put(u32::from(*a));
                ascii_run(after, &mut put)
            }
            [a @ 0xC0..=0xDF, b, after @ ..] => {
                put(bits(*a, 0x1F, 6) | bits(*b, 0x3F, 0));
                after
            }
            [a @ 0xE0..=0xEF, b, c, after @ ..] => {
                put(bits(*a, 0x0F, 12) | bits(*b, 0x3F, 6) | bits(*c, 0x3F, 0));
                after
            }
            [a @ 0xF0..=0xF7, b, c, d, after @ ..] => {
                let code_point = bits(*a, 0x07, 18) | bits(*b, 0x3F, 12) | bits(*c, 0x3F, 6) | bits(*d, 0x3F, 0);
                let above = code_point.wrapping_sub(0x1_0000);
                put(0xD800 | (above >> 10) & 0x3FF);
                put(0xDC00 | above & 0x3FF);
                after
            }
            _ => break,
        }
    }
    let unused = slots.len().saturating_mul(2);
    out.truncate(out.len().saturating_sub(unused));
    Ok(())
}

/// The bits of a byte of a code point, where they belong.
#[inline(always)]
const fn bits(byte: u8, mask: u8, at: u32) -> u32 {
    ((byte & mask) as u32) << at
}

/// Takes ASCII eight bytes at a time; gives what comes after.
#[inline(always)]
fn ascii_run<'a>(mut text: &'a [u8], put: &mut impl FnMut(u32)) -> &'a [u8] {
    while let Some((eight, after)) = text.split_first_chunk() {
        if u64::from_ne_bytes(*eight) & NOT_ASCII != 0 {
            break;
        }
        for byte in eight {
            put(u32::from(*byte));
        }
        text = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn bytes(units: impl Iterator<Item = u16>) -> Vec<u8> {
        units.flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn agrees_with_the_standard_library() {
        let borders = "\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}";
        for text in ["", "abc", "more than eight characters", "κόσμε", "\u{FEFF}日本", "😀a😀", borders] {
            let mut out = alloc::vec![7];
            append_utf16(text.as_bytes(), &mut out).unwrap();
            assert_eq!(out.split_off(1), bytes(text.encode_utf16()), "{text}");
            assert_eq!(out, [7]);
        }
    }

    #[test]
    fn every_code_point() {
        for code_point in '\0'..=char::MAX {
            let mut out = Vec::new();
            append_utf16(code_point.encode_utf8(&mut [0; 4]).as_bytes(), &mut out).unwrap();
            assert_eq!(out, bytes(code_point.encode_utf16(&mut [0; 2]).iter().copied()));
        }
    }
}
