//! Inflating: windows, what is held, limits, and input that is much work for nothing.
#![cfg(all(not(target_arch = "wasm32"), feature = "deflate"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "deflate/common.rs"]
mod common;
#[path = "deflate/inflating.rs"]
mod inflating;

use std::num::NonZeroU32;

use common::{Numbers, Writer, at_random, by_bytes, data};
use inflating::{MIB, every_way, fault, hex, inflater};
use sansocket::Violation::{DeflateInvalid, MessageTooLarge};
use sansocket::deflate::{CompressOptions, Compressor, Inflater, Progress};

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
