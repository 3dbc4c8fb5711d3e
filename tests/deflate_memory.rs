//! What compression holds, counted by the allocator, and what happens when there is no more.
#![cfg(all(not(target_arch = "wasm32"), feature = "deflate"))]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "common/allocator.rs"]
#[allow(dead_code)]
mod allocator;
#[path = "deflate/common.rs"]
mod common;

use allocator::{Counting, live, peak_of, refusing_above};
use common::{Numbers, Writer, data, whole};
use sansocket::Violation;
use sansocket::deflate::{CompressOptions, Compressor, Inflater};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const KIB: isize = 1 << 10;

fn compress(options: CompressOptions, bits: u8, message: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    Compressor::new(options, bits).compress(message, true, &mut payload).expect("memory");
    payload
}

/// The formula in the documentation of [`Compressor::memory`].
#[test]
fn a_compressor_holds_what_it_says() {
    for bits in 8..=15 {
        for mem_level in 1..=9 {
            let mut payload = Vec::with_capacity(1000);
            let before = live();
            let mut compressor = Compressor::new(CompressOptions { mem_level, ..CompressOptions::DEFAULT }, bits);
            assert_eq!(live(), before, "nothing until it is used");
            compressor.compress(b"text", true, &mut payload).expect("memory");
            let (held, said) = (live() - before, compressor.bytes_held() as isize);
            assert!(held <= said && said - held <= 4 * KIB, "{held}, not {said}, at {bits} and {mem_level}");
            compressor.release();
            assert_eq!((live(), compressor.bytes_held()), (before, 0));
        }
    }
}

/// A thousand connections that have seen some traffic and are idle.
#[test]
fn idle_inflaters() {
    let mut numbers = Numbers::new(3);
    let message = data(&mut numbers, 60_000);
    let large = compress(CompressOptions::DEFAULT, 15, &message);
    let small = compress(CompressOptions::DEFAULT, 15, b"{\"some\":\"small\",\"message\":1}");
    let all = |no_context_takeover, payload: &[u8], times: usize| {
        let before = live();
        let mut inflaters: Vec<_> = (0..1000).map(|_| Inflater::new(15, no_context_takeover, 1 << 20)).collect();
        let made = live() - before;
        for inflater in &mut inflaters {
            for _ in 0..times {
                let mut message = Vec::new();
                inflater.inflate(payload, true, &mut message, usize::MAX).expect("valid");
            }
        }
        let held = live() - before;
        let said = inflaters.iter().map(|inflater| inflater.bytes_held() as isize).sum::<isize>();
        assert_eq!(held - made, said, "what is said is what is held");
        held / 1000
    };
    // The state itself, without and with the largest window; and a window that has seen a few small messages.
    assert!(all(true, &large, 1) <= 256);
    assert!(all(false, &large, 1) <= 32 * KIB + 256);
    assert!(all(false, &small, 10) <= KIB);
}

/// Inside a block with codes of its own there are tables as well, and they are counted.
#[test]
fn what_is_held_within_a_message() {
    let mut numbers = Numbers::new(6);
    let message: Vec<u8> = (0..2000).map(|_| b"acgt"[numbers.below(4)]).collect();
    let payload = compress(CompressOptions { level: 9, ..CompressOptions::DEFAULT }, 15, &message);
    assert_eq!(payload[0] >> 1 & 3, 2, "a dynamic block");
    let mut inflated = Vec::with_capacity(100_000);
    let before = live();
    let mut inflater = Inflater::new(15, false, 1 << 20);
    inflater.inflate(&payload[..payload.len() / 2], false, &mut inflated, usize::MAX).expect("valid");
    assert_eq!(live() - before, inflater.bytes_held() as isize);
    assert!(inflated.len() > 500 && inflater.bytes_held() > inflated.len() + 7 * 1024);
}

/// Growing copies what is held, so a window grows only for bytes that find no room in it.
#[test]
fn a_window_that_is_just_full_does_not_grow() {
    let mut inflater = Inflater::new(15, false, 1 << 20);
    let mut held_after = |size: usize| {
        let payload = Writer::default().stored_block(false, &vec![b'a'; size]).message();
        whole(&mut inflater, &payload).1.expect("valid");
        inflater.bytes_held()
    };
    held_after(600);
    // It has doubled, and is not full.
    let held = held_after(1);
    assert!(held > 601, "{held}");
    assert_eq!(held_after(held - 601), held);
    assert!(held_after(1) > held);
}

/// Within a message there are tables as well, and the output.
#[test]
fn the_peak_of_a_message() {
    let message = data(&mut Numbers::new(4), 500_000);
    let payload = compress(CompressOptions { level: 9, ..CompressOptions::DEFAULT }, 15, &message);
    for chunk in [1, 1000, payload.len()] {
        let (peak, ()) = peak_of(|| {
            let mut inflater = Inflater::new(15, false, 1 << 20);
            let mut piece = Vec::new();
            for input in payload.chunks(chunk) {
                let mut rest = input;
                loop {
                    piece.clear();
                    let progress = inflater.inflate(rest, false, &mut piece, 16 << 10).expect("valid");
                    if progress.done {
                        break;
                    }
                    rest = rest.split_at(progress.consumed).1;
                }
            }
        });
        assert!(peak <= (32 + 9 + 17) * KIB, "{peak} in chunks of {chunk}");
    }
}

/// A gibibyte of zeros in a mebibyte, up to a limit of one: no more than the limit and 32 KiB.
#[test]
fn a_bomb() {
    let zeros = vec![0; 1 << 20];
    let mut compressor = Compressor::new(CompressOptions { level: 9, ..CompressOptions::DEFAULT }, 15);
    let mut block = Vec::new();
    for _ in 0..2 {
        block.clear();
        compressor.compress(&zeros, false, &mut block).expect("memory");
    }
    let bomb = block.repeat(1024);
    for chunk in [1, 1000, bomb.len()] {
        let (peak, result) = peak_of(|| {
            // The zeros before the first are never seen, so the first match is not one.
            let mut inflater = Inflater::new(15, false, 1 << 20);
            let mut message = Vec::new();
            whole(&mut inflater, &[0x62, 0x00, 0x00]).1.expect("a zero");
            bomb.chunks(chunk).find_map(|input| inflater.inflate(input, false, &mut message, usize::MAX).err())
        });
        assert_eq!(result.map(|fault| fault.violation), Some(Violation::MessageTooLarge));
        assert!(peak <= 1024 * KIB + 43 * KIB, "{peak} in chunks of {chunk}");
    }
}

#[test]
fn when_memory_is_refused() {
    let message = data(&mut Numbers::new(5), 300_000);
    // A compressor that cannot be made, or whose output cannot grow: the payload is as it was, and the connection can
    // go on, without history.
    let mut compressor = Compressor::new(CompressOptions::DEFAULT, 15);
    let mut payload = b"before".to_vec();
    refusing_above(100_000, || {
        assert!(compressor.compress(&message, true, &mut payload).is_err());
        assert_eq!((payload.as_slice(), compressor.bytes_held()), (&b"before"[..], 0));
    });
    compressor.compress(&message, true, &mut payload).expect("memory");
    let first = payload.split_off(6);
    payload = b"before".to_vec();
    refusing_above(1000, || {
        assert!(compressor.compress(&message, true, &mut payload).is_err());
        assert_eq!(payload, b"before");
    });
    compressor.compress(&message, true, &mut payload).expect("memory");
    assert_eq!(payload.split_off(6), first, "as if it were the first message");

    // An inflater whose output, tables or window cannot grow.
    for most in [100, 1000, 5000, 20_000] {
        refusing_above(most, || {
            let mut inflater = Inflater::new(15, false, 1 << 20);
            let mut out = Vec::new();
            let fault = inflater.inflate(&first, true, &mut out, usize::MAX).expect_err("no memory");
            assert_eq!(fault.violation, Violation::OutOfMemory, "{most}");
            assert_eq!(inflater.bytes_held(), 0);
        });
    }
}
