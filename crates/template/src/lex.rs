//! A template's text as words. Space that trim markers take away is gone already.

use crate::error::{At, TemplateError};
use crate::quote::unquote;
use crate::token::{Kind, Token};

/// What counts as space, in actions and for trim markers.
const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// All words of a template, and [`Kind::End`].
///
/// # Errors
/// Something is no word.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, TemplateError> {
    let mut lexer = Lexer { rest: text, at: At::START, tokens: Vec::new() };
    let mut trims = false;
    loop {
        if trims {
            let trimmed = lexer.rest.trim_start_matches(SPACE);
            lexer.skip(lexer.rest.len() - trimmed.len());
        }
        let Some(open) = lexer.rest.find("{{") else { break };
        let (before, from_open) = lexer.rest.split_at_checked(open).unwrap_or(("", lexer.rest));
        let inside = from_open.get(2..).unwrap_or("");
        let trims_left =
            inside.starts_with('-') && inside.get(1..).is_some_and(|rest| rest.starts_with(SPACE));
        let kept = if trims_left { before.trim_end_matches(SPACE) } else { before };
        lexer.push_text(kept);
        lexer.skip(before.len());
        trims = lexer.action(if trims_left { 3 } else { 2 })?;
    }
    lexer.push_text(lexer.rest);
    lexer.skip(lexer.rest.len());
    lexer.push(Kind::End, lexer.at, true);
    Ok(lexer.tokens)
}

#[derive(Debug)]
struct Lexer<'a> {
    rest: &'a str,
    at: At,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn push(&mut self, kind: Kind, at: At, spaced: bool) {
        self.tokens.push(Token { kind, at, spaced });
    }

    fn push_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.push(Kind::Text(text.to_owned()), self.at, false);
        }
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.at.advance(skipped);
        self.rest = rest;
    }

    /// Reads what stands between `{{` and `}}`, after a mark of so many bytes. Whether it ends with a trim marker.
    fn action(&mut self, mark: usize) -> Result<bool, TemplateError> {
        let start = self.at;
        self.skip(mark);
        let from = if mark > 2 { self.rest.trim_start_matches(SPACE) } else { self.rest };
        if from.starts_with("/*") {
            return self.comment(start, from.len());
        }
        self.push(Kind::Open, start, false);
        loop {
            let spaces = self.rest.len() - self.rest.trim_start_matches(SPACE).len();
            self.skip(spaces);
            if spaces > 0 && self.rest.starts_with("-}}") {
                self.push(Kind::Close, self.at, true);
                self.skip(3);
                return Ok(true);
            }
            if self.rest.starts_with("}}") {
                self.push(Kind::Close, self.at, true);
                self.skip(2);
                return Ok(false);
            }
            self.word(spaces > 0, start)?;
        }
    }

    /// `{{/* … */}}`, of which the `/*` is so many bytes before the end of the template.
    fn comment(&mut self, start: At, from_end: usize) -> Result<bool, TemplateError> {
        self.skip(self.rest.len() - from_end + 2);
        let end = self.rest.find("*/").ok_or_else(|| start.error("unclosed comment"))?;
        self.skip(end + 2);
        if self.rest.starts_with("}}") {
            self.skip(2);
            return Ok(false);
        }
        let behind = self.rest.trim_start_matches(SPACE);
        if behind.len() < self.rest.len() && behind.starts_with("-}}") {
            self.skip(self.rest.len() - behind.len() + 3);
            return Ok(true);
        }
        Err(start.error("comment ends before closing delimiter"))
    }

    fn word(&mut self, spaced: bool, start: At) -> Result<(), TemplateError> {
        let at = self.at;
        let Some(first) = self.rest.chars().next() else {
            return Err(start.error("unclosed action"));
        };
        let behind = self.rest.get(first.len_utf8()..).unwrap_or("");
        let next = behind.chars().next().unwrap_or('\0');
        let (kind, length) = match first {
            ':' if next == '=' => (Kind::Declare, 2),
            ':' => return Err(at.error("expected :=")),
            '=' => (Kind::Assign, 1),
            '|' => (Kind::Pipe, 1),
            '(' => (Kind::LeftParen, 1),
            ')' => (Kind::RightParen, 1),
            ',' => (Kind::Comma, 1),
            '"' => quoted(behind, '"').map_err(|what| at.error(what))?,
            '\'' => character(behind).map_err(|what| at.error(what))?,
            '`' => {
                let end = behind.find('`').ok_or_else(|| at.error("unterminated raw quoted string"))?;
                let raw = behind.get(..end).unwrap_or("");
                // Go takes a carriage return out of what stands between these marks.
                (Kind::String(raw.replace('\r', "")), end + 2)
            }
            '.' if next.is_ascii_digit() => number(self.rest).map_err(|what| at.error(what))?,
            '+' | '-' | '0'..='9' => number(self.rest).map_err(|what| at.error(what))?,
            '.' | '$' => {
                let name = word_of(behind);
                let kind = match (first, name) {
                    ('.', "") => Kind::Dot,
                    ('.', _) => Kind::Field(name.to_owned()),
                    _ => Kind::Variable(format!("${name}")),
                };
                self.ends_word(1 + name.len())?;
                (kind, 1 + name.len())
            }
            _ if is_of_word(first) => {
                let name = word_of(self.rest);
                self.ends_word(name.len())?;
                (Kind::Name(name.to_owned()), name.len())
            }
            other => return Err(at.error(format!("unexpected {other:?} in action"))),
        };
        self.push(kind, at, spaced);
        self.skip(length);
        Ok(())
    }

    /// # Errors
    /// What follows cannot stand behind a name.
    fn ends_word(&self, length: usize) -> Result<(), TemplateError> {
        let behind = self.rest.get(length..).unwrap_or("");
        match behind.chars().next() {
            None => Ok(()),
            Some(c) if SPACE.contains(&c) || ".,|:)(".contains(c) || behind.starts_with("}}") => Ok(()),
            Some(c) => Err(self.at.error(format!("bad character {c:?} behind a name"))),
        }
    }
}

fn is_of_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn word_of(text: &str) -> &str {
    let end = text.find(|c| !is_of_word(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// A text up to its second mark, and the length with both.
fn quoted(behind: &str, mark: char) -> Result<(Kind, usize), String> {
    let end = end_of_quoted(behind, mark).ok_or("unterminated quoted string")?;
    Ok((Kind::String(unquote(behind.get(..end).unwrap_or(""), mark)?), end + 2))
}

/// A character, which is a number.
fn character(behind: &str) -> Result<(Kind, usize), String> {
    let end = end_of_quoted(behind, '\'').ok_or("unterminated character constant")?;
    let text = unquote(behind.get(..end).unwrap_or(""), '\'')?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok((Kind::Int(i64::from(u32::from(c))), end + 2)),
        _ => Err("malformed character constant".to_owned()),
    }
}

fn end_of_quoted(text: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == mark => return Some(at),
            _ => {}
        }
    }
    None
}

/// A number at the start of the text, and its length.
fn number(text: &str) -> Result<(Kind, usize), String> {
    let unsigned = text.trim_start_matches(['+', '-']);
    let sign = text.len() - unsigned.len();
    let is_based = unsigned.len() > 2
        && unsigned.starts_with('0')
        && unsigned.get(1..2).is_some_and(|base| "xXbBoO".contains(base));
    let mut before = ' ';
    let end = unsigned.find(|c: char| {
        let goes_on =
            is_of_word(c) || c == '.' || !is_based && matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
        before = c;
        !goes_on
    });
    let word = unsigned.get(..end.unwrap_or(unsigned.len())).unwrap_or("");
    let bad = || format!("bad number syntax: {word:?}");
    if sign > 1 {
        return Err(bad());
    }
    let length = sign + word.len();
    let negative = text.starts_with('-');
    let digits = word.replace('_', "");
    let is_fraction = !is_based && digits.contains(['.', 'e', 'E']);
    if is_fraction {
        let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
        let value = digits.parse::<f64>().ok().filter(|value| value.is_finite() && digits.chars().all(plain));
        let value = value.ok_or_else(bad)?;
        return Ok((Kind::Float(if negative { -value } else { value }), length));
    }
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, digits.get(2..).unwrap_or("")),
        Some("0b" | "0B") => (2, digits.get(2..).unwrap_or("")),
        Some("0o" | "0O") => (8, digits.get(2..).unwrap_or("")),
        Some(two) if two.starts_with('0') => (8, digits.get(1..).unwrap_or("")),
        _ => (10, digits.as_str()),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(bad());
    }
    let signed = if negative { format!("-{digits}") } else { digits.to_owned() };
    let value = i64::from_str_radix(&signed, radix).map_err(|_| format!("integer overflow: {word:?}"))?;
    Ok((Kind::Int(value), length))
}
