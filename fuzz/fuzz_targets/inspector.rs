//! Captures of every kind: whole and cut the same, counted in bulk and told one by one the same, looked at in any order the same, in
//! memory that depends on what there is and not on what is claimed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sansocket_fuzz::{Choices, allocator, cuts, pieces};
use sansocket_inspector::{Inspector, Options, Side};

/// Memory beyond the records: windows of a few dozen connections, which is what an input of a few KiB can begin.
const MOST: isize = 64 << 20;

/// A longer input is not cut into bytes, and more frames than `MANY` at either end are not looked at: there are others to try.
const LONG: usize = 1024;
const MANY: u32 = 32;

const KINDS: [&str; 7] = ["auto", "pcap", "pcapng", "har", "netlog", "ndjson", "raw"];
const SIDES: [Option<Side>; 3] = [None, Some(Side::Client), Some(Side::Server)];
const FILTERS: [&str; 6] = [
    "op == text",
    "dir == c2s and len > 5",
    "e",
    "key == 37fa213d or close.code == 1000",
    "hex contains \"6c ?? 6f\"",
    "json.id",
];

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let kind = choices.pick(&KINDS);
    let side = choices.pick(&SIDES);
    let filter = choices.pick(&FILTERS);
    let seed = choices.byte();
    let capture = choices.0;
    let options = |more: &str| format!(r#"{{"from":"{kind}","maxFrame":1048576,{more}}}"#);
    let read = |more: &str, cuts: &[usize]| read(&options(more), side, pieces(capture, cuts));

    let all = r#""maxMessage":65536,"records":["capture","handshake","frame","message","violation","gap","close","error","summary"]"#;
    let (peak, (told, records)) = allocator::peak_of(|| read(all, &[]));
    assert!(peak - records.len() as isize <= MOST, "{peak} bytes for {}", capture.len());
    assert!(records.is_empty() || records.ends_with('\n'));
    let places = cuts(seed, capture.len());
    assert_eq!(read(all, &places).1, records, "cut at {places:?}");
    if capture.len() <= LONG {
        let by_bytes: Vec<usize> = (1..capture.len()).collect();
        assert_eq!(read(all, &by_bytes).1, records, "by bytes");
    }

    let (mut indexed, none) = read(r#""maxMessage":65536,"records":[],"index":true"#, &places);
    assert!(none.is_empty());
    assert_eq!(as_text(indexed.stats()), as_text(told.stats()), "counted without being told");
    look(&mut indexed);

    let filtered = format!(r#""records":["frame"],"filter":{filter:?}"#);
    indexed.set_filter(filter).expect("a filter");
    let (_, matches) = indexed.match_frames(1, u32::MAX);
    assert_eq!(matches as usize, read(&filtered, &[]).1.lines().count(), "{filter}");
});

fn read<'a>(options: &str, side: Option<Side>, pieces: impl Iterator<Item = &'a [u8]>) -> (Inspector, String) {
    let mut inspector = Inspector::new(Options::from_json(options.as_bytes()).expect("options")).expect("a filter");
    for piece in pieces {
        inspector.feed_side(piece, side);
    }
    inspector.finish();
    let records = as_text(inspector.take(usize::MAX));
    (inspector, records)
}

/// Looks at frames, from the last one to the first and then again in order, and at what there is of the capture.
fn look(inspector: &mut Inspector) {
    let frames = u32::try_from(inspector.frames()).expect("few");
    let numbers: Vec<u32> = (0..=frames + 1).filter(|number| *number < MANY || number + MANY > frames).collect();
    let backwards: Vec<_> = numbers.iter().rev().map(|number| seen(inspector, *number)).collect();
    for (number, before) in numbers.iter().zip(backwards.iter().rev()) {
        assert_eq!(seen(inspector, *number), *before, "frame {number}");
        let (row, detail, layers) = before;
        let is_there = (1..=frames).contains(number);
        assert_eq!((row != "[null]", detail != "null"), (is_there, is_there));
        assert!(is_there || layers.iter().all(Vec::is_empty));
    }
    assert_eq!(inspector.timeline(0.0, 1.0, 4).len(), 32);
    as_text(inspector.connections());
}

/// All that can be seen of a frame.
fn seen(inspector: &mut Inspector, number: u32) -> (String, String, [Vec<u8>; 4]) {
    let (row, detail) = (inspector.rows(&[number]), inspector.detail(number));
    (as_text(row), as_text(detail), [0, 1, 2, 3].map(|layer| inspector.layer(number, layer)))
}

fn as_text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("UTF-8")
}
