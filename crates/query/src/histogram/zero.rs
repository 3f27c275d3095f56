//! The bucket of zero: of two histograms it may be of different width, and must be of one before they are added.

use super::{Buckets, Distribution, FloatHistogram, Number, bounds};

impl<N: Number> Distribution<N> {
    /// What would be in the bucket of zero if it were as wide as `threshold`, and how wide it had to be: where the threshold
    /// lies within a bucket that has observations, it moves to that bucket's far end.
    pub(super) fn zero_at(&self, mut threshold: f64) -> (N, f64) {
        if threshold <= self.zero_threshold {
            return (self.zero_count, self.zero_threshold);
        }
        // A threshold that one side moved is looked at again on the other.
        loop {
            let before = threshold;
            let mut count = self.zero_count;
            for side in [&self.positive, &self.negative] {
                threshold = self.take_within(side, threshold, &mut count);
            }
            if threshold <= before {
                return (count, threshold);
            }
        }
    }

    /// Adds to `count` the buckets of one side up to `threshold`, and gives it, moved if need be.
    fn take_within(&self, side: &Buckets<N>, threshold: f64, count: &mut N) -> f64 {
        for (index, more) in side {
            let (near, far) = self.ends(*index);
            if near >= threshold {
                break;
            }
            count.join(*more);
            if far > threshold {
                return if more.is_zero() { threshold } else { far };
            }
        }
        threshold
    }

    /// The buckets of one side that are not in the bucket of zero, once that is as wide as `threshold`.
    pub(super) fn outside<'a>(
        &self,
        side: &'a Buckets<N>,
        threshold: f64,
    ) -> impl Iterator<Item = &'a (i32, N)> + use<'a, N> {
        let (schema, is_wider) = (self.schema, threshold > self.zero_threshold);
        side.iter().skip_while(move |(index, _)| is_wider && bounds::upper(schema, &[], *index) <= threshold)
    }

    /// Makes the buckets of zero equally wide, this one by widening it. Gives what is then in the other's.
    pub(super) fn level_zero(&mut self, other: &FloatHistogram) -> f64 {
        let (mut count, mut threshold) = (other.zero_count, other.zero_threshold);
        loop {
            if self.zero_threshold > threshold {
                (count, threshold) = other.zero_at(self.zero_threshold);
            }
            // Also the way out where one is not a number.
            if threshold > self.zero_threshold {
                self.widen_zero(threshold);
            } else {
                return count;
            }
        }
    }

    fn widen_zero(&mut self, threshold: f64) {
        (self.zero_count, self.zero_threshold) = self.zero_at(threshold);
        let (schema, threshold) = (self.schema, self.zero_threshold);
        for side in [&mut self.positive, &mut self.negative] {
            side.retain(|(index, _)| bounds::lower(schema, &[], *index) >= threshold);
        }
    }
}
