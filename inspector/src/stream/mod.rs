//! One connection: the opening handshake, if it is there, and then a lane for each direction.

mod begin;
mod handshake;
mod head;
mod scan;
mod seek;
mod waiting;

pub use handshake::Handshake;
pub use head::{Beginning, Field, Head, beginning};
pub use scan::{Expected, Found, MAX_SCAN, find};
use waiting::Waiting;

use crate::catalogue::Rule;
use crate::frames::{Dialogue, Lane};
use crate::out::Out;
use crate::record::Record;
use crate::types::{Place, Side};
use handshake::{is_switch, is_upgrade};
use head::{MAX_HEAD, head_length};

/// What the source says about a connection.
#[derive(Clone, Debug)]
pub struct Source {
    /// Whether its beginning is in the capture.
    pub from_start: bool,
    /// Whether chunks are segments of TCP, whose borders mean something, in the order in which both directions were seen.
    /// Otherwise they are pieces of a file, and perhaps of one direction only.
    pub is_tcp: bool,
    /// The addresses of the two ends, if there are any.
    pub addresses: Option<[String; 2]>,
    /// Whether nothing is said about what is no WebSocket, since the source is full of it.
    pub is_quiet: bool,
    /// Which of the ends is the client, if that is known before anything was read.
    pub client: Option<End>,
}

/// One of the two ends of a connection, as the source numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The first one.
    A,
    /// The other one.
    B,
}

impl End {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Both ends, with nothing known of where their frames begin.
const BOTH: [(End, Option<usize>); 2] = [(End::A, None), (End::B, None)];

const TLS: &str = "these bytes are TLS, not WebSocket; ways to the plain text: chrome://net-export with raw bytes, \
                   tshark -o tls.keylog_file:FILE with the file of SSLKEYLOGFILE, or the HAR of a proxy such as mitmproxy";
const HTTP2: &str = "WebSocket over HTTP/2 (RFC 8441) is not decoded yet";

/// One connection.
pub struct Stream {
    source: Source,
    closed: bool,
    waiting: [Waiting; 2],
    /// How many pieces have waited, of either end.
    pieces: u64,
    client: Option<End>,
    /// Whether the client is inferred from the mask bit.
    inferred: bool,
    handshake: Handshake,
    talk: Option<Dialogue>,
    lanes: Option<Box<[Lane; 2]>>,
    tcp_end: Option<(End, bool)>,
}

impl Stream {
    /// A connection of which nothing was seen.
    #[must_use]
    pub fn new(source: Source) -> Self {
        let client = source.client;
        Self {
            source,
            closed: false,
            waiting: Default::default(),
            pieces: 0,
            client,
            inferred: false,
            handshake: Handshake::default(),
            talk: None,
            lanes: None,
            tcp_end: None,
        }
    }

    /// Tells which end is the client.
    pub const fn set_client(&mut self, end: End) {
        self.source.client = Some(end);
        self.client = Some(end);
    }

    /// Whether it is of no interest any more.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether it is known to be a WebSocket.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.lanes.is_some()
    }

    /// Takes bytes that an end sent.
    pub fn feed(&mut self, end: End, bytes: &[u8], place: Place, out: &mut Out) {
        if self.closed || bytes.is_empty() {
            return;
        }
        let segment = self.source.is_tcp;
        if !self.wait(end).framed {
            self.pieces = self.pieces.saturating_add(1);
            let order = self.pieces;
            self.wait(end).push(bytes, place, order);
            self.look(end, false, out);
        } else if let Some((lane, talk)) = self.lane(end) {
            lane.feed(bytes, place, segment, talk, out);
        }
    }

    /// So many bytes that an end sent are missing.
    pub fn skip(&mut self, end: End, missing: u64, place: Place, out: &mut Out) {
        if self.closed {
            return;
        }
        if self.wait(end).framed {
            if let Some((lane, talk)) = self.lane(end) {
                lane.skip(missing, place, talk, out);
            }
            return;
        }
        let waiting = self.wait(end);
        *waiting = waiting.behind_gap(missing);
    }

    /// Tells that the bytes of an end that come next were sent twice, with a difference.
    pub fn mark_overlap(&mut self, end: End) {
        if let Some((lane, _)) = self.lane(end) {
            lane.mark(Rule::TcpOverlap);
        }
    }

    /// So many bytes that an end sent are missing, and none will come behind them.
    pub fn lose(&mut self, end: End, missing: u64, place: Place, out: &mut Out) {
        // What waits there is all that there will be: it is looked at before the gap takes it away.
        if !self.closed && !self.wait(end).framed {
            self.look(end, true, out);
        }
        self.skip(end, missing, place, out);
    }

    /// An end has sent that it ends its direction, or `reset` the connection, though not all before it may have come.
    pub const fn see_end(&mut self, end: End, reset: bool) {
        if self.tcp_end.is_none() {
            self.tcp_end = Some((end, reset));
        }
    }

    /// An end has ended its direction, or `reset` the connection, and nothing of it comes any more.
    pub fn end(&mut self, end: End, reset: bool, place: Place, out: &mut Out) {
        self.see_end(end, reset);
        self.wait(end).ended = true;
        if reset || self.wait(end.other()).ended {
            self.finish(place, out);
        }
    }

    /// Nothing more comes.
    pub fn finish(&mut self, place: Place, out: &mut Out) {
        for end in [End::A, End::B] {
            if !self.closed && !self.wait(end).framed {
                self.look(end, true, out);
            }
        }
        if self.closed {
            return;
        }
        self.closed = true;
        let tcp = self.tcp_end.and_then(|(end, reset)| Some((self.side(end)?, reset)));
        let (Some(lanes), Some(talk)) = (&mut self.lanes, &mut self.talk) else {
            if self.handshake.request.is_some() && self.handshake.response.is_none() {
                self.tell_handshake(out);
                let is_missing = self.waiting.iter().any(|waiting| waiting.gap);
                let text =
                    if is_missing { "the answer to the request is missing" } else { "the request was never answered" };
                out.error(place, Some(self.handshake.connection), text);
            }
            return;
        };
        for lane in lanes.iter_mut() {
            lane.finish(place, talk, out);
        }
        let [client, server] = &**lanes;
        let at = if matches!(tcp, Some((Side::Server, _))) { server.position() } else { client.position() };
        talk.finish(tcp, at, out);
        self.lanes = None;
    }

    fn wait(&mut self, end: End) -> &mut Waiting {
        let [a, b] = &mut self.waiting;
        if end == End::A { a } else { b }
    }

    fn side(&self, end: End) -> Option<Side> {
        self.client.map(|client| if client == end { Side::Client } else { Side::Server })
    }

    fn lane(&mut self, end: End) -> Option<(&mut Lane, &mut Dialogue)> {
        let side = self.side(end)?;
        let [client, server] = &mut **self.lanes.as_mut()?;
        Some((if side == Side::Client { client } else { server }, self.talk.as_mut()?))
    }

    /// Looks at what an end has sent; `over`: no more will come.
    #[inline(never)]
    fn look(&mut self, end: End, over: bool, out: &mut Out) {
        while !self.closed && !self.wait(end).framed && !self.wait(end).bytes.is_empty() {
            let asked = self.handshake.request.is_some() && self.client == Some(end) && self.source.is_tcp;
            let waiting = self.wait(end);
            // The client has asked: what it sends next is held until the answer has come.
            if asked {
                if over || waiting.bytes.len() > MAX_SCAN {
                    self.begin_frames(&BOTH, out);
                }
                return;
            }
            match beginning(&waiting.bytes) {
                Beginning::Short if !over => return,
                what @ (Beginning::Request | Beginning::Response) => {
                    if !self.take_head(end, what == Beginning::Request, over, out) {
                        return;
                    }
                }
                _ if waiting.skipping => {
                    let all = waiting.bytes.len();
                    return waiting.drop_front(all);
                }
                Beginning::Tls => return self.stop(end, TLS, out),
                Beginning::Http2 => return self.stop(end, HTTP2, out),
                Beginning::Short | Beginning::Other => {
                    if !self.without_head(end, over, out) {
                        return;
                    }
                }
            }
        }
    }

    /// Takes the head that is next; gives whether it was there.
    fn take_head(&mut self, end: End, is_request: bool, over: bool, out: &mut Out) -> bool {
        let waiting = self.wait(end);
        // Never more, even where there is more: whether it is believed must not depend on how the source is cut.
        let bytes = waiting.bytes.get(..MAX_HEAD).unwrap_or(&waiting.bytes);
        let Some(length) = head_length(bytes, waiting.searched) else {
            let length = bytes.len();
            waiting.searched = length;
            if over || length == MAX_HEAD {
                self.stop(end, &format!("the opening handshake is cut: no empty line in {length} bytes"), out);
            }
            return false;
        };
        let place = waiting.place();
        let head = Head::parse(waiting.bytes.get(..length).unwrap_or_default(), waiting.start);
        waiting.drop_front(length);
        waiting.skipping = false;
        // What follows a head is known, whatever is missing before it.
        waiting.gap = false;
        if is_request {
            self.take_request(end, head, place, out);
        } else {
            self.take_response(end, head, place, out);
        }
        true
    }

    fn take_request(&mut self, end: End, head: Head, place: Place, out: &mut Out) {
        if !is_upgrade(&head) {
            return self.pass_over(end, Some("the request does not ask for a WebSocket"), place, out);
        }
        self.client = Some(self.source.client.unwrap_or(end));
        self.number(out);
        self.handshake.place = place;
        self.handshake.set_request(head);
        if !self.source.is_tcp {
            self.tell_handshake(out);
        }
    }

    fn take_response(&mut self, end: End, head: Head, place: Place, out: &mut Out) {
        let status: u16 = head.parts().1.parse().unwrap_or_default();
        let mixed = self.client == Some(end) && self.source.client.is_none();
        if status != 101 && (100..200).contains(&status) {
            return;
        }
        if status != 101 && self.handshake.request.is_none() {
            return self.pass_over(end, Some("the response is not to a request for a WebSocket"), place, out);
        }
        if self.handshake.request.is_none() && !is_switch(&head) {
            return self.leave("the response switches to another protocol than WebSocket", place, out);
        }
        self.number(out);
        self.handshake.place = Place { time: place.time, ..self.handshake.place };
        self.handshake.set_response(head);
        self.tell_handshake(out);
        if status != 101 {
            let text = format!("the server refused the handshake with status {status}, so no frames follow");
            out.error(place, Some(self.handshake.connection), &text);
            self.handshake = Handshake { addresses: self.handshake.addresses.take(), ..Handshake::default() };
            return self.pass_over(end, None, place, out);
        }
        if mixed {
            // Both heads are in one stream of bytes: whose the frames are, the mask bit tells.
            self.client = None;
        } else {
            self.client = Some(end.other());
        }
        if self.source.is_tcp {
            self.begin_frames(&BOTH, out);
        }
    }

    /// HTTP that is no handshake. In a capture of packets another request may follow it; elsewhere it is the end, of which
    /// is told what `text` says, where the head was that is not waiting any more.
    fn pass_over(&mut self, end: End, text: Option<&str>, place: Place, out: &mut Out) {
        if self.source.is_tcp {
            self.client = self.source.client;
            for end in [end, end.other()] {
                self.wait(end).skipping = true;
            }
        } else if let Some(text) = text {
            self.stop_at(place, text, out);
        } else {
            self.closed = true;
        }
    }

    /// Some other protocol, which among packets is nothing to be told.
    fn leave(&mut self, text: &str, place: Place, out: &mut Out) {
        if self.source.is_tcp {
            self.closed = true;
        } else {
            self.stop_at(place, text, out);
        }
    }

    /// Makes it a connection of the capture.
    fn number(&mut self, out: &mut Out) {
        if self.handshake.connection == 0 {
            self.handshake.connection = out.next_connection();
            let client_is_a = self.client != Some(End::B);
            self.handshake.addresses =
                self.source.addresses.clone().map(|[a, b]| if client_is_a { (a, b) } else { (b, a) });
        }
    }

    fn tell_handshake(&mut self, out: &mut Out) {
        out.record(&Record::Handshake(&self.handshake));
        let connection = self.handshake.connection;
        for (side, finding) in core::mem::take(&mut self.handshake.findings) {
            out.record(&Record::Violation { connection, frame: None, side, finding: &finding });
        }
    }

    fn stop(&mut self, end: End, text: &str, out: &mut Out) {
        let place = self.wait(end).place();
        self.stop_at(place, text, out);
    }

    fn stop_at(&mut self, place: Place, text: &str, out: &mut Out) {
        let connection = Some(self.handshake.connection).filter(|connection| *connection > 0);
        if !self.source.is_quiet || connection.is_some() {
            out.error(place, connection, text);
        }
        self.closed = true;
    }
}
