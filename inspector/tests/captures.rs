//! The crafted captures and their golden records, which a person has read: `UPDATE=1` writes them anew.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use std::collections::BTreeSet;

use common::{captures, compare, cut_at_random, name_of, parsed, records};
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
        compare(&records(&std::fs::read(&path).unwrap(), "{}"), &golden_of(&path));
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

/// The captures that are not clean, and the rules that are broken or told in each. Every other one is clean.
const FINDINGS: [(&str, &[&str]); 14] = [
    ("badaccept.pcap", &["hs-accept-mismatch"]),
    (
        "endings.pcap",
        &["close-unanswered", "no-close-frame", "ping-unanswered", "pong-mismatch", "pong-unsolicited", "truncated"],
    ),
    ("gap.pcap", &["resynced", "tcp-gap", "truncated"]),
    ("gap_inside.pcap", &["tcp-gap"]),
    ("gap_pmd.pcap", &["resynced", "tcp-gap"]),
    (
        "hs_faults.pcap",
        &[
            "hs-connection",
            "hs-extension-unoffered",
            "hs-key-invalid",
            "hs-method-version",
            "hs-missing-host",
            "hs-pmd-params",
            "hs-subprotocol-unoffered",
            "hs-upgrade",
            "hs-version",
        ],
    ),
    (
        "inflate.pcap",
        &["inflate-error", "inflate-ratio", "inflate-tail-kept", "inflate-window-exceeded", "utf8-invalid"],
    ),
    ("mid.pcap", &["guessed-direction"]),
    ("mid_pmd.pcap", &["guessed-direction", "guessed-extension"]),
    (
        "odd.pcap",
        &["fragment-empty", "length-implausible", "mask-key-weak", "resynced", "rsv1-continuation", "rsv1-control"],
    ),
    ("other_upgrades.pcap", &["hs-upgrade"]),
    ("overlap.pcap", &["tcp-overlap"]),
    ("utf8.pcap", &["fragment-empty", "utf8-invalid"]),
    (
        "viol.pcap",
        &[
            "close-body-1",
            "close-code-forbidden",
            "close-reason-utf8",
            "continuation-orphan",
            "control-fragmented",
            "control-too-long",
            "data-after-close",
            "length-msb",
            "length-nonminimal",
            "mask-key-weak",
            "mask-missing",
            "mask-present",
            "message-interrupted",
            "opcode-reserved",
            "rsv-nonzero",
            "utf8-invalid",
        ],
    ),
];

#[test]
fn every_rule_of_the_catalogue_is_in_golden_records_and_none_in_those_of_a_clean_capture() {
    let mut everywhere = BTreeSet::new();
    for path in captures() {
        let golden = parsed(&std::fs::read_to_string(golden_of(&path)).unwrap());
        let violations = golden.iter().filter(|record| record["type"] == "violation");
        let found: BTreeSet<String> = violations.map(|record| record["id"].as_str().unwrap().to_owned()).collect();
        let expected = FINDINGS.iter().find(|(name, _)| *name == name_of(&path)).map_or(&[][..], |(_, ids)| ids);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{}", path.display());
        everywhere.extend(found);
    }
    let catalogue: BTreeSet<_> = RULES.iter().map(|rule| rule.id().to_owned()).collect();
    assert_eq!(everywhere, catalogue);
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
        let mut all = parsed(&records);
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
