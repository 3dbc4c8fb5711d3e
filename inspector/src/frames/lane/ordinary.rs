//! Frames as nearly all are: whole in one chunk, each a message by itself, without a fault. A few comparisons tell them
//! from the others, nothing of them has to be held, and they are counted together.
//!
//! No rule is decided here: a frame that may be anything else is left to [`arriving`](super::arriving), which finds the
//! same of the ordinary ones when they come in pieces.

use sansocket::{Mask, MaskingKey, Opcode};

use super::Lane;
use crate::frames::ascii::is_ascii;
use crate::frames::dialogue::Dialogue;
use crate::index::Plain;
use crate::out::Out;
use crate::stats::Tally;
use crate::types::{Place, Side, wide};

/// An ordinary frame.
struct Ordinary<'a> {
    opcode: Opcode,
    key: Option<MaskingKey>,
    header_length: u8,
    length: u16,
    /// As on the wire.
    payload: &'a [u8],
}

impl Lane {
    /// Takes the ordinary frames at the beginning of `bytes`; gives how many bytes they have.
    #[inline(never)]
    pub(super) fn read_ordinary(&mut self, bytes: &[u8], place: Place, talk: &mut Dialogue, out: &mut Out) -> usize {
        let is_between_messages = self.current.is_none() && self.have == 0 && self.open.is_none() && self.order_known;
        if !is_between_messages || !self.marks.is_empty() || talk.has_closed(self.side) || out.shows_frames() {
            return 0;
        }
        let (start, mut tally) = (self.position, Tally::default());
        let mut rest = bytes;
        while let Some((frame, behind)) = ordinary(rest, self.side)
            && (frame.key.is_none() || frame.key != self.last_key)
            && u64::from(frame.length) <= out.options.max_frame
            && (frame.opcode == Opcode::Binary || self.is_text(&frame))
        {
            self.last_key = frame.key.or(self.last_key);
            talk.messages = talk.messages.saturating_add(1);
            out.next_number();
            tally.add(frame.opcode, frame.header_length, frame.length);
            if let Some(index) = &mut out.index {
                index.ordinary(&Plain {
                    connection: talk.connection,
                    message: talk.messages,
                    side: self.side,
                    opcode: frame.opcode,
                    header_length: frame.header_length,
                    length: frame.length,
                    stream: start.saturating_add(wide(bytes.len().saturating_sub(rest.len()))),
                    time: place.time,
                    guessed: self.guessed,
                });
            }
            rest = behind;
        }
        let taken = bytes.len().saturating_sub(rest.len());
        if taken > 0 {
            self.position = start.saturating_add(wide(taken));
            out.stats.ordinary(talk.connection, self.side, place.time, &tally);
        }
        taken
    }

    /// Whether the payload is text, which is UTF-8 (RFC 6455 §5.6).
    fn is_text(&mut self, frame: &Ordinary<'_>) -> bool {
        let key = frame.key.unwrap_or_default();
        if is_ascii(frame.payload, key) {
            return true;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(frame.payload);
        Mask::new(key).apply(&mut self.scratch);
        core::str::from_utf8(&self.scratch).is_ok()
    }
}

/// The frame at the beginning of `bytes`, if its header and its length are ordinary and it is whole; and what is behind.
#[inline(always)]
fn ordinary(bytes: &[u8], side: Side) -> Option<(Ordinary<'_>, &[u8])> {
    let (&[first, second], mut rest) = bytes.split_first_chunk()?;
    // FIN, no RSV.
    let opcode = match first {
        0x81 => Opcode::Text,
        0x82 => Opcode::Binary,
        _ => return None,
    };
    let mut header_length = 2_u8;
    let length = match second & 0x7f {
        127 => return None,
        126 => {
            let (length, behind) = rest.split_first_chunk()?;
            rest = behind;
            header_length = 4;
            // RFC 6455 §5.2: in the fewest bytes.
            Some(u16::from_be_bytes(*length)).filter(|length| *length > 125)?
        }
        length => u16::from(length),
    };
    let is_masked = second & 0x80 != 0;
    if is_masked != (side == Side::Client) {
        return None;
    }
    let mut key = None;
    if is_masked {
        let (four, behind) = rest.split_first_chunk()?;
        rest = behind;
        header_length = header_length.saturating_add(4);
        key = Some(*four).filter(|key| *key != [0; 4]);
        key?;
    }
    let (payload, behind) = rest.split_at_checked(usize::from(length))?;
    Some((Ordinary { opcode, key, header_length, length, payload }, behind))
}
