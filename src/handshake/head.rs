//! Reads a head: a first line, header fields, a blank line (RFC 9112 §2.1).
//!
//! A scan that takes each byte once finds the line ends, enforces the limits as it goes and stops at the blank line.
//! Only then are the fields parsed, once. A parser that starts over with every chunk would be quadratic.

use alloc::vec;
use alloc::vec::Vec;

use super::error::{HandshakeError, HandshakeViolation};
use super::fields::Headers;
use crate::limits::Limits;

/// The most fields that are read, whatever the limit is.
const MAX_FIELDS: usize = 256;

/// A complete head.
pub(crate) struct Head {
    /// Without its line end. It has passed the check that the reader was made with.
    pub(crate) start_line: Vec<u8>,
    pub(crate) headers: Headers,
    /// Position of its last byte.
    pub(crate) last: u64,
}

/// Says what is wrong with a first line.
pub(crate) type CheckStartLine = fn(&[u8]) -> Result<(), HandshakeViolation>;

#[derive(Debug)]
pub(crate) struct HeadReader {
    check_start_line: CheckStartLine,
    max_bytes: usize,
    max_start_line: usize,
    max_fields: usize,
    /// Position of the first byte of the head.
    start: u64,
    head: Vec<u8>,
    /// Where the current line begins in `head`.
    line: usize,
    /// Where the fields begin in `head`, once the first line is complete.
    fields_start: Option<usize>,
    fields: usize,
}

impl HeadReader {
    pub(crate) fn new(limits: &Limits, check_start_line: CheckStartLine) -> Self {
        Self {
            check_start_line,
            max_bytes: limits.max_header_bytes,
            max_start_line: limits.max_start_line_bytes,
            max_fields: limits.max_headers.min(MAX_FIELDS),
            start: 0,
            head: Vec::new(),
            line: 0,
            fields_start: None,
            fields: 0,
        }
    }

    /// The position of the next byte.
    pub(crate) fn position(&self) -> u64 {
        self.start.saturating_add(crate::widen(self.head.len()))
    }

    /// What there is of the head.
    pub(crate) fn received(&self) -> &[u8] {
        &self.head
    }

    /// Reads up to the end of the head, which it returns with the bytes that follow it; the next call begins with
    /// another head then. After an error it must not be called again.
    pub(crate) fn read<'a>(&mut self, data: &'a [u8]) -> Result<Option<(Head, &'a [u8])>, HandshakeError> {
        let mut rest = data;
        while let Some((byte, after)) = rest.split_first() {
            let offset = self.position();
            let fault = |violation| HandshakeError { violation, offset };
            rest = after;
            if self.step(*byte).map_err(fault)? {
                let (start_line, headers) = self.parse().ok_or(fault(HandshakeViolation::BadHeader))?;
                self.restart();
                return Ok(Some((Head { start_line, headers, last: offset }, rest)));
            }
        }
        Ok(None)
    }

    /// Takes one byte; true if it is the last one of the head.
    fn step(&mut self, byte: u8) -> Result<bool, HandshakeViolation> {
        let after_cr = self.head.last() == Some(&b'\r');
        let is_first_of_line = self.head.len() == self.line;
        self.head.push(byte);
        // A line ends with CR LF and neither is anywhere else, so that every reader of the same bytes sees the same
        // lines (RFC 9112 §2.2; a recipient may be lenient with LF, at its own risk).
        if after_cr != (byte == b'\n') {
            return Err(HandshakeViolation::BadHeader);
        }
        if after_cr {
            if self.end_line()? {
                return Ok(true);
            }
        } else if byte != b'\r' {
            self.check_line(is_first_of_line)?;
        }
        // Without the blank line by now, the head is longer than the limit.
        if self.head.len() >= self.max_bytes { Err(HandshakeViolation::HeadTooLarge) } else { Ok(false) }
    }

    /// The limits that a byte of the text of a line can break.
    fn check_line(&mut self, is_first_of_line: bool) -> Result<(), HandshakeViolation> {
        if self.fields_start.is_none() {
            if self.head.len() > self.max_start_line {
                return Err(HandshakeViolation::StartLineTooLong);
            }
        } else if is_first_of_line {
            if self.fields == self.max_fields {
                return Err(HandshakeViolation::TooManyHeaders);
            }
            self.fields = self.fields.saturating_add(1);
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<bool, HandshakeViolation> {
        let line = self.head.get(self.line..self.head.len().saturating_sub(2)).unwrap_or_default();
        if self.fields_start.is_none() {
            (self.check_start_line)(line)?;
            self.fields_start = Some(self.head.len());
        } else if line.is_empty() {
            return Ok(true);
        }
        self.line = self.head.len();
        Ok(false)
    }

    fn parse(&self) -> Option<(Vec<u8>, Headers)> {
        let (start_line, fields) = self.head.split_at_checked(self.fields_start?)?;
        let mut parsed = vec![httparse::EMPTY_HEADER; self.fields];
        let mut headers = Headers::default();
        match httparse::parse_headers(fields, &mut parsed) {
            // The parser tolerates line ends that the scan does not: what it read must be what the scan found.
            Ok(httparse::Status::Complete((length, parsed)))
                if length == fields.len() && parsed.len() == self.fields =>
            {
                parsed.iter().for_each(|field| headers.push(field.name, field.value));
            }
            _ => return None,
        }
        Some((start_line.strip_suffix(b"\r\n")?.to_vec(), headers))
    }

    fn restart(&mut self) {
        self.start = self.position();
        self.head = Vec::new();
        self.line = 0;
        self.fields_start = None;
        self.fields = 0;
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use alloc::string::String;

    use super::*;
    use HandshakeViolation as V;

    /// The kind of fault and its offset, or the first line, the fields and the rest.
    type Outcome = Result<Option<(String, Vec<(String, String)>, String)>, (V, u64)>;

    fn read(limits: &Limits, input: &[u8]) -> Outcome {
        let whole = read_in_chunks(limits, input, input.len().max(1));
        for size in 1..8 {
            assert_eq!(read_in_chunks(limits, input, size), whole, "in chunks of {size}");
        }
        whole
    }

    fn read_in_chunks(limits: &Limits, input: &[u8], size: usize) -> Outcome {
        let mut reader = HeadReader::new(limits, |line| if line.is_empty() { Err(V::BadRequestLine) } else { Ok(()) });
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut chunks = input.chunks(size);
        while let Some(chunk) = chunks.next() {
            if let Some((head, rest)) = reader.read(chunk).map_err(|error| (error.violation, error.offset))? {
                let rest = [rest, &chunks.collect::<Vec<_>>().concat()].concat();
                assert_eq!(head.last + 1, (input.len() - rest.len()) as u64);
                assert_eq!(reader.position(), head.last + 1);
                let fields = head.headers.iter().map(|(name, value)| (name.into(), text(value))).collect();
                return Ok(Some((text(&head.start_line), fields, text(&rest))));
            }
        }
        Ok(None)
    }

    #[test]
    fn a_head_and_what_follows() {
        let fields = vec![("A".into(), "b c".into()), ("a".into(), String::new())];
        assert_eq!(
            read(&Limits::DEFAULT, b"x y\r\nA: \t b c \r\na:\r\n\r\nrest\r\n\r\n"),
            Ok(Some(("x y".into(), fields, "rest\r\n\r\n".into())))
        );
        assert_eq!(read(&Limits::DEFAULT, b"x\r\n\r\n"), Ok(Some(("x".into(), vec![], String::new()))));
        assert_eq!(read(&Limits::DEFAULT, b"x\r\na: b\r\n\r"), Ok(None));
    }

    #[test]
    fn line_ends_are_cr_lf_and_nothing_else() {
        for (input, offset) in [
            (&b"x\na: b\r\n\r\n"[..], 1),
            (b"x\r\na: b\n\r\n", 7),
            (b"x\r\na: b\r\n\n", 9),
            (b"x\ry\r\n\r\n", 2),
            (b"x\r\r\n", 2),
            (b"x\r\na: b\rc\r\n\r\n", 8),
            (b"\n", 0),
        ] {
            assert_eq!(read(&Limits::DEFAULT, input), Err((V::BadHeader, offset)), "{input:?}");
        }
    }

    #[test]
    fn malformed_fields_are_known_at_the_end() {
        for field in [
            "a : b",
            ": b",
            " a: b",
            "a",
            "a: b\r\n c: d",
            "a: \0",
            "a: \x7f",
            "a: \x0b",
            "\u{e9}: b",
            "a b: c",
            "a(b): c",
            "a\t: b",
        ] {
            let input = alloc::format!("x\r\nz: z\r\n{field}\r\nz: z\r\n\r\n");
            assert_eq!(
                read(&Limits::DEFAULT, input.as_bytes()),
                Err((V::BadHeader, input.len() as u64 - 1)),
                "{field:?}"
            );
        }
        assert!(matches!(read(&Limits::DEFAULT, b"x\r\na: \xff\t\x80\r\n\r\n"), Ok(Some(_))));
    }

    #[test]
    fn the_first_line_is_checked_at_its_end() {
        assert_eq!(read(&Limits::DEFAULT, b"\r\nx\r\n\r\n"), Err((V::BadRequestLine, 1)));
    }

    #[test]
    fn limits_are_inclusive_and_known_as_early_as_can_be() {
        let limits = Limits { max_header_bytes: 20, max_headers: 2, max_start_line_bytes: 4, ..Limits::DEFAULT };
        assert!(matches!(read(&limits, b"1234\r\na: b\r\nc: d\r\n\r\n"), Ok(Some(_))));
        assert_eq!(read(&limits, b"1234\r\na: b\r\nc: d e\r\n\r\n"), Err((V::HeadTooLarge, 19)));
        assert_eq!(read(&limits, b"1234\r\na: bcdefghijkl"), Err((V::HeadTooLarge, 19)));
        assert_eq!(read(&limits, b"1234\r\na: b\r\nc: d efg"), Err((V::HeadTooLarge, 19)));
        assert_eq!(read(&limits, b"1234\r\na: b\r\nc: d ef"), Ok(None));
        assert_eq!(read(&limits, b"12345"), Err((V::StartLineTooLong, 4)));
        assert_eq!(read(&limits, b"1\r\na:\r\nb:\r\nc"), Err((V::TooManyHeaders, 11)));
        assert!(matches!(read(&limits, b"1\r\na:\r\nb:\r\n\r\nc"), Ok(Some(_))));
    }

    #[test]
    fn no_limit_still_means_256_fields() {
        let limits = Limits { max_header_bytes: usize::MAX, max_headers: usize::MAX, ..Limits::DEFAULT };
        let head = |fields| alloc::format!("x\r\n{}\r\n", "a: b\r\n".repeat(fields));
        assert!(matches!(read(&limits, head(256).as_bytes()), Ok(Some(_))));
        assert_eq!(read(&limits, head(257).as_bytes()), Err((V::TooManyHeaders, 3 + 256 * 6)));
    }

    #[test]
    fn one_head_after_another() {
        let mut reader = HeadReader::new(&Limits::DEFAULT, |_| Ok(()));
        let (first, rest) = reader.read(b"x\r\n\r\ny\r\na: b\r\n\r\n").unwrap().unwrap();
        let (second, rest) = reader.read(rest).unwrap().unwrap();
        assert_eq!((first.last, second.last, rest), (4, 15, &b""[..]));
        assert_eq!((&second.start_line[..], second.headers.len()), (&b"y"[..], 1));
    }
}
