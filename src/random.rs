//! Randomness comes from outside: masking keys must be unpredictable (RFC 6455 §10.3), and the core has no source.

use core::fmt;

/// A cryptographically secure source of random bytes.
pub trait Randomness {
    /// Fills `bytes`.
    ///
    /// # Errors
    ///
    /// [`NoRandomness`] if that is not possible. Nothing is sent then; there is no weaker fallback.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The source of randomness failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandomness;

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no source of randomness")
    }
}

impl core::error::Error for NoRandomness {}

impl<R: Randomness + ?Sized> Randomness for alloc::boxed::Box<R> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        (**self).fill(bytes)
    }
}

/// The random source of the operating system. It asks for several keys' worth at once, and uses no byte twice.
#[cfg(feature = "getrandom")]
#[derive(Debug)]
pub struct OsRandom(Pool);

#[cfg(feature = "getrandom")]
impl OsRandom {
    /// A source that has not drawn anything yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Pool::new())
    }
}

#[cfg(feature = "getrandom")]
impl Default for OsRandom {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "getrandom")]
impl Randomness for OsRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self.0.take(bytes, |pool| getrandom::fill(pool).map_err(|_| NoRandomness))
    }
}

/// Web Crypto, for Rust programs that are themselves compiled to wasm.
#[cfg(all(target_arch = "wasm32", feature = "web-random"))]
#[derive(Debug)]
pub struct WebRandom {
    pool: Pool,
    crypto: web_sys::Crypto,
}

#[cfg(all(target_arch = "wasm32", feature = "web-random"))]
impl WebRandom {
    /// Finds `crypto` in the global object: pages, workers, Node, Deno and Bun have it.
    ///
    /// # Errors
    ///
    /// [`NoRandomness`] where there is none.
    pub fn new() -> Result<Self, NoRandomness> {
        use wasm_bindgen::JsCast;
        let crypto = js_sys::Reflect::get(&js_sys::global(), &"crypto".into()).map_err(|_| NoRandomness)?;
        if crypto.is_undefined() {
            return Err(NoRandomness);
        }
        Ok(Self { pool: Pool::new(), crypto: crypto.unchecked_into() })
    }
}

#[cfg(all(target_arch = "wasm32", feature = "web-random"))]
impl Randomness for WebRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self.pool
            .take(bytes, |pool| self.crypto.get_random_values_with_u8_array(pool).map(|_| ()).map_err(|_| NoRandomness))
    }
}

/// Random bytes drawn in bulk: one call to the source serves many keys.
#[cfg(any(feature = "getrandom", all(target_arch = "wasm32", feature = "web-random")))]
#[derive(Debug)]
struct Pool {
    bytes: [u8; 256],
    used: usize,
}

#[cfg(any(feature = "getrandom", all(target_arch = "wasm32", feature = "web-random")))]
impl Pool {
    const fn new() -> Self {
        Self { bytes: [0; 256], used: 256 }
    }

    fn take(
        &mut self,
        bytes: &mut [u8],
        refill: impl FnOnce(&mut [u8]) -> Result<(), NoRandomness>,
    ) -> Result<(), NoRandomness> {
        if bytes.len() > self.bytes.len() {
            return refill(bytes);
        }
        let mut end = self.used.saturating_add(bytes.len());
        if end > self.bytes.len() {
            // Marked used before the source is asked: were it to fail, old bytes would be served again.
            self.used = self.bytes.len();
            refill(&mut self.bytes)?;
            self.used = 0;
            end = bytes.len();
        }
        bytes.copy_from_slice(self.bytes.get(self.used..end).ok_or(NoRandomness)?);
        self.used = end;
        Ok(())
    }
}

#[cfg(all(test, feature = "getrandom"))]
mod tests {
    use super::*;

    #[test]
    fn a_failed_refill_serves_no_old_bytes() {
        let mut pool = Pool::new();
        let mut key = [0; 100];
        let fill = |value| {
            move |bytes: &mut [u8]| {
                bytes.fill(value);
                Ok(())
            }
        };
        assert_eq!(pool.take(&mut key, fill(1)), Ok(()));
        assert_eq!(pool.take(&mut key, |_| unreachable!()), Ok(()), "drawn with the first");
        // 56 bytes are left: not enough, and never served.
        for _ in 0..2 {
            assert_eq!(pool.take(&mut key, |_| Err(NoRandomness)), Err(NoRandomness));
        }
        let mut small = [0; 4];
        assert_eq!(pool.take(&mut small, fill(2)), Ok(()));
        assert_eq!(small, [2; 4]);
    }
}
