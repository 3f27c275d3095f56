//! How much of something there is a second, lately.

use model::limits;

/// How many rounds back is lately: about a minute.
const ROUNDS: f64 = 6.0;

/// Counts, and forgets the older the faster.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rate {
    total: u64,
    /// The total of the last round.
    before: u64,
    per_second: f64,
    rounds: f64,
}

impl Rate {
    pub(crate) fn count(&mut self, more: u64) {
        self.total = self.total.saturating_add(more);
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// A round of [`limits::TRAFFIC_EVERY`] is over.
    pub(crate) fn round(&mut self) {
        let new = self.total - self.before;
        self.before = self.total;
        // The mean of all rounds at first, so that the beginning is no rise from 0.
        self.rounds = (self.rounds + 1.0).min(ROUNDS);
        #[expect(clippy::cast_precision_loss, reason = "messages of ten seconds")]
        let now = new as f64 / model::to_seconds(limits::TRAFFIC_EVERY);
        self.per_second += (now - self.per_second) / self.rounds;
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.per_second
    }
}
