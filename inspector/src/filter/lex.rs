//! An expression in pieces.

use super::FilterFault;

/// A piece of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// Letters, digits and what may be among them.
    Word(String),
    /// In quotes.
    Quoted(String),
    /// `/pattern/flags`.
    Pattern(String, String),
    /// `==`, `(` and so on.
    Sign(&'static str),
    /// A minus before a word.
    Minus,
    End,
}

/// A piece and where it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub piece: Piece,
    pub at: usize,
    pub end: usize,
}

/// Longer ones first.
const SIGNS: [&str; 17] = ["==", "!=", "<=", ">=", "&&", "||", "~", "<", ">", "(", ")", "{", "}", ",", "!", "=", "|"];

/// Cuts an expression into its pieces; the last one is the end.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, FilterFault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        at = at.saturating_add(rest.len().saturating_sub(trimmed.len()));
        let (piece, length) = piece(trimmed, at)?;
        let end = at.saturating_add(length);
        let is_end = piece == Piece::End;
        tokens.push(Token { piece, at, end });
        if is_end {
            return Ok(tokens);
        }
        at = end;
    }
}

fn piece(rest: &str, at: usize) -> Result<(Piece, usize), FilterFault> {
    let Some(first) = rest.chars().next() else { return Ok((Piece::End, 0)) };
    if matches!(first, '"' | '\'') {
        return quoted(rest, first, at).map(|(text, length)| (Piece::Quoted(text), length));
    }
    if first == '/' {
        let (pattern, length) = quoted(rest, '/', at)?;
        let flags: String =
            rest.get(length..).unwrap_or_default().chars().take_while(char::is_ascii_lowercase).collect();
        let length = length.saturating_add(flags.len());
        return Ok((Piece::Pattern(pattern, flags), length));
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return Ok((Piece::Sign(sign), sign.len()));
    }
    let is_number = rest.get(1..).is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()));
    if first == '-' && !is_number {
        return Ok((Piece::Minus, 1));
    }
    let length = rest.find(ends_word).unwrap_or(rest.len()).max(first.len_utf8());
    Ok((Piece::Word(rest.get(..length).unwrap_or_default().to_owned()), length))
}

fn ends_word(character: char) -> bool {
    character.is_whitespace() || "()<>=!~&|,\"'{}".contains(character)
}

/// What is between two marks; a backslash takes the next character as it is, except that a pattern keeps it.
fn quoted(rest: &str, mark: char, at: usize) -> Result<(String, usize), FilterFault> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((index, character)) = characters.next() {
        if character == mark {
            return Ok((text, index.saturating_add(mark.len_utf8())));
        }
        if character != '\\' {
            text.push(character);
            continue;
        }
        let Some((_, next)) = characters.next() else { break };
        match next {
            _ if mark == '/' => {
                if next != '/' {
                    text.push('\\');
                }
                text.push(next);
            }
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            next => text.push(next),
        }
    }
    let end = at.saturating_add(rest.len());
    Err(FilterFault { at, end, text: format!("the closing {mark} is missing") })
}
