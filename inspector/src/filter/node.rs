//! What a filter is made of, and whether a frame matches it.

use regex_lite::Regex;
use sansocket::Opcode;

use super::subject::Subject;
use super::value::{Leaf, json_path};
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
    Contains(Field, Needle),
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
}

pub(super) enum Needle {
    /// Compared without regard to ASCII case if the flag is set.
    Bytes(Vec<u8>, bool),
    /// Bytes with gaps.
    Hex(Vec<Option<u8>>),
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
enum Found {
    Number(f64),
    Text(String),
    Nothing,
}

impl From<Option<u64>> for Found {
    #[expect(clippy::cast_precision_loss, reason = "compared with a number that was written, which is no more precise")]
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::Nothing, |number| Self::Number(number as f64))
    }
}

impl Node {
    pub(super) fn matches(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(subject)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(subject)),
            Self::Not(node) => !node.matches(subject),
            Self::Is(Field::Violation) => !subject.set.is_empty(),
            Self::Is(Field::Inflated) => subject.inflated.is_some(),
            Self::Is(Field::Json(path)) => {
                json_path(&(subject.payload)(), path).is_some_and(|leaf| leaf != Leaf::Boolean(false))
            }
            Self::Is(field) => matches!(field.of(subject), Found::Number(number) if number != 0.0),
            Self::Compare(field, operator, value) => field.compare(subject, *operator, value),
            Self::In(field, values) => values.iter().any(|value| field.compare(subject, Operator::Equal, value)),
            Self::Contains(field, needle) => match field {
                Field::Payload | Field::Hex => needle.is_in(&(subject.payload)()),
                field => matches!(field.of(subject), Found::Text(text) if needle.is_in(text.as_bytes())),
            },
            Self::Matches(Field::Payload | Field::Hex, regex) => {
                let payload = (subject.payload)();
                match core::str::from_utf8(&payload) {
                    Ok(text) => regex.is_match(text),
                    Err(_) => regex.is_match(&String::from_utf8_lossy(&payload)),
                }
            }
            Self::Matches(field, regex) => matches!(field.of(subject), Found::Text(text) if regex.is_match(&text)),
        }
    }
}

impl Field {
    fn compare(&self, subject: &Subject<'_>, operator: Operator, value: &Value) -> bool {
        if let (Self::Violation, Value::Text(id)) = (self, value) {
            let has = Rule::from_id(id).is_some_and(|rule| subject.set.contains(rule));
            return has == (operator == Operator::Equal);
        }
        let order = match (self.of(subject), value) {
            (Found::Number(found), Value::Number(value)) => found.partial_cmp(value),
            (Found::Text(found), Value::Text(value)) => Some(found.as_str().cmp(value)),
            // What is not there is different from everything, and neither less nor more.
            _ => None,
        };
        match operator {
            Operator::Equal => order.is_some_and(core::cmp::Ordering::is_eq),
            Operator::NotEqual => !order.is_some_and(core::cmp::Ordering::is_eq),
            Operator::Less => order.is_some_and(core::cmp::Ordering::is_lt),
            Operator::LessOrEqual => order.is_some_and(core::cmp::Ordering::is_le),
            Operator::Greater => order.is_some_and(core::cmp::Ordering::is_gt),
            Operator::GreaterOrEqual => order.is_some_and(core::cmp::Ordering::is_ge),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a ratio need not be exact")]
    fn of(&self, subject: &Subject<'_>) -> Found {
        let flag = |set: bool| Found::from(Some(u64::from(set)));
        match self {
            Self::Direction => Found::Text(subject.side.direction().to_owned()),
            Self::Opcode => Found::from(Some(u64::from(subject.opcode.bits()))),
            Self::Fin => flag(subject.fin),
            Self::Rsv(index) => flag(subject.rsv.get(*index).copied().unwrap_or_default()),
            Self::Masked => flag(subject.masked),
            Self::Key => {
                (subject.key)().map_or(Found::Nothing, |key| Found::Text(format!("{:08x}", u32::from_be_bytes(key))))
            }
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
                Found::from(Some(u64::from(close_parts(&(subject.payload)()).0)))
            }
            Self::CloseReason if subject.opcode == Opcode::Close => {
                Found::Text(String::from_utf8_lossy(close_parts(&(subject.payload)()).1).into_owned())
            }
            Self::CloseCode | Self::CloseReason => Found::Nothing,
            Self::Payload => Found::Text(String::from_utf8_lossy(&(subject.payload)()).into_owned()),
            Self::Hex => Found::Text((subject.payload)().iter().map(|byte| format!("{byte:02x}")).collect()),
            Self::Json(path) => match json_path(&(subject.payload)(), path) {
                Some(Leaf::Text(text)) => Found::Text(text),
                Some(Leaf::Number(number)) => Found::Number(number),
                Some(Leaf::Boolean(value)) => Found::Text(value.to_string()),
                Some(Leaf::Null) => Found::Text("null".to_owned()),
                Some(Leaf::Inside) | None => Found::Nothing,
            },
            Self::Violation => flag(!subject.set.is_empty()),
            Self::Level => subject.set.level().map_or(Found::Nothing, |level| Found::Number(f64::from(level as u8))),
            Self::Fragment => flag(subject.is_fragment()),
            Self::Subprotocol => {
                subject.subprotocol.map_or(Found::Nothing, |protocol| Found::Text(protocol.to_owned()))
            }
        }
    }
}

impl Needle {
    fn is_in(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Bytes(needle, false) => find(bytes, needle, |a, b| a == b),
            Self::Bytes(needle, true) => find(bytes, needle, |a, b| a.eq_ignore_ascii_case(&b)),
            Self::Hex(pattern) => bytes.windows(pattern.len()).any(|window| {
                window.iter().zip(pattern).all(|(byte, wanted)| wanted.is_none_or(|wanted| wanted == *byte))
            }),
        }
    }
}

/// Looks for a needle: by its first byte, then by the rest.
fn find(bytes: &[u8], needle: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let Some((first, rest)) = needle.split_first() else { return true };
    let mut haystack = bytes;
    while let Some(at) = haystack.iter().position(|byte| same(*byte, *first)) {
        haystack = haystack.get(at.saturating_add(1)..).unwrap_or_default();
        let Some(next) = haystack.get(..rest.len()) else { return false };
        if next.iter().zip(rest).all(|(a, b)| same(*a, *b)) {
            return true;
        }
    }
    false
}
