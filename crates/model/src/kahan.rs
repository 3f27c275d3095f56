//! Sums that remember what rounding lost (Neumaier), as `PromQL` has them everywhere; and what many numbers come to,
//! reckoned side by side.

/// A sum and what it lost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Kahan {
    /// The sum as doubles add up.
    pub sum: f64,
    /// What is to be added to it.
    pub lost: f64,
}

impl Kahan {
    /// Takes in one more.
    #[inline]
    pub fn add(&mut self, value: f64) {
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
    #[must_use]
    pub fn total(self) -> f64 {
        self.sum + self.lost
    }

    /// The sum of all values.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let (mut sums, mut losses) = ([0.0_f64; LANES], [0.0_f64; LANES]);
        let (chunks, remainder) = values.as_chunks::<LANES>();
        let mut rest = [0.0; LANES];
        rest.iter_mut().zip(remainder).for_each(|(place, value)| *place = *value);
        for chunk in chunks.iter().chain([&rest]) {
            for ((sum, lost), value) in sums.iter_mut().zip(&mut losses).zip(chunk) {
                let (more, less) = two_sum(*sum, *value);
                (*sum, *lost) = (more, *lost + less);
            }
        }
        let (mut sum, mut lost) = (0.0, 0.0);
        for (one, less) in sums.into_iter().zip(losses) {
            let (more, lost_now) = two_sum(sum, one);
            (sum, lost) = (more, lost + less + lost_now);
        }
        // Infinities lose nothing, and NaN is told from them one by one.
        if sum.is_finite() { Self { sum, lost } } else { Self::one_by_one(values) }
    }

    fn one_by_one(values: &[f64]) -> Self {
        let mut sum = Self::default();
        values.iter().for_each(|value| sum.add(*value));
        sum
    }
}

/// The sum of two numbers, and what it lost (Knuth: without asking which is the larger, so that lanes need not part).
#[inline]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    let of_a = sum - of_b;
    (sum, (a - of_a) + (b - of_b))
}

/// Numbers that are reckoned side by side, since each addition waits for the one before: as many as fill the processor's
/// lanes.
const LANES: usize = 8;

/// The largest value, or with `-1` the smallest, times that; NaN only if all are.
fn outermost(values: &[f64], sign: f64) -> f64 {
    let larger = |best: f64, value: f64| if value > best { value } else { best };
    let chunks = values.chunks_exact(LANES);
    let mut largest =
        chunks.remainder().iter().fold(f64::NEG_INFINITY, |best, value| larger(best, value * sign));
    if values.len() >= LANES {
        let mut lanes = [f64::NEG_INFINITY; LANES];
        for chunk in chunks {
            lanes.iter_mut().zip(chunk).for_each(|(best, value)| *best = larger(*best, value * sign));
        }
        largest = lanes.into_iter().fold(largest, larger);
    }
    if largest == f64::NEG_INFINITY && values.iter().all(|value| value.is_nan()) { f64::NAN } else { largest }
}

/// The largest value; NaN only if all are.
#[must_use]
pub fn largest(values: &[f64]) -> f64 {
    outermost(values, 1.0)
}

/// The smallest value; NaN only if all are.
#[must_use]
pub fn smallest(values: &[f64]) -> f64 {
    -outermost(values, -1.0)
}

#[cfg(test)]
mod tests {
    use super::{Kahan, largest, smallest};

    #[test]
    fn many_values_at_once_are_as_one_by_one() {
        let values: Vec<f64> = (0..1_003).map(|at| f64::from(at % 17) * 0.1 - 0.3).collect();
        let slow = Kahan::one_by_one(&values);
        assert!((Kahan::of(&values).total() - slow.total()).abs() < 1e-12);
        assert_eq!((smallest(&values), largest(&values)), (-0.3, 1.6 - 0.3));
        let mut odd = vec![f64::NAN; 20];
        assert!(smallest(&odd).is_nan() && largest(&odd).is_nan() && Kahan::of(&odd).total().is_nan());
        odd[13] = 2.0;
        assert_eq!((smallest(&odd), largest(&odd)), (2.0, 2.0));
        odd[17] = f64::NEG_INFINITY;
        assert_eq!((smallest(&odd), largest(&odd)), (f64::NEG_INFINITY, 2.0));
        assert_eq!(Kahan::of(&[f64::MAX; 20]).total(), f64::INFINITY);
        let far = [[1e100, 1.0, -1e100].as_slice(), &[1.0; 30]].concat();
        assert_eq!(Kahan::of(&far).total(), 31.0);
    }

    #[test]
    fn small_values_beside_large_ones_are_not_lost() {
        assert_eq!(Kahan::one_by_one(&[1e100, 1.0, -1e100]).total(), 1.0);
    }

    #[test]
    fn an_infinite_sum_stays_so() {
        assert_eq!(Kahan::one_by_one(&[f64::MAX; 2]).total(), f64::INFINITY);
    }
}
