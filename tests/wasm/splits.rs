//! However a stream is cut, the same comes of it.

use sansocket::{Event, Opcode, Options, ProtocolError, Role};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{ROLES, connection, frame_for};

type Seen = (Vec<Event<'static>>, Option<ProtocolError>, usize);

fn see(role: Role, chunks: &[&[u8]]) -> Seen {
    let mut connection = connection(role, Options { frames: true, ..Options::default() });
    for chunk in chunks {
        connection.receive_data(chunk);
    }
    let output = connection.data_to_send().unwrap().len();
    (connection.events().collect(), connection.error(), output)
}

/// A stream with most of what can be in one, and a fault at its end.
fn stream(role: Role) -> Vec<u8> {
    let frame = |fin, opcode, payload: &[u8]| frame_for(role, fin, opcode, payload);
    [
        frame(false, Opcode::Text, "Grü".as_bytes()),
        frame(true, Opcode::Ping, b"ping"),
        frame(false, Opcode::Continuation, b""),
        frame(true, Opcode::Continuation, "ße 🌍".as_bytes()),
        frame(true, Opcode::Binary, &[0xa5; 300]),
        frame(true, Opcode::Text, b""),
        frame(true, Opcode::Pong, b"pong"),
        frame(true, Opcode::Text, b"bad \xed\xa0\x80"),
        frame(true, Opcode::Text, b"never"),
    ]
    .concat()
}

#[wasm_bindgen_test]
fn at_every_place() {
    for role in ROLES {
        let bytes = stream(role);
        let whole = see(role, &[&bytes]);
        assert!(whole.1.is_some());
        for cut in 0..=bytes.len() {
            let (before, after) = bytes.split_at(cut);
            assert_eq!(see(role, &[before, after]), whole, "cut at {cut}");
        }
    }
}

#[wasm_bindgen_test]
fn in_pieces_of_every_size() {
    for role in ROLES {
        let bytes = stream(role);
        let whole = see(role, &[&bytes]);
        for size in 1..40 {
            assert_eq!(see(role, &bytes.chunks(size).collect::<Vec<_>>()), whole, "{size} bytes at a time");
        }
    }
}
