//! Where captures end and begin: what is cut is told as such, a byte order mark is passed over, and packets that are nothing
//! that is read are not passed over without a word.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may panic"
)]

mod common;

use common::{capture, parsed, records};
use sansocket_inspector::{Inspector, Options};

/// Whether the counts say that the end could not be read.
fn is_cut(bytes: &[u8]) -> bool {
    let mut inspector = Inspector::new(Options::default()).unwrap();
    inspector.feed(bytes);
    inspector.finish();
    serde_json::from_slice::<serde_json::Value>(&inspector.stats()).unwrap()["cut"].as_bool().unwrap()
}

#[test]
fn a_capture_that_is_cut_or_damaged_has_no_end() {
    for name in ["clean.pcap", "clean_be.pcapng", "chrome.har", "chrome.netlog", "clean.ndjson"] {
        let whole = capture(name);
        assert!(!is_cut(&whole), "{name}");
        // Of lines of JSON, the last byte is an end of line.
        assert!(is_cut(&whole[..whole.len() - 2]), "{name}");
        if !name.ends_with("pcap") {
            assert!(is_cut(&[&whole[..], b"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c"].concat()), "{name}");
        }
    }
    assert!(is_cut(&capture("crash.netlog")));
    // What is broken by the protocol is whole.
    assert!(!is_cut(&capture("viol.pcap")));
    assert!(!is_cut(&capture("gap.pcap")));
}

#[test]
fn the_number_of_a_packet_is_told_once() {
    let errors = |bytes: &[u8]| {
        let records = parsed(&records(bytes, "{}"));
        let error = records.iter().find(|record| record["type"] == "error").unwrap().clone();
        (error["packet"].as_u64().unwrap(), error["text"].as_str().unwrap().to_owned())
    };
    let whole = capture("clean.pcap");
    assert_eq!(errors(&whole[..900]), (7, "the packet is cut: it has 66 bytes, 42 are there".to_owned()));
    let packets = parsed(&records(&whole, "{}")).last().unwrap()["packets"].as_u64().unwrap();
    assert_eq!(
        errors(&[&whole[..], &[0; 15]].concat()),
        (packets + 1, "the packet is cut inside its header".to_owned())
    );
}

#[test]
fn a_byte_order_mark_is_passed_over_before_json_alone() {
    let told = |bytes: &[u8]| -> Vec<_> {
        parsed(&records(bytes, "{}"))
            .into_iter()
            .filter(|record| record["type"] == "frame")
            .map(|record| (record["op"].clone(), record["payload"].clone()))
            .collect()
    };
    for name in ["chrome.har", "chrome.netlog", "cdp.jsonl", "archive.jsonl"] {
        let plain = capture(name);
        let marked = [&b"\xef\xbb\xbf"[..], &plain].concat();
        assert!(!told(&plain).is_empty(), "{name}");
        assert_eq!(told(&marked), told(&plain), "{name}");
        assert_eq!(common::cut_at_random(&marked, "{}", 1), records(&marked, "{}"), "{name}");
    }
    // In the middle it is none.
    assert!(is_cut(b"{\"log\":\xef\xbb\xbf{}}"));
}

#[test]
fn the_length_of_a_frame_check_sequence_is_no_link_type() {
    let mut file = capture("clean.pcap");
    file[20..24].copy_from_slice(&0x2400_0001_u32.to_be_bytes());
    assert_eq!(records(&file, "{}"), records(&capture("clean.pcap"), "{}"));
}

/// A capture of that link type, in the byte order of `clean.pcap`, with these packets.
fn pcap(link: u32, packets: &[&[u8]]) -> Vec<u8> {
    let mut file = [&capture("clean.pcap")[..20], &link.to_be_bytes()].concat();
    for packet in packets {
        let length = u32::try_from(packet.len()).unwrap().to_be_bytes();
        file.extend([&[0; 8][..], &length, &length, packet].concat());
    }
    file
}

#[test]
fn packets_of_which_none_is_ip_are_told_of() {
    let ethernet = |kind: u16| [&[0; 12][..], &kind.to_be_bytes(), &[0; 40]].concat();
    let errors = |file: &[u8]| -> Vec<String> {
        parsed(&records(file, "{}"))
            .iter()
            .filter(|record| record["type"] == "error")
            .map(|record| record["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let mpls = ethernet(0x8847);
    let text = "none of 2 packets has IP as it is read: MPLS, PPPoE and other wrappings are not";
    assert_eq!(errors(&pcap(1, &[&mpls, &ethernet(0x8864)])), [text]);
    // Beside packets of IP they are what every network has.
    let mut udp = ethernet(0x0800);
    udp[14] = 0x45;
    udp[23] = 17;
    assert_eq!(errors(&pcap(1, &[&mpls, &udp])), [""; 0]);
    assert_eq!(errors(&pcap(1, &[])), [""; 0]);
}
