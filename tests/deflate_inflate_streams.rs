//! Inflating: streams that no compressor makes, damaged ones, and that cuts make no difference.
#![cfg(all(not(target_arch = "wasm32"), feature = "deflate"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "deflate/common.rs"]
mod common;
#[path = "deflate/inflating.rs"]
mod inflating;

use std::num::NonZeroU32;

use common::{Numbers, Writer, at_random, data, whole};
use inflating::{MIB, every_way};
use proptest::prelude::*;
use sansocket::deflate::{CompressOptions, Compressor, Inflater};

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
