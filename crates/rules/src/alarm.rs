//! When which series must be looked at though no sample comes.

use model::Millis;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A series of a rule: the rule's place on the shelf, and what the series is known by.
pub(crate) type Whom = (u64, u64);

/// Alarms in the order of time. One that was set anew stays until its time; who hears it knows that it is not his any more.
#[derive(Debug, Default)]
pub(crate) struct Alarms(BinaryHeap<Reverse<(Millis, Whom)>>);

impl Alarms {
    /// Sets one.
    pub(crate) fn set(&mut self, at: Millis, whom: Whom) {
        self.0.push(Reverse((at, whom)));
    }

    /// The next that is due by `now`.
    pub(crate) fn next(&mut self, now: Millis) -> Option<(Millis, Whom)> {
        self.0.peek().filter(|Reverse((at, _))| *at <= now)?;
        self.0.pop().map(|Reverse(alarm)| alarm)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Lets go those that nobody waits for.
    pub(crate) fn retain(&mut self, is_waited_for: impl Fn(Millis, Whom) -> bool) {
        self.0.retain(|Reverse((at, whom))| is_waited_for(*at, *whom));
    }
}
