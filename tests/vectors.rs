//! The vectors of hostile input that concern a connection, whole and in pieces.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::vectors::{Vector, event_json, hostile, vector};
use common::{Seeded, Seen, closes, feed, frame_for, ways_to_cut};
use sansocket::{
    CloseCode, Connection, Event, MAX_REASON_BYTES, MessageKind, NoRandomness, Opcode, Options, Randomness, Role,
    UsageError, Violation,
};
use serde_json::{Value, json};

/// Runs a vector whole, byte by byte and at sixteen random cuts.
fn check(vector: &Vector) {
    let input = vector.input();
    for cuts in ways_to_cut(input.len(), 16, 1) {
        let context = format!("{} cut at {cuts:?}", vector.id());
        let mut connection = feed(vector.role(), vector.options(), &input, &cuts);
        let seen = Seen::of(&mut connection);
        check_events(vector, &seen, &context);
        check_error(vector, &seen, &context);
        check_aftermath(vector, &mut connection, &seen, &context);
    }
}

fn check_events(vector: &Vector, seen: &Seen, context: &str) {
    let mut events = seen.events.as_slice();
    if let (Some(error), [before @ .., last]) = (seen.error, events) {
        assert_eq!(*last, Event::Error(error), "{context}: the error is the last event");
        events = before;
    }
    if let Some(count) = vector.expect("events_count").as_u64() {
        assert_eq!(events.len() as u64, count, "{context}");
    } else {
        assert_eq!(Some(events.len()), vector.expect("events").as_array().map(Vec::len), "{context}: {events:?}");
        let expected = vector.expect("events").as_array().unwrap();
        let events = events.iter().zip(expected).map(|(event, expected)| match expected["len"].as_u64() {
            // A long message stands there by its length.
            Some(_) => json!({"type": "text", "len": event_json(event)["data"].as_str().unwrap().len()}),
            None => event_json(event),
        });
        assert_eq!(events.collect::<Vec<_>>(), *expected, "{context}");
    }
}

fn check_error(vector: &Vector, seen: &Seen, context: &str) {
    let kind = seen.error.map(|error| error.violation.kind());
    if let Some(any) = vector.expect("error_any").as_array() {
        assert!(any.contains(&kind.into()), "{context}: {kind:?}");
    } else {
        assert_eq!(Value::from(kind), *vector.expect("error"), "{context}");
    }
    let Some(error) = seen.error else { return };
    assert!(vector.close_codes().contains(&error.close_code().0), "{context}: {error:?}");
    if let Some(detect_by) = vector.expect("detect_by").as_u64() {
        // What a decoder reads of compressed data before it decides is its own: the vectors bound it.
        let known = if vector.group() == "pmd" { error.offset + 1 } else { detect_by };
        assert_eq!(error.offset + 1, known, "{context}");
        assert!(known <= detect_by, "{context}");
        // Of compressed text that is not UTF-8 the offset names the frame: which byte it was is not known.
        if vector.group() == "pmd" && error.violation == Violation::InvalidUtf8 {
            return;
        }
        let decided = |bytes: u64| {
            let prefix = &vector.input()[..bytes as usize];
            feed(vector.role(), vector.options(), prefix, &[]).error().is_some()
        };
        assert!(!decided(known - 1) && decided(known), "{context}: known with that byte, and not before");
    }
}

/// The peer is told once, and nothing is read any more; without an error the connection goes on.
fn check_aftermath(vector: &Vector, connection: &mut Connection<Seeded>, seen: &Seen, context: &str) {
    let received = seen.events.iter().find_map(|event| match event {
        Event::Close { code, .. } => Some(*code),
        _ => None,
    });
    // An empty Close is answered by one.
    let sent = |code: CloseCode| ((code != CloseCode::NO_STATUS).then_some(code.0), String::new());
    let owed = seen.error.map(|error| error.close_code()).or(received).map(sent);
    assert_eq!(closes(&seen.output), Vec::from_iter(owed.clone()), "{context}");

    if *vector.expect("state") == "need_more" {
        connection.receive_eof();
        assert_eq!(connection.error().map(|error| error.violation), Some(Violation::UnexpectedEof), "{context}");
        return;
    }
    connection.receive_data(&frame_for(vector.role(), true, Opcode::Binary, b"more"));
    let more = Vec::from_iter(connection.events());
    if owed.is_some() {
        assert!(more.is_empty(), "{context}");
        connection.receive_eof();
        let end = if seen.error.is_some() { vec![] } else { vec![Event::End] };
        assert_eq!(Vec::from_iter(connection.events()), end, "{context}");
        assert_eq!(connection.data_to_send().unwrap(), b"", "{context}: there is one Close");
        assert_eq!(connection.error(), seen.error, "{context}: the error stays");
    } else {
        assert_eq!(more, [Event::Binary(b"more".into())], "{context}");
    }
}

fn check_group(group: &str, count: usize) {
    let vectors: Vec<_> = hostile().into_iter().filter(|vector| vector.group() == group).collect();
    assert_eq!(vectors.len(), count, "the file has all of them");
    vectors.iter().for_each(check);
}

#[test]
fn frame() {
    check_group("frame", 164);
}

#[test]
fn utf8() {
    check_group("utf8", 57);
}

#[test]
#[cfg(feature = "deflate")]
fn pmd() {
    check_group("pmd", 58);
}

#[test]
fn l01_empty_fragments_count() {
    let vector = vector("L01");
    // A million more after the error would be a million calls that do nothing: one chunk shows the same.
    let seen = Seen::of(&mut feed(vector.role(), vector.options(), &vector.input(), &[]));
    check_events(&vector, &seen, "L01");
    check_error(&vector, &seen, "L01");
    // The first frame has seven bytes, each empty one six, and 4096 of them are allowed in all.
    let header_of_the_first_too_many = 7 + 6 * 4095;
    assert_eq!(seen.error.unwrap().offset, header_of_the_first_too_many + 1);
    assert_eq!(seen.error.unwrap().frame_index, 4096);
}

#[test]
fn l03_a_large_frame_byte_by_byte() {
    let vector = vector("L03");
    let input = vector.input();
    let cuts: Vec<_> = (1..input.len()).collect();
    let mut connection = feed(vector.role(), vector.options(), &input, &cuts);
    let seen = Seen::of(&mut connection);
    check_events(&vector, &seen, "L03");
    check_error(&vector, &seen, "L03");
    // The byte that is missing completes it.
    connection.receive_data(&[0]);
    assert_eq!(connection.next_event(), Some(Event::Binary(vec![0; 1 << 20].into())));
}

#[test]
fn l05_pings_while_nothing_is_drained() {
    let vector = vector("L05");
    let seen = Seen::of(&mut feed(vector.role(), vector.options(), &vector.input(), &[]));
    check_events(&vector, &seen, "L05");
    check_error(&vector, &seen, "L05");
    assert!(seen.output.len() as u64 <= vector.expect("pending_pong_bytes_max").as_u64().unwrap());
    // RFC 6455 §5.5.3: the latest Ping is answered whatever was left out.
    assert!(seen.output.ends_with(&[b'x'; 125]));
}

#[test]
#[ignore = "minutes: `npm run vectors` has it"]
fn l18_random_bytes() {
    random_bytes(1 << 20);
}

/// Not named for the vector, which asks for all of them.
#[test]
fn some_random_bytes() {
    random_bytes(1 << 10);
}

/// Whole, cut at every point, and byte by byte.
fn random_bytes(strings: usize) {
    let role = vector("L18").role();
    let mut seeded = Seeded(18);
    for _ in 0..strings {
        let mut bytes = vec![0; seeded.below(513)];
        seeded.fill(&mut bytes).unwrap();
        let whole = Seen::of(&mut feed(role, Options::default(), &bytes, &[]));
        let every_byte: Vec<_> = (1..bytes.len()).collect();
        for cuts in (0..bytes.len()).map(|cut| vec![cut]).chain([every_byte]) {
            let cut = Seen::of(&mut feed(role, Options::default(), &bytes, &cuts));
            assert_eq!(cut, whole, "{bytes:02x?} cut at {cuts:?}");
        }
    }
}

/// A client that has sent nothing, and can.
fn client() -> Connection<Seeded> {
    Connection::with_randomness(Role::Client, Options::default(), Some(Seeded(1)))
}

/// The call is refused with the error of the vector, nothing is queued, and the connection can be used.
fn check_refused<R: Randomness>(id: &str, connection: &mut Connection<R>, result: Result<(), UsageError>) {
    let vector = vector(id);
    assert_eq!(Value::from(result.unwrap_err().kind()), *vector.expect("throws"), "{id}");
    assert_eq!(connection.output().len() as u64, vector.expect("bytes_written").as_u64().unwrap(), "{id}");
    assert_eq!(connection.state(), sansocket::State::Open, "{id}");
}

#[test]
fn b07_close_codes_that_may_not_be_sent() {
    for code in [1005, 1006, 1015, 999, 2000, 5000] {
        let mut client = client();
        let result = client.send_close(Some(CloseCode(code)), "");
        check_refused("B07", &mut client, result);
        client.send_close(Some(CloseCode::NORMAL), "").unwrap();
    }
}

#[test]
fn b09_a_reason_of_124_bytes() {
    let mut client = client();
    let result = client.send_close(Some(CloseCode::NORMAL), &"é".repeat(62));
    check_refused("B09", &mut client, result);
    let longest = "é".repeat(61) + "e";
    assert_eq!(longest.len(), MAX_REASON_BYTES);
    client.send_close(Some(CloseCode::NORMAL), &longest).unwrap();
    assert_eq!(closes(client.output()), [(Some(1000), longest)]);
}

#[test]
fn b11_a_lone_surrogate() {
    // A &str cannot hold one; the bytes that would encode it are refused.
    let mut client = client();
    assert_eq!(client.send_message(MessageKind::Text, b"\xed\xa0\x80", true), Err(UsageError::InvalidUtf8));
    assert_eq!(client.output(), b"");
    client.send_text("usable").unwrap();
}

#[test]
fn b13_no_randomness() {
    struct Broken;
    impl Randomness for Broken {
        fn fill(&mut self, _: &mut [u8]) -> Result<(), NoRandomness> {
            Err(NoRandomness)
        }
    }
    for source in [Some(Broken), None] {
        let mut client = Connection::with_randomness(Role::Client, Options::default(), source);
        let result = client.send_text("secret");
        check_refused("B13", &mut client, result);
        let result = client.send_close(None, "");
        check_refused("B13", &mut client, result);
    }
}
