//! Masked text by each crate: `npm run bench:native`. That all give the same is checked before anything is timed.

use std::hint::black_box;
use std::rc::Rc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use native::{Endless, PEERS, Sink};
use sansocket::{Connection, Event, FrameHeader, Limits, Mask, Opcode, Options};

/// Each size with how many messages are handled at once: about what a socket gives, and at least one.
const SIZES: [(&str, usize, usize); 3] = [("125 B", 125, 512), ("16 KiB", 16_384, 4), ("1 MiB", 1 << 20, 1)];

fn text(length: usize) -> String {
    r#"{"type":"trade","symbol":"ACME","price":"17.25","quantity":42},"#.chars().cycle().take(length).collect()
}

/// So many frames, each with a key of its own.
fn frames(text: &str, count: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for i in 0..count {
        let key = [0x37 ^ i as u8, 0xFA, 0x21 ^ (i >> 8) as u8, 0x3D];
        let header = FrameHeader { masking_key: Some(key), ..FrameHeader::new(Opcode::Text, text.len() as u64) };
        bytes.extend_from_slice(&header.encode());
        let start = bytes.len();
        bytes.extend_from_slice(text.as_bytes());
        Mask::new(key).apply(&mut bytes[start..]);
    }
    bytes
}

fn check_decoding(name: &str, stream: &Endless, text: &str, count: usize) {
    for peer in PEERS {
        let mut decoder = (peer.decoder)(stream.clone());
        let mut seen = 0;
        for _ in 0..2 {
            decoder.decode(count, &mut |given| {
                assert!(given == text, "{name}: {} gives another text", peer.name);
                seen += 1;
            });
        }
        // Whoever reads ahead hands out what it has.
        assert!(seen >= 2 * count, "{name}: {} gives {seen} texts", peer.name);
    }
}

fn check_encoding(name: &str, text: &'static str, count: usize) {
    for peer in PEERS {
        let kept = Rc::default();
        (peer.encoder)(text, Sink { kept: Some(Rc::clone(&kept)) }).encode(count);
        let limits = Limits { max_message_size: 1 << 20, ..Limits::DEFAULT };
        let mut server = Connection::server(Options { limits, ..Options::default() });
        server.receive_data(&kept.borrow());
        let mut seen = 0;
        for event in server.events() {
            let Event::Text(given) = event else { panic!("{name}: {} sends {event:?}", peer.name) };
            assert!(given.as_bytes() == text.as_bytes(), "{name}: {} sends another text", peer.name);
            seen += 1;
        }
        assert!(seen == count, "{name}: {} sends {seen} texts", peer.name);
    }
}

fn decoding(criterion: &mut Criterion) {
    for (size, length, count) in SIZES {
        let name = format!("decode masked text, {size}");
        let text = text(length);
        let stream = Endless::new(frames(&text, 16 * count));
        check_decoding(&name, &stream, &text, count);
        let mut group = criterion.benchmark_group(&name);
        group.throughput(Throughput::Elements(count as u64));
        for peer in PEERS {
            let mut decoder = (peer.decoder)(stream.clone());
            group.bench_function(peer.name, |bencher| {
                bencher.iter(|| {
                    decoder.decode(count, &mut |text| {
                        black_box(text);
                    })
                });
            });
        }
    }
}

fn encoding(criterion: &mut Criterion) {
    for (size, length, count) in SIZES {
        let name = format!("encode masked text, {size}");
        let text: &'static str = text(length).leak();
        check_encoding(&name, text, count);
        let mut group = criterion.benchmark_group(&name);
        group.throughput(Throughput::Elements(count as u64));
        for peer in PEERS {
            let mut encoder = (peer.encoder)(text, Sink::default());
            group.bench_function(peer.name, |bencher| bencher.iter(|| encoder.encode(count)));
        }
    }
}

criterion_group!(benches, decoding, encoding);
criterion_main!(benches);
