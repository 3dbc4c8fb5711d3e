//! Compressed messages between two connections: whatever is agreed, what arrives is what was sent.
#![cfg(all(not(target_arch = "wasm32"), feature = "deflate"))]
#![allow(clippy::arithmetic_side_effects, clippy::panic, clippy::unwrap_used)]

mod common;

use common::Seeded;
use sansocket::deflate::{CompressOptions, DeflateParams};
use sansocket::{
    Connection, DeflateOptions, Deliver, Event, Limits, MessageKind, NoRandomness, Options, PreparedMessage,
    Randomness, Role, SendOptions, UsageError, Violation,
};

type Peer = Connection<Seeded>;

fn peer(role: Role, deflate: DeflateOptions) -> Peer {
    let options = Options { deflate: Some(deflate), ..Options::default() };
    Connection::with_randomness(role, options, Some(Seeded(7)))
}

fn pair(deflate: DeflateOptions) -> [Peer; 2] {
    [peer(Role::Client, deflate), peer(Role::Server, deflate)]
}

/// Moves everything that waits from one end to the other; gives the bytes and the events.
fn deliver(from: &mut Peer, to: &mut Peer) -> (Vec<u8>, Vec<Event<'static>>) {
    let bytes = from.data_to_send().unwrap();
    to.receive_data(&bytes);
    (bytes, to.events().collect())
}

fn texts(events: Vec<Event<'static>>) -> Vec<String> {
    let text = |event| match event {
        Event::Text(text) => text.into_string(),
        event => panic!("{event:?}"),
    };
    events.into_iter().map(text).collect()
}

fn params(no_takeover: bool, window_bits: u8) -> DeflateParams {
    DeflateParams {
        server_no_context_takeover: no_takeover,
        client_no_context_takeover: no_takeover,
        server_max_window_bits: window_bits,
        client_max_window_bits: window_bits,
    }
}

#[test]
fn every_agreement_in_both_directions() {
    for no_takeover in [false, true] {
        for window_bits in 8..=15 {
            let params = params(no_takeover, window_bits);
            let [mut client, mut server] = pair(DeflateOptions { params, threshold: Some(0), ..Default::default() });
            for round in 0..20 {
                let text = format!("{round}: {}", "over and over κόσμε ".repeat(40));
                client.send_text(&text).unwrap();
                client.send_message(MessageKind::Text, text.as_bytes(), false).unwrap();
                client.send_ping(b"between").unwrap();
                client.send_continuation(b"", false).unwrap();
                client.send_continuation(text.as_bytes(), true).unwrap();
                let (bytes, events) = deliver(&mut client, &mut server);
                // With the smallest window only runs of one byte become shorter.
                assert!(window_bits == 8 || bytes.len() < text.len(), "{params:?}: it is compressed");
                let whole = text.clone() + &text;
                let texts = texts(events.into_iter().filter(|event| !matches!(event, Event::Ping(_))).collect());
                assert_eq!(texts, [text.clone(), whole], "{params:?}");

                server.send_text(&text).unwrap();
                let (_, events) = deliver(&mut server, &mut client);
                assert!(matches!(events.as_slice(), [Event::Pong(_) | Event::Text(_), ..]), "{events:?}");
            }
        }
    }
}

/// RFC 7692 §7.1.1: without takeover each message begins with an empty window, but not each of its fragments.
#[test]
fn a_window_is_kept_as_agreed() {
    let mut bytes = [0; 600];
    Seeded(3).fill(&mut bytes).unwrap();
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for no_takeover in [false, true] {
        let deflate =
            DeflateOptions { params: params(no_takeover, 15), threshold: Some(0), ..DeflateOptions::default() };
        let [mut client, mut server] = pair(deflate);
        let mut sent = |opcode: Option<MessageKind>, fin| {
            match opcode {
                Some(kind) => server.send_message(kind, text.as_bytes(), fin).unwrap(),
                None => server.send_continuation(text.as_bytes(), fin).unwrap(),
            }
            deliver(&mut server, &mut client).0.len()
        };
        let first = sent(Some(MessageKind::Text), true);
        let again = sent(Some(MessageKind::Text), true);
        assert!(first > 500 && if no_takeover { again == first } else { again < 100 }, "{first}, {again}");
        let begun = sent(Some(MessageKind::Text), false);
        let continued = sent(None, true);
        assert!(continued < 100 && no_takeover == (begun > 500), "{begun}, {continued}");
    }
}

#[test]
fn a_message_can_be_left_as_it_is() {
    let [mut client, mut server] = pair(DeflateOptions { threshold: Some(10), ..Default::default() });
    let plain = SendOptions { compress: false, ..Default::default() };
    client.send_message_with(MessageKind::Binary, &[0; 100], plain).unwrap();
    client.send_binary(&[0; 9]).unwrap();
    client.send_binary(&[0; 100]).unwrap();
    let (bytes, events) = deliver(&mut client, &mut server);
    assert_eq!(bytes.first(), Some(&0x82), "not marked as compressed");
    assert_eq!(bytes.get(106), Some(&0x82), "below the threshold");
    assert_eq!(bytes.get(106 + 15), Some(&0xC2), "marked as compressed");
    let lengths = events.iter().map(|event| if let Event::Binary(data) = event { data.len() } else { 0 });
    assert_eq!(lengths.collect::<Vec<_>>(), [100, 9, 100]);
}

#[test]
fn a_prepared_message_fits_every_connection_and_what_follows_it() {
    let mut prepared = PreparedMessage::new(MessageKind::Text, "news ".repeat(300).into_bytes()).unwrap();
    for options in [
        DeflateOptions::default(),
        DeflateOptions { params: params(true, 15), ..Default::default() },
        DeflateOptions { params: params(false, 9), ..Default::default() },
        DeflateOptions { threshold: Some(1 << 20), ..Default::default() },
    ] {
        let [mut client, mut server] = pair(options);
        client.send_text("own news before").unwrap();
        client.send_prepared(&mut prepared).unwrap();
        client.send_text("own news after").unwrap();
        let (_, events) = deliver(&mut client, &mut server);
        assert_eq!(texts(events), ["own news before", &"news ".repeat(300), "own news after"], "{options:?}");
    }
    let mut plain = Connection::server(Options::default());
    plain.send_prepared(&mut prepared).unwrap();
    assert_eq!(plain.data_to_send().unwrap().first(), Some(&0x81), "nothing was agreed");
    assert!(PreparedMessage::new(MessageKind::Text, vec![0xFF]).is_err_and(|error| error == UsageError::InvalidUtf8));
    plain.send_message(MessageKind::Text, b"open", false).unwrap();
    assert_eq!(plain.send_prepared(&mut prepared), Err(UsageError::FragmentOrder));
    plain.send_close(None, "").unwrap();
    assert_eq!(plain.send_prepared(&mut prepared), Err(UsageError::NotOpen));
}

#[test]
fn compressed_messages_pass_through_untouched() {
    for delivery in [Deliver::Messages, Deliver::Fragments, Deliver::Payload] {
        let through = DeflateOptions { passthrough: true, ..Default::default() };
        let [mut client, mut far_server] = pair(DeflateOptions::default());
        let options = Options { deliver: delivery, deflate: Some(through), ..Options::default() };
        let mut near_server = Connection::with_randomness(Role::Server, options, Some(Seeded(3)));
        let mut far_client = peer(Role::Client, through);
        for round in 0..10 {
            let text = format!("{round} {}", "through ".repeat(50));
            client.send_message(MessageKind::Text, text.as_bytes(), false).unwrap();
            client.send_continuation(b"the end", true).unwrap();
            let (_, events) = deliver(&mut client, &mut near_server);
            for event in events {
                match event {
                    Event::Compressed { kind, data } => far_client.send_compressed(kind, &data, true).unwrap(),
                    Event::Fragment(part) | Event::Payload(part) if part.first => {
                        assert!(part.compressed);
                        far_client.send_compressed(part.kind, &part.data, part.last).unwrap();
                    }
                    Event::Fragment(part) | Event::Payload(part) => {
                        far_client.send_continuation(&part.data, part.last).unwrap();
                    }
                    event => panic!("{event:?}"),
                }
            }
            let (_, events) = deliver(&mut far_client, &mut far_server);
            assert_eq!(texts(events), [text + "the end"], "{delivery:?}");
        }
    }
    let mut plain = Connection::server(Options::default());
    let refused = plain.send_compressed(MessageKind::Text, b"", true);
    assert!(matches!(refused, Err(UsageError::InvalidArgument("perMessageDeflate", _))));
}

fn server_with(deflate: DeflateOptions, max_message_size: u64) -> Peer {
    let limits = Limits { max_message_size, ..Limits::DEFAULT };
    let options = Options { limits, deflate: Some(deflate), ..Options::default() };
    Connection::with_randomness(Role::Server, options, None)
}

/// The limit on the size of messages is about what they inflate to. Compressed they may be longer, where they do not compress:
/// by the five bytes of each stored block (RFC 1951 §3.2.4), of which each fragment has at least one.
#[test]
fn a_message_that_does_not_compress_may_be_as_large_as_another() {
    let mut random = vec![0; 4096];
    Seeded(5).fill(&mut random).unwrap();
    // Whole, and in as many fragments as are allowed.
    for size in [random.len(), 1] {
        for limit in [4096, 4095] {
            let mut client = peer(Role::Client, DeflateOptions::default());
            let mut server = server_with(DeflateOptions::default(), limit);
            let mut fragments = random.chunks(size);
            let first = fragments.next().unwrap();
            client.send_message(MessageKind::Binary, first, fragments.len() == 0).unwrap();
            while let Some(fragment) = fragments.next() {
                client.send_continuation(fragment, fragments.len() == 0).unwrap();
            }
            let (bytes, events) = deliver(&mut client, &mut server);
            // The header of a frame with its masking key has at most eight bytes here.
            let payload = bytes.len() - 8 * random.len().div_ceil(size);
            assert!(payload > random.len(), "it takes {payload} bytes");
            if limit == 4096 {
                assert_eq!(events, [Event::Binary(random.clone().into())], "fragments of {size}");
            } else {
                assert_eq!(server.error().unwrap().violation, Violation::MessageTooLarge, "fragments of {size}");
            }
        }
    }
}

/// The head of a message that is one compressed frame, as a client begins it, up to its length.
fn compressed_frame_of(length: u64) -> Vec<u8> {
    let mut head = vec![0xC2, 0xFF];
    head.extend(length.to_be_bytes());
    head
}

/// What no compressor needs is refused before it is there: an eighth and 64 KiB more than the message may have.
#[test]
fn the_declared_size_of_a_compressed_message_is_bounded() {
    for limit in [0, 8 << 10, 1 << 20, 1 << 40] {
        let most = limit + limit / 8 + (64 << 10);
        let mut server = server_with(DeflateOptions::default(), limit);
        server.receive_data(&compressed_frame_of(most));
        assert_eq!(server.error(), None, "{limit}");
        let mut server = server_with(DeflateOptions::default(), limit);
        server.receive_data(&compressed_frame_of(most + 1));
        let error = server.error().unwrap();
        assert_eq!((error.violation, error.offset), (Violation::MessageTooLarge, 9), "{limit}");
    }
}

/// What passes through is what is handed out, and the limit is about that.
#[test]
fn the_size_of_a_message_that_passes_through() {
    let through = DeflateOptions { passthrough: true, ..Default::default() };
    let limit = 1 << 20;
    let mut server = server_with(through, limit);
    server.receive_data(&compressed_frame_of(limit));
    assert_eq!(server.error(), None);
    let mut server = server_with(through, limit);
    server.receive_data(&compressed_frame_of(limit + 1));
    let error = server.error().unwrap();
    assert_eq!((error.violation, error.offset), (Violation::MessageTooLarge, 9));
}

#[test]
fn payload_of_a_compressed_message_streams_in_bounded_pieces() {
    let mut client = peer(Role::Client, DeflateOptions::default());
    let limits = Limits { max_message_size: 16 << 20, ..Limits::DEFAULT };
    let deflate = Some(DeflateOptions::default());
    let options = Options { limits, deliver: Deliver::Payload, deflate, ..Options::default() };
    let mut server = Connection::with_randomness(Role::Server, options, Some(Seeded(1)));
    client.send_binary(&vec![7; 8 << 20]).unwrap();
    let (_, events) = deliver(&mut client, &mut server);
    let parts = Vec::from_iter(events.iter().map(|event| match event {
        Event::Payload(part) => part,
        event => panic!("{event:?}"),
    }));
    for (i, part) in parts.iter().enumerate() {
        assert!(part.data.len() <= 64 << 10);
        assert_eq!((part.first, part.last), (i == 0, i + 1 == parts.len()), "part {i}");
    }
    assert_eq!(parts.iter().map(|part| part.data.len()).sum::<usize>(), 8 << 20);
}

#[test]
fn bad_text_is_found_after_inflation_at_its_frame() {
    let [mut client, mut server] = pair(DeflateOptions { threshold: Some(0), ..Default::default() });
    // Compressed as binary, then marked as text.
    client.send_binary(b"fine so far \xED\xA0\x80").unwrap();
    let mut bytes = client.data_to_send().unwrap();
    *bytes.first_mut().unwrap() = 0xC1;
    server.receive_data(&bytes);
    let error = server.error().unwrap();
    assert_eq!((error.violation, error.offset, error.frame_index), (Violation::InvalidUtf8, 0, 0));
}

/// What a message inflated to before a fault is judged first, however both were cut.
#[test]
fn of_two_faults_in_a_message_the_first_is_found_at_every_cut() {
    // One block with fixed codes: "a", the byte 0xFF, then the symbol 286, which does not exist (RFC 1951 §3.2.6).
    let mut bits = String::new();
    let mut push = |code: u32, length: usize, msb_first: bool| {
        for i in 0..length {
            let at = if msb_first { length - 1 - i } else { i };
            bits.push(if code >> at & 1 == 1 { '1' } else { '0' });
        }
    };
    push(0b010, 3, false);
    push(0x30 + u32::from(b'a'), 8, true);
    push(0x190 + (0xFF - 144), 9, true);
    push(0xC0 + (286 - 280), 8, true);
    let payload: Vec<u8> = bits
        .as_bytes()
        .chunks(8)
        .map(|byte| byte.iter().enumerate().fold(0, |sum, (i, bit)| sum | u8::from(*bit == b'1') << i))
        .collect();
    let mut frame = vec![0xC1, u8::try_from(payload.len()).unwrap()];
    frame.extend(payload);
    for delivery in [Deliver::Messages, Deliver::Fragments, Deliver::Payload] {
        for size in 1..=frame.len() {
            let deflate = Some(DeflateOptions::default());
            let options = Options { deliver: delivery, deflate, ..Options::default() };
            let mut client = Connection::with_randomness(Role::Client, options, Some(Seeded(1)));
            frame.chunks(size).for_each(|chunk| client.receive_data(chunk));
            let error = client.error().unwrap();
            assert_eq!((error.violation, error.offset), (Violation::InvalidUtf8, 0), "{delivery:?}, chunks of {size}");
        }
    }
}

/// A text that ends inside a code point: what it inflated to is handed out before the fault, however it was cut.
#[test]
fn payload_before_a_bad_end_is_the_same_at_every_cut() {
    // "ab" and 0xCE, the first of two bytes of a code point.
    let frame = [0xC1, 0x05, 0x4A, 0x4C, 0x3A, 0x07, 0x00];
    for size in 1..=frame.len() {
        let deflate = Some(DeflateOptions::default());
        let options = Options { deliver: Deliver::Payload, deflate, ..Options::default() };
        let mut client = Connection::with_randomness(Role::Client, options, Some(Seeded(1)));
        frame.chunks(size).for_each(|chunk| client.receive_data(chunk));
        let mut payload = Vec::new();
        for event in client.events() {
            match event {
                Event::Payload(part) => payload.extend_from_slice(&part.data),
                Event::Error(error) => assert_eq!(error.violation, Violation::InvalidUtf8),
                event => panic!("{event:?}"),
            }
        }
        assert_eq!(payload, b"ab\xCE", "chunks of {size}");
        assert!(client.error().is_some(), "chunks of {size}");
    }
}

#[test]
fn a_compressor_is_lent_and_taken_back() {
    let options = DeflateOptions { params: params(true, 15), threshold: Some(0), ..Default::default() };
    let [mut client, mut server] = pair(options);
    let [mut other_client, mut other_server] = pair(options);
    let terms = client.compressor_terms().unwrap();
    assert_eq!(Some(terms), other_client.compressor_terms());
    let mut lent = sansocket::deflate::Compressor::new(CompressOptions::DEFAULT, terms.window_bits);
    for round in 0..5 {
        for (client, server) in [(&mut client, &mut server), (&mut other_client, &mut other_server)] {
            assert!(client.take_compressor().is_none(), "round {round}: it has none of its own");
            client.lend_compressor(lent);
            lent = client.take_compressor().unwrap();
            client.lend_compressor(lent);
            client.send_message(MessageKind::Text, b"shared ", false).unwrap();
            assert_eq!(client.compressor_terms(), None, "round {round}: inside a message it is not to be taken");
            client.send_continuation(b"by all", true).unwrap();
            let (_, events) = deliver(client, server);
            assert_eq!(texts(events), ["shared by all"]);
            lent = client.take_compressor().unwrap();
        }
    }
    assert_eq!(peer(Role::Client, DeflateOptions::default()).compressor_terms(), None, "takeover needs its own");
}

/// A source that fails, then works.
struct Failing(bool);

impl Randomness for Failing {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        if !std::mem::replace(&mut self.0, true) {
            return Err(NoRandomness);
        }
        bytes.fill(9);
        Ok(())
    }
}

#[test]
fn without_randomness_the_compressor_has_taken_nothing() {
    let options = Options { deflate: Some(DeflateOptions::default()), ..Options::default() };
    let mut client = Connection::with_randomness(Role::Client, options, Some(Failing(false)));
    let mut server = Connection::server(options);
    assert_eq!(client.send_text("again and again"), Err(UsageError::NoRandomness));
    client.send_text("again and again").unwrap();
    client.send_text("again and again").unwrap();
    server.receive_data(&client.data_to_send().unwrap());
    assert_eq!(texts(server.events().collect()), ["again and again"; 2]);
}

/// Where a connection is printed, its windows would bury all that is of use.
#[test]
fn a_connection_prints_that_it_compresses_but_not_its_windows() {
    let [mut client, mut server] = pair(DeflateOptions::default());
    client.send_text(&"window ".repeat(1000)).unwrap();
    deliver(&mut client, &mut server);
    for connection in [client, server] {
        let printed = format!("{connection:?}");
        assert!(printed.contains("deflate: Some(Deflate { inflater: Inflater { fault: None, .. }"), "{printed}");
        assert!(printed.len() < 4 << 10, "{printed}");
    }
    let plain = format!("{:?}", common::connection(Role::Server, Options::default()));
    assert!(!plain.contains("Some(Deflate"), "{plain}");
}

#[test]
fn contexts_are_given_back_at_the_end() {
    let [mut client, mut server] = pair(DeflateOptions::default());
    client.send_text(&"memory ".repeat(1000)).unwrap();
    deliver(&mut client, &mut server);
    assert!(client.bytes_held() > 128 << 10 && server.bytes_held() > 1 << 10);
    client.send_close(None, "").unwrap();
    deliver(&mut client, &mut server);
    deliver(&mut server, &mut client);
    assert!(client.bytes_held() < 1 << 10 && server.bytes_held() < 1 << 10);
}
