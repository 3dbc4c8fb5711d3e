//! Lists of byte strings across the boundary: each one behind its length in four bytes, the low one first.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::u32_of;

/// Reads one list.
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }
}

impl<'a> Fields<'a> {
    /// The next string.
    pub fn text(&mut self) -> String {
        text(self.next().unwrap_or_default()).to_owned()
    }

    /// The next string, `None` if it is empty.
    pub fn optional(&mut self) -> Option<String> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    /// The next `count` strings.
    pub fn texts(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count
            && let Some(field) = self.next()
        {
            texts.push(text(field).to_owned());
        }
        texts
    }

    /// The next name and value.
    pub fn pair(&mut self) -> Option<(&'a str, &'a str)> {
        Some((text(self.next()?), text(self.next()?)))
    }
}

/// JavaScript encodes strings as UTF-8, so what is not cannot have come from there.
pub fn text(field: &[u8]) -> &str {
    str::from_utf8(field).unwrap_or_default()
}

/// Appends one string to a list.
pub fn push(list: &mut Vec<u8>, field: &[u8]) {
    list.extend_from_slice(&u32_of(field.len()).to_le_bytes());
    list.extend_from_slice(field);
}
