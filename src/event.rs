//! What a connection reports.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::close::CloseCode;
use crate::error::ProtocolError;
use crate::frame::FrameHeader;

/// Whether a message is text or binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// UTF-8 text.
    Text,
    /// Bytes.
    Binary,
}

/// One thing that happened, in the order of the wire. Borrowed data lies in the caller's input or in the connection
/// and lives until the handler returns; [`into_owned`](Self::into_owned) keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A text message.
    Text(Text<'a>),
    /// A binary message.
    Binary(Cow<'a, [u8]>),
    /// A message as it was compressed, when `DeflateOptions::passthrough` is asked for.
    Compressed {
        /// The kind of the message.
        kind: MessageKind,
        /// The payload, still compressed.
        data: Cow<'a, [u8]>,
    },
    /// One data frame, when [`Deliver::Fragments`](crate::Deliver::Fragments) is asked for.
    Fragment(Part<'a>),
    /// Payload as it arrives, when [`Deliver::Payload`](crate::Deliver::Payload) is asked for.
    Payload(Part<'a>),
    /// A Ping. Its Pong is queued already, unless our Close was sent before.
    Ping(Cow<'a, [u8]>),
    /// A Pong.
    Pong(Cow<'a, [u8]>),
    /// The peer's Close. The answer is queued already, unless our Close was sent before; whatever the peer sends after it is
    /// discarded.
    Close {
        /// The status code, [`CloseCode::NO_STATUS`] if the frame was empty.
        code: CloseCode,
        /// The reason, empty if there was none.
        reason: Cow<'a, str>,
    },
    /// A frame header, before anything else of the frame, when [`Options::frames`](crate::Options::frames) is set.
    Frame(FrameInfo),
    /// The peer broke the protocol. A Close is queued already, unless one was sent before or the input has ended; no event
    /// follows.
    Error(ProtocolError),
    /// The peer ended its side after the closing handshake. No event follows.
    End,
}

impl Event<'_> {
    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        fn owned(bytes: Cow<'_, [u8]>) -> Cow<'static, [u8]> {
            Cow::Owned(bytes.into_owned())
        }
        match self {
            Self::Text(text) => Event::Text(Text { bytes: owned(text.bytes), ascii: text.ascii }),
            Self::Binary(bytes) => Event::Binary(owned(bytes)),
            Self::Compressed { kind, data } => Event::Compressed { kind, data: owned(data) },
            Self::Fragment(part) => Event::Fragment(Part { data: owned(part.data), ..part }),
            Self::Payload(part) => Event::Payload(Part { data: owned(part.data), ..part }),
            Self::Ping(bytes) => Event::Ping(owned(bytes)),
            Self::Pong(bytes) => Event::Pong(owned(bytes)),
            Self::Close { code, reason } => Event::Close { code, reason: Cow::Owned(reason.into_owned()) },
            Self::Frame(frame) => Event::Frame(frame),
            Self::Error(error) => Event::Error(error),
            Self::End => Event::End,
        }
    }
}

/// The bytes of a text message, already validated as UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    bytes: Cow<'a, [u8]>,
    ascii: bool,
}

impl<'a> Text<'a> {
    pub(crate) const fn new(bytes: Cow<'a, [u8]>, ascii: bool) -> Self {
        Self { bytes, ascii }
    }

    /// The UTF-8 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether every byte is ASCII, which the validator learnt on its way.
    #[must_use]
    pub const fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// The UTF-8 bytes, without a copy if the message was assembled from several pieces.
    #[must_use]
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        self.bytes
    }

    /// The text. In code without `unsafe` this validates once more; [`as_bytes`](Self::as_bytes) does not.
    #[must_use]
    pub fn into_string(self) -> String {
        match String::from_utf8(self.bytes.into_owned()) {
            Ok(text) => text,
            // Never taken: the bytes were validated. It loses nothing that was valid.
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The kind of the message.
    pub kind: MessageKind,
    /// The bytes. A part of a text may begin or end inside a code point; all parts together are valid UTF-8.
    pub data: Cow<'a, [u8]>,
    /// Whether the message begins here.
    pub first: bool,
    /// Whether the message ends here.
    pub last: bool,
    /// Whether the data is still compressed, which is only the case when `DeflateOptions::passthrough` is asked for.
    pub compressed: bool,
}

/// A frame header and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    /// The header.
    pub header: FrameHeader,
    /// The position of its first byte, counted from the first byte after the opening handshake.
    pub offset: u64,
    /// The number of frames before it.
    pub index: u64,
}
