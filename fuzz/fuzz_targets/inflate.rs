//! Inflating: any payload as one message or several, whole and cut and with little room, and the same as zlib-rs.
#![no_main]

use flate2::{Decompress, FlushDecompress, Status};
use libfuzzer_sys::fuzz_target;
use sansocket::Violation;
use sansocket::deflate::{Fault, Inflater};
use sansocket_fuzz::{Choices, cuts, pieces};

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

    if window_bits == 15 {
        compare(&whole[0], first);
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
        let result = pieces
            .iter()
            .enumerate()
            .try_for_each(|(index, piece)| piece_of(&mut inflater, piece, index + 1 == pieces.len(), &mut out, room));
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

fn piece_of(inflater: &mut Inflater, mut piece: &[u8], end: bool, out: &mut Vec<u8>, room: usize) -> Result<(), Fault> {
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

/// zlib-rs inflates the first message to the same bytes, and fails over it if and only if we call it invalid.
fn compare((data, result): &(Vec<u8>, Result<(), Fault>), message: &[u8]) {
    match result {
        Ok(()) => {
            let Some((theirs, fine)) = inflate_by_zlib(message) else { return };
            assert!(fine, "zlib-rs fails over it");
            assert_eq!(&theirs, data);
        }
        // Some codes that cannot be used it refuses only when they are complete: then whatever follows must be wrong to it.
        Err(Fault { violation: Violation::DeflateInvalid, .. }) => {
            let Some((_, fine)) = inflate_by_zlib(&[message, &[0; 512]].concat()) else { return };
            assert!(!fine, "zlib-rs inflates it");
        }
        // It knows no limit, and waits for whatever is missing.
        Err(_) => {}
    }
}

/// What comes out, and whether there was no fault; `None` if a block says that it is the last one: zlib then ends, and we go on.
/// The four bytes that are not sent (RFC 7692 §7.2.1) are not needed: they are an empty block.
fn inflate_by_zlib(input: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut zlib = Decompress::new(false);
    let mut out = Vec::new();
    loop {
        if out.len() as u64 > LIMIT {
            return None;
        }
        out.reserve(1 << 14);
        let before = (zlib.total_in(), zlib.total_out());
        match zlib.decompress_vec(&input[before.0 as usize..], &mut out, FlushDecompress::None) {
            // It has seen all, and waits.
            Ok(Status::BufError) => return Some((out, true)),
            Ok(Status::StreamEnd) => return None,
            Ok(Status::Ok) if (zlib.total_in(), zlib.total_out()) == before => return Some((out, true)),
            Ok(Status::Ok) => {}
            Err(_) => return Some((out, false)),
        }
    }
}
