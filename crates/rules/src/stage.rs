//! How far a series is towards an alert: what holds must hold for a time, and what ended must stay so for a time.
//!
//! A series is at a level: 0 is well, and with a ladder of severities each step is one more. Of each level it is known since
//! when it, or a higher one, holds without a break. The series rises to it when that was `for` ago. It falls when no more
//! than a lower level holds; to nothing only if the recovery condition holds; and only when that was so for
//! `keep_firing_for`. Time passes with samples and, where there are none, with ticks, to the same end.

use model::{Millis, limits};

/// The highest levels.
const LEVELS: usize = limits::RULE_LEVELS;

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Terms {
    /// A level must hold.
    pub(crate) hold: Millis,
    /// A fall is put off.
    pub(crate) keep: Millis,
}

/// What is the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Case {
    /// The highest level whose condition holds.
    pub(crate) level: u8,
    /// Whether an alert may end if none holds.
    pub(crate) recovered: bool,
}

/// The stage of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stage {
    /// Since when each level or a higher one holds.
    since: [Option<Millis>; LEVELS],
    /// Since when a lower level would do.
    falls: Option<Millis>,
    recovered: bool,
    level: u8,
}

impl Stage {
    /// A series that is at a level already.
    pub(crate) fn at(level: u8) -> Self {
        Self { level, ..Self::default() }
    }

    /// The level that it has reached.
    pub(crate) fn level(&self) -> u8 {
        self.level
    }

    /// Since when the lowest level holds, where none was reached yet.
    pub(crate) fn pending_since(&self) -> Option<Millis> {
        self.since[0].filter(|_| self.level == 0)
    }

    /// Something is the case from `t` on.
    pub(crate) fn take(&mut self, case: Case, t: Millis, terms: Terms) {
        for (level, since) in (1..).zip(&mut self.since) {
            *since = (case.level >= level).then(|| since.unwrap_or(t));
        }
        self.recovered = case.recovered;
        self.pass(t, terms);
    }

    /// It is `t`, and nothing else is new.
    pub(crate) fn pass(&mut self, t: Millis, terms: Terms) {
        let holds = self.holds();
        let is_due =
            |since: &Option<Millis>| since.is_some_and(|since| t.saturating_sub(since) >= terms.hold);
        let reached = highest(&self.since, is_due);
        // Who has a level keeps it while it holds, since whenever that may be known.
        let mut warranted = reached.max(holds.min(self.level));
        if warranted == 0 && !self.recovered {
            warranted = self.level.min(1);
        }
        if warranted >= self.level {
            (self.level, self.falls) = (warranted, None);
            return;
        }
        let falls = *self.falls.get_or_insert(t);
        if t.saturating_sub(falls) >= terms.keep {
            (self.level, self.falls) = (warranted, None);
        }
    }

    /// When time alone changes something, if nothing else does.
    pub(crate) fn due(&self, terms: Terms) -> Option<Millis> {
        let higher = self.since.iter().skip(usize::from(self.level)).flatten();
        let rises = higher.map(|since| since.saturating_add(terms.hold)).min();
        let falls = self.falls.map(|since| since.saturating_add(terms.keep));
        [rises, falls].into_iter().flatten().min()
    }

    /// The series ended: what waits to begin no longer does.
    pub(crate) fn break_off(&mut self) {
        for since in self.since.iter_mut().skip(usize::from(self.level)) {
            *since = None;
        }
    }

    /// The highest level that holds.
    fn holds(&self) -> u8 {
        highest(&self.since, Option::is_some)
    }
}

/// The highest level of which this is so.
fn highest(since: &[Option<Millis>; LEVELS], is_so: impl Fn(&Option<Millis>) -> bool) -> u8 {
    let levels = (1..).zip(since).filter(|(_, since)| is_so(since));
    levels.map(|(level, _)| level).max().unwrap_or(0)
}
