//! The sliding window: what was inflated before, as far as the peer may refer back to it (RFC 7692 §7.1.2).

use alloc::collections::TryReserveError;
use alloc::vec::Vec;

/// The last 2^bits bytes, in a buffer that grows with what there is to hold and then turns into a ring.
#[derive(Debug)]
pub(super) struct Window {
    bytes: Vec<u8>,
    /// Where the next byte goes: at the end of the buffer, until that is full.
    next: usize,
    size: usize,
}

impl Window {
    pub(super) const fn new(bits: u8) -> Self {
        Self { bytes: Vec::new(), next: 0, size: 1_usize.wrapping_shl(bits as u32) }
    }

    /// The most bytes that are held.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// The bytes that are held.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes on the heap.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// Forgets everything and gives the memory back.
    pub(super) fn clear(&mut self) {
        self.bytes = Vec::new();
        self.next = 0;
    }

    /// Adds what was inflated.
    pub(super) fn extend(&mut self, bytes: &[u8]) -> Result<(), TryReserveError> {
        let mut bytes = bytes.get(bytes.len().saturating_sub(self.size)..).unwrap_or_default();
        let missing = self.size.saturating_sub(self.bytes.len());
        if missing != 0 {
            let (grown, rest) = bytes.split_at(bytes.len().min(missing));
            self.reserve(grown.len())?;
            self.bytes.extend_from_slice(grown);
            self.advance(grown.len());
            bytes = rest;
        }
        let (before, after) = bytes.split_at(bytes.len().min(self.size.saturating_sub(self.next)));
        self.overwrite(before);
        self.overwrite(after);
        Ok(())
    }

    /// Doubles, but not beyond the size.
    fn reserve(&mut self, more: usize) -> Result<(), TryReserveError> {
        let length = self.bytes.len();
        if length.saturating_add(more) > self.bytes.capacity() {
            let capacity = length.saturating_mul(2).max(length.saturating_add(more)).min(self.size);
            self.bytes.try_reserve_exact(capacity.saturating_sub(length))?;
        }
        Ok(())
    }

    fn overwrite(&mut self, bytes: &[u8]) {
        let end = self.next.saturating_add(bytes.len());
        if let Some(place) = self.bytes.get_mut(self.next..end) {
            place.copy_from_slice(bytes);
            self.advance(bytes.len());
        }
    }

    fn advance(&mut self, by: usize) {
        let next = self.next.saturating_add(by);
        self.next = if next < self.size { next } else { 0 };
    }

    /// Bytes that begin `back` bytes before the end, which is at most [`len`](Self::len): up to the end, or up to where
    /// the ring turns.
    #[inline(always)]
    pub(super) fn tail(&self, back: usize) -> &[u8] {
        let part = if back <= self.next {
            self.bytes.get(self.next.wrapping_sub(back)..self.next)
        } else {
            self.bytes.get(self.bytes.len().wrapping_add(self.next).wrapping_sub(back)..)
        };
        part.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same bytes as in a plain buffer, whatever the pieces.
    #[test]
    fn holds_the_last_bytes() {
        for step in [1, 2, 7, 100, 255, 256, 257, 600] {
            let mut window = Window::new(8);
            let all: Vec<u8> = (0..3000_u32).map(|i| ((i * i) >> 5) as u8).collect();
            let mut end = 0;
            for piece in all.chunks(step) {
                window.extend(piece).unwrap();
                end += piece.len();
                assert_eq!(window.len(), end.min(256));
                assert!(window.capacity() <= 256);
                for back in 1..=window.len() {
                    let mut held = window.tail(back).to_vec();
                    assert!(!held.is_empty());
                    if held.len() < back {
                        held.extend_from_slice(window.tail(back - held.len()));
                    }
                    assert_eq!(held, all[end - back..end]);
                }
            }
            window.clear();
            assert_eq!((window.len(), window.capacity()), (0, 0));
        }
    }
}
