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
