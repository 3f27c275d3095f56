//! Whether a service answers when it is asked for its health, and how fast.
//!
//! A service that misses an answer gets more time for the next one: the timeout doubles, up to the
//! collection interval, and comes back to twice the time that answers really take. One report is made when
//! it begins to miss, none until it has answered again.

use model::Millis;

/// What limits a probe's timeout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// The timeout of a service that answers in time.
    pub(crate) usual: Millis,
    /// The longest.
    pub(crate) longest: Millis,
}

/// The probes of one service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Probing {
    /// When the probe that is not answered yet was sent.
    pending: Option<Millis>,
    /// The adapted timeout; 0 before anything was learnt.
    timeout: Millis,
    /// Whether an answer ever came: nobody is blamed who never answers.
    answers: bool,
    /// Whether the last probe was missed.
    missing: bool,
    /// How long the newest answer took.
    pub(crate) took: Option<Millis>,
}

impl Probing {
    /// The probes of a service first heard after a probe went out at `sent`.
    pub(crate) fn since(sent: Option<Millis>) -> Self {
        Self { pending: sent, ..Self::default() }
    }

    /// A probe went out. Returns the silence if the one before is now missed for the first time.
    pub(crate) fn sent(&mut self, now: Millis, patience: Patience) -> Option<Millis> {
        let missed = self.pending.and_then(|sent| self.miss(sent, now, patience));
        self.pending = Some(now);
        missed
    }

    /// A health report came. Returns how long it took if it answers a probe in time.
    pub(crate) fn answered(&mut self, now: Millis, patience: Patience) -> Option<Millis> {
        let took = now - self.pending?;
        if !(0..=self.timeout(patience)).contains(&took) {
            return None;
        }
        self.pending = None;
        self.answers = true;
        self.missing = false;
        self.timeout = self.timeout(patience).min(took.saturating_mul(2));
        self.took = Some(took);
        self.took
    }

    /// Called often. Returns the silence if a probe is now missed, the first since the last answer.
    pub(crate) fn overdue(&mut self, now: Millis, patience: Patience) -> Option<Millis> {
        let sent = self.pending.filter(|sent| now - sent > self.timeout(patience))?;
        self.pending = None;
        self.miss(sent, now, patience)
    }

    fn miss(&mut self, sent: Millis, now: Millis, patience: Patience) -> Option<Millis> {
        self.timeout = self.timeout(patience).saturating_mul(2);
        let first = self.answers && !self.missing;
        self.missing = true;
        first.then_some(now - sent)
    }

    fn timeout(&self, patience: Patience) -> Millis {
        self.timeout.min(patience.longest).max(patience.usual)
    }
}

#[cfg(test)]
mod tests {
    use super::{Patience, Probing};

    const PATIENCE: Patience = Patience { usual: 5_000, longest: 30_000 };

    #[test]
    fn a_service_that_never_answered_is_not_blamed() {
        let mut probing = Probing::default();
        for round in 0..5 {
            assert_eq!(probing.sent(round * 30_000, PATIENCE), None);
            assert_eq!(probing.overdue(round * 30_000 + 29_000, PATIENCE), None);
        }
    }

    #[test]
    fn the_timeout_doubles_up_to_the_interval_and_recovers() {
        let mut probing = Probing::default();
        probing.sent(0, PATIENCE);
        assert_eq!(probing.answered(100, PATIENCE), Some(100));
        assert_eq!(probing.answered(101, PATIENCE), None, "one probe has one answer");
        probing.sent(30_000, PATIENCE);
        assert_eq!(probing.overdue(35_000, PATIENCE), None);
        assert_eq!(probing.overdue(35_001, PATIENCE), Some(5_001));
        assert_eq!(probing.overdue(36_000, PATIENCE), None, "said once");
        for (round, timeout) in [(60_000, 10_000), (90_000, 20_000), (120_000, 30_000), (150_000, 30_000)] {
            probing.sent(round, PATIENCE);
            assert_eq!(probing.timeout(PATIENCE), timeout);
            assert_eq!(probing.overdue(round + timeout + 1, PATIENCE), None);
        }
        probing.sent(180_000, PATIENCE);
        assert_eq!(probing.answered(187_000, PATIENCE), Some(7_000));
        assert_eq!(probing.timeout(PATIENCE), 14_000);
        probing.sent(210_000, PATIENCE);
        assert_eq!(probing.answered(210_010, PATIENCE), Some(10));
        assert_eq!(probing.timeout(PATIENCE), 5_000);
    }

    #[test]
    fn a_late_answer_does_not_count_and_a_new_miss_is_said_again() {
        let mut probing = Probing::default();
        probing.sent(0, PATIENCE);
        assert_eq!(probing.answered(5_001, PATIENCE), None);
        assert_eq!(probing.answered(-1, PATIENCE), None, "the clock stepped back");
        probing.sent(30_000, PATIENCE);
        assert_eq!(probing.answered(30_001, PATIENCE), Some(1));
        assert_eq!(probing.sent(60_000, PATIENCE), None);
        assert_eq!(probing.sent(90_000, PATIENCE), Some(30_000), "missed when the next goes out");
    }
}
