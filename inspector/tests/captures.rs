//! The crafted captures and their golden records, which a person has read: `UPDATE=1` writes them anew.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use common::{captures, cut_at_random, records};
use sansocket_inspector::catalogue::RULES;

/// A capture of the format that most have is known by its name alone.
fn golden_of(path: &std::path::Path) -> std::path::PathBuf {
    if path.extension().is_some_and(|it| it == "pcap") {
        path.with_extension("ndjson")
    } else {
        format!("{}.ndjson", path.display()).into()
    }
}

#[test]
fn every_capture_gives_its_golden_records() {
    for path in captures() {
        let golden = golden_of(&path);
        let records = records(&std::fs::read(&path).unwrap(), "{}");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&golden, &records).unwrap();
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        for (line, (actual, expected)) in records.lines().zip(expected.lines()).enumerate() {
            assert_eq!(actual, expected, "{} line {}", golden.display(), line + 1);
        }
        assert_eq!(records.lines().count(), expected.lines().count(), "{}", golden.display());
    }
}

#[test]
fn every_cut_of_the_input_gives_the_same_records() {
    for path in captures() {
        let bytes = std::fs::read(&path).unwrap();
        let whole = records(&bytes, "{}");
        for seed in 0..4 {
            assert_eq!(cut_at_random(&bytes, "{}", seed), whole, "{} with seed {seed}", path.display());
        }
    }
}

#[test]
fn every_rule_is_broken_somewhere_and_none_in_a_clean_capture() {
    let mut found = Vec::new();
    for path in captures() {
        let records = records(&std::fs::read(&path).unwrap(), r#"{"records":["violation"]}"#);
        let name = path.file_stem().unwrap().to_str().unwrap();
        let clean = [
            "clean",
            "frag_both",
            "frag_pmd",
            "pmd_mix",
            "pmd_mix2",
            "pmd_ping_first",
            "pmd_frag_mix",
            "ooo",
            "big",
            "hs_same_seg",
        ];
        if clean.contains(&name)
            || name.starts_with("clean")
            || path.extension().is_some_and(|it| it == "netlog" || it == "jsonl")
            || path.extension().is_some_and(|it| it == "har")
        {
            assert_eq!(records, "", "{name}");
        }
        for line in records.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            found.push(record["id"].as_str().unwrap().to_owned());
        }
    }
    let missing: Vec<_> =
        RULES.iter().map(|rule| rule.id()).filter(|id| !found.iter().any(|found| found == id)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "no capture breaks these");
}

#[test]
fn the_same_packets_give_the_same_in_every_format_and_behind_every_link() {
    let all = captures();
    let read = |name: &str| {
        records(
            &std::fs::read(all.iter().find(|path| path.ends_with(name)).unwrap()).unwrap(),
            r#"{"records":["frame","close"]}"#,
        )
    };
    // The places differ, and so do the addresses.
    let without_places = |records: String, times: bool| -> Vec<serde_json::Value> {
        let mut all: Vec<serde_json::Value> = records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for record in &mut all {
            if let Some(off) = record.get_mut("off") {
                off["file"] = serde_json::Value::Null;
            }
            if !times {
                for key in ["t", "time", "rtt", "answeredMs"] {
                    record.as_object_mut().unwrap().remove(key);
                }
            }
        }
        all
    };
    for name in [
        "clean_be.pcapng",
        "clean_sections.pcapng",
        "clean_simple.pcapng",
        "clean_vlan.pcap",
        "clean_sll.pcap",
        "clean_sll2.pcap",
        "clean_raw.pcap",
        "clean_loop.pcap",
        "clean_ipv6.pcap",
    ] {
        // Simple packets have no time, and binary fractions of a second are not microseconds.
        let times = !["clean_simple.pcapng", "clean_sections.pcapng"].contains(&name);
        assert_eq!(without_places(read(name), times), without_places(read("clean.pcap"), times), "{name}");
    }
}

#[test]
fn its_own_records_can_be_read_again() {
    let clean = captures().into_iter().find(|path| path.ends_with("clean.pcap")).unwrap();
    let first = records(&std::fs::read(clean).unwrap(), r#"{"records":["frame"]}"#);
    let second = records(first.as_bytes(), r#"{"records":["frame"]}"#);
    let read = |records: &str| -> Vec<serde_json::Value> {
        records.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let (first, second) = (read(&first), read(&second));
    assert_eq!(first.len(), second.len());
    for (first, second) in first.iter().zip(&second) {
        for key in ["n", "conn", "msg", "dir", "time", "op", "len", "payload", "close", "violations", "certainty"] {
            assert_eq!(first[key], second[key], "{key} of {first}");
        }
    }
}
