//! Means and variances of values that come one by one or all at once.

use model::Kahan;

/// The mean of all values, also of those whose sum is no double.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let all = Kahan::of(values);
    if all.sum.is_infinite() {
        let mut mean = Mean::default();
        values.iter().for_each(|value| mean.add(*value));
        return mean.value();
    }
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53")]
    let count = values.len() as f64;
    all.sum / count + all.lost / count
}

/// A mean of values that come one by one; of sums that are too large for doubles too.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mean {
    /// The sum, or with `incremental` the mean.
    state: Kahan,
    count: f64,
    incremental: bool,
}

impl Mean {
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        self.count += 1.0;
        if !self.incremental {
            let mut more = self.state;
            more.add(value);
            if self.count == 1.0 || !more.sum.is_infinite() {
                self.state = more;
                return;
            }
            self.incremental = true;
            self.state.sum /= self.count - 1.0;
            self.state.lost /= self.count - 1.0;
        }
        let share = (self.count - 1.0) / self.count;
        self.state = Kahan { sum: share * self.state.sum, lost: share * self.state.lost };
        self.state.add(value / self.count);
    }

    pub(crate) fn value(self) -> f64 {
        if self.incremental {
            self.state.total()
        } else {
            self.state.sum / self.count + self.state.lost / self.count
        }
    }
}

/// The mean squared distance from the mean (Welford).
#[derive(Debug, Clone, Copy, Default)]
pub struct Variance {
    count: f64,
    mean: Kahan,
    squares: Kahan,
}

impl Variance {
    pub(crate) fn add(&mut self, value: f64) {
        self.count += 1.0;
        let distance = value - self.mean.total();
        self.mean.add(distance / self.count);
        self.squares.add(distance * (value - self.mean.total()));
    }

    pub(crate) fn value(self) -> f64 {
        self.squares.total() / self.count
    }
}

#[cfg(test)]
mod tests {
    use super::{Mean, Variance, mean};

    #[test]
    fn the_mean_of_the_largest_doubles_is_finite() {
        let mut mean = Mean::default();
        [f64::MAX, f64::MAX, f64::MAX].into_iter().for_each(|value| mean.add(value));
        assert!((mean.value() / f64::MAX - 1.0).abs() < 1e-12);
        assert!((super::mean(&[f64::MAX; 20]) / f64::MAX - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_infinite_value_makes_the_mean_infinite() {
        assert_eq!(mean(&[f64::INFINITY, 1.0]), f64::INFINITY);
    }

    #[test]
    fn variance_is_about_the_mean() {
        let mut variance = Variance::default();
        [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().for_each(|value| variance.add(value));
        assert_eq!(variance.value(), 4.0);
    }
}
