//! Values at regular times, with gaps: what all statistics here are of.
//!
//! Samples come when they come; means over equal stretches make them comparable, bound how many there are, and leave an
//! autocorrelation that one number describes. Of counters it is the rate.

use model::{Bucket, Millis};

/// Values in slots of equal length; slots without samples are missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Regular {
    /// The length of a slot.
    pub step: Millis,
    /// Ends of the slots, ascending multiples of `step`.
    ends: Vec<Millis>,
    values: Vec<f64>,
}

impl Regular {
    /// The means of the values in buckets of `step`.
    #[must_use]
    pub fn means(buckets: &[Bucket], step: Millis) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "numbers of samples lie far below 2^53")]
        let mean = |bucket: &Bucket| bucket.aggregate.sum / bucket.aggregate.count as f64;
        Self::of(buckets.iter().map(|bucket| (bucket.end, mean(bucket))), step)
    }

    /// The rates of a counter a second, from each bucket's last sample to the next one's.
    #[must_use]
    pub fn rates(buckets: &[Bucket], step: Millis) -> Self {
        let pairs = buckets.iter().zip(buckets.get(1..).unwrap_or_default());
        let rates = pairs.filter_map(|(before, bucket)| {
            let (from, to) = (before.aggregate.last, bucket.aggregate.last);
            // Over a gap a rate is that of another time.
            let adjoining = bucket.end - before.end == step && to.t > from.t;
            let mut both = before.aggregate;
            both.append(&bucket.aggregate);
            let increase = both.increase() - before.aggregate.increase();
            adjoining.then(|| (bucket.end, increase / model::to_seconds(to.t - from.t)))
        });
        Self::of(rates, step)
    }

    /// `values` one after the other, the last of them in the slot that ends at `end`.
    #[must_use]
    pub fn at(end: Millis, step: Millis, values: &[f64]) -> Self {
        let end = Bucket::end_of(end, step);
        let slots = (0..).map(|back| end - back * step);
        let mut pairs: Vec<(Millis, f64)> = slots.zip(values.iter().rev().copied()).collect();
        pairs.reverse();
        Self::of(pairs.into_iter(), step)
    }

    fn of(pairs: impl Iterator<Item = (Millis, f64)>, step: Millis) -> Self {
        let (ends, values) = pairs.filter(|(_, value)| value.is_finite()).unzip();
        Self { step, ends, values }
    }

    /// How many slots have a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether none has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values, oldest first.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// When their slots end.
    #[must_use]
    pub fn ends(&self) -> &[Millis] {
        &self.ends
    }

    /// End and value of the newest slot.
    #[must_use]
    pub fn newest(&self) -> Option<(Millis, f64)> {
        Some((*self.ends.last()?, *self.values.last()?))
    }

    /// The same slots with other values.
    pub(crate) fn with(&self, values: Vec<f64>) -> Self {
        Self { step: self.step, ends: self.ends.clone(), values }
    }

    /// Values in the slots that end at `ends`.
    pub(crate) fn placed(step: Millis, ends: &[Millis], values: Vec<f64>) -> Self {
        Self { step, ends: ends.to_vec(), values }
    }

    /// Times in slots, from the first.
    #[expect(clippy::cast_precision_loss, reason = "slots of one window")]
    pub(crate) fn times(&self) -> Vec<f64> {
        let first = self.ends.first().copied().unwrap_or(0);
        self.ends.iter().map(|end| ((end - first) / self.step.max(1)) as f64).collect()
    }
}
