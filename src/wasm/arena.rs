//! Memory for small payloads.

use alloc::vec::Vec;

use super::u32_of;

/// Memory that is kept from call to call.
const KEPT: usize = 1 << 17;

/// Bytes side by side, until the next call.
#[derive(Default)]
pub struct Arena {
    bytes: Vec<u8>,
    /// Behind so many are old ones, so that they need not be zeroed to be written to.
    #[cfg(feature = "fast-path")]
    used: usize,
}

impl Arena {
    /// Forgets the bytes, and gives back memory that was used once.
    pub fn clear(&mut self) {
        #[cfg(feature = "fast-path")]
        {
            self.used = 0;
            self.bytes.truncate(KEPT);
        }
        #[cfg(not(feature = "fast-path"))]
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
    }

    pub fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr()
    }

    /// Appends what `write` appends; gives where it begins, its length, and what `write` gave.
    pub fn append<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> (u32, u32, T) {
        #[cfg(feature = "fast-path")]
        self.bytes.truncate(self.used);
        let start = self.bytes.len();
        let result = write(&mut self.bytes);
        #[cfg(feature = "fast-path")]
        {
            self.used = self.bytes.len();
        }
        (u32_of(start), u32_of(self.bytes.len().saturating_sub(start)), result)
    }
}

#[cfg(feature = "fast-path")]
impl Arena {
    /// Makes the length even.
    pub fn align(&mut self) {
        if !self.used.is_multiple_of(2) {
            self.append(|bytes| bytes.push(0));
        }
    }

    /// The next `length` bytes, to be written to and then [kept](Self::keep).
    #[inline(always)]
    pub fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        let end = self.used.saturating_add(length);
        if self.bytes.len() < end {
            self.grow(end);
        }
        self.bytes.get_mut(self.used..end)
    }

    /// Keeps that many; gives where they begin and the length.
    #[inline(always)]
    pub fn keep(&mut self, length: usize) -> (u32, u32) {
        let start = self.used;
        self.used = start.saturating_add(length);
        (u32_of(start), u32_of(length))
    }

    /// Rarely has anything to do.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, end: usize) {
        self.bytes.resize(end.max(KEPT), 0);
    }
}
