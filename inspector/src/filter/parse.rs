//! From pieces to a filter.

use regex_lite::{Regex, RegexBuilder};

use super::FilterFault;
use super::lex::{Piece, Token, lex};
use super::needle::Needle;
use super::node::{FIELDS, Field, Node, Operator, Value, field};
use super::subject::{Contents, Subject};
use super::value::number;
use crate::catalogue::{Level, Rule};
use crate::names::opcode_from_name;

/// The most levels of brackets and negations.
const MAX_DEPTH: u32 = 64;

/// A filter that was understood.
pub struct Filter {
    root: Node,
}

impl Default for Filter {
    /// Matches everything.
    fn default() -> Self {
        Self { root: Node::All(Vec::new()) }
    }
}

impl Filter {
    /// Reads an expression. An empty one matches everything.
    ///
    /// # Errors
    ///
    /// Where it is wrong, and what may be there.
    pub fn parse(text: &str) -> Result<Self, FilterFault> {
        let tokens = lex(text)?;
        let mut parser = Parser { tokens, next: 0, depth: 0 };
        let root = if parser.peek() == &Piece::End { Node::All(Vec::new()) } else { parser.any()? };
        match parser.peek() {
            Piece::End => Ok(Self { root }),
            _ => Err(parser.fault("the end, and, or, or another condition was expected")),
        }
    }

    /// Whether a frame matches.
    #[must_use]
    pub fn matches(&self, subject: &Subject, contents: &mut dyn Contents) -> bool {
        self.root.matches(subject, contents)
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: u32,
}

impl Parser {
    fn peek(&self) -> &Piece {
        self.tokens.get(self.next).map_or(&Piece::End, |token| &token.piece)
    }

    fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    fn fault(&self, text: &str) -> FilterFault {
        let token = self.tokens.get(self.next).or(self.tokens.last());
        let (at, end) = token.map_or((0, 0), |token| (token.at, token.end));
        FilterFault { at, end, text: text.to_owned() }
    }

    fn take_sign(&mut self, signs: &[&str]) -> bool {
        let is_there = match self.peek() {
            Piece::Sign(sign) => signs.contains(sign),
            Piece::Word(word) => signs.contains(&word.as_str()),
            _ => false,
        };
        if is_there {
            self.advance();
        }
        is_there
    }

    fn any(&mut self) -> Result<Node, FilterFault> {
        let mut nodes = vec![self.all()?];
        while self.take_sign(&["or", "||"]) {
            nodes.push(self.all()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn all(&mut self) -> Result<Node, FilterFault> {
        let mut nodes = vec![self.unary()?];
        loop {
            let joined = self.take_sign(&["and", "&&"]);
            let ends = match self.peek() {
                Piece::End => true,
                Piece::Sign(sign) => matches!(*sign, ")" | "||"),
                Piece::Word(word) => word == "or",
                _ => false,
            };
            if ends && !joined {
                return Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) });
            }
            nodes.push(self.unary()?);
        }
    }

    fn unary(&mut self) -> Result<Node, FilterFault> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_DEPTH {
            return Err(self.fault("nested more than 64 levels deep"));
        }
        let node = if self.peek() == &Piece::Minus {
            self.advance();
            Node::Not(Box::new(self.unary()?))
        } else if self.take_sign(&["not", "!"]) {
            Node::Not(Box::new(self.unary()?))
        } else if self.take_sign(&["("]) {
            let inner = self.any()?;
            if !self.take_sign(&[")"]) {
                return Err(self.fault("a closing bracket was expected"));
            }
            inner
        } else {
            self.condition()?
        };
        self.depth = self.depth.saturating_sub(1);
        Ok(node)
    }

    fn condition(&mut self) -> Result<Node, FilterFault> {
        let piece = self.peek().clone();
        match piece {
            Piece::Quoted(text) => {
                self.advance();
                Ok(Node::Contains(Field::Payload, Box::new(Needle::any_case(text.as_bytes()))))
            }
            Piece::Pattern(pattern, flags) => {
                let regex = self.regex(&pattern, &flags)?;
                self.advance();
                Ok(Node::Matches(Field::Payload, regex))
            }
            Piece::Word(word) => match field(&word) {
                Some(field) => self.field(field, &word),
                None => {
                    self.advance();
                    if self.is_operator() {
                        self.next = self.next.saturating_sub(1);
                        return Err(self.unknown_field(&word));
                    }
                    Ok(Node::Contains(Field::Payload, Box::new(Needle::any_case(word.as_bytes()))))
                }
            },
            _ => Err(self.fault("a condition was expected: a word, or a field with an operator")),
        }
    }

    fn unknown_field(&self, word: &str) -> FilterFault {
        let names: Vec<_> =
            FIELDS.iter().map(|(name, _)| *name).filter(|name| !name.starts_with("websocket")).collect();
        self.fault(&format!("{word:?} is no field; there are {} and json.PATH", names.join(", ")))
    }

    fn is_operator(&self) -> bool {
        match self.peek() {
            Piece::Sign(sign) => matches!(*sign, "==" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"),
            _ => false,
        }
    }

    fn field(&mut self, field: Field, word: &str) -> Result<Node, FilterFault> {
        self.advance();
        let operator = match self.peek() {
            Piece::Sign("==" | "=") => Operator::Equal,
            Piece::Sign("!=") => Operator::NotEqual,
            Piece::Sign("<") => Operator::Less,
            Piece::Sign("<=") => Operator::LessOrEqual,
            Piece::Sign(">") => Operator::Greater,
            Piece::Sign(">=") => Operator::GreaterOrEqual,
            Piece::Sign("~") => return self.matching(field),
            Piece::Word(word) if word == "contains" => return self.containing(field),
            Piece::Word(word) if word == "in" => return self.one_of(field),
            _ if field.stands_alone() => return Ok(Node::Is(field)),
            // A word that only looks like a field.
            _ => return Ok(Node::Contains(Field::Payload, Box::new(Needle::any_case(word.as_bytes())))),
        };
        self.advance();
        let value = self.value(&field)?;
        Ok(Node::Compare(field, operator, value))
    }

    fn one_of(&mut self, field: Field) -> Result<Node, FilterFault> {
        self.advance();
        if !self.take_sign(&["(", "{"]) {
            return Err(self.fault("a list in brackets was expected"));
        }
        let mut values = Vec::new();
        while !self.take_sign(&[")", "}"]) {
            values.push(self.value(&field)?);
            self.take_sign(&[","]);
        }
        Ok(Node::In(field, values))
    }

    fn containing(&mut self, field: Field) -> Result<Node, FilterFault> {
        self.advance();
        let (Piece::Word(text) | Piece::Quoted(text)) = self.peek().clone() else {
            return Err(self.fault("a text was expected"));
        };
        let needle = if field == Field::Hex {
            Needle::Hex(
                hex_pattern(&text)
                    .ok_or_else(|| self.fault("pairs of hex digits were expected, or ?? for any byte"))?,
            )
        } else {
            Needle::exact(text.as_bytes())
        };
        self.advance();
        Ok(Node::Contains(field, Box::new(needle)))
    }

    fn matching(&mut self, field: Field) -> Result<Node, FilterFault> {
        self.advance();
        let regex = match self.peek().clone() {
            Piece::Pattern(pattern, flags) => self.regex(&pattern, &flags)?,
            Piece::Word(text) | Piece::Quoted(text) => self.regex(&text, "")?,
            _ => return Err(self.fault("a pattern was expected, as in /order [0-9]+/i")),
        };
        self.advance();
        Ok(Node::Matches(field, regex))
    }

    fn regex(&self, pattern: &str, flags: &str) -> Result<Regex, FilterFault> {
        let mut builder = RegexBuilder::new(pattern);
        for flag in flags.chars() {
            match flag {
                'i' => builder.case_insensitive(true),
                'm' => builder.multi_line(true),
                's' => builder.dot_matches_new_line(true),
                'x' => builder.ignore_whitespace(true),
                _ => return Err(self.fault(&format!("{flag} is no flag of a pattern; there are i, m, s and x"))),
            };
        }
        builder.size_limit(1 << 20).nest_limit(64).build().map_err(|fault| self.fault(&format!("the pattern: {fault}")))
    }

    fn value(&mut self, field: &Field) -> Result<Value, FilterFault> {
        let (Piece::Word(text) | Piece::Quoted(text)) = self.peek().clone() else {
            return Err(self.fault("a value was expected"));
        };
        let value = match field {
            Field::Opcode => {
                let opcode =
                    opcode_from_name(&text).map(|opcode| f64::from(opcode.bits())).or_else(|| number(&text, false));
                Value::Number(
                    opcode
                        .ok_or_else(|| self.fault("text, binary, cont, close, ping, pong or a number was expected"))?,
                )
            }
            Field::Level => {
                let level = Level::from_name(&text).ok_or_else(|| self.fault("note, warn or error was expected"))?;
                Value::Number(f64::from(level as u8))
            }
            Field::Violation => {
                let rule = Rule::from_id(&text).ok_or_else(|| self.fault(&format!("no rule is called {text:?}")))?;
                Value::Text(rule.id().to_owned())
            }
            Field::Direction => match text.as_str() {
                "c2s" | "client" => Value::Text("c2s".to_owned()),
                "s2c" | "server" => Value::Text("s2c".to_owned()),
                _ => return Err(self.fault("c2s or s2c was expected")),
            },
            Field::Json(_) => Value::Either(number(&text, false), text),
            Field::Key => {
                Value::Text(text.to_ascii_lowercase().replace([':', ' '], "").trim_start_matches("0x").to_owned())
            }
            Field::CloseReason | Field::Payload | Field::Hex | Field::Subprotocol => Value::Text(text),
            _ if field.stands_alone() => match text.as_str() {
                "true" | "1" | "True" => Value::Number(1.0),
                "false" | "0" | "False" => Value::Number(0.0),
                _ if *field == Field::Inflated => {
                    Value::Number(number(&text, false).ok_or_else(|| self.fault("a number was expected"))?)
                }
                _ => return Err(self.fault("true or false was expected")),
            },
            _ => {
                let is_time = matches!(field, Field::Time | Field::Delta);
                Value::Number(
                    number(&text, is_time)
                        .ok_or_else(|| self.fault("a number was expected, as in 7, 1k, 2MiB, 200ms"))?,
                )
            }
        };
        self.advance();
        Ok(value)
    }
}

/// `00 ff ??` as bytes with gaps.
fn hex_pattern(text: &str) -> Option<Vec<Option<u8>>> {
    let digits: Vec<char> = text.chars().filter(|character| !matches!(character, ' ' | ':' | ',')).collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|pair| match pair {
            ['?', '?'] => Some(None),
            [high, low] => {
                let value = high.to_digit(16)? << 4 | low.to_digit(16)?;
                Some(Some(u8::try_from(value).ok()?))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Set;
    use crate::types::Side;
    use sansocket::Opcode;

    struct Sample;

    impl Contents for Sample {
        fn key(&mut self) -> Option<[u8; 4]> {
            Some([0x37, 0xfa, 0x21, 0x3d])
        }

        fn payload(&mut self) -> &[u8] {
            br#"{"type":"order","price":{"value":12.5,"text":"0.50"},"wait":"5s","id":"9007199254740993","ok":true} Caf"#
        }

        fn subprotocol(&mut self) -> Option<&str> {
            Some("chat")
        }
    }

    fn matches(text: &str) -> bool {
        let mut set = Set::default();
        set.insert(Rule::MaskKeyWeak);
        let subject = Subject {
            number: 7,
            connection: 2,
            message: Some(3),
            side: Side::Client,
            opcode: Opcode::Text,
            fin: true,
            rsv: [true, false, false],
            masked: true,
            length: 1500,
            wire: 1508,
            inflated: Some(3000),
            time: Some(2_000_000_000),
            delta: Some(150_000_000),
            set,
        };
        let filter = Filter::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        filter.matches(&subject, &mut Sample)
    }

    #[test]
    fn conditions_that_match() {
        for text in [
            "",
            "order",
            "ORDER",
            "\"price\\\":{\"",
            "-nothing",
            "/or[d]er/",
            "/ORDER/i",
            "op == text",
            "op == 1",
            "op in (text, binary)",
            "op != ping",
            "dir == c2s and fin",
            "fin == 1 && rsv1 && !rsv2",
            "masked and key == 37fa213d",
            "key == 37:fa:21:3d",
            "len > 1k and len <= 1.5k",
            "wire == 1508 inflated >= 3k ratio == 2",
            "conn == 2 and n < 8 or t > 100s",
            "t == 2 and t < 2.5s and dt > 100ms",
            "msg == 3",
            "not (op == ping or op == pong)",
            "payload contains \"order\"",
            "payload ~ /\"price\"/",
            "hex contains \"22 6f ?? 64 65 72\"",
            "hex ~ /^7b22.*6166$/ and hex ~ /7B22/i",
            "json.type == order",
            "json.price.value > 12",
            "json.price.value == \"12.5\"",
            "json.price.text == \"0.50\" and json.price.text == 0.50 and json.price.text != 0.5",
            "json.price.text < 0.6 and json.price.text >= \"0.5\" and json.type > 5",
            "json.wait == \"5s\" and json.wait in (\"4s\", 5s) and json.wait < 200min",
            "json.id == 9007199254740993 and json.id > 1",
            "json.ok",
            "json.ok == true",
            "violation",
            "violation == mask-key-weak",
            "level >= note and level < error",
            "subproto == chat",
            "websocket.opcode == 1",
            "-frag",
            "inflated",
            "type text-less or order",
        ] {
            assert!(matches(text), "{text}");
        }
    }

    #[test]
    fn conditions_that_do_not() {
        for text in [
            "missing",
            "-order",
            "/ORDER/",
            "op == ping",
            "op in (ping pong)",
            "dir == s2c",
            "!fin",
            "len > 2k",
            "payload contains ORDER",
            "hex contains \"ff\"",
            "hex ~ /order/",
            "json.price.text != \"0.50\"",
            "json.id == 9007199254740992",
            "json.wait < 5s",
            "json.ok == 1",
            "json.type == sell",
            "json.price.other",
            "violation == utf8-invalid",
            "level == error",
            "close.code == 1000",
            "close.code != 1000 and missing",
            "frag",
            "order missing",
            "order and (missing or op == binary)",
        ] {
            assert!(!matches(text), "{text}");
        }
    }

    #[test]
    fn faults_have_a_place() {
        for (text, at, end, part) in [
            ("op ==", 5, 5, "a value"),
            ("op == nothing", 6, 13, "text, binary"),
            ("length > 3", 0, 6, "is no field"),
            ("(op == text", 11, 11, "closing bracket"),
            ("a and", 5, 5, "a condition"),
            ("len > 3x", 6, 8, "a number"),
            ("\"open", 0, 5, "the closing \""),
            ("/(/", 0, 3, "the pattern"),
            ("/a/q", 0, 4, "no flag"),
            ("op == text )", 11, 12, "the end"),
            ("violation == nope", 13, 17, "no rule"),
            ("hex contains 0", 13, 14, "pairs"),
            ("op in text", 6, 10, "a list"),
        ] {
            let fault = Filter::parse(text).err().unwrap_or_else(|| panic!("{text}"));
            assert_eq!((fault.at, fault.end), (at, end), "{text}: {fault:?}");
            assert!(fault.text.contains(part), "{text}: {fault:?}");
        }
        assert!(Filter::parse(&"(".repeat(1000)).is_err());
        assert!(Filter::parse(&"not ".repeat(1000)).is_err());
    }
}
