//! The real captures: their golden records, and what the peers themselves say they sent (`NAME.truth.json`, written by
//! the script that recorded them, which knows nothing of this crate).
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{compare, cut_at_random, name_of, parsed, real_captures, records};
use serde_json::{Value, json};

/// Payloads are compared with the truth, not with the golden records.
const PREVIEW: &str = r#"{"payload":"preview"}"#;

#[test]
fn every_real_capture_gives_its_golden_records() {
    for path in real_captures() {
        compare(&records(&std::fs::read(&path).unwrap(), PREVIEW), format!("{}.ndjson", path.display()).as_ref());
    }
}

#[test]
fn every_cut_of_a_real_capture_gives_the_same_records() {
    for path in real_captures() {
        let bytes = std::fs::read(&path).unwrap();
        let whole = records(&bytes, PREVIEW);
        assert_eq!(cut_at_random(&bytes, PREVIEW, 5), whole, "{}", path.display());
    }
}

/// The findings beyond a note, of the only capture that is to have any.
#[test]
fn no_real_capture_has_a_fault_but_the_one_of_abrupt_ends() {
    for path in real_captures() {
        let all = parsed(&records(&std::fs::read(&path).unwrap(), r#"{"records":["violation"]}"#));
        let faults: Vec<_> =
            all.iter().filter(|it| it["level"] != "note").map(|it| (it["conn"].clone(), it["id"].clone())).collect();
        let expected = if name_of(&path) == "ws_abrupt.pcap" {
            vec![(json!(2), json!("no-close-frame")), (json!(3), json!("no-close-frame"))]
        } else {
            Vec::new()
        };
        assert_eq!(faults, expected, "{}", path.display());
    }
}

#[test]
fn every_real_capture_holds_what_its_peers_sent() {
    let mut connections = 0;
    for path in real_captures() {
        let truth: Value =
            serde_json::from_slice(&std::fs::read(format!("{}.truth.json", path.display())).unwrap()).unwrap();
        let all = parsed(&records(
            &std::fs::read(&path).unwrap(),
            r#"{"records":["capture","handshake","frame","message","close"]}"#,
        ));
        for (index, expected) in truth["connections"].as_array().unwrap().iter().enumerate() {
            if name_of(&path) == "firefox.har" {
                // Messages of a WebSocket are in no archive of Firefox.
                assert_eq!(all.len(), 1);
                continue;
            }
            check(&path, &all, index, expected);
            connections += 1;
        }
    }
    assert!(connections > 25, "{connections} connections");
}

/// Compares a connection with what its peers say about it.
fn check(path: &Path, all: &[Value], index: usize, truth: &Value) {
    let is_har = all[0]["level"] == "message";
    let handshake = all.iter().find(|it| {
        let uri = it["uri"].as_str().unwrap_or_default();
        it["type"] == "handshake" && truth["path"].as_str().is_some_and(|path| uri.ends_with(path))
    });
    let name = format!("{} {}", path.display(), truth["path"]);
    // The handshakes of those that were captured later are not there, and they come in the order of the truth.
    let connection = handshake.map_or(json!(index + 1), |it| it["conn"].clone());
    assert_eq!(handshake.is_some(), !truth["path"].is_null(), "{name}");
    if let Some(handshake) = handshake
        && !is_har
    {
        assert_eq!(handshake["status"], 101, "{name}");
        assert_eq!(handshake["subprotocol"].as_str().unwrap_or_default(), truth["subprotocol"], "{name}");
        assert_eq!(!handshake["pmd"].is_null(), truth["compressed"], "{name}");
    }
    for side in ["c2s", "s2c"] {
        let of = |kind: &str| -> Vec<&Value> {
            all.iter().filter(|it| it["type"] == kind && it["conn"] == connection && it["dir"] == side).collect()
        };
        let name = format!("{name} {side}");
        let sent = truth[side].as_array().unwrap();
        messages(&name, sent, &of("message"), &of("frame"), is_har);
        if !is_har {
            controls(&name, sent, &of("frame"));
        }
    }
    let close = all.iter().find(|it| it["type"] == "close" && it["conn"] == connection);
    if !is_har {
        assert_eq!(close.map(|it| it["clean"] == true), Some(truth["closed"] == true), "{name}");
    }
}

/// The data messages of a direction.
fn messages(name: &str, sent: &[Value], messages: &[&Value], frames: &[&Value], is_har: bool) {
    let expected = sent.iter().filter(|it| it["text"] != Value::Null || it["base64"] != Value::Null);
    // An archive of Playwright leaves out what is empty.
    let expected: Vec<_> = expected.filter(|it| !is_har || it["text"] != "").collect();
    assert_eq!(messages.len(), expected.len(), "{name}");
    for (message, expected) in messages.iter().zip(expected) {
        assert_eq!(message["opName"], if expected["base64"].is_null() { "text" } else { "binary" }, "{name}");
        let sent = bytes_of(expected);
        assert_eq!(known(&message["payload"], &sent), sent, "{name} {message}");
        if let Some(fragments) = expected["fragments"].as_array()
            && !is_har
        {
            let numbers = message["frames"].as_array().unwrap();
            let parts: Vec<_> = frames.iter().filter(|frame| numbers.contains(&frame["n"])).collect();
            // A library may end a message with a frame that has nothing in it.
            assert!((fragments.len()..=fragments.len() + 1).contains(&parts.len()), "{name} {message}");
            if message["inflated"].is_null() {
                for (part, fragment) in parts.iter().zip(fragments) {
                    assert_eq!(part["payload"]["text"], *fragment, "{name} {message}");
                }
            }
        }
    }
}

/// Pings, Pongs and the Close of a direction.
fn controls(name: &str, sent: &[Value], frames: &[&Value]) {
    for (kind, op) in [("ping", 9), ("pong", 10)] {
        let seen: Vec<_> = frames.iter().filter(|it| it["op"] == op).map(|it| it["payload"]["text"].clone()).collect();
        let expected: Vec<_> = sent.iter().filter(|it| !it[kind].is_null()).map(|it| it[kind].clone()).collect();
        assert_eq!(seen, expected, "{kind} of {name}");
    }
    let closes: Vec<_> = frames.iter().filter(|it| it["op"] == 8).map(|it| it["close"].clone()).collect();
    let expected: Vec<_> = sent.iter().filter(|it| !it["close"].is_null()).map(|it| it["close"].clone()).collect();
    assert_eq!(closes.len(), expected.len(), "closes of {name}");
    for (close, expected) in closes.iter().zip(expected) {
        assert_eq!(json!([close["code"], close["reason"]]), expected, "{name}");
    }
}

/// What was sent, or a payload: a text, which may be written as what is repeated, or base64.
fn bytes_of(value: &Value) -> Vec<u8> {
    match (&value["text"], &value["base64"]) {
        (Value::String(text), _) => text.as_bytes().to_vec(),
        (Value::Object(text), _) => {
            text["repeat"].as_str().unwrap().as_bytes().repeat(text["times"].as_u64().unwrap() as usize)
        }
        (_, base64) => {
            let digits = base64.as_str().unwrap();
            let mut bytes = vec![0; digits.len()];
            let length = STANDARD.decode_slice(digits, &mut bytes).unwrap();
            bytes.truncate(length);
            bytes
        }
    }
}

/// A payload; what cannot be known of it, since it refers to before the capture, is taken from the truth.
fn known(payload: &Value, truth: &[u8]) -> Vec<u8> {
    let mut bytes = bytes_of(payload);
    assert_eq!(bytes.len(), truth.len(), "{payload}");
    for range in payload["unknown"].as_array().into_iter().flatten() {
        let range = range[0].as_u64().unwrap() as usize..range[1].as_u64().unwrap() as usize;
        assert!(bytes[range.clone()].iter().all(|byte| *byte == b'?'), "{payload}");
        bytes[range.clone()].copy_from_slice(&truth[range]);
    }
    bytes
}
