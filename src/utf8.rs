//! Incremental UTF-8 validation that fails at the first byte with which the text cannot become valid any more
//! (RFC 6455 §8.1, RFC 3629).

use core::str::{self, Utf8Error};

/// Validates one text, piece by piece, however the pieces are cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Utf8Validator {
    /// The bytes of a code point whose end has not arrived.
    pending: [u8; 4],
    pending_length: usize,
    non_ascii: bool,
}

impl Utf8Validator {
    /// Starts at the first byte of a text.
    #[must_use]
    pub const fn new() -> Self {
        Self { pending: [0; 4], pending_length: 0, non_ascii: false }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// The position in `bytes` of the first impossible byte. The validator is not to be used after that.
    #[inline]
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), usize> {
        if self.pending_length == 0 && is_ascii(bytes) {
            return Ok(());
        }
        self.non_ascii = true;
        let completed = self.complete_pending(bytes)?;
        let checked = completed.saturating_add(quickly_checked(bytes.get(completed..).unwrap_or_default()));
        let rest = bytes.get(checked..).unwrap_or_default();
        let Err(error) = str::from_utf8(rest) else { return Ok(()) };
        if error.error_len().is_some() {
            return Err(checked.saturating_add(first_impossible(rest, &error)));
        }
        for byte in rest.get(error.valid_up_to()..).unwrap_or_default() {
            self.keep(*byte);
        }
        Ok(())
    }

    /// Whether the text may end here, which it may not inside a code point.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.pending_length == 0
    }

    /// Whether all bytes so far were ASCII.
    #[must_use]
    pub const fn is_ascii(&self) -> bool {
        !self.non_ascii
    }

    /// Finishes the pending code point; gives the number of bytes it took.
    fn complete_pending(&mut self, bytes: &[u8]) -> Result<usize, usize> {
        let mut taken = 0_usize;
        for byte in bytes {
            if self.pending_length == 0 {
                break;
            }
            self.keep(*byte);
            match str::from_utf8(self.pending.get(..self.pending_length).unwrap_or_default()) {
                Ok(_) => self.pending_length = 0,
                Err(error) if error.error_len().is_some() => return Err(taken),
                Err(_) => {}
            }
            taken = taken.saturating_add(1);
        }
        Ok(taken)
    }

    /// Four bytes always decide, so there is always room.
    fn keep(&mut self, byte: u8) {
        if let Some(slot) = self.pending.get_mut(self.pending_length) {
            *slot = byte;
            self.pending_length = self.pending_length.saturating_add(1);
        }
    }
}

/// Whether it is UTF-8, as fast as can be told without saying where it is not.
#[cfg(feature = "fast-path")]
#[inline]
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    simdutf8::basic::from_utf8(bytes).is_ok()
}

/// So many bytes at the start are UTF-8. The last code point, which may be cut, is left out, and everything if there is
/// a fault to be found.
#[cfg(feature = "fast-path")]
fn quickly_checked(bytes: &[u8]) -> usize {
    let last = bytes.iter().rposition(|byte| byte & 0xC0 != 0x80).unwrap_or_default();
    if bytes.get(..last).is_some_and(is_utf8) { last } else { 0 }
}

#[cfg(not(feature = "fast-path"))]
const fn quickly_checked(_bytes: &[u8]) -> usize {
    0
}

/// The position of the first byte that makes `bytes` invalid; `bytes.len()` if only the end of a code point is
/// missing.
fn first_impossible(bytes: &[u8], error: &Utf8Error) -> usize {
    let start = error.valid_up_to();
    match (error.error_len(), bytes.get(start)) {
        (None, _) => bytes.len(),
        // A byte that starts no code point is itself the fault; otherwise it is the byte that breaks the sequence.
        (Some(_), Some(0x80..=0xC1 | 0xF5..=0xFF)) => start,
        (Some(length), _) => start.saturating_add(length),
    }
}

/// The bits of eight bytes that are set in none that is ASCII.
pub(crate) const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

/// Whether every byte is ASCII. That of `core` looks at a machine word at a time, which is half as many in wasm.
#[inline(always)]
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    if !cfg!(feature = "fast-path") {
        return bytes.is_ascii();
    }
    let (words, tail) = bytes.as_chunks();
    words.iter().fold(0, |seen, word| seen | u64::from_ne_bytes(*word)) & NOT_ASCII == 0 && tail.is_ascii()
}

/// The number of UTF-16 code units that valid UTF-8 text has: what JavaScript calls the length of the string.
#[must_use]
pub fn utf16_length(text: &[u8]) -> usize {
    // One for each code point, found by its first byte, and one more for those beyond the basic plane.
    text.iter().map(|byte| usize::from(byte & 0xC0 != 0x80).wrapping_add(usize::from(*byte >= 0xF0))).sum()
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests may panic")]
mod tests {
    use super::*;

    /// By the table of RFC 3629 §4, one byte at a time: `None` while it can still become valid.
    fn first_bad_by_the_table(bytes: &[u8]) -> (Option<usize>, bool) {
        let mut at = 0;
        while at < bytes.len() {
            let (length, second) = match bytes[at] {
                0x00..=0x7F => (1, 0x80..=0xBF),
                0xC2..=0xDF => (2, 0x80..=0xBF),
                0xE0 => (3, 0xA0..=0xBF),
                0xED => (3, 0x80..=0x9F),
                0xE1..=0xEF => (3, 0x80..=0xBF),
                0xF0 => (4, 0x90..=0xBF),
                0xF4 => (4, 0x80..=0x8F),
                0xF1..=0xF3 => (4, 0x80..=0xBF),
                _ => return (Some(at), false),
            };
            for i in 1..length {
                let Some(byte) = bytes.get(at + i) else { return (None, false) };
                let allowed = if i == 1 { second.clone() } else { 0x80..=0xBF };
                if !allowed.contains(byte) {
                    return (Some(at + i), false);
                }
            }
            at += length;
        }
        (None, true)
    }

    /// Bytes at and beside every border of the table: all sequences of up to four of them.
    const BORDERS: [u8; 26] = [
        0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
        0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF,
    ];

    #[test]
    fn agrees_with_the_table_at_every_border_and_cut() {
        for n in 0..26_usize.pow(4) {
            let text = [n % 26, n / 26 % 26, n / 676 % 26, n / 17576].map(|i| BORDERS[i]);
            for length in 0..=4 {
                let text = &text[..length];
                let (bad, complete) = first_bad_by_the_table(text);
                for cut in 0..=length {
                    let mut validator = Utf8Validator::new();
                    let result =
                        validator.push(&text[..cut]).and_then(|()| validator.push(&text[cut..]).map_err(|at| at + cut));
                    assert_eq!(result, bad.map_or(Ok(()), Err), "{text:02x?} cut at {cut}");
                    if result.is_ok() {
                        assert_eq!(validator.is_complete(), complete, "{text:02x?} cut at {cut}");
                        assert_eq!(validator.is_ascii(), text.is_ascii(), "{text:02x?} cut at {cut}");
                    }
                }
            }
        }
    }

    #[test]
    fn finds_a_fault_behind_long_ascii() {
        let mut text = alloc::vec![b'a'; 1000];
        text[700] = 0xFF;
        assert_eq!(Utf8Validator::new().push(&text), Err(700));
    }

    #[test]
    fn counts_utf16_units() {
        for text in ["", "abc", "κόσμε", "\u{FEFF}日本", "😀a😀"] {
            assert_eq!(utf16_length(text.as_bytes()), text.encode_utf16().count());
        }
    }
}
