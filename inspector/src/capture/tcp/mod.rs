//! Reassembly of TCP (RFC 9293 §3.4): segments in any order, again, overlapping or missing, to the bytes of each
//! direction of each connection.

mod flow;
mod half;
mod recent;

use std::collections::{BTreeMap, VecDeque};

use super::link::{Endpoint, NoSegment, Segment, segment};
use crate::out::Out;
use crate::stream::End;
use crate::types::{Place, wide};
use flow::Flow;

/// The most connections that are followed at once.
const MAX_STREAMS: usize = 10_000;

/// The most bytes that wait for what comes before them.
const MAX_HELD: usize = 64 << 20;

type Key = (Endpoint, Endpoint);

/// All connections.
#[derive(Default)]
pub(crate) struct Table {
    /// Where they are among the flows.
    places: BTreeMap<Key, usize>,
    flows: Vec<Flow>,
    /// Places of flows that were forgotten.
    free: Vec<usize>,
    /// The one of the last packet, of which the next one is as well, more often than not.
    latest: Option<(Key, usize)>,
    /// Those that have ended, the first one first.
    ended: VecDeque<Key>,
    held: usize,
    /// What was announced already.
    announced: Vec<String>,
    /// Packets, and those of them that have no IP.
    packets: u64,
    without_ip: u64,
    last: Place,
}

impl Table {
    /// Takes a packet of that link type, of which `missing` bytes were not captured.
    pub(crate) fn packet(&mut self, link: u32, packet: &[u8], missing: usize, place: Place, out: &mut Out) {
        if let Some(time) = place.time {
            out.see_time(time);
        }
        self.last = Place { file: None, ..place };
        self.packets = self.packets.saturating_add(1);
        match segment(link, packet, missing) {
            Ok(segment) => self.segment(&segment, place.after(wide(segment.at)), out),
            Err(NoSegment::LinkType(link)) => {
                self.announce(&format!("packets of link type {link} are not read"), place, out);
            }
            Err(NoSegment::Fragment) => self.announce("fragments of IP packets are not put together", place, out),
            Err(NoSegment::NoIp) => self.without_ip = self.without_ip.saturating_add(1),
            Err(NoSegment::Short | NoSegment::Other) => {}
        }
    }

    /// Nothing more comes.
    pub(crate) fn finish(&mut self, out: &mut Out) {
        let place = self.last;
        // A few are in every capture, such as those of ARP; if it is all, what was looked for is inside of them.
        if self.without_ip > 0 && self.without_ip == self.packets {
            let text = format!(
                "none of {} packets has IP as it is read: MPLS, PPPoE and other wrappings are not",
                self.packets
            );
            out.error(Place::default(), None, &text);
        }
        for at in core::mem::take(&mut self.places).into_values() {
            if let Some(flow) = self.flows.get_mut(at) {
                flow.finish(place, out);
            }
        }
    }

    /// Says something once.
    #[cold]
    #[inline(never)]
    fn announce(&mut self, text: &str, place: Place, out: &mut Out) {
        if !self.announced.iter().any(|announced| announced == text) {
            self.announced.push(text.to_owned());
            out.error(place, None, text);
        }
    }

    #[inline(never)]
    fn segment(&mut self, segment: &Segment<'_>, place: Place, out: &mut Out) {
        let (key, end) = if segment.from <= segment.to {
            ((segment.from, segment.to), End::A)
        } else {
            ((segment.to, segment.from), End::B)
        };
        let Some(at) = self.find(key, end, segment, place, out) else { return };
        let Some(flow) = self.flows.get_mut(at) else { return };
        let before = flow.held();
        let had_ended = flow.is_closed();
        flow.segment(segment, end, place, out);
        let after = flow.held();
        if before != after {
            self.held = self.held.saturating_sub(before).saturating_add(after);
        }
        if self.held > MAX_HELD {
            self.held = self.held.saturating_sub(after);
            flow.give_up(place, out);
            let text = format!("more than {} MiB came out of order: what they wait for is given up", MAX_HELD >> 20);
            self.announce(&text, place, out);
        } else if flow.is_closed() && !had_ended {
            self.held = self.held.saturating_sub(after);
            flow.forget();
            self.ended.push_back(key);
        }
    }

    /// The place of the flow of a segment; `None` if it is not followed.
    fn find(&mut self, key: Key, end: End, segment: &Segment<'_>, place: Place, out: &mut Out) -> Option<usize> {
        match self.latest {
            Some((latest, at)) if latest == key && !segment.syn => Some(at),
            _ => {
                let at = self.look_up(key, end, segment, place, out)?;
                self.latest = Some((key, at));
                Some(at)
            }
        }
    }

    #[inline(never)]
    fn look_up(&mut self, key: Key, end: End, segment: &Segment<'_>, place: Place, out: &mut Out) -> Option<usize> {
        if let Some(at) = self.places.get(&key).copied() {
            let flow = self.flows.get_mut(at)?;
            if !segment.syn || !flow.is_another(segment, end) {
                return Some(at);
            }
            flow.finish(place, out);
            self.remove(&key);
        }
        if self.places.len() >= MAX_STREAMS && !self.make_room() {
            let text = format!("more than {MAX_STREAMS} connections at once: the others are not read");
            self.announce(&text, place, out);
            return None;
        }
        // A reset of what was never seen begins nothing.
        if segment.rst {
            return None;
        }
        let flow = Flow::new(key, segment, end);
        let at = self.free.pop().unwrap_or(self.flows.len());
        match self.flows.get_mut(at) {
            Some(free) => *free = flow,
            None => self.flows.push(flow),
        }
        self.places.insert(key, at);
        Some(at)
    }

    /// Forgets a connection that has ended; false if there is none.
    fn make_room(&mut self) -> bool {
        while let Some(key) = self.ended.pop_front() {
            let place = self.places.get(&key).and_then(|at| self.flows.get(*at));
            if place.is_some_and(Flow::is_closed) {
                self.remove(&key);
                return true;
            }
        }
        false
    }

    fn remove(&mut self, key: &Key) {
        self.free.extend(self.places.remove(key));
        self.latest = None;
    }
}
