//! Where in a text of JSON something is.

use crate::json::Token;

enum Step {
    Key(String),
    Item,
}

/// The keys and arrays that lead to what comes next.
#[derive(Default)]
pub(crate) struct Path(Vec<Step>);

impl Path {
    /// Whether it is this one; `#` stands for an item of an array.
    pub(crate) fn is(&self, path: &[&str]) -> bool {
        self.0.len() == path.len() && self.begins(path)
    }

    /// Whether it begins with this one.
    pub(crate) fn begins(&self, path: &[&str]) -> bool {
        self.0.len() >= path.len()
            && self.0.iter().zip(path).all(|(step, wanted)| match step {
                Step::Key(key) => key == wanted,
                Step::Item => *wanted == "#",
            })
    }

    /// The keys in it.
    pub(crate) const fn depth(&self) -> usize {
        self.0.len()
    }

    /// The last key.
    pub(crate) fn key(&self) -> &str {
        match self.0.last() {
            Some(Step::Key(key)) => key,
            _ => "",
        }
    }

    /// All of it as a text, as in `off.stream` or `violations.#`.
    pub(crate) fn name(&self) -> String {
        let mut name = String::new();
        for (index, step) in self.0.iter().enumerate() {
            if index > 0 {
                name.push('.');
            }
            name.push_str(if let Step::Key(key) = step { key } else { "#" });
        }
        name
    }

    /// Follows a token. Objects and arrays are looked at before their beginning is followed, and after their end.
    pub(crate) fn follow(&mut self, token: Token<'_>) {
        match token {
            Token::Key(key) => {
                self.0.pop();
                self.0.push(Step::Key(String::from_utf8_lossy(key).into_owned()));
            }
            Token::Object => self.0.push(Step::Key(String::new())),
            Token::Array => self.0.push(Step::Item),
            Token::EndObject | Token::EndArray => _ = self.0.pop(),
            _ => {}
        }
    }
}
