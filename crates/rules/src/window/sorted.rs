//! The values of a window in order: quantiles, the median and the distance from it.

use std::cmp::Ordering;

/// A robust deviation of so many times the median distance is a standard deviation where values are normal.
const NORMAL_MEDIAN: f64 = 1.482_602_218_505_602;
/// The same of the mean distance.
const NORMAL_MEAN: f64 = 1.253_314_137_315_500_1;
/// Fewer values have no distribution to stand out from.
const FEWEST: usize = 8;

/// Values in order, NaN first.
#[derive(Debug, Default)]
pub(crate) struct Sorted(Vec<f64>);

/// As `PromQL` sorts values.
fn nan_first(a: &f64, b: &f64) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

impl Sorted {
    /// A value came.
    pub(crate) fn push(&mut self, value: f64) {
        let at = self.0.partition_point(|known| nan_first(known, &value).is_le());
        self.0.insert(at, value);
    }

    /// A value goes.
    pub(crate) fn pop(&mut self, value: f64) {
        let at = self.0.partition_point(|known| nan_first(known, &value).is_lt());
        if at < self.0.len() {
            self.0.remove(at);
        }
    }

    /// The value below which this share of all lies, between two values in proportion, as `quantile_over_time`.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index into values that are in memory"
    )]
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let last = self.0.len().checked_sub(1)?;
        let rank = share * last as f64;
        let lower = rank.floor() as usize;
        let weight = rank - rank.floor();
        let value = |at: usize| self.0.get(at.min(last)).copied();
        Some(value(lower)? * (1.0 - weight) + value(lower + 1)? * weight)
    }

    /// How many standard deviations `value` lies from the median, where the deviation is judged by the median distance from
    /// the median (B. Iglewicz and D. C. Hoaglin 1993; by the mean distance where more than half of the values are equal).
    pub(crate) fn deviations(&self, value: f64) -> Option<f64> {
        let numbers = self.0.get(self.0.partition_point(|value| value.is_nan())..)?;
        if numbers.len() < FEWEST || value.is_nan() {
            return None;
        }
        let median = middle(numbers.len(), |at| numbers.get(at).copied())?;
        let distance = value - median;
        if distance == 0.0 {
            return Some(0.0);
        }
        let spread = median_distance(numbers, median)? * NORMAL_MEDIAN;
        if spread > 0.0 {
            return Some(distance / spread);
        }
        let all: f64 = numbers.iter().map(|number| (number - median).abs()).sum();
        #[expect(clippy::cast_precision_loss, reason = "the number of values in memory")]
        let mean = all / numbers.len() as f64 * NORMAL_MEAN;
        (mean > 0.0).then(|| distance / mean)
    }

    /// Bytes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<f64>()
    }
}

/// The middle of `count` values in order, or the mean of the two.
fn middle(count: usize, value: impl Fn(usize) -> Option<f64>) -> Option<f64> {
    let upper = value(count / 2)?;
    if count % 2 == 1 { Some(upper) } else { Some(f64::midpoint(value(count / 2 - 1)?, upper)) }
}

/// The median of the distances from `median`: the values are in order, so their distances are two rows in order, one to
/// either side, that are gone through side by side.
fn median_distance(numbers: &[f64], median: f64) -> Option<f64> {
    let right = numbers.partition_point(|number| *number < median);
    let (below, above) = numbers.split_at_checked(right)?;
    let mut below = below.iter().rev().map(|number| median - number).peekable();
    let mut above = above.iter().map(|number| number - median).peekable();
    let mut next = || match (below.peek(), above.peek()) {
        (Some(low), Some(high)) if low <= high => below.next(),
        (Some(_), None) => below.next(),
        (_, _) => above.next(),
    };
    let (mut before, mut here) = (None, None);
    for _ in 0..=numbers.len() / 2 {
        (before, here) = (here, next());
    }
    if numbers.len() % 2 == 1 { here } else { Some(f64::midpoint(before?, here?)) }
}
