//! What is told of a capture, in its order.

use std::ops::Range;

use sansocket::{FrameHeader, Opcode};

use crate::catalogue::{Rule, Set};
use crate::stream::Handshake;
use crate::types::{Place, Side, Time};

/// A rule that was broken, or something else that the catalogue has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub rule: Rule,
    /// The position in the stream of that direction.
    pub at: u64,
    /// The position in the payload of the frame, if it is there.
    pub payload_at: Option<u64>,
    /// The position in what the message inflated to, if it is there.
    pub inflated_at: Option<u64>,
    /// The particulars, if there are any.
    pub detail: Option<String>,
}

impl Finding {
    /// A finding at a position in the stream.
    #[must_use]
    pub const fn new(rule: Rule, at: u64) -> Self {
        Self { rule, at, payload_at: None, inflated_at: None, detail: None }
    }

    /// With particulars.
    #[must_use]
    pub fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// What a compressed message inflated to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inflated {
    /// The bytes, as far as they are held; those that cannot be known are `?`.
    pub bytes: Vec<u8>,
    /// How many there are.
    pub size: u64,
    /// The bytes that cannot be known, since they repeat what came before the capture.
    pub unknown: Vec<Range<u64>>,
}

/// A Pong that answers a Ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The number of the Ping.
    pub ping: u64,
    /// Nanoseconds between the two, if the source has times.
    pub after: Option<u64>,
}

/// A frame, or a message of a source that has no frames.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// Counted from 1 in the capture.
    pub number: u64,
    /// The connection, counted from 1.
    pub connection: u32,
    /// The message that it is a part of, counted from 1 in the connection.
    pub message: Option<u64>,
    /// Who sent it.
    pub side: Side,
    /// What the payload is a part of: the opcode, or for a continuation that of its message.
    pub kind: Opcode,
    /// The header.
    pub header: FrameHeader,
    /// Whether there was a header. A source of messages has none.
    pub has_header: bool,
    /// Whether its bits are known all the same.
    pub has_flags: bool,
    /// Bytes of the header on the wire.
    pub header_length: u8,
    /// Bytes of the payload that the capture has.
    pub captured: u64,
    /// Bytes of the payload up to the last one that the capture has: more than those if there are holes.
    pub extent: u64,
    /// The position in the stream of the first byte.
    pub stream: u64,
    /// Where the first byte is, and when the last one was seen.
    pub place: Place,
    /// The payload without its mask, as far as it is held.
    pub payload: &'a [u8],
    /// What the message inflated to, if this is its last frame.
    pub inflated: Option<&'a Inflated>,
    /// What is wrong with it.
    pub set: Set,
    /// The same, with positions.
    pub findings: &'a [Finding],
    /// Whether the payload is compressed.
    pub compressed: bool,
    /// Whether something about it was inferred.
    pub guessed: bool,
    /// For a Pong, what it answers.
    pub answer: Option<Answer>,
}

/// A whole message.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// The connection.
    pub connection: u32,
    /// Counted from 1 in the connection.
    pub number: u64,
    /// Who sent it.
    pub side: Side,
    /// When its last byte was seen.
    pub time: Option<Time>,
    /// Text or binary.
    pub kind: Opcode,
    /// The numbers of its frames, the first thousand of them.
    pub frames: &'a [u64],
    /// How many frames it has.
    pub frame_count: u64,
    /// Bytes on the wire, headers included.
    pub wire: u64,
    /// Bytes of payload on the wire.
    pub length: u64,
    /// The payload, as far as it is held.
    pub payload: &'a [u8],
    /// What it inflated to, if it was compressed.
    pub inflated: Option<&'a Inflated>,
    /// Whether something about it was inferred.
    pub guessed: bool,
}

/// How a connection ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// Who sent the first Close.
    pub by: Option<Side>,
    /// Its status code; 1005 if it had none, 1006 if there was no Close.
    pub code: u16,
    /// Its reason.
    pub reason: String,
    /// Whether it was answered.
    pub clean: bool,
    /// Nanoseconds until the answer.
    pub answered: Option<u64>,
    /// Who ended or reset the TCP connection first, if that was seen.
    pub tcp: Option<(Side, bool)>,
}

/// One thing that is told.
#[derive(Clone, Debug)]
pub enum Record<'a> {
    /// An opening handshake, as far as it was seen.
    Handshake(&'a Handshake),
    /// A frame.
    Frame(&'a Frame<'a>),
    /// The message that ended with the frame before.
    Message(&'a Message<'a>),
    /// A finding that became known after its frame was told, or is about none.
    Violation {
        /// The connection, if it is one.
        connection: u32,
        /// The frame.
        frame: Option<u64>,
        /// Who did it.
        side: Side,
        /// What it is.
        finding: &'a Finding,
    },
    /// Bytes that are missing, or that no frame was found in.
    Gap {
        /// The connection.
        connection: u32,
        /// Whose bytes.
        side: Side,
        /// Where in the stream.
        at: u64,
        /// How many are missing from the capture, if that is known.
        bytes: Option<u64>,
        /// Where frames go on.
        resynced_at: Option<u64>,
    },
    /// How a connection ended.
    Close {
        /// The connection.
        connection: u32,
        /// How.
        end: &'a End,
    },
    /// Something that could not be read.
    Error {
        /// Where.
        place: Place,
        /// The connection.
        connection: Option<u32>,
        /// A sentence for people.
        text: &'a str,
    },
}
