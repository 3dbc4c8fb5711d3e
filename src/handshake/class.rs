//! Classes of characters, all in one table: every check of a text is a call of [`all`], and none has a loop of its own.
//! The handshake runs once a connection, so what counts here is how little code it is.

/// A set of characters, as a bit of the table.
#[derive(Clone, Copy)]
pub(crate) enum Class {
    /// Tokens (RFC 9110 §5.6.2).
    Token = 1,
    /// Visible ASCII characters.
    Visible = 1 << 1,
    /// Field values that we send: visible ASCII characters, spaces and tabs.
    SentValue = 1 << 2,
    /// Field values that we accept: obsolete text, which is any byte from 0x80, too (RFC 9110 §5.5).
    Value = 1 << 3,
    /// Names of hosts, but for percent-encoding (RFC 3986 §3.2.2).
    RegName = 1 << 4,
    /// Digits of base64 (RFC 4648 §4).
    Base64 = 1 << 5,
    /// IPv6 addresses (RFC 3986 §3.2.2).
    Address = 1 << 6,
    /// What may be in a path and query that we send or accept: visible, and not the start of a fragment.
    Path = 1 << 7,
}

static TABLE: [u8; 256] = table();

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // At compile time.
const fn table() -> [u8; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        table[index] = classes(index as u8);
        index += 1;
    }
    table
}

const fn classes(byte: u8) -> u8 {
    let is_alphanumeric = byte.is_ascii_alphanumeric();
    let is_visible = byte.is_ascii_graphic();
    let is_sent = is_visible || matches!(byte, b' ' | b'\t');
    let mut classes = 0;
    if is_alphanumeric || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~') {
        classes |= Class::Token as u8;
    }
    if is_visible {
        classes |= Class::Visible as u8;
    }
    if is_sent {
        classes |= Class::SentValue as u8;
    }
    if is_sent || byte >= 0x80 {
        classes |= Class::Value as u8;
    }
    if is_alphanumeric || matches!(byte, b'!' | b'$' | b'&'..=b'.' | b';' | b'=' | b'_' | b'~') {
        classes |= Class::RegName as u8;
    }
    if is_alphanumeric || matches!(byte, b'+' | b'/') {
        classes |= Class::Base64 as u8;
    }
    if byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.') {
        classes |= Class::Address as u8;
    }
    if is_visible && byte != b'#' {
        classes |= Class::Path as u8;
    }
    classes
}

pub(crate) fn is(byte: u8, class: Class) -> bool {
    TABLE.get(usize::from(byte)).is_some_and(|classes| classes & class as u8 != 0)
}

/// Whether every byte is of the class. Bytes of UTF-8 beyond ASCII are in [`Class::Value`] alone.
#[inline(never)]
pub(crate) fn all(bytes: &[u8], class: Class) -> bool {
    bytes.iter().all(|byte| is(*byte, class))
}

/// How many bytes of the class the text begins with.
#[inline(never)]
pub(crate) fn prefix(bytes: &[u8], class: Class) -> usize {
    bytes.iter().take_while(|byte| is(**byte, class)).count()
}

/// Where the byte is for the first time, or the length if it is not there.
#[inline(never)]
pub(crate) fn find(bytes: &[u8], byte: u8) -> usize {
    bytes.iter().take_while(|other| **other != byte).count()
}

/// What is before the first of the byte and, if it is there, what is after it.
#[inline(never)]
pub(crate) fn cut(bytes: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    let (before, rest) = bytes.split_at_checked(find(bytes, byte)).unwrap_or_default();
    (before, rest.get(1..))
}

/// Equality without regard to ASCII case.
#[inline(never)]
pub(crate) fn eq_ignore_case(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && all(text, Class::Token)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    #[test]
    fn the_table_is_the_grammar() {
        let members = |class| (0..=u8::MAX).filter(|byte| is(*byte, class)).map(char::from).collect::<String>();
        let (digits, upper, lower) = ("0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz");
        let check = |class, others: &str| {
            let mut expected: alloc::vec::Vec<_> = [digits, upper, lower, others].concat().chars().collect();
            expected.sort_unstable();
            assert_eq!(members(class), expected.into_iter().collect::<String>());
        };
        check(Class::Token, "!#$%&'*+-.^_`|~");
        check(Class::RegName, "-._~!$&'()*+,;=");
        check(Class::Base64, "+/");
        assert_eq!(members(Class::Address), ".0123456789:ABCDEFabcdef");
        assert_eq!(members(Class::Visible), ('!'..='~').collect::<String>());
        assert_eq!(members(Class::Path), ('!'..='~').filter(|character| *character != '#').collect::<String>());
        assert_eq!(members(Class::SentValue), "\t".chars().chain(' '..='~').collect::<String>());
        assert_eq!(members(Class::Value), "\t".chars().chain(' '..='~').chain('\u{80}'..='\u{ff}').collect::<String>());
    }
}
