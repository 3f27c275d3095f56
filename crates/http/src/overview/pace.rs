//! How fast a counter rises, seen now and then.

use model::{Millis, limits};

/// A counter at two times.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    older: Option<(Millis, u64)>,
    newer: Option<(Millis, u64)>,
}

impl Pace {
    /// How much the counter, which is `count` now, rose a second over the last seconds; 0 at the first look.
    #[expect(clippy::cast_precision_loss, reason = "rates are shown with three digits")]
    pub(super) fn see(&mut self, now: Millis, count: u64) -> f64 {
        match self.newer {
            // A clock that was put back begins anew.
            Some((at, _)) if now < at => *self = Self { older: None, newer: Some((now, count)) },
            Some((at, _)) if now - at < limits::OVERVIEW_PACE => {}
            _ => *self = Self { older: self.newer, newer: Some((now, count)) },
        }
        let Some((at, before)) = self.older.or(self.newer) else { return 0.0 };
        if now <= at {
            return 0.0;
        }
        count.saturating_sub(before) as f64 / model::to_seconds(now - at)
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn a_steady_counter_has_its_rate_and_one_that_stops_comes_to_nothing() {
        let mut pace = Pace::default();
        assert!(pace.see(0, 100).abs() < 1e-9);
        let rates: Vec<f64> = (1..=30_u32)
            .map(|second| pace.see(i64::from(second) * 1000, 100 + u64::from(second) * 7))
            .collect();
        assert!(rates.iter().all(|rate| (rate - 7.0).abs() < 1e-9), "{rates:?}");
        let last = (31..=60).map(|second| pace.see(second * 1000, 310)).last();
        assert_eq!(last, Some(0.0));
    }

    #[test]
    fn a_clock_that_is_put_back_costs_one_rate() {
        let mut pace = Pace::default();
        pace.see(1_000_000, 5);
        assert!(pace.see(1_000, 50).abs() < 1e-9);
        assert!((pace.see(2_000, 60) - 10.0).abs() < 1e-9);
    }
}
