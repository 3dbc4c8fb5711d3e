//! The head of a request or response, read leniently: what is wrong with it is to be shown, not refused.

/// The longest head that is waited for.
pub const MAX_HEAD: usize = 64 << 10;

/// The most fields that are kept.
const MAX_FIELDS: usize = 1000;

/// A field of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name as received; bytes that are not UTF-8 become U+FFFD.
    pub name: String,
    /// The value, without the white space around it.
    pub value: Vec<u8>,
    /// The position of the line in the stream.
    pub at: u64,
}

/// A head: a first line and fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The first line, without its end.
    pub start_line: String,
    /// The fields in order.
    pub fields: Vec<Field>,
    /// The position of the first byte in the stream.
    pub at: u64,
    /// Bytes, the empty line included.
    pub length: u64,
}

impl Head {
    /// Reads a head whose end was found.
    #[must_use]
    pub fn parse(bytes: &[u8], at: u64) -> Self {
        let mut head = Self { at, length: crate::types::wide(bytes.len()), ..Self::default() };
        let mut position = at;
        for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let start = position;
            position = position.saturating_add(crate::types::wide(line.len()));
            let line = line.trim_ascii_end();
            if index == 0 {
                head.start_line = String::from_utf8_lossy(line).into_owned();
            } else if let Some(colon) = line.iter().position(|byte| *byte == b':')
                && head.fields.len() < MAX_FIELDS
            {
                let (name, value) = line.split_at(colon);
                let value = value.get(1..).unwrap_or_default().trim_ascii().to_vec();
                head.fields.push(Field {
                    name: String::from_utf8_lossy(name.trim_ascii()).into_owned(),
                    value,
                    at: start,
                });
            }
        }
        head
    }

    /// The head as it would be sent again: with one space behind each colon.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.start_line.clone().into_bytes();
        bytes.extend(b"\r\n");
        for Field { name, value, .. } in &self.fields {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(b"\r\n");
        bytes
    }

    /// Every field of that name, in any case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// The first field of that name.
    #[must_use]
    pub fn get<'a>(&'a self, name: &'a str) -> Option<&'a Field> {
        self.all(name).next()
    }

    /// The elements of the comma-separated lists under that name.
    pub fn elements<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.all(name)
            .flat_map(|field| field.value.split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|element| !element.is_empty())
    }

    /// Whether one of those elements is the token, in any case.
    #[must_use]
    pub fn has_token(&self, name: &str, token: &str) -> bool {
        self.elements(name).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
    }

    /// All values under that name, joined as one list.
    #[must_use]
    pub fn joined(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.all(name).map(|field| String::from_utf8_lossy(&field.value)).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The parts of the first line: method, target and version, or version, status and reason.
    #[must_use]
    pub fn parts(&self) -> (&str, &str, &str) {
        let mut parts = self.start_line.splitn(3, ' ');
        let mut next = || parts.next().unwrap_or_default();
        (next(), next(), next())
    }
}

/// The length of the head at the beginning of `bytes`, if its end is there: an empty line, after CR LF or LF alone. It is
/// known not to be in the first `searched` of them.
#[must_use]
pub fn head_length(bytes: &[u8], searched: usize) -> Option<usize> {
    let mut line = searched.saturating_sub(2);
    loop {
        let rest = bytes.get(line..)?;
        line = line.saturating_add(memchr::memchr(b'\n', rest)?).saturating_add(1);
        match bytes.get(line..)? {
            [b'\n', ..] => return Some(line.saturating_add(1)),
            [b'\r', b'\n', ..] => return Some(line.saturating_add(2)),
            _ => {}
        }
    }
}

/// What bytes at the beginning of a stream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A request of HTTP/1.
    Request,
    /// A response of HTTP/1.
    Response,
    /// TLS.
    Tls,
    /// The preface of HTTP/2.
    Http2,
    /// Nothing that is known.
    Other,
    /// Too little to tell.
    Short,
}

const METHODS: [&[u8]; 9] =
    [b"GET ", b"POST ", b"PUT ", b"HEAD ", b"OPTIONS ", b"DELETE ", b"PATCH ", b"CONNECT ", b"TRACE "];

/// Looks at the beginning of a stream.
#[must_use]
pub fn beginning(bytes: &[u8]) -> Beginning {
    match bytes {
        [0x16 | 0x17, 3, 0..=4, ..] => return Beginning::Tls,
        [] | [0x16 | 0x17] | [0x16 | 0x17, 3] => return Beginning::Short,
        _ => {}
    }
    let mut short = false;
    let signatures = METHODS.map(|method| (method, Beginning::Request));
    let others: [(&[u8], Beginning); 2] =
        [(b"HTTP/1.", Beginning::Response), (b"PRI * HTTP/2.0\r\n", Beginning::Http2)];
    for (signature, what) in signatures.into_iter().chain(others) {
        if bytes.starts_with(signature) {
            return what;
        }
        short |= signature.starts_with(bytes);
    }
    if short { Beginning::Short } else { Beginning::Other }
}

/// Whether a segment in the middle of a stream is the beginning of a head, and not just begins like one.
#[must_use]
pub fn begins_head(segment: &[u8]) -> bool {
    let mut line = segment.split(|byte| *byte == b'\n').next().unwrap_or_default().windows(7);
    matches!(beginning(segment), Beginning::Request | Beginning::Response) && line.any(|part| part == b"HTTP/1.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let bytes = b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: a, Upgrade\nno colon\r\n\r\nrest";
        let length = head_length(bytes, 0).unwrap();
        assert_eq!(&bytes[length..], b"rest");
        let head = Head::parse(&bytes[..length], 10);
        assert_eq!(head.parts(), ("GET", "/a", "HTTP/1.1"));
        assert_eq!(head.get("host").map(|field| (field.value.as_slice(), field.at)), Some((&b"x"[..], 27)));
        assert!(head.has_token("connection", "upgrade") && !head.has_token("connection", "up"));
        assert_eq!(head_length(b"\r\n\r\n", 0), Some(4));
        assert_eq!(head_length(b"GET / HTTP/1.1\r\n", 0), None);
        for head in [&b"GET / HTTP/1.1\r\nA: b\r\n\r\n"[..], b"GET / HTTP/1.1\nA: b\n\n", b"GET / HTTP/1.1\n\r\n"] {
            for searched in 0..head.len() {
                assert_eq!(head_length(&head[..searched], 0), None);
                assert_eq!(head_length(head, searched), Some(head.len()), "{searched} bytes were searched");
            }
        }
    }

    #[test]
    fn beginnings() {
        for (bytes, what) in [
            (&b""[..], Beginning::Short),
            (b"G", Beginning::Short),
            (b"GET ", Beginning::Request),
            (b"HTTP/1.1 101", Beginning::Response),
            (b"PRI * HTTP/2.0\r\n\r\nSM", Beginning::Http2),
            (b"\x16\x03\x01", Beginning::Tls),
            (b"\x16\x03", Beginning::Short),
            (b"\x81\x05", Beginning::Other),
            (b"GEX", Beginning::Other),
        ] {
            assert_eq!(beginning(bytes), what, "{bytes:?}");
        }
    }
}
