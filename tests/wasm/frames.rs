//! The frame layer alone (RFC 6455 §5.2).

use sansocket::{FrameDecoder, FrameHeader, LengthForm, MAX_SIZE, Opcode, Violation};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{KEY, encode, frames};

#[wasm_bindgen_test]
fn every_header_comes_back_as_it_was() {
    for first in 0..=u8::MAX {
        for masking_key in [None, Some(KEY)] {
            for length_form in [LengthForm::Bits7, LengthForm::Bits16, LengthForm::Bits64] {
                let header = FrameHeader {
                    fin: first & 0x80 != 0,
                    rsv1: first & 0x40 != 0,
                    rsv2: first & 0x20 != 0,
                    rsv3: first & 0x10 != 0,
                    opcode: Opcode::from_bits(first),
                    masking_key,
                    payload_length: 3,
                    length_form,
                };
                let bytes = encode(header, b"abc");
                assert_eq!(bytes[0], first);
                let [frame] = &frames(&bytes)[..] else { panic!("one frame") };
                assert_eq!((frame.header, &frame.payload[..]), (header, &b"abc"[..]));
                assert_eq!(encode(frame.header, &frame.payload), bytes);
            }
        }
    }
}

#[wasm_bindgen_test]
fn the_lengths_around_each_form() {
    for (length, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10), (1 << 20, 10)] {
        let payload = vec![0xa5; length];
        let bytes = encode(FrameHeader::new(Opcode::Binary, length as u64), &payload);
        assert_eq!(bytes.len(), header + length);
        assert_eq!(frames(&bytes)[0].payload, payload);
    }
}

/// A length of 2^32 + 5 is not one of 5, though an address has 32 bits here.
#[wasm_bindgen_test]
fn a_length_beyond_32_bits_is_not_cut() {
    let header = FrameHeader { payload_length: (1 << 32) + 5, ..FrameHeader::new(Opcode::Binary, (1 << 32) + 5) };
    let mut bytes = encode(header, b"12345");
    let mut decoder = FrameDecoder::new(MAX_SIZE);
    decoder.decode(&mut bytes, &mut |_| panic!("the frame is not whole")).unwrap();
    assert_eq!(decoder.end().unwrap_err().violation, Violation::UnexpectedEof);
}

#[wasm_bindgen_test]
fn what_cannot_be_read_is_an_error_that_stays() {
    for (length, violation) in [(1 << 63, Violation::LengthMsb), (MAX_SIZE + 1, Violation::FrameTooLarge)] {
        let mut bytes = encode(FrameHeader::new(Opcode::Text, 1), b"a");
        bytes.extend(encode(FrameHeader::new(Opcode::Binary, length), b""));
        let mut decoder = FrameDecoder::new(MAX_SIZE);
        let mut seen = 0;
        let error = decoder.decode(&mut bytes, &mut |_| seen += 1).unwrap_err();
        assert_eq!((error.violation, error.offset, error.frame_index, seen), (violation, 3 + 9, 1, 1));
        assert_eq!(decoder.decode(&mut [], &mut |_| ()).unwrap_err(), error);
        assert_eq!(decoder.end().unwrap_err(), error);
    }
}
