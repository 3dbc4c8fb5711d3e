//! Masking (RFC 6455 §5.3) with keys from Web Crypto.

use std::collections::HashSet;

use sansocket::{Mask, Opcode, Randomness, WebRandom};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{KEY, client, frames};

#[wasm_bindgen_test]
fn the_example_of_the_rfc() {
    let mut text = *b"Hello";
    Mask::new(KEY).apply(&mut text);
    assert_eq!(text, [0x7f, 0x9f, 0x4d, 0x51, 0x58]);
}

/// RFC 6455 §5.3, to the letter.
fn masked(plain: &[u8]) -> Vec<u8> {
    plain.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key).collect()
}

/// Any cut and any alignment, so that vector instructions meet their edges.
#[wasm_bindgen_test]
fn masking_in_pieces_is_masking_as_a_whole() {
    let plain: Vec<_> = (0..200).collect();
    for cut in 0..=plain.len() {
        let mut bytes = plain.clone();
        let mut mask = Mask::new(KEY);
        let (before, after) = bytes.split_at_mut(cut);
        mask.apply(before);
        mask.apply(after);
        assert_eq!(bytes, masked(&plain), "cut at {cut}");
        let mut bytes = plain.clone();
        Mask::new(KEY).apply(&mut bytes[cut..]);
        assert_eq!(bytes[cut..], masked(&plain[cut..]), "from {cut}");
    }
}

#[wasm_bindgen_test]
fn every_frame_has_a_fresh_key() {
    let mut client = client();
    for _ in 0..1000 {
        client.send_binary(b"payload").unwrap();
    }
    let sent = frames(&client.data_to_send().unwrap());
    assert!(sent.iter().all(|frame| frame.header.opcode == Opcode::Binary && *frame.payload == b"payload"[..]));
    let keys: HashSet<_> = sent.iter().map(|frame| frame.header.masking_key.expect("a client masks")).collect();
    assert!(keys.len() >= 998, "{} keys for 1000 frames", keys.len());
}

/// The source is the very one that `web_sys` shows, also beyond what it gives in one call.
#[wasm_bindgen_test]
fn web_crypto_gives_as_much_as_is_asked_for() {
    let mut random = WebRandom::new().unwrap();
    for length in [0, 1, 4, 255, 256, 257, 4096, 65_536] {
        let mut bytes = vec![0; length];
        random.fill(&mut bytes).unwrap();
        assert!(length < 16 || bytes.iter().any(|byte| *byte != 0), "{length} bytes");
    }
    let crypto: web_sys::Crypto = js_sys::Reflect::get(&js_sys::global(), &"crypto".into()).unwrap().unchecked_into();
    let mut bytes = [0; 64];
    crypto.get_random_values_with_u8_array(&mut bytes).unwrap();
    assert_ne!(bytes, [0; 64]);
}

/// More than 65 536 bytes in one call are refused by Web Crypto, and that is an error, not a panic.
#[wasm_bindgen_test]
fn what_web_crypto_refuses_is_an_error() {
    let mut random = WebRandom::new().unwrap();
    assert!(random.fill(&mut vec![0; 65_537]).is_err());
    random.fill(&mut [0; 4]).unwrap();
}
