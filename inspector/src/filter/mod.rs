//! The filter language: `op == text and len > 1k and payload ~ /order/`, or just a word that the payload has.

mod gathering;
mod lex;
mod needle;
mod node;
mod parse;
mod subject;
mod value;

pub use gathering::Gathering;
pub use parse::Filter;
pub use subject::{Contents, Subject, Told};

/// Why an expression is no filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterFault {
    /// The byte of the expression where it begins.
    pub at: usize,
    /// The byte after it.
    pub end: usize,
    /// What is wrong, and what may be there.
    pub text: String,
}

impl FilterFault {
    /// As an object of JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut writer = crate::json::Writer::default();
        writer.object().key("at").count(self.at).key("end").count(self.end).key("text").string(&self.text).end_object();
        writer.into_bytes()
    }
}
