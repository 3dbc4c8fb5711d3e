//! What holds for every input.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod common;
#[path = "common/model.rs"]
mod model;
#[path = "common/streams.rs"]
mod streams;

use common::{Seeded, Seen, connection, feed, frames, opposite};
use model::Report;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sansocket::{
    CloseCode, Connection, Deliver, Event, FrameDecoder, FrameHeader, Limits, MAX_SIZE, MessageKind, Options, Part,
    Randomness as _, Role, Violation,
};
use streams::{Cuts, Message, cuts, input, messages, reports, role, single_frames, wire};

/// `PROPTEST_CASES` raises the number of cases.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// The defaults, or limits that ordinary streams run into.
fn limits() -> impl Strategy<Value = Limits> {
    let small = Limits { max_message_size: 150, max_frame_size: 100, max_fragments: 3, ..Limits::DEFAULT };
    prop_oneof![2 => Just(Limits::DEFAULT), 1 => Just(small)]
}

fn options(limits: Limits, deliver: Deliver) -> Options {
    Options { limits, deliver, ..Options::default() }
}

/// The same options for a connection that takes no fast path: what reports frame headers reads every frame by the rules.
const fn by_the_rules(options: Options) -> Options {
    Options { frames: true, ..options }
}

fn without_headers(mut seen: Seen) -> Seen {
    seen.events.retain(|event| !matches!(event, Event::Frame(_)));
    seen
}

fn deliver() -> impl Strategy<Value = Deliver> {
    prop_oneof![Just(Deliver::Messages), Just(Deliver::Fragments), Just(Deliver::Payload)]
}

/// Joins payload that arrived in pieces: only where it was cut depends on the chunks.
fn joined(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut joined: Vec<Event<'static>> = Vec::new();
    for event in events {
        match (joined.last_mut(), event) {
            (Some(Event::Payload(before)), Event::Payload(part)) if !before.last => {
                assert!(!part.first && part.kind == before.kind);
                before.data.to_mut().extend_from_slice(&part.data);
                before.last = part.last;
            }
            (_, event) => joined.push(event),
        }
    }
    joined
}

/// What is seen of a connection that gets the input in these chunks, and then its end.
fn seen(role: Role, options: Options, input: &[u8], cuts: &[usize]) -> Seen {
    let mut connection = feed(role, options, input, cuts);
    connection.receive_eof();
    let Seen { events, error, output } = Seen::of(&mut connection);
    Seen { events: joined(events), error, output }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_split_equals_the_whole(
        (role, input) in input(),
        cuts in cuts(),
        limits in limits(),
        deliver in deliver(),
        frames: bool,
    ) {
        let options = Options { frames, ..options(limits, deliver) };
        let whole = seen(role, options, &input, &[]);
        prop_assert_eq!(seen(role, options, &input, &cuts.of(input.len())), whole.clone());

        // An error comes with the byte that it names, not before, and nothing comes after it.
        if let Some(error) = whole.error && error.violation != Violation::UnexpectedEof {
            prop_assert_eq!(whole.events.last(), Some(&Event::Error(error)));
            let decided_by = error.offset as usize;
            prop_assert_eq!(feed(role, options, &input[..=decided_by], &[]).error(), Some(error));
            prop_assert_eq!(feed(role, options, &input[..decided_by], &[]).error(), None);
        }
    }

    #[test]
    fn the_fast_path_equals_the_general_one(
        (role, input) in prop_oneof![3 => single_frames(), 1 => input()],
        cuts in cuts(),
        limits in limits(),
    ) {
        let options = options(limits, Deliver::Messages);
        let general = without_headers(seen(role, by_the_rules(options), &input, &[]));
        prop_assert_eq!(seen(role, options, &input, &[]), general.clone());
        prop_assert_eq!(seen(role, options, &input, &cuts.of(input.len())), general);
    }

    #[cfg(feature = "fast-path")]
    #[test]
    fn payload_that_stays_with_the_caller_is_the_same(
        (role, input) in prop_oneof![3 => single_frames(), 1 => input()],
        cuts in cuts(),
        limits in limits(),
        least in prop_oneof![Just(1), Just(5), Just(125), Just(u64::MAX)],
    ) {
        let options = options(limits, Deliver::Messages);
        let mut connection = connection(role, options);
        let mut events = Vec::new();
        let mut payload = Vec::new();
        let mut start = 0;
        for end in cuts.of(input.len()).into_iter().chain([input.len()]) {
            let mut chunk = input[start..end].to_vec();
            let mut rest = chunk.as_mut_slice();
            while !rest.is_empty() {
                let aside = connection.payload_aside();
                if aside == 0 {
                    let used =
                        connection.receive_up_to_payload(rest, least, &mut |event| events.push(event.into_owned()));
                    rest = &mut rest[used..];
                } else {
                    let used = rest.len().min(aside as usize);
                    let (piece, after) = rest.split_at_mut(used);
                    connection.pass_payload(used as u64, piece);
                    payload.extend_from_slice(piece);
                    rest = after;
                    if connection.payload_aside() == 0 {
                        events.push(Event::Binary(std::mem::take(&mut payload).into()));
                    }
                }
            }
            prop_assert_eq!(connection.bytes_received(), end as u64);
            start = end;
        }
        connection.receive_eof();
        let Seen { events: end, error, output } = Seen::of(&mut connection);
        events.extend(end);
        prop_assert_eq!(Seen { events, error, output }, seen(role, options, &input, &[]));
    }

    #[test]
    fn a_connection_agrees_with_the_rules((role, input) in input(), limits in limits()) {
        let options = Options { limits, frames: true, ..Options::default() };
        let seen = seen(role, options, &input, &[]);
        prop_assert_eq!(Vec::from_iter(seen.events.into_iter().map(Report::from)), model::read(role, limits, &input));
    }

    #[test]
    fn a_message_is_the_same_however_it_is_fragmented(role in role(), messages in messages(), cuts in cuts()) {
        let input = wire(role, &Vec::from_iter(messages.iter().flat_map(Message::frames))).concat();
        let cuts = cuts.of(input.len());
        let mut connection = feed(role, Options::default(), &input, &cuts);
        let events = Vec::from_iter(connection.events().map(Report::from));
        prop_assert_eq!(events, reports(&messages));

        // In parts it is the same messages.
        for deliver in [Deliver::Fragments, Deliver::Payload] {
            let mut connection = feed(role, Options { deliver, ..Options::default() }, &input, &cuts);
            let parts = connection.events().filter_map(|event| match event {
                Event::Fragment(part) | Event::Payload(part) => Some(part),
                _ => None,
            });
            prop_assert_eq!(whole_messages(parts), Vec::from_iter(messages.iter().map(|m| (m.kind, m.data.clone()))));
        }
    }

    #[test]
    fn what_is_held_is_bounded_by_what_was_received(
        (role, input) in input(),
        cuts in cuts(),
        limits in limits(),
        deliver in deliver(),
    ) {
        let mut connection = connection(role, options(limits, deliver));
        let mut start = 0;
        for end in cuts.of(input.len()).into_iter().chain([input.len()]) {
            connection.receive(&mut input[start..end].to_vec(), &mut |_| {});
            prop_assert!(connection.bytes_held() <= 2 * end + (64 << 10), "{} after {end}", connection.bytes_held());
            prop_assert_eq!(connection.bytes_received(), end as u64);
            start = end;
        }
    }

    #[test]
    fn a_decoded_frame_encodes_to_the_bytes_it_came_from((_, input) in input(), cuts in cuts()) {
        let decode = |cuts: &[usize]| {
            let mut decoder = FrameDecoder::new(MAX_SIZE);
            let mut encoded = Vec::new();
            let mut start = 0;
            let mut index = 0;
            for end in cuts.iter().copied().chain([input.len()]) {
                let result = decoder.decode(&mut input[start..end].to_vec(), &mut |frame| {
                    assert_eq!((frame.offset, frame.index), (encoded.len() as u64, index));
                    frame.encode_into(&mut encoded);
                    index += 1;
                });
                assert_eq!(result.err(), decoder.error());
                start = end;
            }
            (encoded, decoder.end())
        };
        let (encoded, end) = decode(&[]);
        prop_assert!(input.starts_with(&encoded));
        // What is left is nothing, or the beginning of a frame that is cut or cannot be.
        prop_assert_eq!(end.is_ok(), encoded.len() == input.len());
        prop_assert_eq!(decode(&cuts.of(input.len())), (encoded, end));
    }

    #[test]
    fn a_parsed_header_encodes_to_the_bytes_it_came_from(bytes: [u8; 14]) {
        let header = FrameHeader::parse(&bytes).unwrap();
        prop_assert_eq!(&*header.encode(), &bytes[..header.header_length()]);
    }

    #[test]
    fn what_is_sent_is_received(role in role(), calls in vec(call(), 0..12), cuts in cuts()) {
        let mut sender = connection(role, Options::default());
        let mut expected = Vec::new();
        let mut wire = Vec::new();
        for call in calls {
            expected.extend(call.send(&mut sender));
            wire.extend(sender.data_to_send().unwrap());
        }
        let mut receiver = feed(opposite(role), Options::default(), &wire, &cuts.of(wire.len()));
        let received = Vec::from_iter(receiver.events().map(Report::from));
        prop_assert_eq!(received, expected);

        // RFC 6455 §5.3: each frame of a client has the next key from its source, a server's has none.
        let mut source = Seeded(1);
        for frame in frames(&wire) {
            let mut key = [0; 4];
            source.fill(&mut key).unwrap();
            prop_assert_eq!(frame.header.masking_key, (role == Role::Client).then_some(key));
        }
    }
}

/// Puts parts together again; `first` and `last` must say where.
fn whole_messages(parts: impl Iterator<Item = Part<'static>>) -> Vec<(MessageKind, Vec<u8>)> {
    let mut messages: Vec<(MessageKind, Vec<u8>)> = Vec::new();
    let mut open = false;
    for part in parts {
        assert_eq!(part.first, !open);
        if part.first {
            messages.push((part.kind, Vec::new()));
        }
        let (kind, data) = messages.last_mut().unwrap();
        assert_eq!(*kind, part.kind);
        data.extend_from_slice(&part.data);
        open = !part.last;
    }
    assert!(!open);
    messages
}

/// Something to send that is valid at any time before the Close.
#[derive(Clone, Debug)]
enum Call {
    Text(String),
    Binary(Vec<u8>),
    Fragments(MessageKind, String, Vec<Index>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

fn call() -> impl Strategy<Value = Call> {
    let kind = prop_oneof![Just(MessageKind::Text), Just(MessageKind::Binary)];
    let code = prop_oneof![1000..=1003_u16, 1007..=1014_u16, 3000..=4999_u16];
    prop_oneof![
        4 => any::<String>().prop_map(Call::Text),
        4 => vec(any::<u8>(), 0..200).prop_map(Call::Binary),
        4 => (kind, any::<String>(), vec(any::<Index>(), 1..5)).prop_map(|(kind, text, cuts)| Call::Fragments(kind, text, cuts)),
        3 => vec(any::<u8>(), 0..=125).prop_map(Call::Ping),
        3 => vec(any::<u8>(), 0..=125).prop_map(Call::Pong),
        1 => (code, "[a-zé€]{0,41}").prop_map(|(code, reason)| Call::Close(Some(code), reason)),
        1 => Just(Call::Close(None, String::new())),
    ]
}

impl Call {
    /// Gives what the peer will report: nothing once a Close was sent.
    fn send(self, sender: &mut Connection<Seeded>) -> Option<Report> {
        let is_close = matches!(self, Self::Close(..));
        let may_send = sender.state() == sansocket::State::Open;
        let (result, report) = match self {
            Self::Text(text) => (sender.send_text(&text), Report::Text(text)),
            Self::Binary(data) => (sender.send_binary(&data), Report::Binary(data)),
            Self::Ping(payload) => (sender.send_ping(&payload), Report::Ping(payload)),
            Self::Pong(payload) => (sender.send_pong(&payload), Report::Pong(payload)),
            Self::Close(code, reason) => {
                let result = sender.send_close(code.map(CloseCode), &reason);
                (result, Report::Close(code.unwrap_or(CloseCode::NO_STATUS.0), reason))
            }
            Self::Fragments(kind, text, cuts) => {
                let cuts = Cuts::At(cuts).of(text.len());
                let mut result = sender.send_message(kind, &text.as_bytes()[..cuts[0]], false);
                for (start, end) in cuts.iter().zip(cuts.iter().skip(1).chain([&text.len()])) {
                    result = result
                        .and_then(|()| sender.send_continuation(&text.as_bytes()[*start..*end], *end == text.len()));
                    if *end == text.len() {
                        break;
                    }
                }
                (result, if kind == MessageKind::Text { Report::Text(text) } else { Report::Binary(text.into_bytes()) })
            }
        };
        assert_eq!(result.is_ok(), may_send || is_close);
        may_send.then_some(report)
    }
}
