//! The JavaScript bindings: numbers and ranges of memory, no decisions. The README of the crate has the calls.

#[cfg(feature = "module")]
mod runtime;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::filter::FilterFault;
use crate::inspector::{Inspector, catalogue};
use crate::options::Options;
use crate::types::Side;

/// An instance: one capture at a time.
#[wasm_bindgen(js_name = Inspector)]
pub struct Bindings {
    /// `None` before the first capture.
    inspector: Option<Inspector>,
    /// JavaScript writes the arguments of a call here.
    input: Vec<u8>,
    /// What a call gives out.
    output: Vec<u8>,
    /// Address and length of the output.
    status: [u32; 2],
}

#[wasm_bindgen(js_class = Inspector)]
impl Bindings {
    /// An instance with the default options.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self { inspector: None, input: Vec::new(), output: Vec::new(), status: [0; 2] }
    }

    /// The address of the two words about output. It does not move.
    #[must_use]
    pub fn status(&self) -> *const u32 {
        self.status.as_ptr()
    }

    /// Room for an argument of `length` bytes; its address, or 0 if there is no memory.
    pub fn reserve(&mut self, length: usize) -> *mut u8 {
        if self.input.try_reserve_exact(length.saturating_sub(self.input.len())).is_err() {
            return core::ptr::null_mut();
        }
        self.input.resize(length, 0);
        self.input.as_mut_ptr()
    }

    /// Begins a capture with the options in the argument; 1 with a sentence as output if they are not valid.
    pub fn open(&mut self, length: usize) -> u32 {
        let options = Options::from_json(self.argument(length));
        let inspector = options.and_then(|options| {
            let fault = |fault: FilterFault| format!("the filter, bytes {}–{}: {}", fault.at, fault.end, fault.text);
            Inspector::new(options).map_err(fault)
        });
        match inspector {
            Ok(inspector) => {
                self.inspector = Some(inspector);
                0
            }
            Err(text) => {
                self.give(text.into_bytes());
                1
            }
        }
    }

    /// Takes the next bytes; gives how many bytes of records wait.
    pub fn feed(&mut self, length: usize, side: u32) -> usize {
        let side = match side {
            1 => Some(Side::Client),
            2 => Some(Side::Server),
            _ => None,
        };
        let Self { inspector: Some(inspector), input, .. } = self else { return 0 };
        inspector.feed_side(input.get(..length).unwrap_or_default(), side);
        inspector.pending()
    }

    /// Nothing more comes; gives how many bytes of records wait.
    pub fn finish(&mut self) -> usize {
        let Some(inspector) = &mut self.inspector else { return 0 };
        inspector.finish();
        inspector.pending()
    }

    /// Whole lines of records as output.
    pub fn take(&mut self, most: usize) -> u32 {
        let records = self.inspector.as_mut().map_or(Vec::new(), |it| it.take(most));
        self.give(records)
    }

    /// Counts as output.
    pub fn stats(&mut self) -> u32 {
        let stats = self.inspector.as_mut().map_or(Vec::new(), |it| it.stats());
        self.give(stats)
    }

    /// The catalogue as output.
    pub fn catalogue(&mut self) -> u32 {
        self.give(catalogue())
    }

    /// Sets the filter of [`match`](Self::match_frames); 1 with what is wrong as output.
    pub fn filter(&mut self, length: usize) -> u32 {
        let expression = String::from_utf8_lossy(self.argument(length)).into_owned();
        match self.inspector.as_mut().map_or(Ok(()), |it| it.set_filter(&expression)) {
            Ok(()) => 0,
            Err(fault) => {
                self.give(fault.to_json());
                1
            }
        }
    }

    /// How many frames there are in the index.
    #[must_use]
    pub fn frames(&self) -> u32 {
        u32_of(self.inspector.as_ref().map_or(0, Inspector::frames))
    }

    /// Rows for the frames whose numbers are in the argument, as output.
    pub fn rows(&mut self, length: usize) -> u32 {
        let (words, _) = self.argument(length).as_chunks::<4>();
        let numbers: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        let rows = self.inspector.as_mut().map_or(Vec::new(), |it| it.rows(&numbers));
        self.give(rows)
    }

    /// Everything about a frame, as output.
    pub fn detail(&mut self, number: u32) -> u32 {
        let detail = self.inspector.as_mut().map_or(Vec::new(), |it| it.detail(number));
        self.give(detail)
    }

    /// The bytes of a layer of a frame, as output.
    pub fn layer(&mut self, number: u32, layer: u32) -> u32 {
        let bytes = self.inspector.as_mut().map_or(Vec::new(), |it| it.layer(number, layer));
        self.give(bytes)
    }

    /// The connections, as output.
    pub fn connections(&mut self) -> u32 {
        let connections = self.inspector.as_mut().map_or(Vec::new(), |it| it.connections());
        self.give(connections)
    }

    /// How many of the frames from a number on match the filter, or of their messages; a bit for each frame as output.
    #[wasm_bindgen(js_name = "match")]
    pub fn match_frames(&mut self, from: u32, count: u32, messages: bool) -> u32 {
        let found = self
            .inspector
            .as_ref()
            .map(|it| if messages { it.match_messages(from, count) } else { it.match_frames(from, count) });
        let (bits, matches) = found.unwrap_or_default();
        self.give(bits);
        matches
    }

    /// Counts for buckets of time, as output: words of 32 bits, little endian.
    pub fn timeline(&mut self, from: f64, to: f64, buckets: u32) -> u32 {
        let words = self.inspector.as_ref().map_or(Vec::new(), |it| it.timeline(from, to, buckets));
        self.give(words.into_iter().flat_map(u32::to_le_bytes).collect())
    }

    fn argument(&self, length: usize) -> &[u8] {
        self.input.get(..length).unwrap_or_default()
    }

    fn give(&mut self, bytes: Vec<u8>) -> u32 {
        self.output = bytes;
        let length = u32_of(self.output.len());
        self.status = [u32_of(self.output.as_ptr() as usize), length];
        length
    }
}

fn u32_of(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
