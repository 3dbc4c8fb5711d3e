//! Huffman codes as lookup tables (RFC 1951 §3.2.2, §3.2.5, §3.2.6).
//!
//! A table has a root, indexed by the next bits of the input, and behind it a subtable for each root entry whose codes
//! are longer than the root is wide.

/// One entry of a table. From the low end: 8 bits for the length of the code, 4 for the number of extra bits, 4 for
/// what it is, 15 for the value, and at the top the mark of a literal. It is invalid if it is nothing at all.
#[derive(Clone, Copy)]
pub(super) struct Entry(u32);

impl Entry {
    const LITERAL: u32 = 1 << 31;
    const END: u32 = 1 << 12;
    const BASE: u32 = 1 << 13;
    const LINK: u32 = 1 << 14;

    /// What no symbol stands for.
    pub(super) const INVALID: Self = Self(0);

    const fn literal(byte: u8) -> Self {
        Self(Self::LITERAL | (byte as u32) << 16)
    }

    /// The base value of a length or distance, and how many bits are to be added to it.
    const fn base(value: u16, extra: u8) -> Self {
        Self(Self::BASE | (value as u32) << 16 | (extra as u32) << 8)
    }

    /// The place and width of a subtable.
    const fn link(start: usize, width: u32) -> Self {
        Self(Self::LINK | (start as u32) << 16 | width << 8)
    }

    const fn with_bits(self, bits: u32) -> Self {
        Self(self.0 | bits)
    }

    /// The bits of the whole code; for a subtable those of the root.
    #[inline(always)]
    pub(super) const fn bits(self) -> u32 {
        self.0 & 0xff
    }

    /// The number of bits that follow the code, or the width of the subtable.
    #[inline(always)]
    pub(super) const fn extra(self) -> u32 {
        self.0 >> 8 & 0xf
    }

    #[inline(always)]
    pub(super) const fn value(self) -> usize {
        (self.0 >> 16 & 0x7fff) as usize
    }

    #[inline(always)]
    pub(super) const fn byte(self) -> u8 {
        (self.0 >> 16) as u8
    }

    #[inline(always)]
    pub(super) const fn is_literal(self) -> bool {
        self.0 & Self::LITERAL != 0
    }

    #[inline(always)]
    const fn is_link(self) -> bool {
        self.0 & Self::LINK != 0
    }

    #[inline(always)]
    pub(super) const fn is_end(self) -> bool {
        self.0 & Self::END != 0
    }

    #[inline(always)]
    pub(super) const fn is_base(self) -> bool {
        self.0 & Self::BASE != 0
    }
}

/// A code, ready for decoding.
#[derive(Clone, Copy)]
pub(super) struct Code<'a> {
    pub(super) table: &'a [Entry],
    /// The width of the root in bits.
    pub(super) root: u32,
}

impl Code<'_> {
    /// The entry for the next bits. If there are fewer than [`Entry::bits`] of them, more input is needed to tell.
    #[inline(always)]
    pub(super) fn decode(self, bits: u64) -> Entry {
        let entry = self.at(low(bits, self.root));
        if entry.is_link() {
            return self.at(entry.value().wrapping_add(low(bits.wrapping_shr(self.root), entry.extra())));
        }
        entry
    }

    #[inline(always)]
    fn at(self, index: usize) -> Entry {
        self.table.get(index).copied().unwrap_or(Entry::INVALID)
    }
}

/// The lowest `count` bits.
#[inline(always)]
pub(super) const fn low(bits: u64, count: u32) -> usize {
    (bits & 1_u64.wrapping_shl(count).wrapping_sub(1)) as usize
}

/// The longest code (RFC 1951 §3.2.7).
const MAX_BITS: usize = 15;

/// Builds the table of a code from the lengths of its symbols' codes, and gives the width of its root, which is at most
/// `root`. `symbols` has what the symbols stand for.
///
/// `None` if the lengths over-subscribe the code, or leave some of it unused. That is allowed for a single code of one
/// bit, as RFC 1951 §3.2.7 has it for distances, and for no code at all, if `may_be_incomplete`.
pub(super) fn build(
    table: &mut [Entry],
    root: u32,
    lengths: &[u8],
    symbols: &[Entry],
    may_be_incomplete: bool,
) -> Option<u32> {
    let mut count = count(lengths)?;
    let longest = count.iter().rposition(|count| *count != 0).unwrap_or(0);

    // The codes of each length are consecutive numbers, and so are their first ones, shifted (RFC 1951 §3.2.2).
    let mut next_code = [0_u32; MAX_BITS + 1];
    let mut next_rank = [0_u16; MAX_BITS + 1];
    let (mut code, mut rank) = (0_u32, 0_u16);
    for (length, count) in count.iter().enumerate().skip(1) {
        *next_code.get_mut(length)? = code;
        *next_rank.get_mut(length)? = rank;
        code = code.wrapping_add(u32::from(*count)).wrapping_mul(2);
        rank = rank.wrapping_add(*count);
    }
    let complete = 2 << MAX_BITS;
    if code > complete {
        return None;
    }
    let root = root.min(u32::try_from(longest.max(1)).ok()?);
    if code < complete {
        if !may_be_incomplete || longest > 1 {
            return None;
        }
        // One bit decides that there is no such code.
        table.get_mut(..2)?.fill(Entry::INVALID.with_bits(1));
    }

    // Symbols by the length of their code, so that those of one subtable come together.
    let mut sorted = [0_u16; 288];
    for (symbol, length) in (0_u16..).zip(lengths) {
        if *length != 0 {
            let rank = next_rank.get_mut(usize::from(*length))?;
            *sorted.get_mut(usize::from(*rank))? = symbol;
            *rank = rank.wrapping_add(1);
        }
    }

    let mut free = 1_usize.wrapping_shl(root);
    let mut subtable = Subtable { prefix: u32::MAX, start: 0 };
    for symbol in sorted.get(..usize::from(rank))? {
        let symbol = usize::from(*symbol);
        let length = *lengths.get(symbol)?;
        let next = next_code.get_mut(usize::from(length))?;
        let bits = u32::from(length);
        // Codes are packed from their most significant bit (RFC 1951 §3.1.1).
        let code = next.reverse_bits().wrapping_shr(32_u32.wrapping_sub(bits));
        *next = next.wrapping_add(1);
        let entry = symbols.get(symbol)?.with_bits(bits);
        if bits <= root {
            fill(table.get_mut(..1 << root)?, code, bits, entry);
        } else {
            let prefix = code & 1_u32.wrapping_shl(root).wrapping_sub(1);
            if subtable.prefix != prefix {
                let width = subtable_width(&count, bits, root, longest);
                subtable = Subtable { prefix, start: free };
                free = free.wrapping_add(1_usize.wrapping_shl(width));
                *table.get_mut(prefix as usize)? = Entry::link(subtable.start, width).with_bits(root);
            }
            let part = table.get_mut(subtable.start..free)?;
            fill(part, code.wrapping_shr(root), bits.wrapping_sub(root), entry);
        }
        let left = count.get_mut(usize::from(length))?;
        *left = left.wrapping_sub(1);
    }
    Some(root)
}

/// How many codes there are of each length.
fn count(lengths: &[u8]) -> Option<[u16; MAX_BITS + 1]> {
    // Most lengths are equal to the one before, and a counter that was just written is slow to read. So there are four.
    let mut lanes = [[0_u16; MAX_BITS + 1]; 4];
    for lengths in lengths.chunks(lanes.len()) {
        for (lane, length) in lanes.iter_mut().zip(lengths) {
            let count = lane.get_mut(usize::from(*length))?;
            *count = count.wrapping_add(1);
        }
    }
    let [mut count, others @ ..] = lanes;
    for lane in others {
        for (count, more) in count.iter_mut().zip(lane) {
            *count = count.wrapping_add(more);
        }
    }
    Some(count)
}

/// The subtable that is being filled.
struct Subtable {
    /// The bits of the root that lead to it.
    prefix: u32,
    start: usize,
}

/// Every index whose low bits are the code.
fn fill(table: &mut [Entry], code: u32, bits: u32, entry: Entry) {
    let mut index = code as usize;
    while let Some(place) = table.get_mut(index) {
        *place = entry;
        index = index.wrapping_add(1_usize.wrapping_shl(bits));
    }
}

/// The least width that holds all codes that begin like the one of `bits` bits, which is the first of them. `count` has
/// the codes that are still to be placed.
fn subtable_width(count: &[u16; MAX_BITS + 1], bits: u32, root: u32, longest: usize) -> u32 {
    let mut width = bits.wrapping_sub(root);
    let mut left = 1_i32.wrapping_shl(width);
    for count in count.get(bits as usize..longest).unwrap_or_default() {
        left = left.wrapping_sub(i32::from(*count));
        if left <= 0 {
            break;
        }
        left = left.wrapping_mul(2);
        width = width.wrapping_add(1);
    }
    width
}

/// What the symbols of the literal/length alphabet stand for (RFC 1951 §3.2.5). 286 and 287 have codes in the fixed
/// code, but never occur.
pub(super) static LITERALS_AND_LENGTHS: [Entry; 288] = literals_and_lengths();

/// What the symbols of the distance alphabet stand for (RFC 1951 §3.2.5). 30 and 31 never occur.
pub(super) static DISTANCES: [Entry; 32] = distances();

/// What the symbols of the alphabet of code lengths stand for: themselves (RFC 1951 §3.2.7).
pub(super) static CODE_LENGTHS: [Entry; 19] = code_lengths();

/// The fixed codes (RFC 1951 §3.2.6).
pub(super) static FIXED_LITERALS: [Entry; 1 << 9] = fixed_literals();
pub(super) static FIXED_DISTANCES: [Entry; 1 << 5] = fixed_distances();

// The tables below are made at compile time, where an index out of bounds is a compile error.

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler alone")]
const fn literals_and_lengths() -> [Entry; 288] {
    let mut symbols = [Entry::INVALID; 288];
    let mut symbol = 0;
    while symbol < 256 {
        symbols[symbol] = Entry::literal(symbol as u8);
        symbol += 1;
    }
    symbols[256] = Entry(Entry::END);
    symbol = 257;
    let mut length = 3;
    while symbol < 285 {
        let extra = if symbol < 265 { 0 } else { (symbol - 261) / 4 };
        symbols[symbol] = Entry::base(length, extra as u8);
        length += 1 << extra;
        symbol += 1;
    }
    symbols[285] = Entry::base(258, 0);
    symbols
}

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler alone")]
const fn distances() -> [Entry; 32] {
    let mut symbols = [Entry::INVALID; 32];
    let (mut symbol, mut distance) = (0, 1);
    while symbol < 30 {
        let extra = if symbol < 4 { 0 } else { symbol / 2 - 1 };
        symbols[symbol] = Entry::base(distance, extra as u8);
        // The last step ends at 32769, which no entry has.
        distance += 1 << extra;
        symbol += 1;
    }
    symbols
}

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler alone")]
const fn code_lengths() -> [Entry; 19] {
    let mut symbols = [Entry::base(0, 0); 19];
    let mut symbol = 0;
    while symbol < 19 {
        symbols[symbol] = Entry::base(symbol as u16, 0);
        symbol += 1;
    }
    symbols
}

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler alone")]
const fn fixed_literals() -> [Entry; 1 << 9] {
    let symbols = literals_and_lengths();
    let mut table = [Entry::INVALID; 1 << 9];
    let mut index = 0;
    while index < table.len() {
        // The code that begins with these bits: seven of them if it is below 24, nine from 400 on, else eight.
        let code = ((index as u16).reverse_bits() >> 7) as usize;
        let (symbol, bits) = if code >> 2 < 24 {
            (256 + (code >> 2), 7)
        } else if code >> 1 < 0xc0 {
            ((code >> 1) - 0x30, 8)
        } else if code >> 1 < 0xc8 {
            (280 + (code >> 1) - 0xc0, 8)
        } else {
            (144 + code - 0x190, 9)
        };
        table[index] = symbols[symbol].with_bits(bits);
        index += 1;
    }
    table
}

#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler alone")]
const fn fixed_distances() -> [Entry; 1 << 5] {
    let symbols = distances();
    let mut table = [Entry::INVALID; 1 << 5];
    let mut index = 0;
    while index < table.len() {
        table[index] = symbols[((index as u8).reverse_bits() >> 3) as usize].with_bits(5);
        index += 1;
    }
    table
}
