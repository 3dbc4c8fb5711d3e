//! HTTP archives (HAR) of all dialects: entries with messages instead of frames.
//!
//! | producer | time | what else |
//! |---|---|---|
//! | Chrome DevTools, mitmproxy, HTTP Toolkit | seconds since 1970 | errors have the opcode −1 |
//! | Playwright | milliseconds, or −1 | messages may be in a file of their own |
//! | others | seconds from the start of the entry | Close, Ping and Pong; codes of Closes |
//!
//! Messages are told as they come, so that an archive of any size is read in the memory of one message. What stands behind
//! them in the entry is told when it comes: the address. A time of its beginning that comes behind is not used for them.

use super::messages::{Item, Teller};
use super::path::Path;
use crate::json::{JsonFault, Reader, Token};
use crate::out::Out;
use crate::types::{Place, Time};

/// The reader.
pub(crate) struct Har {
    reader: Reader,
    path: Path,
    entry: Entry,
    /// The message that is being read.
    item: Item,
    teller: Teller,
    entries: u64,
    websockets: u64,
    without_messages: u64,
    messages: u64,
    broken: bool,
}

#[derive(Default)]
struct Entry {
    url: Option<String>,
    is_websocket: bool,
    status: Option<u16>,
    file: Option<String>,
    started: Option<Time>,
    messages: u64,
}

impl Har {
    pub(crate) fn new() -> Self {
        Self {
            reader: Reader::new(false),
            path: Path::default(),
            entry: Entry::default(),
            item: Item::default(),
            teller: Teller::default(),
            entries: 0,
            websockets: 0,
            without_messages: 0,
            messages: 0,
            broken: false,
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8], out: &mut Out) {
        if self.broken {
            return;
        }
        let mut reader = core::mem::replace(&mut self.reader, Reader::new(false));
        let result = reader.feed(bytes, &mut |token, at| self.see(token, at, out));
        self.reader = reader;
        if let Err(fault) = result {
            self.fail(fault, out);
        }
    }

    pub(crate) fn finish(&mut self, out: &mut Out) {
        if !self.broken {
            let mut reader = core::mem::replace(&mut self.reader, Reader::new(false));
            let result = reader.finish(&mut |token, at| self.see(token, at, out));
            if let Err(fault) = result {
                self.fail(fault, out);
            }
        }
        self.teller.finish(out);
        if self.messages == 0 && !self.broken {
            let text = match (self.websockets, self.without_messages) {
                (0, _) => format!("{} entries, none of a WebSocket", self.entries),
                (count, _) => {
                    let entries = if count == 1 { "entry" } else { "entries" };
                    format!("{count} WebSocket {entries}, no messages; Firefox does not export them")
                }
            };
            out.error(Place::default(), None, &text);
        }
    }

    fn fail(&mut self, fault: JsonFault, out: &mut Out) {
        self.broken = true;
        out.cut(Place { file: Some(fault.offset), ..Place::default() }, &format!("no HAR any more: {fault}"));
    }

    fn see(&mut self, token: Token<'_>, at: u64, out: &mut Out) {
        const ENTRY: [&str; 3] = ["log", "entries", "#"];
        const MESSAGE: [&str; 5] = ["log", "entries", "#", "_webSocketMessages", "#"];
        let ends = matches!(token, Token::EndObject | Token::EndArray);
        if ends {
            self.path.follow(token);
        }
        match token {
            Token::Array if self.path.is(&MESSAGE[..4]) => self.entry.is_websocket = true,
            Token::Object if self.path.is(&MESSAGE) => self.item = Item { at, ..Item::default() },
            Token::Object if self.path.is(&ENTRY) => self.entry = Entry::default(),
            Token::EndObject if self.path.is(&MESSAGE) => self.message(out),
            Token::EndObject if self.path.is(&ENTRY) => self.end_entry(out),
            Token::String { bytes, cut } => self.text(bytes, cut, at),
            Token::Number(number) => self.number(number),
            _ => {}
        }
        if !ends {
            self.path.follow(token);
        }
    }

    fn in_message(&self) -> bool {
        self.path.depth() == 6 && self.path.begins(&["log", "entries", "#", "_webSocketMessages", "#"])
    }

    fn text(&mut self, bytes: &[u8], cut: bool, at: u64) {
        let text = || String::from_utf8_lossy(bytes).into_owned();
        if self.in_message() {
            match self.path.key() {
                "type" => self.item.kind = text(),
                "data" | "payloadData" => {
                    self.item.data = Some(bytes.to_vec());
                    self.item.cut = cut;
                    self.item.data_at = at;
                }
                "time" => self.item.time = text().parse().ok(),
                _ => {}
            }
            return;
        }
        let entry = |keys: &[&str]| self.path.is(&[&["log", "entries", "#"], keys].concat());
        if entry(&["request", "url"]) {
            self.entry.url = Some(text());
        } else if entry(&["_resourceType"]) {
            self.entry.is_websocket |= bytes == b"websocket";
        } else if entry(&["startedDateTime"]) {
            self.entry.started = super::messages::parse_date(&text());
        } else if entry(&["response", "content", "_file"]) {
            self.entry.file = Some(text());
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    fn number(&mut self, number: f64) {
        if self.in_message() {
            match self.path.key() {
                "time" => self.item.time = Some(number),
                "opcode" => self.item.opcode = Some(number),
                "code" => self.item.code = Some(number as u16),
                _ => {}
            }
        } else if self.path.is(&["log", "entries", "#", "response", "status"]) {
            self.entry.status = Some(number as u16);
        }
    }

    fn message(&mut self, out: &mut Out) {
        if self.entry.messages == 0 {
            self.teller.begin(self.entry.url.as_deref(), self.entry.started, out);
        }
        self.entry.messages = self.entry.messages.saturating_add(1);
        self.messages = self.messages.saturating_add(1);
        let item = core::mem::take(&mut self.item);
        self.teller.tell(item, out);
    }

    fn end_entry(&mut self, out: &mut Out) {
        self.entries = self.entries.saturating_add(1);
        let entry = core::mem::take(&mut self.entry);
        // An archive of Firefox says http for it.
        let has_its_url = entry.url.as_deref().is_some_and(|url| url.starts_with("ws"));
        if !entry.is_websocket && !has_its_url && entry.status != Some(101) {
            return;
        }
        self.websockets = self.websockets.saturating_add(1);
        if entry.messages > 0 {
            self.teller.describe(entry.url, entry.status, entry.started, out);
            self.teller.finish(out);
        } else {
            self.without_messages = self.without_messages.saturating_add(1);
            if let Some(file) = entry.file {
                let text = format!("the messages of this connection are in the file {file}, beside the HAR");
                out.error(Place::default(), None, &text);
            }
        }
    }
}
