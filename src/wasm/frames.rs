//! [`FrameDecoder`] and the writing of frames across the boundary.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::slab::Object;
use super::{Codec, Refusal};
use crate::{Frame, FrameDecoder, FrameHeader, LengthForm, Opcode, widen};

#[wasm_bindgen]
impl Codec {
    /// A decoder of frames; gives its handle, or 0 if there is no room.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    pub fn decoder_new(&mut self, max_frame_size: f64) -> u32 {
        self.insert(Object::Decoder(Box::new(FrameDecoder::new(max_frame_size as u64))))
    }

    /// Feeds the first `length` bytes of the input, or tells that it has `ended`; leaves records.
    pub fn decoder_decode(&mut self, handle: u32, length: usize, ended: bool) -> u32 {
        let Self { objects, records, input, .. } = self;
        let (Some(decoder), Some(bytes)) = (objects.decoder(handle), input.get_mut(..length)) else {
            return Refusal::BadHandle as u32;
        };
        records.clear();
        let result = if ended { decoder.end() } else { decoder.decode(bytes, &mut |frame| records.frame(frame)) };
        if let Err(error) = result {
            records.error(error);
        }
        self.give_records();
        0
    }

    /// Encodes one frame with the first `length` bytes of the input as its payload. `first` is its first byte,
    /// `key` its masking key if `masked`, `extra` the bytes that its length takes after the first two: 0, 2 or 8, of
    /// which too few give way to the shortest form.
    pub fn encode_frame(&mut self, first: u8, masked: bool, key: u32, extra: u32, length: usize) -> u32 {
        let Some(payload) = self.input.get(..length) else { return Refusal::InvalidArgument as u32 };
        let header = FrameHeader {
            fin: first & 0x80 != 0,
            rsv1: first & 0x40 != 0,
            rsv2: first & 0x20 != 0,
            rsv3: first & 0x10 != 0,
            opcode: Opcode::from_bits(first),
            masking_key: masked.then_some(key.to_be_bytes()),
            payload_length: widen(length),
            length_form: match extra {
                8 => LengthForm::Bits64,
                2 => LengthForm::Bits16,
                _ => LengthForm::Bits7,
            },
        };
        let mut out = Vec::new();
        if out.try_reserve_exact(header.header_length().saturating_add(length)).is_err() {
            return Refusal::OutOfMemory as u32;
        }
        Frame { header, payload: Cow::Borrowed(payload), offset: 0, index: 0 }.encode_into(&mut out);
        self.give_out(out);
        0
    }
}
