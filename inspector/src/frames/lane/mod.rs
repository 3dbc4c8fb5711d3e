//! One direction of a connection: bytes in, frames out, whatever the bytes are.
//!
//! It follows the lengths of the frames, so that one fault makes no other: a frame is read by its own mask bit, a
//! reserved opcode is passed over by its length, an orphan opens no message, an interruption abandons the message that
//! was open. Where lengths cannot be followed, after missing bytes or an absurd length, it looks for frames again.

mod arriving;
mod finished;
mod ordinary;
mod resync;

use sansocket::MAX_HEADER_BYTES;

use super::dialogue::Dialogue;
use super::message::{Deflate, Open};
use crate::catalogue::Rule;
use crate::out::Out;
use crate::record::{Finding, Record};
use crate::types::{Place, Side, bytes_in_words, narrow, wide};
use arriving::Current;
use resync::Scan;

/// One direction.
pub struct Lane {
    side: Side,
    /// The position of the next byte.
    position: u64,
    header: [u8; MAX_HEADER_BYTES],
    have: usize,
    header_place: Place,
    current: Option<Current>,
    kept: Vec<u8>,
    scratch: Vec<u8>,
    open: Option<Open>,
    deflate: Deflate,
    last_key: Option<[u8; 4]>,
    /// Whether all frames so far were seen, so that it is known which message is open.
    order_known: bool,
    guessed: bool,
    /// Findings for the next frame.
    marks: Vec<Finding>,
    scan: Option<Scan>,
    /// Whether a segment ends where the bytes of this call do.
    segment: bool,
}

impl Lane {
    /// A direction without bytes.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self {
            side,
            position: 0,
            header: [0; MAX_HEADER_BYTES],
            have: 0,
            header_place: Place::default(),
            current: None,
            kept: Vec::new(),
            scratch: Vec::new(),
            open: None,
            deflate: Deflate::Maybe,
            last_key: None,
            order_known: true,
            guessed: false,
            marks: Vec::new(),
            scan: None,
            segment: false,
        }
    }

    /// Tells where the first frame begins, and what is known of the compression.
    pub fn begin(&mut self, position: u64, deflate: Deflate) {
        self.position = position;
        self.deflate = deflate;
    }

    /// Tells that the connection did not begin here, nor does a frame, perhaps, but so many bytes later, if that is known.
    pub fn begin_in_the_middle(&mut self, known: Option<usize>) {
        self.seek(None, false);
        if let Some(scan) = &mut self.scan {
            scan.known = known;
        }
    }

    /// Tells that the side was inferred.
    pub fn guess_direction(&mut self) {
        self.guessed = true;
        self.mark(Rule::GuessedDirection);
    }

    /// The position of the next byte.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Puts a finding at the next frame.
    pub fn mark(&mut self, rule: Rule) {
        if !self.marks.iter().any(|mark| mark.rule == rule) {
            self.marks.push(Finding::new(rule, self.position));
        }
    }

    /// Takes the next bytes. `segment`: where they end, a segment did.
    pub fn feed(&mut self, bytes: &[u8], place: Place, segment: bool, talk: &mut Dialogue, out: &mut Out) {
        out.store(talk.connection, self.side, self.position, bytes, place);
        self.segment = segment;
        self.take(bytes, place, talk, out);
    }

    fn take(&mut self, bytes: &[u8], place: Place, talk: &mut Dialogue, out: &mut Out) {
        if let Some(scan) = &mut self.scan {
            scan.push(bytes, place, self.segment);
            self.position = self.position.saturating_add(wide(bytes.len()));
            self.search(false, talk, out);
        } else {
            self.read(bytes, place, talk, out);
        }
    }

    /// Tells that so many bytes are missing from the capture.
    pub fn skip(&mut self, missing: u64, place: Place, talk: &mut Dialogue, out: &mut Out) {
        let at = self.position;
        talk.complete = false;
        if let Some(current) = &mut self.current
            && current.left >= missing
            && self.scan.is_none()
        {
            current.findings.push(Finding::new(Rule::TcpGap, at).saying(bytes_in_words(missing)));
            current.missing = current.missing.saturating_add(missing);
            current.left = current.left.saturating_sub(missing);
            let room = current.keep.saturating_sub(self.kept.len()).min(narrow(missing));
            self.kept.resize(self.kept.len().saturating_add(room), 0);
            if let Some(open) = self.open.as_mut().filter(|_| !current.alone) {
                open.damage();
            }
            self.position = at.saturating_add(missing);
            let (connection, side) = (talk.connection, self.side);
            out.record(&Record::Gap { connection, side, at, bytes: Some(missing), resynced_at: Some(self.position) });
            if self.current.as_ref().is_some_and(|current| current.left == 0) {
                self.finish_frame(place, talk, out);
            }
            return;
        }
        if self.scan.is_some() {
            self.search(true, talk, out);
            self.give_up(talk, out);
        }
        self.break_off(place, talk, out);
        self.mark(Rule::TcpGap);
        self.position = at.saturating_add(missing);
        self.seek(Some(missing), true);
        if let Some(scan) = &mut self.scan {
            scan.broke_at = at;
        }
    }

    /// Tells that no more bytes come.
    pub fn finish(&mut self, place: Place, talk: &mut Dialogue, out: &mut Out) {
        if self.scan.is_some() {
            self.search(true, talk, out);
            self.give_up(talk, out);
        }
        self.break_off(place, talk, out);
    }

    /// Follows the lengths.
    fn read(&mut self, mut bytes: &[u8], mut place: Place, talk: &mut Dialogue, out: &mut Out) {
        while !bytes.is_empty() {
            let taken = if let Some(current) = &mut self.current {
                let taken = bytes.len().min(narrow(current.left));
                self.payload(bytes.get(..taken).unwrap_or_default());
                taken
            } else {
                match self.read_ordinary(bytes, place, talk, out) {
                    0 => self.read_header(bytes, place, talk, out),
                    taken => taken,
                }
            };
            bytes = bytes.get(taken..).unwrap_or_default();
            place = place.after(wide(taken));
            if self.current.as_ref().is_some_and(|current| current.left == 0) {
                self.finish_frame(place, talk, out);
            }
            if self.scan.is_some() && !bytes.is_empty() {
                return self.take(bytes, place, talk, out);
            }
        }
    }
}
