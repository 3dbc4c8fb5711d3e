//! What all parts speak of: sides, times, places.

/// Who sent something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The client, whose frames are masked.
    Client,
    /// The server.
    Server,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// The direction of what it sends: `c2s` or `s2c`.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Client => "c2s",
            Self::Server => "s2c",
        }
    }

    /// `client` or `server`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// Nanoseconds since 1970, or since whatever the source counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub u64);

impl Time {
    /// From seconds, to the microsecond, which is what a number of JSON can tell; what is before the epoch, beyond the
    /// range or no number is the nearest.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    pub fn from_seconds(seconds: f64) -> Self {
        Self(((seconds * 1e6).round() as u64).saturating_mul(1000))
    }

    /// Nanoseconds since an earlier time; 0 if it is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where the bytes of a chunk are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Position in the capture of the first one, if they are there as such.
    pub file: Option<u64>,
    /// The packet, from 1.
    pub packet: Option<u64>,
    /// When they were seen.
    pub time: Option<Time>,
}

impl Place {
    /// The place of what comes `bytes` later.
    #[must_use]
    pub fn after(self, bytes: u64) -> Self {
        Self { file: self.file.map(|file| file.saturating_add(bytes)), ..self }
    }
}

/// A length in memory as a length on the wire.
#[must_use]
pub(crate) const fn wide(length: usize) -> u64 {
    length as u64
}

/// A length on the wire as one in memory, as far as there can be memory.
#[must_use]
pub(crate) fn narrow(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// Makes a vector no longer than `most`.
pub(crate) fn extend_up_to(bytes: &mut Vec<u8>, more: &[u8], most: usize) {
    let room = most.saturating_sub(bytes.len());
    bytes.extend_from_slice(more.get(..room.min(more.len())).unwrap_or_default());
}

/// A number of bytes, in words.
pub(crate) fn bytes_in_words(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}
