//! What the tests share.
#![allow(dead_code, reason = "no test uses all of it")]

use std::path::PathBuf;

use sansocket_inspector::{Inspector, Options};

/// The crafted captures, by name.
pub fn captures() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/captures");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let known = ["pcap", "pcapng", "har", "netlog", "jsonl"];
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|it| known.iter().any(|known| it == *known))).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// The records of a capture that is fed whole.
pub fn records(bytes: &[u8], options: &str) -> String {
    let mut inspector = Inspector::new(Options::from_json(options.as_bytes()).unwrap()).unwrap();
    inspector.feed(bytes);
    inspector.finish();
    String::from_utf8(inspector.take(usize::MAX)).unwrap()
}

/// The records of a capture that is fed in pieces, and that are taken in pieces.
pub fn cut_at_random(bytes: &[u8], options: &str, seed: u64) -> String {
    let mut inspector = Inspector::new(Options::from_json(options.as_bytes()).unwrap()).unwrap();
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut records = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let most = [1, 7, 60, 2000][(random >> 60) as usize & 3];
        let size = (1 + random as usize % most).min(rest.len());
        inspector.feed(&rest[..size]);
        rest = &rest[size..];
        records.extend(inspector.take(random as usize % 500));
    }
    inspector.finish();
    while inspector.pending() > 0 {
        records.extend(inspector.take(100));
    }
    String::from_utf8(records).unwrap()
}
