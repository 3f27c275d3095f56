//! What is to be tried: a rule, a range of time, and in which variants.

use model::{Millis, Rule, SelectError, TimeRange};
use query::Stop;
use rules::RuleError;
use rules::groups::{GroupError, RuleGroup};

/// A rule to be tried.
#[derive(Debug, Clone)]
pub enum Subject {
    /// One of Alicia's.
    Condition(Box<Rule>),
    /// An alerting rule of a rule file: the only rule of its group, which says how often it has a round.
    Group(RuleGroup),
}

/// A rule, and what it is tried on.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The rule.
    pub subject: Subject,
    /// When.
    pub range: TimeRange,
    /// Thresholds that are tried instead of the rule's own; none is its own alone.
    pub thresholds: Vec<f64>,
    /// Lengths of `for` that are tried instead of the rule's own, in milliseconds.
    pub holds: Vec<Millis>,
}

/// A variant of a rule: what it has instead of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Variant {
    pub(crate) threshold: Option<f64>,
    pub(crate) hold: Option<Millis>,
}

/// Who waits for a trial: it is told how far that is, and asked whether to go on.
pub trait Watch {
    /// Samples up to this time were judged.
    fn reached(&self, t: Millis);

    /// Why to stop, if so.
    fn stop(&self) -> Option<Stop>;
}

/// Why nothing was tried, or not to the end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrialError {
    /// The rule is not right.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The rule of a rule file is not right.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// It cannot be tried.
    #[error("{0}")]
    Unfit(String),
    /// There is more than may be.
    #[error("{0}")]
    TooMuch(String),
    /// The samples cannot be read.
    #[error("samples cannot be read: {0}")]
    Unreadable(#[from] SelectError),
    /// It took too long, or nobody waits for it any more.
    #[error("{}", match .0 { Stop::Timeout => "it took too long: name a shorter range", Stop::Canceled => "nobody waits for it" })]
    Stopped(Stop),
}
