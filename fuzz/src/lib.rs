//! What the targets share: choices made by the first bytes of an input, ways to cut the rest, and a counter of memory.

#[path = "../../tests/common/allocator.rs"]
pub mod allocator;

use sansocket::deflate::DeflateParams;
use sansocket::{
    Connection, DeflateOptions, Deliver, Event, Limits, NoRandomness, Options, ProtocolError, Randomness, Role,
};

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// Reads choices from the beginning of an input. Where it has ended, every choice is the first.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::from(self.byte()) % of.len()].clone()
    }

    /// A length of any size, small ones more often.
    pub fn length(&mut self) -> usize {
        match self.byte() {
            byte @ 0..=200 => usize::from(byte),
            201..=240 => usize::from(self.byte()) << 4,
            _ => usize::from(self.byte()) << 9 | usize::from(self.byte()),
        }
    }

    /// The next bytes, as many as there are.
    pub fn bytes(&mut self, length: usize) -> &[u8] {
        let (bytes, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        bytes
    }
}

/// Numbers with a seed. Good enough to mask and to cut.
#[derive(Clone, Debug)]
pub struct Seeded(pub u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        let mixed = (self.0 ^ self.0 >> 33).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        mixed ^ mixed >> 29
    }
}

impl Randomness for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        bytes.fill_with(|| self.next() as u8);
        Ok(())
    }
}

/// Places at which to cut so many bytes, in order: empty pieces are among them.
pub fn cuts(seed: u8, length: usize) -> Vec<usize> {
    let mut numbers = Seeded(u64::from(seed));
    let count = 1 + numbers.next() as usize % 8;
    let mut cuts: Vec<usize> = (0..count).map(|_| numbers.next() as usize % (length + 1)).collect();
    cuts.sort_unstable();
    cuts
}

/// The pieces between these places.
pub fn pieces<'a>(bytes: &'a [u8], cuts: &[usize]) -> impl Iterator<Item = &'a [u8]> {
    let ends = cuts.iter().copied().chain([bytes.len()]);
    ends.scan(0, |start, end| Some(std::mem::replace(start, end)..end)).map(|range| &bytes[range])
}

pub fn role(choices: &mut Choices<'_>) -> Role {
    choices.pick(&[Role::Server, Role::Client])
}

pub fn opposite(role: Role) -> Role {
    if role == Role::Client { Role::Server } else { Role::Client }
}

pub fn deflate(choices: &mut Choices<'_>) -> Option<DeflateOptions> {
    let choice = choices.byte();
    if choice & 1 == 0 {
        return None;
    }
    let mut options = DeflateOptions::default();
    options.params = DeflateParams {
        server_no_context_takeover: choice & 2 != 0,
        client_no_context_takeover: choice & 4 != 0,
        server_max_window_bits: 15 - (choice >> 4 & 7),
        client_max_window_bits: 15 - (choice >> 4 & 7),
    };
    options.passthrough = choice & 8 != 0;
    Some(options)
}

pub fn options(choices: &mut Choices<'_>) -> Options {
    let small = Limits {
        max_message_size: 4096,
        max_frame_size: 1000,
        max_fragments: 3,
        max_pending_pong_bytes: 200,
        ..Limits::DEFAULT
    };
    Options {
        limits: choices.pick(&[Limits::DEFAULT, small]),
        deliver: choices.pick(&[Deliver::Messages, Deliver::Fragments, Deliver::Payload]),
        frames: choices.flag(),
        deflate: deflate(choices),
    }
}

/// A connection whose randomness, if it needs any, has always the same seed.
pub fn connection(role: Role, options: Options) -> Connection<Seeded> {
    Connection::with_randomness(role, options, (role == Role::Client).then_some(Seeded(1)))
}

/// All that can be seen of a connection from outside.
#[derive(Debug, PartialEq)]
pub struct Seen {
    pub events: Vec<Event<'static>>,
    pub error: Option<ProtocolError>,
    pub output: Vec<u8>,
}

/// What is seen of a connection that gets these pieces, and then the end of the input.
pub fn seen<'a>(role: Role, options: Options, pieces: impl Iterator<Item = &'a [u8]>) -> Seen {
    let mut connection = connection(role, options);
    for piece in pieces {
        connection.receive_data(piece);
    }
    connection.receive_eof();
    let events = joined(connection.events());
    Seen { events, error: connection.error(), output: connection.data_to_send().expect("randomness does not fail") }
}

/// Joins payload that arrived in pieces: where it was cut depends on the input, and on nothing else.
fn joined(events: impl Iterator<Item = Event<'static>>) -> Vec<Event<'static>> {
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
