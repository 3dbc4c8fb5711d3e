//! What an event gives: when it borrows, when it owns, and what it knows about its text.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use std::borrow::Cow;

use common::{connection, frame_for};
use sansocket::{Connection, Deliver, Event, MessageKind, Opcode, Options, Role};

fn client(deliver: Deliver) -> Connection<common::Seeded> {
    connection(Role::Client, Options { deliver, frames: true, ..Options::default() })
}

fn frame(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    frame_for(Role::Client, fin, opcode, payload)
}

/// A message that is whole in one chunk is handed out where it lies, without a copy.
#[test]
fn a_whole_message_is_borrowed_from_the_input() {
    let mut input = [frame(true, Opcode::Binary, b"bytes"), frame(true, Opcode::Text, b"text")].concat();
    let range = input.as_ptr_range();
    let mut seen = 0;
    client(Deliver::Messages).receive(&mut input, &mut |event| {
        let data = match event {
            Event::Binary(data) => data,
            Event::Text(text) => text.into_bytes(),
            Event::Frame(_) => return,
            event => panic!("{event:?}"),
        };
        let Cow::Borrowed(data) = data else { panic!("a copy of {data:?}") };
        assert!(range.contains(&data.as_ptr()));
        seen += 1;
    });
    assert_eq!(seen, 2);
}

/// However large it is: what is whole is not collected, in blocks or otherwise.
#[test]
fn a_large_message_or_fragment_is_borrowed_from_the_input() {
    let large = [b'a'; 10_000];
    for (deliver, fin) in [(Deliver::Messages, true), (Deliver::Fragments, true), (Deliver::Fragments, false)] {
        for opcode in [Opcode::Text, Opcode::Binary] {
            let mut input = frame(fin, opcode, &large);
            let range = input.as_ptr_range();
            let mut seen = 0;
            client(deliver).receive(&mut input, &mut |event| {
                let data = match event {
                    Event::Binary(data) => data,
                    Event::Text(text) => text.into_bytes(),
                    Event::Fragment(part) => part.data,
                    Event::Frame(_) => return,
                    event => panic!("{event:?}"),
                };
                let Cow::Borrowed(data) = data else { panic!("a copy, {deliver:?}") };
                assert!(range.contains(&data.as_ptr()) && data == large, "{deliver:?}");
                seen += 1;
            });
            assert_eq!(seen, 1, "{deliver:?}");
        }
    }
}

/// Payload is handed out where it lies, all that a chunk has of a frame at once.
#[test]
fn payload_is_borrowed_from_each_chunk() {
    let large = [b'a'; 10_000];
    for opcode in [Opcode::Text, Opcode::Binary] {
        let mut input = frame(true, opcode, &large);
        let mut client = client(Deliver::Payload);
        let mut lengths = Vec::new();
        let (beginning, end) = input.split_at_mut(5004);
        for chunk in [beginning, end] {
            let range = chunk.as_ptr_range();
            client.receive(chunk, &mut |event| match event {
                Event::Payload(part) => {
                    assert!(range.contains(&part.data.as_ptr()));
                    lengths.push((part.data.len(), part.first, part.last));
                }
                Event::Frame(_) => {}
                event => panic!("{event:?}"),
            });
        }
        // The header of the frame has four bytes.
        assert_eq!(lengths, [(5000, true, false), (5000, false, true)], "{opcode:?}");
    }
}

/// A message that came in pieces is handed out in the buffer that they were collected in.
#[test]
fn a_collected_message_is_owned() {
    let mut connection = client(Deliver::Messages);
    connection.receive_data(&frame(false, Opcode::Text, b"He"));
    let mut owned = false;
    connection.receive(&mut frame(true, Opcode::Continuation, b"llo"), &mut |event| {
        if let Event::Text(text) = event {
            assert_eq!(text.as_bytes(), b"Hello");
            owned = matches!(text.into_bytes(), Cow::Owned(bytes) if bytes == b"Hello");
        }
    });
    assert!(owned);
}

#[test]
fn a_text_knows_whether_it_is_ascii() {
    // What is not ASCII once in each eight bytes, at the same place, is not ASCII together either.
    let twice = "é plainé plain";
    for (text, cut) in
        [("", 0), ("plain", 2), ("\u{7f}", 1), ("é", 1), ("plain é", 6), ("é plain", 3), ("日本", 4), (twice, 8)]
    {
        let (first, last) = text.as_bytes().split_at(cut);
        let mut connection = client(Deliver::Messages);
        connection.receive_data(&frame(true, Opcode::Text, text.as_bytes()));
        connection.receive_data(&frame(false, Opcode::Text, first));
        connection.receive_data(&frame(true, Opcode::Continuation, last));
        let texts = connection.events().filter_map(|event| match event {
            Event::Text(text) => Some((text.is_ascii(), text.into_string())),
            _ => None,
        });
        assert_eq!(Vec::from_iter(texts), vec![(text.is_ascii(), text.to_owned()); 2]);
    }
}

/// Queued events are the ones that a handler gets.
#[test]
fn an_owned_event_equals_the_borrowed_one() {
    let mut stream = [
        frame(true, Opcode::Text, b"text"),
        frame(false, Opcode::Binary, b"bi"),
        frame(true, Opcode::Ping, b"ping"),
        frame(true, Opcode::Pong, b"pong"),
        frame(true, Opcode::Continuation, b"nary"),
    ]
    .concat();
    for (deliver, last) in [
        (Deliver::Messages, frame(true, Opcode::Close, b"\x03\xe8bye")),
        (Deliver::Fragments, frame(true, Opcode::Reserved(3), b"")),
        (Deliver::Payload, frame(true, Opcode::Close, b"")),
    ] {
        stream.extend(last);
        let mut queued = client(deliver);
        queued.receive_data(&stream);
        queued.receive_eof();
        let mut queued = queued.events().collect::<Vec<_>>().into_iter();

        let mut handled = client(deliver);
        let mut compare = |event: Event<'_>| assert_eq!(Some(&event), queued.next().as_ref());
        handled.receive(&mut stream.clone(), &mut compare);
        handled.end(&mut compare);
        assert_eq!(queued.next(), None);
    }
}

#[test]
fn the_tap_reports_each_header_before_its_payload() {
    let stream = [frame(false, Opcode::Text, b"a"), frame(true, Opcode::Continuation, b"")].concat();
    let mut connection = client(Deliver::Payload);
    connection.receive_data(&stream);
    let events = connection.events().map(|event| match event {
        Event::Frame(info) => format!("{:?} at {}, number {}", info.header.opcode, info.offset, info.index),
        Event::Payload(part) => format!("{:?} {} {:?}", part.kind, part.last, part.data),
        event => panic!("{event:?}"),
    });
    let expected = [
        "Text at 0, number 0".to_owned(),
        format!("{:?} false {:?}", MessageKind::Text, b"a"),
        "Continuation at 3, number 1".to_owned(),
        format!("{:?} true []", MessageKind::Text),
    ];
    assert_eq!(Vec::from_iter(events), expected);
}
