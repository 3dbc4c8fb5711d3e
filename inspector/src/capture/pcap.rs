//! Captures of libpcap: a header, and then packets, each with a header of its own.

use super::tcp::Table;
use super::{Records, Step};
use crate::out::Out;
use crate::types::{Place, Time, wide};

/// The largest packet that is believed: more than libpcap ever writes (`MAXIMUM_SNAPLEN`, and that of USB).
pub(crate) const MAX_PACKET: usize = 128 << 20;

/// The reader.
pub(crate) struct Pcap {
    format: Option<Format>,
    packets: u64,
    table: Table,
}

#[derive(Clone, Copy)]
struct Format {
    big_endian: bool,
    nanoseconds: bool,
    link: u32,
}

impl Format {
    fn word(self, bytes: &[u8], at: usize) -> u32 {
        let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

impl Pcap {
    pub(crate) fn new() -> Self {
        Self { format: None, packets: 0, table: Table::default() }
    }

    fn file_header(&mut self, bytes: &[u8]) -> Step {
        let Some(header) = bytes.get(..24) else { return Step::Needs(24) };
        let (big_endian, nanoseconds) = match header {
            [0xa1, 0xb2, 0xc3, 0xd4, ..] => (true, false),
            [0xa1, 0xb2, 0x3c, 0x4d, ..] => (true, true),
            [0xd4, 0xc3, 0xb2, 0xa1, ..] => (false, false),
            [0x4d, 0x3c, 0xb2, 0xa1, ..] => (false, true),
            _ => return Step::Broken("this is no pcap: its first four bytes are no magic number of one".to_owned()),
        };
        let format = Format { big_endian, nanoseconds, link: 0 };
        // The upper six bits tell about frame check sequences, as in `LT_LINKTYPE` of libpcap.
        self.format = Some(Format { link: format.word(header, 20) & 0x03ff_ffff, ..format });
        Step::Took(24)
    }
}

impl Records for Pcap {
    fn step(&mut self, bytes: &[u8], at: u64, out: &mut Out) -> Step {
        let Some(format) = self.format else { return self.file_header(bytes) };
        let Some(header) = bytes.get(..16) else { return Step::Needs(16) };
        let captured = format.word(header, 8) as usize;
        let number = self.packets.saturating_add(1);
        if captured > MAX_PACKET {
            return Step::Broken(format!("packet {number} claims {captured} bytes: the file is damaged here"));
        }
        let end = captured.saturating_add(16);
        let Some(packet) = bytes.get(16..end) else { return Step::Needs(end) };
        self.packets = number;
        out.stats.packets = number;
        let scale = if format.nanoseconds { 1 } else { 1000 };
        let fraction = u64::from(format.word(header, 4)).saturating_mul(scale);
        let time = u64::from(format.word(header, 0)).saturating_mul(1_000_000_000).saturating_add(fraction);
        let missing = (format.word(header, 12) as usize).saturating_sub(captured);
        let place = Place { file: Some(at.saturating_add(16)), packet: Some(number), time: Some(Time(time)) };
        self.table.packet(format.link, packet, missing, place, out);
        Step::Took(end)
    }

    fn finish(&mut self, rest: &[u8], at: u64, out: &mut Out) {
        if !rest.is_empty() {
            let number = self.packets.saturating_add(1);
            let text = match self.format {
                None => format!("the file ends after {} of the 24 bytes of its header", rest.len()),
                Some(format) if rest.len() >= 16 => {
                    let claimed = format.word(rest, 8);
                    format!(
                        "the packet is cut: it has {claimed} bytes, {} are there",
                        wide(rest.len()).saturating_sub(16)
                    )
                }
                Some(_) => "the packet is cut inside its header".to_owned(),
            };
            out.cut(Place { file: Some(at), packet: Some(number), time: None }, &text);
        }
        self.table.finish(out);
    }
}
