//! What the two directions of a connection have to do with each other: Pings with Pongs, and one Close with the other.

use std::collections::VecDeque;

use crate::catalogue::Rule;
use crate::out::Out;
use crate::record::{Answer, End, Finding, Record};
use crate::types::{Side, Time};

/// The most Pings of a side that wait for their answer; older ones are forgotten.
const MAX_PINGS: usize = 256;

struct Ping {
    number: u64,
    payload: Vec<u8>,
    time: Option<Time>,
    at: u64,
    /// Whether an answer is owed: not to a Ping behind the Close of its side (RFC 6455 §5.5.2).
    is_owed: bool,
}

#[derive(Clone)]
struct Close {
    number: u64,
    at: u64,
    code: u16,
    reason: String,
    time: Option<Time>,
    /// Counts both sides, so that it tells which was first.
    order: u64,
}

#[derive(Default)]
struct Half {
    pings: VecDeque<Ping>,
    close: Option<Close>,
}

/// What both directions share.
pub struct Dialogue {
    /// The connection, counted from 1.
    pub connection: u32,
    /// Messages that were begun.
    pub messages: u64,
    /// Whether nothing is missing: what cannot be seen cannot be missed.
    pub complete: bool,
    halves: [Half; 2],
    closes: u64,
}

impl Dialogue {
    /// At the beginning of a connection, of which all will be seen if it is `complete`.
    #[must_use]
    pub fn new(connection: u32, complete: bool) -> Self {
        Self { connection, messages: 0, complete, halves: Default::default(), closes: 0 }
    }

    fn half(&mut self, side: Side) -> &mut Half {
        let [client, server] = &mut self.halves;
        if side == Side::Client { client } else { server }
    }

    fn seen(&self, side: Side) -> &Half {
        let [client, server] = &self.halves;
        if side == Side::Client { client } else { server }
    }

    /// Whether the side has sent its Close.
    #[must_use]
    pub fn has_closed(&self, side: Side) -> bool {
        self.seen(side).close.is_some()
    }

    /// A Ping.
    pub fn ping(&mut self, side: Side, number: u64, payload: &[u8], time: Option<Time>, at: u64) {
        let is_owed = !self.has_closed(side);
        let pings = &mut self.half(side).pings;
        if pings.len() >= MAX_PINGS {
            pings.pop_front();
        }
        pings.push_back(Ping { number, payload: payload.to_vec(), time, at, is_owed });
    }

    /// A Pong: gives the Ping that it answers, or what is wrong. One answers all Pings before it as well
    /// (RFC 6455 §5.5.3).
    pub fn pong(&mut self, side: Side, payload: &[u8], time: Option<Time>) -> Result<Answer, Option<Rule>> {
        let complete = self.complete;
        let pings = &mut self.half(side.other()).pings;
        let Some(at) = pings.iter().rposition(|ping| ping.payload == payload) else {
            let rule = if pings.is_empty() { Rule::PongUnsolicited } else { Rule::PongMismatch };
            return Err(complete.then_some(rule));
        };
        let mut answered = pings.drain(..=at);
        let ping = answered.next_back().ok_or(None)?;
        let after = time.zip(ping.time).map(|(now, then)| now.since(then));
        Ok(Answer { ping: ping.number, after })
    }

    /// A Close.
    pub fn close(&mut self, side: Side, number: u64, code: u16, reason: &[u8], time: Option<Time>, at: u64) {
        self.closes = self.closes.saturating_add(1);
        let order = self.closes;
        let reason = String::from_utf8_lossy(reason).into_owned();
        self.half(side).close.get_or_insert(Close { number, at, code, reason, time, order });
    }

    /// The connection has ended: `tcp` tells who ended it and whether by a reset, if that was seen, and where
    /// the stream of that side stood.
    pub fn finish(&mut self, tcp: Option<(Side, bool)>, at: u64, out: &mut Out) {
        if self.complete {
            for side in [Side::Client, Side::Server] {
                self.unanswered(side, tcp.is_some(), out);
            }
        }
        let first = [Side::Client, Side::Server]
            .into_iter()
            .filter_map(|side| self.seen(side).close.clone().map(|close| (side, close)));
        let end = match first.min_by_key(|(_, close)| (close.time, close.order)) {
            Some((by, close)) => {
                let answer = self.seen(by.other()).close.as_ref();
                let answered = answer.and_then(|answer| Some(answer.time?.since(close.time?)));
                End { by: Some(by), code: close.code, reason: close.reason, clean: answer.is_some(), answered, tcp }
            }
            None if tcp.is_some() => {
                let (side, _) = tcp.unwrap_or((Side::Client, false));
                if self.complete {
                    let finding = Finding::new(Rule::NoCloseFrame, at);
                    self.tell(out, None, side, &finding);
                }
                End { code: 1006, tcp, ..End::default() }
            }
            // Nothing is known of its end.
            None => return,
        };
        out.record(&Record::Close { connection: self.connection, end: &end });
    }

    /// What a side waits for in vain.
    fn unanswered(&mut self, side: Side, ended: bool, out: &mut Out) {
        let ours = self.seen(side).close.clone();
        let theirs = self.seen(side.other()).close.as_ref().map(|close| close.order);
        let pings: Vec<_> = self.half(side).pings.drain(..).collect();
        if ended
            && theirs.is_none()
            && let Some(close) = &ours
        {
            self.tell(out, Some(close.number), side, &Finding::new(Rule::CloseUnanswered, close.at));
        }
        // A peer that closes first owes no Pong any more, and one that may still answer is given the time.
        let we_closed_first = ours.is_some_and(|close| theirs.is_some_and(|order| close.order < order));
        if we_closed_first || (ended && theirs.is_none()) {
            for ping in pings.iter().filter(|ping| ping.is_owed) {
                self.tell(out, Some(ping.number), side, &Finding::new(Rule::PingUnanswered, ping.at));
            }
        }
    }

    fn tell(&self, out: &mut Out, frame: Option<u64>, side: Side, finding: &Finding) {
        out.record(&Record::Violation { connection: self.connection, frame, side, finding });
    }
}
