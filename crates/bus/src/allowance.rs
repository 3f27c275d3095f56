//! So many a second over time, and so many at once after a pause.

use std::time::Duration;

/// What may still be done now.
#[derive(Debug)]
pub(crate) struct Allowance {
    per_second: f64,
    most: f64,
    left: f64,
    /// When that was.
    at: Duration,
}

impl Allowance {
    pub(crate) fn new(per_second: u32, most: u32) -> Self {
        let most = f64::from(most);
        Self { per_second: f64::from(per_second), most, left: most, at: Duration::ZERO }
    }

    /// Whether one more is allowed at the (steady) time `now`; then it is done.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        let since = now.saturating_sub(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.left = (self.left + since * self.per_second).min(self.most);
        let is_allowed = self.left >= 1.0;
        if is_allowed {
            self.left -= 1.0;
        }
        is_allowed
    }
}

#[cfg(test)]
mod tests {
    use super::Allowance;
    use std::time::Duration;

    #[test]
    fn a_burst_and_then_so_many_a_second() {
        let mut allowance = Allowance::new(10, 20);
        let mut taken = |millis, tries: usize| {
            (0..tries).filter(|_| allowance.take(Duration::from_millis(millis))).count()
        };
        assert_eq!(taken(5_000, 100), 20);
        assert_eq!(taken(5_099, 100), 0);
        assert_eq!(taken(5_100, 100), 1);
        assert_eq!(taken(6_100, 100), 10);
        assert_eq!(taken(4_000, 100), 0, "a clock that goes back gives nothing");
        assert_eq!(taken(6_100, 100), 0);
        assert_eq!(taken(600_000, 100), 20);
    }
}
