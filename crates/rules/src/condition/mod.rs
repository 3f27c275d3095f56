//! Conditions: text that people write, a typed tree that is evaluated, errors that point at the character.
//!
//! ```text
//! any        = all ("or" all)*
//! all        = one ("and" one)*
//! one        = "not" one | "(" any ")" | comparison
//! comparison = operand (">" | "<" | ">=" | "<=" | "==" | "!=") operand     one side is `value`
//! operand    = "value" | number ["%"] | 'word' | "word"
//! ```
//!
//! A condition is data; nothing in it is ever executed.

mod token;

mod parse;

use std::fmt;

/// A parsed condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    tree: Tree,
}

/// What a condition is made of.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    Any(Vec<Tree>),
    All(Vec<Tree>),
    Not(Box<Tree>),
    Test(Test),
}

/// A comparison of the value with a constant.
#[derive(Debug, Clone, PartialEq)]
enum Test {
    Number(Comparison, f64),
    WordIs(String),
    WordIsNot(String),
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Above,
    Below,
    AtLeast,
    AtMost,
    Equal,
    NotEqual,
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", at + 1)]
pub struct ConditionError {
    /// Index of the character where it goes wrong; the text's length means its end.
    pub at: usize,
    /// What is wrong, for people.
    pub message: String,
}

impl ConditionError {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// The error under the text it is about, with a mark at the place.
    #[must_use]
    pub fn pointing_at(&self, text: &str) -> String {
        format!("{}\n  {text}\n  {}^", self.message, " ".repeat(self.at))
    }
}

impl Condition {
    /// Parses `text`.
    ///
    /// # Errors
    /// [`ConditionError`] at the first character that cannot be understood.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        parse::parse(text).map(|tree| Self { tree })
    }

    /// Whether a sample of `value` meets the condition; `word` is the text that belongs to it (the health
    /// word), if any. A NaN meets only `!=`; without a word `== 'x'` is false and `!= 'x'` is false too, for
    /// nothing is known.
    #[must_use]
    pub fn holds(&self, value: f64, word: Option<&str>) -> bool {
        self.tree.holds(value, word)
    }

    /// The number in the condition that `value` passed: of the comparisons that hold, the first number; if
    /// none holds or it compares words, the first number of all, or 0.
    #[must_use]
    pub fn threshold(&self, value: f64) -> f64 {
        let mut numbers = Vec::new();
        self.tree.numbers(&mut numbers);
        let passed = numbers.iter().find(|(sign, number)| sign.holds(value, *number));
        passed.or(numbers.first()).map_or(0.0, |(_, number)| *number)
    }
}

impl Tree {
    fn holds(&self, value: f64, word: Option<&str>) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(value, word)),
            Self::All(parts) => parts.iter().all(|part| part.holds(value, word)),
            Self::Not(inner) => !inner.holds(value, word),
            Self::Test(Test::Number(sign, number)) => sign.holds(value, *number),
            Self::Test(Test::WordIs(wanted)) => word == Some(wanted),
            Self::Test(Test::WordIsNot(unwanted)) => word.is_some_and(|word| word != unwanted),
        }
    }

    fn numbers(&self, found: &mut Vec<(Comparison, f64)>) {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().for_each(|part| part.numbers(found)),
            Self::Not(inner) => inner.numbers(found),
            Self::Test(Test::Number(sign, number)) => found.push((*sign, *number)),
            Self::Test(_) => {}
        }
    }

    /// How tightly it binds: 0 `or`, 1 `and`, 2 the rest.
    fn tightness(&self) -> u8 {
        match self {
            Self::Any(_) => 0,
            Self::All(_) => 1,
            Self::Not(_) | Self::Test(_) => 2,
        }
    }
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "== in a condition is equality to the bit of the number")]
    fn holds(self, value: f64, number: f64) -> bool {
        match self {
            Self::Above => value > number,
            Self::Below => value < number,
            Self::AtLeast => value >= number,
            Self::AtMost => value <= number,
            Self::Equal => value == number,
            Self::NotEqual => value != number,
        }
    }

    /// The same comparison with its sides exchanged.
    fn turned(self) -> Self {
        match self {
            Self::Above => Self::Below,
            Self::Below => Self::Above,
            Self::AtLeast => Self::AtMost,
            Self::AtMost => Self::AtLeast,
            same => same,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Above => ">",
            Self::Below => "<",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }
}

/// The condition as the parser reads it back to the same tree.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree.fmt(f)
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut joined = |parts: &[Self], word: &str, own: u8| -> fmt::Result {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    write!(f, " {word} ")?;
                }
                if part.tightness() <= own { write!(f, "({part})")? } else { write!(f, "{part}")? }
            }
            Ok(())
        };
        match self {
            Self::Any(parts) => joined(parts, "or", 0),
            Self::All(parts) => joined(parts, "and", 1),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Test(Test::Number(sign, number)) => write!(f, "value {} {number}", sign.as_str()),
            Self::Test(Test::WordIs(word)) => write!(f, "value == {}", quoted(word)),
            Self::Test(Test::WordIsNot(word)) => write!(f, "value != {}", quoted(word)),
        }
    }
}

fn quoted(word: &str) -> String {
    let quote = if word.contains('\'') { '"' } else { '\'' };
    format!("{quote}{word}{quote}")
}
