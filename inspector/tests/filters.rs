//! Filters where rows are messages: one is matched as a whole, however its sender cut it into frames.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use common::{capture, captures, parsed, records};
use serde_json::{Value, json};

/// The records of these types that a filter lets through, of a capture.
fn filtered(bytes: &[u8], types: &[&str], filter: &str) -> Vec<Value> {
    parsed(&records(bytes, &json!({"records": types, "filter": filter, "side": "server"}).to_string()))
}

/// The numbers of the messages among records.
fn messages(records: &[Value]) -> Vec<u64> {
    records.iter().filter(|it| it["type"] == "message").map(|it| it["msg"].as_u64().unwrap()).collect()
}

#[test]
fn a_message_in_fragments_is_found_by_what_it_is_as_a_whole() {
    let bytes = capture("frag_both.pcap");
    for (filter, expected) in [
        ("op == text", &[1, 3][..]),
        ("op == binary", &[2, 4]),
        ("op == cont", &[]),
        ("len == 11", &[1]),
        ("wire > 20", &[1]),
        ("len < 6", &[3]),
        ("payload contains \"client text\"", &[1]),
        ("\"serv\" or \"LIENT T\"", &[2, 1]),
        ("hex contains \"6e 74 20 74\"", &[1]),
        ("frag", &[2, 1]),
        ("not frag", &[3, 4]),
        ("t > 0.001", &[1, 3, 4]),
        // What only a frame has is that of the first one.
        ("n == 1 and key == 838ccd13 and not fin", &[1]),
        ("fin", &[3, 4]),
        ("n == 7", &[]),
    ] {
        assert_eq!(messages(&filtered(&bytes, &["message"], filter)), expected, "{filter}");
        assert_eq!(messages(&filtered(&bytes, &["frame", "message"], filter)), expected, "{filter}, beside frames");
    }
}

#[test]
fn the_time_before_a_message_is_that_since_the_row_before() {
    let mut among_fragments = 0;
    for name in ["frag_both.pcap", "clean.pcap", "pmd_frag_mix.pcap"] {
        let bytes = capture(name);
        let told = filtered(&bytes, &["frame", "message"], "");
        let rows: Vec<_> = told.iter().filter(|it| it["type"] == "message" || it["msg"].is_null()).collect();
        let nanoseconds = |row: &Value| (row["t"].as_f64().unwrap() * 1e9).round();
        for pair in rows.windows(2).filter(|pair| pair[1]["type"] == "message") {
            let since = nanoseconds(pair[1]) - nanoseconds(pair[0]);
            let filter = format!("msg == {} and dt == {since}ns", pair[1]["msg"]);
            assert_eq!(messages(&filtered(&bytes, &["message"], &filter)).len(), 1, "{name} {filter}");
            among_fragments += u32::from(filtered(&bytes, &["frame"], &filter).is_empty());
        }
    }
    assert!(among_fragments > 0);
}

#[test]
fn what_was_inflated_counts_and_not_what_its_frames_have() {
    // "Hello" compressed, in two fragments (RFC 7692 §7.2.3.1).
    let bytes = [0x41, 3, 0xf2, 0x48, 0xcd, 0x80, 4, 0xc9, 0xc9, 7, 0];
    for (filter, expected) in [("Hello", 1), ("inflated == 5 and len == 7", 1), ("rsv1", 1), ("len == 4", 0)] {
        assert_eq!(filtered(&bytes, &["message"], filter).len(), expected, "{filter}");
    }
}

#[test]
fn what_is_wrong_with_any_of_its_frames_is_told_with_it() {
    // A text whose second fragment is empty and whose third is not UTF-8, interrupted by a Ping.
    let bytes = [0x01, 2, b'a', b'b', 0x00, 0, 0x89, 0, 0x80, 1, 0xff, 0x81, 1, b'c'];
    let types = ["message", "violation"];
    for filter in ["op == text and violation", "violation == utf8-invalid", "level == error and op == text"] {
        let told = filtered(&bytes, &types, filter);
        assert_eq!(messages(&told), [1], "{filter}");
        let ids: Vec<_> = told.iter().filter(|it| it["type"] == "violation").map(|it| (&it["id"], &it["n"])).collect();
        let utf8 = (&json!("utf8-invalid"), &json!(4));
        assert!(ids.contains(&utf8), "{filter}: {ids:?}");
        assert_eq!(told.last().unwrap()["type"], "message", "what is wrong comes first");
    }
    // Each once, whether its frame was let through as well or not.
    let told = filtered(&bytes, &types, "op == text or op == cont");
    let places: Vec<_> = told.iter().filter(|it| it["type"] == "violation").map(|it| it["n"].clone()).collect();
    assert_eq!(places, [json!(2), json!(4)]);
    assert_eq!(filtered(&bytes, &types, "op == binary"), Vec::<Value>::new());
}

#[test]
fn what_is_wrong_with_a_frame_is_not_told_without_its_message() {
    // A text whose second frame is empty and whose third is not UTF-8, and a Ping with an RSV bit.
    let bytes = [0x01, 2, b'a', b'b', 0x00, 0, 0x80, 1, 0xff, 0x99, 0];
    let told = |types: &[&str], filter: &str| {
        let told = filtered(&bytes, types, filter);
        told.iter().map(|it| format!("{} {}", it["type"].as_str().unwrap(), it["n"])).collect::<Vec<_>>()
    };
    let types = ["frame", "message", "violation"];
    assert_eq!(told(&types[1..], "len == 0 or fin"), ["violation 4"]);
    assert_eq!(told(&types, "len == 0 or fin"), ["frame 2", "frame 3", "frame 4", "violation 4"]);
    assert_eq!(told(&["frame", "violation"], "len == 0 and op == cont"), ["frame 2", "violation 2"]);
    assert_eq!(told(&types, "op == text"), ["frame 1", "violation 2", "violation 3", "message null"]);
}

#[test]
fn a_message_in_one_frame_is_found_where_its_frame_is() {
    let filters = [
        "op == text",
        "len > 5",
        "message",
        "violation",
        "json.id >= 2",
        "ratio > 1",
        "key",
        "masked",
        "t > 0.001",
        "hex ~ /6c/",
    ];
    let mut found = 0;
    for path in captures() {
        let bytes = std::fs::read(&path).unwrap();
        // Sources of frames alone have no messages, and the largest takes its time.
        if bytes.len() > 100_000 || messages(&filtered(&bytes, &["message"], "")).is_empty() {
            continue;
        }
        for filter in filters {
            let told = filtered(&bytes, &["frame", "message"], filter);
            let single: Vec<_> = told
                .iter()
                .filter(|it| it["type"] == "message" && it["frames"].as_array().unwrap().len() == 1)
                .map(|it| it["frames"][0].as_u64().unwrap())
                .collect();
            let frames: Vec<_> = told
                .iter()
                .filter(|it| it["type"] == "frame" && it["op"] != 0 && it["fin"] != false && !it["msg"].is_null())
                .map(|it| it["n"].as_u64().unwrap())
                .collect();
            assert_eq!(single, frames, "{} {filter}", path.display());
            found += single.len();
        }
    }
    assert!(found > 100, "{found}");
}
