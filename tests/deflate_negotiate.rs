//! The negotiation of permessage-deflate: RFC 7692 §5 and §7.1 for both roles.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::collections::HashSet;

use proptest::prelude::*;
use sansocket::deflate::{BadAnswer, DeflateConfig, DeflateParams, check_response, offer, respond};
use sansocket::handshake::{Extension, Param, parse_extensions};

fn parse(header: &str) -> Vec<Extension> {
    if header.is_empty() { Vec::new() } else { parse_extensions([header.as_bytes()]).expect(header) }
}

fn server(config: &DeflateConfig, offers: &str) -> Option<String> {
    respond(config, &parse(offers)).map(|(_, header)| header)
}

fn client(offers: &str, answer: &str) -> Result<Option<DeflateParams>, BadAnswer> {
    check_response(&parse(offers), &parse(answer))
}

const ANY: DeflateConfig = DeflateConfig {
    server_no_context_takeover: false,
    client_no_context_takeover: false,
    server_max_window_bits: None,
    client_max_window_bits: None,
};

fn params(server_off: bool, client_off: bool, server_bits: u8, client_bits: u8) -> DeflateParams {
    DeflateParams {
        server_no_context_takeover: server_off,
        client_no_context_takeover: client_off,
        server_max_window_bits: server_bits,
        client_max_window_bits: client_bits,
    }
}

#[test]
fn what_a_client_offers() {
    assert_eq!(offer(&ANY), "permessage-deflate; client_max_window_bits");
    let all = DeflateConfig {
        server_no_context_takeover: true,
        client_no_context_takeover: true,
        server_max_window_bits: Some(10),
        client_max_window_bits: Some(8),
    };
    assert_eq!(
        offer(&all),
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; \
         client_max_window_bits=8"
    );
}

#[test]
fn ranges() {
    for bits in 0..=u8::MAX {
        let ok = (8..=15).contains(&bits);
        assert_eq!(DeflateConfig { server_max_window_bits: Some(bits), ..ANY }.check().is_ok(), ok, "{bits}");
        assert_eq!(DeflateConfig { client_max_window_bits: Some(bits), ..ANY }.check().is_ok(), ok, "{bits}");
        // Out of range or not, what is written can be read.
        let config = DeflateConfig { server_max_window_bits: Some(bits), client_max_window_bits: Some(bits), ..ANY };
        let used = bits.clamp(8, 15);
        let (agreed, header) = respond(&ANY, &parse(&offer(&config))).expect("acceptable");
        assert_eq!(agreed, params(false, false, used, used));
        assert_eq!(check_response(&parse(&offer(&config)), &parse(&header)), Ok(Some(agreed)));
    }
}

/// Server, configuration of any kind: (offers, answer or "" for declined).
#[test]
fn a_willing_server_answers() {
    for (offers, answer) in [
        ("", ""),
        ("foo", ""),
        ("permessage-deflate", "permessage-deflate"),
        ("x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"),
        ("Permessage-Deflate; Server_No_Context_Takeover", "permessage-deflate; server_no_context_takeover"),
        ("permessage-deflate; client_max_window_bits", "permessage-deflate"),
        ("permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=10"),
        ("permessage-deflate; client_max_window_bits=8", "permessage-deflate; client_max_window_bits=8"),
        ("permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=8"),
        ("permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_max_window_bits=15"),
        ("permessage-deflate; server_max_window_bits=\"10\"", "permessage-deflate; server_max_window_bits=10"),
        ("permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover"),
        ("permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover"),
        (
            "permessage-deflate; client_max_window_bits=9; server_max_window_bits=11; client_no_context_takeover; \
             server_no_context_takeover",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; \
             client_max_window_bits=9",
        ),
        // Offers that must be declined (RFC 7692 §7.1).
        ("permessage-deflate; foo", ""),
        ("permessage-deflate; foo=1", ""),
        ("permessage-deflate; server_no_context_takeover=1", ""),
        ("permessage-deflate; client_no_context_takeover=true", ""),
        ("permessage-deflate; server_max_window_bits", ""),
        ("permessage-deflate; server_max_window_bits=7", ""),
        ("permessage-deflate; server_max_window_bits=16", ""),
        ("permessage-deflate; server_max_window_bits=08", ""),
        ("permessage-deflate; server_max_window_bits=010", ""),
        ("permessage-deflate; server_max_window_bits=+10", ""),
        ("permessage-deflate; server_max_window_bits=1", ""),
        ("permessage-deflate; server_max_window_bits=1e1", ""),
        ("permessage-deflate; server_max_window_bits=4294967306", ""),
        ("permessage-deflate; client_max_window_bits=7", ""),
        ("permessage-deflate; client_max_window_bits=16", ""),
        ("permessage-deflate; client_max_window_bits=99999999999999999999", ""),
        ("permessage-deflate; server_no_context_takeover; server_no_context_takeover", ""),
        ("permessage-deflate; client_no_context_takeover; client_no_context_takeover", ""),
        ("permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", ""),
        ("permessage-deflate; client_max_window_bits; client_max_window_bits", ""),
        ("permessage-deflate; client_max_window_bits; client_max_window_bits=10", ""),
        // Then the next offer is looked at.
        (
            "permessage-deflate; server_max_window_bits=16, foo, permessage-deflate; bar, permessage-deflate; \
             server_max_window_bits=12, permessage-deflate",
            "permessage-deflate; server_max_window_bits=12",
        ),
    ] {
        assert_eq!(server(&ANY, offers).unwrap_or_default(), answer, "{offers}");
    }
}

#[test]
fn what_a_server_insists_on() {
    let off = DeflateConfig { server_no_context_takeover: true, client_no_context_takeover: true, ..ANY };
    assert_eq!(
        server(&off, "permessage-deflate").as_deref(),
        Some("permessage-deflate; server_no_context_takeover; client_no_context_takeover")
    );
    let small = DeflateConfig { server_max_window_bits: Some(11), client_max_window_bits: Some(10), ..ANY };
    for (offers, answer) in [
        // The client's window cannot be limited unless the client offers that (RFC 7692 §7.1.2.2).
        ("permessage-deflate", ""),
        ("permessage-deflate; server_max_window_bits=9", ""),
        (
            "permessage-deflate, permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=11; client_max_window_bits=10",
        ),
        (
            "permessage-deflate; client_max_window_bits=9; server_max_window_bits=10",
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9",
        ),
        (
            "permessage-deflate; client_max_window_bits=15; server_max_window_bits=15",
            "permessage-deflate; server_max_window_bits=11; client_max_window_bits=10",
        ),
    ] {
        assert_eq!(server(&small, offers).unwrap_or_default(), answer, "{offers}");
    }
    let largest = DeflateConfig { client_max_window_bits: Some(15), ..ANY };
    assert_eq!(server(&largest, "permessage-deflate").as_deref(), Some("permessage-deflate"));
}

#[test]
fn what_a_client_accepts() {
    let any = "permessage-deflate; client_max_window_bits";
    let plain = "permessage-deflate";
    let eight = "permessage-deflate; client_max_window_bits=8; server_max_window_bits=8";
    let off = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    for (offers, answer, agreed) in [
        (any, "", None),
        ("", "", None),
        ("", "foo", None),
        (any, "permessage-deflate", Some(params(false, false, 15, 15))),
        (plain, "foo; a=1, permessage-deflate", Some(params(false, false, 15, 15))),
        (plain, "permessage-deflate; server_no_context_takeover", Some(params(true, false, 15, 15))),
        (plain, "permessage-deflate; client_no_context_takeover", Some(params(false, true, 15, 15))),
        (plain, "permessage-deflate; server_max_window_bits=8", Some(params(false, false, 8, 15))),
        (any, "permessage-deflate; client_max_window_bits=8", Some(params(false, false, 15, 8))),
        (any, "permessage-deflate; client_max_window_bits=\"10\"", Some(params(false, false, 15, 10))),
        // The client keeps what its offer promises, whatever the server says (RFC 7692 §7.1.1.2, §7.1.2.2).
        (off, "permessage-deflate; server_no_context_takeover", Some(params(true, true, 15, 15))),
        (eight, "permessage-deflate; server_max_window_bits=8", Some(params(false, false, 8, 8))),
        // An answer to a fall-back.
        (
            "permessage-deflate; server_max_window_bits=10; client_max_window_bits=9, permessage-deflate",
            "permessage-deflate; server_max_window_bits=12",
            Some(params(false, false, 12, 15)),
        ),
        // It fits both offers, and the promise of either holds, in whichever order they are.
        (
            "permessage-deflate; client_no_context_takeover, permessage-deflate; client_max_window_bits=9",
            "permessage-deflate",
            Some(params(false, true, 15, 9)),
        ),
        (
            "permessage-deflate; client_max_window_bits=9, permessage-deflate; client_no_context_takeover",
            "permessage-deflate",
            Some(params(false, true, 15, 9)),
        ),
    ] {
        assert_eq!(client(offers, answer), Ok(agreed), "{offers} / {answer}");
    }
}

#[test]
fn what_fails_a_client() {
    use BadAnswer::{Mismatch, NotOffered, Parameter, Repeated};
    let any = "permessage-deflate; client_max_window_bits";
    let plain = "permessage-deflate";
    for (offers, answer, fault) in [
        ("", "permessage-deflate", NotOffered),
        ("foo", "permessage-deflate; nonsense", NotOffered),
        (plain, "permessage-deflate, permessage-deflate", Repeated),
        (any, "permessage-deflate; client_max_window_bits", Parameter),
        (any, "permessage-deflate; server_max_window_bits", Parameter),
        (any, "permessage-deflate; server_max_window_bits=16", Parameter),
        (any, "permessage-deflate; server_max_window_bits=7", Parameter),
        (any, "permessage-deflate; server_max_window_bits=010", Parameter),
        (any, "permessage-deflate; client_max_window_bits=99999999999999999999", Parameter),
        (any, "permessage-deflate; server_no_context_takeover=1", Parameter),
        (any, "permessage-deflate; server_no_context_takeover; server_no_context_takeover", Parameter),
        (any, "permessage-deflate; constructor", Parameter),
        (plain, "permessage-deflate; client_max_window_bits=15", Mismatch),
        ("permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=11", Mismatch),
        ("permessage-deflate; server_max_window_bits=10", "permessage-deflate", Mismatch),
        ("permessage-deflate; server_max_window_bits=10", "permessage-deflate; server_max_window_bits=11", Mismatch),
        ("permessage-deflate; server_no_context_takeover", "permessage-deflate", Mismatch),
        // The server may pick one offer, not parts of two.
        (
            "permessage-deflate; server_no_context_takeover; client_max_window_bits, permessage-deflate",
            "permessage-deflate; client_max_window_bits=9",
            Mismatch,
        ),
    ] {
        assert_eq!(client(offers, answer), Err(fault), "{offers} / {answer}");
    }
}

#[test]
fn each_bad_answer_has_a_sentence() {
    use BadAnswer::{Mismatch, NotOffered, Parameter, Repeated};
    let sentences = HashSet::from([NotOffered, Repeated, Parameter, Mismatch].map(|fault| fault.to_string()));
    assert_eq!(sentences.len(), 4);
    for sentence in sentences {
        assert!(sentence.contains("permessage-deflate"), "{sentence}");
    }
    assert_eq!(NotOffered.message(), NotOffered.to_string());
}

/// The lines of the vector file that are about the parameters: the header is cut out of the head by hand here, the
/// whole head is for the tests of the handshake.
#[test]
fn vectors() {
    let file = include_str!("vectors/hostile.jsonl");
    let mut seen = 0;
    for line in file.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let (id, text) = (vector["id"].as_str().expect("id"), vector["text"].as_str().unwrap_or_default());
        let header = text.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Extensions: "));
        let Some(header) = header else { continue };
        if vector["options"]["pmd"] == true {
            let accepted = server(&ANY, header).map_or_else(Vec::new, |header| vec![header]);
            assert_eq!(vector["expect"]["extensions"], serde_json::json!(accepted), "{id}");
            seen += 1;
        } else if let Some(offer) = vector["options"]["offer"].as_str() {
            assert_eq!(client(offer, header).is_err(), vector["expect"]["error"] == "bad_extensions", "{id}");
            seen += 1;
        }
    }
    assert_eq!(seen, 9);
}

fn any_config() -> impl Strategy<Value = DeflateConfig> {
    let bits = || prop::option::of(8..=15_u8);
    (any::<bool>(), any::<bool>(), bits(), bits()).prop_map(|(server_off, client_off, server_bits, client_bits)| {
        DeflateConfig {
            server_no_context_takeover: server_off,
            client_no_context_takeover: client_off,
            server_max_window_bits: server_bits,
            client_max_window_bits: client_bits,
        }
    })
}

proptest! {
    /// Both sides of any negotiation come to the same parameters, and each has what it insists on.
    #[test]
    fn both_sides_agree(ours in any_config(), theirs in any_config()) {
        let offers = parse(&offer(&ours));
        let (agreed, header) = respond(&theirs, &offers).expect("client_max_window_bits is always offered");
        prop_assert_eq!(check_response(&offers, &parse(&header)), Ok(Some(agreed)));
        for config in [ours, theirs] {
            prop_assert!(agreed.server_no_context_takeover || !config.server_no_context_takeover);
            prop_assert!(agreed.client_no_context_takeover || !config.client_no_context_takeover);
            prop_assert!(agreed.server_max_window_bits <= config.server_max_window_bits.unwrap_or(15));
            prop_assert!(agreed.client_max_window_bits <= config.client_max_window_bits.unwrap_or(15));
        }
    }

    /// Nothing that a peer can write makes either side panic, and an answer is always one that the client accepts.
    #[test]
    fn any_parameters(list in prop::collection::vec((0..6_usize, prop::option::of("[0-9]{0,3}|[a-z]{1,4}")), 0..5)) {
        let names = ["server_no_context_takeover", "client_no_context_takeover", "server_max_window_bits",
            "client_max_window_bits", "__proto__", ""];
        let params = list.into_iter().map(|(name, value)| Param { name: names[name].into(), value }).collect();
        let extensions = [Extension { name: "permessage-deflate".into(), params }];
        if let Some((agreed, header)) = respond(&ANY, &extensions) {
            prop_assert_eq!(check_response(&extensions, &parse(&header)), Ok(Some(agreed)));
        }
        let _ = check_response(&parse(&offer(&ANY)), &extensions);
    }
}
