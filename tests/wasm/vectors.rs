//! The vectors of hostile frames and text (`tests/vectors`), read with the host's own JSON.

use js_sys::{Array, JSON, Reflect};
use sansocket::{Event, Limits, Options, Role};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{closes, connection, receive};

struct Vector(JsValue);

impl Vector {
    fn field(&self, path: &[&str]) -> JsValue {
        path.iter().fold(self.0.clone(), |value, name| Reflect::get(&value, &(*name).into()).unwrap())
    }

    fn string(&self, path: &[&str]) -> Option<String> {
        self.field(path).as_string()
    }

    fn number(&self, path: &[&str]) -> Option<u64> {
        self.field(path).as_f64().map(|number| number as u64)
    }

    fn role(&self) -> Role {
        if self.string(&["role"]).as_deref() == Some("client") { Role::Client } else { Role::Server }
    }

    fn options(&self) -> Options {
        let limit = |name, default| self.number(&["options", name]).unwrap_or(default);
        let limits = Limits {
            max_message_size: limit("max_message", Limits::DEFAULT.max_message_size),
            max_frame_size: limit("max_frame", Limits::DEFAULT.max_frame_size),
            max_fragments: limit("max_fragments", Limits::DEFAULT.max_fragments),
            ..Limits::DEFAULT
        };
        Options { limits, ..Options::default() }
    }

    fn input(&self) -> Vec<u8> {
        let digits = self.string(&["hex"]).expect("this group has no long input");
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(pair).collect()
    }

    fn close_codes(&self) -> Vec<u64> {
        let any = self.field(&["expect", "close_code_any"]);
        let any = if any.is_undefined() { Array::new() } else { Array::from(&any) };
        any.iter()
            .filter_map(|code| code.as_f64())
            .map(|code| code as u64)
            .chain(self.number(&["expect", "close_code"]))
            .collect()
    }
}

/// An event as the vectors write it.
fn json(event: &Event<'_>) -> String {
    let quoted = |text: &str| String::from(JSON::stringify(&text.into()).unwrap());
    let digits = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match event {
        Event::Text(text) => {
            format!(r#"{{"type":"text","data":{}}}"#, quoted(str::from_utf8(text.as_bytes()).unwrap()))
        }
        Event::Binary(bytes) => format!(r#"{{"type":"binary","hex":"{}"}}"#, digits(bytes)),
        Event::Ping(bytes) => format!(r#"{{"type":"ping","hex":"{}"}}"#, digits(bytes)),
        Event::Pong(bytes) => format!(r#"{{"type":"pong","hex":"{}"}}"#, digits(bytes)),
        Event::Close { code, reason } => {
            format!(r#"{{"type":"close","code":{},"reason":{}}}"#, code.0, quoted(reason))
        }
        event => panic!("the vectors have no such event: {event:?}"),
    }
}

/// Runs all vectors of a group in pieces of several sizes; gives how many there were.
fn run(group: &str) -> usize {
    let lines = include_str!("../vectors/hostile.jsonl").lines();
    let vectors = lines.map(|line| Vector(JSON::parse(line).unwrap()));
    let mut count = 0;
    for vector in vectors.filter(|vector| vector.string(&["group"]).as_deref() == Some(group)) {
        count += 1;
        let (id, input) = (vector.string(&["id"]).unwrap(), vector.input());
        for size in [input.len(), 1, 2, 3, 7] {
            let mut connection = connection(vector.role(), vector.options());
            let (events, error) = receive(&mut connection, input.chunks(size));
            let events: Vec<_> = events.iter().map(json).collect();
            let expected = String::from(JSON::stringify(&vector.field(&["expect", "events"])).unwrap());
            assert_eq!(format!("[{}]", events.join(",")), expected, "{id}");
            let kind = error.map(|error| error.violation.kind().to_owned());
            assert_eq!(kind, vector.string(&["expect", "error"]), "{id}");
            let Some(error) = error else { continue };
            assert_eq!(Some(error.offset + 1), vector.number(&["expect", "detect_by"]), "{id}");
            let sent = closes(&connection.data_to_send().unwrap());
            assert_eq!(sent, [(Some(error.close_code().0), String::new())], "{id}");
            assert!(vector.close_codes().contains(&error.close_code().0.into()), "{id}");
        }
    }
    count
}

#[wasm_bindgen_test]
fn frames() {
    assert_eq!(run("frame"), 34);
}

#[wasm_bindgen_test]
fn utf8() {
    assert_eq!(run("utf8"), 10);
}
