//! Our own records are a capture as well: read again, they say what they said.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use common::{captures, cut_at_random, parsed, real_captures, records};
use sansocket_inspector::{Inspector, Options, Side};
use serde_json::Value;

const ALL: &str =
    r#"{"records":["capture","handshake","frame","message","violation","gap","close","error","summary"]}"#;

fn every_capture() -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    captures().into_iter().chain(real_captures()).map(|path| (path.clone(), std::fs::read(path).unwrap()))
}

/// Records without what is about the file, and without the fields of a header, which are of other bytes than the payload.
fn comparable(records: &str) -> Vec<Value> {
    let mut connections = BTreeMap::new();
    let mut all = parsed(records);
    all.retain(|record| record["type"] != "capture" && record["type"] != "summary");
    for record in &mut all {
        // They are numbered as they come.
        if let Some(connection) = record["conn"].as_u64() {
            let next = connections.len() + 1;
            record["conn"] = (*connections.entry(connection).or_insert(next)).into();
        }
        let record = record.as_object_mut().unwrap();
        for key in ["key", "lenForm", "hdrLen", "off", "offset"] {
            if record["type"] != "handshake" || key != "key" {
                record.remove(key);
            }
        }
    }
    all
}

fn of_type<'a>(records: &'a [Value], kind: &str) -> Vec<&'a Value> {
    records.iter().filter(|record| record["type"] == kind).collect()
}

fn assert_same(left: &[Value], right: &[Value], what: &str) {
    for (left, right) in left.iter().zip(right) {
        assert_eq!(left, right, "{what}");
    }
    assert_eq!(left.len(), right.len(), "{what}");
}

#[test]
fn records_read_again_are_the_same() {
    for (path, bytes) in every_capture() {
        let first = records(&bytes, ALL);
        let second = records(first.as_bytes(), ALL);
        assert_same(&comparable(&second), &comparable(&first), &path.display().to_string());
        assert_eq!(cut_at_random(first.as_bytes(), ALL, 2), second, "{}", path.display());
        assert_same(&comparable(&records(second.as_bytes(), ALL)), &comparable(&first), "again");
        let counts = |records: &str| {
            let mut summary = parsed(records).pop().unwrap();
            ["bytes", "packets", "connections"]
                .iter()
                .for_each(|key| _ = summary.as_object_mut().unwrap().remove(*key));
            summary
        };
        assert_eq!(counts(&second), counts(&first), "{}", path.display());
    }
}

#[test]
fn messages_are_put_together_where_they_have_no_records() {
    for (path, bytes) in every_capture() {
        let first = records(&bytes, ALL);
        let without: String =
            first.lines().filter(|line| !line.contains(r#""type":"message""#)).map(|it| format!("{it}\n")).collect();
        let second = records(without.as_bytes(), ALL);
        assert_same(&comparable(&second), &comparable(&first), &path.display().to_string());
    }
}

/// As the command writes them with `-m`: without the frames that messages are made of.
#[test]
fn messages_are_told_without_their_frames() {
    for (path, bytes) in every_capture() {
        let first = records(&bytes, ALL);
        let mut lines = parsed(&first);
        lines.retain(|record| record["type"] != "frame" || record["msg"].is_null());
        let ndjson: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let second = parsed(&records(ndjson.as_bytes(), ALL));
        let messages = |records: &[Value]| -> Vec<[Value; 6]> {
            let keys = ["dir", "time", "op", "len", "inflated", "payload"];
            of_type(records, "message").iter().map(|message| keys.map(|key| message[key].clone())).collect()
        };
        assert_eq!(messages(&second), messages(&lines), "{}", path.display());
        let rules = |records: &[Value]| {
            let mut ids: Vec<_> = of_type(records, "violation").iter().map(|it| it["id"].to_string()).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(rules(&second), rules(&lines), "{}", path.display());
        assert_eq!(of_type(&second, "frame").len(), messages(&lines).len() + of_type(&lines, "frame").len());
    }
}

#[test]
fn what_violations_say_is_told_though_they_have_no_records() {
    for (path, bytes) in every_capture() {
        let first = parsed(&records(&bytes, ALL));
        let kept = first.iter().filter(|record| record["type"] != "violation");
        let ndjson: String = kept.map(|line| format!("{line}\n")).collect();
        let second = parsed(&records(ndjson.as_bytes(), ALL));
        let listed = |records: &[Value]| -> Vec<Value> {
            let lists = ["frame", "handshake"].map(|kind| of_type(records, kind)).concat();
            lists.iter().flat_map(|record| record["violations"].as_array().unwrap().clone()).collect()
        };
        assert_eq!(listed(&second), listed(&first), "{}", path.display());
        assert!(of_type(&second, "violation").len() >= listed(&first).len(), "{}", path.display());
    }
}

#[test]
fn what_is_not_there_is_not_made_up() {
    let path = captures().into_iter().find(|path| path.ends_with("frag_both.pcap")).unwrap();
    let first = records(&std::fs::read(path).unwrap(), r#"{"records":["frame"]}"#);
    // The first fragment of one message, and the second of another one.
    for (missing, told) in
        [(r#""n":1,"#, vec!["ver", "after", "after too"]), (r#""n":3,"#, vec!["ver", "after", "after too"])]
    {
        let rest: String =
            first.lines().filter(|line| !line.contains(missing)).map(|line| format!("{line}\n")).collect();
        let second = parsed(&records(rest.as_bytes(), r#"{"records":["message","error"]}"#));
        let texts: Vec<_> =
            of_type(&second, "message").iter().map(|it| it["payload"]["text"].as_str().unwrap()).collect();
        assert!(told.iter().all(|text| texts.iter().any(|it| it.ends_with(text))), "{texts:?}");
        assert_eq!(texts.len(), 3, "{texts:?}");
        let errors = of_type(&second, "error");
        assert!(errors.len() == 1 && errors[0]["text"].as_str().unwrap().contains("frames are missing"), "{second:?}");
    }
}

/// A head that is made of a record breaks the rules that the record has, and no other.
#[test]
fn heads_are_as_right_as_they_were() {
    let mut heads = 0;
    for (path, bytes) in every_capture() {
        let records = parsed(&records(records(&bytes, ALL).as_bytes(), r#"{"records":["handshake"],"wire":true}"#));
        for handshake in records.iter().filter(|it| it["request"].is_string() && it["status"] == 101) {
            let mut inspector = Inspector::new(Options::from_json(br#"{"records":["handshake"]}"#).unwrap()).unwrap();
            for (side, head) in [(Side::Client, "request"), (Side::Server, "response")] {
                inspector.feed_side(handshake[head].as_str().unwrap().as_bytes(), Some(side));
            }
            inspector.finish();
            let again = parsed(&String::from_utf8(inspector.take(usize::MAX)).unwrap());
            // Each head is told when it comes.
            let sorted = |records: &[Value]| {
                let lists = records.iter().map(|record| record["violations"].as_array().unwrap());
                let mut ids: Vec<_> = lists.flatten().map(ToString::to_string).collect();
                ids.sort_unstable();
                ids
            };
            let read = [handshake.clone()];
            assert_eq!(sorted(&again), sorted(&read), "{} {handshake}", path.display());
            heads += 1;
        }
    }
    assert!(heads > 50, "{heads}");
}

#[test]
fn records_of_two_captures_are_two() {
    let read = |name: &str| {
        let path = captures().into_iter().find(|path| path.ends_with(name)).unwrap();
        records(&std::fs::read(path).unwrap(), ALL)
    };
    let (clean, bad) = (read("clean.pcap"), read("badaccept.pcap"));
    let both = parsed(&records(format!("{clean}{bad}").as_bytes(), ALL));
    let connections: Vec<_> = of_type(&both, "handshake").iter().map(|it| it["conn"].clone()).collect();
    assert_eq!(connections, [1, 2]);
    let violation = of_type(&both, "violation");
    assert_eq!(
        (violation.len(), &violation[0]["conn"], &violation[0]["id"]),
        (1, &2.into(), &"hs-accept-mismatch".into())
    );
}

#[test]
fn members_that_are_odd() {
    for line in [
        r#"{"type":"frame"}"#,
        r#"{"type":"frame","len":"18446744073709551615","n":"7","conn":1e300,"rsv":[1,2,3,4],"key":"zz"}"#,
        r#"{"type":"frame","op":0,"msg":1,"fin":true}"#,
        r#"{"type":"message","frames":[1,1,"x",{}],"payload":{"base64":"!"},"inflated":-1}"#,
        r#"{"type":"violation","id":"utf8-invalid","n":1}"#,
        r#"{"type":"close","by":"nobody","code":99999999,"answeredMs":-5}"#,
        r#"{"type":"gap"}"#,
        r#"{"type":"error"}"#,
        r#"{"type":"handshake","violations":["hs-upgrade","new-rule"],"pmd":{"c2s":300}}"#,
    ] {
        let twice = format!("{line}\n{line}\n");
        let whole = records(twice.as_bytes(), ALL);
        assert!(parsed(&whole).len() > 3, "{whole}");
        assert_eq!(cut_at_random(twice.as_bytes(), ALL, 1), whole);
    }
}
