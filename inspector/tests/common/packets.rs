//! Captures made here: segments of TCP between a client and a server, as packets of raw IP in a file of libpcap.

use std::collections::BTreeMap;

/// A capture that grows.
pub struct Packets {
    file: Vec<u8>,
    /// The next sequence number of either end of a connection, which the port of the client names.
    next: BTreeMap<(u16, bool), u32>,
}

impl Packets {
    pub fn new() -> Self {
        let words = [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 101];
        Self { file: words.into_iter().flat_map(u32::to_le_bytes).collect(), next: BTreeMap::new() }
    }

    /// A segment of the client, or of the server.
    pub fn send(&mut self, port: u16, client: bool, data: &[u8]) {
        self.packet(port, client, 0x18, data);
    }

    /// The three segments that open a connection.
    pub fn open(&mut self, port: u16) {
        self.packet(port, true, 0x02, &[]);
        self.packet(port, false, 0x12, &[]);
        self.packet(port, true, 0x10, &[]);
    }

    /// Bytes that were sent and that the capture does not have.
    pub fn miss(&mut self, port: u16, client: bool, count: u32) {
        let next = self.next.entry((port, client)).or_insert(1000);
        *next = next.wrapping_add(count);
    }

    fn packet(&mut self, port: u16, client: bool, flags: u8, data: &[u8]) {
        let sequence = *self.next.entry((port, client)).or_insert(1000);
        let acknowledged = *self.next.entry((port, !client)).or_insert(1000);
        let counts = data.len() as u32 + u32::from(flags & 2 != 0);
        self.next.insert((port, client), sequence.wrapping_add(counts));
        let ends = [([10, 0, 0, 1], port), ([10, 0, 0, 2], 80)];
        let [(from, from_port), (to, to_port)] = if client { ends } else { [ends[1], ends[0]] };
        let length = 40 + data.len() as u16;
        let mut packet = vec![0x45, 0];
        packet.extend(length.to_be_bytes());
        packet.extend([0, 1, 0x40, 0, 64, 6, 0, 0]);
        packet.extend([from, to].concat());
        packet.extend([from_port, to_port].into_iter().flat_map(u16::to_be_bytes));
        packet.extend([sequence, acknowledged].into_iter().flat_map(u32::to_be_bytes));
        packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend(data);
        let size = (packet.len() as u32).to_le_bytes();
        self.file.extend([&[0; 8][..], &size, &size, &packet].concat());
    }

    pub fn file(&self) -> &[u8] {
        &self.file
    }
}

/// A frame, masked if it is the client's.
pub fn frame(client: bool, first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = if client { 0x80 } else { 0 };
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..126 => frame.push(mask | length as u8),
        length => frame.extend([&[mask | 126][..], &(length as u16).to_be_bytes()].concat()),
    }
    if client {
        // Another key for each payload, and none of zeros.
        let key = [1, payload.len() as u8, payload.first().copied().unwrap_or(7), 9];
        frame.extend(key);
        frame.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    } else {
        frame.extend(payload);
    }
    frame
}

/// Bytes at random, the same ones in every run.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.next() >> 56) as u8).collect()
    }
}
