//! The examples of RFC 6455, read and written.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::vectors::{Rfc, event_json, rfc, rfc6455};
use common::{KEY, Seen, encode, feed, frames, hex, ways_to_cut};
use sansocket::handshake::{
    AcceptOptions, ClientHandshake, ClientOptions, HandshakeState, Origins, ServerHandshake, ServerOptions,
    choose_protocol, verify_accept,
};
use sansocket::{Connection, FrameHeader, Limits, MessageKind, NoRandomness, Options, Randomness, Role};
use serde_json::Value;

#[test]
fn a_connection_reads_every_example() {
    for Rfc { name, role, bytes, events, .. } in rfc() {
        for cuts in ways_to_cut(bytes.len(), 16, 57) {
            let seen = Seen::of(&mut feed(role, Options::default(), &bytes, &cuts));
            let seen: Vec<Value> = seen.events.iter().map(event_json).collect();
            assert_eq!(seen, events, "{name} cut at {cuts:?}");
        }
    }
}

#[test]
fn the_frame_decoder_reads_every_example() {
    for example in rfc() {
        let decoded = frames(&example.bytes);
        assert_eq!(decoded.len(), example.frames.len(), "{}", example.name);
        for (index, (frame, expected)) in decoded.iter().zip(&example.frames).enumerate() {
            let FrameHeader { fin, rsv1, rsv2, rsv3, opcode, masking_key, payload_length, .. } = frame.header;
            let start = usize::try_from(frame.offset).unwrap();
            assert_eq!(FrameHeader::parse(&example.bytes[start..]), Some(frame.header));
            assert_eq!([rsv1, rsv2, rsv3], [false; 3]);
            assert_eq!(frame.index, index as u64);
            assert_eq!(fin, expected["fin"]);
            assert_eq!(opcode.bits(), expected["opcode"]);
            assert_eq!(masking_key.map(Vec::from), expected["maskingKey"].as_str().map(hex));
            assert_eq!(payload_length, expected["payloadLength"]);
            assert_eq!(frame.offset, expected["offset"]);
            assert_eq!(frame.header.header_length(), expected["headerLength"]);
            assert_eq!(*frame.payload, common::vectors::parts(&expected["payload"]));
        }
        let again: Vec<u8> = decoded.iter().flat_map(|frame| encode(frame.header, &frame.payload)).collect();
        assert_eq!(again, example.bytes, "{}", example.name);
    }
}

/// Draws the masking key of the examples.
struct SameKey;

impl Randomness for SameKey {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        bytes.copy_from_slice(&KEY);
        Ok(())
    }
}

#[test]
fn a_connection_writes_every_example() {
    let examples = rfc();
    let connections = || {
        [Role::Server, Role::Client].map(|role| Connection::with_randomness(role, Options::default(), Some(SameKey)))
    };
    let [mut server, mut client] = connections();
    let mut written = Vec::new();

    server.send_text("Hello").unwrap();
    written.push(server.data_to_send().unwrap());
    client.send_text("Hello").unwrap();
    written.push(client.data_to_send().unwrap());
    server.send_message(MessageKind::Text, b"Hel", false).unwrap();
    server.send_continuation(b"lo", true).unwrap();
    written.push(server.data_to_send().unwrap());
    server.send_ping(b"Hello").unwrap();
    written.push(server.data_to_send().unwrap());
    // "A Pong response": the client was asked.
    client.receive_data(&examples[3].bytes);
    written.push(client.data_to_send().unwrap());
    for length in [256, 65_536] {
        server.send_binary(&vec![0xA5; length]).unwrap();
        written.push(server.data_to_send().unwrap());
    }

    assert_eq!(written.len(), examples.len());
    for (written, example) in written.iter().zip(&examples) {
        assert_eq!(*written, example.bytes, "{}", example.name);
    }
}

/// Both roles read the other's head of §1.2, byte by byte, and write their own.
#[test]
fn the_opening_handshake() {
    let example = &rfc6455()["handshake"];
    let head = |name: &str| {
        let lines = example[name].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        lines.chain([""]).flat_map(|line| [line, "\r\n"]).collect::<String>()
    };
    let text = |name: &str| example[name].as_str().unwrap();
    let (request, response) = (head("request"), head("response"));
    assert!(verify_accept(text("key"), text("accept").as_bytes()));

    let mut options = ClientOptions::new("server.example.com", "/chat");
    options.origin = Some("http://example.com".to_owned());
    options.protocols = vec!["chat".to_owned(), "superchat".to_owned()];
    let mut client = ClientHandshake::with_key(&options, text("key")).unwrap();
    assert_eq!(client.data_to_send(), request.as_bytes());

    let origins = Origins::List(vec!["http://example.com".to_owned()]);
    let mut server = ServerHandshake::new(ServerOptions { origins, limits: Limits::DEFAULT });
    request.as_bytes().chunks(1).for_each(|byte| server.receive_data(byte));
    let supported = [text("protocol")];
    let protocol = choose_protocol(&supported, &server.request().unwrap().protocols);
    server.accept(&AcceptOptions { protocol, ..AcceptOptions::default() }).unwrap();
    assert_eq!(server.data_to_send(), response.as_bytes());

    response.as_bytes().chunks(1).for_each(|byte| client.receive_data(byte));
    assert_eq!(client.state(), HandshakeState::Open);
    assert_eq!(client.established().unwrap().protocol.as_deref(), Some(text("protocol")));
}
