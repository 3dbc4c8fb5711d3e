//! JavaScript has the tables of violations once more: they say the same.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use sansocket::Violation;
use sansocket::handshake::HandshakeViolation;

const TABLES: &str = include_str!("../js/wasm/violations.ts");

/// The rows between the line that begins with `start` and the end of the table, as the words of JavaScript in them,
/// however they are laid out.
fn rows(start: &str) -> Vec<Vec<String>> {
    let (_, table) = TABLES.split_once(start).unwrap();
    let (_, table) = table.split_once("[\n").unwrap();
    let (table, _) = table.split_once("\n];").unwrap();
    let rows = table.split("\n  [").map(|row| row.trim_start_matches("  [").trim_end().trim_end_matches("],"));
    let words = |row: &str| {
        let lines = row.split(", ").flat_map(|words| words.split(",\n")).map(str::trim);
        lines.filter(|word| !word.is_empty()).map(String::from).collect()
    };
    rows.map(words).collect()
}

#[test]
fn violations_of_a_connection() {
    let rows = rows("const VIOLATIONS");
    assert_eq!(rows.len(), Violation::ALL.len());
    for (number, violation) in Violation::ALL.iter().enumerate() {
        assert_eq!(*violation as usize, number);
        let [kind, code, section, message] =
            [violation.kind(), violation.code(), violation.section(), violation.message()].map(quoted);
        assert_eq!(rows[number], [kind, code, violation.rfc().to_string(), section, message]);
    }
}

#[test]
fn violations_of_a_handshake() {
    let rows = rows("const HANDSHAKE_VIOLATIONS");
    assert_eq!(rows.len(), HandshakeViolation::ALL.len());
    for (number, violation) in HandshakeViolation::ALL.iter().enumerate() {
        assert_eq!(*violation as usize, number);
        let [kind, section, message] = [violation.kind(), violation.section(), violation.message()].map(quoted);
        assert_eq!(rows[number], [kind, violation.rfc().to_string(), section, message]);
        assert_eq!(violation.code(), format!("WS_ERR_{}", violation.kind().to_uppercase()));
        assert!(!violation.message().is_empty());
    }
}

fn quoted(text: &str) -> String {
    format!("'{text}'")
}
