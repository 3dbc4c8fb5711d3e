//! Masking keys from the operating system (RFC 6455 §5.3, §10.3).
#![cfg(all(not(target_arch = "wasm32"), feature = "getrandom"))]
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashSet;

use common::frames;
use sansocket::{Connection, Options, OsRandom, Randomness as _, Role};

#[test]
fn no_byte_is_served_twice() {
    // Eight bytes that repeat by chance within a few thousand draws: one in a trillion.
    let mut random = OsRandom::new();
    let mut seen = HashSet::new();
    for _ in 0..2000 {
        let mut bytes = [0; 8];
        random.fill(&mut bytes).unwrap();
        assert!(seen.insert(bytes));
    }
    // More than is drawn at once, and nothing at all.
    let mut large = vec![0; 1000];
    random.fill(&mut large).unwrap();
    assert!(large.chunks_exact(8).all(|bytes| seen.insert(bytes.try_into().unwrap())));
    random.fill(&mut []).unwrap();
}

#[test]
fn every_frame_of_a_client_has_a_fresh_key() {
    let mut client = Connection::client(Options::default(), OsRandom::default());
    assert_eq!(client.role(), Role::Client);
    for _ in 0..200 {
        client.send_binary(&[0; 20]).unwrap();
    }
    let keys: HashSet<_> =
        frames(&client.data_to_send().unwrap()).iter().map(|frame| frame.header.masking_key.unwrap()).collect();
    // Two of 200 keys are equal by chance once in 200 000 runs; ten are not.
    assert!(keys.len() > 190);
}

#[test]
fn a_server_masks_nothing() {
    let mut server = Connection::server(Options::default());
    assert_eq!(server.role(), Role::Server);
    server.send_text("Hello").unwrap();
    assert_eq!(server.data_to_send().unwrap(), b"\x81\x05Hello");
}

#[test]
fn a_connection_can_be_shown_and_does_not_show_its_randomness() {
    let connection = Connection::client(Options::default(), common::Seeded(0x5EED_5EED));
    let shown = format!("{connection:?}");
    assert!(shown.starts_with("Connection { role: Client, options: Options {"), "{shown}");
    assert!(shown.contains("events: []") && shown.ends_with(", .. }"), "{shown}");
    let own = Connection::with_randomness(Role::Client, Options::default(), Some(common::Seeded(0x5EED_5EED)));
    assert_eq!(format!("{own:?}"), shown);
}
