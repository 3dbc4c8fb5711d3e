//! The JavaScript bindings: numbers and ranges of memory, no decisions.
//!
//! One [`Codec`] is one instance of the module with everything in it. Nothing but numbers crosses the boundary, and
//! nothing here calls back into JavaScript: a call leaves its results in memory, as records (see [`records`]) and as
//! the words of [`Codec::status`], and JavaScript reads them before its next call. Connections and the like are named
//! by handles that are checked at every call (see [`slab`]).

mod connection;
#[cfg_attr(not(feature = "deflate"), path = "no_deflate.rs")]
mod deflate;
mod fields;
mod frames;
mod handshake;
mod random;
mod records;
#[cfg(feature = "module")]
mod runtime;
mod slab;

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use self::random::KeyPool;
use self::records::Records;
use self::slab::{Object, Slab};
use crate::UsageError;

/// Words of the status block that JavaScript reads after a call.
mod word {
    /// Address of the records of the call.
    pub const RECORDS: usize = 0;
    /// Words in them.
    pub const RECORD_WORDS: usize = 1;
    /// Address of the arena that records of small payloads are relative to.
    pub const ARENA: usize = 2;
    /// Flags of the connection that the call was about: see [`super::connection`].
    pub const FLAGS: usize = 3;
    /// Address of the bytes that the call gave out.
    pub const OUTPUT: usize = 4;
    /// How many there are.
    pub const OUTPUT_LENGTH: usize = 5;
    /// Three numbers that the call gave out.
    pub const VALUES: usize = 6;
    pub const COUNT: usize = 9;
}

/// What a call answers if it could not be carried out; zero is success.
#[repr(u32)]
enum Refusal {
    InvalidArgument = 1,
    InvalidCloseCode,
    ReasonTooLong,
    ControlTooLong,
    ReservedHeader,
    NoRandomness,
    NotOpen,
    FragmentOrder,
    InvalidUtf8,
    BufferFull,
    BadHandle,
    OutOfMemory,
}

impl From<UsageError> for Refusal {
    fn from(error: UsageError) -> Self {
        match error {
            UsageError::InvalidArgument(..) => Self::InvalidArgument,
            UsageError::InvalidCloseCode => Self::InvalidCloseCode,
            UsageError::ReasonTooLong => Self::ReasonTooLong,
            UsageError::ControlTooLong => Self::ControlTooLong,
            UsageError::ReservedHeader => Self::ReservedHeader,
            UsageError::NoRandomness => Self::NoRandomness,
            UsageError::NotOpen => Self::NotOpen,
            UsageError::FragmentOrder => Self::FragmentOrder,
            UsageError::InvalidUtf8 => Self::InvalidUtf8,
            UsageError::BufferFull => Self::BufferFull,
        }
    }
}

/// The number that stands for the outcome of a call.
fn answer(result: Result<(), Refusal>) -> u32 {
    result.map_or_else(|refusal| refusal as u32, |()| 0)
}

/// Everything that one instance of the module holds.
#[wasm_bindgen]
pub struct Codec {
    objects: Slab,
    keys: KeyPool,
    #[cfg(feature = "deflate")]
    compressors: deflate::Compressors,
    /// JavaScript writes the arguments of a call here.
    input: Vec<u8>,
    /// Bytes that a call gives out.
    output: Vec<u8>,
    records: Records,
    status: [u32; word::COUNT],
}

#[wasm_bindgen]
impl Codec {
    /// An instance without any object.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self {
            objects: Slab::default(),
            keys: KeyPool::default(),
            #[cfg(feature = "deflate")]
            compressors: deflate::Compressors::default(),
            input: Vec::new(),
            output: Vec::new(),
            records: Records::default(),
            status: [0; word::COUNT],
        }
    }

    /// The address of the status block. It does not move.
    #[must_use]
    pub fn status(&self) -> *const u32 {
        self.status.as_ptr()
    }

    /// Makes room for `length` bytes of arguments; gives its address, or 0 if there is no memory. It may move when it
    /// grows, and never shrinks below what was last asked for.
    pub fn reserve_input(&mut self, length: usize) -> *mut u8 {
        if self.input.len() < length {
            let more = length.saturating_sub(self.input.len());
            if self.input.try_reserve_exact(more).is_err() {
                return core::ptr::null_mut();
            }
            self.input.resize(length, 0);
        }
        self.input.as_mut_ptr()
    }

    /// Gives back the memory for arguments above `length` bytes, after a large one.
    pub fn shrink_input(&mut self, length: usize) {
        self.input.truncate(length);
        self.input.shrink_to_fit();
    }

    /// Ends the life of an object; gives whether the handle was valid.
    pub fn free_object(&mut self, handle: u32) -> bool {
        self.objects.remove(handle).is_some()
    }

    /// Objects alive.
    #[must_use]
    pub fn live_objects(&self) -> usize {
        self.objects.len()
    }

    /// Where fresh random bytes are to be written before [`keys_written`](Self::keys_written).
    pub fn keys(&mut self) -> *mut u8 {
        self.keys.as_mut_ptr()
    }

    /// How many random bytes the pool takes.
    #[must_use]
    pub fn keys_length(&self) -> usize {
        random::POOL_BYTES
    }

    /// Tells that the pool was filled.
    pub fn keys_written(&mut self) {
        self.keys.fill();
    }

    /// The accept value for the key in the first `length` bytes of the input (RFC 6455 §4.2.2), as output.
    pub fn accept_key(&mut self, length: usize) -> u32 {
        let Some(Ok(key)) = self.input.get(..length).map(core::str::from_utf8) else {
            return Refusal::InvalidArgument as u32;
        };
        let accept = crate::handshake::accept_key(key);
        self.give_out(accept.as_bytes().to_vec());
        0
    }

    fn give_out(&mut self, bytes: Vec<u8>) {
        self.output = bytes;
        self.status[word::OUTPUT] = address(self.output.as_ptr());
        self.status[word::OUTPUT_LENGTH] = u32_of(self.output.len());
    }

    fn give_values(&mut self, values: [u32; 3]) {
        self.status[word::VALUES..].copy_from_slice(&values);
    }

    /// Refuses a call; what is wrong with which argument becomes output, on two lines.
    fn refuse(&mut self, error: UsageError) -> u32 {
        if let UsageError::InvalidArgument(name, expected) = error {
            self.give_out([name, expected].join("\n").into_bytes());
        }
        Refusal::from(error) as u32
    }

    fn give_records(&mut self) {
        self.status[word::RECORDS] = address(self.records.words.as_ptr().cast());
        self.status[word::RECORD_WORDS] = u32_of(self.records.words.len());
        self.status[word::ARENA] = address(self.records.arena.as_ptr());
    }

    fn insert(&mut self, object: Object) -> u32 {
        self.objects.insert(object).unwrap_or(0)
    }
}

/// An address in linear memory, which has 32 bits.
fn address(pointer: *const u8) -> u32 {
    u32_of(pointer as usize)
}

/// A size in linear memory, which has 32 bits.
fn u32_of(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

/// The low and the high word of a number.
fn halves(number: u64) -> [u32; 2] {
    [(number & 0xFFFF_FFFF) as u32, (number >> 32) as u32]
}
