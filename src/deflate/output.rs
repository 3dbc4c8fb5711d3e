//! Where inflated bytes go, and where matches are copied from (RFC 1951 §2).

use super::window::Window;

/// Matches are short, and copying memory in general is slow to begin: they go in pieces of this size.
const PIECE: usize = 16;

/// Bytes behind the end of an [`Output`] that may be written over, since the last piece is copied whole.
pub(super) const SLACK: usize = PIECE;

/// The output of one call, behind what the window holds.
pub(super) struct Output<'a> {
    /// Everything that this call inflates, from its first byte.
    buffer: &'a mut [u8],
    at: usize,
    end: usize,
    window: &'a Window,
}

impl<'a> Output<'a> {
    /// Goes on in a buffer that has `at` bytes already, and room for more than its last [`SLACK`].
    pub(super) fn new(buffer: &'a mut [u8], at: usize, window: &'a Window) -> Self {
        let end = buffer.len().saturating_sub(SLACK);
        Self { buffer, at, end, window }
    }

    /// Bytes so far.
    pub(super) const fn len(&self) -> usize {
        self.at
    }

    #[inline(always)]
    pub(super) const fn is_full(&self) -> bool {
        self.at >= self.end
    }

    /// How far back a match may reach: to the first byte there ever was, or as far as the window was agreed to be.
    #[inline(always)]
    pub(super) fn reach(&self) -> usize {
        self.at.wrapping_add(self.window.len()).min(self.window.size())
    }

    #[inline(always)]
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.at) {
            *place = byte;
            self.at = self.at.wrapping_add(1);
        }
    }

    /// As many of the bytes as there is room for.
    pub(super) fn room(&self) -> usize {
        self.end.saturating_sub(self.at)
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        let end = self.at.wrapping_add(bytes.len());
        if let Some(place) = self.buffer.get_mut(self.at..end) {
            place.copy_from_slice(bytes);
            self.at = end;
        }
    }

    /// Copies from `distance` bytes back, which is within [`reach`](Self::reach), as far as there is room; gives what is
    /// left of `length`.
    #[inline(always)]
    pub(super) fn copy(&mut self, distance: usize, length: usize) -> usize {
        let mut now = length.min(self.room());
        let left = length.wrapping_sub(now);
        // The window comes in two parts at most, as its ring turns once.
        for _ in 0..2 {
            if distance > self.at {
                let place = self.buffer.get_mut(self.at..).unwrap_or_default();
                let copied = copy_from_window(self.window, distance.wrapping_sub(self.at), place, now);
                self.at = self.at.wrapping_add(copied);
                now = now.wrapping_sub(copied);
            }
        }
        self.copy_within(distance, now);
        left
    }

    #[inline(always)]
    fn copy_within(&mut self, distance: usize, length: usize) {
        let end = self.at.wrapping_add(length);
        let (mut to, mut from) = (self.at, self.at.wrapping_sub(distance));
        if distance >= PIECE {
            while to < end {
                let piece = self.buffer.get(from..).and_then(<[u8]>::first_chunk::<PIECE>).copied();
                let place = self.buffer.get_mut(to..).and_then(<[u8]>::first_chunk_mut::<PIECE>);
                if let (Some(piece), Some(place)) = (piece, place) {
                    *place = piece;
                }
                to = to.wrapping_add(PIECE);
                from = from.wrapping_add(PIECE);
            }
        } else if distance == 1 {
            let byte = self.buffer.get(from).copied().unwrap_or_default();
            if let Some(place) = self.buffer.get_mut(to..end) {
                place.fill(byte);
            }
        } else {
            while to < end {
                let byte = self.buffer.get(from).copied().unwrap_or_default();
                if let Some(place) = self.buffer.get_mut(to) {
                    *place = byte;
                }
                to = to.wrapping_add(1);
                from = from.wrapping_add(1);
            }
        }
        self.at = end;
    }
}

/// Copies to `place` what begins `back` bytes before the end of the window, up to that end or to where the ring turns;
/// gives how much that was.
fn copy_from_window(window: &Window, back: usize, place: &mut [u8], length: usize) -> usize {
    let tail = window.tail(back);
    let (bytes, rest) = tail.split_at(tail.len().min(length));
    if rest.len() >= PIECE {
        let mut at = 0;
        while at < bytes.len() {
            let piece = tail.get(at..).and_then(<[u8]>::first_chunk::<PIECE>);
            let to = place.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<PIECE>);
            if let (Some(piece), Some(to)) = (piece, to) {
                *to = *piece;
            }
            at = at.wrapping_add(PIECE);
        }
    } else if let Some(place) = place.get_mut(..bytes.len()) {
        place.copy_from_slice(bytes);
    }
    bytes.len()
}
