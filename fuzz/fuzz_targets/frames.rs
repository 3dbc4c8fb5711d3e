//! Frames by themselves: a decoded frame encodes to the bytes it came from, however they were cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sansocket::{Frame, FrameDecoder, MAX_SIZE, ProtocolError};
use sansocket_fuzz::{Choices, cuts, pieces};

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let max_frame_size = choices.pick(&[MAX_SIZE, 100, 70_000]);
    let seed = choices.byte();
    let input = choices.0;

    let whole = decode(max_frame_size, [input].into_iter());
    let (encoded, frames, end) = &whole;
    assert!(input.starts_with(encoded));
    // What is left is nothing, or the beginning of a frame that is cut or cannot be.
    assert_eq!(end.is_ok(), encoded.len() == input.len());
    assert!(frames.iter().all(|frame| frame.header.payload_length <= max_frame_size));
    if let Err(error) = end {
        assert!(error.offset <= input.len() as u64 && error.frame_index == frames.len() as u64);
    }
    assert_eq!(decode(max_frame_size, input.chunks(1)), whole);
    assert_eq!(decode(max_frame_size, pieces(input, &cuts(seed, input.len()))), whole);
});

type Outcome = (Vec<u8>, Vec<Frame<'static>>, Result<(), ProtocolError>);

fn decode<'a>(max_frame_size: u64, pieces: impl Iterator<Item = &'a [u8]>) -> Outcome {
    let mut decoder = FrameDecoder::new(max_frame_size);
    let mut encoded = Vec::new();
    let mut frames: Vec<Frame<'static>> = Vec::new();
    for piece in pieces {
        let failed = decoder.error();
        let before = frames.len();
        let result = decoder.decode(&mut piece.to_vec(), &mut |frame| {
            assert_eq!((frame.offset, frame.index), (encoded.len() as u64, frames.len() as u64));
            frame.encode_into(&mut encoded);
            frames.push(Frame { payload: frame.payload.into_owned().into(), ..frame });
        });
        assert_eq!(result.err(), decoder.error());
        // An error is final, and nothing comes after it.
        assert!(failed.is_none() || failed == decoder.error() && before == frames.len());
    }
    let end = decoder.end();
    (encoded, frames, end)
}
