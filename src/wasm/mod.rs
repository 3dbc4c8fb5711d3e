//! The JavaScript bindings: numbers and ranges of memory, no decisions.
//!
//! One [`Codec`] is one instance of the module with everything in it. Nothing but numbers crosses the boundary, and
//! nothing here calls back into JavaScript: a call leaves its results in memory, as records (see [`records`]) and as
//! the words of [`Codec::status`], and JavaScript reads them before its next call. Connections and the like are named
//! by handles that are checked at every call (see [`slab`]).

mod arena;
mod connection;
#[cfg_attr(not(feature = "deflate"), path = "no_deflate.rs")]
mod deflate;
mod fields;
mod frames;
mod handshake;
#[cfg(feature = "fast-path")]
mod outgoing;
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
    /// Address of the pool of random bytes, which JavaScript fills before [`keys_written`](super::Codec::keys_written).
    pub const KEYS: usize = 6;
    /// How many it takes.
    pub const KEYS_LENGTH: usize = 7;
    /// Objects alive.
    pub const LIVE_OBJECTS: usize = 8;
    /// Three numbers that the call gave out.
    pub const VALUES: usize = 9;
    pub const COUNT: usize = 12;
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
fn answer(result: Result<(), UsageError>) -> u32 {
    result.map_or_else(|error| Refusal::from(error) as u32, |()| 0)
}

/// Everything that one instance of the module holds.
#[wasm_bindgen]
#[expect(missing_debug_implementations, reason = "it is for JavaScript, which could not show it")]
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
        let keys = KeyPool::default();
        let mut status = [0; word::COUNT];
        status[word::KEYS] = address(keys.as_ptr());
        status[word::KEYS_LENGTH] = u32_of(random::POOL_BYTES);
        Self {
            objects: Slab::default(),
            keys,
            #[cfg(feature = "deflate")]
            compressors: deflate::Compressors::default(),
            input: Vec::new(),
            output: Vec::new(),
            records: Records::default(),
            status,
        }
    }

    /// The address of the status block. It does not move.
    #[must_use]
    pub fn status(&self) -> *const u32 {
        self.status.as_ptr()
    }

    /// Makes the room for arguments `length` bytes large; gives its address, or 0 if there is no memory.
    pub fn reserve_input(&mut self, length: usize) -> *mut u8 {
        if self.input.try_reserve_exact(length.saturating_sub(self.input.len())).is_err() {
            return core::ptr::null_mut();
        }
        self.input.resize(length, 0);
        self.input.shrink_to_fit();
        self.input.as_mut_ptr()
    }

    /// Ends the life of an object; gives whether the handle was valid.
    pub fn free_object(&mut self, handle: u32) -> bool {
        let freed = self.objects.remove(handle).is_some();
        self.status[word::LIVE_OBJECTS] = u32_of(self.objects.len());
        freed
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

    /// Forgets the output of the last call.
    pub fn release_output(&mut self) {
        self.output = Vec::new();
    }

    fn give_out(&mut self, bytes: Vec<u8>) {
        self.output = bytes;
        self.status[word::OUTPUT] = address(self.output.as_ptr());
        self.status[word::OUTPUT_LENGTH] = u32_of(self.output.len());
    }

    fn give_values(&mut self, values: [u32; 3]) {
        let [.., first, second, third] = &mut self.status;
        [*first, *second, *third] = values;
    }

    /// Refuses a call; the name of the argument and what is expected of it become output, as a list of strings.
    fn refuse(&mut self, error: UsageError) -> u32 {
        if let UsageError::InvalidArgument(name, expected) = error {
            let mut list = Vec::new();
            fields::push(&mut list, name.as_bytes());
            fields::push(&mut list, expected.as_bytes());
            self.give_out(list);
        }
        Refusal::from(error) as u32
    }

    fn give_records(&mut self) {
        self.status[word::RECORDS] = address(self.records.words.as_ptr().cast());
        self.status[word::RECORD_WORDS] = u32_of(self.records.words.len());
        self.status[word::ARENA] = address(self.records.arena.as_ptr());
    }

    fn insert(&mut self, object: Object) -> u32 {
        let handle = self.objects.insert(object).unwrap_or(0);
        self.status[word::LIVE_OBJECTS] = u32_of(self.objects.len());
        handle
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
