//! What the tests of compression share: data, pieces, and a writer of DEFLATE streams that no compressor would make.
#![allow(dead_code)]

use sansocket::deflate::{Fault, Inflater};

/// A small generator of numbers, the same on every machine (xorshift64*).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        ((self.next() >> 33) % (bound as u64)) as usize
    }

    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// Mostly small, sometimes around the sizes of windows and buffers.
    pub fn size(&mut self) -> usize {
        match self.below(16) {
            0 => self.below(3),
            1..=9 => self.below(300),
            10..=13 => self.below(3000),
            14 => self.below(20_000),
            _ => self.pick(&[255, 256, 257, 512, 4096, 16_384, 32_768, 32_769, 65_535, 65_536]) + self.below(3),
        }
    }
}

/// Data of some kind that compressors see: text, noise, runs, records, and what repeats from far away.
pub fn data(numbers: &mut Numbers, size: usize) -> Vec<u8> {
    let mut data = Vec::with_capacity(size + 300);
    let kind = numbers.below(6);
    let far = 1 + numbers.below(40_000);
    while data.len() < size {
        match kind {
            0 => data.push(numbers.next() as u8),
            1 => {
                let (byte, run) = (numbers.below(4) as u8, 1 + numbers.below(600));
                data.extend(std::iter::repeat_n(byte, run));
            }
            2 => {
                let words = ["price", "size", "symbol", "time", "user", "hello", "world", "status", "open", "depth"];
                data.extend_from_slice(
                    format!(
                        "{{\"{}\":{},\"at\":{}}},",
                        numbers.pick(&words),
                        numbers.below(1000),
                        numbers.next() >> 44
                    )
                    .as_bytes(),
                );
            }
            3 => data.extend_from_slice(&[0, 0, 1, numbers.below(9) as u8]),
            4 => data.push(b"acgt"[numbers.below(4)]),
            _ => {
                if data.len() > far && numbers.below(3) != 0 {
                    let from = data.len() - far;
                    let length = (3 + numbers.below(300)).min(far);
                    data.extend_from_within(from..from + length);
                } else {
                    data.extend_from_slice(&numbers.next().to_le_bytes());
                }
            }
        }
    }
    data.truncate(size);
    data
}

/// What became of a message: what was inflated, and the fault if any.
pub type Outcome = (Vec<u8>, Result<(), Fault>);

/// Inflates a message from the pieces, each call with the room that `room` gives, and checks what holds for every call.
pub fn inflate(inflater: &mut Inflater, pieces: &[&[u8]], mut room: impl FnMut() -> usize) -> Outcome {
    let mut message = b"before".to_vec();
    let all = pieces.len();
    let fed: usize = pieces.iter().map(|piece| piece.len()).sum();
    for (i, piece) in pieces.iter().enumerate() {
        let mut rest = *piece;
        loop {
            let (before, room) = (message.len(), room());
            let result = inflater.inflate(rest, i + 1 == all, &mut message, room);
            assert!(message.len() - before <= room.max(1), "no more than there is room for");
            assert_eq!(&message[..6], b"before");
            match result {
                Ok(progress) => {
                    rest = &rest[progress.consumed..];
                    assert!(progress.done || message.len() > before, "progress");
                    assert_eq!(inflater.produced(), message.len() as u64 - 6);
                    if progress.done {
                        assert!(rest.is_empty());
                        break;
                    }
                }
                Err(fault) => {
                    assert!(fault.position < fed as u64, "{fault:?} in {fed}");
                    assert_eq!(inflater.inflate(&[0], true, &mut Vec::new(), 9), Err(fault), "for ever");
                    return (message.split_off(6), Err(fault));
                }
            }
        }
    }
    (message.split_off(6), Ok(()))
}

/// Inflates a message in one piece.
pub fn whole(inflater: &mut Inflater, payload: &[u8]) -> Outcome {
    inflate(inflater, &[payload], || usize::MAX)
}

/// Inflates a message byte by byte, with room for one byte a call.
pub fn by_bytes(inflater: &mut Inflater, payload: &[u8]) -> Outcome {
    let mut pieces: Vec<&[u8]> = payload.chunks(1).collect();
    pieces.push(&[]);
    inflate(inflater, &pieces, || 1)
}

/// Inflates a message in random pieces, with random room.
pub fn at_random(inflater: &mut Inflater, payload: &[u8], numbers: &mut Numbers) -> Outcome {
    let mut pieces = Vec::new();
    let mut rest = payload;
    let most = numbers.pick(&[1, 3, 10, 100, 5000]);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(numbers.below(most + 1).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    if pieces.is_empty() || numbers.below(2) == 0 {
        pieces.push(&[]);
    }
    let most = numbers.pick(&[1, 7, 300, 70_000, usize::MAX]);
    inflate(inflater, &pieces, || if most == usize::MAX { most } else { 1 + numbers.below(most) })
}

/// Writes DEFLATE streams bit by bit (RFC 1951).
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
    used: u32,
}

impl Writer {
    /// Bits of a number, the least significant first.
    pub fn bits(&mut self, value: usize, count: u32) -> &mut Self {
        for i in 0..count {
            if self.used == 0 {
                self.bytes.push(0);
            }
            let bit = (value >> i & 1) as u8;
            *self.bytes.last_mut().expect("a byte") |= bit << self.used;
            self.used = (self.used + 1) % 8;
        }
        self
    }

    /// Bits of a Huffman code, the most significant first.
    pub fn code(&mut self, code: usize, count: u32) -> &mut Self {
        for i in (0..count).rev() {
            self.bits(code >> i & 1, 1);
        }
        self
    }

    pub fn align(&mut self) -> &mut Self {
        self.used = 0;
        self
    }

    pub fn fixed_block(&mut self, last: bool) -> &mut Self {
        self.bits(usize::from(last), 1).bits(1, 2)
    }

    /// A symbol of the fixed literal/length code.
    pub fn symbol(&mut self, symbol: usize) -> &mut Self {
        match symbol {
            0..144 => self.code(0x30 + symbol, 8),
            144..256 => self.code(0x190 + symbol - 144, 9),
            256..280 => self.code(symbol - 256, 7),
            _ => self.code(0xc0 + symbol - 280, 8),
        }
    }

    pub fn literals(&mut self, bytes: &[u8]) -> &mut Self {
        for byte in bytes {
            self.symbol(usize::from(*byte));
        }
        self
    }

    /// A match in a block with fixed codes.
    pub fn copy(&mut self, distance: usize, length: usize) -> &mut Self {
        let (symbol, base, extra) = (257..=285)
            .map(|symbol| (symbol, length_base(symbol), length_extra(symbol)))
            .rfind(|(_, base, _)| *base <= length)
            .expect("a length of 3 or more");
        self.symbol(symbol).bits(length - base, extra);
        let (symbol, base, extra) = (0..30)
            .map(|symbol| (symbol, distance_base(symbol), distance_extra(symbol)))
            .rfind(|(_, base, _)| *base <= distance)
            .expect("a distance of 1 or more");
        self.code(symbol, 5).bits(distance - base, extra)
    }

    pub fn end(&mut self) -> &mut Self {
        self.symbol(256)
    }

    /// The header of a block with codes of these lengths, each at most 15.
    pub fn dynamic_block(&mut self, literals: &[usize], distances: &[usize]) -> &mut Self {
        self.bits(0, 1).bits(2, 2).bits(literals.len() - 257, 5).bits(distances.len() - 1, 5).bits(15, 4);
        // The lengths 0–15 have codes of 4 bits, which are themselves; there are no repetitions, 16–18.
        self.bits(0, 9);
        for _ in 3..19 {
            self.bits(4, 3);
        }
        for length in literals.iter().chain(distances) {
            self.code(*length, 4);
        }
        self
    }

    pub fn stored_block(&mut self, last: bool, bytes: &[u8]) -> &mut Self {
        self.bits(usize::from(last), 3).align();
        self.bits(bytes.len(), 16).bits(!bytes.len() & 0xffff, 16);
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// The end of a message: the header of an empty stored block, without the four bytes behind it.
    pub fn message(&mut self) -> Vec<u8> {
        self.bits(0, 3).align();
        self.take()
    }

    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self).bytes
    }
}

/// The codes for lengths (RFC 1951 §3.2.2), with their lengths.
pub fn codes(lengths: &[usize]) -> Vec<(usize, u32)> {
    let mut codes = vec![(0, 0); lengths.len()];
    let mut code = 0;
    for length in 1..=15 {
        for symbol in (0..lengths.len()).filter(|symbol| lengths[*symbol] == length) {
            codes[symbol] = (code, length as u32);
            code += 1;
        }
        code <<= 1;
    }
    codes
}

/// Lengths of a complete code for some of the symbols, those in `needed` among them.
pub fn complete_code(numbers: &mut Numbers, symbols: usize, needed: &[usize], steep: bool) -> Vec<usize> {
    let used = needed.len().max(2) + numbers.below(symbols - needed.len().max(2) + 1);
    // Leaves of a tree, of which one after the other is split; the newest each time if it is to be steep.
    let mut leaves = vec![1, 1];
    while leaves.len() < used {
        let leaf = if steep && numbers.below(8) != 0 { leaves.len() - 1 } else { numbers.below(leaves.len()) };
        if leaves[leaf] < 15 {
            let length = leaves.swap_remove(leaf) + 1;
            leaves.extend([length, length]);
        } else if leaves.iter().all(|length| *length == 15) {
            break;
        } else if steep {
            let shallow = leaves.iter().position(|length| *length < 15).expect("one of them");
            let length = leaves.swap_remove(shallow) + 1;
            leaves.extend([length, length]);
        }
    }
    let mut order: Vec<usize> = (0..symbols).filter(|symbol| !needed.contains(symbol)).collect();
    for i in (1..order.len()).rev() {
        order.swap(i, numbers.below(i + 1));
    }
    let mut lengths = vec![0; symbols];
    let chosen = needed.iter().copied().chain(order);
    // The needed ones get lengths of all kinds.
    for i in (1..leaves.len()).rev() {
        leaves.swap(i, numbers.below(i + 1));
    }
    for (symbol, length) in chosen.zip(leaves) {
        lengths[symbol] = length;
    }
    lengths
}

// RFC 1951 §3.2.5, by counting, where the tables of the crate use formulas.

pub fn length_extra(symbol: usize) -> u32 {
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0][symbol - 257]
}

pub fn length_base(symbol: usize) -> usize {
    if symbol == 285 { 258 } else { 3 + (257..symbol).map(|before| 1 << length_extra(before)).sum::<usize>() }
}

pub fn distance_extra(symbol: usize) -> u32 {
    [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13][symbol]
}

pub fn distance_base(symbol: usize) -> usize {
    1 + (0..symbol).map(|before| 1 << distance_extra(before)).sum::<usize>()
}
