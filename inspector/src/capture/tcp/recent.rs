//! The bytes of a direction that were handed on last, to be compared with what is sent again.

/// How many are kept.
const SIZE: usize = 16 << 10;

/// A ring of them.
#[derive(Default)]
pub(super) struct Recent {
    ring: Vec<u8>,
    /// Where the next byte goes, once the ring is full.
    next: usize,
}

impl Recent {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let bytes = bytes.get(bytes.len().saturating_sub(SIZE)..).unwrap_or_default();
        let (growing, bytes) = bytes.split_at(bytes.len().min(SIZE.saturating_sub(self.ring.len())));
        self.ring.extend_from_slice(growing);
        let (first, rest) = bytes.split_at(bytes.len().min(SIZE.saturating_sub(self.next)));
        self.put(first);
        self.put(rest);
    }

    /// Puts bytes that do not go beyond the end.
    fn put(&mut self, bytes: &[u8]) {
        let end = self.next.saturating_add(bytes.len());
        if let Some(place) = self.ring.get_mut(self.next..end) {
            place.copy_from_slice(bytes);
        }
        self.next = end % SIZE;
    }

    /// Whether `bytes`, which begin `back` bytes before the end of these, are others as far as both are known.
    pub(super) fn differs(&self, bytes: &[u8], back: usize) -> bool {
        let unknown = back.saturating_sub(self.ring.len());
        let again = bytes.get(unknown..).unwrap_or_default();
        let skipped = self.ring.len().saturating_sub(back.min(self.ring.len()));
        let (end, begin) = self.ring.split_at(self.next);
        let known = begin.iter().chain(end).skip(skipped);
        again.iter().zip(known).any(|(again, known)| again != known)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_the_last_bytes() {
        let mut recent = Recent::default();
        assert!(!recent.differs(b"anything", 8), "nothing is known");
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let mut end = 0;
        for size in [1, 1000, 1400, 7, SIZE, 3, SIZE + 1, 1400, 1400, 10_000, 10_000] {
            recent.push(&bytes[end..end + size]);
            end += size;
            for back in [1, 2, 100, SIZE - 1, SIZE, SIZE + 500].into_iter().filter(|back| *back <= end) {
                let mut again = bytes[end - back..end + 10].to_vec();
                assert!(!recent.differs(&again, back), "{back} bytes back from {end}");
                again[back - 1] ^= 1;
                assert!(recent.differs(&again, back), "{back} bytes back from {end}");
                again[back - 1] ^= 1;
                // What is longer ago than is kept cannot be known.
                again[0] ^= 1;
                assert_eq!(recent.differs(&again, back), back <= SIZE.min(end), "{back} bytes back from {end}");
            }
        }
        recent.clear();
        assert!(!recent.differs(b"x", 1));
    }
}
