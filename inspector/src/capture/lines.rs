//! Lines of JSON: our own records, events of the Chrome DevTools Protocol, and messages as web archives propose them.

use std::collections::BTreeMap;

use super::fields::Fields;
use super::messages::{Item, Teller, whole};
use super::path::Path;
use super::retell::Retell;
use crate::json::{Reader, Token};
use crate::out::Out;
use crate::types::Place;

/// The reader.
pub(crate) struct Lines {
    reader: Reader,
    path: Path,
    line: Line,
    tellers: BTreeMap<String, Teller>,
    retell: Retell,
    lines: u64,
    understood: u64,
    broken: bool,
}

/// What a line says, whichever kind it is.
#[derive(Default)]
struct Line {
    /// As an event.
    item: Item,
    connection: String,
    url: Option<String>,
    /// As a record of ours.
    fields: Fields,
}

impl Lines {
    pub(crate) fn new() -> Self {
        Self {
            reader: Reader::new(true),
            path: Path::default(),
            line: Line::default(),
            tellers: BTreeMap::new(),
            retell: Retell::default(),
            lines: 0,
            understood: 0,
            broken: false,
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8], out: &mut Out) {
        if self.broken {
            return;
        }
        let mut reader = core::mem::replace(&mut self.reader, Reader::new(true));
        let result = reader.feed(bytes, &mut |token, at| self.see(token, at, out));
        self.reader = reader;
        if let Err(fault) = result {
            self.broken = true;
            out.cut(
                Place { file: Some(fault.offset), ..Place::default() },
                &format!("no lines of JSON any more: {fault}"),
            );
        }
    }

    pub(crate) fn finish(&mut self, out: &mut Out) {
        if !self.broken && self.reader.depth() > 0 {
            out.cut(Place::default(), "the last line is cut");
        }
        self.retell.finish(out);
        for teller in self.tellers.values_mut() {
            teller.finish(out);
        }
        if self.understood == 0 {
            out.error(Place::default(), None, &format!("{} lines of JSON, none with a frame or message", self.lines));
        }
    }

    fn see(&mut self, token: Token<'_>, at: u64, out: &mut Out) {
        let ends = matches!(token, Token::EndObject | Token::EndArray);
        if ends {
            self.path.follow(token);
        }
        match token {
            Token::Object if self.path.depth() == 0 => {
                self.line = Line { item: Item { at, ..Item::default() }, ..Line::default() };
            }
            Token::EndObject if self.path.depth() == 0 => self.end_line(out),
            _ => self.line.fields.put(&self.path, token),
        }
        match token {
            Token::String { bytes, cut } => self.text(bytes, cut, at),
            Token::Number(number) => self.number(number),
            _ => {}
        }
        if !ends {
            self.path.follow(token);
        }
    }

    fn text(&mut self, bytes: &[u8], cut: bool, at: u64) {
        let text = || String::from_utf8_lossy(bytes).into_owned();
        let line = &mut self.line;
        match self.path.key() {
            "requestId" => line.connection = text(),
            "url" | "uri" => line.url = Some(text()),
            "payloadData" | "data" => {
                line.item.data = Some(bytes.to_vec());
                line.item.cut = cut;
                line.item.data_at = at;
            }
            _ => {}
        }
    }

    fn number(&mut self, number: f64) {
        match self.path.key() {
            "opcode" => self.line.item.opcode = Some(number),
            "ts" | "wallTime" => self.line.item.time = Some(number),
            "conn" => self.line.connection = whole(number).to_string(),
            _ => {}
        }
    }

    fn end_line(&mut self, out: &mut Out) {
        self.lines = self.lines.saturating_add(1);
        let line = core::mem::take(&mut self.line);
        // A record of a handshake has a method as well.
        let kind = line.fields.text("type").or_else(|| line.fields.text("method")).unwrap_or_default();
        match kind.as_str() {
            "Network.webSocketCreated" => {
                let teller = self.tellers.entry(line.connection).or_default();
                teller.begin(line.url.as_deref(), None, out);
            }
            "Network.webSocketFrameSent" => self.event(line, "send", out),
            "Network.webSocketFrameReceived" => self.event(line, "receive", out),
            "send" | "sent" | "out" => self.event(line, "send", out),
            "receive" | "received" | "in" => self.event(line, "receive", out),
            kind => {
                let is_understood = self.retell.record(kind, &line.fields, line.item.at, out);
                self.understood = self.understood.saturating_add(u64::from(is_understood));
            }
        }
    }

    fn event(&mut self, line: Line, kind: &str, out: &mut Out) {
        self.understood = self.understood.saturating_add(1);
        let teller = self.tellers.entry(line.connection).or_default();
        if !teller.has_begun() {
            teller.begin(line.url.as_deref(), None, out);
        }
        teller.tell(Item { kind: kind.to_owned(), ..line.item }, out);
    }
}
