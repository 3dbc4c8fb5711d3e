//! Header fields as received, and the lists of tokens in them (RFC 9110 §5).

use alloc::string::String;
use alloc::vec::Vec;

use super::class::{cut, eq_ignore_case, is_token};
use super::error::HandshakeViolation;

/// The header fields of a head, in order, as received.
///
/// Names compare without regard to ASCII case. Values are bytes without the white space around them; they need not
/// be UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<(String, Vec<u8>)>,
}

impl Headers {
    /// The fields in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// The number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The first value under the name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.get_all(name).next()
    }

    /// Every value under the name, in order.
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.iter().filter(move |(other, _)| eq_ignore_case(other.as_bytes(), name.as_bytes())).map(|(_, value)| value)
    }

    /// The value of a field that may be there once.
    #[inline(never)]
    pub(crate) fn single(&self, name: &str) -> Single<'_> {
        let mut values = self.get_all(name);
        match (values.next(), values.next()) {
            (None, _) => Single::Absent,
            (Some(value), None) => Single::Value(value),
            (Some(_), Some(_)) => Single::Repeated,
        }
    }

    /// Counts the elements of the comma-separated lists under the name: those that are the token, in any case, and
    /// the others. Parts of elements do not count, and empty elements are none (RFC 9110 §5.6.1.2).
    pub(crate) fn count_tokens(&self, name: &str, token: &str) -> Tokens {
        let mut tokens = Tokens { equal: 0, others: 0 };
        for value in self.get_all(name) {
            let mut rest = Some(value);
            while let Some(list) = rest {
                let element;
                (element, rest) = split_list(list);
                let count =
                    if eq_ignore_case(element, token.as_bytes()) { &mut tokens.equal } else { &mut tokens.others };
                *count = count.saturating_add(usize::from(!element.is_empty()));
            }
        }
        tokens
    }

    #[inline(never)]
    pub(crate) fn push(&mut self, name: &str, value: &[u8]) {
        self.fields.push((String::from(name), value.to_vec()));
    }
}

/// See [`Headers::single`].
pub(crate) enum Single<'a> {
    Absent,
    Value(&'a [u8]),
    Repeated,
}

/// See [`Headers::count_tokens`].
pub(crate) struct Tokens {
    pub(crate) equal: usize,
    pub(crate) others: usize,
}

/// The most elements of a list of subprotocols, and the most extensions and parameters together, that are read; more
/// are malformed. It keeps what a head of the size limit can make us hold at a small multiple of its size.
pub(crate) const MAX_ELEMENTS: usize = 256;

/// ASCII bytes as text. The callers have checked that they are ASCII; a byte that is not would stand for the Latin-1
/// character of the same number.
#[inline(never)]
pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The first element of a comma-separated list, without the white space around it, and the list after it.
fn split_list(list: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (mut element, rest) = cut(list, b',');
    while let [b' ' | b'\t', inner @ ..] | [inner @ .., b' ' | b'\t'] = element {
        element = inner;
    }
    (element, rest)
}

/// Reads a value of `Sec-WebSocket-Protocol` in a request: one or more tokens, compared with regard to case, that are
/// not among `protocols` yet, to which they are added (RFC 6455 §4.1, request item 10, and §11.3.4).
///
/// # Errors
///
/// [`HandshakeViolation::BadProtocol`].
pub(crate) fn parse_protocols(value: &[u8], protocols: &mut Vec<String>) -> Result<(), HandshakeViolation> {
    let mut rest = Some(value);
    while let Some(list) = rest {
        let element;
        (element, rest) = split_list(list);
        let is_repeated = protocols.iter().any(|protocol| protocol.as_bytes() == element);
        if is_repeated || !is_token(element) || protocols.len() >= MAX_ELEMENTS {
            return Err(HandshakeViolation::BadProtocol);
        }
        protocols.push(text(element));
    }
    Ok(())
}

/// The first of the subprotocols that a server supports, in its order of preference, that the client offered.
///
/// ```
/// use sansocket::handshake::choose_protocol;
///
/// assert_eq!(choose_protocol(&["superchat", "chat"], &["chat", "superchat"]), Some("superchat"));
/// assert_eq!(choose_protocol(&["mqtt"], &["chat", "superchat"]), None);
/// ```
pub fn choose_protocol<'a>(supported: &'a [impl AsRef<str>], offered: &[impl AsRef<str>]) -> Option<&'a str> {
    let is_offered = |protocol: &str| offered.iter().any(|other| other.as_ref() == protocol);
    supported.iter().map(AsRef::as_ref).find(|protocol| is_offered(protocol))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use alloc::vec;

    use super::*;

    fn headers(fields: &[(&str, &[u8])]) -> Headers {
        let mut headers = Headers::default();
        fields.iter().for_each(|(name, value)| headers.push(name, value));
        headers
    }

    #[test]
    fn names_compare_without_case_and_keep_theirs() {
        let headers = headers(&[("X-a", b"1"), ("__proto__", b"\xff"), ("x-A", b"2")]);
        assert_eq!(headers.get("X-A"), Some(&b"1"[..]));
        assert_eq!(headers.get_all("x-a").collect::<Vec<_>>(), [b"1", b"2"]);
        assert_eq!(headers.get("__PROTO__"), Some(&b"\xff"[..]));
        assert_eq!(headers.get("y"), None);
        assert_eq!(headers.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["X-a", "__proto__", "x-A"]);
        assert!(matches!(headers.single("X-A"), Single::Repeated));
    }

    #[test]
    fn tokens_are_whole_elements_of_all_lines() {
        let headers = headers(&[("Connection", b"keep-alive ,\t, Upgraded"), ("connection", b" ,uPGRADE\t")]);
        let count = |name, token| {
            let tokens = headers.count_tokens(name, token);
            (tokens.equal, tokens.others)
        };
        assert_eq!(count("Connection", "upgrade"), (1, 2));
        assert_eq!(count("Connection", "keep-alive"), (1, 2));
        assert_eq!(count("Connection", "keep"), (0, 3));
        assert_eq!(count("Connection", ""), (0, 3));
        assert_eq!(count("Upgrade", "upgrade"), (0, 0));
    }

    #[test]
    fn protocols_are_unique_tokens() {
        fn parse<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Vec<String>, HandshakeViolation> {
            let mut protocols = Vec::new();
            values.into_iter().try_for_each(|value| parse_protocols(value.as_bytes(), &mut protocols))?;
            Ok(protocols)
        }
        assert_eq!(parse([]), Ok(vec![]));
        assert_eq!(parse(["chat, superchat", "Chat"]), Ok(vec!["chat".into(), "superchat".into(), "Chat".into()]));
        for bad in [
            &["ch at"][..],
            &["chat,"],
            &[","],
            &[""],
            &["chat", ""],
            &["chat", "chat"],
            &["a;b"],
            &["\"a\""],
            &["\u{e9}"],
        ] {
            assert_eq!(parse(bad.iter().copied()), Err(HandshakeViolation::BadProtocol), "{bad:?}");
        }
        let many: Vec<_> = (0..=MAX_ELEMENTS).map(|n| alloc::format!("{n}")).collect();
        let parse = |count| parse(many.iter().take(count).map(String::as_str));
        assert_eq!(parse(MAX_ELEMENTS).map(|protocols| protocols.len()), Ok(MAX_ELEMENTS));
        assert_eq!(parse(MAX_ELEMENTS + 1), Err(HandshakeViolation::BadProtocol));
    }
}
