//! One pool of random bytes for all connections of an instance, filled by JavaScript, which takes keys from it too.

use alloc::rc::Rc;
use core::cell::Cell;

use crate::random::{NoRandomness, Randomness};

/// Bytes drawn at once: 1024 masking keys.
pub const POOL_BYTES: usize = 4096;

/// The pool.
#[derive(Clone)]
pub struct KeyPool(Rc<Pool>);

/// JavaScript knows where the count is: behind the bytes.
#[repr(C)]
struct Pool {
    bytes: [Cell<u8>; POOL_BYTES],
    /// Bytes at the front that were served, and are not served again.
    used: Cell<usize>,
}

/// What a connection draws from.
pub type Keys = KeyPool;

impl Default for KeyPool {
    fn default() -> Self {
        Self(Rc::new(Pool { bytes: [const { Cell::new(0) }; POOL_BYTES], used: Cell::new(POOL_BYTES) }))
    }
}

impl KeyPool {
    /// Where JavaScript writes. It does not move.
    pub fn as_ptr(&self) -> *const u8 {
        self.0.bytes.as_ptr().cast()
    }

    /// Tells that all of it is fresh.
    pub fn fill(&self) {
        self.0.used.set(0);
    }
}

impl Randomness for KeyPool {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        let Pool { bytes: pool, used } = &*self.0;
        let end = used.get().saturating_add(bytes.len());
        let fresh = pool.get(used.get()..end).ok_or(NoRandomness)?;
        for (byte, fresh) in bytes.iter_mut().zip(fresh) {
            *byte = fresh.get();
        }
        used.set(end);
        Ok(())
    }
}
