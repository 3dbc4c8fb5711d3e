//! Time is linear in the capture, however small the segments are.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;
#[path = "../../tests/common/exponent.rs"]
mod exponent;

use common::packets::{Packets, Random};
use exponent::check_linear;
use sansocket_inspector::{Inspector, Options};

/// Reads a capture in which a client sends bytes in segments of one.
fn reading(opened: bool, bytes: &[u8]) -> impl FnMut() + use<> {
    let mut packets = Packets::new();
    if opened {
        packets.open(1);
    }
    bytes.chunks(1).for_each(|byte| packets.send(1, true, byte));
    move || {
        let mut inspector = Inspector::new(Options::default()).unwrap();
        inspector.feed(packets.file());
        inspector.finish();
    }
}

#[test]
fn segments_of_one_byte_whose_beginning_was_not_seen() {
    for (what, unit) in
        [("random", None), ("headers", Some(0x82)), ("headers with masks", Some(0x89)), ("no headers", Some(0x7f))]
    {
        check_linear(what, |size| {
            let bytes = match unit {
                Some(unit) => vec![unit; size / 16],
                None => Random(5).bytes(size / 16),
            };
            reading(false, &bytes)
        });
    }
}

#[test]
fn a_head_in_segments_of_one_byte() {
    check_linear("a head", |size| {
        let head = format!("GET / HTTP/1.1\r\nUpgrade: websocket\r\nA: {}", "a".repeat(size / 4));
        reading(true, head.as_bytes())
    });
}
