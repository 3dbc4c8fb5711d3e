//! `Sec-WebSocket-Extensions` (RFC 6455 §9.1): the grammar alone, no extension in particular.

use alloc::string::String;
use alloc::vec::Vec;

use super::class::{Class, is, prefix};
use super::error::HandshakeViolation;
use super::fields::{MAX_ELEMENTS, text};

/// An extension as offered or answered. Names are as received and compare without regard to ASCII case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The registered name, such as `permessage-deflate`.
    pub name: String,
    /// The parameters in order, repeated ones included.
    pub params: Vec<Param>,
}

/// A parameter of an [`Extension`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The name, as received.
    pub name: String,
    /// The value, without the quotes and escapes it may have had; `None` if there was no `=`.
    pub value: Option<String>,
}

/// Reads the values of all `Sec-WebSocket-Extensions` fields of a head, in order.
///
/// ```
/// let extensions = sansocket::handshake::parse_extensions([&b"foo; a=\"1\"; b, bar"[..]])?;
/// assert_eq!(extensions[0].params[0].value.as_deref(), Some("1"));
/// assert_eq!(extensions[1].name, "bar");
/// # Ok::<(), sansocket::handshake::HandshakeViolation>(())
/// ```
///
/// # Errors
///
/// [`HandshakeViolation::BadExtensions`] if a value does not follow the grammar of RFC 6455 §9.1, or if there are
/// more than 256 extensions and parameters together.
pub fn parse_extensions<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Extension>, HandshakeViolation> {
    let mut extensions = Vec::new();
    let mut scanner = Scanner { rest: &[], names: 0 };
    for value in values {
        scanner.rest = value;
        scanner.list(&mut extensions).ok_or(HandshakeViolation::BadExtensions)?;
    }
    Ok(extensions)
}

struct Scanner<'a> {
    rest: &'a [u8],
    /// Names of extensions and parameters read so far.
    names: usize,
}

impl Scanner<'_> {
    /// `1#( token *( ";" token [ "=" ( token | quoted-string ) ] ) )`, with white space allowed between any two of
    /// these (RFC 2616 §2.1, "implied *LWS").
    #[inline(never)]
    fn list(&mut self, extensions: &mut Vec<Extension>) -> Option<()> {
        loop {
            let mut extension = Extension { name: self.name()?, params: Vec::new() };
            while self.eat(b';') {
                let name = self.name()?;
                let value = if self.eat(b'=') { Some(self.value()?) } else { None };
                extension.params.push(Param { name, value });
            }
            extensions.push(extension);
            if !self.eat(b',') {
                return self.rest.is_empty().then_some(());
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        self.names = self.names.saturating_add(1);
        if self.names > MAX_ELEMENTS { None } else { self.token() }
    }

    fn skip_space(&mut self) {
        while let [b' ' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Takes the separator if it comes next; white space before it is skipped in any case.
    fn eat(&mut self, separator: u8) -> bool {
        self.skip_space();
        match self.rest.split_first() {
            Some((byte, rest)) if *byte == separator => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn token(&mut self) -> Option<String> {
        self.skip_space();
        let (token, rest) = self.rest.split_at_checked(prefix(self.rest, Class::Token))?;
        self.rest = rest;
        (!token.is_empty()).then(|| text(token))
    }

    /// "When using the quoted-string syntax variant, the value after quoted-string unescaping MUST conform to the
    /// 'token' ABNF" (RFC 6455 §9.1).
    fn value(&mut self) -> Option<String> {
        if !self.eat(b'"') {
            return self.token();
        }
        let mut value = String::new();
        loop {
            let mut byte = self.byte()?;
            if byte == b'"' {
                return (!value.is_empty()).then_some(value);
            }
            if byte == b'\\' {
                byte = self.byte()?;
            }
            if !is(byte, Class::Token) {
                return None;
            }
            value.push(char::from(byte));
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn parse(values: &[&str]) -> Result<Vec<Extension>, HandshakeViolation> {
        parse_extensions(values.iter().map(|value| value.as_bytes()))
    }

    fn extension(name: &str, params: &[(&str, Option<&str>)]) -> Extension {
        let param = |(name, value): &(&str, Option<&str>)| Param { name: (*name).into(), value: value.map(Into::into) };
        Extension { name: name.into(), params: params.iter().map(param).collect() }
    }

    #[test]
    fn names_parameters_and_values() {
        assert_eq!(parse(&[]), Ok(vec![]));
        assert_eq!(
            parse(&["foo; a=1; b; a=\"x\\y\" , bar", "\tBar ;c = \"10\""]),
            Ok(vec![
                extension("foo", &[("a", Some("1")), ("b", None), ("a", Some("xy"))]),
                extension("bar", &[]),
                extension("Bar", &[("c", Some("10"))]),
            ])
        );
    }

    #[test]
    fn what_is_not_in_the_grammar() {
        for bad in [
            "",
            " ",
            ",",
            "a,",
            ",a",
            "a,,b",
            ";",
            "a;",
            "a;;b",
            "a;b=",
            "a;=b",
            "a b",
            "a;b c",
            "a=b",
            "a;b=c d",
            "a;b=\"",
            "a;b=\"c",
            "a;b=\"\"",
            "a;b=\"c d\"",
            "a;b=\"c\\\"",
            "a;b=\"c\\ \"",
            "a;b=\"c\"d",
            "a;b=c\"d\"",
            "\"a\"",
            "a;\"b\"",
            "a;b=c=d",
            "\u{e9}",
            "a\0",
        ] {
            assert_eq!(parse(&[bad]), Err(HandshakeViolation::BadExtensions), "{bad:?}");
            assert_eq!(parse(&["x", bad]), Err(HandshakeViolation::BadExtensions), "{bad:?}");
        }
        // A list is no longer one when a quoted string spans two fields.
        assert_eq!(parse(&["a;b=\"c", "d\""]), Err(HandshakeViolation::BadExtensions));
    }

    #[test]
    fn elements_are_bounded() {
        let list = |extensions: usize, params: usize| {
            let mut list = "a,".repeat(extensions) + "a";
            list.push_str(&";b".repeat(params));
            parse(&[&list]).map(|extensions| extensions.len())
        };
        assert_eq!(list(200, 55), Ok(201));
        assert_eq!(list(200, 56), Err(HandshakeViolation::BadExtensions));
        assert_eq!(list(256, 0), Err(HandshakeViolation::BadExtensions));
    }
}
