//! Where frames begin: behind a handshake, at the beginning of raw bytes, or somewhere in the middle of what was captured.

use super::head::begins_head;
use super::scan::{Expected, leads};
use super::seek::{ENOUGH, ENOUGH_IF_ASKED, Sign};
use super::waiting::Waiting;
use super::{End, Stream, TLS};
use crate::frames::{Deflate, Dialogue, Lane};
use crate::options::Compression;
use crate::out::Out;
use crate::types::{Side, narrow};

/// The most that is looked at of a stream in whose middle frames are looked for, before it is known to be a WebSocket.
const MAX_SOUGHT: u64 = 1 << 20;

impl Stream {
    /// What begins with no head. Gives whether there is one after all.
    pub(super) fn without_head(&mut self, end: End, over: bool, out: &mut Out) -> bool {
        let from_start = self.source.from_start;
        let is_tcp = self.source.is_tcp;
        let waiting = self.wait(end);
        if is_tcp && from_start && !waiting.gap {
            // Some other protocol.
            self.closed = true;
        } else if is_tcp {
            return self.seek(end, out);
        } else if let Some(masked) = waiting.bytes.get(1).map(|byte| byte & 0x80 != 0).or(over.then_some(false)) {
            self.infer(end, masked);
            self.begin_frames(&[(end, None)], out);
        }
        false
    }

    /// Looks for a connection whose beginning was not seen: for a head, which gives true, or for frames.
    fn seek(&mut self, end: End, out: &mut Out) -> bool {
        let is_asked = self.handshake.request.is_some();
        let enough = if is_asked { ENOUGH_IF_ASKED } else { ENOUGH };
        let compressed = out.options.compression != Compression::Off;
        let masked = self.side(end).map(|side| side == Side::Client);
        let waiting = self.wait(end);
        if begins_head(waiting.last_piece()) {
            // HTTP that becomes a WebSocket, perhaps.
            waiting.drop_to_last_piece();
            return true;
        }
        match waiting.seek(Expected { masked, compressed }, enough) {
            Some(Sign::Tls) => self.stop(end, TLS, out),
            Some(Sign::Frames { masked, start }) => self.found(end, masked, Some(start), out),
            None => {
                for masked in [true, false].into_iter().filter(|it| masked.is_none_or(|masked| masked == *it)) {
                    let ours = self.wait(end).at_rest(masked);
                    let theirs = self.wait(end.other()).at_rest(!masked);
                    let bits = [ours, theirs].into_iter().flatten().fold(0_u32, |sum, it| sum.saturating_add(it.bits));
                    if bits >= enough {
                        self.found(end, masked, ours.map(|it| it.start), out);
                        return false;
                    }
                }
                self.closed = self.wait(end).looked_at() > MAX_SOUGHT;
                if self.closed {
                    self.waiting = Default::default();
                }
            }
        }
        false
    }

    /// It is a WebSocket: `end` has frames, with masks or without, and where they begin is known, perhaps.
    fn found(&mut self, end: End, masked: bool, start: Option<u64>, out: &mut Out) {
        self.infer(end, masked);
        let theirs = self.wait(end.other()).at_rest(!masked).map(|it| it.start);
        let compressed = out.options.compression != Compression::Off;
        let known = [(end, start, masked), (end.other(), theirs, !masked)].map(|(end, start, masked)| {
            let waiting = self.wait(end);
            let at = start.map(|start| narrow(start.saturating_sub(waiting.start)));
            // Frames that speak for nothing, as fragments do, may well come before those that do.
            let expected = Expected { masked: Some(masked), compressed };
            (end, at.map(|at| if leads(&waiting.bytes, at, expected) { 0 } else { at }))
        });
        self.begin_frames(&known, out);
    }

    fn infer(&mut self, end: End, masked: bool) {
        self.inferred |= self.client.is_none();
        self.client.get_or_insert(if masked { end } else { end.other() });
    }

    /// From here on there are frames, and where they begin is known, perhaps, if something is missing before them.
    pub(super) fn begin_frames(&mut self, ends: &[(End, Option<usize>)], out: &mut Out) {
        self.number(out);
        let complete = self.source.is_tcp && self.handshake.request.is_some() && self.handshake.response.is_some();
        let connection = self.handshake.connection;
        self.talk.get_or_insert_with(|| Dialogue::new(connection, complete));
        self.lanes.get_or_insert_with(|| Box::new([Side::Client, Side::Server].map(Lane::new)));
        let segment = self.source.is_tcp;
        let waiting: Vec<_> = ends.iter().map(|(end, known)| (*end, self.begin_lane(*end, *known, out))).collect();
        let mut indices = [0_usize; 2];
        // In the order in which they came: one side answers the other.
        while let Some((piece, end, index)) = waiting
            .iter()
            .zip(&mut indices)
            .filter_map(|((end, waiting), index)| Some((waiting.piece(*index)?, *end, index)))
            .min_by_key(|(piece, ..)| piece.order)
        {
            *index = index.saturating_add(1);
            if let Some((lane, talk)) = self.lane(end) {
                lane.feed(piece.bytes, piece.place, segment, talk, out);
            }
        }
    }

    /// Begins the lane of an end; gives what waited for it.
    fn begin_lane(&mut self, end: End, known: Option<usize>, out: &Out) -> Waiting {
        let has_head = self.handshake.request.is_some() || self.handshake.response.is_some();
        let in_the_middle = self.source.is_tcp && !has_head;
        let inferred = self.inferred;
        let waiting = self.wait(end).take();
        let deflate = self.side(end).map(|side| self.deflate(side, out));
        let (Some((lane, talk)), Some(deflate)) = (self.lane(end), deflate) else { return waiting };
        lane.begin(waiting.start, deflate);
        if inferred {
            lane.guess_direction();
        }
        if in_the_middle || waiting.gap {
            talk.complete = false;
            lane.begin_in_the_middle(known);
        }
        waiting
    }

    /// What is known of the compression of what a side sends.
    fn deflate(&self, side: Side, out: &Out) -> Deflate {
        match (out.options.compression, self.handshake.compression()) {
            (Compression::Off, _) | (_, Some(None)) => Deflate::Off,
            (_, Some(Some(params))) => Deflate::agreed(params, side, true),
            (Compression::Assume(params), None) => Deflate::agreed(params, side, false),
            (Compression::Auto, None) if self.handshake.may_compress() => Deflate::Maybe,
            (Compression::Auto, None) => Deflate::Off,
        }
    }
}
