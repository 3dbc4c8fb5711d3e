//! The crafted captures and their golden records, which a person has read: `UPDATE=1` writes them anew.

mod common;

use common::{captures, cut_at_random, records};
use sansocket_inspector::catalogue::RULES;

#[test]
fn every_capture_gives_its_golden_records() {
    for path in captures() {
        let golden = path.with_extension("ndjson");
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
        if clean.contains(&name) {
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
