//! Messages in both directions: text, binary, fragments, control frames between (RFC 6455 §5.4, §5.5).

use sansocket::{Connection, Deliver, Event, MessageKind, Opcode, Options, Role, UsageError, Violation};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{ROLES, client, connection, frame_for, frames, receive, server, text};

#[wasm_bindgen_test]
fn what_one_end_sends_the_other_receives() {
    for (mut sender, mut receiver) in [(client(), server()), (server(), client())] {
        sender.send_text("Grüße, 🌍").unwrap();
        sender.send_binary(&[0xa5; 70_000]).unwrap();
        sender.send_message(MessageKind::Text, b"in ", false).unwrap();
        sender.send_ping(b"between").unwrap();
        sender.send_continuation(b"", false).unwrap();
        sender.send_continuation(b"parts", true).unwrap();
        sender.send_pong(b"unasked").unwrap();
        let (events, error) = receive(&mut receiver, [sender.data_to_send().unwrap().as_slice()]);
        assert_eq!(error, None);
        assert_eq!((text(&events[0]), text(&events[3])), ("Grüße, 🌍".into(), "in parts".into()));
        assert_eq!(events[1], Event::Binary(vec![0xa5; 70_000].into()));
        assert_eq!(events[2], Event::Ping(b"between"[..].into()));
        assert_eq!(events[4], Event::Pong(b"unasked"[..].into()));
        let (answers, _) = receive(&mut sender, [receiver.data_to_send().unwrap().as_slice()]);
        assert_eq!(answers, [Event::Pong(b"between"[..].into())]);
    }
}

#[wasm_bindgen_test]
fn text_is_checked_to_the_first_bad_byte() {
    let valid = "\0 é 中 🌍 \u{feff} \u{ffff} \u{10ffff}";
    for role in ROLES {
        let mut connection = connection(role, Options::default());
        let (events, _) = receive(&mut connection, [frame_for(role, true, Opcode::Text, valid.as_bytes()).as_slice()]);
        assert_eq!(text(&events[0]), valid);
    }
    let cases: [(&[u8], u64); 8] = [
        (b"a\x80", 1),
        (b"\xc0\x80", 0),
        (b"\xe0\x9f\xbf", 1),
        (b"\xed\xa0\x80", 1),
        (b"\xf0\x8f\xbf\xbf", 1),
        (b"\xf4\x90\x80\x80", 1),
        (b"ok\xf5", 2),
        (b"cut \xe4\xb8", 5),
    ];
    for (payload, position) in cases {
        let mut client = client();
        let (events, error) = receive(&mut client, [frame_for(Role::Client, true, Opcode::Text, payload).as_slice()]);
        let error = error.unwrap();
        assert_eq!((events, error.violation, error.offset), (vec![], Violation::InvalidUtf8, 2 + position));
        assert_eq!(error.close_code().0, 1007);
    }
}

/// 4 MiB, which make linear memory grow several times.
#[wasm_bindgen_test]
fn a_large_message() {
    let mut options = Options::default();
    options.limits.max_message_size = 4 << 20;
    let payload: Vec<_> = (0..4_u32 << 20).map(|i| (i ^ i >> 8) as u8).collect();
    let mut client = connection(Role::Client, Options::default());
    client.send_binary(&payload).unwrap();
    let mut server = connection(Role::Server, options);
    for chunk in client.data_to_send().unwrap().chunks(65_536) {
        server.receive_data(chunk);
    }
    assert!(server.next_event() == Some(Event::Binary(payload.into())));
}

#[wasm_bindgen_test]
fn payload_is_handed_out_as_it_arrives() {
    let mut client = connection(Role::Client, Options { deliver: Deliver::Payload, ..Options::default() });
    client.receive_data(b"\x82\x05ab");
    client.receive_data(b"cde");
    let parts: Vec<_> = client
        .events()
        .map(|event| match event {
            Event::Payload(part) => (part.data.into_owned(), part.first, part.last),
            event => panic!("{event:?}"),
        })
        .collect();
    assert_eq!(parts, [(b"ab".to_vec(), true, false), (b"cde".to_vec(), false, true)]);
}

#[wasm_bindgen_test]
fn refused_calls_write_nothing() {
    for role in ROLES {
        let mut connection = connection(role, Options::default());
        assert_eq!(connection.send_continuation(b"", true), Err(UsageError::FragmentOrder));
        assert_eq!(connection.send_ping(&[0; 126]), Err(UsageError::ControlTooLong));
        assert_eq!(connection.send_message(MessageKind::Text, b"\xff", true), Err(UsageError::InvalidUtf8));
        assert_eq!(connection.data_to_send().unwrap(), b"");
        connection.send_text("usable").unwrap();
        assert_eq!(frames(&connection.data_to_send().unwrap()).len(), 1);
    }
}

/// Without a source of randomness a client sends nothing, and a server needs none.
#[wasm_bindgen_test]
fn no_randomness() {
    let mut client: Connection<sansocket::WebRandom> =
        Connection::with_randomness(Role::Client, Options::default(), None);
    assert_eq!(client.send_text("secret"), Err(UsageError::NoRandomness));
    assert_eq!(client.send_close(None, ""), Err(UsageError::NoRandomness));
    assert_eq!(client.output(), b"");
    server().send_text("open").unwrap();
}
