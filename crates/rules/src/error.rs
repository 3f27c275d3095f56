//! Why a rule is not taken.

use crate::condition::ConditionError;
use crate::ledger::LedgerError;
use model::limits;

/// Why a rule is not taken, changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// There is no rule of this name.
    #[error("there is no rule {0:?}")]
    NotFound(String),
    /// A field that must not be empty is.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A field is longer than its limit.
    #[error("{0} is longer than {1} bytes")]
    TooLong(&'static str, usize),
    /// A condition cannot be understood.
    #[error("{field}: {error}")]
    Condition {
        /// Where it stands: `condition`, `recover` or `levels`.
        field: &'static str,
        /// What is wrong, and where.
        error: ConditionError,
        /// The condition.
        text: String,
    },
    /// A length of time cannot be understood, or is too long.
    #[error(
        "{field}: {text:?} is no length of time such as 5m, of {} at most",
        query::syntax::print_length(limits::RULE_WINDOW)
    )]
    Length {
        /// The field.
        field: &'static str,
        /// What stands there.
        text: String,
    },
    /// Matchers cannot be understood.
    #[error("match: {why} (at character {at})")]
    Match {
        /// The character where it goes wrong, from 1.
        at: usize,
        /// What is wrong.
        why: String,
    },
    /// A template cannot be understood.
    #[error("{field}.{name}: {why}")]
    Template {
        /// `labels` or `annotations`.
        field: &'static str,
        /// The name of the label or annotation.
        name: String,
        /// Line, character, and what is wrong.
        why: String,
    },
    /// There is more of something than a rule may have.
    #[error("a rule has at most {1} {0}")]
    TooManyOf(&'static str, usize),
    /// The levels are no ladder.
    #[error("levels go from the mildest severity to the worst, each once")]
    NoLadder,
    /// A field means nothing in a rule of this kind.
    #[error("{0} has no place in a rule of this kind")]
    Misplaced(&'static str),
    /// There are as many rules as there may be.
    #[error("there are {} rules already", limits::RULES)]
    TooMany,
    /// The rule could not be kept, so nothing was changed.
    #[error("the rule could not be kept: {0}")]
    NotKept(#[from] LedgerError),
}
