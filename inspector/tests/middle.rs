//! Connections whose beginning is not in the capture: WebSockets are found, and nothing else is taken for one.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use common::packets::{Packets, Random, frame};
use common::{cut_at_random, parsed, records};
use serde_json::Value;

/// The records of a capture, however it is cut.
fn read(packets: &Packets) -> Vec<Value> {
    let whole = records(packets.file(), "{}");
    assert_eq!(cut_at_random(packets.file(), "{}", 3), whole);
    parsed(&whole)
}

fn of_type<'a>(records: &'a [Value], kind: &str) -> Vec<&'a Value> {
    records.iter().filter(|record| record["type"] == kind).collect()
}

fn texts(records: &[Value]) -> Vec<&str> {
    of_type(records, "frame").iter().map(|frame| frame["payload"]["text"].as_str().unwrap()).collect()
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                          Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

#[test]
fn random_bytes_are_no_websocket() {
    let mut random = Random(1);
    let mut packets = Packets::new();
    for port in 1..=20 {
        for _ in 0..40 {
            packets.send(port, false, &random.bytes(1448));
        }
    }
    // Short ones, as an encrypted terminal has them.
    for port in 21..=60 {
        for _ in 0..200 {
            let (client, length) =
                (random.next() & 1 == 0, [2, 6, 20, 36, 44, 52, 76, 100][random.next() as usize & 7]);
            packets.send(port, client, &random.bytes(length));
        }
    }
    let summary = read(&packets).pop().unwrap();
    assert_eq!((&summary["connections"], &summary["frames"], &summary["troubles"]), (&0.into(), &0.into(), &0.into()));
}

#[test]
fn bytes_of_a_binary_protocol_are_no_websocket() {
    let mut packets = Packets::new();
    let words: Vec<u8> = (0..500_u32).flat_map(|n| (n % 3).to_le_bytes()).collect();
    let strings = b"\x00\x05hello\x00\x03you\x00\x00".repeat(100);
    for (port, bytes) in [(1, vec![0; 2000]), (2, words), (3, strings), (4, b"A text of ASCII, BC".repeat(100))] {
        for _ in 0..20 {
            packets.send(port, false, &bytes);
            packets.send(port, true, &bytes[..64]);
        }
    }
    let summary = read(&packets).pop().unwrap();
    assert_eq!((&summary["connections"], &summary["frames"]), (&0.into(), &0.into()));
}

#[test]
fn tls_is_told_from_the_middle_of_a_record_on() {
    let mut random = Random(2);
    let mut bytes = random.bytes(5000);
    for _ in 0..3 {
        bytes.extend(b"\x17\x03\x03\x40\x11");
        bytes.extend(random.bytes(0x4011));
    }
    let mut packets = Packets::new();
    bytes.chunks(1448).for_each(|segment| packets.send(1, false, segment));
    let records = read(&packets);
    let errors = of_type(&records, "error");
    assert_eq!(errors.len(), 1);
    assert!(errors[0]["text"].as_str().unwrap().starts_with("these bytes are TLS"));
    assert!(of_type(&records, "frame").is_empty());
}

#[test]
fn two_segments_of_frames_are_a_websocket() {
    for sides in [[true, false], [false, true], [true, true], [false, false]] {
        for payload in ["", "a", "from the middle of a connection"] {
            let mut packets = Packets::new();
            sides.iter().for_each(|client| packets.send(1, *client, &frame(*client, 0x81, payload.as_bytes())));
            assert_eq!(texts(&read(&packets)), [payload; 2], "{sides:?}");
        }
    }
}

#[test]
fn what_comes_before_the_frames_that_tell_is_not_lost() {
    let mut packets = Packets::new();
    // Fragments tell nothing, and both ends take turns.
    packets.send(1, false, &frame(false, 0x01, b"a1"));
    packets.send(1, true, &frame(true, 0x01, b"b1"));
    packets.send(1, false, &frame(false, 0x80, b"a2"));
    packets.send(1, true, &frame(true, 0x80, b"b2"));
    packets.send(1, false, &frame(false, 0x81, b"a3"));
    packets.send(1, true, &frame(true, 0x81, b"b3"));
    assert_eq!(texts(&read(&packets)), ["a1", "b1", "a2", "b2", "a3", "b3"]);
}

#[test]
fn frames_are_found_behind_the_rest_of_a_long_message() {
    let mut random = Random(3);
    for length in [10, 1000, 20_000, 100_000] {
        let mut packets = Packets::new();
        random.bytes(length).chunks(1448).for_each(|segment| packets.send(1, false, segment));
        for text in ["one", "two", "three"] {
            packets.send(1, false, &frame(false, 0x81, text.as_bytes()));
        }
        let records = read(&packets);
        assert_eq!(texts(&records), ["one", "two", "three"], "after {length} bytes");
        let gaps = of_type(&records, "gap");
        assert_eq!((gaps.len(), &gaps[0]["resyncedAt"]), (1, &length.into()));
    }
}

#[test]
fn long_messages_are_found_by_their_headers() {
    let mut random = Random(4);
    let mut packets = Packets::new();
    packets.send(1, false, &random.bytes(700));
    let frames: Vec<u8> = (0..5).flat_map(|_| frame(false, 0x82, &random.bytes(30_000))).collect();
    frames.chunks(1448).for_each(|segment| packets.send(1, false, segment));
    let records = read(&packets);
    let lengths: Vec<_> = of_type(&records, "frame").iter().map(|frame| frame["len"].as_u64().unwrap()).collect();
    assert!(lengths.len() >= 3 && lengths.iter().all(|length| *length == 30_000), "{lengths:?}");
}

#[test]
fn a_handshake_is_found_behind_http_whose_beginning_was_not_seen() {
    let mut packets = Packets::new();
    packets.send(1, false, b"the rest of a response\r\n");
    packets.send(1, true, REQUEST);
    packets.send(1, false, RESPONSE);
    packets.send(1, false, &frame(false, 0x81, b"Hello"));
    let records = read(&packets);
    assert_eq!(of_type(&records, "handshake")[0]["acceptOk"], true);
    assert_eq!(texts(&records), ["Hello"]);
    assert!(of_type(&records, "violation").is_empty() && of_type(&records, "gap").is_empty());
}

#[test]
fn a_frame_is_enough_where_only_the_answer_is_missing() {
    let mut packets = Packets::new();
    packets.open(1);
    packets.send(1, true, REQUEST);
    packets.miss(1, false, RESPONSE.len() as u32);
    packets.send(1, false, &frame(false, 0x81, b"Hello"));
    assert_eq!(texts(&read(&packets)), ["Hello"]);
}

#[test]
fn a_handshake_is_where_it_is_on_a_connection_that_had_requests_before() {
    let mut packets = Packets::new();
    packets.open(1);
    packets.send(1, true, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
    packets.send(1, true, b"body");
    packets.send(1, false, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    packets.send(1, true, REQUEST);
    packets.send(1, false, RESPONSE);
    let records = read(&packets);
    assert_eq!(of_type(&records, "handshake")[0]["off"]["packet"], 7);
}

/// Where the search has let go of what it looked at in vain, no segment begins.
#[test]
fn a_frame_that_begins_in_a_segment_is_not_believed_however_much_came_before() {
    // The most that is held of what was looked at in vain, and less.
    for length in [1000, 1 << 20] {
        let mut packets = Packets::new();
        packets.open(1);
        packets.send(1, true, REQUEST);
        packets.send(1, false, RESPONSE);
        packets.miss(1, false, 100);
        vec![0x7f; length].chunks(1448).for_each(|segment| packets.send(1, false, segment));
        packets.send(1, false, b"\x7f\x7f\x81\x05H");
        packets.send(1, false, b"ello");
        packets.send(1, false, b"\x7f\x7f");
        assert_eq!(texts(&read(&packets)), [""; 0], "after {length} bytes");
    }
}
