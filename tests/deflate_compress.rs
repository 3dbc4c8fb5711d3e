//! Compressing: what goes on the wire. That others can inflate it, `deflate_oracle.rs` says.
#![cfg(all(not(target_arch = "wasm32"), feature = "deflate"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "deflate/common.rs"]
mod common;

use common::{Numbers, at_random, data, whole};
use proptest::prelude::*;
use sansocket::deflate::{CompressOptions, Compressor, Inflater, Strategy};

fn compress(compressor: &mut Compressor, message: &[u8]) -> Vec<u8> {
    fragment(compressor, message, true)
}

fn fragment(compressor: &mut Compressor, input: &[u8], fin: bool) -> Vec<u8> {
    let mut payload = b"header".to_vec();
    compressor.compress(input, fin, &mut payload).expect("memory");
    assert_eq!(&payload[..6], b"header", "it only appends");
    payload.split_off(6)
}

fn with_level(level: u8) -> Compressor {
    Compressor::new(CompressOptions { level, ..CompressOptions::DEFAULT }, 15)
}

#[test]
fn vectors_of_the_rfc() {
    // RFC 7692 §7.2.3.1 and §7.2.3.2.
    let mut compressor = with_level(6);
    assert_eq!(compress(&mut compressor, b"Hello"), [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    assert_eq!(compress(&mut compressor, b"Hello"), [0xf2, 0x00, 0x11, 0x00, 0x00]);
    // Without the window the second is like the first.
    compressor.reset();
    assert_eq!(compress(&mut compressor, b"Hello"), [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
    // §7.2.3.3: level 0 makes stored blocks.
    let stored = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
    assert_eq!(compress(&mut with_level(0), b"Hello"), stored);
    // §7.2.3.6: an empty message, first, second, and third in a row.
    let mut compressor = with_level(1);
    assert_eq!(compress(&mut compressor, b""), [0x00]);
    assert_eq!(compressor.bytes_held(), 0, "nothing is made for an empty message");
    assert_eq!(compress(&mut compressor, b""), [0x00]);
    compress(&mut compressor, b"Hello");
    assert_eq!(compress(&mut compressor, b""), [0x00]);
    compressor.reset();
    assert_eq!(compress(&mut compressor, b""), [0x00]);
}

/// Every fragment brings all that was put in, and only the message ends without the tail.
#[test]
fn fragments_are_flushed() {
    for level in 0..=9 {
        let mut compressor = with_level(level);
        let mut inflater = Inflater::new(15, false, 1 << 20);
        for _ in 0..3 {
            let mut message = Vec::new();
            for (text, fin) in [("Hel", false), ("", false), ("lo, Hello", false), ("!", true)] {
                let payload = fragment(&mut compressor, text.as_bytes(), fin);
                assert_eq!(payload.is_empty(), text.is_empty());
                assert_eq!(payload.ends_with(&[0x00, 0x00, 0xff, 0xff]), !fin && !text.is_empty());
                let before = message.len();
                inflater.inflate(&payload, fin, &mut message, usize::MAX).expect("valid");
                assert_eq!(&message[before..], text.as_bytes());
            }
        }
        // The last fragment is empty: after others, and as the only one that is not the first.
        let mut payload = fragment(&mut compressor, b"all", false);
        payload.extend(fragment(&mut compressor, b"", true));
        assert_eq!(payload.last(), Some(&0));
        assert_eq!(whole(&mut inflater, &payload), (b"all".to_vec(), Ok(())));
        assert_eq!(fragment(&mut compressor, b"", false), b"");
        assert_eq!(whole(&mut inflater, &fragment(&mut compressor, b"", true)), (Vec::new(), Ok(())));
    }
}

/// One compressor, many connections without takeover: what each gets does not depend on the others.
#[test]
fn one_for_many() {
    let mut shared = Compressor::new(CompressOptions::DEFAULT, 15);
    let mut inflaters: Vec<_> = (0..20).map(|_| Inflater::new(15, true, 1 << 20)).collect();
    let mut numbers = Numbers::new(20);
    for _ in 0..300 {
        let size = numbers.below(2000);
        let message = data(&mut numbers, size);
        shared.reset();
        let payload = compress(&mut shared, &message);
        assert_eq!(payload, compress(&mut Compressor::new(CompressOptions::DEFAULT, 15), &message), "as if alone");
        let inflater = numbers.below(20);
        assert_eq!(at_random(&mut inflaters[inflater], &payload, &mut numbers), (message, Ok(())));
    }
}

/// A reset or a release may come at any time between messages, whatever was agreed.
#[test]
fn history_may_be_forgotten_at_any_time() {
    let mut compressor = Compressor::new(CompressOptions::DEFAULT, 12);
    let mut inflater = Inflater::new(12, false, 1 << 20);
    let mut numbers = Numbers::new(12);
    for i in 0..200 {
        match numbers.below(5) {
            0 => compressor.reset(),
            1 => {
                compressor.release();
                assert_eq!(compressor.bytes_held(), 0);
            }
            _ => {}
        }
        let size = numbers.below(900);
        let message = data(&mut numbers, size);
        let payload = compress(&mut compressor, &message);
        assert_eq!(whole(&mut inflater, &payload), (message, Ok(())), "message {i}");
    }
}

/// A window of 8 bits is honoured with every strategy and level.
#[test]
fn the_smallest_window() {
    for level in 0..=9 {
        for strategy in [Strategy::Default, Strategy::Filtered, Strategy::HuffmanOnly, Strategy::Rle, Strategy::Fixed] {
            for bits in [0, 8] {
                let options = CompressOptions { level, strategy, ..CompressOptions::DEFAULT };
                let mut compressor = Compressor::new(options, bits);
                let mut inflater = Inflater::new(8, false, 1 << 20);
                let mut numbers = Numbers::new(u64::from(level));
                for _ in 0..3 {
                    let size = 200 + numbers.below(2000);
                    let message = data(&mut numbers, size);
                    let payload = compress(&mut compressor, &message);
                    assert_eq!(whole(&mut inflater, &payload), (message, Ok(())), "level {level}, {strategy:?}");
                }
            }
        }
    }
}

/// What makes each strategy its own, with the smallest window as well, in which others would reach too far back.
#[test]
fn strategies() {
    let mut numbers = Numbers::new(7);
    let bases: Vec<u8> = (0..2000).map(|_| b"acgt"[numbers.below(4)]).collect();
    let runs = [7; 1000];
    let words = b"some words that come again and again, ".repeat(30);
    for bits in [8, 15] {
        let payload = |strategy, message: &[u8]| {
            let options = CompressOptions { level: 6, strategy, ..CompressOptions::DEFAULT };
            compress(&mut Compressor::new(options, bits), message)
        };
        // Without matches each byte takes a bit at least; with those of the byte before, runs take less.
        assert!(payload(Strategy::HuffmanOnly, &runs).len() >= runs.len() / 8);
        assert!(payload(Strategy::Rle, &runs).len() < 20);
        assert!(payload(Strategy::Rle, &words).len() > words.len() / 4);
    }
    let payload = |strategy, message: &[u8]| {
        compress(&mut Compressor::new(CompressOptions { level: 6, strategy, ..CompressOptions::DEFAULT }, 15), message)
    };
    for strategy in [Strategy::Default, Strategy::Filtered, Strategy::Fixed] {
        assert!(payload(strategy, &words).len() < words.len() / 8, "{strategy:?}");
    }
    // The type of the first block (RFC 1951 §3.2.3).
    let block = |strategy| payload(strategy, &bases)[0] >> 1 & 3;
    assert_eq!((block(Strategy::Default), block(Strategy::Fixed)), (2, 1));
}

#[test]
fn ranges() {
    for value in 0..=u8::MAX {
        let level = CompressOptions { level: value, ..CompressOptions::DEFAULT };
        let memory = CompressOptions { mem_level: value, ..CompressOptions::DEFAULT };
        assert_eq!(level.check().is_ok(), value <= 9, "{value}");
        assert_eq!(memory.check().is_ok(), (1..=9).contains(&value), "{value}");
    }
    assert_eq!(CompressOptions::default(), CompressOptions::DEFAULT);
    // Whatever the numbers, it works.
    for value in [0, 7, 8, 9, 10, 15, 16, 100, 255] {
        let options = CompressOptions { level: value, mem_level: value, strategy: Strategy::Default };
        let mut compressor = Compressor::new(options, value);
        let payload = compress(&mut compressor, b"some text, some text");
        let mut inflater = Inflater::new(value, false, 1 << 20);
        assert_eq!(whole(&mut inflater, &payload), (b"some text, some text".to_vec(), Ok(())), "{value}");
    }
}

/// The figures that the documentation gives.
#[test]
fn memory() {
    let memory = |bits, mem_level| {
        let mut compressor = Compressor::new(CompressOptions { mem_level, ..CompressOptions::DEFAULT }, bits);
        assert_eq!(compressor.bytes_held(), 0);
        compress(&mut compressor, b"x");
        assert_eq!(compressor.bytes_held(), compressor.memory());
        compressor.memory()
    };
    assert_eq!((memory(15, 0), memory(99, 99)), (memory(15, 1), memory(15, 9)));
    for ((bits, mem_level), measured) in [
        ((9, 1), 137_216),
        ((12, 5), 164_992),
        ((15, 1), 266_240),
        ((15, 5), 279_680),
        ((15, 8), 380_032),
        ((15, 9), 494_720),
    ] {
        // What a counting allocator saw.
        let said = memory(bits, mem_level);
        assert!(said >= measured && said - measured < 4 << 10, "{said} for {measured} at {bits}, {mem_level}");
    }
}

/// The output grows with what is needed: noise, where it is larger than the input, and runs.
#[test]
fn output_of_any_size() {
    for level in [0, 1, 2, 6] {
        for size in [1, 63, 64, 65, 1000, 65_535, 65_536, 200_000] {
            for message in [vec![7; size], (0..size).map(|i| ((i * i) >> 3) as u8).collect()] {
                let payload = compress(&mut with_level(level), &message);
                assert!(payload.len() <= size + size / 8 + 20, "{} of {size}", payload.len());
                let mut inflater = Inflater::new(15, true, 1 << 20);
                assert_eq!(whole(&mut inflater, &payload), (message, Ok(())), "level {level}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// What is inflated is what was compressed, whatever the options, fragments, cuts, and forgetting.
    #[test]
    fn round_trip(seed in any::<u64>(), level in 0..=9_u8, mem_level in 1..=9_u8, bits in 8..=15_u8, strategy in 0..5_usize) {
        let strategies = [Strategy::Default, Strategy::Filtered, Strategy::HuffmanOnly, Strategy::Rle, Strategy::Fixed];
        let strategy = strategies[strategy];
        let mut compressor = Compressor::new(CompressOptions { level, mem_level, strategy }, bits);
        let mut inflater = Inflater::new(bits, seed % 2 == 0, 1 << 20);
        let mut numbers = Numbers::new(seed);
        for _ in 0..6 {
            let size = numbers.size() / 4;
            let message = data(&mut numbers, size);
            if seed % 2 == 0 {
                compressor.reset();
            }
            let mut payload = Vec::new();
            let mut rest = &message[..];
            while numbers.below(2) == 0 {
                let (part, after) = rest.split_at(numbers.below(rest.len() + 1));
                payload.extend(fragment(&mut compressor, part, false));
                rest = after;
            }
            payload.extend(fragment(&mut compressor, rest, true));
            prop_assert_eq!(at_random(&mut inflater, &payload, &mut numbers), (message, Ok(())));
        }
    }
}

#[test]
fn it_can_be_shown() {
    let options = CompressOptions::DEFAULT;
    let shown = format!("{:?}", Compressor::new(options, 12));
    assert_eq!(shown, format!("Compressor {{ options: {options:?}, window_bits: 12, .. }}"));
}
