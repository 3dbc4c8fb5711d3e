//! Streams to try a receiver with: valid ones by the grammar of RFC 6455 §5, such streams with a few changes, and
//! plain random bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sansocket::{FrameHeader, LengthForm, MAX_SIZE, MessageKind, Opcode, Randomness as _, Role};

use super::common::{Seeded, encode};
use super::model::Report;

/// A message and how it goes over the wire.
#[derive(Clone, Debug)]
pub struct Message {
    pub kind: MessageKind,
    pub data: Vec<u8>,
    /// Where fragments end; there may be empty ones.
    cuts: Vec<Index>,
    /// Control frames after some of the fragments.
    controls: Vec<(Index, Opcode, Vec<u8>)>,
}

/// One frame, not yet masked.
#[derive(Clone, Debug)]
pub struct Frame {
    pub fin: bool,
    pub opcode: Opcode,
    pub payload: Vec<u8>,
}

impl Message {
    pub fn frames(&self) -> Vec<Frame> {
        let mut cuts: Vec<usize> = self.cuts.iter().map(|cut| cut.index(self.data.len() + 1)).collect();
        cuts.sort_unstable();
        let mut frames = Vec::new();
        let mut start = 0;
        for end in cuts.iter().copied().chain([self.data.len()]) {
            let opcode = match self.kind {
                _ if !frames.is_empty() => Opcode::Continuation,
                MessageKind::Text => Opcode::Text,
                MessageKind::Binary => Opcode::Binary,
            };
            frames.push(Frame { fin: frames.len() == cuts.len(), opcode, payload: self.data[start..end].to_vec() });
            start = end;
        }
        for (after, opcode, payload) in &self.controls {
            let control = Frame { fin: true, opcode: *opcode, payload: payload.clone() };
            frames.insert(after.index(frames.len() + 1), control);
        }
        frames
    }
}

/// What comes of the frames of valid messages.
pub fn reports(messages: &[Message]) -> Vec<Report> {
    let mut reports = Vec::new();
    for message in messages {
        let frames = message.frames();
        let last = frames.iter().rposition(|frame| !frame.opcode.is_control());
        for (index, frame) in frames.into_iter().enumerate() {
            match frame.opcode {
                Opcode::Ping => reports.push(Report::Ping(frame.payload)),
                Opcode::Pong => reports.push(Report::Pong(frame.payload)),
                _ if Some(index) != last => {}
                _ => reports.push(match message.kind {
                    MessageKind::Text => Report::Text(String::from_utf8(message.data.clone()).unwrap()),
                    MessageKind::Binary => Report::Binary(message.data.clone()),
                }),
            }
        }
    }
    reports
}

/// The frames on the wire to `receiver`; each has a masking key of its own if it is a server.
pub fn wire<'a>(receiver: Role, frames: impl IntoIterator<Item = &'a Frame>) -> Vec<Vec<u8>> {
    let mut seeded = Seeded(2);
    let encode = |Frame { fin, opcode, payload }: &Frame| {
        let mut key = [0; 4];
        seeded.fill(&mut key).unwrap();
        let masking_key = (receiver == Role::Server).then_some(key);
        encode(FrameHeader { fin: *fin, masking_key, ..FrameHeader::new(*opcode, payload.len() as u64) }, payload)
    };
    frames.into_iter().map(encode).collect()
}

pub fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Client), Just(Role::Server)]
}

pub fn messages() -> impl Strategy<Value = Vec<Message>> {
    let length = prop_oneof![16 => 0..20_usize, 3 => 120..130_usize, 1 => 65_534..65_538_usize];
    let binary = length.prop_flat_map(|length| vec(any::<u8>(), length)).prop_map(|data| (MessageKind::Binary, data));
    let text = any::<String>().prop_map(|text| (MessageKind::Text, text.into_bytes()));
    let control = (any::<Index>(), prop_oneof![Just(Opcode::Ping), Just(Opcode::Pong)], vec(any::<u8>(), 0..=125));
    let message = (prop_oneof![text, binary], vec(any::<Index>(), 0..4), vec(control, 0..3));
    let message = message.prop_map(|((kind, data), cuts, controls)| Message { kind, data, cuts, controls });
    vec(message, 0..5)
}

/// A Close, which ends a stream but not always the input.
fn close() -> impl Strategy<Value = Option<Frame>> {
    let code = prop_oneof![Just(1000_u16), Just(1005), Just(4999), any::<u16>()];
    let with_reason = (code, "\\PC{0,20}").prop_map(|(code, reason)| [&code.to_be_bytes(), reason.as_bytes()].concat());
    let payload = prop_oneof![Just(Vec::new()), with_reason];
    proptest::option::of(payload.prop_map(|payload| Frame { fin: true, opcode: Opcode::Close, payload }))
}

/// Valid frames, but for the code of the Close.
fn valid(receiver: Role) -> impl Strategy<Value = Vec<Vec<u8>>> {
    (messages(), close()).prop_map(move |(messages, close)| {
        let frames = Vec::from_iter(messages.iter().flat_map(Message::frames).chain(close));
        wire(receiver, &frames)
    })
}

/// A change of the order of frames.
#[derive(Clone, Debug)]
enum Disorder {
    Drop(Index),
    Repeat(Index),
    /// A header alone, with any opcode, and a length that is seldom right.
    Header(Index, FrameHeader),
}

fn disorder(receiver: Role) -> impl Strategy<Value = Vec<Disorder>> {
    let opcode = prop::sample::select(vec![0x0, 0x1, 0x2, 0x3, 0x8, 0x9, 0xA, 0xF]).prop_map(Opcode::from_bits);
    let length = prop_oneof![0..200_u64, Just(1 << 20), Just(MAX_SIZE), Just(MAX_SIZE + 1), any::<u64>()];
    let form = prop::sample::select(vec![LengthForm::Bits7, LengthForm::Bits16, LengthForm::Bits64]);
    let header = (opcode, length, form, any::<bool>()).prop_map(move |(opcode, payload_length, length_form, fin)| {
        let masking_key = (receiver == Role::Server).then_some([0; 4]);
        FrameHeader { fin, masking_key, length_form, ..FrameHeader::new(opcode, payload_length) }
    });
    let disorder = prop_oneof![
        1 => any::<Index>().prop_map(Disorder::Drop),
        1 => any::<Index>().prop_map(Disorder::Repeat),
        3 => (any::<Index>(), header).prop_map(|(at, header)| Disorder::Header(at, header)),
    ];
    vec(disorder, 0..3)
}

fn disordered(mut frames: Vec<Vec<u8>>, disorder: Vec<Disorder>) -> Vec<u8> {
    for disorder in disorder {
        match disorder {
            Disorder::Header(at, header) => frames.insert(at.index(frames.len() + 1), header.encode().to_vec()),
            _ if frames.is_empty() => {}
            Disorder::Drop(at) => drop(frames.remove(at.index(frames.len()))),
            Disorder::Repeat(at) => frames.insert(at.index(frames.len()), at.get(&frames).clone()),
        }
    }
    frames.concat()
}

/// A change of single bytes.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Truncate(Index),
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let damage = prop_oneof![
        4 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, 1 << bit)),
        1 => any::<(Index, u8)>().prop_map(|(at, byte)| Damage::Insert(at, byte)),
        1 => any::<Index>().prop_map(Damage::Remove),
        1 => any::<Index>().prop_map(Damage::Truncate),
    ];
    vec(damage, 0..4)
}

fn damaged(mut bytes: Vec<u8>, damage: Vec<Damage>) -> Vec<u8> {
    for damage in damage {
        match damage {
            Damage::Insert(at, byte) => bytes.insert(at.index(bytes.len() + 1), byte),
            _ if bytes.is_empty() => {}
            Damage::Flip(at, bit) => *at.get_mut(&mut bytes) ^= bit,
            Damage::Remove(at) => drop(bytes.remove(at.index(bytes.len()))),
            Damage::Truncate(at) => bytes.truncate(at.index(bytes.len())),
        }
    }
    bytes
}

/// Who receives, and any input at all.
pub fn input() -> impl Strategy<Value = (Role, Vec<u8>)> {
    role().prop_flat_map(|role| {
        let disordered = (valid(role), disorder(role)).prop_map(|(frames, disorder)| disordered(frames, disorder));
        let damaged = (valid(role), damage()).prop_map(|(frames, damage)| damaged(frames.concat(), damage));
        let soup = vec(any::<u8>(), 0..100);
        prop_oneof![3 => disordered, 3 => damaged, 1 => soup].prop_map(move |bytes| (role, bytes))
    })
}

/// Who receives, and messages of one frame each, of all lengths that are written differently, perhaps damaged.
pub fn single_frames() -> impl Strategy<Value = (Role, Vec<u8>)> {
    let length = prop_oneof![8 => 0..40_usize, 4 => 120..130_usize, 1 => 65_534..65_538_usize];
    let binary = length.prop_flat_map(|length| vec(any::<u8>(), length)).prop_map(|data| (Opcode::Binary, data));
    let text = prop_oneof!["[ -~]{0,200}", any::<String>()].prop_map(|text| (Opcode::Text, text.into_bytes()));
    // Mostly not UTF-8.
    let bytes = vec(any::<u8>(), 0..20).prop_map(|data| (Opcode::Text, data));
    let frame = prop_oneof![8 => text, 4 => binary, 1 => bytes].prop_map(|(opcode, payload)| Frame {
        fin: true,
        opcode,
        payload,
    });
    let undamaged = prop_oneof![Just(Vec::new()), damage()];
    (role(), vec(frame, 0..12), undamaged)
        .prop_map(|(role, frames, damage)| (role, damaged(wire(role, &frames).concat(), damage)))
}

/// Places to cut `length` bytes: not at all, a few, or after each byte.
pub fn cuts() -> impl Strategy<Value = Cuts> {
    prop_oneof![3 => vec(any::<Index>(), 1..6).prop_map(Cuts::At), 1 => Just(Cuts::EveryByte)]
}

#[derive(Clone, Debug)]
pub enum Cuts {
    At(Vec<Index>),
    EveryByte,
}

impl Cuts {
    pub fn of(&self, length: usize) -> Vec<usize> {
        match self {
            Self::EveryByte => (1..length).collect(),
            Self::At(places) => {
                let mut cuts: Vec<usize> = places.iter().map(|place| place.index(length + 1)).collect();
                cuts.sort_unstable();
                cuts
            }
        }
    }
}
