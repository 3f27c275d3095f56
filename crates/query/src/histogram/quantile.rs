//! `histogram_quantile` of native histograms.

use super::FloatHistogram;
use super::slots::Slot;

/// What observations that are no numbers did to a quantile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NanObservations {
    /// `input to histogram_quantile has NaN observations, result is NaN`.
    NanResult,
    /// `input to histogram_quantile has NaN observations, result is skewed higher`.
    SkewedHigher,
}

/// A quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The value.
    pub value: f64,
    /// What observations that are no numbers did to it.
    pub nan: Option<NanObservations>,
}

impl Quantile {
    fn plain(value: f64) -> Self {
        Self { value, nan: None }
    }
}

impl FloatHistogram {
    /// The value below which the part `q` of the observations is. Within a bucket they are assumed to be as dense on a
    /// logarithmic scale; on a plain one in the bucket of zero and with own bounds.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Quantile {
        if q < 0.0 {
            return Quantile::plain(f64::NEG_INFINITY);
        }
        if q > 1.0 {
            return Quantile::plain(f64::INFINITY);
        }
        if self.count == 0.0 || q.is_nan() {
            return Quantile::plain(f64::NAN);
        }
        // Observations that are no numbers are above all buckets, as far as ranks go: only from below is there a rank.
        let has_nan = self.sum.is_nan();
        let from_below = has_nan || q < 0.5;
        let rank = if from_below { q * self.count } else { (1.0 - q) * self.count };
        let (slot, count) =
            if from_below { reach(self.slots(), rank) } else { reach(self.slots().rev(), rank) };
        let nan = has_nan.then(|| self.nan_effect(rank)).flatten();
        if nan == Some(NanObservations::NanResult) {
            return Quantile { value: f64::NAN, nan };
        }
        let Some(slot) = slot else { return Quantile { value: f64::NAN, nan } };
        let count = count.min(self.count);
        let value = if count < rank {
            // Counts that do not fit the buckets.
            let bucket = self.assumed_bucket(slot);
            if from_below { bucket.upper } else { bucket.lower }
        } else {
            let rank = if from_below { rank - (count - slot.1) } else { count - rank };
            self.within(slot, rank / slot.1)
        };
        Quantile { value, nan }
    }

    /// What observations that are no numbers do to the value at `rank`.
    fn nan_effect(&self, rank: f64) -> Option<NanObservations> {
        let numbers: f64 = self.slots().map(|(_, count)| count).sum();
        if numbers < rank {
            return Some(NanObservations::NanResult);
        }
        (numbers < self.count).then_some(NanObservations::SkewedHigher)
    }

    /// The value so far into a bucket.
    fn within(&self, slot: (Slot, f64), fraction: f64) -> f64 {
        let bucket = self.assumed_bucket(slot);
        let (lower, upper) = (bucket.lower, bucket.upper);
        // Of a bucket without begin or end the one that it has.
        if self.is_custom() && lower == f64::NEG_INFINITY {
            return upper;
        }
        if self.is_custom() && upper == f64::INFINITY {
            return lower;
        }
        if self.is_custom() || (lower <= 0.0 && upper >= 0.0) {
            return lower + (upper - lower) * fraction;
        }
        if upper == f64::INFINITY {
            return upper;
        }
        let (low, high) = (libm::log2(lower.abs()), libm::log2(upper.abs()));
        if lower > 0.0 {
            libm::exp2(low + (high - low) * fraction)
        } else {
            -libm::exp2(high + (low - high) * (1.0 - fraction))
        }
    }
}

/// The bucket with which so many are reached, or else the last; and how many there are up to its end.
fn reach(slots: impl Iterator<Item = (Slot, f64)>, rank: f64) -> (Option<(Slot, f64)>, f64) {
    let (mut found, mut count) = (None, 0.0);
    for slot in slots {
        found = Some(slot);
        count += slot.1;
        if count >= rank {
            break;
        }
    }
    (found, count)
}
