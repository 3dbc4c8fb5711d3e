//! One workload of the core, by its name, so many times: what callgrind counts the instructions of.

mod inspector;

use std::env::args;
use std::hint::black_box;

use sansocket::{Connection, DeflateOptions, Deliver, Event, FrameHeader, Limits, Mask, MessageKind, Opcode, Options};

const CHUNK: usize = 65_536;

fn main() {
    let mut arguments = args().skip(1);
    let name = arguments.next().expect("the name of a workload");
    let times: usize = arguments.next().expect("how often").parse().expect("a number");
    let work: Box<dyn FnMut()> = match name.as_str() {
        "decode masked text, 125 B" => decode(text(125), Opcode::Text, 500),
        "decode masked text, 16 KiB" => decode(text(16_384), Opcode::Text, 8),
        "decode masked non-ASCII text, 125 B" => decode("Привет, 日本 😀 ".repeat(4).into_bytes(), Opcode::Text, 500),
        "decode masked binary, 1 MiB" => decode(vec![7; 1 << 20], Opcode::Binary, 1),
        "decode fragments, 125 B" => decode_fragments(),
        "decode byte by byte, 125 B" => decode_bytes(),
        "decode Pings" => decode(text(20), Opcode::Ping, 500),
        "encode text, 125 B" => encode(&text(125)),
        "encode text, 16 KiB" => encode(&text(16_384)),
        "inflate, 190 B" => inflate(),
        "compress, 190 B" => compress(),
        name => inspector::workload(name).unwrap_or_else(|| panic!("no workload is called {name}")),
    };
    let mut work = work;
    for _ in 0..times {
        work();
    }
}

fn text(length: usize) -> Vec<u8> {
    br#"{"type":"trade","symbol":"ACME","price":"17.25","quantity":42},"#.iter().copied().cycle().take(length).collect()
}

fn frame(payload: &[u8], opcode: Opcode, fin: bool) -> Vec<u8> {
    let key = [0x37, 0xFA, 0x21, 0x3D];
    let header = FrameHeader { fin, masking_key: Some(key), ..FrameHeader::new(opcode, payload.len() as u64) };
    let mut bytes = header.encode().to_vec();
    let start = bytes.len();
    bytes.extend_from_slice(payload);
    Mask::new(key).apply(&mut bytes[start..]);
    bytes
}

fn server(deliver: Deliver) -> Connection {
    let limits = Limits { max_message_size: 1 << 24, ..Limits::DEFAULT };
    Connection::server(Options { limits, deliver, ..Options::default() })
}

/// Receives the same bytes again and again, in chunks of a socket.
fn receive(bytes: Vec<u8>, chunk: usize) -> Box<dyn FnMut()> {
    let mut connection = server(Deliver::Messages);
    Box::new(move || {
        let mut fresh = bytes.clone();
        for chunk in fresh.chunks_mut(chunk) {
            connection.receive(chunk, &mut |event| match event {
                Event::Error(error) => panic!("{error:?}"),
                event => drop(black_box(event)),
            });
        }
        connection.flush().expect("a server needs no key");
        connection.clear_output();
    })
}

fn decode(payload: Vec<u8>, opcode: Opcode, count: usize) -> Box<dyn FnMut()> {
    receive(frame(&payload, opcode, true).repeat(count), CHUNK)
}

fn decode_fragments() -> Box<dyn FnMut()> {
    let parts = [(Opcode::Text, false), (Opcode::Continuation, false), (Opcode::Continuation, true)];
    receive(parts.map(|(opcode, fin)| frame(&text(125), opcode, fin)).concat().repeat(200), CHUNK)
}

fn decode_bytes() -> Box<dyn FnMut()> {
    receive(frame(&text(125), Opcode::Text, true).repeat(20), 1)
}

fn encode(payload: &[u8]) -> Box<dyn FnMut()> {
    let payload = payload.to_vec();
    let mut connection = server(Deliver::Messages);
    Box::new(move || {
        for _ in 0..100 {
            connection.send_message(MessageKind::Text, &payload, true).expect("open");
        }
        drop(black_box(connection.data_to_send().expect("a server needs no key")));
    })
}

fn compressing() -> Connection {
    Connection::server(Options { deflate: Some(DeflateOptions::default()), ..Options::default() })
}

fn compress() -> Box<dyn FnMut()> {
    let mut connection = compressing();
    Box::new(move || {
        for _ in 0..20 {
            connection.send_message(MessageKind::Text, &text(190), true).expect("open");
        }
        drop(black_box(connection.data_to_send().expect("a server needs no key")));
    })
}

fn inflate() -> Box<dyn FnMut()> {
    let mut sender = compressing();
    for _ in 0..20 {
        sender.send_message(MessageKind::Text, &text(190), true).expect("open");
    }
    let bytes = sender.data_to_send().expect("a server needs no key");
    Box::new(move || {
        let options = Options { deflate: Some(DeflateOptions::default()), ..Options::default() };
        let mut client: Connection = Connection::with_randomness(sansocket::Role::Client, options, None);
        client.receive(&mut bytes.clone(), &mut |event| match event {
            Event::Error(error) => panic!("{error:?}"),
            event => drop(black_box(event)),
        });
    })
}
