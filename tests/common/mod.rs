//! What the integration tests share. Each test file is a crate of its own and uses a part of this.
#![allow(
    dead_code,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod vectors;

use sansocket::{
    Connection, Event, Frame, FrameDecoder, FrameHeader, MAX_SIZE, MaskingKey, NoRandomness, Opcode, Options,
    ProtocolError, Randomness, Role,
};

/// The masking key of the examples in RFC 6455 §5.7.
pub const KEY: MaskingKey = [0x37, 0xfa, 0x21, 0x3d];

/// Bytes written as pairs of hex digits; white space is for the reader.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).expect("a hex digit") as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// SplitMix64: a small generator with a seed, so that a failure can be repeated. Good enough to mask in a test.
#[derive(Clone, Debug)]
pub struct Seeded(pub u64);

impl Seeded {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound` − 1.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

impl Randomness for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A connection whose randomness, if it needs any, has the seed 1.
pub fn connection(role: Role, options: Options) -> Connection<Seeded> {
    Connection::with_randomness(role, options, (role == Role::Client).then_some(Seeded(1)))
}

/// The role of the peer.
pub fn opposite(role: Role) -> Role {
    match role {
        Role::Client => Role::Server,
        Role::Server => Role::Client,
    }
}

/// One frame as the peer of `receiver` has to write it, in the minimal form: masked for a server, by [`KEY`].
pub fn frame_for(receiver: Role, fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    let masking_key = (receiver == Role::Server).then_some(KEY);
    encode(FrameHeader { fin, masking_key, ..FrameHeader::new(opcode, payload.len() as u64) }, payload)
}

/// A header and a payload on the wire.
pub fn encode(header: FrameHeader, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Frame { header, payload: payload.into(), offset: 0, index: 0 }.encode_into(&mut bytes);
    bytes
}

/// The frames that `bytes` consist of, payload unmasked.
pub fn frames(bytes: &[u8]) -> Vec<Frame<'static>> {
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
pub fn closes(bytes: &[u8]) -> Vec<(Option<u16>, String)> {
    let close = |frame: &Frame<'_>| match frame.payload.split_first_chunk() {
        Some((code, reason)) => (Some(u16::from_be_bytes(*code)), String::from_utf8(reason.to_vec()).unwrap()),
        None => (None, String::new()),
    };
    frames(bytes).iter().filter(|frame| frame.header.opcode == Opcode::Close).map(close).collect()
}

/// Everything that can be seen of a connection from outside after some input.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub events: Vec<Event<'static>>,
    pub error: Option<ProtocolError>,
    /// What was left for the peer.
    pub output: Vec<u8>,
}

impl Seen {
    pub fn of(connection: &mut Connection<Seeded>) -> Self {
        Self {
            events: connection.events().collect(),
            error: connection.error(),
            output: connection.data_to_send().expect("randomness does not fail"),
        }
    }
}

/// Feeds `bytes` to a new connection, cut into chunks that end where `cuts` says.
pub fn feed(role: Role, options: Options, bytes: &[u8], cuts: &[usize]) -> Connection<Seeded> {
    let mut connection = connection(role, options);
    let mut start = 0;
    for end in cuts.iter().copied().chain([bytes.len()]) {
        connection.receive_data(&bytes[start..end]);
        start = end;
    }
    connection
}

/// Ways to cut `length` bytes: not at all, after each byte, and `random` times at random places, empty chunks included.
pub fn ways_to_cut(length: usize, random: usize, seed: u64) -> impl Iterator<Item = Vec<usize>> {
    let mut seeded = Seeded(seed);
    let random = (0..random).map(move |_| {
        let mut cuts: Vec<usize> = (0..1 + seeded.below(8)).map(|_| seeded.below(length + 1)).collect();
        cuts.sort_unstable();
        cuts
    });
    [Vec::new(), (1..length).collect()].into_iter().chain(random)
}
