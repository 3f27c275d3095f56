//! `histogram_fraction` of native histograms.

use super::FloatHistogram;
use super::slots::Bucket;

/// A part of the observations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fraction {
    /// The part.
    pub value: f64,
    /// `input to histogram_fraction has NaN observations, which are excluded from all fractions`.
    pub has_nan: bool,
}

impl FloatHistogram {
    /// The part of the observations that is between two values.
    #[must_use]
    pub fn fraction(&self, lower: f64, upper: f64) -> Fraction {
        let plain = |value| Fraction { value, has_nan: false };
        if self.count == 0.0 || lower.is_nan() || upper.is_nan() {
            return plain(f64::NAN);
        }
        if lower >= upper {
            return plain(0.0);
        }
        let numbers: f64 = self.slots().map(|(_, count)| count).sum();
        let has_nan = self.sum.is_nan() && numbers < self.count;
        let most = if has_nan { numbers } else { self.count };
        let rank = |value| {
            let rank = self.rank_of(value);
            rank.map_or(most, |rank| if rank > most { most } else { rank })
        };
        Fraction { value: (rank(upper) - rank(lower)) / self.count, has_nan }
    }

    /// How many observations are below a value; `None` if it is behind all buckets.
    fn rank_of(&self, value: f64) -> Option<f64> {
        let mut rank = 0.0;
        for slot in self.slots() {
            let bucket = self.assumed_bucket(slot);
            if bucket.lower >= value {
                return Some(rank);
            }
            if bucket.upper > value {
                let is_linear = self.is_linear(slot.0, bucket);
                return Some(if is_linear {
                    linear(rank, bucket, value)
                } else {
                    exponential(rank, bucket, value)
                });
            }
            rank += bucket.count;
        }
        None
    }
}

fn linear(rank: f64, bucket: Bucket, value: f64) -> f64 {
    // Where a bucket has no begin, nobody knows how far into it the value is; it then counts as a whole.
    if bucket.lower == f64::NEG_INFINITY {
        return bucket.count;
    }
    rank + bucket.count * (value - bucket.lower) / (bucket.upper - bucket.lower)
}

fn exponential(rank: f64, bucket: Bucket, value: f64) -> f64 {
    rank + bucket.count * log_fraction(bucket, value)
}

/// How far into an exponential bucket a value is.
pub(super) fn log_fraction(bucket: Bucket, value: f64) -> f64 {
    let [lower, upper, value_log] = [bucket.lower, bucket.upper, value].map(|x| libm::log2(x.abs()));
    if value > 0.0 {
        (value_log - lower) / (upper - lower)
    } else {
        1.0 - (value_log - upper) / (lower - upper)
    }
}
