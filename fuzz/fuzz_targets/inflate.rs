//! Inflating: any payload as one message or several, whole and cut and with little room, and the same as zlib-rs.
#![no_main]

use flate2::{Decompress, FlushDecompress, Status};
use libfuzzer_sys::fuzz_target;
use sansocket::Violation;
use sansocket::deflate::{Fault, Inflater};
use sansocket_fuzz::{Choices, cuts, pieces};

/// What ends a message, and is not sent (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xFF, 0xFF];

const LIMIT: u64 = 1 << 16;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let window_bits = choices.pick(&[15, 8, 9, 12]);
    let no_context_takeover = choices.flag();
    let seed = choices.byte();
    // Where the payload is not one message but two.
    let first = choices.length().min(choices.0.len());
    let (first, second) = choices.0.split_at(first);
    let messages = [first, second];
    let make = || Inflater::new(window_bits, no_context_takeover, LIMIT);

    let whole = inflate(make(), messages, |message| vec![message], usize::MAX);
    assert_eq!(inflate(make(), messages, |message| message.chunks(1).collect(), usize::MAX), whole, "by bytes");
    let at_random = |message| pieces(message, &cuts(seed, message.len())).collect();
    assert_eq!(inflate(make(), messages, at_random, usize::MAX), whole, "in pieces");
    assert_eq!(inflate(make(), messages, at_random, 1 + usize::from(seed)), whole, "with little room");

    if window_bits == 15 && !no_context_takeover {
        compare(&whole, messages);
    }
});

/// What each message came to, up to the first fault.
type Outcomes = Vec<(Vec<u8>, Result<(), Fault>)>;

fn inflate<'a>(
    mut inflater: Inflater,
    messages: [&'a [u8]; 2],
    cut: impl Fn(&'a [u8]) -> Vec<&'a [u8]>,
    room: usize,
) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for message in messages {
        let mut out = Vec::new();
        let pieces = cut(message);
        let result = pieces.iter().enumerate().try_for_each(|(index, piece)| {
            piece_of(&mut inflater, piece, index + 1 == pieces.len(), &mut out, room)
        });
        // Cut by bytes, an empty message has no piece.
        let result = if pieces.is_empty() { piece_of(&mut inflater, &[], true, &mut out, room) } else { result };
        assert!(out.len() as u64 <= LIMIT);
        assert!(inflater.bytes_held() <= (1 << 15) + (16 << 10), "{} bytes are held", inflater.bytes_held());
        let failed = result.is_err();
        outcomes.push((out, result));
        if failed {
            break;
        }
    }
    outcomes
}

fn piece_of(
    inflater: &mut Inflater,
    mut piece: &[u8],
    end: bool,
    out: &mut Vec<u8>,
    room: usize,
) -> Result<(), Fault> {
    loop {
        let before = out.len();
        let progress = inflater.inflate(piece, end, out, room)?;
        assert!(out.len() - before <= room && progress.consumed <= piece.len());
        assert!(progress.done || progress.consumed > 0 || out.len() > before, "no progress");
        piece = &piece[progress.consumed..];
        if progress.done {
            assert!(piece.is_empty());
            return Ok(());
        }
    }
}

/// zlib-rs inflates what we inflate, to the same bytes, and fails over what we call invalid.
fn compare(ours: &Outcomes, messages: [&[u8]; 2]) {
    let mut zlib = Decompress::new(false);
    for ((data, result), message) in ours.iter().zip(messages) {
        let input = [message, &TAIL].concat();
        let Some((theirs, fine)) = inflate_by_zlib(&mut zlib, &input) else { return };
        match result {
            Ok(()) => {
                assert!(fine, "zlib-rs fails over it");
                assert_eq!(&theirs, data);
            }
            Err(Fault { violation: Violation::DeflateInvalid, .. }) => assert!(!fine, "zlib-rs inflates it"),
            // It knows no limit, and takes the tail for whatever is missing.
            Err(_) => {}
        }
    }
}

/// What comes out, and whether it is all; `None` if a block says that it is the last one: zlib then ends, and we go on.
fn inflate_by_zlib(zlib: &mut Decompress, input: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut out = Vec::new();
    let start = zlib.total_in();
    loop {
        if out.len() as u64 > LIMIT {
            return None;
        }
        out.reserve(1 << 14);
        let before = out.len();
        let read = (zlib.total_in() - start) as usize;
        match zlib.decompress_vec(&input[read..], &mut out, FlushDecompress::None) {
            Err(_) => return Some((out, false)),
            Ok(Status::StreamEnd) => return None,
            Ok(_) if (zlib.total_in() - start) as usize == input.len() && out.len() < before + (1 << 14) => {
                return Some((out, true));
            }
            Ok(_) => {}
        }
    }
}
