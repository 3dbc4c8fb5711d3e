//! DEFLATE blocks (RFC 1951 §3.2), decoded as their bits arrive.
//!
//! Every element is read whole or not at all: a length with its distance, or one entry of a header. So the bits read up
//! to a fault are the same however the input is cut, which a decoder that reads ahead cannot say.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::vec::Vec;

use super::bits::BitReader;
use super::huffman::{
    CODE_LENGTHS, Code, DISTANCES, Entry, FIXED_DISTANCES, FIXED_LITERALS, LITERALS_AND_LENGTHS, build, low,
};
use super::output::Output;

/// Why decoding stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// All input was read.
    NeedInput,
    /// The output is full.
    Full,
    /// What was read last is not valid.
    Invalid,
    /// No memory for the tables of a code.
    OutOfMemory,
}

/// What comes next in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    BlockHeader,
    StoredLength,
    Stored { left: usize },
    DynamicHeader,
    CodeLengthCode { read: usize },
    CodeLengths { read: usize },
    FixedCodes,
    DynamicCodes,
}

/// The codes of a dynamic block, and what their description has said so far (RFC 1951 §3.2.7).
struct Dynamic {
    /// 1332 entries are the most that 286 lengths of up to 15 make with a root of 10 bits; exhaustive searches found
    /// that number and the next.
    literals: [Entry; 1332],
    /// 592 entries: 30 lengths, a root of 9 bits.
    distances: [Entry; 592],
    literals_root: u32,
    distances_root: u32,
    lengths: [u8; 286 + 30],
    literal_count: usize,
    distance_count: usize,
    code_length_count: usize,
}

/// The order in which the lengths of the code length code are sent (RFC 1951 §3.2.7).
const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The decoder of one stream of blocks.
pub(super) struct Blocks {
    next: Next,
    /// The block is marked as the last one (BFINAL).
    last: bool,
    /// The part of a match for which there was no room.
    pending: Option<(usize, usize)>,
    dynamic: Option<Box<[Dynamic]>>,
}

impl Blocks {
    pub(super) const fn new() -> Self {
        Self { next: Next::BlockHeader, last: false, pending: None, dynamic: None }
    }

    /// Bytes on the heap.
    pub(super) fn bytes_held(&self) -> usize {
        self.dynamic.as_deref().map_or(0, size_of_val)
    }

    /// Whether the message may end here: between blocks, or at the length of a stored block, where the four bytes that a
    /// sender leaves out make that block an empty one (RFC 7692 §7.2.1). They are nothing else, so they are not fed: in
    /// any other place they would pass for data that nobody sent.
    pub(super) fn may_end(&self) -> bool {
        matches!(self.next, Next::BlockHeader | Next::StoredLength)
    }

    /// Makes ready for the next message.
    pub(super) fn end(&mut self) {
        *self = Self::new();
    }

    /// Decodes until something is missing.
    pub(super) fn decode(&mut self, bits: &mut BitReader<'_>, output: &mut Output<'_>) -> Stop {
        if let Some((distance, length)) = self.pending.take() {
            self.copy(output, distance, length);
        }
        loop {
            if output.is_full() {
                return Stop::Full;
            }
            let step = match self.next {
                Next::BlockHeader => self.block_header(bits),
                Next::StoredLength => self.stored_length(bits),
                Next::Stored { left } => self.stored(bits, output, left),
                Next::DynamicHeader => self.dynamic_header(bits),
                Next::CodeLengthCode { read } => self.code_length_code(bits, read),
                Next::CodeLengths { read } => self.code_lengths(bits, read),
                Next::FixedCodes | Next::DynamicCodes => self.codes(bits, output),
            };
            if let Err(stop) = step {
                return stop;
            }
        }
    }

    fn copy(&mut self, output: &mut Output<'_>, distance: usize, length: usize) {
        let left = output.copy(distance, length);
        self.pending = (left != 0).then_some((distance, left));
    }

    fn block_header(&mut self, bits: &mut BitReader<'_>) -> Result<(), Stop> {
        let header = bits.take(3).ok_or(Stop::NeedInput)?;
        self.last = header & 1 != 0;
        self.next = match header >> 1 {
            0 => {
                bits.align();
                Next::StoredLength
            }
            1 => Next::FixedCodes,
            2 => Next::DynamicHeader,
            _ => return Err(Stop::Invalid),
        };
        Ok(())
    }

    /// After the last block of a stream another stream begins, at a byte boundary and with the same window: a sender
    /// may end any block like that (RFC 7692 §7.2.3.4).
    fn end_block(&mut self, bits: &mut BitReader<'_>) {
        if self.last {
            bits.align();
        }
        self.next = Next::BlockHeader;
    }

    fn stored_length(&mut self, bits: &mut BitReader<'_>) -> Result<(), Stop> {
        let both = bits.take(32).ok_or(Stop::NeedInput)?;
        let (length, complement) = (both & 0xffff, both >> 16);
        if length != complement ^ 0xffff {
            return Err(Stop::Invalid);
        }
        self.next = Next::Stored { left: length };
        Ok(())
    }

    fn stored(&mut self, bits: &mut BitReader<'_>, output: &mut Output<'_>, left: usize) -> Result<(), Stop> {
        if left == 0 {
            self.end_block(bits);
            return Ok(());
        }
        let bytes = bits.take_bytes(left.min(output.room()));
        if bytes.is_empty() {
            return Err(Stop::NeedInput);
        }
        output.extend(bytes);
        self.next = Next::Stored { left: left.wrapping_sub(bytes.len()) };
        Ok(())
    }

    fn dynamic_header(&mut self, bits: &mut BitReader<'_>) -> Result<(), Stop> {
        let counts = bits.take(14).ok_or(Stop::NeedInput)?;
        let dynamic = match self.dynamic.as_deref_mut() {
            Some(dynamic) => dynamic,
            None => self.dynamic.insert(allocate().map_err(|_| Stop::OutOfMemory)?),
        };
        let dynamic = dynamic.first_mut().ok_or(Stop::OutOfMemory)?;
        dynamic.literal_count = (counts & 0x1f).wrapping_add(257);
        dynamic.distance_count = (counts >> 5 & 0x1f).wrapping_add(1);
        dynamic.code_length_count = (counts >> 10).wrapping_add(4);
        if dynamic.literal_count > 286 || dynamic.distance_count > 30 {
            return Err(Stop::Invalid);
        }
        dynamic.lengths.fill(0);
        self.next = Next::CodeLengthCode { read: 0 };
        Ok(())
    }

    fn dynamic(&mut self) -> Result<&mut Dynamic, Stop> {
        self.dynamic.as_deref_mut().and_then(<[Dynamic]>::first_mut).ok_or(Stop::OutOfMemory)
    }

    fn code_length_code(&mut self, bits: &mut BitReader<'_>, mut read: usize) -> Result<(), Stop> {
        let dynamic = self.dynamic()?;
        for symbol in ORDER.get(read..dynamic.code_length_count).unwrap_or_default() {
            let Some(length) = bits.take(3) else {
                self.next = Next::CodeLengthCode { read };
                return Err(Stop::NeedInput);
            };
            if let Some(place) = dynamic.lengths.get_mut(usize::from(*symbol)) {
                *place = length as u8;
            }
            read = read.wrapping_add(1);
        }
        // Its table lies where that of the literals comes next.
        let lengths = dynamic.lengths.get(..ORDER.len()).unwrap_or_default();
        let root = build(&mut dynamic.literals, 7, lengths, &CODE_LENGTHS, false).ok_or(Stop::Invalid)?;
        dynamic.literals_root = root;
        self.next = Next::CodeLengths { read: 0 };
        Ok(())
    }

    fn code_lengths(&mut self, bits: &mut BitReader<'_>, mut read: usize) -> Result<(), Stop> {
        let dynamic = self.dynamic()?;
        let code = Code { table: &dynamic.literals, root: dynamic.literals_root };
        let all = dynamic.literal_count.wrapping_add(dynamic.distance_count);
        while read < all {
            bits.refill();
            let entry = code.decode(bits.peek());
            let extra = match entry.value() {
                16 => 2,
                17 => 3,
                18 => 7,
                _ => 0,
            };
            if entry.bits().wrapping_add(extra) > bits.count() {
                self.next = Next::CodeLengths { read };
                return Err(Stop::NeedInput);
            }
            bits.skip(entry.bits());
            let more = low(bits.peek(), extra);
            bits.skip(extra);
            let (length, times) = match entry.value() {
                16 => {
                    let last = read.checked_sub(1).and_then(|last| dynamic.lengths.get(last));
                    (*last.ok_or(Stop::Invalid)?, more.wrapping_add(3))
                }
                17 => (0, more.wrapping_add(3)),
                18 => (0, more.wrapping_add(11)),
                length => (length as u8, 1),
            };
            let end = read.wrapping_add(times);
            if end > all {
                return Err(Stop::Invalid);
            }
            dynamic.lengths.get_mut(read..end).unwrap_or_default().fill(length);
            read = end;
        }
        dynamic.build().ok_or(Stop::Invalid)?;
        self.next = Next::DynamicCodes;
        Ok(())
    }

    fn codes(&mut self, bits: &mut BitReader<'_>, output: &mut Output<'_>) -> Result<(), Stop> {
        let (literals, distances) = match self.dynamic.as_deref().and_then(<[Dynamic]>::first) {
            Some(dynamic) if self.next == Next::DynamicCodes => (
                Code { table: &dynamic.literals, root: dynamic.literals_root },
                Code { table: &dynamic.distances, root: dynamic.distances_root },
            ),
            _ => (Code { table: &FIXED_LITERALS, root: 9 }, Code { table: &FIXED_DISTANCES, root: 5 }),
        };
        match compressed(bits, literals, distances, output) {
            Compressed::Stop(stop) => Err(stop),
            Compressed::Rest { distance, length } => {
                self.pending = Some((distance, length));
                Err(Stop::Full)
            }
            Compressed::End => {
                self.end_block(bits);
                Ok(())
            }
        }
    }
}

impl Dynamic {
    fn build(&mut self) -> Option<()> {
        let (literals, distances) = self.lengths.split_at_checked(self.literal_count)?;
        // Without a code for the end of the block, it has none.
        if *literals.get(256)? == 0 {
            return None;
        }
        let distances = distances.get(..self.distance_count)?;
        self.literals_root = build(&mut self.literals, 10, literals, &LITERALS_AND_LENGTHS, true)?;
        self.distances_root = build(&mut self.distances, 9, distances, &DISTANCES, true)?;
        Some(())
    }
}

/// A box, but one that can fail to be allocated.
fn allocate() -> Result<Box<[Dynamic]>, TryReserveError> {
    let mut dynamic = Vec::new();
    dynamic.try_reserve_exact(1)?;
    dynamic.push(Dynamic {
        literals: [Entry::INVALID; 1332],
        distances: [Entry::INVALID; 592],
        literals_root: 0,
        distances_root: 0,
        lengths: [0; 286 + 30],
        literal_count: 0,
        distance_count: 0,
        code_length_count: 0,
    });
    Ok(dynamic.into_boxed_slice())
}

/// How the decoding of compressed data stopped.
enum Compressed {
    Stop(Stop),
    /// The output is full, and the match goes on.
    Rest {
        distance: usize,
        length: usize,
    },
    /// The block has ended.
    End,
}

/// The inner loop: literals and matches (RFC 1951 §3.2.3).
fn compressed(
    bits: &mut BitReader<'_>,
    literals: Code<'_>,
    distances: Code<'_>,
    output: &mut Output<'_>,
) -> Compressed {
    loop {
        if output.is_full() {
            return Compressed::Stop(Stop::Full);
        }
        bits.refill();
        let mut entry = literals.decode(bits.peek());
        while entry.is_literal() && entry.bits() <= bits.count() {
            bits.skip(entry.bits());
            output.push(entry.byte());
            if output.is_full() {
                return Compressed::Stop(Stop::Full);
            }
            entry = literals.decode(bits.peek());
        }
        // The longest match has 48 bits: two codes of 15, and 5 and 13 extra bits.
        if bits.count() < 48 {
            bits.refill();
            entry = literals.decode(bits.peek());
        }
        if entry.bits().wrapping_add(entry.extra()) > bits.count() {
            return Compressed::Stop(Stop::NeedInput);
        }
        if entry.is_literal() {
            continue;
        }
        if entry.is_end() {
            bits.skip(entry.bits());
            return Compressed::End;
        }
        if !entry.is_base() {
            bits.skip(entry.bits());
            return Compressed::Stop(Stop::Invalid);
        }
        let mut rest = bits.peek().wrapping_shr(entry.bits());
        let length = entry.value().wrapping_add(low(rest, entry.extra()));
        let mut read = entry.bits().wrapping_add(entry.extra());
        rest = rest.wrapping_shr(entry.extra());

        let entry = distances.decode(rest);
        read = read.wrapping_add(entry.bits()).wrapping_add(entry.extra());
        if read > bits.count() {
            return Compressed::Stop(Stop::NeedInput);
        }
        bits.skip(read);
        let distance = entry.value().wrapping_add(low(rest.wrapping_shr(entry.bits()), entry.extra()));
        if !entry.is_base() || distance > output.reach() {
            return Compressed::Stop(Stop::Invalid);
        }
        let left = output.copy(distance, length);
        if left != 0 {
            return Compressed::Rest { distance, length: left };
        }
    }
}
