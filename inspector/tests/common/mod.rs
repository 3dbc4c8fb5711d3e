//! What the tests share.
#![allow(dead_code, reason = "no test uses all of it")]

pub mod packets;

use std::path::{Path, PathBuf};

use sansocket_inspector::{Inspector, Options};
use serde_json::Value;

/// The crafted captures, by name.
pub fn captures() -> Vec<PathBuf> {
    captures_in(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/captures"))
}

/// The real ones.
pub fn real_captures() -> Vec<PathBuf> {
    captures_in(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/captures/real"))
}

/// The bytes of a crafted capture.
pub fn capture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../tests/captures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn captures_in(folder: &str) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let known = ["pcap", "pcapng", "har", "netlog", "jsonl"];
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|it| known.iter().any(|known| it == *known))).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

/// The name of a capture, as in a path.
pub fn name_of(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// Lines of JSON.
pub fn parsed(records: &str) -> Vec<Value> {
    records.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Compares with golden records, or writes them anew if `UPDATE` is set.
pub fn compare(records: &str, golden: &Path) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(golden, records).unwrap();
    }
    let expected = std::fs::read_to_string(golden).unwrap_or_default();
    for (line, (actual, expected)) in records.lines().zip(expected.lines()).enumerate() {
        assert_eq!(actual, expected, "{} line {}", golden.display(), line + 1);
    }
    assert_eq!(records.lines().count(), expected.lines().count(), "{}", golden.display());
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
