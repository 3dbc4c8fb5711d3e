//! From the bytes of a packet to a segment of TCP: the layers of link and network that captures have.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Link types (the registry of tcpdump.org).
pub(crate) mod link_type {
    pub const NULL: u32 = 0;
    pub const ETHERNET: u32 = 1;
    pub const RAW_BSD: u32 = 12;
    pub const RAW_OPENBSD: u32 = 14;
    pub const RAW: u32 = 101;
    pub const LOOP: u32 = 108;
    pub const LINUX_SLL: u32 = 113;
    pub const IPV4: u32 = 228;
    pub const IPV6: u32 = 229;
    pub const LINUX_SLL2: u32 = 276;
}

/// An address and a port.
pub(crate) type Endpoint = (IpAddr, u16);

/// A segment of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    pub from: Endpoint,
    pub to: Endpoint,
    pub sequence: u32,
    /// What the sender has received, if ACK is set.
    pub acknowledged: Option<u32>,
    pub syn: bool,
    pub fin: bool,
    pub rst: bool,
    pub payload: &'a [u8],
    /// Bytes of the payload that the capture has cut off.
    pub cut: usize,
    /// Where the payload begins in the packet.
    pub at: usize,
}

/// Why a packet has no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoSegment {
    /// It is something else, which is fine.
    Other,
    /// It has no IP that is read: another protocol, or one that IP is wrapped in.
    NoIp,
    /// It is of a kind of link that is not read.
    LinkType(u32),
    /// It is a fragment of an IP packet.
    Fragment,
    /// It is too short for what it says it is.
    Short,
}

/// The segment in a packet of that link type, of which `missing` bytes at the end were not captured.
pub(crate) fn segment(link: u32, packet: &[u8], missing: usize) -> Result<Segment<'_>, NoSegment> {
    let (network, at) = network(link, packet)?;
    let whole = packet.get(at..).ok_or(NoSegment::Short)?;
    match network {
        Network::V4 => ipv4(whole, at, missing),
        Network::V6 => ipv6(whole, at, missing),
    }
}

enum Network {
    V4,
    V6,
}

/// Which protocol of IP a packet has, and where it begins.
fn network(link: u32, packet: &[u8]) -> Result<(Network, usize), NoSegment> {
    match link {
        link_type::ETHERNET => ether_type(packet, 12),
        link_type::LINUX_SLL => ether_type(packet, 14),
        link_type::LINUX_SLL2 => match ethernet(be16(packet, 0).ok_or(NoSegment::Short)?) {
            Some(network) => Ok((network, 20)),
            None => Err(NoSegment::NoIp),
        },
        link_type::IPV4 => Ok((Network::V4, 0)),
        link_type::IPV6 => Ok((Network::V6, 0)),
        link_type::RAW | link_type::RAW_BSD | link_type::RAW_OPENBSD => by_version(packet, 0),
        // Four bytes of an address family, in one byte order or the other; the packet itself says it better.
        link_type::NULL | link_type::LOOP => by_version(packet, 4),
        other => Err(NoSegment::LinkType(other)),
    }
}

fn by_version(packet: &[u8], at: usize) -> Result<(Network, usize), NoSegment> {
    match packet.get(at).map(|byte| byte >> 4) {
        Some(4) => Ok((Network::V4, at)),
        Some(6) => Ok((Network::V6, at)),
        Some(_) => Err(NoSegment::NoIp),
        None => Err(NoSegment::Short),
    }
}

/// Follows tags of VLANs (802.1Q, 802.1ad).
fn ether_type(packet: &[u8], mut at: usize) -> Result<(Network, usize), NoSegment> {
    for _ in 0..4 {
        let kind = be16(packet, at).ok_or(NoSegment::Short)?;
        at = at.saturating_add(2);
        match kind {
            0x8100 | 0x88a8 | 0x9100 => at = at.saturating_add(2),
            kind => return ethernet(kind).map(|network| (network, at)).ok_or(NoSegment::NoIp),
        }
    }
    Err(NoSegment::NoIp)
}

const fn ethernet(kind: u16) -> Option<Network> {
    match kind {
        0x0800 => Some(Network::V4),
        0x86dd => Some(Network::V6),
        _ => None,
    }
}

fn ipv4(packet: &[u8], at: usize, missing: usize) -> Result<Segment<'_>, NoSegment> {
    let first = packet.first().ok_or(NoSegment::Short)?;
    let header = usize::from(first & 15).saturating_mul(4);
    let total = usize::from(be16(packet, 2).ok_or(NoSegment::Short)?);
    let fragment = be16(packet, 6).ok_or(NoSegment::Short)?;
    if packet.get(9) != Some(&6) || header < 20 {
        return Err(NoSegment::Other);
    }
    if fragment & 0x3fff != 0 {
        return Err(NoSegment::Fragment);
    }
    let address =
        |at: usize| packet.get(at..).and_then(<[u8]>::first_chunk::<4>).map(|bytes| IpAddr::V4(Ipv4Addr::from(*bytes)));
    let (Some(from), Some(to)) = (address(12), address(16)) else { return Err(NoSegment::Short) };
    // A length of zero: the network card was to fill it in (segmentation offload).
    let total = if total == 0 { packet.len().saturating_add(missing) } else { total };
    tcp(packet, header, total, at, from, to)
}

fn ipv6(packet: &[u8], at: usize, missing: usize) -> Result<Segment<'_>, NoSegment> {
    let length = usize::from(be16(packet, 4).ok_or(NoSegment::Short)?);
    let address = |at: usize| {
        packet.get(at..).and_then(<[u8]>::first_chunk::<16>).map(|bytes| IpAddr::V6(Ipv6Addr::from(*bytes)))
    };
    let (Some(from), Some(to)) = (address(8), address(24)) else { return Err(NoSegment::Short) };
    let total = if length == 0 { packet.len().saturating_add(missing) } else { length.saturating_add(40) };
    let mut next = *packet.get(6).ok_or(NoSegment::Short)?;
    let mut header = 40_usize;
    // Extension headers (RFC 8200 §4): hop by hop, routing, destination options, fragment, authentication.
    for _ in 0..8 {
        let extension = packet.get(header..).and_then(<[u8]>::first_chunk::<8>);
        let units = match (next, extension) {
            (6, _) => return tcp(packet, header, total, at, from, to),
            (0 | 43 | 60, Some(extension)) => usize::from(extension[1]).saturating_add(1).saturating_mul(8),
            (51, Some(extension)) => usize::from(extension[1]).saturating_add(2).saturating_mul(4),
            (44, Some(extension)) if extension[2] == 0 && extension[3] & 0xf9 == 0 => 8,
            (44, Some(_)) => return Err(NoSegment::Fragment),
            (0 | 43 | 44 | 51 | 60, None) => return Err(NoSegment::Short),
            _ => return Err(NoSegment::Other),
        };
        next = extension.map_or(59, |extension| extension[0]);
        header = header.saturating_add(units);
    }
    Err(NoSegment::Other)
}

/// The segment that begins after `header` bytes of a packet of IP with `total` bytes.
fn tcp(
    packet: &[u8],
    header: usize,
    total: usize,
    at: usize,
    from: IpAddr,
    to: IpAddr,
) -> Result<Segment<'_>, NoSegment> {
    let segment = packet.get(header..total.min(packet.len())).ok_or(NoSegment::Short)?;
    let fixed = segment.first_chunk::<20>().ok_or(NoSegment::Short)?;
    let offset = usize::from(fixed[12] >> 4).saturating_mul(4);
    if offset < 20 {
        return Err(NoSegment::Short);
    }
    let payload = segment.get(offset..).ok_or(NoSegment::Short)?;
    let whole = total.saturating_sub(header).saturating_sub(offset);
    let word =
        |at: usize| u32::from_be_bytes(fixed.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default());
    let flags = fixed[13];
    Ok(Segment {
        from: (from, u16::from_be_bytes([fixed[0], fixed[1]])),
        to: (to, u16::from_be_bytes([fixed[2], fixed[3]])),
        sequence: word(4),
        acknowledged: (flags & 0x10 != 0).then(|| word(8)),
        syn: flags & 2 != 0,
        fin: flags & 1 != 0,
        rst: flags & 4 != 0,
        payload,
        cut: whole.saturating_sub(payload.len()),
        at: at.saturating_add(header).saturating_add(offset),
    })
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map(|bytes| u16::from_be_bytes(*bytes))
}
