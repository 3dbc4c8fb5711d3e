//! Workloads of the inspector: a capture of ten thousand texts, four of five from the server.

use std::hint::black_box;

use sansocket::{FrameHeader, Mask, Opcode};
use sansocket_inspector::{Inspector, Options};

const FRAMES: usize = 10_000;
const SEGMENT: usize = 1400;
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The workload of that name.
pub fn workload(name: &str) -> Option<Box<dyn FnMut()>> {
    let options = match name {
        "count frames of a capture" => r#"{"records":["error"]}"#,
        "index a capture" | "filter an index" | "search an index" => r#"{"records":["error"],"index":true}"#,
        "tell frames of a capture" => "{}",
        _ => return None,
    };
    let capture = capture();
    let read = move || {
        let mut inspector =
            Inspector::new(Options::from_json(options.as_bytes()).expect("options")).expect("no filter");
        inspector.feed(&capture);
        inspector.finish();
        black_box(inspector.take(usize::MAX));
        inspector
    };
    let filter = match name {
        "filter an index" => "op == text and len > 55 and dir == c2s",
        "search an index" => r#""side\":\"sell""#,
        _ => return Some(Box::new(move || drop(black_box(read())))),
    };
    let mut inspector = read();
    inspector.set_filter(filter).expect("a filter");
    Some(Box::new(move || {
        let (_, matches) = inspector.match_frames(1, u32::MAX);
        assert!(matches > 0 && (matches as usize) < FRAMES);
    }))
}

/// A capture of IP packets (link type 101) with one connection.
fn capture() -> Vec<u8> {
    let mut capture = Capture { bytes: Vec::new(), packets: 0, sequences: [1000, 5000] };
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 101] {
        capture.bytes.extend_from_slice(&word.to_le_bytes());
    }
    let fields = "HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13";
    capture.packet(0, 2, b"");
    capture.packet(1, 0x12, b"");
    capture.packet(0, 0x18, format!("GET / {fields}\r\nSec-WebSocket-Key: {KEY}\r\n\r\n").as_bytes());
    let fields = "Upgrade: websocket\r\nConnection: Upgrade";
    capture.packet(1, 0x18, format!("HTTP/1.1 101 .\r\n{fields}\r\nSec-WebSocket-Accept: {ACCEPT}\r\n\r\n").as_bytes());
    let mut waiting = [Vec::new(), Vec::new()];
    for n in 0..FRAMES {
        let side = usize::from(n % 5 != 0);
        let what = if n % 2 == 0 { "buy" } else { "sell" };
        let text = format!(r#"{{"id":{n},"channel":"trades","price":{},"side":"{what}"}}"#, n * 7919 % 100_000);
        let masking_key = (side == 0).then_some((n as u32 | 1 << 20).to_be_bytes());
        let header = FrameHeader { masking_key, ..FrameHeader::new(Opcode::Text, text.len() as u64) };
        waiting[side].extend_from_slice(&header.encode());
        let mut payload = text.into_bytes();
        Mask::new(masking_key.unwrap_or_default()).apply(&mut payload);
        waiting[side].append(&mut payload);
        while waiting[side].len() >= SEGMENT {
            let rest = waiting[side].split_off(SEGMENT);
            capture.packet(side, 0x18, &std::mem::replace(&mut waiting[side], rest));
        }
    }
    for (side, rest) in waiting.iter().enumerate() {
        capture.packet(side, 0x18, rest);
    }
    capture.bytes
}

struct Capture {
    bytes: Vec<u8>,
    packets: u32,
    sequences: [u32; 2],
}

impl Capture {
    fn packet(&mut self, side: usize, flags: u8, payload: &[u8]) {
        let length = 40 + payload.len();
        for word in [1_767_225_600 + self.packets / 1000, self.packets % 1000 * 1000, length as u32, length as u32] {
            self.bytes.extend_from_slice(&word.to_le_bytes());
        }
        let [from, to] = if side == 0 { [1_u8, 2] } else { [2, 1] };
        let [source, target] = if side == 0 { [50_000_u16, 8080] } else { [8080, 50_000] };
        self.bytes.extend_from_slice(&[0x45, 0, (length >> 8) as u8, length as u8, 0, 0, 0x40, 0, 64, 6, 0, 0]);
        self.bytes.extend_from_slice(&[10, 0, 0, from, 10, 0, 0, to]);
        self.bytes.extend_from_slice(&[source.to_be_bytes(), target.to_be_bytes()].concat());
        self.bytes.extend_from_slice(&self.sequences[side].to_be_bytes());
        self.bytes.extend_from_slice(&self.sequences[1 - side].to_be_bytes());
        self.bytes.extend_from_slice(&[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        self.bytes.extend_from_slice(payload);
        self.sequences[side] += payload.len() as u32 + u32::from(flags & 2 != 0);
        self.packets += 1;
    }
}
