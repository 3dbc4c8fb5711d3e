//! What one end sends, the other receives: messages, fragments, control frames and closes, in any order.
#![no_main]

use std::borrow::Cow;

use libfuzzer_sys::fuzz_target;
use sansocket::{CloseCode, Connection, DeflateOptions, Event, Limits, MessageKind, Options, Role, UsageError};
use sansocket_fuzz::{Choices, Seeded, connection, cuts, deflate, opposite, pieces, role};

/// Messages may have a few MiB: their fragments come from an input that is short.
const NO_LIMITS: Limits = Limits { max_message_size: u64::MAX, max_frame_size: u64::MAX, ..Limits::DEFAULT };

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let role = role(&mut choices);
    let mut deflate = deflate(&mut choices);
    if let Some(DeflateOptions { compress, threshold, passthrough, .. }) = &mut deflate {
        *passthrough = false;
        *threshold = Some(0);
        compress.level = choices.byte() % 10;
        compress.mem_level = 1 + choices.byte() % 9;
    }
    let options = Options { deflate, limits: NO_LIMITS, ..Options::default() };
    let seed = choices.byte();
    let mut sender = connection(role, options);
    let mut receiver = connection(opposite(role), options);
    let mut sent = Sent::default();

    for _ in 0..32 {
        if choices.0.is_empty() {
            break;
        }
        step(&mut choices, &mut sender, &mut sent);
        // Sometimes at once, sometimes together with what follows.
        if choices.flag() {
            deliver(&mut sender, &mut receiver, seed);
        }
    }
    deliver(&mut sender, &mut receiver, seed);

    let received: Vec<Event<'static>> = receiver.events().collect();
    assert_eq!(received, sent.events);
    assert_eq!(receiver.error(), None);
    answers(role, &mut sender, &mut receiver, &sent);
});

/// What the receiver has to report.
#[derive(Default)]
struct Sent {
    events: Vec<Event<'static>>,
    /// The fragmented message that is being sent.
    open: Option<(MessageKind, Vec<u8>)>,
    closed: bool,
}

impl Sent {
    fn part(&mut self, kind: MessageKind, data: &[u8], fin: bool) {
        let (_, message) = self.open.get_or_insert((kind, Vec::new()));
        message.extend_from_slice(data);
        let Some((_, message)) = self.open.take_if(|_| fin) else { return };
        self.events.push(match kind {
            MessageKind::Text => text_event(&message),
            MessageKind::Binary => Event::Binary(Cow::Owned(message)),
        });
    }

    fn close(&mut self, code: CloseCode, reason: String) {
        if !std::mem::replace(&mut self.closed, true) {
            self.events.push(Event::Close { code, reason: Cow::Owned(reason) });
        }
    }
}

/// The event of a text: its type can only be made by receiving one.
fn text_event(data: &[u8]) -> Event<'static> {
    let options = Options { limits: NO_LIMITS, ..Options::default() };
    let mut maker = Connection::with_randomness(Role::Client, options, Some(Seeded(1)));
    let mut other = Connection::<Seeded>::with_randomness(Role::Server, options, None);
    maker.send_text(str::from_utf8(data).expect("only text is sent as text")).expect("it is open");
    other.receive_data(&maker.data_to_send().expect("randomness does not fail"));
    other.next_event().expect("a text")
}

fn step(choices: &mut Choices<'_>, sender: &mut Connection<Seeded>, sent: &mut Sent) {
    let choice = choices.byte() % 8;
    let kind =
        sent.open.as_ref().map_or_else(|| choices.pick(&[MessageKind::Text, MessageKind::Binary]), |open| open.0);
    let length = choices.length();
    let data = match (kind, repeated(choices, length)) {
        (MessageKind::Text, data) => String::from_utf8_lossy(&data).into_owned().into_bytes(),
        (MessageKind::Binary, data) => data,
    };
    let small = &data[..data.len().min(125)];
    let was_closed = sent.closed;
    let result = match choice {
        0 => sender.send_ping(small).map(|()| sent.events.push(Event::Ping(Cow::Owned(small.to_vec())))),
        1 => sender.send_pong(small).map(|()| sent.events.push(Event::Pong(Cow::Owned(small.to_vec())))),
        2 if !sent.events.is_empty() => {
            let code = CloseCode(choices.pick(&[1000, 1001, 1014, 3000, 4999]));
            let reason: String = String::from_utf8_lossy(small).chars().take(30).collect();
            sender.send_close(Some(code), &reason).map(|()| sent.close(code, reason))
        }
        _ => {
            let fin = choice % 2 == 1;
            let result = match sent.open {
                Some(_) => sender.send_continuation(&data, fin),
                None => sender.send_message(kind, &data, fin),
            };
            result.map(|()| sent.part(kind, &data, fin))
        }
    };
    // After a Close nothing is sent, and a second Close is no fault.
    let expected = if was_closed && choice != 2 { Err(UsageError::NotOpen) } else { Ok(()) };
    assert_eq!(result, expected);
}

/// A few bytes of the input, over and over.
fn repeated(choices: &mut Choices<'_>, length: usize) -> Vec<u8> {
    let pattern = choices.bytes(length.min(64)).to_vec();
    pattern.iter().copied().cycle().take(if pattern.is_empty() { 0 } else { length }).collect()
}

fn deliver(from: &mut Connection<Seeded>, to: &mut Connection<Seeded>, seed: u8) {
    let wire = from.data_to_send().expect("randomness does not fail");
    for piece in pieces(&wire, &cuts(seed, wire.len())) {
        to.receive_data(piece);
    }
}

/// A Pong for each Ping as far as they fit, and a Close for the Close.
fn answers(role: Role, sender: &mut Connection<Seeded>, receiver: &mut Connection<Seeded>, sent: &Sent) {
    deliver(receiver, sender, 0);
    assert_eq!(sender.error(), None);
    let answers: Vec<Event<'static>> = sender.events().collect();
    let pings = sent.events.iter().filter(|event| matches!(event, Event::Ping(_))).count();
    let pongs = answers.iter().filter(|event| matches!(event, Event::Pong(_))).count();
    assert_eq!(pings, pongs);
    assert_eq!(answers.iter().any(|event| matches!(event, Event::Close { .. })), sent.closed);
    assert_eq!(sender.close_expected(), sent.closed);
    assert_eq!(sender.write_ended(), sent.closed && role == Role::Server);
}
