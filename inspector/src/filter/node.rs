//! What a filter is made of, and whether a frame matches it.

use std::borrow::Cow;
use std::cmp::Ordering;

use regex_lite::Regex;
use sansocket::Opcode;

use super::needle::Needle;
use super::subject::{Contents, Subject};
use super::value::{Leaf, json_path, number};
use crate::catalogue::Rule;
use crate::frames::close_parts;

pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// A field is set, or is there.
    Is(Field),
    Compare(Field, Operator, Value),
    In(Field, Vec<Value>),
    Contains(Field, Box<Needle>),
    Matches(Field, Regex),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    /// What is in JSON may be a string that only reads as a number: the number too, if it reads as one.
    Either(Option<f64>, String),
}

#[derive(Clone, PartialEq)]
pub(super) enum Field {
    Direction,
    Opcode,
    Fin,
    Rsv(usize),
    Masked,
    Key,
    Length,
    Wire,
    Inflated,
    Ratio,
    Connection,
    Number,
    Message,
    Time,
    Delta,
    CloseCode,
    CloseReason,
    Payload,
    Hex,
    Json(Vec<String>),
    Violation,
    Level,
    Fragment,
    Subprotocol,
}

/// The names of fields, the ones that Wireshark has among them.
pub(super) const FIELDS: [(&str, Field); 33] = [
    ("dir", Field::Direction),
    ("op", Field::Opcode),
    ("fin", Field::Fin),
    ("rsv1", Field::Rsv(0)),
    ("rsv2", Field::Rsv(1)),
    ("rsv3", Field::Rsv(2)),
    ("masked", Field::Masked),
    ("key", Field::Key),
    ("len", Field::Length),
    ("wire", Field::Wire),
    ("inflated", Field::Inflated),
    ("ratio", Field::Ratio),
    ("conn", Field::Connection),
    ("n", Field::Number),
    ("msg", Field::Message),
    ("t", Field::Time),
    ("dt", Field::Delta),
    ("close.code", Field::CloseCode),
    ("close.reason", Field::CloseReason),
    ("payload", Field::Payload),
    ("hex", Field::Hex),
    ("violation", Field::Violation),
    ("level", Field::Level),
    ("frag", Field::Fragment),
    ("subproto", Field::Subprotocol),
    ("websocket.opcode", Field::Opcode),
    ("websocket.fin", Field::Fin),
    ("websocket.mask", Field::Masked),
    ("websocket.masking_key", Field::Key),
    ("websocket.payload_length", Field::Length),
    ("websocket.payload", Field::Payload),
    ("websocket.payload.close.status_code", Field::CloseCode),
    ("websocket.payload.close.reason", Field::CloseReason),
];

pub(super) fn field(word: &str) -> Option<Field> {
    if let Some(path) = word.strip_prefix("json.").filter(|path| !path.is_empty()) {
        return Some(Field::Json(path.split('.').map(str::to_owned).collect()));
    }
    FIELDS.iter().find(|(name, _)| *name == word).map(|(_, field)| field.clone())
}

impl Field {
    /// Whether it is a condition by itself.
    pub(super) const fn stands_alone(&self) -> bool {
        matches!(
            self,
            Self::Fin | Self::Rsv(_) | Self::Masked | Self::Fragment | Self::Violation | Self::Inflated | Self::Json(_)
        )
    }
}

/// What a field of a frame is.
enum Found<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Nothing,
}

impl From<Option<u64>> for Found<'_> {
    #[expect(clippy::cast_precision_loss, reason = "compared with a number that was written, which is no more precise")]
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::Nothing, |number| Self::Number(number as f64))
    }
}

impl Node {
    pub(super) fn matches(&self, subject: &Subject, contents: &mut dyn Contents) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(subject, contents)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(subject, contents)),
            Self::Not(node) => !node.matches(subject, contents),
            Self::Is(Field::Violation) => !subject.set.is_empty(),
            Self::Is(Field::Inflated) => subject.inflated.is_some(),
            Self::Is(Field::Json(path)) => {
                json_path(contents.payload(), path).is_some_and(|leaf| leaf != Leaf::Boolean(false))
            }
            Self::Is(field) => matches!(field.of(subject, contents), Found::Number(number) if number != 0.0),
            Self::Compare(field, operator, value) => field.compare(subject, contents, *operator, value),
            Self::In(field, values) => {
                values.iter().any(|value| field.compare(subject, contents, Operator::Equal, value))
            }
            Self::Contains(field, needle) => match field {
                Field::Payload | Field::Hex => needle.is_in(contents.payload()),
                field => matches!(field.of(subject, contents), Found::Text(text) if needle.is_in(text.as_bytes())),
            },
            Self::Matches(field, regex) => {
                matches!(field.of(subject, contents), Found::Text(text) if regex.is_match(&text))
            }
        }
    }
}

/// Compares a string with a value that reads as a number. They are equal if they are the same to the letter, as the digits of an
/// identifier have to be; which is less, the numbers tell, if the string is one.
fn compare_text(found: &str, value: f64, text: &str, operator: Operator) -> Option<Ordering> {
    match (operator, number(found, false)) {
        (Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual, Some(found)) => {
            found.partial_cmp(&value)
        }
        _ => Some(found.cmp(text)),
    }
}

/// Two digits a byte.
fn hex_digits(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

impl Field {
    fn compare(&self, subject: &Subject, contents: &mut dyn Contents, operator: Operator, value: &Value) -> bool {
        if let (Self::Violation, Value::Text(id)) = (self, value) {
            let has = Rule::from_id(id).is_some_and(|rule| subject.set.contains(rule));
            return has == (operator == Operator::Equal);
        }
        let order = match (self.of(subject, contents), value) {
            (Found::Number(found), Value::Number(value) | Value::Either(Some(value), _)) => found.partial_cmp(value),
            (Found::Text(found), Value::Either(Some(value), text)) => compare_text(&found, *value, text, operator),
            (Found::Text(found), Value::Text(value) | Value::Either(None, value)) => {
                Some(found.as_ref().cmp(value.as_str()))
            }
            // What is not there is different from everything, and neither less nor more.
            _ => None,
        };
        match operator {
            Operator::Equal => order.is_some_and(Ordering::is_eq),
            Operator::NotEqual => !order.is_some_and(Ordering::is_eq),
            Operator::Less => order.is_some_and(Ordering::is_lt),
            Operator::LessOrEqual => order.is_some_and(Ordering::is_le),
            Operator::Greater => order.is_some_and(Ordering::is_gt),
            Operator::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a ratio need not be exact")]
    fn of<'a>(&self, subject: &Subject, contents: &'a mut dyn Contents) -> Found<'a> {
        let flag = |set: bool| Found::from(Some(u64::from(set)));
        match self {
            Self::Direction => Found::Text(subject.side.direction().into()),
            Self::Opcode => Found::from(Some(u64::from(subject.opcode.bits()))),
            Self::Fin => flag(subject.fin),
            Self::Rsv(index) => flag(subject.rsv.get(*index).copied().unwrap_or_default()),
            Self::Masked => flag(subject.masked),
            Self::Key => contents
                .key()
                .map_or(Found::Nothing, |key| Found::Text(format!("{:08x}", u32::from_be_bytes(key)).into())),
            Self::Length => Found::from(Some(subject.length)),
            Self::Wire => Found::from(Some(subject.wire)),
            Self::Inflated => Found::from(subject.inflated),
            Self::Ratio => match subject.inflated {
                Some(inflated) if subject.length > 0 => Found::Number(inflated as f64 / subject.length as f64),
                _ => Found::Nothing,
            },
            Self::Connection => Found::from(Some(u64::from(subject.connection))),
            Self::Number => Found::from(Some(subject.number)),
            Self::Message => Found::from(subject.message),
            Self::Time => Found::from(subject.time),
            Self::Delta => Found::from(subject.delta),
            Self::CloseCode if subject.opcode == Opcode::Close => {
                Found::from(Some(u64::from(close_parts(contents.payload()).0)))
            }
            Self::CloseReason if subject.opcode == Opcode::Close => {
                Found::Text(String::from_utf8_lossy(close_parts(contents.payload()).1))
            }
            Self::CloseCode | Self::CloseReason => Found::Nothing,
            Self::Payload => Found::Text(String::from_utf8_lossy(contents.payload())),
            Self::Hex => Found::Text(hex_digits(contents.payload()).into()),
            Self::Json(path) => match json_path(contents.payload(), path) {
                Some(Leaf::Text(text)) => Found::Text(text.into()),
                Some(Leaf::Number(number)) => Found::Number(number),
                Some(Leaf::Boolean(value)) => Found::Text(value.to_string().into()),
                Some(Leaf::Null) => Found::Text("null".into()),
                Some(Leaf::Inside) | None => Found::Nothing,
            },
            Self::Violation => flag(!subject.set.is_empty()),
            Self::Level => subject.set.level().map_or(Found::Nothing, |level| Found::Number(f64::from(level as u8))),
            Self::Fragment => flag(subject.is_fragment()),
            Self::Subprotocol => contents.subprotocol().map_or(Found::Nothing, |protocol| Found::Text(protocol.into())),
        }
    }
}
