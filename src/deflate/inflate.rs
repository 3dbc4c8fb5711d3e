//! Receiving: compressed messages, piece by piece (RFC 7692 §7.2.2).

use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use super::bits::{BitReader, Carry};
use super::blocks::{Blocks, Stop};
use super::output::{Output, SLACK};
use super::window::Window;
use crate::error::Violation;
use crate::widen;

/// The most by which the output grows at once.
const MAX_GROWTH: usize = 64 << 10;

/// The ratio of a message is looked at each time that it has grown by this.
const RATIO_STEP: u64 = 16 << 10;

/// Why a compressed message failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// [`DeflateInvalid`](Violation::DeflateInvalid), [`DeflateTruncated`](Violation::DeflateTruncated),
    /// [`MessageTooLarge`](Violation::MessageTooLarge) or [`OutOfMemory`](Violation::OutOfMemory).
    pub violation: Violation,
    /// The position of the byte that decided it, counted from 0 in the compressed payload of the message. It does not
    /// depend on how the payload was cut.
    pub position: u64,
}

/// How far a call to [`Inflater::inflate`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that were read. The next call begins with the rest.
    pub consumed: usize,
    /// Whether everything was read and inflated. If not, the room was filled: call again with the rest of the input,
    /// which may be empty.
    pub done: bool,
}

/// The receiving side of permessage-deflate: inflates the messages of one connection.
///
/// It holds nothing until the first message. Between messages it holds what was received last, at most 2^window bits,
/// and without context takeover nothing; inside a message up to 9 KiB more. It has its own decoder, since common ones do
/// not keep to windows of less than 32 KiB, and read ahead of what they report.
///
/// ```
/// use sansocket::deflate::Inflater;
/// let mut inflater = Inflater::new(15, false, 1 << 20);
/// let mut message = Vec::new();
/// // RFC 7692 §7.2.3.1: "Hello" in two frames.
/// inflater.inflate(&[0xf2, 0x48, 0xcd], false, &mut message, usize::MAX)?;
/// inflater.inflate(&[0xc9, 0xc9, 0x07, 0x00], true, &mut message, usize::MAX)?;
/// assert_eq!(message, b"Hello");
/// # Ok::<(), sansocket::deflate::Fault>(())
/// ```
pub struct Inflater {
    blocks: Blocks,
    carry: Carry,
    window: Window,
    no_context_takeover: bool,
    max_message_size: u64,
    max_ratio: Option<NonZeroU32>,
    /// Compressed bytes of the message that were read.
    read: u64,
    /// Inflated bytes of the message.
    produced: u64,
    /// The message has ended; the next byte begins another one.
    ended: bool,
    fault: Option<Fault>,
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater").field("fault", &self.fault).finish_non_exhaustive()
    }
}

impl Inflater {
    /// Starts with an empty window of 2^`window_bits` bytes, 8–15 (others count as the nearest), that is kept from
    /// message to message unless `no_context_takeover`: what was agreed for what the peer sends. Messages may have up
    /// to `max_message_size` inflated bytes.
    #[must_use]
    pub fn new(window_bits: u8, no_context_takeover: bool, max_message_size: u64) -> Self {
        Self {
            blocks: Blocks::new(),
            carry: Carry::default(),
            window: Window::new(window_bits.clamp(8, 15)),
            no_context_takeover,
            max_message_size,
            max_ratio: None,
            read: 0,
            produced: 0,
            ended: false,
            fault: None,
        }
    }

    /// Fails messages with [`MessageTooLarge`](Violation::MessageTooLarge) that inflate to more than this many times
    /// what was read of them. It is looked at whenever another 16 KiB have come out, so that small messages pass. DEFLATE
    /// can reach 1032, and honest messages of zeros do; the limit on the size is what protects memory.
    #[must_use]
    pub const fn with_max_ratio(mut self, max_ratio: Option<NonZeroU32>) -> Self {
        self.max_ratio = max_ratio;
        self
    }

    /// Starts with what was inflated before, of which the last 2^window bits bytes count: for a reader that goes on in the
    /// middle of a connection.
    ///
    /// ```
    /// use sansocket::deflate::Inflater;
    /// // RFC 7692 §7.2.3.2: the second of two messages, which refers back to the first.
    /// let mut inflater = Inflater::new(15, false, 1 << 20).with_history(b"Hello");
    /// let mut message = Vec::new();
    /// inflater.inflate(&[0xf2, 0x00, 0x11, 0x00, 0x00], true, &mut message, usize::MAX)?;
    /// assert_eq!(message, b"Hello");
    /// # Ok::<(), sansocket::deflate::Fault>(())
    /// ```
    #[must_use]
    pub fn with_history(mut self, bytes: &[u8]) -> Self {
        if self.window.extend(bytes).is_err() {
            self.fault = Some(Fault { violation: Violation::OutOfMemory, position: 0 });
        }
        self
    }

    /// Inflated bytes so far of the message that is open, or all of that which has just ended.
    #[must_use]
    pub const fn produced(&self) -> u64 {
        self.produced
    }

    /// Bytes on the heap.
    #[must_use]
    pub fn bytes_held(&self) -> usize {
        self.window.capacity().saturating_add(self.blocks.bytes_held())
    }

    /// Takes the next piece of a message's payload and appends what it inflates to, at most `room` bytes. `end` says
    /// that the message ends with the piece; the next call then begins another message.
    ///
    /// With `usize::MAX` for `room`, which stands for no limit of its own, a call is always done. Otherwise call again
    /// until it is, with the same `end`. No room at all is taken for one byte.
    ///
    /// # Errors
    ///
    /// The message failed, and with it the connection: every later call gives the same fault. `out` then ends with what
    /// was inflated before the fault.
    pub fn inflate(&mut self, input: &[u8], end: bool, out: &mut Vec<u8>, room: usize) -> Result<Progress, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.ended {
            (self.read, self.produced, self.ended) = (0, 0, false);
        }
        let start = out.len();
        let result = self.run(input, end, out, room.max(1));
        if let Err(fault) = result {
            self.fault = Some(fault);
            self.blocks.end();
            self.window.clear();
        }
        debug_assert!(out.len() >= start);
        result
    }

    fn run(&mut self, input: &[u8], end: bool, out: &mut Vec<u8>, room: usize) -> Result<Progress, Fault> {
        let mut bits = BitReader::new(self.carry, input);
        let start = out.len();
        let before = self.produced;
        let mut length = 0_usize;
        let stop = loop {
            let growth = self.growth(input.len(), length).min(room.saturating_sub(length));
            if reserve(out, start, length, growth, self.max_message_size.saturating_sub(before)).is_err() {
                break Stop::OutOfMemory;
            }
            let buffer = out.get_mut(start..).unwrap_or_default();
            let mut output = Output::new(buffer, length, &self.window);
            let stop = self.blocks.decode(&mut bits, &mut output);
            length = output.len();
            self.produced = before.saturating_add(widen(length));
            if self.is_too_large(bits.position(self.read)) || stop != Stop::Full || length >= room {
                break stop;
            }
        };
        let read = bits.position(self.read);
        let fault = |violation| Fault { violation, position: read.saturating_sub(1) };
        if self.produced > self.max_message_size {
            // The byte that is too many.
            length = length.saturating_sub(1);
        }
        out.truncate(start.saturating_add(length));
        if self.is_too_large(read) {
            return Err(fault(Violation::MessageTooLarge));
        }
        match stop {
            Stop::Invalid => return Err(fault(Violation::DeflateInvalid)),
            Stop::OutOfMemory => return Err(fault(Violation::OutOfMemory)),
            Stop::NeedInput | Stop::Full => {}
        }
        let done = stop == Stop::NeedInput;
        let (consumed, carry) = bits.finish(done);
        self.carry = carry;
        self.read = self.read.saturating_add(widen(consumed));
        let ended = end && done;
        if ended && !(self.blocks.may_end() && carry.is_empty()) {
            return Err(Fault { violation: Violation::DeflateTruncated, position: self.read.saturating_sub(1) });
        }
        if ended && self.no_context_takeover {
            self.window.clear();
        } else if self.window.extend(out.get(start..).unwrap_or_default()).is_err() {
            return Err(fault(Violation::OutOfMemory));
        }
        if ended {
            self.blocks.end();
            self.ended = true;
        }
        Ok(Progress { consumed, done })
    }

    /// How many bytes to make room for next: as many as are likely to come, but no more than may come before a limit has
    /// to be looked at.
    fn growth(&self, input: usize, length: usize) -> usize {
        let likely = input.saturating_mul(4).max(length).clamp(64, MAX_GROWTH);
        let one_too_many = self.max_message_size.saturating_sub(self.produced).saturating_add(1);
        let step = match self.max_ratio {
            Some(_) => RATIO_STEP.saturating_sub(self.produced % RATIO_STEP),
            None => u64::MAX,
        };
        usize::try_from(one_too_many.min(step)).map_or(likely, |most| likely.min(most))
    }

    fn is_too_large(&self, read: u64) -> bool {
        let ratio_is_due = self.produced != 0 && self.produced.is_multiple_of(RATIO_STEP);
        let most = match self.max_ratio {
            Some(ratio) if ratio_is_due => read.saturating_mul(u64::from(ratio.get())).min(self.max_message_size),
            _ => self.max_message_size,
        };
        self.produced > most
    }
}

/// Makes room for `growth` bytes behind the `length` that were inflated, without giving the buffer more capacity than a
/// message can fill, of which `most` bytes may still come.
fn reserve(
    out: &mut Vec<u8>,
    start: usize,
    length: usize,
    growth: usize,
    most: u64,
) -> Result<(), alloc::collections::TryReserveError> {
    let needed = start.saturating_add(length).saturating_add(growth).saturating_add(SLACK);
    if needed > out.capacity() {
        let most = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(start).saturating_add(SLACK);
        let capacity = out.capacity().saturating_mul(2).min(most).max(needed);
        out.try_reserve_exact(capacity.saturating_sub(out.len()))?;
    }
    out.resize(needed, 0);
    Ok(())
}
