//! How wrong a sender's clock is, as far as its messages say.
//!
//! A message cannot have been sent after it came: so the clock is ahead by at least `sent - received`. And an answer cannot
//! have been sent before its question came by: so it is ahead by at most `sent - asked`. Between the two lies the truth. Where
//! 0 does, the clock is taken for right; otherwise the end that is nearer to 0 is taken. Without any answer there is no upper
//! end. Then a clock that seems behind by more than [`USUAL`] is taken for as wrong as the quickest message says,
//! for that a bus is always so slow is less likely.
//!
//! Both ends are those of the last [`SLOTS`] minutes: clocks drift, and are set.

use model::{Millis, limits};

/// Minutes that are looked back.
const SLOTS: usize = 10;
/// So long a message may take in the best case before its sender's clock is suspected.
const USUAL: Millis = 50;

/// What is known of one clock, in milliseconds that it is ahead.
#[derive(Debug, Clone)]
pub(crate) struct Skew {
    at_least: [Millis; SLOTS],
    at_most: [Millis; SLOTS],
    /// The minute of the newest slot.
    minute: i64,
}

impl Default for Skew {
    fn default() -> Self {
        Self { at_least: [Millis::MIN; SLOTS], at_most: [Millis::MAX; SLOTS], minute: 0 }
    }
}

impl Skew {
    /// A message was sent at `sent`, by its sender's clock, and came now.
    pub(crate) fn came(&mut self, sent: Millis, now: Millis) {
        if let Some(slot) = self.turn(now) {
            self.at_least[slot] = self.at_least[slot].max(sent.saturating_sub(now));
        }
    }

    /// That message answers one that came by at `asked`.
    pub(crate) fn answered(&mut self, sent: Millis, asked: Millis, now: Millis) {
        if let Some(slot) = self.turn(now) {
            self.at_most[slot] = self.at_most[slot].min(sent.saturating_sub(asked));
        }
    }

    /// How far the clock is ahead, in milliseconds; `None` as long as nothing is known.
    pub(crate) fn ahead(&self) -> Option<Millis> {
        let low = self.at_least.iter().copied().max().filter(|low| *low > Millis::MIN)?;
        let high = self.at_most.iter().copied().min().filter(|high| *high < Millis::MAX);
        Some(match high {
            // A clock that was set meanwhile: only the newest message is worth something.
            Some(high) if high < low => low,
            Some(high) => 0.clamp(low, high),
            None if low < -USUAL => low,
            None => low.max(0),
        })
    }

    /// The slot of now, emptied if it is a new one; `None` for a time before it.
    fn turn(&mut self, now: Millis) -> Option<usize> {
        let minute = now.div_euclid(limits::MINUTE);
        let passed = minute - self.minute;
        let slots = i64::try_from(SLOTS).unwrap_or(i64::MAX);
        if passed <= -slots || passed >= slots {
            // Far away in either direction: our own clock was set.
            (self.at_least, self.at_most) = ([Millis::MIN; SLOTS], [Millis::MAX; SLOTS]);
            self.minute = minute;
        }
        for minute in self.minute + 1..=minute {
            let slot = usize::try_from(minute.rem_euclid(slots)).ok()?;
            (self.at_least[slot], self.at_most[slot]) = (Millis::MIN, Millis::MAX);
        }
        self.minute = self.minute.max(minute);
        usize::try_from(minute.rem_euclid(slots)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Skew;

    const NOW: i64 = 1_795_000_000_000;

    #[test]
    fn a_clock_that_is_ahead_is_seen_by_its_quickest_message() {
        let mut skew = Skew::default();
        assert_eq!(skew.ahead(), None);
        for delay in [40, 7, 3, 90] {
            skew.came(NOW + 3_000 - delay, NOW);
        }
        assert_eq!(skew.ahead(), Some(2_997));
    }

    #[test]
    fn a_slow_way_is_no_wrong_clock_once_there_are_answers() {
        let mut skew = Skew::default();
        skew.came(NOW - 2_000, NOW);
        assert_eq!(skew.ahead(), Some(-2_000), "nothing else is known");
        // Asked 2,010 ms ago, and 10 ms later it was sent.
        skew.answered(NOW - 2_000, NOW - 2_010, NOW);
        assert_eq!(skew.ahead(), Some(0));
        // The same of a clock that is 5 s behind: sent 4,990 ms before the question came by.
        let mut behind = Skew::default();
        behind.came(NOW - 5_000, NOW);
        behind.answered(NOW - 5_000, NOW - 10, NOW);
        assert_eq!(behind.ahead(), Some(-4_990));
    }

    #[test]
    fn what_is_long_ago_says_nothing() {
        let mut skew = Skew::default();
        skew.came(NOW + 500, NOW);
        for minute in 1..=9 {
            skew.came(NOW + minute * 60_000 - 5, NOW + minute * 60_000);
            assert_eq!(skew.ahead(), Some(500), "{minute}");
        }
        skew.came(NOW + 600_000 - 5, NOW + 600_000);
        assert_eq!(skew.ahead(), Some(0));
        // Our own clock is set back by an hour: what was known is nothing.
        skew.came(NOW - 3_600_000 + 70, NOW - 3_600_000);
        assert_eq!(skew.ahead(), Some(70));
    }
}
