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
    /// The condition cannot be understood.
    #[error("condition: {error}")]
    Condition {
        /// What is wrong, and where.
        error: ConditionError,
        /// The condition.
        text: String,
    },
    /// There are as many rules as there may be.
    #[error("there are {} rules already", limits::RULES)]
    TooMany,
    /// The rule could not be kept, so nothing was changed.
    #[error("the rule could not be kept: {0}")]
    NotKept(#[from] LedgerError),
}
