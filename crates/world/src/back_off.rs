//! Growing pauses between attempts at what fails.

use std::time::Duration;

/// Doublings are counted no further: the longest pause is reached long before.
const MOST_DOUBLINGS: u32 = 16;

/// How long to wait after so many failures in a row: ever twice as long, up to a longest pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackOff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl BackOff {
    /// Nothing failed yet. After the first failure `first` is waited, and never longer than `longest`.
    #[must_use]
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// An attempt went through, whatever was said to it.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How many attempts failed one after the other.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// An attempt failed: how long to wait. What the other side asks for counts if it is longer, up to the longest pause.
    pub fn pause(&mut self, asked: Option<Duration>) -> Duration {
        let doubled = 1_u32 << self.failures.min(MOST_DOUBLINGS);
        self.failures = self.failures.saturating_add(1);
        self.first.saturating_mul(doubled).max(asked.unwrap_or_default()).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::BackOff;
    use std::time::Duration;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew_after_a_success() {
        let mut back_off = BackOff::new(Duration::from_millis(500), Duration::from_secs(30));
        let pauses: Vec<u128> = (0..9).map(|_| back_off.pause(None).as_millis()).collect();
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(back_off.failures(), 9);
        back_off.reset();
        assert_eq!(back_off.failures(), 0);
        assert_eq!(back_off.pause(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(back_off.pause(Some(Duration::from_secs(7_000))), Duration::from_secs(30));
        assert_eq!(back_off.pause(Some(Duration::ZERO)), Duration::from_secs(2));
    }

    #[test]
    fn so_many_failures_as_can_be_counted_are_no_trouble() {
        let mut back_off =
            BackOff { failures: u32::MAX, ..BackOff::new(Duration::from_secs(1), Duration::MAX) };
        assert_eq!(back_off.pause(None), Duration::from_secs(1 << 16));
        assert_eq!(back_off.failures(), u32::MAX);
    }
}
