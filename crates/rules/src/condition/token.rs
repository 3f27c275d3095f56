//! The words of a condition, each with its place.

use super::ConditionError;
use super::tree::{Comparison, Operation};
use crate::window::FunctionKind;
use model::Millis;
use query::syntax::parse_length;

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Value,
    Number(f64),
    /// `5m`
    Length(Millis),
    Word(String),
    Compare(Comparison),
    /// `+`, `-`, `*`, `/`
    Operate(Operation),
    /// A function of a window alone.
    Window(FunctionKind),
    Quantile,
    Forecast,
    Absent,
    Abs,
    And,
    Or,
    Not,
    Open,
    Close,
    Comma,
}

/// A word and the index of its first character.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) at: usize,
}

/// Splits `text` into words.
pub(super) fn split(text: &str) -> Result<Vec<Placed>, ConditionError> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() {
            at += 1;
            continue;
        }
        let (token, length) = word(&chars, at)?;
        words.push(Placed { token, at });
        at += length;
    }
    Ok(words)
}

/// The word that begins at `at`, and its length in characters.
fn word(chars: &[char], at: usize) -> Result<(Token, usize), ConditionError> {
    let Some(&c) = chars.get(at) else { return Err(ConditionError::new(at, "nothing stands here")) };
    match c {
        '(' => Ok((Token::Open, 1)),
        ')' => Ok((Token::Close, 1)),
        ',' => Ok((Token::Comma, 1)),
        '+' => Ok((Token::Operate(Operation::Add), 1)),
        '-' => Ok((Token::Operate(Operation::Subtract), 1)),
        '*' => Ok((Token::Operate(Operation::Multiply), 1)),
        '/' => Ok((Token::Operate(Operation::Divide), 1)),
        '\'' | '"' => quoted(chars, at, c),
        '<' | '>' | '=' | '!' => comparison(chars, at),
        _ if c.is_ascii_digit() || c == '.' => number(chars, at),
        _ if c.is_alphabetic() || c == '_' => name(chars, at),
        other => Err(ConditionError::new(at, format!("{other:?} has no place in a condition"))),
    }
}

fn quoted(chars: &[char], at: usize, quote: char) -> Result<(Token, usize), ConditionError> {
    let text: String = chars.iter().skip(at + 1).take_while(|c| **c != quote).collect();
    let length = text.chars().count();
    if chars.get(at + 1 + length) == Some(&quote) {
        Ok((Token::Word(text), length + 2))
    } else {
        Err(ConditionError::new(at, format!("the word that begins here has no closing {quote}")))
    }
}

fn comparison(chars: &[char], at: usize) -> Result<(Token, usize), ConditionError> {
    use Comparison::{Above, AtLeast, AtMost, Below, Equal, NotEqual};
    let (sign, length) = match (chars.get(at), chars.get(at + 1)) {
        (Some('>'), Some('=')) => (AtLeast, 2),
        (Some('<'), Some('=')) => (AtMost, 2),
        (Some('='), Some('=')) => (Equal, 2),
        (Some('!'), Some('=')) => (NotEqual, 2),
        (Some('>'), _) => (Above, 1),
        (Some('<'), _) => (Below, 1),
        (Some('='), _) => return Err(ConditionError::new(at, "to compare for equality write ==")),
        _ => return Err(ConditionError::new(at, "! stands only in !=; to negate write not")),
    };
    Ok((Token::Compare(sign), length))
}

/// Whether a letter stands in units of time: `ms`, `s`, `m`, `h`, `d`, `w`, `y`.
fn is_unit(letter: char) -> bool {
    "smhdwy".contains(letter)
}

fn number(chars: &[char], at: usize) -> Result<(Token, usize), ConditionError> {
    let word: String = chars.iter().skip(at).take_while(|c| c.is_ascii_alphanumeric()).collect();
    if word.ends_with(is_unit) {
        match parse_length(&word) {
            Some(length) => return Ok((Token::Length(length), word.len())),
            None if word.trim_end_matches(is_unit).bytes().all(|c| c.is_ascii_digit()) => {
                return Err(ConditionError::new(at, format!("{word} is too long for a length of time")));
            }
            None => {}
        }
    }
    let mut length = 0;
    let mut previous = ' ';
    while let Some(&c) = chars.get(at + length) {
        let is_sign = matches!(c, '-' | '+') && matches!(previous, 'e' | 'E');
        if !(c.is_ascii_digit() || c == '.' || is_sign || (matches!(c, 'e' | 'E') && length > 0)) {
            break;
        }
        previous = c;
        length += 1;
    }
    let text: String = chars.iter().skip(at).take(length).collect();
    match text.parse::<f64>() {
        // A percent sign is for the reader; percentages are stored as 0 to 100.
        Ok(value) if value.is_finite() => {
            let percent = usize::from(chars.get(at + length) == Some(&'%'));
            Ok((Token::Number(value), length + percent))
        }
        _ => Err(ConditionError::new(at, format!("{text:?} is not a number"))),
    }
}

fn name(chars: &[char], at: usize) -> Result<(Token, usize), ConditionError> {
    let text: String = chars.iter().skip(at).take_while(|c| c.is_alphanumeric() || **c == '_').collect();
    let token = match text.as_str() {
        "value" => Token::Value,
        "and" => Token::And,
        "or" => Token::Or,
        "not" => Token::Not,
        "quantile" => Token::Quantile,
        "forecast" => Token::Forecast,
        "absent" => Token::Absent,
        "abs" => Token::Abs,
        other => match FunctionKind::named(other) {
            Some(kind) => Token::Window(kind),
            None => {
                let expected =
                    "expected value, a number, a 'word', and, or, not, or a function such as avg(5m)";
                return Err(ConditionError::new(at, format!("{other} is unknown here; {expected}")));
            }
        },
    };
    Ok((token, text.chars().count()))
}
