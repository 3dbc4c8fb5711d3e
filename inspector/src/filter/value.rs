//! Values: what is written in an expression, and what a path finds in JSON.

use crate::json::{Reader, Token};

/// A number with its unit, in bytes or nanoseconds; `None` if it is none. `is_time`: without a unit they are seconds.
pub(super) fn number(text: &str, is_time: bool) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        return u32::from_str_radix(digits, 16).ok().map(f64::from);
    }
    let split = text.find(|character: char| character.is_ascii_alphabetic() || character == 'µ').unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let number: f64 = digits.parse().ok()?;
    let factor = match unit {
        "" if is_time => 1e9,
        "" | "B" => 1.0,
        "k" | "K" | "kB" => 1e3,
        "M" | "MB" => 1e6,
        "G" | "GB" => 1e9,
        "Ki" | "KiB" => 1024.0,
        "Mi" | "MiB" => 1_048_576.0,
        "Gi" | "GiB" => 1_073_741_824.0,
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "min" => 60e9,
        "h" => 3600e9,
        _ => return None,
    };
    Some(number * factor)
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leaf {
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
    /// An object or array: it is there.
    Inside,
}

/// What is at a path in a text of JSON: names of members, and positions in arrays.
pub(crate) fn json_path(text: &[u8], path: &[String]) -> Option<Leaf> {
    let mut reader = Reader::new(true);
    let mut search = Search { path, matched: 0, levels: Vec::new(), key: None, found: None };
    let mut on = |token: Token<'_>, _| search.see(token);
    // What was found before a fault counts.
    _ = reader.feed(text, &mut on).and_then(|()| reader.finish(&mut on));
    search.found
}

struct Search<'a> {
    path: &'a [String],
    /// Steps of the path that the open levels match, from the outermost.
    matched: usize,
    /// For each open level: the next position if it is an array, and whether it is on the path.
    levels: Vec<(Option<usize>, bool)>,
    key: Option<Vec<u8>>,
    found: Option<Leaf>,
}

impl Search<'_> {
    fn see(&mut self, token: Token<'_>) {
        match token {
            Token::Key(key) => self.key = Some(key.to_vec()),
            Token::Object => self.open(None),
            Token::Array => self.open(Some(0)),
            Token::EndObject | Token::EndArray => {
                if let Some((_, true)) = self.levels.pop()
                    && !self.levels.is_empty()
                {
                    self.matched = self.matched.saturating_sub(1);
                }
            }
            Token::String { bytes, .. } => self.leaf(|| Leaf::Text(String::from_utf8_lossy(bytes).into_owned())),
            Token::Number(number) => self.leaf(|| Leaf::Number(number)),
            Token::Boolean(value) => self.leaf(|| Leaf::Boolean(value)),
            Token::Null => self.leaf(|| Leaf::Null),
        }
    }

    /// Whether the value that comes is the next step of the path.
    fn steps(&mut self) -> bool {
        let key = self.key.take();
        let Some((position, on_path)) = self.levels.last_mut() else { return true };
        let name = match position {
            Some(position) => {
                let name = position.to_string().into_bytes();
                *position = position.saturating_add(1);
                Some(name)
            }
            None => key,
        };
        *on_path && self.path.get(self.matched).map(String::as_bytes) == name.as_deref()
    }

    fn open(&mut self, position: Option<usize>) {
        let outermost = self.levels.is_empty();
        let steps = self.steps();
        if steps && !outermost {
            self.matched = self.matched.saturating_add(1);
            if self.matched == self.path.len() {
                self.found.get_or_insert(Leaf::Inside);
            }
        }
        self.levels.push((position, steps));
    }

    fn leaf(&mut self, leaf: impl FnOnce() -> Leaf) {
        let inside = !self.levels.is_empty();
        if self.steps() && inside && self.matched.saturating_add(1) == self.path.len() {
            self.found.get_or_insert_with(leaf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, value) in
            [("1k", 1000.0), ("2MiB", 2_097_152.0), ("1.5s", 1.5e9), ("200ms", 2e8), ("0x9", 9.0), ("7", 7.0)]
        {
            assert_eq!(number(text, false), Some(value));
        }
        assert_eq!(number("1.5", true), Some(1.5e9));
        assert_eq!((number("x", false), number("1q", false)), (None, None));
    }

    #[test]
    fn paths() {
        let json = br#"{"a":{"b":[{"c":1},{"c":"x","d":{}}],"e":null},"b":2,"c":true}"#;
        let at = |path: &str| json_path(json, &path.split('.').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(at("a.b.0.c"), Some(Leaf::Number(1.0)));
        assert_eq!(at("a.b.1.c"), Some(Leaf::Text("x".into())));
        assert_eq!(at("a.b.1.d"), Some(Leaf::Inside));
        assert_eq!(at("a.e"), Some(Leaf::Null));
        assert_eq!((at("b"), at("c")), (Some(Leaf::Number(2.0)), Some(Leaf::Boolean(true))));
        assert_eq!((at("a.c"), at("d"), at("b.c"), at("a.b.2")), (None, None, None, None));
    }
}
