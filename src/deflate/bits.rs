//! Input as a stream of bits, least significant first (RFC 1951 §3.1.1).

use super::huffman::low;

/// The bits that a call left for the next one: those of an element whose end has not arrived.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Carry {
    bits: u64,
    count: u32,
}

impl Carry {
    pub(super) const fn is_empty(self) -> bool {
        self.count == 0
    }
}

/// Reads the input of one call.
#[derive(Clone, Copy)]
pub(super) struct BitReader<'a> {
    input: &'a [u8],
    /// Bytes of the input that were moved into `hold`.
    at: usize,
    /// The next bits. Above `count` there may be copies of bits that were not moved yet.
    hold: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    pub(super) const fn new(carry: Carry, input: &'a [u8]) -> Self {
        Self { input, at: 0, hold: carry.bits, count: carry.count }
    }

    /// Has 56 bits ready, or all that there are.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(bytes) = self.input.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            self.hold |= u64::from_le_bytes(*bytes).wrapping_shl(self.count);
            self.at = self.at.wrapping_add(63_u32.wrapping_sub(self.count).wrapping_shr(3) as usize);
            self.count |= 56;
        } else {
            *self = self.refilled_by_bytes();
        }
    }

    /// The end of the input. By value, so that the inner loop need not keep its reader in memory for this.
    fn refilled_by_bytes(mut self) -> Self {
        while self.count < 56 {
            let Some(byte) = self.input.get(self.at) else { break };
            self.hold |= u64::from(*byte).wrapping_shl(self.count);
            self.at = self.at.wrapping_add(1);
            self.count = self.count.wrapping_add(8);
        }
        self
    }

    /// The next bits, of which [`count`](Self::count) are real.
    #[inline(always)]
    pub(super) const fn peek(&self) -> u64 {
        self.hold
    }

    #[inline(always)]
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// Goes on by that many bits, which are there.
    #[inline(always)]
    pub(super) fn skip(&mut self, bits: u32) {
        self.hold = self.hold.wrapping_shr(bits);
        self.count = self.count.wrapping_sub(bits);
    }

    /// The next bits, at most 32, or `None` if they have not all arrived.
    pub(super) fn take(&mut self, bits: u32) -> Option<usize> {
        self.refill();
        if self.count < bits {
            return None;
        }
        let value = low(self.hold, bits);
        self.skip(bits);
        Some(value)
    }

    /// Goes on to the next byte boundary.
    pub(super) fn align(&mut self) {
        self.skip(self.count & 7);
    }

    /// The next bytes as such, at most that many. The stream is at a byte boundary.
    pub(super) fn take_bytes(&mut self, at_most: usize) -> &'a [u8] {
        self.give_back();
        let rest = self.input.get(self.at..).unwrap_or_default();
        let (bytes, _) = rest.split_at(rest.len().min(at_most));
        self.at = self.at.wrapping_add(bytes.len());
        bytes
    }

    /// Moves whole bytes back to where they came from. What a call before this one left is used up by the first element
    /// that is read, so they are all of this call's input once one was.
    fn give_back(&mut self) {
        let bytes = self.count.wrapping_shr(3).min(u32::try_from(self.at).unwrap_or(u32::MAX));
        self.at = self.at.wrapping_sub(bytes as usize);
        self.count = self.count.wrapping_sub(bytes.wrapping_shl(3));
        self.hold = low64(self.hold, self.count);
    }

    /// How many bytes of a stream were read, at least in part, of which `before` came before this input.
    pub(super) fn position(&self, before: u64) -> u64 {
        before.wrapping_add(self.at as u64).wrapping_sub(u64::from(self.count.wrapping_shr(3)))
    }

    /// Ends the call: how many bytes of the input need not be shown again, and the bits to carry over. Unless all input
    /// was read, that is less than a byte.
    pub(super) fn finish(mut self, all: bool) -> (usize, Carry) {
        if !all {
            self.give_back();
        }
        (self.at, Carry { bits: low64(self.hold, self.count), count: self.count })
    }
}

const fn low64(bits: u64, count: u32) -> u64 {
    bits & 1_u64.wrapping_shl(count).wrapping_sub(1)
}
