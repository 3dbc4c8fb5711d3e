//! Inflating: the vectors, where a message may end, and what is DEFLATE (RFC 1951) and what is not.
#![cfg(all(not(target_arch = "wasm32"), feature = "deflate"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "deflate/common.rs"]
mod common;
#[path = "deflate/inflating.rs"]
mod inflating;

use common::{
    Numbers, Writer, at_random, codes, complete_code, data, distance_base, distance_extra, length_base, length_extra,
    whole,
};
use inflating::{MIB, every_way, fault, hex, inflater, ok};
use sansocket::Violation::{DeflateInvalid, DeflateTruncated};
use sansocket::deflate::{CompressOptions, Compressor, Inflater};

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

/// A fault in the last bit that was sent is one that was sent: the message is invalid, not cut off.
#[test]
fn what_the_last_bit_of_a_message_makes_invalid() {
    // Codes for 16 and 17 alone, so that "repeat the previous length" comes as the first of all lengths (RFC 1951
    // §3.2.7): 3 + 14 + 12 + 1 + 2 bits, which are whole bytes.
    let mut writer = Writer::default();
    writer.bits(0, 1).bits(2, 2).bits(0, 5).bits(0, 5).bits(0, 4);
    for length in [1, 1, 0, 0] {
        writer.bits(length, 3);
    }
    let payload = writer.code(0, 1).bits(0, 2).take();
    assert_eq!(payload.len(), 4);
    assert_eq!(every_way(inflater, &[&payload]).1, fault(DeflateInvalid, 3));
    assert_eq!(every_way(inflater, &[&payload[..3]]).1, fault(DeflateTruncated, 2));
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

#[test]
fn it_can_be_shown() {
    let mut inflater = Inflater::new(15, false, 1000);
    assert_eq!(format!("{inflater:?}"), "Inflater { fault: None, .. }");
    let fault = inflater.inflate(&[0x06], true, &mut Vec::new(), usize::MAX).unwrap_err();
    assert_eq!(format!("{inflater:?}"), format!("Inflater {{ fault: Some({fault:?}), .. }}"));
}
