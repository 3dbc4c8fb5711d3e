//! Points from which compressed messages are inflated again, so that no message costs more than what lies between two.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Index, MAX_LAYER, Row};
use crate::frames::{Checkpoint, Inflate};
use crate::types::Side;

/// There is a point after so many inflated bytes, or so many messages, whichever comes first.
const STEP_BYTES: u64 = 4 << 20;
const STEP_MESSAGES: u32 = 1000;

struct Point {
    /// It is for messages whose last frame has this number or a later one.
    from: u64,
    bits: u8,
    takeover: bool,
    at: Checkpoint,
}

impl Point {
    fn inflate(&self) -> Inflate {
        Inflate::resume(self.bits, self.takeover, self.at.clone())
    }
}

#[derive(Default)]
struct Lane {
    points: Vec<Point>,
    bytes: u64,
    messages: u32,
    losses: u64,
    /// Where the last reading ended, for the next one to go on.
    cursor: Option<(u64, Inflate)>,
}

/// Whether a cursor has come to `at` from the point that counts from `from`, and not from before it: what was known
/// there may be lost at the point.
const fn follows(at: u64, from: u64) -> bool {
    at > from
}

type Key = (u32, bool);

const fn key(connection: u32, side: Side) -> Key {
    (connection, matches!(side, Side::Server))
}

/// The points of all directions.
#[derive(Default)]
pub(super) struct Inflation {
    lanes: BTreeMap<Key, Lane>,
}

impl Inflation {
    pub(super) fn before(&mut self, connection: u32, side: Side, number: u64, inflate: &Inflate) {
        let lane = self.lanes.entry(key(connection, side)).or_default();
        lane.messages = lane.messages.saturating_add(1);
        let is_due = lane.bytes >= STEP_BYTES || lane.messages >= STEP_MESSAGES;
        let (bits, takeover) = inflate.terms();
        if lane.points.is_empty() || lane.losses != inflate.losses() || (is_due && takeover) {
            lane.points.push(Point { from: number, bits, takeover, at: inflate.checkpoint() });
            (lane.bytes, lane.messages, lane.losses) = (0, 0, inflate.losses());
        }
    }

    pub(super) fn inflated(&mut self, connection: u32, side: Side, size: u64) {
        if let Some(lane) = self.lanes.get_mut(&key(connection, side)) {
            lane.bytes = lane.bytes.saturating_add(size);
        }
    }

    /// The nearest point before a message, and the number from which it counts.
    pub(super) fn start(&mut self, connection: u32, side: Side, number: u64) -> Option<(u64, Inflate)> {
        let lane = self.lanes.get_mut(&key(connection, side))?;
        let point = lane.point(number)?;
        let from = point.from;
        let fresh = point.inflate();
        match lane.cursor.take() {
            Some((at, inflate)) if follows(at, from) && at <= number => Some((at, inflate)),
            _ => Some((from, fresh)),
        }
    }

    /// Keeps the state after a reading.
    pub(super) fn keep(&mut self, connection: u32, side: Side, next: u64, inflate: Inflate) {
        if let Some(lane) = self.lanes.get_mut(&key(connection, side)) {
            lane.cursor = Some((next, inflate));
        }
    }
}

impl Lane {
    fn point(&self, number: u64) -> Option<&Point> {
        let index = self.points.partition_point(|point| point.from <= number).checked_sub(1)?;
        self.points.get(index)
    }
}

/// Reads messages one after the other, with cursors of its own.
#[derive(Default)]
pub(super) struct Reader {
    cursors: RefCell<BTreeMap<Key, (u64, Inflate)>>,
}

impl Reader {
    /// What the message inflates to whose last frame this is.
    pub(super) fn inflate(&self, index: &Index, number: u64, row: &Row) -> Option<Vec<u8>> {
        let key = key(row.connection, row.side());
        let point = index.inflation.lanes.get(&key)?.point(number)?;
        let mut cursors = self.cursors.borrow_mut();
        let cursor = cursors.remove(&key).filter(|(at, _)| follows(*at, point.from) && *at <= number);
        let (from, mut inflate) = cursor.unwrap_or_else(|| (point.from, point.inflate()));
        let from = if point.takeover { from } else { number };
        let result = index.inflate_range(from, number, row, &mut inflate, MAX_LAYER);
        cursors.insert(key, (number.saturating_add(1), inflate));
        result
    }
}
