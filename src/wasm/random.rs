//! One pool of random bytes for all connections of an instance, filled by JavaScript.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::RefCell;

use crate::random::{NoRandomness, Randomness};

/// Bytes drawn at once: 1024 masking keys.
pub const POOL_BYTES: usize = 4096;

/// The pool.
#[derive(Clone)]
pub struct KeyPool(Rc<RefCell<Pool>>);

struct Pool {
    bytes: Box<[u8; POOL_BYTES]>,
    /// Bytes at the front that were served, and are not served again.
    used: usize,
}

/// What a connection draws from.
pub type Keys = KeyPool;

impl Default for KeyPool {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(Pool { bytes: Box::new([0; POOL_BYTES]), used: POOL_BYTES })))
    }
}

impl KeyPool {
    /// Where JavaScript writes. It does not move.
    pub fn as_ptr(&self) -> *const u8 {
        self.0.borrow().bytes.as_ptr()
    }

    /// Tells that all of it is fresh.
    pub fn fill(&self) {
        self.0.borrow_mut().used = 0;
    }
}

impl Randomness for KeyPool {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        let mut pool = self.0.borrow_mut();
        let end = pool.used.saturating_add(bytes.len());
        bytes.copy_from_slice(pool.bytes.get(pool.used..end).ok_or(NoRandomness)?);
        pool.used = end;
        Ok(())
    }
}
