//! Compressed messages of one direction (RFC 7692 §7.2.2), also where the beginning of the connection is missing.
//!
//! What the window held before the capture is not known. Every byte that a message inflates to is either written in it
//! or copied from the window, so it is inflated twice, with windows that differ in every byte that is not known: where
//! the results differ, the byte is not known either. Once the window has turned over, one is enough.

use core::ops::Range;

use sansocket::deflate::{Fault, Inflater};

use crate::catalogue::Rule;
use crate::record::Inflated;
use crate::types::{extend_up_to, wide};

/// The largest window (RFC 1951 §2).
pub const MAX_WINDOW: usize = 32 << 10;

/// What is inflated at once.
const STEP: usize = 64 << 10;

/// The most ranges of unknown bytes that are kept of a message; what follows counts to the last one.
const MAX_RANGES: usize = 1000;

/// Why a message could not be inflated, and the byte of its compressed payload that decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// [`Rule::InflateError`] or [`Rule::InflateWindowExceeded`].
    pub rule: Rule,
    /// From 0.
    pub position: u64,
}

/// What was inflated last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct History(Vec<u8>);

impl History {
    fn push(&mut self, bytes: &[u8]) {
        let bytes = bytes.get(bytes.len().saturating_sub(MAX_WINDOW)..).unwrap_or_default();
        if self.0.len().saturating_add(bytes.len()) > MAX_WINDOW.saturating_mul(2) {
            let surplus = self.0.len().saturating_add(bytes.len()).saturating_sub(MAX_WINDOW);
            self.0.drain(..surplus.min(self.0.len()));
        }
        self.0.extend_from_slice(bytes);
    }

    /// The last bytes, at most `most`.
    fn last(&self, most: usize) -> &[u8] {
        self.0.get(self.0.len().saturating_sub(most)..).unwrap_or_default()
    }
}

/// A point from which messages can be inflated.
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    history: History,
    /// The same with other values for what is not known.
    other: Option<History>,
}

/// The decompression of one direction.
pub struct Inflate {
    bits: u8,
    takeover: bool,
    one: Inflater,
    /// The second reading, while part of the window is not known.
    two: Option<Inflater>,
    at: Checkpoint,
    losses: u64,
    spare: Spare,
}

/// Memory that one message after the other uses: what was inflated last, and the end of the message, of either reading.
#[derive(Default)]
struct Spare {
    pieces: [Vec<u8>; 2],
    tails: [History; 2],
}

impl Spare {
    /// What is kept of each for the next message.
    const KEPT: usize = 4 << 10;

    fn clear(&mut self) {
        let Self { pieces, tails: [one, two] } = self;
        for bytes in pieces.iter_mut().chain([&mut one.0, &mut two.0]) {
            bytes.clear();
            bytes.shrink_to(Self::KEPT);
        }
    }
}

impl Inflate {
    /// With an empty window, as after the handshake.
    #[must_use]
    pub fn new(bits: u8, takeover: bool) -> Self {
        let bits = bits.clamp(8, 15);
        Self::resume(bits, takeover, Checkpoint::default())
    }

    /// With a window that nothing is known of.
    #[must_use]
    pub fn unknown(bits: u8, takeover: bool) -> Self {
        let mut inflate = Self::new(bits, takeover);
        inflate.lose();
        inflate
    }

    /// From a point that [`checkpoint`](Self::checkpoint) gave.
    #[must_use]
    pub fn resume(bits: u8, takeover: bool, at: Checkpoint) -> Self {
        let one = inflater(bits, takeover).with_history(&at.history.0);
        let two = at.other.as_ref().map(|other| inflater(bits, takeover).with_history(&other.0));
        Self { bits, takeover, one, two, at, losses: 0, spare: Spare::default() }
    }

    /// The point between the messages where it stands.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        let trim = |history: &History| History(history.last(MAX_WINDOW).to_vec());
        Checkpoint { history: trim(&self.at.history), other: self.at.other.as_ref().map(trim) }
    }

    /// Window bits, and whether the window is kept between messages.
    #[must_use]
    pub const fn terms(&self) -> (u8, bool) {
        (self.bits, self.takeover)
    }

    /// Whether part of the window is not known.
    #[cfg(test)]
    const fn is_uncertain(&self) -> bool {
        self.two.is_some()
    }

    /// How often the window was lost: between two readings of the same number, nothing was.
    #[must_use]
    pub const fn losses(&self) -> u64 {
        self.losses
    }

    /// Tells that a message was missed, or not understood: from here on the window is not known.
    pub fn lose(&mut self) {
        let at = if self.takeover {
            let fill = |byte| History(vec![byte; MAX_WINDOW]);
            Checkpoint { history: fill(0), other: Some(fill(0xff)) }
        } else {
            Checkpoint::default()
        };
        let losses = self.losses.saturating_add(1);
        *self = Self { losses, ..Self::resume(self.bits, self.takeover, at) };
    }

    /// Inflates a whole message; `see` gets every piece of it, and whether all of that is known. At most `most` bytes
    /// are kept.
    pub fn message(
        &mut self,
        compressed: &[u8],
        most: usize,
        see: &mut impl FnMut(&[u8], bool),
    ) -> (Inflated, Option<Failure>) {
        let mut result = Inflated::default();
        let mut spare = core::mem::take(&mut self.spare);
        let Spare { pieces: [first, second], tails: [one, two] } = &mut spare;
        let mut rest = compressed;
        let failure = loop {
            first.clear();
            second.clear();
            let progress = self.one.inflate(rest, true, first, STEP);
            let mut known = true;
            one.push(first);
            if let Some(other) = &mut self.two {
                // It reads the same codes, so it comes as far.
                _ = other.inflate(rest, true, second, STEP);
                two.push(second);
                known = !mark_unknown(first, second, result.size, &mut result.unknown);
            }
            see(first, known);
            result.size = result.size.saturating_add(wide(first.len()));
            extend_up_to(&mut result.bytes, first, most);
            match progress {
                Err(fault) => break Some(fault),
                Ok(progress) => {
                    rest = rest.get(progress.consumed..).unwrap_or_default();
                    if progress.done {
                        break None;
                    }
                }
            }
        };
        let failure = failure.map(|fault| self.explain(compressed, fault));
        if failure.is_some() {
            self.lose();
        } else if self.takeover {
            self.remember(&one.0, &two.0);
        }
        spare.clear();
        self.spare = spare;
        (result, failure)
    }

    fn remember(&mut self, one: &[u8], two: &[u8]) {
        self.at.history.push(one);
        if let Some(other) = &mut self.at.other {
            other.push(two);
            let window = 1_usize.wrapping_shl(u32::from(self.bits));
            if self.at.history.last(window) == other.last(window) {
                self.at.other = None;
                self.two = None;
            }
        }
    }

    /// Whether the message fails with a larger window as well.
    fn explain(&self, compressed: &[u8], fault: Fault) -> Failure {
        let mut history = vec![0; MAX_WINDOW];
        history.extend_from_slice(&self.at.history.0);
        let mut generous = inflater(15, true).with_history(&history);
        let mut rest = compressed;
        let mut out = Vec::new();
        let passes = loop {
            out.clear();
            match generous.inflate(rest, true, &mut out, STEP) {
                Err(other) => break other.position > fault.position,
                Ok(progress) if progress.done => break true,
                Ok(progress) => rest = rest.get(progress.consumed..).unwrap_or_default(),
            }
        };
        let rule = if passes { Rule::InflateWindowExceeded } else { Rule::InflateError };
        Failure { rule, position: fault.position }
    }
}

fn inflater(bits: u8, takeover: bool) -> Inflater {
    Inflater::new(bits, !takeover, u64::MAX)
}

/// Replaces what differs by `?`, and notes where it is; gives whether there was anything.
fn mark_unknown(one: &mut [u8], two: &[u8], start: u64, ranges: &mut Vec<Range<u64>>) -> bool {
    if one == two {
        return false;
    }
    let mut at = start;
    for (byte, other) in one.iter_mut().zip(two) {
        let next = at.saturating_add(1);
        if byte != other {
            *byte = b'?';
            let full = ranges.len() >= MAX_RANGES;
            match ranges.last_mut() {
                Some(range) if range.end == at || full => range.end = next,
                _ => ranges.push(at..next),
            }
        }
        at = next;
    }
    true
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "tests may panic")]
mod tests {
    use super::*;
    use sansocket::deflate::{CompressOptions, Compressor};

    /// Messages compressed one after the other.
    fn compressed(messages: &[Vec<u8>], bits: u8) -> Vec<Vec<u8>> {
        let mut compressor = Compressor::new(CompressOptions::DEFAULT, bits);
        messages
            .iter()
            .map(|message| {
                let mut out = Vec::new();
                compressor.compress(message, true, &mut out).unwrap();
                out
            })
            .collect()
    }

    fn messages() -> Vec<Vec<u8>> {
        (0..800_u32)
            .map(|n| {
                format!("{{\"id\":{n},\"price\":{},\"text\":\"all work and no play {}\"}}", n * 7919 % 1000, n % 7)
                    .into_bytes()
            })
            .collect()
    }

    fn inflate(inflate: &mut Inflate, message: &[u8]) -> (Inflated, Option<Failure>) {
        let mut seen = Vec::new();
        let (inflated, failure) = inflate.message(message, usize::MAX, &mut |bytes, _| seen.extend_from_slice(bytes));
        assert_eq!(seen, inflated.bytes);
        (inflated, failure)
    }

    #[test]
    fn from_the_beginning() {
        let all = messages();
        let mut stream = Inflate::new(15, true);
        for (message, wire) in all.iter().zip(compressed(&all, 15)) {
            let (inflated, failure) = inflate(&mut stream, &wire);
            assert_eq!((&inflated.bytes, failure), (message, None));
            assert!(inflated.unknown.is_empty());
        }
    }

    #[test]
    fn from_the_middle_nothing_known_is_wrong_and_in_the_end_all_is_known() {
        let all = messages();
        let wire = compressed(&all, 15);
        let mut stream = Inflate::unknown(15, true);
        let mut uncertain = 0;
        for (message, wire) in all.iter().zip(&wire).skip(100) {
            let (inflated, failure) = inflate(&mut stream, wire);
            assert_eq!((failure, inflated.size), (None, message.len() as u64));
            uncertain += usize::from(!inflated.unknown.is_empty());
            for (at, (byte, shown)) in message.iter().zip(&inflated.bytes).enumerate() {
                let unknown = inflated.unknown.iter().any(|range| range.contains(&(at as u64)));
                assert_eq!(*shown, if unknown { b'?' } else { *byte });
            }
        }
        assert!(uncertain > 0, "the first messages refer to what is missing");
        let mut stream = Inflate::unknown(9, true);
        let small = compressed(&all, 9);
        small.iter().skip(100).for_each(|wire| _ = inflate(&mut stream, wire));
        // Every byte may go back to the unknown window for ever; what is literal does not.
        let literal: Vec<u8> = (0..40_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let mut stored = vec![0, 0xff, 0x7f, 0, 0x80];
        stored.extend_from_slice(&literal[..0x7fff]);
        stored.extend_from_slice(&[0, 0x10, 0, 0xef, 0xff]);
        stored.extend_from_slice(&literal[0x7fff..0x800f]);
        stored.push(0);
        let mut stream = Inflate::unknown(15, true);
        assert!(stream.is_uncertain());
        let (inflated, failure) = inflate(&mut stream, &stored);
        assert_eq!((inflated.bytes.len(), failure), (0x800f, None));
        assert!(!stream.is_uncertain());
    }

    #[test]
    fn checkpoints_go_on_where_they_were_taken() {
        let all = messages();
        let wire = compressed(&all, 15);
        for start in [Inflate::new(15, true), Inflate::unknown(15, true)] {
            let mut stream = start;
            wire.iter().take(400).for_each(|wire| _ = inflate(&mut stream, wire));
            let mut resumed = Inflate::resume(15, true, stream.checkpoint());
            for wire in wire.iter().skip(400) {
                assert_eq!(inflate(&mut resumed, wire), inflate(&mut stream, wire));
            }
        }
    }

    #[test]
    fn a_window_too_small_is_told_from_nonsense() {
        let all = messages();
        let mut stream = Inflate::new(8, true);
        let wire = compressed(&all, 15);
        let failure = wire.iter().find_map(|wire| inflate(&mut stream, wire).1).unwrap();
        assert_eq!(failure.rule, Rule::InflateWindowExceeded);
        // RFC 7692 §7.2.3.2: the second message refers to the first, which is missing.
        let (_, failure) = inflate(&mut Inflate::new(15, true), &[0xf2, 0x00, 0x11, 0x00, 0x00]);
        assert_eq!(failure.map(|failure| failure.rule), Some(Rule::InflateWindowExceeded));
        let (inflated, failure) = inflate(&mut Inflate::new(15, true), &[0xf2, 0x48, 0xcd, 0xff, 0xff, 0xff]);
        assert_eq!(failure.map(|failure| failure.rule), Some(Rule::InflateError));
        assert!(inflated.bytes.starts_with(b"He"));
    }
}
