//! The frame layer by itself.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)]

mod common;

use common::{KEY, encode, frames, hex};
use sansocket::{Frame, FrameDecoder, FrameHeader, LengthForm, MAX_SIZE, Opcode, ProtocolError, Violation};

#[test]
fn a_header_is_as_long_as_its_parts() {
    for (length_form, length) in [(LengthForm::Bits7, 125), (LengthForm::Bits16, 126), (LengthForm::Bits64, 1 << 16)] {
        for masking_key in [None, Some(KEY)] {
            let header = FrameHeader { masking_key, ..FrameHeader::new(Opcode::Binary, length) };
            assert_eq!(header.length_form, length_form);
            let expected = 2 + length_form.extra_bytes() + masking_key.map_or(0, |key| key.len());
            assert_eq!((header.header_length(), header.encode().len()), (expected, expected));
        }
    }
}

/// RFC 6455 §5.5: the top bit says so, of opcodes that no one has defined as well.
#[test]
fn an_opcode_is_four_bits_and_the_first_means_control() {
    for bits in 0..16 {
        let opcode = Opcode::from_bits(bits);
        assert_eq!((opcode.bits(), opcode.is_control()), (bits, bits >= 8));
        assert_eq!(Opcode::from_bits(0xF0 | bits), opcode);
    }
    assert_eq!(Opcode::Reserved(0xF3).bits(), 3);
}

/// What a connection refuses, a tool has to show.
#[test]
fn the_decoder_takes_what_a_connection_would_not() {
    let stream = hex("f0 00  8b 81 01020304 60  00 7e 0001 ff  88 01 00  81 fe 0002 37fa213d f605  09 00");
    let decoded = frames(&stream);
    let summary: Vec<_> = decoded
        .iter()
        .map(|Frame { header, payload, offset, index }| (*index, *offset, header.opcode, payload.to_vec()))
        .collect();
    assert_eq!(
        summary,
        [
            (0, 0, Opcode::Continuation, vec![]),
            (1, 2, Opcode::Reserved(0xB), b"a".to_vec()),
            (2, 9, Opcode::Continuation, vec![0xFF]),
            (3, 14, Opcode::Close, vec![0]),
            (4, 17, Opcode::Text, vec![0xC1, 0xFF]),
            (5, 27, Opcode::Ping, vec![]),
        ]
    );
    let FrameHeader { rsv1, rsv2, rsv3, .. } = decoded[0].header;
    assert_eq!([rsv1, rsv2, rsv3], [true; 3]);
    let again: Vec<u8> = decoded.iter().flat_map(|frame| encode(frame.header, &frame.payload)).collect();
    assert_eq!(again, stream);
}

fn decode(max_frame_size: u64, bytes: &[u8]) -> (usize, FrameDecoder) {
    let mut decoder = FrameDecoder::new(max_frame_size);
    let mut frames = 0;
    let result = decoder.decode(&mut bytes.to_vec(), &mut |_| frames += 1);
    assert_eq!(result.err(), decoder.error());
    (frames, decoder)
}

#[test]
fn the_decoder_stops_at_what_cannot_be_a_frame() {
    let error = |violation, offset| Some(ProtocolError { violation, offset, frame_index: 1 });
    for (max_frame_size, stream, expected) in [
        (3, "8103616263 8103616263", None),
        (2, "81026162 8103616263", error(Violation::FrameTooLarge, 5)),
        (MAX_SIZE, "8100 827f 001fffffffffffff", None),
        (MAX_SIZE, "8100 827f 0020000000000000", error(Violation::FrameTooLarge, 11)),
        (u64::MAX, "8100 827f 0020000000000000", error(Violation::FrameTooLarge, 11)),
        (u64::MAX, "8100 827f 7fffffffffffffff", error(Violation::FrameTooLarge, 11)),
        (u64::MAX, "8100 827f 8000000000000000", error(Violation::LengthMsb, 11)),
    ] {
        let (frames, mut decoder) = decode(max_frame_size, &hex(stream));
        assert_eq!(decoder.error(), expected, "{stream}");
        let Some(error) = expected else { continue };
        // The frame before was reported; nothing after is.
        assert_eq!(frames, 1);
        assert_eq!(decoder.decode(&mut hex("8100"), &mut |_| unreachable!()), Err(error));
        assert_eq!(decoder.end(), Err(error));
    }
}

#[test]
fn a_stream_may_end_between_frames_only() {
    let stream = hex("8103616263 82 fe 0001 00000000 61");
    for length in 0..=stream.len() {
        let (frames, mut decoder) = decode(MAX_SIZE, &stream[..length]);
        let between = [0, 5, stream.len()].contains(&length);
        let error =
            ProtocolError { violation: Violation::UnexpectedEof, offset: length as u64, frame_index: frames as u64 };
        assert_eq!(decoder.end(), if between { Ok(()) } else { Err(error) }, "{length}");
        assert_eq!(decoder.error(), (!between).then_some(error));
    }
}
