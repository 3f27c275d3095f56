//! The buckets of a histogram in the order of what is in them.

use super::{Distribution, FloatHistogram, Number, bounds};

/// Which bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Negative(i32),
    Zero,
    Positive(i32),
}

/// A bucket with its ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Its lower end.
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
    /// Whether an observation at its lower end is in it.
    pub has_lower: bool,
    /// Whether an observation at its upper end is in it.
    pub has_upper: bool,
    /// How many observations.
    pub count: f64,
}

/// A bucket as the HTTP API has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JsonBucket {
    /// Which ends are open: 0 the left one, 1 the right one, 2 both, 3 none.
    pub rule: u8,
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// How many observations.
    pub count: f64,
}

impl<N: Number> Distribution<N> {
    /// The distance from zero at which a bucket of one sign begins and at which it ends; with own bounds its ends.
    pub(super) fn ends(&self, index: i32) -> (f64, f64) {
        (bounds::lower(self.schema, &self.bounds, index), bounds::upper(self.schema, &self.bounds, index))
    }
}

impl FloatHistogram {
    /// The buckets with observations, the lowest first.
    pub(super) fn slots(&self) -> impl DoubleEndedIterator<Item = (Slot, f64)> + '_ {
        let negative = self.negative.iter().rev().map(|(index, count)| (Slot::Negative(*index), *count));
        let positive = self.positive.iter().map(|(index, count)| (Slot::Positive(*index), *count));
        let zero = (Slot::Zero, self.zero_count);
        negative.chain([zero]).chain(positive).filter(|(_, count)| *count != 0.0)
    }

    /// The bucket of a slot. Where the bucket of zero overlaps it, it ends there.
    pub(super) fn bucket(&self, (slot, count): (Slot, f64)) -> Bucket {
        let zero = self.zero_threshold;
        match slot {
            Slot::Zero => Bucket { lower: -zero, upper: zero, has_lower: true, has_upper: true, count },
            Slot::Negative(index) => {
                let (near, far) = self.ends(index);
                Bucket { lower: -far, upper: -near.max(zero), has_lower: true, has_upper: false, count }
            }
            Slot::Positive(index) if self.is_custom() => {
                let (lower, upper) = self.ends(index);
                Bucket { lower, upper, has_lower: index == 0, has_upper: true, count }
            }
            Slot::Positive(index) => {
                let (near, far) = self.ends(index);
                Bucket { lower: near.max(zero), upper: far, has_lower: false, has_upper: true, count }
            }
        }
    }

    /// The bucket with the ends that are assumed for estimates: zero, if all other observations are of one sign, for that of
    /// zero; and for one without begin, if its end is positive.
    pub(super) fn assumed_bucket(&self, slot: (Slot, f64)) -> Bucket {
        let mut bucket = self.bucket(slot);
        let is_sided = self.negative.is_empty() != self.positive.is_empty();
        match slot.0 {
            Slot::Zero if is_sided && self.negative.is_empty() => bucket.lower = 0.0,
            Slot::Zero if is_sided => bucket.upper = 0.0,
            Slot::Positive(_) if bucket.lower == f64::NEG_INFINITY && bucket.upper > 0.0 => {
                bucket.lower = 0.0;
            }
            _ => {}
        }
        bucket
    }

    /// Whether observations in a bucket are assumed as dense everywhere, and not as dense on a logarithmic scale.
    pub(super) fn is_linear(&self, slot: Slot, bucket: Bucket) -> bool {
        self.is_custom() || slot == Slot::Zero || (bucket.lower <= 0.0 && bucket.upper >= 0.0)
    }

    /// The buckets with observations, the lowest first.
    pub fn buckets(&self) -> impl DoubleEndedIterator<Item = Bucket> + '_ {
        self.slots().map(|slot| self.bucket(slot))
    }

    /// The buckets as the HTTP API has them, in its order.
    pub fn json_buckets(&self) -> impl Iterator<Item = JsonBucket> + '_ {
        self.buckets().map(|bucket| {
            let rule = match (bucket.has_lower, bucket.has_upper) {
                (false, true) => 0,
                (true, false) => 1,
                (false, false) => 2,
                (true, true) => 3,
            };
            JsonBucket { rule, lower: bucket.lower, upper: bucket.upper, count: bucket.count }
        })
    }
}
