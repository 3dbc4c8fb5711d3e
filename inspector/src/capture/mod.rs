//! Sources: files of captures, read as they arrive.

mod detect;
mod fields;
mod har;
mod lines;
mod link;
mod messages;
mod netlog;
mod path;
mod pcap;
mod pcapng;
mod raw;
mod retell;
mod tcp;

pub use detect::{Detected, detect};

use crate::options::Kind;
use crate::out::Out;
use crate::types::{Place, Side, wide};

/// What a reader of records made of the bytes that it was shown.
pub(crate) enum Step {
    /// It took so many.
    Took(usize),
    /// It needs so many, counted from the first one it was shown.
    Needs(usize),
    /// It cannot read on: why.
    Broken(String),
}

/// A format whose records have lengths.
pub(crate) trait Records {
    /// Takes the next record from the beginning of `bytes`, which are at the position `at` of the file.
    fn step(&mut self, bytes: &[u8], at: u64, out: &mut Out) -> Step;

    /// Nothing more comes; `rest` is the beginning of a record.
    fn finish(&mut self, rest: &[u8], at: u64, out: &mut Out);
}

/// Feeds records as a whole, however the input is cut. What it holds is the beginning of one record.
pub(crate) struct Framed<R> {
    reader: R,
    held: Vec<u8>,
    needs: usize,
    /// The position in the file of the next byte that is not held.
    at: u64,
    broken: bool,
}

impl<R: Records> Framed<R> {
    pub(crate) const fn new(reader: R) -> Self {
        Self { reader, held: Vec::new(), needs: 1, at: 0, broken: false }
    }

    pub(crate) fn feed(&mut self, mut bytes: &[u8], out: &mut Out) {
        while !self.held.is_empty() && !bytes.is_empty() && !self.broken {
            let missing = self.needs.saturating_sub(self.held.len()).max(1);
            let (more, rest) = bytes.split_at(missing.min(bytes.len()));
            self.held.extend_from_slice(more);
            self.at = self.at.saturating_add(wide(more.len()));
            bytes = rest;
            if self.held.len() < self.needs {
                return;
            }
            let held = core::mem::take(&mut self.held);
            let start = self.at.saturating_sub(wide(held.len()));
            let taken = self.run(&held, start, out);
            self.held = held;
            self.held.drain(..taken);
        }
        if self.broken {
            return;
        }
        let taken = self.run(bytes, self.at, out);
        self.held.extend_from_slice(bytes.get(taken..).unwrap_or_default());
        self.at = self.at.saturating_add(wide(bytes.len()));
    }

    pub(crate) fn finish(&mut self, out: &mut Out) {
        let held = core::mem::take(&mut self.held);
        let rest = if self.broken { &[][..] } else { &held };
        self.reader.finish(rest, self.at.saturating_sub(wide(held.len())), out);
    }

    /// Takes all records that are whole; gives how many bytes they have.
    #[inline(never)]
    fn run(&mut self, bytes: &[u8], start: u64, out: &mut Out) -> usize {
        let mut done = 0_usize;
        loop {
            let rest = bytes.get(done..).unwrap_or_default();
            let at = start.saturating_add(wide(done));
            match self.reader.step(rest, at, out) {
                Step::Took(0) => return done,
                Step::Took(taken) => done = done.saturating_add(taken),
                Step::Needs(needs) => {
                    self.needs = needs.max(rest.len().saturating_add(1));
                    return done;
                }
                Step::Broken(text) => {
                    out.cut(Place { file: Some(at), ..Place::default() }, &text);
                    self.broken = true;
                    return bytes.len();
                }
            }
        }
    }
}

/// The reader of a capture.
pub(crate) enum Capture {
    Pcap(Box<Framed<pcap::Pcap>>),
    Pcapng(Box<Framed<pcapng::Pcapng>>),
    Har(Box<har::Har>),
    Lines(Box<lines::Lines>),
    NetLog(Box<netlog::NetLog>),
    Raw(Box<raw::Raw>),
}

impl Capture {
    /// A reader for that kind.
    pub(crate) fn new(kind: Kind, out: &Out) -> Self {
        match kind {
            Kind::Pcap => Self::Pcap(Box::new(Framed::new(pcap::Pcap::new()))),
            Kind::Pcapng => Self::Pcapng(Box::new(Framed::new(pcapng::Pcapng::default()))),
            Kind::Har => Self::Har(Box::new(har::Har::new())),
            Kind::NetLog => Self::NetLog(Box::new(netlog::NetLog::new())),
            Kind::Ndjson => Self::Lines(Box::new(lines::Lines::new())),
            Kind::Raw => Self::Raw(Box::new(raw::Raw::new(out))),
        }
    }

    /// Takes the next bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8], side: Option<Side>, out: &mut Out) {
        match self {
            Self::Pcap(reader) => reader.feed(bytes, out),
            Self::Pcapng(reader) => reader.feed(bytes, out),
            Self::Har(reader) => reader.feed(bytes, out),
            Self::Lines(reader) => reader.feed(bytes, out),
            Self::NetLog(reader) => reader.feed(bytes, out),
            Self::Raw(reader) => reader.feed(bytes, side, out),
        }
    }

    /// Nothing more comes.
    pub(crate) fn finish(&mut self, out: &mut Out) {
        match self {
            Self::Pcap(reader) => reader.finish(out),
            Self::Pcapng(reader) => reader.finish(out),
            Self::Har(reader) => reader.finish(out),
            Self::Lines(reader) => reader.finish(out),
            Self::NetLog(reader) => reader.finish(out),
            Self::Raw(reader) => reader.finish(out),
        }
    }
}
