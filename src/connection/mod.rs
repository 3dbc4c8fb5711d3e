//! The connection: what follows the opening handshake, for both roles, as one state machine.
//!
//! | | before any Close | Close sent | Close received | both, or failed |
//! |---|---|---|---|---|
//! | data and control frames in | events | events | discarded | discarded |
//! | Close in | `Close` event, answered | `Close` event | discarded | discarded |
//! | end of input | `UnexpectedEof` | `UnexpectedEof` | `End` | `End`, nothing if failed |
//! | frames out | queued | refused | queued until the answer is drained | the same, but refused after the end of input |
//! | Ping in | answered | not answered | discarded | discarded |
//!
//! The two columns in the middle last only until the other Close: a received Close is answered at once (RFC 6455
//! §5.5.1), so that "Close received" alone is never seen from outside.

#[cfg(feature = "fast-path")]
mod aside;
#[cfg(feature = "deflate")]
mod deflate;
#[cfg(feature = "fast-path")]
mod fast_path;
mod prepared;
mod receive;
mod send;

#[cfg(feature = "deflate")]
use self::deflate::Deflate;
#[cfg(feature = "deflate")]
pub use self::deflate::{CompressorTerms, DeflateOptions};
pub use self::prepared::PreparedMessage;
pub use self::send::SendOptions;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use crate::close::CloseCode;
use crate::error::{ProtocolError, UsageError};
use crate::event::{Event, MessageKind};
use crate::frame::PartialHeader;
use crate::limits::Limits;
use crate::mask::Mask;
use crate::message::{Deliver, OpenMessage};
use crate::random::{NoRandomness, Randomness};
use crate::utf8::Utf8Validator;

/// Which end of the connection this is. A client masks what it sends, a server must not (RFC 6455 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that asked for the connection.
    Client,
    /// The end that accepted it.
    Server,
}

/// How far the connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Frames flow both ways.
    Open,
    /// A Close was sent or received, or the connection failed; the input has not ended.
    Closing,
    /// The input has ended.
    Closed,
}

/// Choices for one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Bounds on what the peer can do.
    pub limits: Limits,
    /// How data messages are handed out.
    pub deliver: Deliver,
    /// Whether every frame header is reported with [`Event::Frame`].
    pub frames: bool,
    /// permessage-deflate, if it was agreed. Default: it was not.
    #[cfg(feature = "deflate")]
    pub deflate: Option<DeflateOptions>,
}

/// Without the feature no connection has it.
#[cfg(not(feature = "deflate"))]
#[derive(Debug)]
enum Deflate {}

/// A WebSocket connection without the socket, open from the start: the opening handshake is a separate object.
///
/// The order of calls, for every chunk that the transport delivers:
///
/// 1. [`receive`](Self::receive) or [`receive_data`](Self::receive_data) with the chunk, or
///    [`receive_eof`](Self::receive_eof) when the transport has ended;
/// 2. handle the events, perhaps calling `send_*`;
/// 3. [`data_to_send`](Self::data_to_send), and write what it gives to the transport;
/// 4. if [`write_ended`](Self::write_ended), end the writing side of the transport;
///    if [`close_expected`](Self::close_expected), make sure that a timer bounds the wait for the peer.
///
/// ```
/// use sansocket::{Connection, Event, Options};
///
/// let mut connection = Connection::server(Options::default());
/// connection.receive_data(&[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
/// while let Some(event) = connection.next_event() {
///     if let Event::Text(text) = event {
///         connection.send_text(&text.into_string())?;
///     }
/// }
/// assert_eq!(connection.data_to_send()?, b"\x81\x05Hello");
/// # Ok::<(), sansocket::UsageError>(())
/// ```
pub struct Connection<R = Box<dyn Randomness + Send>> {
    role: Role,
    options: Options,
    /// Masking keys; a server has no use for it.
    randomness: Option<R>,
    /// permessage-deflate, if it was agreed.
    deflate: Option<Box<Deflate>>,
    input: Input,
    output: Output,
    events: VecDeque<Event<'static>>,
}

/// All but the source of randomness, of which keys to come could be told.
impl<R> fmt::Debug for Connection<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { role, options, randomness: _, deflate, input, output, events } = self;
        f.debug_struct("Connection")
            .field("role", role)
            .field("options", options)
            .field("deflate", deflate)
            .field("input", input)
            .field("output", output)
            .field("events", events)
            .finish_non_exhaustive()
    }
}

/// The receiving half.
#[derive(Debug, Default)]
struct Input {
    /// Bytes taken so far.
    offset: u64,
    /// Frames begun so far; the current one included once its header is complete.
    frames: u64,
    /// The header that is arriving.
    header: PartialHeader,
    /// The frame whose payload is arriving.
    frame: Option<Frame>,
    /// Whether its payload stays with the caller.
    #[cfg(feature = "fast-path")]
    aside: bool,
    /// The payload of the control frame that is arriving.
    control: Vec<u8>,
    message: Option<OpenMessage>,
    close_received: bool,
    ended: bool,
    failure: Failure,
    control_frames_since_drain: u64,
}

/// Whether the connection has failed, and who said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Failure {
    #[default]
    None,
    /// The caller, by [`Connection::fail`].
    Caller,
    /// The peer.
    Peer(ProtocolError),
}

/// A frame whose header is complete.
#[derive(Clone, Copy, Debug)]
struct Frame {
    opcode: crate::frame::Opcode,
    fin: bool,
    mask: Option<Mask>,
    remaining: u64,
    /// The position of the first byte of its header.
    offset: u64,
}

/// The sending half.
#[derive(Debug, Default)]
struct Output {
    /// Encoded frames.
    buffer: Vec<u8>,
    /// Payloads of Pongs that are due, each behind its length.
    pongs: Vec<u8>,
    /// At least the bytes that all Pongs since the last drain take as frames: due, encoded, or superseded.
    pong_frame_bytes: usize,
    /// A Close that the state machine owes; encoded when the output is drained.
    close: Option<OwedClose>,
    close_sent: bool,
    /// The fragmented message that is being sent.
    message: Option<OutgoingMessage>,
}

/// A message of which more frames will be sent.
#[derive(Clone, Copy, Debug)]
struct OutgoingMessage {
    kind: MessageKind,
    utf8: Utf8Validator,
    coding: Coding,
}

/// How the payload of a message is made from its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    /// It is the data.
    Plain,
    /// Our compressor makes it.
    Compressed,
    /// It is compressed already.
    #[cfg(feature = "deflate")]
    AsIs,
}

/// A Close that no call asked for: it needs a masking key, which may fail only where the caller can be told.
#[derive(Clone, Copy, Debug)]
struct OwedClose {
    /// `None` for an empty payload.
    code: Option<CloseCode>,
}

impl Connection {
    /// A server end.
    #[must_use]
    pub fn server(options: Options) -> Self {
        Self::with_randomness(Role::Server, options, None)
    }

    /// A client end. Every frame it sends draws a masking key from `randomness`.
    #[must_use]
    pub fn client(options: Options, randomness: impl Randomness + Send + 'static) -> Self {
        Self::with_randomness(Role::Client, options, Some(Box::new(randomness)))
    }
}

impl<R: Randomness> Connection<R> {
    /// An end of either role, with a source of randomness of a type of its own. A client without one cannot send.
    #[must_use]
    pub fn with_randomness(role: Role, options: Options, randomness: Option<R>) -> Self {
        #[cfg(feature = "deflate")]
        let deflate = Deflate::new(role, &options).map(Box::new);
        #[cfg(not(feature = "deflate"))]
        let deflate = None;
        Self {
            role,
            options,
            randomness,
            deflate,
            input: Input::default(),
            output: Output::default(),
            events: VecDeque::new(),
        }
    }

    /// Which end this is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// How far the connection has come.
    #[must_use]
    pub const fn state(&self) -> State {
        if self.input.ended {
            State::Closed
        } else if self.output.close_sent || self.input.close_received || self.input.has_failed() {
            State::Closing
        } else {
            State::Open
        }
    }

    /// What the peer did wrong, if it did: the same error that was reported as an event.
    #[must_use]
    pub const fn error(&self) -> Option<ProtocolError> {
        match self.input.failure {
            Failure::Peer(error) => Some(error),
            Failure::None | Failure::Caller => None,
        }
    }

    /// The oldest event that [`receive_data`](Self::receive_data) or [`receive_eof`](Self::receive_eof) queued.
    pub fn next_event(&mut self) -> Option<Event<'static>> {
        self.events.pop_front()
    }

    /// All queued events, oldest first.
    pub fn events(&mut self) -> impl Iterator<Item = Event<'static>> + '_ {
        self.events.drain(..)
    }

    /// Whether nothing will ever be sent any more and everything was drained: end the writing side of the transport.
    ///
    /// A server ends its side as soon as both Close frames are done; a client waits for it, so that the server and
    /// not the client holds the TIME_WAIT state (RFC 6455 §7.1.1). Both end it after a failure.
    #[must_use]
    pub const fn write_ended(&self) -> bool {
        let done = self.input.ended || self.input.has_failed() || matches!(self.role, Role::Server);
        let closed =
            self.input.ended || (self.output.close_sent && (self.input.close_received || self.input.has_failed()));
        closed && done && self.output.is_empty()
    }

    /// Whether the peer should end the connection soon. Bound the wait with a timer, and abort when it fires.
    #[must_use]
    pub const fn close_expected(&self) -> bool {
        matches!(self.state(), State::Closing)
    }

    /// Whether [`data_to_send`](Self::data_to_send) would give something.
    #[must_use]
    pub const fn has_output(&self) -> bool {
        !self.output.is_empty()
    }

    /// Whether [`data_to_send`](Self::data_to_send) would change something: there is output, or what is limited between two drains
    /// was counted. Who drains only where there is output lets the Pongs and control frames of many drains count as those of one.
    #[must_use]
    pub const fn is_drain_due(&self) -> bool {
        let counts =
            self.options.limits.max_control_frames < crate::MAX_SIZE && self.input.control_frames_since_drain > 0;
        self.has_output() || self.output.pong_frame_bytes > 0 || counts
    }

    /// Bytes on the heap that this connection holds for the peer: input of a message that is not whole, and output
    /// that is not drained. Queued events are the caller's to take, and are not counted.
    #[must_use]
    pub fn bytes_held(&self) -> usize {
        let message = self.input.message.as_ref().map_or(0, OpenMessage::bytes_held);
        #[cfg(feature = "deflate")]
        let message = message.saturating_add(self.deflate.as_ref().map_or(0, |deflate| deflate.bytes_held()));
        [self.input.control.capacity(), self.output.buffer.capacity(), self.output.pongs.capacity()]
            .iter()
            .fold(message, |sum, bytes| sum.saturating_add(*bytes))
    }

    /// Bytes received so far: progress, for a caller that wants to time out a slow peer.
    #[must_use]
    pub const fn bytes_received(&self) -> u64 {
        self.input.offset
    }

    /// The key for the next frame, `None` for a server.
    fn masking_key(&mut self) -> Result<Option<[u8; 4]>, UsageError> {
        if self.role == Role::Server {
            return Ok(None);
        }
        let mut key = [0; 4];
        match self.randomness.as_mut().map_or(Err(NoRandomness), |randomness| randomness.fill(&mut key)) {
            Ok(()) => Ok(Some(key)),
            Err(NoRandomness) => Err(UsageError::NoRandomness),
        }
    }
}

impl Input {
    const fn has_failed(&self) -> bool {
        !matches!(self.failure, Failure::None)
    }
}

impl Output {
    const fn is_empty(&self) -> bool {
        self.buffer.is_empty() && self.pongs.is_empty() && self.close.is_none()
    }
}
