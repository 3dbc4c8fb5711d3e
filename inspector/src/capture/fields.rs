//! The members of a line of JSON, by where they are in it: `off.stream`, `violations.#`.

use super::path::Path;
use crate::json::Token;

/// The most bytes that are kept of a line beside the payload, about.
const MAX_KEPT: usize = 4 << 20;

/// What is kept however large it is.
const PAYLOAD: [&str; 3] = ["payload.text", "payload.base64", "payload.hex"];

enum Value {
    Text(Vec<u8>),
    Number(f64),
    Boolean(bool),
}

/// The members.
#[derive(Default)]
pub(crate) struct Fields {
    members: Vec<(String, Value)>,
    payload: [Option<Vec<u8>>; 3],
    kept: usize,
    /// A text was too long to be held.
    pub cut: bool,
}

impl Fields {
    /// Takes a value. Of two members of one name the last one counts; one that is `null` is not there.
    #[inline(never)]
    pub(crate) fn put(&mut self, path: &Path, token: Token<'_>) {
        let name = path.name();
        let value = match token {
            Token::String { bytes, cut } => {
                self.cut |= cut;
                if let Some(payload) = PAYLOAD.iter().position(|it| *it == name).and_then(|at| self.payload.get_mut(at))
                {
                    *payload = Some(bytes.to_vec());
                    return;
                }
                self.kept = self.kept.saturating_add(bytes.len());
                Value::Text(if self.kept > MAX_KEPT { Vec::new() } else { bytes.to_vec() })
            }
            Token::Number(number) => Value::Number(number),
            Token::Boolean(value) => Value::Boolean(value),
            _ => return,
        };
        self.kept = self.kept.saturating_add(name.len()).saturating_add(size_of::<(String, Value)>());
        if self.kept <= MAX_KEPT {
            self.members.push((name, value));
        }
    }

    /// The payload in one of its three forms: as text, in base64, in hex.
    pub(crate) fn payload(&self) -> [Option<&[u8]>; 3] {
        self.payload.each_ref().map(Option::as_deref)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.members.iter().filter(move |(member, _)| member == name).map(|(_, value)| value)
    }

    #[inline(never)]
    fn last(&self, name: &str) -> Option<&Value> {
        self.members.iter().rfind(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// A text as it is.
    #[inline(never)]
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.last(name).and_then(Value::text)
    }

    /// Texts of an array.
    pub(crate) fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.all(name).filter_map(Value::text)
    }

    /// A text.
    #[inline(never)]
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.bytes(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A number that may have a fraction.
    #[inline(never)]
    pub(crate) fn decimal(&self, name: &str) -> Option<f64> {
        if let Some(Value::Number(number)) = self.last(name) { Some(*number) } else { None }
    }

    /// A count, or its digits if it is beyond what a number can tell.
    #[inline(never)]
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.last(name).and_then(Value::count)
    }

    /// A count of 16 bits.
    pub(crate) fn short(&self, name: &str) -> Option<u16> {
        self.number(name).and_then(|number| u16::try_from(number).ok())
    }

    /// Counts of an array.
    #[inline(never)]
    pub(crate) fn numbers(&self, name: &str) -> Vec<u64> {
        self.all(name).filter_map(Value::count).collect()
    }

    /// Whether something is so.
    #[inline(never)]
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Value::Boolean(value)) = self.last(name) { Some(*value) } else { None }
    }

    /// Whether the items of an array are so.
    pub(crate) fn flags<'a>(&'a self, name: &'a str) -> impl Iterator<Item = bool> {
        self.all(name).map(|value| matches!(value, Value::Boolean(true)))
    }
}

impl Value {
    fn text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    #[inline(never)]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
    fn count(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number as u64),
            Self::Text(digits) => core::str::from_utf8(digits).ok()?.parse().ok(),
            Self::Boolean(_) => None,
        }
    }
}
