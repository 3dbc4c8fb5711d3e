//! Captures in blocks (draft-ietf-opsawg-pcapng): sections, each with interfaces, each with its own clock.

use super::pcap::MAX_PACKET;
use super::tcp::Table;
use super::{Records, Step};
use crate::out::Out;
use crate::types::{Place, Time, wide};

mod block {
    pub const SECTION: u32 = 0x0a0d_0d0a;
    pub const INTERFACE: u32 = 1;
    pub const PACKET: u32 = 2;
    pub const SIMPLE_PACKET: u32 = 3;
    pub const ENHANCED_PACKET: u32 = 6;
    pub const SECRETS: u32 = 10;
}

/// `if_tsresol` and `if_tsoffset`: the options of an interface about its clock.
const RESOLUTION: u16 = 9;
const OFFSET: u16 = 14;

/// More interfaces than that are not believed.
const MAX_INTERFACES: usize = 1 << 16;

/// The reader.
#[derive(Default)]
pub(crate) struct Pcapng {
    big_endian: bool,
    begun: bool,
    interfaces: Vec<Interface>,
    packets: u64,
    saw_secrets: bool,
    table: Table,
}

#[derive(Clone, Copy)]
struct Interface {
    link: u32,
    snap_length: u32,
    /// Ticks in a second.
    ticks: u64,
    /// Seconds that are added.
    offset: i64,
}

impl Pcapng {
    fn half(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn word(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// The body of a block is whole, but need not be right.
    fn block(&mut self, kind: u32, body: &[u8], at: u64, out: &mut Out) -> Result<(), String> {
        const SHORT: &str = "is too short for its fields";
        match kind {
            block::SECTION => self.interfaces.clear(),
            block::INTERFACE => {
                let interface = self.interface(body).ok_or(SHORT)?;
                if self.interfaces.len() >= MAX_INTERFACES {
                    return Err(format!("is interface number {MAX_INTERFACES}, which is not believed"));
                }
                self.interfaces.push(interface);
            }
            block::ENHANCED_PACKET | block::PACKET => {
                let id = if kind == block::PACKET { self.half(body, 0).map(u32::from) } else { self.word(body, 0) }
                    .ok_or(SHORT)?;
                let field = |at| self.word(body, at).ok_or(SHORT);
                let (high, low, captured, original) = (field(4)?, field(8)?, field(12)?, field(16)?);
                let interface = self
                    .interfaces
                    .get(id as usize)
                    .copied()
                    .ok_or(format!("names interface {id}, which was not described"))?;
                let end = (captured as usize).saturating_add(20);
                let packet = body
                    .get(20..end)
                    .ok_or(format!("claims a packet of {captured} bytes in a block of {}", body.len()))?;
                let time = interface.time(u64::from(high) << 32 | u64::from(low));
                self.packet(interface.link, packet, original, Some(time), at.saturating_add(28), out);
            }
            block::SIMPLE_PACKET => {
                let original = self.word(body, 0).ok_or(SHORT)?;
                let interface =
                    self.interfaces.first().copied().ok_or("has a packet, but no interface was described")?;
                let most = if interface.snap_length == 0 { u32::MAX } else { interface.snap_length };
                let there = body.get(4..).unwrap_or_default();
                let captured = (original.min(most) as usize).min(there.len());
                let packet = there.get(..captured).unwrap_or_default();
                self.packet(interface.link, packet, original, None, at.saturating_add(12), out);
            }
            block::SECRETS => self.saw_secrets = true,
            _ => {}
        }
        Ok(())
    }

    fn packet(&mut self, link: u32, packet: &[u8], original: u32, time: Option<Time>, at: u64, out: &mut Out) {
        self.packets = self.packets.saturating_add(1);
        out.stats.packets = self.packets;
        let missing = (original as usize).saturating_sub(packet.len());
        let place = Place { file: Some(at), packet: Some(self.packets), time };
        self.table.packet(link, packet, missing, place, out);
    }

    fn interface(&self, body: &[u8]) -> Option<Interface> {
        let mut interface = Interface {
            link: u32::from(self.half(body, 0)?),
            snap_length: self.word(body, 4)?,
            ticks: 1_000_000,
            offset: 0,
        };
        let mut options = body.get(8..)?;
        while let (Some(code), Some(length)) = (self.half(options, 0), self.half(options, 2)) {
            let length = usize::from(length);
            let Some(value) = options.get(4..length.saturating_add(4)).filter(|_| code != 0) else { break };
            match (code, value) {
                (RESOLUTION, [resolution, ..]) => interface.ticks = ticks(*resolution),
                (OFFSET, _) => {
                    if let Some(bytes) = value.first_chunk() {
                        interface.offset =
                            if self.big_endian { i64::from_be_bytes(*bytes) } else { i64::from_le_bytes(*bytes) };
                    }
                }
                _ => {}
            }
            options = options.get(length.next_multiple_of(4).saturating_add(4)..).unwrap_or_default();
        }
        Some(interface)
    }
}

/// Ticks in a second: a power of ten, or of two if the top bit is set. Absurd ones are the most that there can be.
fn ticks(resolution: u8) -> u64 {
    let exponent = u32::from(resolution & 0x7f);
    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(exponent).unwrap_or(u64::MAX)
}

impl Interface {
    fn time(self, count: u64) -> Time {
        // Nearly all clocks tick in fractions of a second that nanoseconds can tell.
        let scale = Some(1_000_000_000_u64).filter(|second| self.offset == 0 && second.is_multiple_of(self.ticks));
        if let Some(time) = scale.and_then(|second| count.checked_mul(second.checked_div(self.ticks)?)) {
            return Time(time);
        }
        let wide = |number: u64| u128::from(number);
        let nanoseconds = wide(count).saturating_mul(1_000_000_000).checked_div(wide(self.ticks)).unwrap_or_default();
        let offset = i128::from(self.offset).saturating_mul(1_000_000_000);
        let sum = i128::try_from(nanoseconds).unwrap_or(i128::MAX).saturating_add(offset);
        Time(u64::try_from(sum.max(0)).unwrap_or(u64::MAX))
    }
}

impl Records for Pcapng {
    fn step(&mut self, bytes: &[u8], at: u64, out: &mut Out) -> Step {
        if bytes.len() < 12 {
            return Step::Needs(12);
        }
        if bytes.starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]) {
            // A section has a byte order of its own, which its first field tells.
            self.big_endian = match bytes.get(8..12) {
                Some([0x1a, 0x2b, 0x3c, 0x4d]) => true,
                Some([0x4d, 0x3c, 0x2b, 0x1a]) => false,
                _ => return Step::Broken(format!("the section at byte {at} has no byte-order magic")),
            };
            self.begun = true;
        }
        if !self.begun {
            return Step::Broken("this is no pcapng: it does not begin with a section".to_owned());
        }
        let (Some(kind), Some(length)) = (self.word(bytes, 0), self.word(bytes, 4)) else { return Step::Needs(12) };
        let size = length as usize;
        if size < 12 || !size.is_multiple_of(4) || size > MAX_PACKET {
            return Step::Broken(format!("the block at byte {at} claims {length} bytes: the file is damaged here"));
        }
        let Some(block) = bytes.get(..size) else { return Step::Needs(size) };
        let end = size.saturating_sub(4);
        if self.word(block, end) != Some(length) {
            return Step::Broken(format!(
                "the block at byte {at} has another length at its end: the file is damaged here"
            ));
        }
        if let Err(text) = self.block(kind, block.get(8..end).unwrap_or_default(), at, out) {
            let place = Place { file: Some(at), ..Place::default() };
            out.error(place, None, &format!("the block at byte {at} {text}: it is passed over"));
        }
        Step::Took(size)
    }

    fn finish(&mut self, rest: &[u8], at: u64, out: &mut Out) {
        if !rest.is_empty() {
            let claimed = self.word(rest, 4).map_or(String::new(), |length| format!(" of its {length}"));
            let text = format!("the file ends inside a block, after {}{claimed} bytes", wide(rest.len()));
            out.cut(Place { file: Some(at), ..Place::default() }, &text);
        }
        if self.saw_secrets {
            out.error(Place::default(), None, "the file holds secrets of TLS, which is not decrypted here");
        }
        self.table.finish(out);
    }
}
