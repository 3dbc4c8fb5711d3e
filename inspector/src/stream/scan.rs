//! Looks for frames in the middle of a stream: for a header that is legal, and that others follow.

use sansocket::{FrameHeader, LengthForm, Opcode};

use crate::types::{narrow, wide};

/// So many headers in a row are taken for frames.
const CHAIN: u32 = 3;

/// The longest that a chain is followed, and so about the most that is held for it.
pub const MAX_SCAN: usize = 1 << 20;

/// What is known of the frames that are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// Whether they are masked.
    pub masked: Option<bool>,
    /// Whether messages may be compressed.
    pub compressed: bool,
}

/// The result of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Frames begin here.
    At(usize),
    /// They may begin here, which more bytes will tell; not before it.
    Wait(usize),
}

/// Looks for the first frame in `bytes`, from `from` on. `ends`: positions at which a segment ends, in rising order,
/// which a frame often does as well, and the first one begins; a chain of two that ends with one of them is enough, and of
/// one if it also begins with one. `over`: no more bytes will come, so that there is nothing to wait for.
#[must_use]
pub fn find(bytes: &[u8], from: usize, expected: Expected, ends: &[usize], over: bool) -> Found {
    for at in from..bytes.len() {
        match chain(bytes, at, expected, ends) {
            Chain::Found => return Found::At(at),
            // The first one that may be has the right to be decided first, as otherwise the result would depend on how
            // much is there.
            Chain::Open if !over => return Found::Wait(at),
            Chain::Open | Chain::Broken => {}
        }
    }
    Found::Wait(bytes.len())
}

enum Chain {
    Found,
    Broken,
    /// It goes on behind the bytes that are there.
    Open,
}

fn chain(bytes: &[u8], start: usize, expected: Expected, ends: &[usize]) -> Chain {
    let mut at = start;
    let mut count = 0_u32;
    loop {
        let ends_segment = ends.binary_search(&at).is_ok();
        let begins_segment = ends.binary_search(&start).is_ok();
        if count >= CHAIN || (ends_segment && (count >= 2 || (count == 1 && begins_segment))) {
            return Chain::Found;
        }
        if at.saturating_sub(start) > MAX_SCAN {
            return Chain::Broken;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(header) = FrameHeader::parse(rest) else {
            return if begins_legally(rest, expected) { Chain::Open } else { Chain::Broken };
        };
        if !is_legal(&header, expected) {
            return Chain::Broken;
        }
        count = count.saturating_add(1);
        at = at.saturating_add(header.header_length()).saturating_add(narrow(header.payload_length));
        if at > bytes.len() && count < CHAIN {
            return if at.saturating_sub(start) > MAX_SCAN { Chain::Broken } else { Chain::Open };
        }
    }
}

/// Whether the first bytes of a header can be those of a legal one.
fn begins_legally(bytes: &[u8], expected: Expected) -> bool {
    let second = bytes.get(1).copied().unwrap_or(if expected.masked == Some(true) { 0x80 } else { 0 });
    let Some(first) = bytes.first() else { return true };
    let mut header = [*first, second & 0x80, 0, 0, 0, 0];
    // The length is not looked at; a zero is legal in every frame.
    if let Some(place) = header.get_mut(1) {
        *place = second & 0x80;
    }
    FrameHeader::parse(&header).is_some_and(|header| is_legal(&header, expected))
}

/// Whether frames lead from the first byte to a position.
#[must_use]
pub fn leads(bytes: &[u8], to: usize, expected: Expected) -> bool {
    let mut at = 0_usize;
    while at < to {
        let header = FrameHeader::parse(bytes.get(at..).unwrap_or_default());
        let Some(header) = header.filter(|header| is_legal(header, expected)) else { return false };
        at = at.saturating_add(header.header_length()).saturating_add(narrow(header.payload_length));
    }
    at == to
}

/// Whether a frame can be what RFC 6455 §5 allows, whatever comes before it.
pub fn is_legal(header: &FrameHeader, expected: Expected) -> bool {
    let length_is_minimal = header.length_form == LengthForm::minimal(header.payload_length);
    let rsv1_is_defined = expected.compressed && matches!(header.opcode, Opcode::Text | Opcode::Binary);
    let control_is_short = !header.opcode.is_control() || (header.fin && header.payload_length <= 125);
    !matches!(header.opcode, Opcode::Reserved(_))
        && !header.rsv2
        && !header.rsv3
        && (!header.rsv1 || rsv1_is_defined)
        && control_is_short
        && length_is_minimal
        && header.payload_length < wide(MAX_SCAN)
        && expected.masked.is_none_or(|masked| masked == header.masking_key.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: Expected = Expected { masked: Some(false), compressed: false };
    const CLIENT: Expected = Expected { masked: Some(true), compressed: true };

    #[test]
    fn three_headers_in_a_row() {
        let bytes = b"xyz\x81\x02hi\x89\x00\x82\x01a";
        assert_eq!(find(bytes, 0, SERVER, &[], false), Found::At(3));
        assert_eq!(find(&bytes[..9], 0, SERVER, &[], false), Found::Wait(3));
        assert_eq!(find(&bytes[..9], 0, SERVER, &[9], false), Found::At(3), "two, and the segment ends");
        assert_eq!(find(b"\x81\x02hi", 0, SERVER, &[0, 4], false), Found::At(0), "one that is the whole segment");
        assert_eq!(find(b"\x81\x02hi", 0, SERVER, &[4], false), Found::Wait(0), "the end of a segment");
        assert_eq!(find(b"x\x81\x02hi", 0, SERVER, &[5], true), Found::Wait(5), "one in the middle is not enough");
        assert_eq!(find(b"\x81\x02hi", 0, CLIENT, &[0, 4], true), Found::Wait(4));
    }

    #[test]
    fn every_byte_more_tells_the_same_or_more() {
        let bytes = b"\x00\x7f\x01\xff\xc1\x85abcdhello\x89\x80abcd\x88\x82abcd\x03\xe8";
        let mut last = 0;
        for length in 0..=bytes.len() {
            match find(&bytes[..length], 0, CLIENT, &[], false) {
                Found::At(at) => assert_eq!((at, length >= 21), (4, true)),
                Found::Wait(at) => {
                    assert!(at >= last && at <= length);
                    last = at;
                }
            }
        }
        assert_eq!(find(bytes, 0, CLIENT, &[], false), Found::At(4));
    }

    #[test]
    fn a_claim_beyond_the_bound_is_not_waited_for() {
        let bytes = b"\x82\x7f\x00\x00\x00\x00\xff\xff\xff\xff";
        assert_eq!(find(bytes, 0, SERVER, &[], false), Found::Wait(10));
    }
}
