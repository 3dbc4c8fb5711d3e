//! Reads JSON as it arrives: a stream of tokens, however the input is cut, in memory for one string and no tree.

use core::fmt;

/// The most levels of arrays and objects.
pub const MAX_DEPTH: u32 = 64;

/// The most bytes of a string that are kept.
const MAX_STRING: usize = 64 << 20;

/// The byte order mark, which a reader of JSON may pass over (RFC 8259 §8.1).
const BOM: &[u8; 3] = b"\xef\xbb\xbf";

/// A part of a JSON text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    /// `{`.
    Object,
    /// `}`.
    EndObject,
    /// `[`.
    Array,
    /// `]`.
    EndArray,
    /// The name of a member.
    Key(&'a [u8]),
    /// A string without its escapes: UTF-8 if the text is. `cut`: it was too long to be kept, this is its beginning.
    String {
        /// Its bytes.
        bytes: &'a [u8],
        /// Whether there were more.
        cut: bool,
    },
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
}

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonFault {
    /// The line, from 1.
    pub line: u64,
    /// The byte in the line, from 1.
    pub column: u64,
    /// The position in the text, from 0.
    pub offset: u64,
    /// What is wrong.
    pub text: &'static str,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value comes next; after `[` that may be its end instead.
    Value {
        first: bool,
    },
    /// A key comes next; after `{` that may be its end instead.
    Key {
        first: bool,
    },
    Colon,
    /// A comma, or the end of what is open.
    Comma,
    String,
    Escape,
    /// Hex digits of an escape: how many came, and their value.
    Unicode(u8, u32),
    /// A number or a name.
    Word,
}

/// The reader of one text, or of several one after the other (JSON lines).
#[derive(Debug)]
pub struct Reader {
    state: State,
    /// A bit for each level, set for objects; the lowest is the innermost.
    levels: u64,
    depth: u32,
    /// The string or word that is arriving.
    word: Vec<u8>,
    cut: bool,
    is_key: bool,
    /// The first half of a surrogate pair.
    surrogate: Option<u32>,
    many: bool,
    begun: bool,
    offset: u64,
    /// Where the string or word began.
    start: u64,
    line: u64,
    line_start: u64,
}

impl Reader {
    /// `many`: one text may follow another, with white space between them or not.
    #[must_use]
    pub const fn new(many: bool) -> Self {
        Self {
            state: State::Value { first: false },
            levels: 0,
            depth: 0,
            word: Vec::new(),
            cut: false,
            is_key: false,
            surrogate: None,
            many,
            begun: false,
            offset: 0,
            start: 0,
            line: 1,
            line_start: 0,
        }
    }

    /// Takes the next bytes, and tells of every token that ends in them, with the position of its first byte.
    ///
    /// # Errors
    ///
    /// It is not JSON, or is nested too deeply. The reader is not to be used after that.
    pub fn feed(&mut self, bytes: &[u8], on: &mut impl FnMut(Token<'_>, u64)) -> Result<(), JsonFault> {
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            if self.state == State::String {
                let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len());
                let (text, after) = rest.split_at(plain);
                if plain > 0 {
                    self.keep(text);
                    self.offset = self.offset.saturating_add(crate::types::wide(plain));
                    rest = after;
                    continue;
                }
            }
            // A word ends with the byte after it, which then is looked at again.
            if self.step(*byte, on)? {
                self.offset = self.offset.saturating_add(1);
                rest = after;
            }
        }
        Ok(())
    }

    /// Tells that the text has ended.
    ///
    /// # Errors
    ///
    /// It ends in the middle.
    pub fn finish(&mut self, on: &mut impl FnMut(Token<'_>, u64)) -> Result<(), JsonFault> {
        if self.state == State::Word {
            self.end_word(on)?;
        }
        let ended = self.depth == 0
            && (self.state == State::Comma || (self.many && self.begun && self.state == State::Value { first: false }));
        if ended { Ok(()) } else { Err(self.fault("the text ends in the middle")) }
    }

    /// Levels that are open.
    #[must_use]
    pub const fn depth(&self) -> u32 {
        self.depth
    }

    fn fault(&self, text: &'static str) -> JsonFault {
        let column = self.offset.saturating_sub(self.line_start).saturating_add(1);
        JsonFault { line: self.line, column, offset: self.offset, text }
    }

    /// Takes a byte; false if it is to be shown again.
    fn step(&mut self, byte: u8, on: &mut impl FnMut(Token<'_>, u64)) -> Result<bool, JsonFault> {
        match self.state {
            State::String => self.string_byte(byte, on),
            State::Escape => self.escape(byte)?,
            State::Unicode(count, value) => self.unicode(byte, count, value)?,
            State::Word => {
                if matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.') && self.word.len() < 64
                {
                    self.word.push(byte);
                } else {
                    self.end_word(on)?;
                    return Ok(false);
                }
            }
            _ if matches!(byte, b' ' | b'\t' | b'\r') => {}
            _ if !self.begun && self.is_bom(byte) => {}
            _ if byte == b'\n' => {
                self.line = self.line.saturating_add(1);
                self.line_start = self.offset.saturating_add(1);
            }
            State::Value { first } => self.value(byte, first, on)?,
            State::Key { first } => match byte {
                b'"' => self.begin_string(true),
                b'}' if first => self.close(true, on)?,
                _ => return Err(self.fault("a key was expected")),
            },
            State::Colon if byte == b':' => self.state = State::Value { first: false },
            State::Colon => return Err(self.fault("a colon was expected")),
            State::Comma => return self.comma(byte, on),
        }
        Ok(true)
    }

    /// Whether a byte of the beginning is what a byte order mark has there.
    fn is_bom(&self, byte: u8) -> bool {
        let at = usize::try_from(self.offset).unwrap_or(usize::MAX);
        BOM.get(at) == Some(&byte)
    }

    fn value(&mut self, byte: u8, first: bool, on: &mut impl FnMut(Token<'_>, u64)) -> Result<(), JsonFault> {
        self.begun = true;
        self.start = self.offset;
        match byte {
            b'{' => self.open(true, on)?,
            b'[' => self.open(false, on)?,
            b']' if first => self.close(false, on)?,
            b'"' => self.begin_string(false),
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                self.word.clear();
                self.word.push(byte);
                self.state = State::Word;
            }
            _ => return Err(self.fault("a value was expected")),
        }
        Ok(())
    }

    fn comma(&mut self, byte: u8, on: &mut impl FnMut(Token<'_>, u64)) -> Result<bool, JsonFault> {
        match byte {
            _ if self.depth == 0 => {
                if !self.many {
                    return Err(self.fault("something follows the end of the text"));
                }
                self.state = State::Value { first: false };
                return Ok(false);
            }
            b',' if self.in_object() => self.state = State::Key { first: false },
            b',' => self.state = State::Value { first: false },
            b'}' => self.close(true, on)?,
            b']' => self.close(false, on)?,
            _ => return Err(self.fault("a comma was expected")),
        }
        Ok(true)
    }

    const fn in_object(&self) -> bool {
        self.levels & 1 != 0
    }

    fn open(&mut self, object: bool, on: &mut impl FnMut(Token<'_>, u64)) -> Result<(), JsonFault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault("nested more than 64 levels deep"));
        }
        self.depth = self.depth.saturating_add(1);
        self.levels = self.levels << 1 | u64::from(object);
        self.state = if object { State::Key { first: true } } else { State::Value { first: true } };
        on(if object { Token::Object } else { Token::Array }, self.offset);
        Ok(())
    }

    fn close(&mut self, object: bool, on: &mut impl FnMut(Token<'_>, u64)) -> Result<(), JsonFault> {
        if self.in_object() != object {
            return Err(self.fault("the wrong bracket closes"));
        }
        self.depth = self.depth.saturating_sub(1);
        self.levels >>= 1;
        self.state = State::Comma;
        on(if object { Token::EndObject } else { Token::EndArray }, self.offset);
        Ok(())
    }

    fn begin_string(&mut self, is_key: bool) {
        self.word.clear();
        self.cut = false;
        self.is_key = is_key;
        self.start = self.offset;
        self.state = State::String;
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.surrogate.take().is_some() {
            self.keep_character(char::REPLACEMENT_CHARACTER);
        }
        self.cut |= self.word.len().saturating_add(bytes.len()) > MAX_STRING;
        crate::types::extend_up_to(&mut self.word, bytes, MAX_STRING);
    }

    fn keep_character(&mut self, character: char) {
        self.keep(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn string_byte(&mut self, byte: u8, on: &mut impl FnMut(Token<'_>, u64)) {
        if byte == b'\\' {
            self.state = State::Escape;
            return;
        }
        // The closing quote: nothing else gets here.
        self.keep(b"");
        let bytes = &self.word;
        if self.is_key {
            on(Token::Key(bytes), self.start);
            self.state = State::Colon;
        } else {
            on(Token::String { bytes, cut: self.cut }, self.start);
            self.state = State::Comma;
        }
        self.word.shrink_to(1 << 16);
    }

    fn escape(&mut self, byte: u8) -> Result<(), JsonFault> {
        let character = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                self.state = State::Unicode(0, 0);
                return Ok(());
            }
            _ => return Err(self.fault("an escape that does not exist")),
        };
        self.keep(&[character]);
        self.state = State::String;
        Ok(())
    }

    fn unicode(&mut self, byte: u8, count: u8, value: u32) -> Result<(), JsonFault> {
        let digit = char::from(byte).to_digit(16).ok_or(self.fault("four hex digits were expected"))?;
        let value = value << 4 | digit;
        if count < 3 {
            self.state = State::Unicode(count.saturating_add(1), value);
            return Ok(());
        }
        self.state = State::String;
        match (self.surrogate.take(), value) {
            (Some(high), 0xdc00..=0xdfff) => {
                let code = 0x1_0000_u32.wrapping_add((high & 0x3ff) << 10).wrapping_add(value & 0x3ff);
                self.keep_character(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (before, _) => {
                if before.is_some() {
                    self.keep_character(char::REPLACEMENT_CHARACTER);
                }
                if matches!(value, 0xd800..=0xdbff) {
                    self.surrogate = Some(value);
                } else {
                    self.keep_character(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
            }
        }
        Ok(())
    }

    fn end_word(&mut self, on: &mut impl FnMut(Token<'_>, u64)) -> Result<(), JsonFault> {
        let token = match self.word.as_slice() {
            b"true" => Token::Boolean(true),
            b"false" => Token::Boolean(false),
            b"null" => Token::Null,
            word => {
                let is_number = matches!(word.first(), Some(b'-' | b'0'..=b'9'));
                let number = core::str::from_utf8(word).ok().filter(|_| is_number).and_then(|word| word.parse().ok());
                Token::Number(number.ok_or(self.fault("neither a number nor true, false or null"))?)
            }
        };
        self.state = State::Comma;
        on(token, self.start);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[u8], many: bool, size: usize) -> Result<String, JsonFault> {
        let mut reader = Reader::new(many);
        let mut seen = String::new();
        let mut on = |token: Token<'_>, at: u64| match token {
            Token::Key(bytes) => seen += &format!("{at}:{}: ", String::from_utf8_lossy(bytes)),
            Token::String { bytes, .. } => seen += &format!("{:?} ", String::from_utf8_lossy(bytes)),
            token => seen += &format!("{token:?} "),
        };
        for chunk in text.chunks(size) {
            reader.feed(chunk, &mut on)?;
        }
        reader.finish(&mut on)?;
        Ok(seen)
    }

    fn read(text: &str, many: bool) -> Result<String, JsonFault> {
        let whole = tokens(text.as_bytes(), many, text.len().max(1));
        for size in 1..5 {
            assert_eq!(tokens(text.as_bytes(), many, size), whole, "{text} in chunks of {size}");
        }
        whole
    }

    #[test]
    fn values() {
        let text = r#" {"a" : [1, -2.5e3, true,false , null, "x\n\u00e9\ud83d\ude00\ud800y"], "b":{}} "#;
        let expected = "Object 2:a: Array Number(1.0) Number(-2500.0) Boolean(true) Boolean(false) Null \
                        \"x\\né😀\u{fffd}y\" EndArray 72:b: Object EndObject EndObject ";
        assert_eq!(read(text, false).unwrap(), expected);
        assert_eq!(read("1", false).unwrap(), "Number(1.0) ");
        assert_eq!(read("{}\n{}{}\n", true).unwrap(), "Object EndObject ".repeat(3));
    }

    #[test]
    fn faults_have_a_line_and_a_column() {
        for (text, line, column) in [
            ("", 1, 1),
            ("[1,\n 2,,]", 2, 4),
            ("{\"a\" 1}", 1, 6),
            ("[1}", 1, 3),
            ("{1:2}", 1, 2),
            ("[\"\\x\"]", 1, 4),
            ("[\"\\u12g4\"]", 1, 7),
            ("[nul]", 1, 5),
            ("{} {}", 1, 4),
            ("[1", 1, 3),
            ("\"a", 1, 3),
        ] {
            let fault = read(text, false).unwrap_err();
            assert_eq!((fault.line, fault.column), (line, column), "{text}: {fault}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(64), false).is_ok());
        assert_eq!(read(&nested(65), false).unwrap_err().text, "nested more than 64 levels deep");
        assert!(read(&"[".repeat(100_000), false).is_err());
    }
}
