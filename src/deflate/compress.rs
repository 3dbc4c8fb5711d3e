//! Sending: compressed messages, whole or in fragments (RFC 7692 §7.2.1).

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::fmt;
use core::hint::black_box;

use zlib_rs::{Deflate, DeflateConfig, DeflateFlush, Method};

use crate::error::UsageError;

/// The end of an empty stored block, with which a flush ends and which a message is sent without (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// The most by which the output grows at once. More than six bytes, so that a flush that just fits is not repeated.
const MAX_GROWTH: usize = 64 << 10;

/// How the compressor looks for matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// For data of all kinds.
    #[default]
    Default,
    /// For small values that look random, as a filter such as that of PNG makes them.
    Filtered,
    /// No matches, only shorter codes for frequent bytes.
    HuffmanOnly,
    /// Matches with the byte before alone.
    Rle,
    /// Like the default, without codes made for the data.
    Fixed,
}

impl From<Strategy> for zlib_rs::Strategy {
    fn from(strategy: Strategy) -> Self {
        match strategy {
            Strategy::Default => Self::Default,
            Strategy::Filtered => Self::Filtered,
            Strategy::HuffmanOnly => Self::HuffmanOnly,
            Strategy::Rle => Self::Rle,
            Strategy::Fixed => Self::Fixed,
        }
    }
}

/// How a [`Compressor`] works; no peer needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompressOptions {
    /// 0–9: no compression, then from the fastest to the smallest output. Default 2.
    ///
    /// Level 1 is several times as fast as any other, and makes the output of texts a tenth to a third larger than
    /// level 2 does; what cannot be compressed grows by up to an eighth.
    pub level: u8,
    /// 1–9: memory for a block, which makes blocks longer and codes fit better. Default 8.
    pub mem_level: u8,
    /// Default [`Strategy::Default`].
    pub strategy: Strategy,
}

impl CompressOptions {
    /// The defaults, as given at each field.
    pub const DEFAULT: Self = Self { level: 2, mem_level: 8, strategy: Strategy::Default };

    /// Checks the ranges. [`Compressor::new`] takes the nearest value that is in range.
    ///
    /// # Errors
    ///
    /// [`UsageError::InvalidArgument`] for what is out of range.
    pub fn check(&self) -> Result<(), UsageError> {
        if self.level > 9 {
            return Err(UsageError::InvalidArgument("level", "an integer from 0 to 9"));
        }
        if !(1..=9).contains(&self.mem_level) {
            return Err(UsageError::InvalidArgument("memLevel", "an integer from 1 to 9"));
        }
        Ok(())
    }
}

impl Default for CompressOptions {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The sending side of permessage-deflate.
///
/// It holds nothing until the first message that is not empty, and from then on what [`memory`](Self::memory) says.
/// Without context takeover, one compressor can serve any number of connections, one message at a time: call
/// [`reset`](Self::reset) before each message, and give the next one to another connection only after the last fragment.
///
/// ```
/// use sansocket::deflate::{CompressOptions, Compressor};
/// let mut compressor = Compressor::new(CompressOptions::DEFAULT, 15);
/// let mut payload = Vec::new();
/// compressor.compress(b"Hello", true, &mut payload)?;
/// assert_eq!(payload, [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]); // RFC 7692 §7.2.3.1
/// # Ok::<(), std::collections::TryReserveError>(())
/// ```
pub struct Compressor {
    options: CompressOptions,
    window_bits: u8,
    state: Option<Box<Deflate>>,
    /// Nothing was compressed since the state was made or reset.
    is_fresh: bool,
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options, window_bits, .. } = self;
        f.debug_struct("Compressor").field("options", options).field("window_bits", window_bits).finish_non_exhaustive()
    }
}

impl Compressor {
    /// Makes matches of at most 2^`window_bits` bytes back, 8–15 (others count as the nearest): what was agreed for this
    /// side.
    ///
    /// A window of 8 bits is kept to by making matches with the byte before alone, whatever the strategy: the compressor
    /// beneath has none that small.
    #[must_use]
    pub const fn new(options: CompressOptions, window_bits: u8) -> Self {
        Self { options, window_bits, state: None, is_fresh: true }
    }

    /// Bytes on the heap once something was compressed, to within 4 KiB:
    /// 128 KiB + 4 · 2^window bits + 7 · 2^(memory level + 6). That is 372 KiB with the default memory level and a window
    /// of 15 bits.
    #[must_use]
    pub const fn memory(&self) -> usize {
        let window = 4_usize.wrapping_shl(self.zlib_window_bits() as u32);
        let block = 448_usize.wrapping_shl(self.mem_level() as u32);
        window.wrapping_add(block).wrapping_add(132 << 10)
    }

    /// Bytes on the heap now.
    #[must_use]
    pub const fn bytes_held(&self) -> usize {
        if self.state.is_some() { self.memory() } else { 0 }
    }

    /// Forgets the history, so that what comes next can be inflated without it: before each message if
    /// `*_no_context_takeover` was agreed for this side. Not between the fragments of a message, where it costs
    /// compression, though it does no harm.
    pub fn reset(&mut self) {
        // It clears a hash table of 128 KiB, which is not worth doing twice.
        if let (Some(state), false) = (&mut self.state, self.is_fresh) {
            state.reset();
        }
        self.is_fresh = true;
    }

    /// Gives the memory back. The next message is compressed without history.
    pub fn release(&mut self) {
        self.state = None;
        self.is_fresh = true;
    }

    /// Compresses a whole message or the next fragment of one, and appends the payload to send. `fin` says that the
    /// message ends with it.
    ///
    /// Everything that was put in comes out: each fragment ends with a flush, of which the last one's tail is removed
    /// (RFC 7692 §7.2.1). The payload has to be sent, since what comes next may refer back to it.
    ///
    /// # Errors
    ///
    /// There is no memory. Nothing was appended, and what comes next is compressed without history, so the connection
    /// can go on.
    pub fn compress(&mut self, input: &[u8], fin: bool, out: &mut Vec<u8>) -> Result<(), TryReserveError> {
        if input.is_empty() {
            // A flush would have nothing to do. The byte is the header of an empty stored block, whose rest is the tail
            // (RFC 7692 §7.2.3.6), at the byte boundary where every flush ends.
            if fin {
                out.try_reserve(1)?;
                out.push(0);
            }
            return Ok(());
        }
        let start = out.len();
        let result = self.flush(input, out);
        if result.is_err() {
            out.truncate(start);
            self.reset();
        } else if fin {
            debug_assert!(out.ends_with(&TAIL));
            out.truncate(out.len().saturating_sub(TAIL.len()));
        }
        result
    }

    fn flush(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), TryReserveError> {
        let state = match &mut self.state {
            Some(state) => state,
            None => {
                let state = self.allocate()?;
                self.state.insert(state)
            }
        };
        self.is_fresh = false;
        let (mut rest, mut at) = (input, out.len());
        loop {
            let growth = rest.len().wrapping_shr(1).saturating_add(64).min(MAX_GROWTH);
            out.try_reserve(growth)?;
            out.resize(at.saturating_add(growth), 0);
            let room = out.get_mut(at..).unwrap_or_default();
            let (read, written) = (state.total_in(), state.total_out());
            // A flush that is complete is reported as an error, which is why the counts alone are looked at.
            let _ = state.compress(rest, room, DeflateFlush::SyncFlush);
            let read = state.total_in().wrapping_sub(read) as usize;
            let written = state.total_out().wrapping_sub(written) as usize;
            rest = rest.get(read..).unwrap_or_default();
            at = at.saturating_add(written);
            if written < growth {
                debug_assert!(rest.is_empty());
                out.truncate(at);
                return Ok(());
            }
        }
    }

    /// The compressor beneath panics if it cannot allocate, so that is tried before. Nothing can come between the two: a
    /// compressor is never made by two threads of one WebAssembly memory at once.
    fn allocate(&self) -> Result<Box<Deflate>, TryReserveError> {
        let mut probe = Vec::<u8>::new();
        probe.try_reserve_exact(self.memory())?;
        drop(black_box(probe));
        let strategy = match (self.window_bits, self.options.strategy) {
            (..=8, Strategy::HuffmanOnly) => Strategy::HuffmanOnly,
            (..=8, _) => Strategy::Rle,
            (_, strategy) => strategy,
        };
        Ok(Box::new(Deflate::new_with_config(DeflateConfig {
            level: i32::from(self.options.level.min(9)),
            method: Method::Deflated,
            // Negative: without the header and the checksum of zlib's own format.
            window_bits: i32::from(self.zlib_window_bits()).wrapping_neg(),
            mem_level: i32::from(self.mem_level()),
            strategy: strategy.into(),
        })))
    }

    /// It has no raw window of 8 bits, and panics when asked for one.
    const fn zlib_window_bits(&self) -> u8 {
        match self.window_bits {
            ..=9 => 9,
            bits @ 10..=14 => bits,
            15.. => 15,
        }
    }

    const fn mem_level(&self) -> u8 {
        match self.options.mem_level {
            0 => 1,
            level @ 1..=9 => level,
            10.. => 9,
        }
    }
}
