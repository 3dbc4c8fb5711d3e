//! What a file is, by its first bytes.

use crate::options::Kind;

/// What the first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detected {
    /// It is that.
    Kind(Kind),
    /// It is what the engine does not read: why.
    Foreign(&'static str),
    /// More bytes are needed.
    Unsure,
}

/// The most bytes that are looked at.
const MOST: usize = 64 << 10;

/// Looks at the first bytes of a file; `all`: there are no more.
#[must_use]
pub fn detect(bytes: &[u8], all: bool) -> Detected {
    const PCAP: [[u8; 4]; 4] =
        [[0xa1, 0xb2, 0xc3, 0xd4], [0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0x3c, 0x4d], [0x4d, 0x3c, 0xb2, 0xa1]];
    // Never more, even where there is more: what a file is must not depend on how it is cut.
    let bytes = bytes.get(..MOST).unwrap_or(bytes);
    let all = all || bytes.len() == MOST;
    if let Some(magic) = bytes.first_chunk::<4>() {
        if PCAP.contains(magic) {
            return Detected::Kind(Kind::Pcap);
        }
        if *magic == [0x0a, 0x0d, 0x0d, 0x0a] {
            return Detected::Kind(Kind::Pcapng);
        }
        if *magic == *b"PK\x03\x04" {
            return Detected::Foreign("this is a zip archive: unpack it first");
        }
    } else if !all {
        return Detected::Unsure;
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Detected::Foreign("this is compressed by gzip: unpack it first");
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    match text.first() {
        None if !all => Detected::Unsure,
        Some(b'{') => match json_kind(text) {
            Some(kind) => Detected::Kind(kind),
            None if all => Detected::Kind(Kind::Har),
            None => Detected::Unsure,
        },
        _ => Detected::Kind(Kind::Raw),
    }
}

/// Which of the sources in JSON an object is, by the first keys that tell.
fn json_kind(text: &[u8]) -> Option<Kind> {
    use crate::json::{Reader, Token};
    let mut reader = Reader::new(true);
    let mut kind = None;
    let mut depth = 0_u32;
    let mut on = |token: Token<'_>, _| match token {
        Token::Object | Token::Array => depth = depth.saturating_add(1),
        Token::EndObject | Token::EndArray => {
            depth = depth.saturating_sub(1);
            // A whole object before anything told: lines of JSON.
            if depth == 0 && kind.is_none() {
                kind = Some(Kind::Ndjson);
            }
        }
        Token::Key(key) if depth == 1 && kind.is_none() => {
            kind = match key {
                b"log" => Some(Kind::Har),
                b"constants" | b"events" => Some(Kind::NetLog),
                b"v" | b"type" | b"ts" | b"method" => Some(Kind::Ndjson),
                _ => None,
            };
        }
        _ => {}
    };
    _ = reader.feed(text, &mut on);
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures() {
        for (bytes, kind) in [
            (&b"\xd4\xc3\xb2\xa1"[..], Kind::Pcap),
            (b"\x4d\x3c\xb2\xa1", Kind::Pcap),
            (b"\x0a\x0d\x0d\x0a", Kind::Pcapng),
            (b" {\"log\": {", Kind::Har),
            (b"\xef\xbb\xbf{\"constants\":", Kind::NetLog),
            (b"{\"v\":1,\"type\":\"capture\"", Kind::Ndjson),
            (b"{\"a\":{}}\n", Kind::Ndjson),
            (b"\x81\x05Hello", Kind::Raw),
            (b"GET / HTTP/1.1", Kind::Raw),
        ] {
            assert_eq!(detect(bytes, false), Detected::Kind(kind));
        }
        assert_eq!(detect(b"\x81\x00", false), Detected::Unsure);
        assert_eq!(detect(b"\x81\x00", true), Detected::Kind(Kind::Raw));
        assert_eq!(detect(b"{\"other\": [", false), Detected::Unsure);
        assert_eq!(detect(b" \r\n\t ", false), Detected::Unsure);
        assert_eq!(detect(b" \r\n\t ", true), Detected::Kind(Kind::Raw));
        assert!(matches!(detect(b"PK\x03\x04", false), Detected::Foreign(_)));
        assert!(matches!(detect(b"\x1f\x8b\x08\0", false), Detected::Foreign(_)));
    }

    #[test]
    fn what_comes_late_tells_nothing_however_much_is_there() {
        for (first, late, kind) in [(b' ', "{\"constants\":", Kind::Raw), (b'{', "\"constants\":", Kind::Har)] {
            let mut bytes = vec![b' '; MOST];
            bytes[0] = first;
            assert_eq!(detect(&bytes[1..], false), Detected::Unsure);
            assert_eq!(detect(&bytes, false), Detected::Kind(kind));
            bytes.extend_from_slice(late.as_bytes());
            assert_eq!(detect(&bytes, false), Detected::Kind(kind));
        }
    }
}
