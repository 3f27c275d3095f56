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

/// Characters shown on either side of the place of an error.
const AROUND: usize = 40;

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

    /// The error over the text it is about, with a mark at the place. Of a long text only the part around the
    /// place is shown, and what would move the mark (tabs, line ends) as a space.
    #[must_use]
    pub fn pointing_at(&self, text: &str) -> String {
        let from = self.at.saturating_sub(AROUND);
        let mut rest = text.chars().skip(from);
        let shown: String =
            rest.by_ref().take(2 * AROUND).map(|c| if c.is_control() { ' ' } else { c }).collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if rest.next().is_some() { "…" } else { "" };
        let space = " ".repeat(self.at - from + before.chars().count());
        format!("{}\n  {before}{shown}{after}\n  {space}^", self.message)
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
    /// word), if any. What is not known holds nothing, `not` included: a NaN meets only `!=`, and where there
    /// is no word, nothing that is said about words holds.
    #[must_use]
    pub fn holds(&self, value: f64, word: Option<&str>) -> bool {
        self.tree.truth(value, word) == Some(true)
    }

    /// The number in the condition that `value` passed: the first one that makes the condition hold. If it does
    /// not hold, or holds for its words, the first number there is, or 0.
    #[must_use]
    pub fn threshold(&self, value: f64, word: Option<&str>) -> f64 {
        self.tree.passed(value, word, true).or_else(|| self.tree.first_number()).unwrap_or(0.0)
    }
}

impl Tree {
    /// Three-valued (Kleene): `None` where it is not known.
    fn truth(&self, value: f64, word: Option<&str>) -> Option<bool> {
        match self {
            Self::Any(parts) => all_are(parts, false, |part| part.truth(value, word)).map(|none| !none),
            Self::All(parts) => all_are(parts, true, |part| part.truth(value, word)),
            Self::Not(inner) => inner.truth(value, word).map(|truth| !truth),
            Self::Test(Test::Number(sign, number)) => {
                (!value.is_nan() || *sign == Comparison::NotEqual).then(|| sign.holds(value, *number))
            }
            Self::Test(Test::WordIs(wanted)) => word.map(|word| word == wanted),
            Self::Test(Test::WordIsNot(unwanted)) => word.map(|word| word != unwanted),
        }
    }

    /// The first number that makes the tree `wanted`.
    fn passed(&self, value: f64, word: Option<&str>, wanted: bool) -> Option<f64> {
        if self.truth(value, word) != Some(wanted) {
            return None;
        }
        match self {
            Self::Any(parts) | Self::All(parts) => {
                parts.iter().find_map(|part| part.passed(value, word, wanted))
            }
            Self::Not(inner) => inner.passed(value, word, !wanted),
            Self::Test(Test::Number(_, number)) => Some(*number),
            Self::Test(_) => None,
        }
    }

    fn first_number(&self) -> Option<f64> {
        match self {
            Self::Any(parts) | Self::All(parts) => parts.iter().find_map(Self::first_number),
            Self::Not(inner) => inner.first_number(),
            Self::Test(Test::Number(_, number)) => Some(*number),
            Self::Test(_) => None,
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

/// Whether every part is `wanted`; one that is not decides, whatever is not known of the others.
fn all_are(parts: &[Tree], wanted: bool, truth: impl Fn(&Tree) -> Option<bool>) -> Option<bool> {
    let mut all = Some(true);
    for part in parts {
        match truth(part) {
            Some(truth) if truth == wanted => {}
            Some(_) => return Some(false),
            None => all = None,
        }
    }
    all
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
            // Without needless parentheses, which would nest deeper than what was parsed.
            Self::Not(inner) if inner.tightness() == 2 => write!(f, "not {inner}"),
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
