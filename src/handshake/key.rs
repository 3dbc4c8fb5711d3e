//! The key of a client and the proof that a server read it (RFC 6455 §1.3). HTTP/1.1 only: extended CONNECT has
//! neither.

use alloc::string::String;

use super::class::{Class, all};
use super::fields::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

/// What a server appends to the key before hashing (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of `Sec-WebSocket-Accept` that answers the value `key` of `Sec-WebSocket-Key`: 28 characters.
///
/// The text is hashed as it is, so any key has an answer, also one that a server would refuse.
///
/// ```
/// assert_eq!(sansocket::handshake::accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
/// ```
#[must_use]
pub fn accept_key(key: &str) -> String {
    base64::<28>(&Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

/// Whether `accept` is the answer to `key`, byte for byte (RFC 6455 §4.1, response item 4). There is no secret in
/// it, so the comparison need not take constant time.
#[must_use]
pub fn verify_accept(key: &str, accept: &[u8]) -> bool {
    accept_key(key).as_bytes() == accept
}

/// The value of `Sec-WebSocket-Key` for a nonce (RFC 6455 §4.1, request item 7).
pub(crate) fn encode_nonce(nonce: [u8; 16]) -> String {
    base64::<24>(&nonce)
}

/// Whether a value of `Sec-WebSocket-Key` stands for 16 bytes. The four spare bits of the last digit are not looked
/// at: the text is hashed as it is, so they can do no harm, and some clients do not clear them.
#[must_use]
pub fn is_key(key: &[u8]) -> bool {
    match key.split_at_checked(22) {
        Some((digits, b"==")) => all(digits, Class::Base64),
        _ => false,
    }
}

/// `N` is the length of the result, so that it needs no buffer but its own.
fn base64<const N: usize>(bytes: &[u8]) -> String {
    let mut digits = [0; N];
    let length = STANDARD.encode_slice(bytes, &mut digits).unwrap_or_default();
    text(digits.get(..length).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        assert_eq!(encode_nonce(*b"the sample nonce"), "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert!(verify_accept("dGhlIHNhbXBsZSBub25jZQ==", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert!(!verify_accept("dGhlIHNhbXBsZSBub25jZQ==", b"S3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert!(!verify_accept("dGhlIHNhbXBsZSBub25jZQ==", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo= "));
    }

    #[test]
    fn a_key_is_sixteen_bytes_in_base64() {
        for valid in [
            "dGhlIHNhbXBsZSBub25jZQ==",
            "AAAAAAAAAAAAAAAAAAAAAA==",
            "++++//////////////////==",
            "AAAAAAAAAAAAAAAAAAAAAB==",
        ] {
            assert!(is_key(valid.as_bytes()), "{valid}");
        }
        for invalid in [
            "",
            "==",
            "dGhlIHNhbXBsZSBub25j",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZQ=",
            "dGhlIHNhbXBsZSBub25jZQ===",
            "dGhlIHNhbXBsZSBub25jZWE=",
            "dGhlIHNhbXBsZSBub25jZ-==",
            "dGhlIHNhbXBsZSBub25jZ_==",
            "dGhlIHNhbXBsZSBub25jZ ==",
            "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==",
        ] {
            assert!(!is_key(invalid.as_bytes()), "{invalid}");
        }
    }
}
