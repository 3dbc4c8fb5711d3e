//! Whatever the bytes are: no panic, no memory for what a field claims, a sentence that says what is wrong.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

#[path = "../../tests/common/allocator.rs"]
#[allow(dead_code, reason = "shared with the tests of the codec")]
mod allocator;
mod common;

use common::{captures, cut_at_random, records};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

/// The records of a capture, after a check that reading it took no more than so much memory beyond them.
fn records_within(bytes: &[u8], options: &str, most: isize) -> String {
    let (peak, records) = allocator::peak_of(|| records(bytes, options));
    assert!(peak < most, "{peak} bytes for an input of {}", bytes.len());
    records
}

fn error_of(records: &str) -> String {
    let line = records
        .lines()
        .find(|line| line.contains(r#""type":"error""#))
        .unwrap_or_else(|| panic!("no error in {records}"));
    let record: serde_json::Value = serde_json::from_str(line).unwrap();
    record["text"].as_str().unwrap().to_owned()
}

/// The vectors of the group `inspector`. What is about hex (I09), and of I07 what is about terminals, is tried with the
/// command line.
#[test]
fn the_vectors_are_those_that_are_tried() {
    let vectors = include_str!("../../tests/vectors/hostile.jsonl");
    let ids: Vec<_> = vectors
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|vector| vector["group"] == "inspector")
        .map(|vector| vector["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["I01", "I03", "I05", "I07", "I09"]);
}

#[test]
fn i01_a_packet_that_claims_4_gib() {
    let mut file = std::fs::read(captures().into_iter().find(|path| path.ends_with("mid.pcap")).unwrap()).unwrap();
    file.truncate(24);
    for (claim, text) in
        [(u32::MAX, "claims 4294967295 bytes"), (1 << 20, "is cut: it has 1048576 bytes, 20 are there")]
    {
        let packet = [&[0; 8][..], &claim.to_le_bytes(), &[0; 4], &[7; 20]].concat();
        let records = records_within(&[file.as_slice(), &packet].concat(), "{}", 65_536);
        assert!(error_of(&records).contains(text), "{records}");
    }
}

#[test]
fn i03_blocks_that_claim_what_they_do_not_have() {
    let section = [0x0a0d_0d0a_u32, 28, 0x1a2b_3c4d, 1, u32::MAX, u32::MAX, 28];
    let interface = |resolution: u32| [1, 32, 1, 0, 0x0001_0009, resolution, 0, 32];
    let enhanced = |id: u32, captured: u32| [6, 32, id, u32::MAX, u32::MAX, captured, captured, 32];
    let simple = [3, 16, u32::MAX, 16];
    let file = |blocks: &[&[u32]]| -> Vec<u8> { blocks.concat().iter().flat_map(|word| word.to_le_bytes()).collect() };
    for (blocks, text) in [
        (
            &[&section[..], &interface(6), &enhanced(0, 0xffff_fff0)][..],
            "claims a packet of 4294967280 bytes in a block of 20",
        ),
        (&[&section[..], &enhanced(0, 0)], "names interface 0, which was not described"),
        (&[&section[..], &simple], "no interface was described"),
        (&[&section[..], &[6, 0, 0]], "claims 0 bytes"),
        (&[&section[..], &[6, 4, 0]], "claims 4 bytes"),
        (&[&section[..], &[6, 13, 0, 0]], "claims 13 bytes"),
        (&[&section[..], &[6, 16, 0, 20]], "another length at its end"),
        (&[&section[..], &[6, 1 << 20, 0]], "ends inside a block, after 12 of its 1048576 bytes"),
        (&[&section[..], &[1, 12, 12]], "is too short"),
        (&[&[0x0a0d_0d0a_u32, 28, 0, 0, 0, 0, 28][..]], "no byte-order magic"),
    ] {
        let records = records_within(&file(blocks), "{}", 65_536);
        assert!(error_of(&records).contains(text), "{records}");
    }
    // Absurd clocks give absurd times, and nothing else.
    for resolution in [0xff, 0x7f, 0x80, 0] {
        let records = records_within(&file(&[&section, &interface(resolution), &enhanced(0, 0)]), "{}", 65_536);
        assert!(records.ends_with("\"packets\":1,\"bytes\":92}\n"), "{records}");
    }
}

#[test]
fn i05_archives_that_are_deep_or_odd() {
    let deep = format!("{{\"log\":{}", "[".repeat(100_000));
    assert!(error_of(&records_within(deep.as_bytes(), "{}", 1 << 20)).contains("nested more than 64 levels deep"));
    let har = |messages: &str| {
        format!(
            r#"{{"log":{{"log":1,"entries":[{{"__proto__":{{"x":1}},"_webSocketMessages":[{messages}],"request":{{"url":"ws://a"}}}}]}}}}"#
        )
    };
    let odd = har(
        r#"{"type":"send","opcode":2,"data":"no base64!","type":"receive","__proto__":[1]},{"type":7},{"opcode":99,"type":"send"}"#,
    );
    let records = records(odd.as_bytes(), "{}");
    assert!(records.contains(r#""dir":"s2c""#), "of two members of one name the last one counts: {records}");
    assert!(
        records.contains("not base64") && records.contains("unknown type") && records.contains("opcode 99"),
        "{records}"
    );
    let cut = odd.replace("}]}}", "");
    assert!(error_of(&common::records(cut.as_bytes(), r#"{"records":["error"]}"#)).contains("no"));
    // A string longer than what is held costs no more than that.
    let options = r#"{"from":"har","payload":"none"}"#;
    let (peak, ()) = allocator::peak_of(|| {
        let options = sansocket_inspector::Options::from_json(options.as_bytes()).unwrap();
        let mut inspector = sansocket_inspector::Inspector::new(options).unwrap();
        inspector.feed(br#"{"log":{"entries":[{"_webSocketMessages":[{"type":"send","data":""#);
        let piece = vec![b'a'; 1 << 20];
        (0..100).for_each(|_| inspector.feed(&piece));
        inspector.feed(br#""}]}]}}"#);
        inspector.finish();
        let records = String::from_utf8(inspector.take(usize::MAX)).unwrap();
        assert!(records.contains("longer than is held"), "{records}");
    });
    assert!(peak < 400 << 20, "{peak}");
}

#[test]
fn i07_nothing_that_steers_a_terminal_gets_into_json_unescaped() {
    let payload = "\u{1b}]52;c;aGk=\u{7}\u{1b}[2J\u{9b}6n\r\u{202e}\u{2066}\u{200b}";
    let mut frame = vec![0x81, payload.len() as u8];
    frame.extend_from_slice(payload.as_bytes());
    let head = format!("GET /{payload} HTTP/1.1\r\nHost: {payload}\r\nUpgrade: websocket\r\n\r\n").into_bytes();
    let close = [&[0x88, 9, 3, 0xe8][..], b"\x1b[31m\xc2\x9b"].concat();
    let input = [head, frame, close].concat();
    for options in ["{}", r#"{"records":["handshake","frame","message","violation","error"]}"#] {
        let records = records(&input, options);
        let steers = |character: &char| {
            (character.is_control() && *character != '\n') || "\u{202e}\u{2066}\u{200b}".contains(*character)
        };
        assert_eq!(records.chars().find(steers), None);
        assert!(records.contains("\\u001b]52;c;"), "{records}");
        for line in records.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
    }
}

#[test]
fn a_bomb_is_counted_and_not_kept() {
    // 64 MiB of one byte, compressed to 64 KiB: 1032 to 1, as far as DEFLATE goes.
    let mut compressor = sansocket::deflate::Compressor::new(sansocket::deflate::CompressOptions::DEFAULT, 15);
    let mut bomb = Vec::new();
    compressor.compress(&vec![b'a'; 64 << 20], true, &mut bomb).unwrap();
    let mut input = vec![0xc1, 127];
    input.extend_from_slice(&(bomb.len() as u64).to_be_bytes());
    input.extend_from_slice(&bomb);
    let records = records_within(&input, r#"{"deflate":"assume","payload":"preview"}"#, 4 << 20);
    assert!(records.contains("\"inflated\":67108864") && records.contains("inflate-ratio"), "{records}");
    assert!(records.contains(r#""cut":true"#));
}

#[test]
fn what_is_no_capture_is_named() {
    for (input, text) in [
        (&b"\x16\x03\x01\x02\x00\x01"[..], "TLS"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "RFC 8441"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8b\x08\x00rest", "gzip"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "does not ask for a WebSocket"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "not to a request"),
        (b"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n\x01", "switches to another protocol"),
        (b"GET / HTTP/1.1\r\nHost", "no empty line"),
        (b"{\"log\":{\"entries\":[]}}", "0 entries, none of a WebSocket"),
        (b"{\"constants\":{}}", "no bytes and no frames"),
        (b"{\"v\":1}\n", "1 lines of JSON, none with a frame"),
    ] {
        let records = records(input, "{}");
        assert!(error_of(&records).contains(text), "{records}");
        assert!(records.ends_with("}\n") && records.contains(r#""type":"summary""#), "{records}");
        for seed in 0..20 {
            assert_eq!(cut_at_random(input, "{}", seed), records);
        }
    }
}

/// RFC 9112 §2.3: two digits with a point between them.
#[test]
fn a_version_of_http_is_no_number() {
    for (version, is_right) in [
        ("HTTP/1.1", true),
        ("HTTP/2.0", true),
        ("HTTP/1.0", false),
        ("HTTP/1e9", false),
        ("HTTP/inf", false),
        ("HTTP/2", false),
    ] {
        let head = format!("GET / {version}\r\nHost: a\r\nUpgrade: websocket\r\n\r\n");
        assert_eq!(!records(head.as_bytes(), "{}").contains("hs-method-version"), is_right, "{version}");
    }
}

#[test]
fn an_empty_capture_is_of_the_kind_that_was_asked_for() {
    for kind in ["raw", "pcap", "pcapng", "har", "netlog", "ndjson"] {
        let options = format!(r#"{{"from":"{kind}"}}"#);
        let whole = records(b"", &options);
        assert!(whole.contains(&format!(r#""kind":"{kind}""#)), "{whole}");
        assert_eq!(cut_at_random(b"", &options, 0), whole, "told nothing");
    }
}

#[test]
fn a_head_of_no_websocket_is_told_where_it_begins_however_it_is_cut() {
    for head in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"] {
        let bytes = [head.as_bytes(), b"and more"].concat();
        let whole = records(&bytes, "{}");
        assert!(whole.contains(r#""type":"error","source":null,"packet":null,"offset":0,"#), "{whole}");
        for seed in 0..20 {
            assert_eq!(cut_at_random(&bytes, "{}", seed), whole);
        }
    }
}

#[test]
fn a_head_is_waited_for_up_to_64_kib_however_it_is_cut() {
    let head = |length: usize| {
        let fields = "GET / HTTP/1.1\r\nUpgrade: websocket\r\nA: ";
        format!("{fields}{}\r\n\r\n", "a".repeat(length - fields.len() - 4)).into_bytes()
    };
    for (length, is_read) in [(64 << 10, true), ((64 << 10) + 1, false), (100_000, false)] {
        let whole = records(&head(length), "{}");
        assert_eq!(whole.contains("never answered"), is_read, "{whole:.200}");
        assert_eq!(whole.contains("no empty line in 65536 bytes"), !is_read, "{whole:.200}");
        for seed in 0..5 {
            assert_eq!(cut_at_random(&head(length), "{}", seed), whole);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_any_kind(bytes in proptest::collection::vec(any::<u8>(), 0..600), seed in any::<u64>()) {
        for kind in ["raw", "pcap", "pcapng", "har", "netlog", "ndjson", "auto"] {
            let options = format!(r#"{{"from":"{kind}","index":true}}"#);
            let whole = records(&bytes, &options);
            prop_assert_eq!(cut_at_random(&bytes, &options, seed), whole);
        }
    }

    #[test]
    fn any_damage_to_a_capture(
        which in any::<prop::sample::Index>(),
        at in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        end in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let paths: Vec<_> = captures().into_iter().filter(|path| std::fs::metadata(path).unwrap().len() < 8000).collect();
        let mut bytes = std::fs::read(which.get(&paths)).unwrap();
        for (index, byte) in at {
            *index.get_mut(&mut bytes) = byte;
        }
        bytes.truncate(end.index(bytes.len()) + 1);
        let whole = records(&bytes, r#"{"index":true}"#);
        for line in whole.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        prop_assert_eq!(cut_at_random(&bytes, "{}", seed), whole);
    }

    #[test]
    fn any_text_as_a_filter(text in "[a-z0-9 ()=<>!~&|/\"'.,?-]{0,40}") {
        let options = serde_json::json!({"filter": text}).to_string();
        let options = sansocket_inspector::Options::from_json(options.as_bytes()).unwrap();
        if let Err(fault) = sansocket_inspector::Inspector::new(options) {
            prop_assert!(fault.at <= fault.end && fault.end <= text.len(), "{:?}", fault);
        }
    }
}
