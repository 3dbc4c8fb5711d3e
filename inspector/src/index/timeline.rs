//! Counts for stretches of time, for a picture of a capture.

use super::Index;
use crate::types::{Side, Time};

/// Words of a bucket: frames, bytes, findings of either side, the opcodes of either side as bits.
const WORDS: usize = 8;

/// The most buckets: no picture is wider.
const MAX_BUCKETS: u32 = 1 << 16;

impl Index {
    /// Counts for `buckets` stretches of the time from `from` to `to`, in seconds since `start`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a picture"
    )]
    pub(crate) fn timeline(&self, from: f64, to: f64, buckets: u32, start: Option<Time>) -> Vec<u32> {
        let buckets = buckets.min(MAX_BUCKETS);
        let mut words = vec![0_u32; (buckets as usize).saturating_mul(WORDS)];
        let scale = f64::from(buckets) / (to - from).max(1e-9);
        let (pieces, _) = words.as_chunks_mut::<WORDS>();
        for number in 1..=crate::types::wide(self.len()) {
            let Some(row) = self.row(number) else { break };
            let Some((time, start)) = row.time().zip(start) else { continue };
            let place = (time.since(start) as f64 / 1e9 - from) * scale;
            if !(0.0..=f64::from(buckets)).contains(&place) {
                continue;
            }
            let index = (place as usize).min((buckets as usize).saturating_sub(1));
            let Some([a, b, c, d, e, f, g, h]) = pieces.get_mut(index) else { continue };
            let (frames, bytes, findings, opcodes) =
                if row.side() == Side::Client { (a, b, c, g) } else { (d, e, f, h) };
            *frames = frames.saturating_add(1);
            let wire = self.rows.lengths(number, &row).captured.saturating_add(u64::from(row.header_length));
            *bytes = bytes.saturating_add(u32::try_from(wire).unwrap_or(u32::MAX));
            *findings = findings.saturating_add(u32::from(!row.set.is_empty()));
            *opcodes |= 1_u32.wrapping_shl(u32::from(row.opcode().bits()));
        }
        words
    }
}
