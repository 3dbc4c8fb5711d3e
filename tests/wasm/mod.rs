//! The suite that runs as WebAssembly. Where it runs is decided for a whole program, so each place has one of its own
//! with all of this inside: `tests/wasm*.rs`.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod close;
mod errors;
mod frames;
mod handshake;
mod limits;
mod masking;
mod messages;
mod splits;
mod vectors;

use sansocket::{
    Connection, Event, Frame, FrameDecoder, FrameHeader, MAX_SIZE, MaskingKey, Opcode, Options, ProtocolError, Role,
    WebRandom,
};

/// The masking key of the examples in RFC 6455 §5.7.
const KEY: MaskingKey = [0x37, 0xfa, 0x21, 0x3d];

/// A connection with keys from Web Crypto.
type TestConnection = Connection<WebRandom>;

fn connection(role: Role, options: Options) -> TestConnection {
    let randomness = (role == Role::Client).then(|| WebRandom::new().expect("Web Crypto is everywhere"));
    Connection::with_randomness(role, options, randomness)
}

fn client() -> TestConnection {
    connection(Role::Client, Options::default())
}

fn server() -> TestConnection {
    connection(Role::Server, Options::default())
}

const ROLES: [Role; 2] = [Role::Client, Role::Server];

/// One frame as the peer of `receiver` has to write it: masked for a server, by [`KEY`].
fn frame_for(receiver: Role, fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let masking_key = (receiver == Role::Server).then_some(KEY);
    encode(FrameHeader { fin, masking_key, ..FrameHeader::new(opcode, payload.len() as u64) }, payload)
}

/// A header and a payload on the wire.
fn encode(header: FrameHeader, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame { header, payload: payload.into(), offset: 0, index: 0 }.encode_into(&mut bytes);
    bytes
}

/// The frames that `bytes` consist of, payload unmasked.
fn frames(bytes: &[u8]) -> Vec<Frame<'static>> {
    let mut frames = Vec::new();
    let mut decoder = FrameDecoder::new(MAX_SIZE);
    decoder
        .decode(&mut bytes.to_vec(), &mut |frame| {
            frames.push(Frame { payload: frame.payload.into_owned().into(), ..frame });
        })
        .and_then(|()| decoder.end())
        .expect("whole frames");
    frames
}

/// The code and reason of each Close frame in `bytes`; an empty one has no code.
fn closes(bytes: &[u8]) -> Vec<(Option<u16>, String)> {
    let close = |frame: &Frame<'_>| match frame.payload.split_first_chunk() {
        Some((code, reason)) => (Some(u16::from_be_bytes(*code)), String::from_utf8(reason.to_vec()).unwrap()),
        None => (None, String::new()),
    };
    frames(bytes).iter().filter(|frame| frame.header.opcode == Opcode::Close).map(close).collect()
}

/// The events of the chunks, and the error if one came; it is the last event then.
fn receive<'a>(
    connection: &mut TestConnection,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Event<'static>>, Option<ProtocolError>) {
    for chunk in chunks {
        connection.receive_data(chunk);
    }
    let mut events: Vec<_> = connection.events().collect();
    if let Some(error) = connection.error() {
        assert_eq!(events.pop(), Some(Event::Error(error)), "the error is the last event");
    }
    (events, connection.error())
}

/// The text of an event that is one.
fn text(event: &Event<'_>) -> String {
    match event {
        Event::Text(text) => String::from_utf8(text.as_bytes().to_vec()).unwrap(),
        event => panic!("no text: {event:?}"),
    }
}
