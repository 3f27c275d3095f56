//! Sums that remember what rounding lost (Neumaier), as `PromQL` has them everywhere.

/// A sum and what it lost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Kahan {
    /// The sum as doubles add up.
    pub(crate) sum: f64,
    /// What is to be added to it.
    pub(crate) lost: f64,
}

impl Kahan {
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        if sum.is_infinite() {
            // Nothing brings an infinite sum back, and what it lost would be NaN.
            self.lost = 0.0;
        } else if self.sum.abs() >= value.abs() {
            self.lost += (self.sum - sum) + value;
        } else {
            self.lost += (value - sum) + self.sum;
        }
        self.sum = sum;
    }

    /// The sum with what it lost.
    pub(crate) fn total(self) -> f64 {
        self.sum + self.lost
    }
}

/// A mean of values that come one by one; of sums that are too large for doubles too.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mean {
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
pub(crate) struct Variance {
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
    use super::{Kahan, Mean, Variance};

    #[test]
    fn small_values_beside_large_ones_are_not_lost() {
        let mut sum = Kahan::default();
        [1e100, 1.0, -1e100].into_iter().for_each(|value| sum.add(value));
        assert_eq!(sum.total(), 1.0);
    }

    #[test]
    fn an_infinite_sum_stays_so() {
        let mut sum = Kahan::default();
        [f64::MAX; 2].into_iter().for_each(|value| sum.add(value));
        assert_eq!(sum.total(), f64::INFINITY);
    }

    #[test]
    fn the_mean_of_the_largest_doubles_is_finite() {
        let mut mean = Mean::default();
        [f64::MAX, f64::MAX, f64::MAX].into_iter().for_each(|value| mean.add(value));
        assert!((mean.value() / f64::MAX - 1.0).abs() < 1e-12);
    }

    #[test]
    fn variance_is_about_the_mean() {
        let mut variance = Variance::default();
        [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().for_each(|value| variance.add(value));
        assert_eq!(variance.value(), 4.0);
    }
}
