//! Base64 (RFC 4648), as captures and records have it.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, CONFIG);
const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, CONFIG);

/// Appends the digits of `bytes`.
pub(crate) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    // A multiple of three, so that the pieces join without padding.
    for piece in bytes.chunks(3 << 10) {
        let mut digits = [0; 4 << 10];
        let length = PLAIN.encode_slice(piece, &mut digits).unwrap_or_default();
        out.extend_from_slice(digits.get(..length).unwrap_or_default());
    }
}

/// The bytes of either alphabet, with or without padding; `None` if it is not base64.
pub(crate) fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    let engine = if digits.iter().any(|digit| matches!(digit, b'-' | b'_')) { &URL } else { &PLAIN };
    let mut bytes = vec![0; digits.len().div_ceil(4).saturating_mul(3)];
    let length = engine.decode_slice(digits, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        for length in [0, 1, 2, 3, 4, 3071, 3072, 3073, 10_000] {
            let bytes: Vec<u8> = (0..length).map(|i: u32| i as u8).collect();
            let mut digits = Vec::new();
            encode(&bytes, &mut digits);
            assert_eq!(decode(&digits), Some(bytes));
        }
        assert_eq!(decode(b"-_8"), Some(vec![0xfb, 0xff]));
        assert_eq!(decode(b"not base64!"), None);
    }
}
