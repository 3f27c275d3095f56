//! Classic histograms: each bucket is a series with the count of all observations up to its bound.

use std::fmt;

/// A bucket: how many observations are at most so large.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassicBucket {
    /// The bound, the label `le`.
    pub upper: f64,
    /// How many.
    pub count: f64,
}

/// Counts that fell where they cannot fall, and were lifted: from which bucket to which, and by how much at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForcedMonotonicity {
    /// The lowest bound of those that were lifted.
    pub min_bucket: f64,
    /// The highest.
    pub max_bucket: f64,
    /// The most by which one was lifted.
    pub max_diff: f64,
}

impl ForcedMonotonicity {
    /// Of both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            min_bucket: self.min_bucket.min(other.min_bucket),
            max_bucket: self.max_bucket.max(other.max_bucket),
            max_diff: self.max_diff.max(other.max_diff),
        }
    }
}

/// As it follows on the message of the annotation, before the number of samples.
impl fmt::Display for ForcedMonotonicity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [min, max] = [self.min_bucket, self.max_bucket].map(super::go_float);
        write!(
            f,
            "from buckets {min} to {max}, with a max diff of {}",
            super::text::go_float_short(self.max_diff, 2)
        )
    }
}

/// A difference up to this part of two neighbours is one of rounding.
const ROUNDING: f64 = 1e-12;

/// The value below which the part `q` of the observations is, and what was to be mended for that.
pub fn bucket_quantile(q: f64, buckets: &mut Vec<ClassicBucket>) -> (f64, Option<ForcedMonotonicity>) {
    if q.is_nan() {
        return (f64::NAN, None);
    }
    if !(0.0..=1.0).contains(&q) {
        return (if q < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY }, None);
    }
    if !order(buckets) {
        return (f64::NAN, None);
    }
    let forced = ensure_monotonic(buckets);
    let [.., before_last, last] = buckets.as_slice() else { return (f64::NAN, None) };
    if last.count == 0.0 || last.count.is_nan() {
        return (f64::NAN, None);
    }
    let rank = q * last.count;
    let at = buckets.partition_point(|bucket| bucket.count < rank).min(buckets.len() - 1);
    if at == buckets.len() - 1 {
        return (before_last.upper, forced);
    }
    let end = buckets[at];
    if at == 0 && end.upper <= 0.0 {
        return (end.upper, forced);
    }
    let start = at.checked_sub(1).map_or(ClassicBucket { upper: 0.0, count: 0.0 }, |before| buckets[before]);
    let within = (rank - start.count) / (end.count - start.count);
    (start.upper + (end.upper - start.upper) * within, forced)
}

/// The part of the observations that is between two values.
pub fn bucket_fraction(lower: f64, upper: f64, buckets: &mut Vec<ClassicBucket>) -> f64 {
    if !order(buckets) {
        return f64::NAN;
    }
    let count = buckets.last().map_or(0.0, |bucket| bucket.count);
    if count == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    let rank = |value| rank_of(value, buckets).map_or(count, |rank| if rank > count { count } else { rank });
    (rank(upper) - rank(lower)) / count
}

/// How many observations are below a value; `None` if it is behind all buckets.
fn rank_of(value: f64, buckets: &[ClassicBucket]) -> Option<f64> {
    // The first begins at zero, if it can.
    let is_positive = buckets.first().is_some_and(|first| first.upper > 0.0);
    let (mut start, mut rank) = (if is_positive { 0.0 } else { f64::NEG_INFINITY }, 0.0);
    for bucket in buckets {
        if start >= value {
            return Some(rank);
        }
        if bucket.upper > value {
            // Where a bucket has no begin, nobody knows how far into it the value is.
            let within = (value - start) / (bucket.upper - start);
            let is_endless = start == f64::NEG_INFINITY;
            return Some(if is_endless { bucket.count } else { rank + (bucket.count - rank) * within });
        }
        (start, rank) = (bucket.upper, bucket.count);
    }
    None
}

/// Sorts by bound and adds up buckets with the same. `false` if the last is not that of infinity.
fn order(buckets: &mut Vec<ClassicBucket>) -> bool {
    buckets.sort_by(|a, b| a.upper.total_cmp(&b.upper));
    buckets.dedup_by(|later, earlier| {
        let same = later.upper == earlier.upper;
        if same {
            earlier.count += later.count;
        }
        same
    });
    buckets.last().is_some_and(|bucket| bucket.upper == f64::INFINITY)
}

/// Lifts counts that are lower than the one before. Differences that rounding makes go unsaid, in either direction.
fn ensure_monotonic(buckets: &mut [ClassicBucket]) -> Option<ForcedMonotonicity> {
    let (first, rest) = buckets.split_first_mut()?;
    let (mut before, mut forced) = (first.count, None::<ForcedMonotonicity>);
    for bucket in rest {
        let count = bucket.count;
        let is_rounding = is_almost(before, count, ROUNDING);
        if !is_rounding && count < before {
            let one = ForcedMonotonicity {
                min_bucket: bucket.upper,
                max_bucket: bucket.upper,
                max_diff: before - count,
            };
            forced = Some(forced.map_or(one, |forced| forced.join(one)));
        }
        if is_rounding || count < before {
            bucket.count = before;
        } else {
            before = count;
        }
    }
    forced
}

/// Whether two numbers differ by no more than a part of their sum.
fn is_almost(a: f64, b: f64, part: f64) -> bool {
    let (difference, sum) = ((a - b).abs(), a.abs() + b.abs());
    if a == b {
        return true;
    }
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < part * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < part
}
