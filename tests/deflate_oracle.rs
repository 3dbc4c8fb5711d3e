//! Compression against implementations that are not ours: Python's zlib and Node's. Whatever is compressed here is
//! inflated there with exactly the window and the takeover that were agreed, and the other way round.
//!
//! `SANSOCKET_LONG_TESTS=1` runs ten times as much.
#![cfg(all(not(target_arch = "wasm32"), feature = "deflate"))]
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

#[path = "deflate/common.rs"]
mod common;

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use common::{Numbers, at_random, data, whole};
use sansocket::Violation;
use sansocket::deflate::{CompressOptions, Compressor, Inflater, Strategy};

const STRATEGIES: [Strategy; 5] =
    [Strategy::Default, Strategy::Filtered, Strategy::HuffmanOnly, Strategy::Rle, Strategy::Fixed];

/// A process that answers requests; see `deflate/oracle.py`.
struct Oracle {
    process: Child,
    requests: Option<ChildStdin>,
    answers: ChildStdout,
}

impl Oracle {
    fn start(program: &str, script: &str) -> Self {
        let script = format!("{}/tests/deflate/{script}", env!("CARGO_MANIFEST_DIR"));
        let process = Command::new(program).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = process.unwrap_or_else(|error| panic!("{program} is needed as an oracle: {error}"));
        let requests = process.stdin.take();
        let answers = process.stdout.take().expect("piped");
        Self { process, requests, answers }
    }

    fn python() -> Self {
        Self::start("python3", "oracle.py")
    }

    fn node() -> Self {
        Self::start("node", "oracle.mjs")
    }

    fn try_ask(&mut self, what: u8, data: &[u8]) -> Result<Vec<u8>, String> {
        let mut request = vec![what];
        request.extend_from_slice(&(data.len() as u32).to_le_bytes());
        request.extend_from_slice(data);
        let requests = self.requests.as_mut().expect("open");
        requests.write_all(&request).and_then(|()| requests.flush()).expect("the oracle reads");
        let mut head = [0; 5];
        self.answers.read_exact(&mut head).expect("the oracle answers");
        let mut answer = vec![0; u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize];
        self.answers.read_exact(&mut answer).expect("the whole answer");
        if head[0] == 0 { Ok(answer) } else { Err(String::from_utf8_lossy(&answer).into_owned()) }
    }

    fn ask(&mut self, what: u8, data: &[u8]) -> Vec<u8> {
        self.try_ask(what, data).unwrap_or_else(|error| panic!("{}: {error}", char::from(what)))
    }

    fn compressor(&mut self, options: CompressOptions, bits: u8, off: bool) {
        let strategy = STRATEGIES.iter().position(|strategy| *strategy == options.strategy).expect("one of them");
        self.ask(b'C', &[options.level, bits, options.mem_level, strategy as u8, u8::from(off)]);
    }

    fn inflater(&mut self, bits: u8, off: bool) {
        self.ask(b'I', &[bits, u8::from(off)]);
    }

    fn farthest(&mut self, payload: &[u8]) -> u32 {
        u32::from_le_bytes(self.ask(b'd', payload).try_into().expect("a number"))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.process.wait();
    }
}

fn repeated(times: usize) -> usize {
    if std::env::var_os("SANSOCKET_LONG_TESTS").is_some() { times * 10 } else { times }
}

/// Every level, strategy, window and memory level.
fn all_options() -> Vec<(CompressOptions, u8)> {
    let mut all = Vec::new();
    for level in 0..=9 {
        for mem_level in 1..=9 {
            for strategy in STRATEGIES {
                for bits in 8..=15 {
                    all.push((CompressOptions { level, mem_level, strategy }, bits));
                }
            }
        }
    }
    all
}

/// A share of the combinations, in which each value of each option is.
fn options(first: usize, step: usize) -> Vec<(CompressOptions, u8)> {
    let step = if std::env::var_os("SANSOCKET_LONG_TESTS").is_some() { 1 } else { step };
    all_options().into_iter().skip(first).step_by(step).collect()
}

/// Compresses as a whole or in fragments.
fn compress(compressor: &mut Compressor, message: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut payload = b"before".to_vec();
    let mut rest = message;
    while numbers.below(3) == 0 {
        let (fragment, after) = rest.split_at(numbers.below(rest.len() + 1));
        compressor.compress(fragment, false, &mut payload).expect("memory");
        rest = after;
    }
    compressor.compress(rest, true, &mut payload).expect("memory");
    assert_eq!(&payload[..6], b"before");
    payload.split_off(6)
}

/// What is compressed here is inflated there, and refers back no farther than agreed.
fn ours_there(mut oracle: Oracle, options: &[(CompressOptions, u8)], check_distance: bool) {
    let mut farthest = [0; 16];
    for (seed, (options, bits)) in options.iter().enumerate() {
        let mut numbers = Numbers::new(seed as u64);
        let off = numbers.below(3) == 0;
        let mut compressor = Compressor::new(*options, *bits);
        oracle.inflater(*bits, off);
        for i in 0..3 {
            let size = if i == 0 { 700 << numbers.below(3) } else { numbers.size() / 8 };
            let message = data(&mut numbers, size);
            if off {
                compressor.reset();
            }
            let payload = compress(&mut compressor, &message, &mut numbers);
            let there = oracle.try_ask(b'i', &payload);
            assert_eq!(there.as_ref(), Ok(&message), "{options:?}, window {bits}, off {off}, message {i}");
            if check_distance && i == 0 {
                let distance = oracle.farthest(&payload);
                assert!(distance <= 1 << bits, "{distance} back in a window of {bits} bits, {options:?}");
                let most = &mut farthest[usize::from(*bits)];
                *most = distance.max(*most);
            }
        }
    }
    if check_distance {
        // Window 8 has matches with the byte before only; the others go far enough to be a test.
        assert_eq!(farthest[8], 1);
        assert!(farthest[9] > 128 && farthest[10] > 512, "{farthest:?}");
    }
}

/// What is compressed there is inflated here, however it is cut.
fn theirs_here(mut oracle: Oracle, options: &[(CompressOptions, u8)], final_blocks: bool) {
    for (seed, (options, bits)) in options.iter().enumerate() {
        // zlib has no raw window of 8 bits.
        let bits = (*bits).max(9);
        let mut numbers = Numbers::new(seed as u64);
        let off = numbers.below(3) == 0;
        oracle.compressor(*options, bits, off);
        let mut inflater = Inflater::new(bits, off, 1 << 20);
        for i in 0..3 {
            let size = numbers.size() / 8;
            let message = data(&mut numbers, size);
            let mut rest = &message[..];
            let mut payload = Vec::new();
            while numbers.below(3) == 0 {
                let (fragment, after) = rest.split_at(numbers.below(rest.len() + 1));
                payload.extend(oracle.ask(b'c', fragment));
                rest = after;
            }
            let last = if final_blocks && numbers.below(3) == 0 { b'f' } else { b'm' };
            payload.extend(oracle.ask(last, rest));
            let here = at_random(&mut inflater, &payload, &mut numbers);
            assert_eq!(here, (message, Ok(())), "{options:?}, window {bits}, off {off}, message {i}");
        }
    }
}

#[test]
fn ours_in_python() {
    ours_there(Oracle::python(), &all_options(), false);
}

#[test]
fn ours_in_node() {
    ours_there(Oracle::node(), &options(1, 7), false);
}

#[test]
fn no_farther_than_agreed() {
    ours_there(Oracle::python(), &options(2, 23), true);
}

#[test]
fn pythons_here() {
    theirs_here(Oracle::python(), &all_options(), true);
}

#[test]
fn nodes_here() {
    theirs_here(Oracle::node(), &options(2, 7), false);
}

/// Thousands of messages on one connection, each way, of all sizes.
#[test]
fn a_long_connection() {
    for (seed, bits, off) in [(1, 15, false), (2, 9, false), (3, 12, false), (4, 15, true)] {
        let mut oracle = Oracle::python();
        let mut numbers = Numbers::new(seed);
        let options = CompressOptions::DEFAULT;
        let mut compressor = Compressor::new(options, bits);
        let mut inflater = Inflater::new(bits, off, 1 << 20);
        oracle.compressor(CompressOptions { level: 6, ..options }, bits, off);
        oracle.inflater(bits, off);
        for i in 0..repeated(2500) {
            let size = if i % 50 == 0 { numbers.size() } else { numbers.below(200) };
            let message = data(&mut numbers, size);
            if i % 2 == 0 {
                if off {
                    compressor.reset();
                }
                let payload = compress(&mut compressor, &message, &mut numbers);
                assert_eq!(oracle.ask(b'i', &payload), message, "window {bits}, message {i}");
            } else {
                let payload = oracle.ask(b'm', &message);
                assert_eq!(at_random(&mut inflater, &payload, &mut numbers), (message, Ok(())), "window {bits}, {i}");
            }
        }
    }
}

/// Damaged payloads are refused here if and only if they are refused there, and mean the same where they are not. The
/// window is the largest: within smaller ones zlib lets pass what it still has at hand.
#[test]
fn the_same_faults() {
    let mut oracle = Oracle::python();
    let (mut good, mut invalid, mut truncated) = (0, 0, 0);
    for seed in 0..repeated(1500) {
        let mut numbers = Numbers::new(seed as u64);
        let level = numbers.below(10) as u8;
        let strategy = numbers.pick(&STRATEGIES);
        let mut compressor = Compressor::new(CompressOptions { level, strategy, ..CompressOptions::DEFAULT }, 15);
        let mut inflater = Inflater::new(15, false, 1 << 24);
        oracle.inflater(15, false);
        for _ in 0..3 {
            let size = numbers.below(600);
            let mut payload = compress(&mut compressor, &data(&mut numbers, size), &mut numbers);
            let damages = numbers.below(3);
            for _ in 0..damages {
                let place = numbers.below(payload.len());
                let bit = numbers.below(8);
                payload[place] ^= 1 << bit;
            }
            let (message, result) = whole(&mut inflater, &payload);
            let there = oracle.try_ask(b'b', &payload);
            match result.map_err(|fault| fault.violation) {
                Ok(()) => good += 1,
                Err(Violation::DeflateTruncated) => truncated += 1,
                Err(violation) => {
                    assert_eq!(violation, Violation::DeflateInvalid);
                    // zlib sees that a code for lengths has no symbol at all only when it has read them all.
                    let later = there.and_then(|_| oracle.try_ask(b'b', &[0; 64]));
                    assert!(later.is_err(), "seed {seed}: {payload:02x?} means {later:02x?}");
                    invalid += 1;
                    break;
                }
            }
            assert_eq!(there, Ok(message), "seed {seed}: {payload:02x?}");
            if damages != 0 {
                // It may have ended in some other way than a sound one, so what comes next there is not sure.
                break;
            }
            assert_eq!(oracle.ask(b'b', &[0x00, 0x00, 0xff, 0xff]), b"", "the tail");
        }
    }
    assert!(good > 500 && invalid > 300 && truncated > 50, "{good} good, {invalid} invalid, {truncated} truncated");
}
