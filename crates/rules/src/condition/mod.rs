//! Conditions: text that people write, a typed tree that is evaluated, errors that point at the character.
//!
//! ```text
//! any        = all ("or" all)*
//! all        = one ("and" one)*
//! one        = "not" one | comparison | "absent" "(" length ")"
//! comparison = sum (">" | "<" | ">=" | "<=" | "==" | "!=") sum          not both constant
//! sum        = product (("+" | "-") product)*
//! product    = signed (("*" | "/") signed)*
//! signed     = ("-" | "+") signed | operand
//! operand    = "value" | number ["%"] | length | 'word' | "word" | "(" any ")" | "abs" "(" sum ")"
//!            | function "(" length ")" | "quantile" "(" number "," length ")" | "forecast" "(" length ["," length] ")"
//! ```
//!
//! A condition is data; nothing in it is ever executed.

mod tree;

mod seen;

mod token;

mod call;

mod parse;

mod show;

#[cfg(test)]
mod tests;

pub use tree::Passed;

pub(crate) use seen::Seen;

use crate::window::Function;
use model::Millis;
use std::fmt;
use tree::{Test, Tree};

/// A parsed condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    tree: Tree,
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

    /// Whether a sample of `value` alone meets the condition; `word` is the text that belongs to it (the health
    /// word), if any. What is not known holds nothing, `not` included: a NaN meets only `!=`, where there
    /// is no word, nothing that is said about words holds, and a sample alone has no window.
    #[must_use]
    pub fn holds(&self, value: f64, word: Option<&str>) -> bool {
        self.truth(&Seen::plain(value, word)) == Some(true)
    }

    /// The number in the condition that `value` passed: the first one that makes the condition hold. If it does
    /// not hold, or holds for its words, the first number there is, or 0.
    #[must_use]
    pub fn threshold(&self, value: f64, word: Option<&str>) -> f64 {
        self.passed(&Seen::plain(value, word)).threshold
    }

    /// The condition with another number in the place of the first that something is compared with; `None` if there is none.
    #[must_use]
    pub fn with_threshold(&self, threshold: f64) -> Option<Self> {
        let mut tree = self.tree.clone();
        tree.replace_first_number(threshold).then_some(Self { tree })
    }

    /// Whether the condition holds; `None` if that is not known.
    pub(crate) fn truth(&self, seen: &Seen<'_>) -> Option<bool> {
        self.tree.truth(seen)
    }

    /// What was compared, and with what, that the condition holds. If it does not hold, or holds for its words, that is the
    /// newest value, and the first number there is, or 0.
    pub(crate) fn passed(&self, seen: &Seen<'_>) -> Passed {
        let passed = self.tree.passed(seen, true).unwrap_or_else(|| Passed {
            value: seen.value,
            threshold: self.tree.first_number().unwrap_or(0.0),
        });
        let threshold = Some(passed.threshold).filter(|threshold| threshold.is_finite());
        Passed { threshold: threshold.unwrap_or(0.0), ..passed }
    }

    /// The condition as an expression of `PromQL`, where `selector` stands for the series; `None` if there is none that says
    /// the same.
    #[must_use]
    pub fn promql(&self, selector: &str) -> Option<String> {
        show::promql(&self.tree, selector)
    }

    /// What is asked of windows, each once, in the order in which it stands there.
    #[must_use]
    pub fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        self.tree.each_test(&mut |test| {
            if let Test::Numbers(left, _, right) = test {
                for side in [left, right] {
                    side.each_function(&mut |function| {
                        if !found.contains(&function) {
                            found.push(function);
                        }
                    });
                }
            }
        });
        found
    }

    /// The silences that it asks for, the shortest first.
    #[must_use]
    pub fn silences(&self) -> Vec<Millis> {
        let mut found = Vec::new();
        self.tree.each_test(&mut |test| {
            if let Test::Absent(length) = test {
                found.push(*length);
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The condition as the parser reads it back to the same tree.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tree.fmt(f)
    }
}
