//! Frames as they were on the wire: all that was captured of one, or nothing.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use common::{parsed, records};
use serde_json::Value;

/// A masked text of 9 bytes, a Ping, and a fragment of 3.
const FRAMES: [&[u8]; 3] =
    [b"\x81\x89\x01\x02\x03\x04abcdefghi", b"\x89\x84\x05\x06\x07\x08ping", b"\x01\x83\x09\x0a\x0b\x0cxyz"];

fn wires(bytes: &[u8], options: &str) -> Vec<Value> {
    let options = format!(r#"{{"side":"client","wire":true,"records":["frame"]{options}}}"#);
    parsed(&records(bytes, &options)).iter().map(|frame| frame["wire"].clone()).collect()
}

fn hex(bytes: &[u8]) -> Value {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

#[test]
fn they_are_whole_however_little_is_shown_of_the_payload() {
    for options in ["", r#","payload":"none""#, r#","payload":"preview","maxPayload":2"#, r#","maxPayload":0"#] {
        assert_eq!(wires(&FRAMES.concat(), options), FRAMES.map(hex), "{options}");
    }
}

#[test]
fn one_that_is_not_held_is_left_out() {
    assert_eq!(wires(&FRAMES.concat(), r#","maxMessage":9"#), FRAMES.map(hex));
    assert_eq!(wires(&FRAMES.concat(), r#","maxMessage":8"#), [Value::Null, hex(FRAMES[1]), hex(FRAMES[2])]);
    assert_eq!(wires(&FRAMES.concat(), r#","maxMessage":2,"payload":"none""#), [Value::Null, Value::Null, Value::Null]);
}

#[test]
fn what_the_capture_lacks_is_not_there() {
    let cut = &FRAMES[0][..10];
    assert_eq!(wires(cut, ""), [hex(cut)]);
    assert_eq!(wires(cut, r#","maxMessage":3"#), [Value::Null]);
}
