//! Inflating messages in every way of cutting them. Each test file uses a part of this.
#![allow(dead_code, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use sansocket::Violation;
use sansocket::deflate::{Fault, Inflater};

use super::common::{Numbers, Outcome, at_random, by_bytes, inflate, whole};

pub const MIB: u64 = 1 << 20;

pub fn inflater() -> Inflater {
    Inflater::new(15, false, 16 * MIB)
}

pub fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect()
}

/// The messages one after the other through one inflater, up to a fault, each way of cutting; the last outcome, which
/// must be the same for all.
pub fn every_way(make: impl Fn() -> Inflater, messages: &[&[u8]]) -> Outcome {
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

pub fn ok(messages: &[&[u8]]) -> Vec<u8> {
    let (message, result) = every_way(inflater, messages);
    assert_eq!(result, Ok(()));
    message
}

pub fn fault(violation: Violation, position: u64) -> Result<(), Fault> {
    Err(Fault { violation, position })
}
