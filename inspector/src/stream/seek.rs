//! Whether a connection whose beginning was not seen is a WebSocket: frames that follow each other, weighed against chance.
//!
//! Two bytes are easily a header, and most connections whose beginning is not in a capture are something else: HTTPS, SSH.
//! So what speaks for frames is counted in bits: the tries that chance would need for it, as a power of two.
//!
//! | sign | of random bytes | bits |
//! |---|---|---|
//! | the header of a whole message or of a control frame | 7 of 256 first bytes, half of the second ones | 6 |
//! | its length takes 16 or 64 bits | 2 of 128 values say so | 6 |
//! | the frame ends where the segment does in which it begins | 1 of 128 lengths | 7 |
//!
//! Chance has as many tries as there are bytes, or as there are segments if the first of the frames begins with one: their
//! bits are subtracted. What is left, of both ends together, has to be [`ENOUGH`]. Two segments that are frames have it where
//! they are among the first, three among thousands, and seven headers in a row in 64 KiB.
//!
//! Frames of fragmented messages do not count: their first byte is 0, 1, 2 or 0x80, as often in binary protocols.
//!
//! Each position is looked at once. What is known of the frames that lead to it is kept for it.

use sansocket::{FrameHeader, LengthForm};

use super::scan::{Expected, is_legal};
use super::waiting::Waiting;
use crate::types::{narrow, wide};

/// What has to be left. With half of it, one in a hundred connections of short random segments, like those of SSH, is taken for
/// a WebSocket; each bit halves that, to one in two hundred thousand.
pub(super) const ENOUGH: u32 = 23;

/// The same where a WebSocket was asked for, and only the answer is missing: one whole segment has it.
pub(super) const ENOUGH_IF_ASKED: u32 = 10;

/// The most chains that are kept of either kind. In random bytes there is a handful.
const MAX_CHAINS: usize = 64;

/// The longest record of TLS (RFC 5246 §6.2.3).
const MAX_RECORD: u16 = (1 << 14) + 2048;

/// Frames that follow each other.
#[derive(Clone, Copy)]
struct Chain {
    /// The position behind them.
    behind: u64,
    /// The position of the first one that is held.
    start: u64,
    /// What speaks for them.
    bits: u32,
}

/// Frames up to the last byte.
#[derive(Clone, Copy)]
pub(super) struct Resting {
    /// What is left that speaks for them.
    pub bits: u32,
    /// The position of the first one that is held.
    pub start: u64,
}

/// What was found.
pub(super) enum Sign {
    /// Two records of TLS in a row.
    Tls,
    /// So many frames that no more is needed.
    Frames { masked: bool, start: u64 },
}

/// The search in what an end sends.
pub(super) struct Seek {
    /// The position where it began.
    from: u64,
    /// The position that is looked at next.
    next: u64,
    segments: u64,
    /// Those of frames without a mask, and of those with one.
    chains: [Vec<Chain>; 2],
    /// The positions behind records of TLS.
    records: Vec<u64>,
}

impl Seek {
    pub(super) fn new(from: u64) -> Self {
        Self { from, next: from, segments: 0, chains: Default::default(), records: Vec::new() }
    }

    /// How many bytes were looked at.
    pub(super) const fn looked_at(&self) -> u64 {
        self.next.saturating_sub(self.from)
    }

    /// Looks at a segment that has come.
    pub(super) fn look(&mut self, waiting: &Waiting, expected: Expected, enough: u32) -> Option<Sign> {
        self.segments = self.segments.saturating_add(1);
        let all = waiting.end().saturating_sub(self.from);
        while self.next < waiting.end() {
            let at = self.next;
            let rest = waiting.bytes.get(narrow(at.saturating_sub(waiting.start))..).unwrap_or_default();
            match rest {
                [0x81 | 0x82 | 0xc1 | 0xc2 | 0x88..=0x8a, ..] => {
                    // Its end is to come, perhaps.
                    let header = FrameHeader::parse(rest)?;
                    if is_legal(&header, expected) {
                        let chain = self.follow(waiting, at, &header);
                        if left(chain.bits, all) >= enough {
                            return Some(Sign::Frames { masked: header.masking_key.is_some(), start: chain.start });
                        }
                    }
                }
                [0x14..=0x17] | [0x14..=0x17, 3] | [0x14..=0x17, 3, 0..=4] | [0x14..=0x17, 3, 0..=4, _] => return None,
                [0x14..=0x17, 3, 0..=4, high, low, ..] if self.record(at, u16::from_be_bytes([*high, *low])) => {
                    return Some(Sign::Tls);
                }
                _ => {}
            }
            self.next = at.saturating_add(1);
        }
        None
    }

    /// Takes the header of a record of TLS; gives whether it follows another one.
    fn record(&mut self, at: u64, length: u16) -> bool {
        if length > MAX_RECORD {
            return false;
        }
        let follows = self.records.contains(&at);
        self.records.retain(|behind| *behind > at);
        if self.records.len() < MAX_CHAINS {
            self.records.push(at.saturating_add(5).saturating_add(u64::from(length)));
        }
        follows
    }

    /// Puts a frame behind those that lead to it.
    fn follow(&mut self, waiting: &Waiting, at: u64, header: &FrameHeader) -> Chain {
        let all = waiting.end().saturating_sub(self.from);
        // One that begins with a segment is one of fewer tries.
        let fresh = if waiting.is_border(at) { log2(all).saturating_sub(log2(self.segments)) } else { 0 };
        let chains = self.of(header.masking_key.is_some());
        let mut chain = chains.iter().find(|chain| chain.behind == at).copied().unwrap_or(Chain {
            behind: at,
            start: at,
            bits: fresh,
        });
        chains.retain(|chain| chain.behind > at);
        chain.behind = at.saturating_add(wide(header.header_length())).saturating_add(header.payload_length);
        chain.bits = chain.bits.saturating_add(6);
        if header.length_form != LengthForm::Bits7 {
            chain.bits = chain.bits.saturating_add(6);
        }
        if chain.behind == waiting.border_behind(at) {
            chain.bits = chain.bits.saturating_add(7);
        }
        if let Some(other) = chains.iter_mut().find(|other| other.behind == chain.behind) {
            if other.bits < chain.bits {
                *other = chain;
            }
        } else if chains.len() < MAX_CHAINS {
            chains.push(chain);
        }
        chain
    }

    fn of(&mut self, masked: bool) -> &mut Vec<Chain> {
        let [plain, with_mask] = &mut self.chains;
        if masked { with_mask } else { plain }
    }

    /// What speaks for the frames, masked or not, that end where the last segment does.
    pub(super) fn at_rest(&self, waiting: &Waiting, masked: bool) -> Option<Resting> {
        let [plain, with_mask] = &self.chains;
        let mut chains = if masked { with_mask } else { plain }.iter();
        let chain = chains.find(|chain| chain.behind == waiting.end())?;
        Some(Resting { bits: left(chain.bits, waiting.end().saturating_sub(self.from)), start: chain.start })
    }

    /// Lets go of what was looked at; gives how many bytes of what waits.
    pub(super) fn let_go(&mut self, waiting: &Waiting) -> usize {
        let next = self.next;
        for chain in self.chains.iter_mut().flatten() {
            if chain.start < next {
                chain.start = chain.behind;
            }
        }
        narrow(next.saturating_sub(waiting.start))
    }
}

/// What is left of the bits when chance had so many tries.
fn left(bits: u32, tries: u64) -> u32 {
    bits.saturating_sub(log2(tries))
}

fn log2(number: u64) -> u32 {
    number.checked_ilog2().unwrap_or_default()
}
