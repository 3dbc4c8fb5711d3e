//! What is kept for random access.

use crate::record::Record;
use crate::types::{Place, Side};

/// The index.
#[derive(Default)]
pub struct Index;

impl Index {
    /// Keeps bytes.
    pub fn store(&mut self, _: u32, _: Side, _: u64, _: &[u8], _: Place) {}
    /// Takes a record.
    pub fn record(&mut self, _: &Record<'_>) {}
}
