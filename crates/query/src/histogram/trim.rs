//! `</` and `>/`: a histogram without the observations above or below a number.
//!
//! Where the number lies within a bucket, a part of it stays. The sum is then estimated anew from the middles of what stays.

use super::fraction::log_fraction;
use super::slots::{Bucket, Slot};
use super::{Buckets, FloatHistogram};

/// Which observations stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Below,
    Above,
}

/// What stays of a bucket, and where its middle is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Kept {
    count: f64,
    middle: f64,
}

impl FloatHistogram {
    /// Without observations above `limit`: `</`.
    #[must_use]
    pub fn trim_upper(&self, limit: f64) -> Self {
        self.trim(limit, Keep::Below)
    }

    /// Without observations below `limit`: `>/`.
    #[must_use]
    pub fn trim_lower(&self, limit: f64) -> Self {
        self.trim(limit, Keep::Above)
    }

    fn trim(&self, limit: f64, keep: Keep) -> Self {
        let mut trimmed = self.clone();
        let (mut is_changed, mut count, mut sum) = (false, 0.0, 0.0);
        let mut tally = |had: f64, kept: Kept| {
            is_changed |= kept.count != had;
            count += kept.count;
            // Nothing has no middle, and that may be infinite.
            sum += if kept.count == 0.0 { 0.0 } else { kept.count * kept.middle };
            kept.count
        };
        let mut side = |buckets: &mut Buckets<f64>, slot: fn(i32) -> Slot| {
            for (index, had) in buckets.iter_mut().filter(|(_, count)| *count != 0.0) {
                *had = tally(*had, self.kept_of(slot(*index), *had, limit, keep));
            }
        };
        side(&mut trimmed.positive, Slot::Positive);
        side(&mut trimmed.negative, Slot::Negative);
        if self.zero_count > 0.0 {
            trimmed.zero_count =
                tally(self.zero_count, self.kept_of(Slot::Zero, self.zero_count, limit, keep));
        }
        if is_changed {
            (trimmed.count, trimmed.sum) = (count, sum);
            trimmed.compact();
        }
        trimmed
    }

    fn kept_of(&self, slot: Slot, count: f64, limit: f64, keep: Keep) -> Kept {
        let bucket = match slot {
            Slot::Zero => self.assumed_bucket((slot, count)),
            // As wide as it is written, even if the bucket of zero overlaps it.
            Slot::Negative(index) => {
                let (near, far) = self.ends(index);
                Bucket { lower: -far, upper: -near, ..self.bucket((slot, count)) }
            }
            Slot::Positive(index) => {
                let (lower, upper) = self.ends(index);
                Bucket { lower, upper, ..self.bucket((slot, count)) }
            }
        };
        let is_linear = self.is_linear(slot, bucket);
        let (is_whole, is_part) = match keep {
            Keep::Below => (bucket.upper <= limit, bucket.lower < limit),
            Keep::Above => (bucket.lower >= limit, bucket.upper > limit),
        };
        if is_whole {
            return Kept { count, middle: middle(bucket.lower, bucket.upper, is_linear) };
        }
        if !is_part {
            return Kept::default();
        }
        if bucket.lower == f64::NEG_INFINITY || bucket.upper == f64::INFINITY {
            return endless(bucket, limit, keep);
        }
        let below = if is_linear {
            (limit - bucket.lower) / (bucket.upper - bucket.lower)
        } else {
            log_fraction(bucket, limit)
        };
        let below = count * below;
        match keep {
            Keep::Below => Kept { count: below, middle: middle(bucket.lower, limit, is_linear) },
            Keep::Above => Kept { count: count - below, middle: middle(limit, bucket.upper, is_linear) },
        }
    }
}

/// What stays of a bucket without begin or end. Nobody knows how far into it the limit is: it stays as a whole where it can.
/// But the first one with a positive end counts as one that begins at zero.
fn endless(bucket: Bucket, limit: f64, keep: Keep) -> Kept {
    let Bucket { lower, upper, count, .. } = bucket;
    let begins_at_zero = lower == f64::NEG_INFINITY && upper > 0.0 && upper.is_finite();
    match keep {
        Keep::Below if begins_at_zero && limit > 0.0 => {
            Kept { count: count * limit / upper, middle: limit / 2.0 }
        }
        Keep::Below if upper <= 0.0 => Kept { count, middle: limit },
        Keep::Above if begins_at_zero && limit >= 0.0 => {
            Kept { count: count * (1.0 - limit / upper), middle: f64::midpoint(limit, upper) }
        }
        Keep::Above if lower > f64::NEG_INFINITY => Kept { count, middle: limit },
        _ => Kept::default(),
    }
}

/// The middle of what is between two values: the geometric one, or the plain one.
fn middle(lower: f64, upper: f64, is_linear: bool) -> f64 {
    match (lower == f64::NEG_INFINITY, upper == f64::INFINITY) {
        (true, true) => 0.0,
        (true, false) => {
            if upper > 0.0 {
                upper / 2.0
            } else {
                upper
            }
        }
        (false, true) => lower,
        (false, false) if is_linear => f64::midpoint(lower, upper),
        (false, false) => {
            let middle = lower.abs().sqrt() * upper.abs().sqrt();
            if upper > 0.0 { middle } else { -middle }
        }
    }
}
