//! A message while its frames arrive, and what it inflates to.

use sansocket::deflate::DeflateParams;
use sansocket::{Opcode, Utf8Validator};

use super::inflate::{Failure, Inflate};
use crate::catalogue::Rule;
use crate::record::{Finding, Inflated};
use crate::types::{Side, bytes_in_words, wide};

/// The most numbers of frames that a message lists.
const MAX_LISTED: usize = 1000;

/// From this size on the ratio of a message is looked at.
const LARGE: u64 = 1 << 20;

/// The message that is open in a direction.
pub struct Open {
    /// Counted from 1 in the connection.
    pub number: u64,
    /// Text or binary.
    pub kind: Opcode,
    /// Whether the payload is compressed.
    pub compressed: bool,
    /// The number of its last frame so far.
    last: u64,
    /// The numbers of its frames, the first of them, if there is more than one.
    listed: Vec<u64>,
    /// How many frames it has.
    pub frame_count: u64,
    /// Bytes on the wire.
    pub wire: u64,
    /// Bytes of payload.
    pub length: u64,
    /// The payload of the frames before the one that is arriving, as far as it is held.
    pub payload: Vec<u8>,
    /// Whether bytes of it are missing, so that nothing can be said about the rest.
    pub damaged: bool,
    /// Whether something about it was inferred.
    pub guessed: bool,
    /// What is known of its text; `None` if it is none, or known to be bad.
    pub text: Option<Utf8Validator>,
}

impl Open {
    /// A message that begins.
    pub fn new(number: u64, kind: Opcode, compressed: bool, is_text: bool) -> Self {
        Self {
            number,
            kind,
            compressed,
            last: 0,
            listed: Vec::new(),
            frame_count: 0,
            wire: 0,
            length: 0,
            payload: Vec::new(),
            damaged: false,
            guessed: false,
            text: is_text.then(Utf8Validator::new),
        }
    }

    /// Takes the next bytes of an uncompressed text; gives the position of the first that cannot be there.
    pub fn check_text(&mut self, bytes: &[u8]) -> Option<usize> {
        let position = self.text.as_mut()?.push(bytes).err()?;
        self.text = None;
        Some(position)
    }

    /// Counts a frame.
    pub fn add_frame(&mut self, number: u64, wire: u64, length: u64) {
        if self.frame_count == 1 {
            self.listed.push(self.last);
        }
        if self.frame_count > 0 && self.listed.len() < MAX_LISTED {
            self.listed.push(number);
        }
        self.last = number;
        self.frame_count = self.frame_count.saturating_add(1);
        self.wire = self.wire.saturating_add(wire);
        self.length = self.length.saturating_add(length);
    }

    /// The numbers of its frames, the first of them.
    pub fn frames(&self) -> &[u64] {
        if self.listed.is_empty() { core::slice::from_ref(&self.last) } else { &self.listed }
    }

    /// The number of its last frame so far.
    pub const fn last_frame(&self) -> u64 {
        self.last
    }

    /// Tells that bytes of it are missing.
    pub fn damage(&mut self) {
        self.damaged = true;
        self.text = None;
    }
}

/// What is known of the compression of a direction.
pub enum Deflate {
    /// Not agreed.
    Off,
    /// The negotiation was not seen.
    Maybe,
    /// Agreed, or inferred.
    On(Box<Inflate>),
}

impl Deflate {
    /// As agreed for what that side sends.
    #[must_use]
    pub fn agreed(params: DeflateParams, side: Side, known: bool) -> Self {
        let (bits, no_takeover) = match side {
            Side::Client => (params.client_max_window_bits, params.client_no_context_takeover),
            Side::Server => (params.server_max_window_bits, params.server_no_context_takeover),
        };
        let inflate = if known { Inflate::new(bits, !no_takeover) } else { Inflate::unknown(bits, !no_takeover) };
        Self::On(Box::new(inflate))
    }

    /// Whether RSV1 has a meaning; `None` if that is not known.
    pub const fn is_on(&self) -> Option<bool> {
        match self {
            Self::Off => Some(false),
            Self::Maybe => None,
            Self::On(_) => Some(true),
        }
    }

    /// A message was missed, or could not be read.
    pub fn lose(&mut self) {
        if let Self::On(inflate) = self {
            inflate.lose();
        }
    }
}

/// Inflates a whole message, at the end of whose first frame's header is the position `at`. The first compressed message
/// of a connection whose handshake was not seen decides whether there is compression.
pub fn inflate(
    deflate: &mut Deflate,
    open: &mut Open,
    compressed: &[u8],
    at: u64,
    most: usize,
    findings: &mut Vec<Finding>,
) -> Option<Inflated> {
    let guessing = matches!(deflate, Deflate::Maybe);
    if guessing {
        *deflate = Deflate::On(Box::new(Inflate::unknown(15, true)));
    }
    let Deflate::On(inflate) = deflate else { return None };
    let mut text = if open.kind == Opcode::Text { Some(Utf8Validator::new()) } else { None };
    let mut bad_text = None;
    let mut seen = 0_u64;
    let (inflated, failure) = inflate.message(compressed, most, &mut |bytes, known| {
        if !known {
            text = None;
        }
        if let Some(Err(position)) = text.as_mut().map(|text| text.push(bytes)) {
            text = None;
            bad_text = Some(seen.saturating_add(wide(position)));
        }
        seen = seen.saturating_add(wide(bytes.len()));
    });
    if guessing && failure.is_some() {
        *deflate = Deflate::Maybe;
        findings.push(Finding::new(Rule::RsvNonzero, at));
        return None;
    }
    if guessing {
        findings.push(Finding::new(Rule::GuessedExtension, at));
    }
    if text.is_some_and(|text| !text.is_complete()) && failure.is_none() {
        bad_text = Some(inflated.size.saturating_sub(1));
    }
    if let Some(position) = bad_text.filter(|_| failure.is_none()) {
        findings.push(Finding { inflated_at: Some(position), ..Finding::new(Rule::Utf8Invalid, at) });
    }
    report(&inflated, failure, compressed, at, findings);
    open.guessed |= guessing || !inflated.unknown.is_empty();
    failure.is_none().then_some(inflated)
}

fn report(inflated: &Inflated, failure: Option<Failure>, compressed: &[u8], at: u64, findings: &mut Vec<Finding>) {
    if let Some(Failure { rule, position }) = failure {
        let detail = format!("after {}", bytes_in_words(inflated.size));
        let payload_at = Some(position);
        findings.push(Finding { payload_at, ..Finding::new(rule, at.saturating_add(position)).saying(detail) });
    }
    let length = wide(compressed.len());
    if failure.is_none() && compressed.ends_with(&[0, 0, 0xff, 0xff]) {
        findings.push(Finding::new(Rule::InflateTailKept, at.saturating_add(length).saturating_sub(4)));
    }
    if inflated.size > LARGE && inflated.size > length.saturating_mul(100) {
        let detail = format!("{} become {}", bytes_in_words(length), inflated.size);
        findings.push(Finding::new(Rule::InflateRatio, at).saying(detail));
    }
}
