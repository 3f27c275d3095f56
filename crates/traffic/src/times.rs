//! When something happened lately, and the pauses between.

use model::{Millis, limits};

const KEPT: usize = limits::GRAPH_TIMES;

/// The newest times, the newest in front.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times {
    at: [Millis; KEPT],
    len: usize,
}

/// Milliseconds since something had happened last; [`NEVER`] if it had not.
pub(crate) type Lag = Millis;
pub(crate) const NEVER: Lag = Millis::MAX;

impl Times {
    /// It happens now.
    pub(crate) fn push(&mut self, now: Millis) {
        self.at.copy_within(..KEPT - 1, 1);
        self.at[0] = now;
        self.len = (self.len + 1).min(KEPT);
    }

    /// Forgets all: the clock was set.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// The times, the newest in front.
    pub(crate) fn newest_first(&self) -> &[Millis] {
        self.at.get(..self.len).unwrap_or_default()
    }

    /// How long before each of `times`, the newest in front, it had happened last. `None` if it has happened so often since that this is
    /// not known of all.
    pub(crate) fn lags<const N: usize>(&self, times: &[Millis]) -> Option<[Lag; N]> {
        let mut lags = [NEVER; N];
        let mut known = self.newest_first();
        for (lag, time) in lags.iter_mut().zip(times) {
            while let Some((at, older)) = known.split_first() {
                if at <= time {
                    *lag = time - at;
                    break;
                }
                known = older;
            }
            if known.is_empty() {
                return if self.len == KEPT { None } else { Some(lags) };
            }
        }
        Some(lags)
    }

    /// How often it happened from `begin` on, as far as that is remembered.
    pub(crate) fn count_since(&self, begin: Millis) -> usize {
        self.newest_first().iter().take_while(|at| **at > begin).count()
    }
}

#[cfg(test)]
mod tests {
    use super::{NEVER, Times};

    #[test]
    fn what_was_before_is_found_as_long_as_it_is_remembered() {
        let mut times = Times::default();
        assert_eq!(times.lags(&[5]), Some([NEVER]));
        times.push(10);
        times.push(30);
        assert_eq!(times.lags(&[35, 30, 29, 5]), Some([5, 0, 19, NEVER]));
        (40..60).for_each(|time| times.push(time));
        assert_eq!((times.lags(&[43]), times.lags::<2>(&[50, 20])), (Some([0]), None));
        assert_eq!((times.count_since(50), times.newest_first().len()), (9, 17));
    }
}
