//! One row a frame.

use std::collections::BTreeMap;

use sansocket::Opcode;

use crate::catalogue::{Rule, Set};
use crate::record::Frame;
use crate::types::{Side, Time, narrow, wide};

/// Rows are kept in pieces, so that none is moved when more come.
const PIECE: usize = 1 << 16;

const NONE: u32 = u32::MAX;

mod flag {
    pub const FIN: u16 = 1 << 4;
    /// RSV1 is the highest of three bits.
    pub const RSV: u32 = 5;
    pub const MASKED: u16 = 1 << 8;
    pub const SERVER: u16 = 1 << 9;
    pub const COMPRESSED: u16 = 1 << 10;
    pub const GUESSED: u16 = 1 << 11;
    pub const TEXT: u16 = 1 << 12;
    pub const BINARY: u16 = 1 << 13;
    pub const HEADER: u16 = 1 << 14;
    /// Its lengths are in the side table.
    pub const ODD: u16 = 1 << 15;
}

/// A frame, in 48 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// The position of its first byte in the stream.
    pub stream: u64,
    time: u64,
    pub set: Set,
    length: u32,
    inflated: u32,
    message: u32,
    /// The number of the frame that goes on with the message.
    next: u32,
    pub connection: u32,
    flags: u16,
    pub header_length: u8,
}

const _: () = assert!(size_of::<Row>() <= 48);

/// A frame that is a message by itself, without a fault, and all in the capture.
pub(crate) struct Plain {
    pub connection: u32,
    pub message: u64,
    pub side: Side,
    pub opcode: Opcode,
    pub header_length: u8,
    pub length: u16,
    pub stream: u64,
    pub time: Option<Time>,
    pub guessed: bool,
}

impl Row {
    /// Its row.
    #[inline]
    pub(crate) fn plain(frame: &Plain) -> Self {
        let kind = if frame.opcode == Opcode::Text { flag::TEXT } else { flag::BINARY };
        let side = if frame.side == Side::Client { flag::MASKED } else { flag::SERVER };
        let guessed = if frame.guessed { flag::GUESSED } else { 0 };
        Self {
            stream: frame.stream,
            time: frame.time.map_or(u64::MAX, |time| time.0),
            set: Set::default(),
            length: u32::from(frame.length),
            inflated: NONE,
            message: small(frame.message),
            next: NONE,
            connection: frame.connection,
            flags: u16::from(frame.opcode.bits()) | flag::FIN | flag::HEADER | kind | side | guessed,
            header_length: frame.header_length,
        }
    }

    pub(crate) const fn opcode(&self) -> Opcode {
        Opcode::from_bits((self.flags & 15) as u8)
    }

    /// What the payload is a part of.
    pub(crate) const fn kind(&self) -> Opcode {
        match self.flags & (flag::TEXT | flag::BINARY) {
            flag::TEXT => Opcode::Text,
            flag::BINARY => Opcode::Binary,
            _ => self.opcode(),
        }
    }

    pub(crate) const fn fin(&self) -> bool {
        self.flags & flag::FIN != 0
    }

    /// The three bits, RSV1 the highest.
    pub(crate) const fn rsv(&self) -> u16 {
        self.flags.wrapping_shr(flag::RSV) & 7
    }

    pub(crate) const fn masked(&self) -> bool {
        self.flags & flag::MASKED != 0
    }

    pub(crate) const fn side(&self) -> Side {
        if self.flags & flag::SERVER == 0 { Side::Client } else { Side::Server }
    }

    pub(crate) const fn compressed(&self) -> bool {
        self.flags & flag::COMPRESSED != 0
    }

    pub(crate) const fn guessed(&self) -> bool {
        self.flags & flag::GUESSED != 0
    }

    pub(crate) const fn has_header(&self) -> bool {
        self.flags & flag::HEADER != 0
    }

    pub(crate) fn time(&self) -> Option<Time> {
        (self.time != u64::MAX).then_some(Time(self.time))
    }

    pub(crate) fn message(&self) -> Option<u64> {
        (self.message != NONE).then_some(u64::from(self.message))
    }

    /// Whether its payload is what the message inflated to: in records there is nothing else of it.
    pub(crate) fn is_inflated_already(&self) -> bool {
        !self.has_header() && self.inflated().is_some()
    }

    /// Whether it is one of the frames of a message in several.
    pub(crate) fn is_part(&self) -> bool {
        self.message().is_some() && (!self.fin() || self.opcode() == Opcode::Continuation)
    }

    /// Whether it is a row where rows are messages, or ends one.
    pub(crate) fn ends_row(&self) -> bool {
        self.message().is_none() || self.fin()
    }

    fn next(&self) -> Option<u64> {
        (self.next != NONE).then_some(u64::from(self.next))
    }

    /// Bytes of the inflated message that ends here.
    pub(crate) fn inflated(&self) -> Option<u64> {
        (self.inflated != NONE).then_some(u64::from(self.inflated))
    }
}

/// Bytes of the payload of a frame.
#[derive(Clone, Copy)]
pub(crate) struct Lengths {
    /// As the header has it.
    pub claimed: u64,
    /// As the capture has them.
    pub captured: u64,
    /// Up to the last one that the capture has.
    pub extent: u64,
}

/// All rows. Frames are numbered from 1.
#[derive(Default)]
pub(crate) struct Rows {
    pieces: Vec<Vec<Row>>,
    count: usize,
    /// The lengths where one does not tell the others, or is beyond 32 bits.
    odd: BTreeMap<u64, Lengths>,
    /// By connection and side the last frame so far of the message in fragments that is open.
    open: Vec<[u32; 2]>,
}

impl Rows {
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn push_frame(&mut self, frame: &Frame<'_>) {
        let header = &frame.header;
        let set = |condition: bool, bit: u16| if condition { bit } else { 0 };
        let rsv = u16::from(header.rsv1) << 2 | u16::from(header.rsv2) << 1 | u16::from(header.rsv3);
        let is_one = frame.captured == header.payload_length && frame.extent == header.payload_length;
        let odd = !is_one || header.payload_length >= u64::from(NONE);
        let flags = u16::from(header.opcode.bits())
            | set(header.fin, flag::FIN)
            | rsv.wrapping_shl(flag::RSV)
            | set(header.masking_key.is_some(), flag::MASKED)
            | set(frame.side == Side::Server, flag::SERVER)
            | set(frame.compressed, flag::COMPRESSED)
            | set(frame.guessed, flag::GUESSED)
            | set(frame.kind == Opcode::Text, flag::TEXT)
            | set(frame.kind == Opcode::Binary, flag::BINARY)
            | set(frame.has_header, flag::HEADER)
            | set(odd, flag::ODD);
        if odd {
            let lengths = Lengths { claimed: header.payload_length, captured: frame.captured, extent: frame.extent };
            self.odd.insert(wide(self.count).saturating_add(1), lengths);
        }
        let row = Row {
            stream: frame.stream,
            time: frame.place.time.map_or(u64::MAX, |time| time.0),
            set: frame.set,
            length: small(header.payload_length),
            inflated: frame.inflated.map_or(NONE, |inflated| small(inflated.size)),
            message: frame.message.map_or(NONE, small),
            next: NONE,
            connection: frame.connection,
            flags,
            header_length: frame.header_length,
        };
        if row.is_part() {
            self.link(&row);
        }
        self.push(row);
    }

    /// Ties the row that is to be pushed to that of the frame that it goes on from.
    fn link(&mut self, row: &Row) {
        let number = small(wide(self.count).saturating_add(1));
        let connection = row.connection as usize;
        if self.open.len() <= connection {
            self.open.resize(connection.saturating_add(1), [NONE; 2]);
        }
        let Some([client, server]) = self.open.get_mut(connection) else { return };
        let open = if row.side() == Side::Client { client } else { server };
        let before = core::mem::replace(open, if row.fin() { NONE } else { number });
        if row.opcode() == Opcode::Continuation
            && let Some(before) = self.get_mut(u64::from(before))
            && before.message == row.message
        {
            before.next = number;
        }
    }

    pub(crate) fn push(&mut self, row: Row) {
        match self.pieces.last_mut() {
            Some(piece) if piece.len() < PIECE => piece.push(row),
            _ => {
                // A capture of few frames need not pay for many.
                let mut piece = Vec::with_capacity(if self.pieces.is_empty() { 64 } else { PIECE });
                piece.push(row);
                self.pieces.push(piece);
            }
        }
        self.count = self.count.saturating_add(1);
    }

    #[inline]
    pub(crate) fn get(&self, number: u64) -> Option<Row> {
        let index = narrow(number.checked_sub(1)?);
        self.pieces.get(index / PIECE)?.get(index % PIECE).copied()
    }

    pub(crate) fn add(&mut self, number: u64, rule: Rule) {
        if let Some(row) = self.get_mut(number) {
            row.set.insert(rule);
        }
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Row> {
        let index = narrow(number.checked_sub(1)?);
        self.pieces.get_mut(index / PIECE)?.get_mut(index % PIECE)
    }

    /// The lengths of a frame.
    pub(crate) fn lengths(&self, number: u64, row: &Row) -> Lengths {
        let length = u64::from(row.length);
        let plain = Lengths { claimed: length, captured: length, extent: length };
        if row.flags & flag::ODD == 0 { plain } else { self.odd.get(&number).copied().unwrap_or(plain) }
    }

    /// The numbers of the frames of the message that a frame belongs to.
    pub(crate) fn of_message(&self, number: u64, row: &Row) -> Vec<u64> {
        let mut numbers = vec![number];
        if row.is_part() && row.opcode() == Opcode::Continuation {
            let mut first = number;
            for before in (1..number).rev() {
                let Some(row) = self.get(before).filter(|row| row.next() == Some(first)) else { continue };
                first = before;
                numbers.push(first);
                if row.opcode() != Opcode::Continuation {
                    break;
                }
            }
            numbers.reverse();
        }
        let next = |row: &Row| Some((row.next()?, self.get(row.next()?)?));
        numbers.extend(core::iter::successors(next(row), |(_, row)| next(row)).map(|(number, _)| number));
        numbers
    }
}

/// A number that a row has room for.
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(NONE)
}
