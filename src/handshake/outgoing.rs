//! Heads to send. Everything that the caller puts into one is checked before a byte is written. All of it is ASCII:
//! text beyond that is refused whole, since what is cut to bytes can turn into a line end (RFC 9110 §5.5).

use alloc::string::String;

use super::class::{Class, all, eq_ignore_case, is_token};
use crate::error::UsageError;

/// Fields that belong to the handshake itself, next to all whose name begins with [`RESERVED_PREFIX`].
const RESERVED: [&str; 6] = ["Connection", "Upgrade", "Host", "Origin", "Content-Length", "Transfer-Encoding"];
const RESERVED_PREFIX: &str = "Sec-WebSocket-";

/// Checks fields of the caller's.
pub(crate) fn check_fields<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), UsageError> {
    for (name, value) in fields {
        if !is_token(name.as_bytes()) {
            return Err(UsageError::InvalidArgument("headers", "names that are tokens of RFC 9110"));
        }
        if !all(value.as_bytes(), Class::SentValue) {
            return Err(UsageError::InvalidArgument("headers", "values of visible ASCII characters, spaces and tabs"));
        }
        let is = |text: &str, other: &str| eq_ignore_case(text.as_bytes(), other.as_bytes());
        let prefix = name.get(..RESERVED_PREFIX.len()).unwrap_or_default();
        if is(prefix, RESERVED_PREFIX) || RESERVED.iter().any(|reserved| is(name, reserved)) {
            return Err(UsageError::ReservedHeader);
        }
    }
    Ok(())
}

/// `String::push_str`, once for all heads and not inlined into each place.
#[inline(never)]
pub(crate) fn push(head: &mut String, text: &str) {
    head.push_str(text);
}

pub(crate) fn push_field(head: &mut String, name: &str, value: &str) {
    for part in [name, ": ", value, "\r\n"] {
        push(head, part);
    }
}

/// A field that may be absent.
#[inline(never)]
pub(crate) fn push_option(head: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        push_field(head, name, value);
    }
}

/// Without `core::fmt`, which alone would be an eighth of the whole codec.
pub(crate) fn push_decimal(text: &mut String, number: usize) {
    if number >= 10 {
        push_decimal(text, number / 10);
    }
    text.push(char::from(b'0'.saturating_add((number % 10) as u8)));
}

/// A refusal (RFC 9110 §15). The connection closes after it, so that no byte of what follows the request is ever
/// taken for another one.
pub(crate) fn push_refusal(head: &mut String, status: u16, fields: &[(&str, &str)], content_length: usize) {
    push(head, "HTTP/1.1 ");
    push_decimal(head, status.into());
    push(head, " ");
    push(head, reason(status));
    push(head, "\r\n");
    push(
        head,
        match status {
            // Upgrade needs its option in Connection (RFC 9110 §7.8); the version: RFC 6455 §4.4.
            426 => "Connection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
            _ => "Connection: close\r\n",
        },
    );
    for (name, value) in fields {
        push_field(head, name, value);
    }
    push(head, "Content-Length: ");
    push_decimal(head, content_length);
    push(head, "\r\n\r\n");
}

/// Reason phrases, which nobody relies on (RFC 9112 §4): those of the statuses that are common here.
#[rustfmt::skip]
const REASONS: [(u16, &str); 20] = [
    (301, "Moved Permanently"),
    (302, "Found"),
    (303, "See Other"),
    (307, "Temporary Redirect"),
    (308, "Permanent Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (410, "Gone"),
    (414, "URI Too Long"),
    (421, "Misdirected Request"),
    (426, "Upgrade Required"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (503, "Service Unavailable"),
    (505, "HTTP Version Not Supported"),
];

fn reason(status: u16) -> &'static str {
    REASONS.iter().find(|(other, _)| *other == status).map_or("", |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens_and_values_one_line_of_ascii() {
        assert_eq!(check_fields([("X-A", "a \t~!"), ("Sec-WebSocke", ""), ("x", "")]), Ok(()));
        for name in ["", "a b", "a:", "a\r\nb", "\u{10d}", "\u{e9}", "Sec-WebSocke\u{e9}"] {
            assert_eq!(check_fields([(name, "")]).unwrap_err().kind(), "invalid_argument", "{name:?}");
        }
        // The low bytes of U+010D U+010A are CR LF.
        for value in ["a\r\nb", "\n", "\0", "\u{7f}", "\u{10d}\u{10a}", "\u{e9}"] {
            assert_eq!(check_fields([("a", value)]).unwrap_err().kind(), "invalid_argument", "{value:?}");
        }
    }

    #[test]
    fn reserved_fields_cannot_be_set() {
        for name in [
            "host",
            "UPGRADE",
            "Connection",
            "content-length",
            "Transfer-Encoding",
            "origin",
            "sec-websocket-key",
            "Sec-WebSocket-",
        ] {
            assert_eq!(check_fields([("a", "b"), (name, "x")]), Err(UsageError::ReservedHeader), "{name}");
        }
    }

    #[test]
    fn decimals() {
        for number in [0, 7, 10, 909, 65536, usize::MAX] {
            let mut text = String::new();
            push_decimal(&mut text, number);
            assert_eq!(text, alloc::format!("{number}"));
        }
    }
}
