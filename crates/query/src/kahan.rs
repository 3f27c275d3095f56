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

/// Sums that are made side by side, since each addition waits for the one before: as many as fill the processor's lanes.
const LANES: usize = 8;

/// The sum of all values.
pub(crate) fn sum(values: &[f64]) -> Kahan {
    let (mut sums, mut lost) = ([0.0_f64; LANES], [0.0_f64; LANES]);
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for ((sum, lost), value) in sums.iter_mut().zip(&mut lost).zip(chunk) {
            let more = *sum + value;
            let (large, small) = if sum.abs() >= value.abs() { (*sum, *value) } else { (*value, *sum) };
            *lost += (large - more) + small;
            *sum = more;
        }
    }
    if !sums.iter().all(|sum| sum.is_finite()) {
        // Infinities lose nothing, and NaN is told from them one by one.
        return one_by_one(values);
    }
    let mut total = one_by_one(&sums);
    lost.iter().chain(rest).for_each(|value| total.add(*value));
    total
}

fn one_by_one(values: &[f64]) -> Kahan {
    let mut sum = Kahan::default();
    values.iter().for_each(|value| sum.add(*value));
    sum
}

/// The mean of all values, also of those whose sum is no double.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let all = sum(values);
    if all.sum.is_infinite() {
        let mut mean = Mean::default();
        values.iter().for_each(|value| mean.add(*value));
        return mean.value();
    }
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53")]
    let count = values.len() as f64;
    all.sum / count + all.lost / count
}

/// The largest value, or with `-1` the smallest, times that; NaN only if all are.
fn largest(values: &[f64], sign: f64) -> f64 {
    let mut best = [f64::NEG_INFINITY; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (best, value) in best.iter_mut().zip(chunk) {
            let value = value * sign;
            *best = if value > *best { value } else { *best };
        }
    }
    let all = best.into_iter().chain(rest.iter().map(|value| value * sign));
    let largest = all.fold(f64::NEG_INFINITY, |best, value| if value > best { value } else { best });
    if largest == f64::NEG_INFINITY && values.iter().all(|value| value.is_nan()) { f64::NAN } else { largest }
}

/// The largest value; NaN only if all are.
pub(crate) fn max(values: &[f64]) -> f64 {
    largest(values, 1.0)
}

/// The smallest value; NaN only if all are.
pub(crate) fn min(values: &[f64]) -> f64 {
    -largest(values, -1.0)
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
    use super::{Kahan, Mean, Variance, max, mean, min, sum};

    #[test]
    fn many_values_at_once_are_as_one_by_one() {
        let values: Vec<f64> = (0..1_003).map(|at| f64::from(at % 17) * 0.1 - 0.3).collect();
        let mut slow = Kahan::default();
        values.iter().for_each(|value| slow.add(*value));
        assert!((sum(&values).total() - slow.total()).abs() < 1e-12);
        assert_eq!((min(&values), max(&values)), (-0.3, 1.6 - 0.3));
        let mut odd = vec![f64::NAN; 20];
        assert!(min(&odd).is_nan() && max(&odd).is_nan() && sum(&odd).total().is_nan());
        odd[13] = 2.0;
        assert_eq!((min(&odd), max(&odd)), (2.0, 2.0));
        odd[17] = f64::NEG_INFINITY;
        assert_eq!((min(&odd), max(&odd)), (f64::NEG_INFINITY, 2.0));
        let far = [[1e100, 1.0, -1e100].as_slice(), &[1.0; 30]].concat();
        assert_eq!(sum(&far).total(), 31.0);
        assert!((mean(&[f64::MAX; 20]) / f64::MAX - 1.0).abs() < 1e-12);
        assert_eq!(mean(&[f64::INFINITY, 1.0]), f64::INFINITY);
    }

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
