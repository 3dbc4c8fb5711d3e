//! Inflating: the vectors, every rule on ends, windows and limits, and that cuts make no difference.
#![cfg(all(not(target_arch = "wasm32"), feature = "deflate"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "deflate/common.rs"]
mod common;

use std::num::NonZeroU32;

use common::{
    Numbers, Outcome, Writer, at_random, by_bytes, codes, complete_code, data, distance_base, distance_extra, inflate,
    length_base, length_extra, whole,
};
use proptest::prelude::*;
use sansocket::Violation::{self, DeflateInvalid, DeflateTruncated, MessageTooLarge};
use sansocket::deflate::{CompressOptions, Compressor, Fault, Inflater, Progress};

const MIB: u64 = 1 << 20;

fn inflater() -> Inflater {
    Inflater::new(15, false, 16 * MIB)
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}

/// The messages one after the other through one inflater, up to a fault, each way of cutting; the last outcome, which
/// must be the same for all.
fn every_way(make: impl Fn() -> Inflater, messages: &[&[u8]]) -> Outcome {
    let run = |one: &mut dyn FnMut(&mut Inflater, &[u8]) -> Outcome| {
        let mut inflater = make();
        let mut outcomes: Vec<Outcome> = Vec::new();
        for message in messages {
            outcomes.push(one(&mut inflater, message));
            if outcomes.last().is_some_and(|(_, result)| result.is_err()) {
                break;
            }
        }
        outcomes
    };
    let expected = run(&mut |inflater, message| whole(inflater, message));
    assert_eq!(run(&mut |inflater, message| by_bytes(inflater, message)), expected, "by bytes");
    for seed in 0..4 {
        let mut numbers = Numbers::new(seed);
        let outcomes = run(&mut |inflater, message| at_random(inflater, message, &mut numbers));
        assert_eq!(outcomes, expected, "seed {seed}");
    }
    // In two pieces, at every place of the last message if it is short.
    let (last, before) = messages[..expected.len()].split_last().expect("a message");
    for cut in (0..=last.len()).take(100) {
        let mut inflater = make();
        for message in before {
            let _ = whole(&mut inflater, message);
        }
        let outcome = inflate_in_two(&mut inflater, last, cut);
        assert_eq!(Some(&outcome), expected.last(), "cut at {cut}");
    }
    expected.into_iter().last().expect("a message")
}

fn inflate_in_two(inflater: &mut Inflater, message: &[u8], cut: usize) -> Outcome {
    let (first, second) = message.split_at(cut);
    inflate(inflater, &[first, second], || usize::MAX)
}

fn ok(messages: &[&[u8]]) -> Vec<u8> {
    let (message, result) = every_way(inflater, messages);
    assert_eq!(result, Ok(()));
    message
}

fn fault(violation: Violation, position: u64) -> Result<(), Fault> {
    Err(Fault { violation, position })
}

#[test]
fn vectors_of_the_rfc() {
    // RFC 7692 §7.2.3.1, and §7.2.3.2: the second refers to the first.
    let hello = hex("f248cdc9c90700");
    assert_eq!(ok(&[&hello]), b"Hello");
    assert_eq!(ok(&[&hello, &hex("f200110000")]), b"Hello");
    assert_eq!(ok(&[&hello, &hello]), b"Hello");
    // §7.2.3.3: a stored block.
    assert_eq!(ok(&[&hex("000500faff48656c6c6f00")]), b"Hello");
    // §7.2.3.4: a block that is marked as the last one.
    assert_eq!(ok(&[&hex("f348cdc9c9070000")]), b"Hello");
    // §7.2.3.5: two blocks, the tail of the first one inside.
    assert_eq!(ok(&[&hex("f248050000 00ffffcac9c90700".replace(' ', "").as_str())]), b"Hello");
    // §7.2.3.6: an empty message.
    assert_eq!(ok(&[&hex("00")]), b"");
    assert_eq!(ok(&[&hello, &hex("00"), &hello]), b"Hello");
}

/// The `pmd` group of the vector file. Its frames are taken apart here by hand; with the connection around them the
/// vectors run elsewhere.
#[test]
fn vectors_of_compressed_messages() {
    let file = include_str!("vectors/hostile.jsonl");
    let mut seen = 0;
    for line in file.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let id = vector["id"].as_str().expect("id");
        // P17 fails before there is anything to inflate.
        if vector["group"] != "pmd" || id == "P17" {
            continue;
        }
        let bytes = hex(vector["hex"].as_str().expect("hex"));
        let options = &vector["options"];
        let bits = options["pmd"]["window_bits"].as_u64().expect("bits") as u8;
        let off = options["pmd"]["no_context_takeover"].as_bool().expect("bool");
        let limit = options["max_message"].as_u64().unwrap_or(MIB);
        let messages = compressed_messages(&bytes);
        let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        let (message, result) = every_way(|| Inflater::new(bits, off, limit), &messages);
        match vector["expect"]["error"].as_str() {
            Some(kind) => assert_eq!(result.map_err(|fault| fault.violation.kind()), Err(kind), "{id}"),
            None => {
                assert_eq!(result, Ok(()), "{id}");
                let last = vector["expect"]["events"].as_array().and_then(|events| events.last()).expect("an event");
                match last["data"].as_str() {
                    Some(data) => assert_eq!(message, data.as_bytes(), "{id}"),
                    None => assert_eq!(message.len() as u64, last["len"].as_u64().expect("len"), "{id}"),
                }
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 11);
}

/// The payloads of the compressed messages among unmasked frames (RFC 6455 §5.2).
fn compressed_messages(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let mut open: Option<Vec<u8>> = None;
    while let [first, length, rest @ ..] = bytes {
        let (length, rest) = match length {
            126 => (usize::from(u16::from_be_bytes([rest[0], rest[1]])), &rest[2..]),
            _ => (usize::from(*length), rest),
        };
        let (payload, after) = rest.split_at(length);
        bytes = after;
        let (fin, rsv1, opcode) = (first & 0x80 != 0, first & 0x40 != 0, first & 0xf);
        if opcode > 2 {
            continue;
        }
        if opcode != 0 {
            open = rsv1.then(Vec::new);
        }
        if let Some(message) = &mut open {
            message.extend_from_slice(payload);
            if fin {
                messages.extend(open.take());
            }
        }
    }
    messages
}

#[test]
fn where_a_message_may_end() {
    let hello = hex("f248cdc9c90700");
    // Nothing at all, after nothing and after something.
    assert_eq!(ok(&[b""]), b"");
    assert_eq!(ok(&[&hello, b"", &hello]), b"Hello");
    // The sender forgot to remove the tail, or removed it from a message that has further empty blocks before it.
    assert_eq!(ok(&[&hex("f248cdc9c907000000ffff"), &hello]), b"Hello");
    assert_eq!(ok(&[&hex("f248cdc9c907000000ffff00"), &hello]), b"Hello");
    assert_eq!(ok(&[&hex("f248cdc9c907000000ffff000000ffff00")]), b"Hello");
    // BFINAL without the pad byte of §7.2.3.4, with several blocks behind it, and as the mark of the very last block.
    assert_eq!(ok(&[&hex("f348cdc9c90700"), &hex("f200110000")]), b"Hello");
    let mut writer = Writer::default();
    writer.fixed_block(true).literals(b"ab").end().align().stored_block(true, b"cd");
    writer.fixed_block(true).copy(4, 4).end().align().fixed_block(false).copy(6, 3).end();
    assert_eq!(ok(&[&writer.message()]), b"abcdabcdcda");
    writer.stored_block(true, b"").bits(1, 3).align();
    assert_eq!(ok(&[&writer.take()]), b"");

    // Inside a header, a code, a length, stored bytes, and behind a block that ends inside a byte.
    let dynamic = dynamic_block();
    for (payload, cut) in [(&hello, 1..6), (&hex("000500faff48656c6c6f00"), 2..10), (&dynamic, 1..dynamic.len() - 1)] {
        for cut in cut.step_by(payload.len().div_ceil(20)) {
            let (_, result) = every_way(inflater, &[&hello, &payload[..cut]]);
            assert_eq!(result, fault(DeflateTruncated, cut as u64 - 1), "{payload:02x?} cut at {cut}");
        }
    }
    for literals in [&b"\xff\xff\xff\xff"[..], b"\xff\xff\xff\xff\xff"] {
        // Two bits or one are left: less than a header.
        let unpadded = Writer::default().fixed_block(false).literals(literals).end().take();
        assert_eq!(every_way(inflater, &[&unpadded]).1, fault(DeflateTruncated, unpadded.len() as u64 - 1));
    }
    // A plain inflater takes the tail for the missing bytes.
    assert_eq!(every_way(inflater, &[&hex("000500faff48")]).1, fault(DeflateTruncated, 5));
    assert_eq!(every_way(inflater, &[&hex("0000")]).1, fault(DeflateTruncated, 1));
}

/// What a compressor makes of six hundred bases: a block with dynamic codes.
fn dynamic_block() -> Vec<u8> {
    let mut payload = Vec::new();
    let mut numbers = Numbers::new(1);
    let text: Vec<u8> = (0..600).map(|_| b"acgt"[numbers.below(4)]).collect();
    let options = CompressOptions { level: 9, ..CompressOptions::DEFAULT };
    Compressor::new(options, 15).compress(&text, true, &mut payload).expect("memory");
    assert_eq!(payload[0] >> 1 & 3, 2, "a dynamic block");
    payload
}

#[test]
fn what_is_not_deflate() {
    let start = || {
        let mut writer = Writer::default();
        writer.fixed_block(false).literals(b"abc");
        writer
    };
    // The lengths of the code length code, each 3 bits, in the order 16, 17, 18, 0, 8 …: here 1 for 18 and for 1, which
    // is last.
    let dynamic = |literals: usize, distances: usize| {
        let mut writer = Writer::default();
        writer.bits(0, 1).bits(2, 2).bits(literals - 257, 5).bits(distances - 1, 5).bits(15, 4);
        for length in [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0] {
            writer.bits(length, 3);
        }
        writer
    };
    let cases = [
        ("block type 3", hex("06"), 0),
        ("complement of the length", hex("000500faf048656c6c6f00"), 4),
        ("before the first byte", start().copy(4, 3).message(), 4),
        ("far before it", start().copy(32_768, 258).message(), 6),
        ("length symbol 286", start().symbol(286).message(), 4),
        ("length symbol 287", start().symbol(287).message(), 4),
        ("distance symbol 30", start().symbol(257).code(30, 5).message(), 4),
        ("distance symbol 31", start().symbol(257).code(31, 5).message(), 4),
        ("287 literals", { dynamic(287, 1).message() }, 2),
        ("31 distances", { dynamic(257, 31).message() }, 2),
        // 138 zeros, 118 zeros, and then a one for the end of the block: but not enough for the distance.
        ("too many lengths", dynamic(257, 1).bits(1, 1).bits(127, 7).bits(1, 1).bits(127, 7).message(), 11),
        // Codes for two bytes, and then as many zeros as are missing.
        ("no end of block", dynamic(257, 1).bits(0, 2).bits(1, 1).bits(127, 7).bits(1, 1).bits(107, 7).message(), 11),
    ];
    for (name, payload, position) in cases {
        assert_eq!(every_way(inflater, &[&payload]).1, fault(DeflateInvalid, position), "{name}: {payload:02x?}");
    }

    let code_lengths = |lengths: [usize; 19]| {
        let mut writer = Writer::default();
        writer.bits(0, 1).bits(2, 2).bits(0, 5).bits(0, 5).bits(15, 4);
        for length in lengths {
            writer.bits(length, 3);
        }
        writer.message()
    };
    for lengths in [
        [0; 19],
        [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ] {
        // 3 + 14 + 57 bits.
        assert_eq!(every_way(inflater, &[&code_lengths(lengths)]).1, fault(DeflateInvalid, 9), "{lengths:?}");
    }
    // Codes that are used up more than once, or not: three of one bit, one of two.
    for lengths in [&[(0, 1), (1, 1), (256, 1)][..], &[(256, 2)], &[(0, 1), (256, 2)]] {
        let mut literals = [0; 257];
        for (symbol, length) in lengths {
            literals[*symbol] = *length;
        }
        // 3 + 14 + 57 + 4 * 258 bits.
        let payload = Writer::default().dynamic_block(&literals, &[1]).bits(0, 4).message();
        assert_eq!(every_way(inflater, &[&payload]).1, fault(DeflateInvalid, 138), "{lengths:?}");
    }
    // Three zeros for the last distances: as many as there are, or one more.
    for (distances, result) in [(3, Ok(())), (2, fault(DeflateInvalid, 12))] {
        let mut writer = Writer::default();
        writer.bits(0, 1).bits(2, 2).bits(0, 5).bits(distances - 1, 5).bits(15, 4);
        for length in [0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0] {
            writer.bits(length, 3);
        }
        // 18 is 0, 1 is 10, 17 is 11; and the end of the block is 0.
        writer.code(0, 1).bits(127, 7).code(0, 1).bits(107, 7).code(2, 2).code(3, 2).bits(0, 3).bits(0, 1);
        assert_eq!(every_way(inflater, &[&writer.message()]), (Vec::new(), result));
    }
    // "Repeat the previous length" as the first of all.
    let mut writer = Writer::default();
    writer.bits(0, 1).bits(2, 2).bits(0, 5).bits(0, 5).bits(15, 4).bits(1, 3).bits(1, 3);
    for _ in 2..19 {
        writer.bits(0, 3);
    }
    assert_eq!(every_way(inflater, &[&writer.bits(0, 3).message()]).1, fault(DeflateInvalid, 9));
}

/// The few incomplete codes that are allowed (RFC 1951 §3.2.7).
#[test]
fn codes_of_one_symbol_or_none() {
    // Lengths: 138 + 118 zeros, 1 for the end of the block, then one distance with a code of `distance` bits.
    let block = |distance: usize| {
        let mut writer = Writer::default();
        writer.bits(0, 1).bits(2, 2).bits(0, 5).bits(0, 5).bits(15, 4);
        for length in [0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0] {
            writer.bits(length, 3);
        }
        // 18 is 0, 0 is 10, 1 is 11.
        writer.code(0, 1).bits(127, 7).code(0, 1).bits(107, 7).code(3, 2).code(2 + distance, 2);
        writer
    };
    for distance in [0, 1] {
        assert_eq!(ok(&[&block(distance).bits(0, 1).message()]), b"");
        // The other bit is no code.
        assert_eq!(every_way(inflater, &[&block(distance).bits(1, 1).message()]).1, fault(DeflateInvalid, 11));
    }
}

/// Codes of every shape, flat and steep, each of whose symbols is used.
#[test]
fn codes_of_every_shape() {
    let mut longest = 0;
    for seed in 0..120 {
        let mut numbers = Numbers::new(seed);
        let steep = seed % 2 == 0;
        let literals = complete_code(&mut numbers, 286, &[256], steep);
        let distances = complete_code(&mut numbers, 30, &[0], steep);
        longest = longest.max(literals.iter().chain(&distances).copied().max().unwrap_or(0));
        let (literal_codes, distance_codes) = (codes(&literals), codes(&distances));
        let history = data(&mut numbers, 32_768);
        let before = Writer::default().stored_block(false, &history).message();
        let mut expected = history;
        let mut writer = Writer::default();
        writer.dynamic_block(&literals, &distances);
        let put = |writer: &mut Writer, (code, bits): (usize, u32)| {
            assert_ne!(bits, 0, "a symbol that is used has a code");
            writer.code(code, bits);
        };
        for symbol in (0..286).filter(|symbol| *symbol != 256 && literals[*symbol] != 0) {
            put(&mut writer, literal_codes[symbol]);
            if symbol < 256 {
                expected.push(symbol as u8);
                continue;
            }
            let extra = numbers.below(1 << length_extra(symbol));
            writer.bits(extra, length_extra(symbol));
            let length = length_base(symbol) + extra;
            let used: Vec<usize> = (0..30).filter(|symbol| distances[*symbol] != 0).collect();
            let symbol = numbers.pick(&used);
            put(&mut writer, distance_codes[symbol]);
            let extra = numbers.below(1 << distance_extra(symbol));
            writer.bits(extra, distance_extra(symbol));
            for _ in 0..length {
                expected.push(expected[expected.len() - distance_base(symbol) - extra]);
            }
        }
        put(&mut writer, literal_codes[256]);
        let payload = writer.message();
        let expected = expected.split_off(32_768);
        for cut in [false, true] {
            let mut inflater = inflater();
            assert_eq!(whole(&mut inflater, &before).1, Ok(()));
            let outcome =
                if cut { at_random(&mut inflater, &payload, &mut numbers) } else { whole(&mut inflater, &payload) };
            assert_eq!(outcome, (expected.clone(), Ok(())), "seed {seed}");
        }
    }
    assert_eq!(longest, 15);
}

/// References as far as the agreed window are good, and one byte farther never, even where the byte is still at hand.
#[test]
fn windows_are_exact() {
    for bits in 8..=15_u8 {
        let size = 1_usize << bits;
        let mut numbers = Numbers::new(u64::from(bits));
        let before: Vec<u8> = (0..size + 300).map(|_| numbers.next() as u8).collect();
        let reference = |distance: usize| Writer::default().fixed_block(false).copy(distance, 258).end().message();
        let make = || Inflater::new(bits, false, MIB);

        // The history in one message, the reference in another.
        let mut first = Writer::default();
        for part in before.chunks(60_000) {
            first.stored_block(false, part);
        }
        let first = first.message();
        let (message, result) = every_way(make, &[&first, &reference(size)]);
        assert_eq!((message.len(), result), (258, Ok(())), "{bits}");
        assert_eq!(message[..200], before[300..500], "{bits}");
        if bits < 15 {
            let too_far = reference(size + 1);
            let position = too_far.len() as u64 - 3;
            let (_, result) = every_way(make, &[&first, &too_far]);
            let at = result.expect_err("too far").position;
            assert_eq!(result, fault(DeflateInvalid, at), "{bits}");
            assert!((position..position + 2).contains(&at), "{bits}: {at} of {}", too_far.len());
        }

        // Both in one message, where a buffer of the output holds it all. The largest window has no more to show.
        if bits > 13 {
            continue;
        }
        for (distance, good) in [(size, true), (size + 1, false), (size + 200, false)] {
            let mut writer = Writer::default();
            writer.fixed_block(false).literals(&before).copy(distance, 3).literals(b"!").end();
            let (message, result) = every_way(make, &[&writer.message()]);
            assert_eq!(result.is_ok(), good, "{bits}, {distance}: {result:?}");
            assert_eq!(message.len(), before.len() + if good { 4 } else { 0 });
        }
    }
}

#[test]
fn without_takeover_nothing_is_kept() {
    let hello = hex("f248cdc9c90700");
    let make = || Inflater::new(15, true, MIB);
    assert_eq!(every_way(make, &[&hello, &hello]).1, Ok(()));
    assert_eq!(every_way(make, &[&hello, &hex("f200110000")]).1, fault(DeflateInvalid, 2));
    let mut inflater = make();
    for size in [1, 1000, 100_000] {
        let mut payload = Vec::new();
        let text = data(&mut Numbers::new(size as u64), size);
        Compressor::new(CompressOptions::DEFAULT, 15).compress(&text, true, &mut payload).expect("memory");
        assert_eq!(by_bytes(&mut inflater, &payload).0, text);
        assert_eq!(inflater.bytes_held(), 0);
    }
}

/// What is held between messages is what was received, up to the window.
#[test]
fn memory_follows_the_window() {
    for bits in [8, 9, 12, 15_u8] {
        let mut inflater = Inflater::new(bits, false, MIB);
        assert_eq!(inflater.bytes_held(), 0);
        let mut compressor = Compressor::new(CompressOptions::DEFAULT, bits);
        let mut numbers = Numbers::new(9);
        for i in 0..30 {
            let mut payload = Vec::new();
            compressor.compress(&data(&mut numbers, 80 << (i / 3)), true, &mut payload).expect("memory");
            assert_eq!(at_random(&mut inflater, &payload, &mut numbers).1, Ok(()));
            assert!(inflater.bytes_held() <= 1 << bits, "{} at {bits}", inflater.bytes_held());
        }
        assert_eq!(inflater.bytes_held(), 1 << bits);
    }
    assert!(size_of::<Inflater>() <= 256, "{}", size_of::<Inflater>());
}

#[test]
fn the_limit_is_inclusive() {
    let zeros = vec![0; 3000];
    let noise = data(&mut Numbers::new(6), 3000);
    for message in [zeros, noise] {
        for level in [0, 1, 6] {
            let mut payload = Vec::new();
            let options = CompressOptions { level, ..CompressOptions::DEFAULT };
            Compressor::new(options, 15).compress(&message, true, &mut payload).expect("memory");
            for limit in [3000, 3001, u64::MAX] {
                assert_eq!(every_way(|| Inflater::new(15, false, limit), &[&payload]), (message.clone(), Ok(())));
            }
            for limit in [0, 1, 2000, 2999] {
                let (got, result) = every_way(|| Inflater::new(15, false, limit), &[&payload]);
                assert_eq!(got, message[..limit as usize], "no byte more");
                assert_eq!(result.map_err(|fault| fault.violation), Err(MessageTooLarge));
            }
        }
    }
    // It is the limit of each message, not of all.
    let hello = hex("f248cdc9c90700");
    assert_eq!(every_way(|| Inflater::new(15, false, 5), &[&hello, &hello, &hello]).1, Ok(()));
    assert_eq!(every_way(|| Inflater::new(15, false, 0), &[b"", b"\0"]).1, Ok(()));
    // The byte that is too many comes before what is invalid behind it, and not after.
    let mut writer = Writer::default();
    let payload = writer.fixed_block(false).literals(b"abcd").symbol(286).message();
    let too_large = every_way(|| Inflater::new(15, false, 3), &[&payload]);
    assert_eq!(too_large, (b"abc".to_vec(), fault(MessageTooLarge, 4)));
    assert_eq!(every_way(|| Inflater::new(15, false, 4), &[&payload]).1, fault(DeflateInvalid, 5));
}

/// About a mebibyte that inflates to one gibibyte.
fn bomb() -> Vec<u8> {
    let mut compressor = Compressor::new(CompressOptions { level: 9, ..CompressOptions::DEFAULT }, 15);
    let (mut first, mut again) = (Vec::new(), Vec::new());
    let zeros = vec![0; 1 << 20];
    compressor.compress(&zeros, false, &mut first).expect("memory");
    compressor.compress(&zeros, false, &mut again).expect("memory");
    let mut bomb = first;
    for _ in 1..1024 {
        bomb.extend_from_slice(&again);
    }
    assert!(bomb.len() < 5 << 18, "{}", bomb.len());
    bomb
}

/// The work is counted: bytes read and produced, and calls.
#[test]
fn a_bomb_stops_at_the_limit() {
    let bomb = bomb();
    for limit in [0, 1, 1000, MIB, 3 * MIB + 1] {
        let mut inflater = Inflater::new(15, false, limit);
        let mut message = Vec::new();
        let fault = inflater.inflate(&bomb, true, &mut message, usize::MAX).expect_err("too large");
        assert_eq!(fault.violation, MessageTooLarge);
        assert!(fault.position <= limit / 1000 + 100, "{fault:?}");
        assert_eq!(message.len() as u64, limit);
        assert!(message.capacity() as u64 <= limit + 1024, "{} for {limit}", message.capacity());
        assert_eq!(inflater.bytes_held(), 0, "a failed inflater holds nothing");
    }
    // Streamed, it never holds more than the room it is given, and each call fills it.
    let mut inflater = Inflater::new(15, false, 40 * MIB);
    let (mut rest, mut total, mut calls) = (&bomb[..], 0, 0);
    let mut piece = Vec::new();
    let fault = loop {
        piece.clear();
        let result = inflater.inflate(rest, true, &mut piece, 64 << 10);
        total += piece.len() as u64;
        calls += 1;
        assert!(piece.capacity() <= (64 << 10) + 64 && inflater.bytes_held() <= 48 << 10);
        match result {
            Ok(Progress { consumed, done: false }) => {
                assert_eq!(piece.len(), 64 << 10);
                rest = &rest[consumed..];
            }
            Ok(progress) => panic!("{progress:?}"),
            Err(fault) => break fault,
        }
    };
    assert_eq!((fault.violation, total, calls), (MessageTooLarge, 40 * MIB, 641));
}

#[test]
fn the_ratio_is_looked_at_every_16_kib() {
    let ratio = |ratio| move || Inflater::new(15, false, 64 * MIB).with_max_ratio(NonZeroU32::new(ratio));
    let mut payload = Vec::new();
    let zeros = vec![0; 50_000];
    Compressor::new(CompressOptions { level: 2, ..CompressOptions::DEFAULT }, 15)
        .compress(&zeros, true, &mut payload)
        .expect("memory");
    let (message, result) = every_way(ratio(100), &[&payload]);
    assert_eq!(message.len(), 16 << 10);
    assert_eq!(result.map_err(|fault| fault.violation), Err(MessageTooLarge));
    assert_eq!(every_way(ratio(1032), &[&payload]), (zeros, Ok(())));
    // What does not come to 16 KiB passes, and so does what is compressed less.
    let mut short = Vec::new();
    Compressor::new(CompressOptions::DEFAULT, 15).compress(&[0; 16_000], true, &mut short).expect("memory");
    assert_eq!(every_way(ratio(1), &[&short]).1, Ok(()));
    let stored = Writer::default().stored_block(false, &vec![7; 65_535]).message();
    assert_eq!(every_way(ratio(1), &[&stored]).1, Ok(()));
}

/// Empty blocks and rebuilt tables: all of it is read, nothing comes out, nothing piles up.
#[test]
fn blocks_without_data() {
    let mut writer = Writer::default();
    for _ in 0..40_000 {
        writer.fixed_block(false).end();
    }
    let fixed = writer.message();
    let stored = [0, 0, 0, 0xff, 0xff].repeat(20_000);
    // A full code table, and of all its codes only the one for the end of the block.
    let mut tables = Writer::default();
    for _ in 0..2000 {
        tables.bits(0, 1).bits(2, 2).bits(29, 5).bits(29, 5).bits(15, 4);
        // Lengths 9, 8, 5 and 4 with codes of 2 bits, in ascending order: 00, 01, 10, 11.
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
            tables.bits(if [4, 5, 8, 9].contains(&symbol) { 2 } else { 0 }, 3);
        }
        for symbol in 0..286 {
            // 226 codes of 8 bits and 60 of 9 are complete.
            tables.code(if symbol < 226 { 2 } else { 3 }, 2);
        }
        for symbol in 0..30 {
            // 2 of 4 bits, 28 of 5.
            tables.code(if symbol < 2 { 0 } else { 1 }, 2);
        }
        // Symbol 256 is the 31st of those with 9 bits.
        tables.code((226 << 1) + 30, 9);
    }
    let tables = tables.message();
    for payload in [fixed, stored, tables] {
        let mut inflater = inflater();
        let mut message = Vec::new();
        let progress = inflater.inflate(&payload, true, &mut message, usize::MAX).expect("valid");
        assert_eq!(progress, Progress { consumed: payload.len(), done: true });
        assert_eq!((message.len(), inflater.bytes_held()), (0, 0));
        assert_eq!(by_bytes(&mut inflater, &payload), (Vec::new(), Ok(())));
    }
}

/// After a limit that ends exactly with the room, and the like: calls without room or input make progress or say that
/// nothing is left to do.
#[test]
fn room_and_input_of_nothing() {
    let mut inflater = inflater();
    let mut out = Vec::new();
    for _ in 0..3 {
        let nothing = inflater.inflate(&[], false, &mut out, 0);
        assert_eq!(nothing, Ok(Progress { consumed: 0, done: true }));
    }
    let hello = hex("f248cdc9c90700");
    let mut rest = &hello[..];
    let mut calls = 0;
    while let Ok(Progress { consumed, done: false }) = inflater.inflate(rest, true, &mut out, 0) {
        rest = &rest[consumed..];
        calls += 1;
    }
    assert_eq!((out.as_slice(), calls), (&b"Hello"[..], 5));
}

/// A message of random blocks, and what it means.
fn blocks(numbers: &mut Numbers, history: &mut Vec<u8>, window: usize) -> (Vec<u8>, Vec<u8>) {
    let start = history.len();
    let mut writer = Writer::default();
    for _ in 0..numbers.below(6) {
        let last = numbers.below(4) == 0;
        if numbers.below(3) == 0 {
            let size = numbers.below(500);
            let bytes = data(numbers, size);
            writer.stored_block(last, &bytes);
            history.extend_from_slice(&bytes);
        } else {
            writer.fixed_block(last);
            for _ in 0..numbers.below(60) {
                let reach = history.len().min(window);
                if reach == 0 || numbers.below(2) == 0 {
                    let byte = numbers.next() as u8;
                    writer.literals(&[byte]);
                    history.push(byte);
                } else {
                    let most = numbers.pick(&[1, 2, 9, 40, reach, reach]).min(reach);
                    let distance = if numbers.below(4) == 0 { most } else { 1 + numbers.below(most) };
                    let length = 3 + numbers.below(256);
                    writer.copy(distance, length);
                    for _ in 0..length {
                        history.push(history[history.len() - distance]);
                    }
                }
            }
            writer.end();
            if last {
                writer.align();
            }
        }
    }
    (writer.message(), history[start..].to_vec())
}

#[test]
fn streams_that_no_compressor_makes() {
    for seed in 0..80 {
        let mut numbers = Numbers::new(seed);
        let bits = 8 + (seed % 8) as u8;
        let mut history = Vec::new();
        let mut cut = Inflater::new(bits, false, MIB);
        let mut uncut = Inflater::new(bits, false, MIB);
        for i in 0..10 {
            let (payload, message) = blocks(&mut numbers, &mut history, 1 << bits);
            assert_eq!(whole(&mut uncut, &payload), (message.clone(), Ok(())), "seed {seed}, message {i}");
            assert_eq!(at_random(&mut cut, &payload, &mut numbers), (message, Ok(())), "seed {seed}, message {i}");
        }
    }
}

/// Payloads of a connection, damaged at some places or not.
fn damaged() -> impl Strategy<Value = (u64, u8, Vec<Vec<u8>>)> {
    (any::<u64>(), 8..=15_u8, prop::collection::vec((0..10_usize, any::<u8>()), 0..3)).prop_map(
        |(seed, bits, faults)| {
            let mut numbers = Numbers::new(seed);
            let options = CompressOptions { level: numbers.below(10) as u8, ..CompressOptions::DEFAULT };
            // A window that may be larger than what the receiver holds to.
            let mut compressor = Compressor::new(options, (bits + numbers.below(2) as u8).min(15));
            let mut history = Vec::new();
            let mut payloads: Vec<Vec<u8>> = (0..4)
                .map(|_| {
                    if numbers.below(3) == 0 {
                        return blocks(&mut numbers, &mut history, 1 << 15).0;
                    }
                    let size = numbers.below(900);
                    let mut payload = Vec::new();
                    let message = data(&mut numbers, size);
                    compressor.compress(&message, true, &mut payload).expect("memory");
                    payload
                })
                .collect();
            for (place, value) in faults {
                let payload = &mut payloads[place % 4];
                let length = payload.len().max(1);
                match payload.get_mut((place * 7919 + usize::from(value)) % length) {
                    Some(byte) => *byte ^= value,
                    None => payload.push(value),
                }
            }
            (seed, bits, payloads)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn cuts_make_no_difference((seed, bits, payloads) in damaged()) {
        let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
        let ratio = if seed % 3 == 0 { NonZeroU32::new(5) } else { None };
        let limit = if seed % 5 == 0 { 700 } else { MIB };
        let _ = every_way(|| Inflater::new(bits, seed % 2 == 0, limit).with_max_ratio(ratio), &payloads);
    }

    #[test]
    fn noise((bytes, bits) in (prop::collection::vec(any::<u8>(), 0..200), 8..=15_u8)) {
        let (message, _) = every_way(|| Inflater::new(bits, false, MIB), &[&bytes]);
        // DEFLATE makes at most 258 bytes of two bits.
        prop_assert!(message.len() <= bytes.len() * 1032);
    }
}
