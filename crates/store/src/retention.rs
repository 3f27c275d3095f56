//! How long samples are kept.

use model::{Matcher, Millis, Series, limits};

/// Series that are kept for another time than the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRule {
    /// All must hold for a series.
    pub matchers: Vec<Matcher>,
    /// Age above which its samples go, in milliseconds.
    pub keep: Millis,
}

/// How long the samples of each series are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Retention {
    others: Millis,
    rules: Vec<RetentionRule>,
}

impl Retention {
    /// The first rule that a series meets says how long it is kept; `others` is for those that meet none.
    pub(crate) fn new(others: Millis, rules: Vec<RetentionRule>) -> Self {
        Self { others, rules }
    }

    /// How long samples of `series` are kept.
    pub(crate) fn of(&self, series: &Series) -> Millis {
        let meets = |rule: &&RetentionRule| rule.matchers.iter().all(|matcher| matcher.matches(series));
        self.rules.iter().find(meets).map_or(self.others, |rule| rule.keep)
    }

    /// The longest time that any are kept.
    pub(crate) fn longest(&self) -> Millis {
        self.rules.iter().map(|rule| rule.keep).fold(self.others, Millis::max)
    }

    /// The shortest time that any are kept.
    pub(crate) fn shortest(&self) -> Millis {
        self.rules.iter().map(|rule| rule.keep).fold(self.others, Millis::min)
    }

    /// Days of the longest blocks: what goes with a block at once is at most a tenth more than should.
    pub(crate) fn days_of_blocks(&self) -> Millis {
        (self.shortest() / 10 / limits::DAY).clamp(1, limits::COMPACTED_DAYS)
    }

    /// How many of the times are over at an age.
    pub(crate) fn passed(&self, age: Millis) -> usize {
        self.rules.iter().map(|rule| rule.keep).chain([self.others]).filter(|keep| *keep < age).count()
    }
}
