//! Random access gives what reading in order gave.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use std::collections::BTreeSet;

use common::{captures, records};
use sansocket_inspector::{Inspector, Options};
use serde_json::Value;

fn indexed(bytes: &[u8]) -> Inspector {
    let options = Options::from_json(br#"{"index":true,"records":[]}"#).unwrap();
    let mut inspector = Inspector::new(options).unwrap();
    inspector.feed(bytes);
    inspector.finish();
    inspector
}

/// The crafted captures, and the records of each, which can be read again.
fn sources() -> Vec<(String, Vec<u8>)> {
    let read = |path: std::path::PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        let again = records(&bytes, "{}").into_bytes();
        [(path.display().to_string(), bytes), (format!("the records of {}", path.display()), again)]
    };
    captures().into_iter().flat_map(read).collect()
}

fn lines(records: &str, kind: &str) -> Vec<Value> {
    records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).filter(|it| it["type"] == kind).collect()
}

/// The bytes of a payload in hex.
fn hex(payload: &Value) -> String {
    match (&payload["text"], &payload["hex"]) {
        (Value::String(text), _) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        (_, Value::String(hex)) => hex.clone(),
        _ => panic!("no payload: {payload}"),
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn layers_are_the_payloads_of_the_records_in_any_order() {
    for (name, bytes) in sources() {
        let all = records(&bytes, r#"{"records":["frame","message"],"bytes":"hex"}"#);
        let frames = lines(&all, "frame");
        let mut inspector = indexed(&bytes);
        assert_eq!(inspector.frames(), frames.len(), "{name}");
        // In order, backwards, then by leaps.
        let order =
            (0..frames.len()).chain((0..frames.len()).rev()).chain((0..frames.len()).map(|n| n * 7 % frames.len()));
        for frame in order.map(|n| &frames[n]) {
            let number = frame["n"].as_u64().unwrap() as u32;
            let payload = inspector.layer(number, 1);
            if frame["inflated"].is_null() {
                assert_eq!(to_hex(&payload), hex(&frame["payload"]), "{name} frame {number}");
            } else {
                assert_eq!(to_hex(&inspector.layer(number, 2)), hex(&frame["payload"]), "{name} frame {number}");
            }
            let wire = inspector.layer(number, 0);
            if let Some(length) = frame["hdrLen"].as_u64() {
                assert_eq!(wire.len(), length as usize + payload.len());
            }
            let detail: Value = serde_json::from_slice(&inspector.detail(number)).unwrap();
            for key in ["n", "conn", "msg", "dir", "t", "time", "op", "len", "inflated", "off", "certainty"] {
                if !frame[key].is_null() {
                    assert_eq!(detail[key], frame[key], "{name} frame {number} {key}");
                }
            }
        }
        for message in lines(&all, "message") {
            for number in message["frames"].as_array().unwrap() {
                let number = number.as_u64().unwrap() as u32;
                let detail: Value = serde_json::from_slice(&inspector.detail(number)).unwrap();
                assert_eq!(detail["frames"], message["frames"]);
                assert_eq!(to_hex(&inspector.layer(number, 3)), hex(&message["payload"]), "{name}");
            }
        }
    }
}

#[test]
fn a_compressed_message_that_is_cut_has_what_came_of_all_its_frames() {
    let bytes = b"\x41\x03\xf2\x48\xcd\x80\x09\xc9\xc9\x07";
    let options = r#"{"side":"server","from":"raw","index":true,"records":["message"],"bytes":"hex"}"#;
    let mut inspector = Inspector::new(Options::from_json(options.as_bytes()).unwrap()).unwrap();
    inspector.feed(bytes);
    inspector.finish();
    let told = lines(&String::from_utf8(inspector.take(usize::MAX)).unwrap(), "message");
    assert_eq!((hex(&told[0]["payload"]), told[0]["len"].clone()), ("f248cdc9c907".to_owned(), 12.into()));
    assert_eq!(to_hex(&inspector.layer(1, 3)), "f248cdc9c907");
}

#[test]
fn rows_and_details_have_the_findings_of_the_records() {
    for (name, bytes) in sources() {
        let violations = lines(&records(&bytes, r#"{"records":["violation"]}"#), "violation");
        let mut inspector = indexed(&bytes);
        for number in 1..=inspector.frames() as u32 {
            let rows: Value = serde_json::from_slice(&inspector.rows(&[number])).unwrap();
            let mut in_row: Vec<_> =
                rows[0]["violations"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
            let mut expected: Vec<_> =
                violations.iter().filter(|it| it["n"] == number).map(|it| it["id"].as_str().unwrap()).collect();
            in_row.sort_unstable();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(in_row, expected, "{name} frame {number}");
            let detail: Value = serde_json::from_slice(&inspector.detail(number)).unwrap();
            for found in detail["violations"].as_array().unwrap() {
                let like = |it: &&Value| it["n"] == number && it["id"] == found["id"];
                let told = violations.iter().find(like).unwrap();
                let exact = ["mask-", "rsv", "opcode", "length-", "control-", "close-b", "close-c", "close-r", "utf8"];
                // Of records that are read again the header is not there.
                let is_exact = exact.iter().any(|prefix| found["id"].as_str().unwrap().starts_with(prefix));
                if is_exact && rows[0]["header"] == true {
                    for key in ["at", "payloadAt", "inflatedAt", "text"] {
                        assert_eq!(found[key], told[key], "{key} in {name} frame {number}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_filter_finds_the_same_in_the_index_and_in_the_stream() {
    let filters = [
        "op == text",
        "dir == c2s and len > 5",
        "message or fragments",
        "violation == mask-key-weak",
        "level >= warn",
        "json.id >= 2",
        "json.price",
        "frag",
        "ratio > 1",
        "dt < 1s and t >= 0.0006",
        "close.code == 1000",
        "key == 37fa213d",
        "hex contains \"6c ?? 6f\"",
        "hex ~ /^7b2269/",
        "json.id in (\"1\", 2)",
        "payload ~ /t[ew]/",
    ];
    let mut found = vec![0; filters.len()];
    for (name, bytes) in sources() {
        let mut inspector = indexed(&bytes);
        for (index, filter) in filters.iter().enumerate() {
            let options = serde_json::json!({"records": ["frame"], "filter": filter}).to_string();
            let told: Vec<_> = lines(&records(&bytes, &options), "frame")
                .iter()
                .map(|it| it["n"].as_u64().unwrap() as usize)
                .collect();
            inspector.set_filter(filter).unwrap();
            let count = inspector.frames();
            let (bits, matches) = inspector.match_frames(1, u32::MAX);
            let listed: Vec<_> = (0..count).filter(|n| bits[n / 8] & 1 << (n % 8) != 0).map(|n| n + 1).collect();
            // What becomes known later is in the index only.
            if filter.contains("violation") || filter.contains("level") {
                assert!(told.iter().all(|n| listed.contains(n)));
            } else {
                assert_eq!(listed, told, "{name} {filter}");
            }
            assert_eq!(matches as usize, listed.len());
            found[index] += listed.len();
        }
    }
    assert!(found.iter().all(|count| *count > 0), "{found:?}");
}

/// The numbers whose bits are set.
fn set_in(bits: &[u8]) -> BTreeSet<u64> {
    (0..8 * bits.len()).filter(|n| bits[n / 8] & 1 << (n % 8) != 0).map(|n| n as u64 + 1).collect()
}

/// Messages, and frames of none, match in the index as they do in the stream; gives for each filter how many in fragments did.
fn matched_as_told<const N: usize>(bytes: &[u8], kind: &str, filters: [&str; N], what: &str) -> [usize; N] {
    let told = |filter: &str| {
        let filter = serde_json::to_string(filter).unwrap();
        records(bytes, &format!(r#"{{{kind}"records":["frame","message"],"filter":{filter}}}"#))
    };
    // Messages that have ended, by their first frames, and frames of none.
    let rows = |told: &str| {
        let messages = lines(told, "message").into_iter().map(|it| it["frames"][0].as_u64().unwrap());
        let alone = lines(told, "frame").into_iter().filter(|it| it["msg"].is_null());
        messages.chain(alone.map(|it| it["n"].as_u64().unwrap())).collect::<BTreeSet<_>>()
    };
    let all = told("");
    let (frames, ended) = (lines(&all, "frame"), rows(&all));
    let frame = |n: u64| &frames[n as usize - 1];
    let options = Options::from_json(format!(r#"{{{kind}"index":true,"records":[]}}"#).as_bytes()).unwrap();
    let mut inspector = Inspector::new(options).unwrap();
    inspector.feed(bytes);
    inspector.finish();
    filters.map(|filter| {
        inspector.set_filter(filter).unwrap();
        let (bits, matches) = inspector.match_messages(1, u32::MAX);
        let listed = set_in(&bits);
        assert_eq!(matches as usize, listed.len());
        if frames.len() < 100 {
            let one_by_one = (1..=frames.len() as u32).filter(|n| inspector.match_messages(*n, 1).1 == 1);
            assert_eq!(one_by_one.map(u64::from).collect::<BTreeSet<_>>(), listed, "{what} {filter}");
        }
        assert!(listed.iter().all(|n| frame(*n)["op"] != 0 || frame(*n)["msg"].is_null()), "{what} {filter}");
        let listed: BTreeSet<_> = listed.intersection(&ended).copied().collect();
        let told = rows(&told(filter));
        // What becomes known later is in the index only.
        if filter.contains("violation") {
            assert!(told.is_subset(&listed), "{what} {filter}");
        } else {
            assert_eq!(listed, told, "{what} {filter}");
        }
        listed.iter().filter(|n| frame(**n)["fin"] == false && !frame(**n)["msg"].is_null()).count()
    })
}

#[test]
fn a_filter_finds_the_same_messages_in_the_index_and_in_the_stream() {
    let filters = [
        "op == text",
        "frag",
        "len > 5",
        "wire > 12",
        "message or ent",
        "client text",
        "hex contains \"6c ?? 6f\"",
        "hex contains \"c9 c9\"",
        "inflated > 4",
        "ratio > 1",
        "key == 838ccd13",
        "violation",
        "violation == utf8-invalid",
        "t > 0.001",
        "dt <= 0.0002",
        "n > 2 and dir == s2c",
        // No message is that is in several frames.
        "op == cont",
        "fin",
    ];
    let mut found = [0; 18];
    let mut check = |bytes: &[u8], kind: &str, what: &str| {
        for (found, count) in found.iter_mut().zip(matched_as_told(bytes, kind, filters, what)) {
            *found += count;
        }
    };
    for path in captures() {
        let bytes = std::fs::read(&path).unwrap();
        // Sources of frames alone tell no messages.
        if !lines(&records(&bytes, r#"{"records":["message"]}"#), "message").is_empty() {
            check(&bytes, "", &path.display().to_string());
        }
    }
    for (what, stream) in [
        ("what is wrong with its second frame", &b"\x01\x02ab\x89\x00\x80\x01\xff\x81\x01c"[..]),
        ("compressed", b"\x41\x03\xf2\x48\xcd\x89\x00\x80\x04\xc9\xc9\x07\x00"),
        ("compressed, and no DEFLATE", b"\x41\x03\xf2\x48\xcd\x80\x04\xff\xff\xff\xff\x81\x01c"),
        ("given up for another", b"\x01\x02ab\x01\x02cd\x80\x02ef\x00\x01g\x80\x01h"),
        ("without an end", b"\x81\x01a\x01\x02ab\x00\x02cd\x89\x00"),
        ("cut", b"\x01\x02ab\x00\x02cd\x80\x09ef"),
        ("compressed and cut", b"\x41\x03\xf2\x48\xcd\x80\x09\xc9\xc9\x07"),
        ("empty frames", b"\x01\x00\x00\x00\x00\x02hi\x80\x00"),
    ] {
        check(stream, r#""from":"raw","side":"server","#, what);
    }
    assert!(
        found.iter().zip(filters).all(|(count, filter)| (*count > 0) != ["op == cont", "fin"].contains(&filter)),
        "{found:?}"
    );
}

#[test]
fn a_message_that_has_no_end_is_matched_as_far_as_it_came() {
    let options = Options::from_json(br#"{"index":true,"records":[],"from":"raw","side":"server"}"#).unwrap();
    let mut inspector = Inspector::new(options).unwrap();
    inspector.feed(b"\x01\x02ab\x89\x00\x00\x02cd");
    let mut matches = |filter: &str| {
        inspector.set_filter(filter).unwrap();
        set_in(&inspector.match_messages(1, u32::MAX).0)
    };
    assert_eq!(matches("len == 4 and abcd and frag"), [1].into());
    assert_eq!(matches("fin"), [2].into());
}

#[test]
fn a_key_is_found_where_there_are_headers_alone() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/captures");
    for (name, count) in [("mid.pcap", 1), ("mid.ndjson", 0), ("headers.netlog", 0)] {
        let bytes = std::fs::read(format!("{folder}/{name}")).unwrap();
        let filter = "key == 37fa213d or key == 00000000";
        let options = serde_json::json!({"records": ["frame"], "filter": filter}).to_string();
        assert_eq!(lines(&records(&bytes, &options), "frame").len(), count, "{name}");
        let mut inspector = indexed(&bytes);
        inspector.set_filter(filter).unwrap();
        assert_eq!(inspector.match_frames(1, u32::MAX).1 as usize, count, "{name}");
        inspector.set_filter("masked").unwrap();
        assert!(inspector.match_frames(1, u32::MAX).1 > 0, "{name}");
    }
}

/// Frames that nobody wants to see one by one are counted together, if they are ordinary.
fn assert_counted_as_told(bytes: &[u8], options: &str, what: &str) {
    let read = |records: &str, piece: usize| {
        let options = Options::from_json(format!("{{{options}{records}}}").as_bytes()).unwrap();
        let mut inspector = Inspector::new(options).unwrap();
        bytes.chunks(piece).for_each(|piece| inspector.feed(piece));
        inspector.finish();
        let numbers: Vec<u32> = (1..=inspector.frames() as u32).collect();
        (String::from_utf8(inspector.stats()).unwrap(), String::from_utf8(inspector.rows(&numbers)).unwrap())
    };
    let told = read(r#""index":true"#, usize::MAX);
    for piece in [1, 7, 100, usize::MAX] {
        let (stats, rows) = read(r#""index":true,"records":[]"#, piece);
        assert_eq!(stats, told.0, "{what} in pieces of {piece}");
        assert_eq!(rows, told.1, "{what} in pieces of {piece}");
    }
}

#[test]
fn what_is_counted_together_is_what_is_told_one_by_one() {
    for (name, bytes) in sources() {
        assert_counted_as_told(&bytes, "", &name);
    }
    let key = [0x37, 0xfa, 0x21, 0x3d];
    let frame = |first: u8, length: &[u8], key: [u8; 4], payload: &[u8]| {
        let mut bytes = [&[first][..], length, &key, payload].concat();
        let start = bytes.len() - payload.len();
        sansocket::Mask::new(key).apply(&mut bytes[start..]);
        bytes
    };
    let text = |text: &[u8]| frame(0x81, &[0x80 | text.len() as u8], key, text);
    let ordinary = |n: u8| frame(0x81, &[0x85], [n, 2, 3, 4], b"Hello");
    let long = |form: &[u8], length: usize| frame(0x82, form, key, &vec![7; length]);
    for (what, odd) in [
        ("another ordinary one", text(b"Hello")),
        ("an empty one", text(b"")),
        ("text beyond ASCII", text("Grüße, 日本 😀".as_bytes())),
        ("no UTF-8", text(b"Hello, this is \xff no text, as its sender says")),
        ("no UTF-8, and short", text(b"\xc0")),
        ("half a character at the end", text("this ends in the middle of a ß".as_bytes().split_last().unwrap().1)),
        ("binary", frame(0x82, &[0x85], key, b"\xff\xfe\xfd\xfc\xfb")),
        ("a key of zeros", frame(0x81, &[0x85], [0; 4], b"Hello")),
        ("the key of the frame before", ordinary(1)),
        ("no mask", b"\x81\x05Hello".to_vec()),
        ("RSV1", frame(0xc1, &[0x85], key, b"Hello")),
        ("RSV2", frame(0xa1, &[0x85], key, b"Hello")),
        ("a reserved opcode", frame(0x83, &[0x85], key, b"Hello")),
        ("a fragment", frame(0x01, &[0x85], key, b"Hello")),
        ("an orphan", frame(0x80, &[0x85], key, b"Hello")),
        ("a Ping", frame(0x89, &[0x85], key, b"Hello")),
        ("a Close, and frames after it", frame(0x88, &[0x82], key, &[3, 232])),
        ("16 bits for the length", long(&[0xfe, 0, 126], 126)),
        ("16 bits for a short length", long(&[0xfe, 0, 125], 125)),
        ("64 bits for a short length", long(&[0xff, 0, 0, 0, 0, 0, 0, 1, 0], 256)),
        ("64 bits for the length", long(&[0xff, 0, 0, 0, 0, 0, 1, 0, 0], 65536)),
    ] {
        let bytes = [ordinary(0), ordinary(1), odd, ordinary(2), ordinary(3)].concat();
        assert_counted_as_told(&bytes, r#""from":"raw","side":"client","#, what);
        assert_counted_as_told(&bytes, r#""from":"raw","side":"client","maxFrame":4,"#, what);
    }
}

#[test]
fn rows_are_there_as_soon_as_their_bytes_are() {
    let path = captures().into_iter().find(|path| path.ends_with("clean.pcap")).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let whole = indexed(&bytes).rows(&[1]);
    let options = Options::from_json(br#"{"index":true,"records":[]}"#).unwrap();
    let mut inspector = Inspector::new(options).unwrap();
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    inspector.feed(first);
    assert!(inspector.frames() > 0);
    assert_eq!(inspector.rows(&[1]), whole);
    inspector.feed(rest);
}

#[test]
fn the_timeline_counts_every_frame_once() {
    let path = captures().into_iter().find(|path| path.ends_with("clean.pcap")).unwrap();
    let inspector = indexed(&std::fs::read(path).unwrap());
    let words = inspector.timeline(0.0, 1.0, 10);
    assert_eq!(words.len(), 80);
    let (buckets, _) = words.as_chunks::<8>();
    let frames: u32 = buckets.iter().map(|bucket| bucket[0] + bucket[3]).sum();
    assert_eq!(frames as usize, inspector.frames());
    assert_eq!(buckets[0][6] & (1 << 9 | 1 << 8 | 1 << 1), 1 << 9 | 1 << 8 | 1 << 1);
}

#[test]
fn numbers_that_there_are_not() {
    let mut inspector = indexed(b"\x81\x05Hello");
    assert_eq!(inspector.rows(&[0, 2]), b"[null,null]");
    assert_eq!(inspector.detail(9), b"null");
    assert_eq!(inspector.layer(9, 0), b"");
    assert_eq!(inspector.match_frames(9, 9), (vec![], 0));
    let mut without = Inspector::new(Options::default()).unwrap();
    assert_eq!((without.rows(&[1]), without.detail(1)), (b"[]".to_vec(), b"null".to_vec()));
}
