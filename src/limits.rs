//! Every bound of a connection and of its opening handshake.

/// The largest size that any bound can express: 2^53 − 1, the largest integer that a JavaScript number holds exactly.
/// A frame that declares more fails the connection whatever the limits are.
pub const MAX_SIZE: u64 = (1 << 53) - 1;

/// Bounds on what a peer can make us hold or do. All are inclusive: a message of exactly
/// [`max_message_size`](Self::max_message_size) bytes is accepted. "No limit" is spelt [`MAX_SIZE`].
///
/// Even without limits no more than 64 KiB is allocated on the strength of a declared length: buffers grow as bytes
/// arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Payload bytes of one message over all its frames. Default 1 MiB.
    pub max_message_size: u64,
    /// Payload bytes of one data frame. Default [`MAX_SIZE`]: the message limit alone decides.
    pub max_frame_size: u64,
    /// Data frames of one message, the first and the empty ones included. Default 4096.
    pub max_fragments: u64,
    /// Control frames accepted between two drains of the output. Default [`MAX_SIZE`]: no limit, since floods of
    /// pings are already bounded by [`max_pending_pong_bytes`](Self::max_pending_pong_bytes).
    pub max_control_frames: u64,
    /// Bytes of Pong frames waiting to be drained; of the Pings beyond it only the latest is answered, which
    /// RFC 6455 §5.5.3 allows. Default 8 KiB.
    pub max_pending_pong_bytes: usize,
    /// Bytes of frames waiting to be drained; a send that would exceed it is refused. Default 64 MiB.
    pub max_buffered_bytes: u64,
    /// Bytes of the head of the opening handshake, from the first byte to the end of the blank line. Default 16 KiB.
    pub max_header_bytes: usize,
    /// Header fields in the head. Default 100; more than 256 are never read.
    pub max_headers: usize,
    /// Bytes of the request line or status line, without its line end. Default 8 KiB.
    pub max_start_line_bytes: usize,
    /// Interim (1xx) responses that a client skips before the final one. Default 16.
    pub max_interim_responses: usize,
    /// Bytes kept of the body of a refused handshake; what comes after them is dropped. Default 64 KiB.
    pub max_refusal_body_bytes: usize,
}

impl Limits {
    /// The defaults, as given at each field.
    pub const DEFAULT: Self = Self {
        max_message_size: 1 << 20,
        max_frame_size: MAX_SIZE,
        max_fragments: 4096,
        max_control_frames: MAX_SIZE,
        max_pending_pong_bytes: 8 << 10,
        max_buffered_bytes: 64 << 20,
        max_header_bytes: 16 << 10,
        max_headers: 100,
        max_start_line_bytes: 8 << 10,
        max_interim_responses: 16,
        max_refusal_body_bytes: 64 << 10,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
