//! Native histograms in evaluation: arithmetic, quantiles, statistics and text, as Prometheus has them; and the same for
//! classic histograms, whose buckets are series.
//!
//! [`FloatHistogram`] is what expressions compute with; [`model::Histogram`] is what is kept. Start with `merge.rs` for how
//! two of different resolution become one, then `quantile.rs`.

mod bounds;

mod number;

mod slots;

mod zero;

mod merge;

mod total;

mod scale;

mod reset;

mod keep;

mod compare;

mod classic;

mod quantile;

mod fraction;

mod stats;

mod trim;

mod text;

pub use classic::{ClassicBucket, ForcedMonotonicity, bucket_fraction, bucket_quantile};
pub use fraction::Fraction;
pub use merge::{Merged, MixedSchemas};
pub use number::Number;
pub use quantile::{NanObservations, Quantile};
pub use slots::{Bucket, JsonBucket};
pub use text::go_float;
pub use total::{Mean, Notes, Total};

use model::ResetHint;
use std::sync::Arc;

/// More buckets than this a side has not: the resolution is lowered until they are fewer.
pub const MOST_BUCKETS: usize = 1 << 14;

/// The schema of histograms whose buckets have bounds of their own.
const CUSTOM: i32 = model::CUSTOM_BUCKETS as i32;

/// The highest resolution.
const FINEST: i32 = 8;

/// The highest that is read; it is lowered to [`FINEST`].
const MOST_FINE: i32 = 16;

/// The lowest resolution: one more halving, and a bucket would hold every number that there is.
const COARSEST: i32 = -11;

/// Buckets by their index, ascending, each index once.
pub type Buckets<N> = Vec<(i32, N)>;

/// A distribution, whose counts are of the type `N`: [`FloatHistogram`], or one that is being added up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Distribution<N> {
    /// Exponential buckets grow by `2^(2^-schema)`; or it is that of own bounds.
    pub schema: i32,
    /// How many observations.
    pub count: N,
    /// Their sum.
    pub sum: N,
    /// Observations up to so far from zero are in the bucket of zero.
    pub zero_threshold: f64,
    /// How many those are.
    pub zero_count: N,
    /// Buckets of positive observations; with own bounds all buckets.
    pub positive: Buckets<N>,
    /// Buckets of negative observations, by their distance from zero.
    pub negative: Buckets<N>,
    /// The own bounds: upper ones, ascending, without infinity.
    pub bounds: Arc<[f64]>,
    /// What is known of what was before.
    pub reset: ResetHint,
}

/// A native histogram as an expression's value.
pub type FloatHistogram = Distribution<f64>;

impl<N: Number> Distribution<N> {
    /// Whether its buckets have bounds of their own.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        self.schema == CUSTOM
    }

    /// Drops buckets without observations.
    pub fn compact(&mut self) {
        for side in [&mut self.positive, &mut self.negative] {
            side.retain(|(_, count)| !count.is_zero());
        }
    }

    /// Lowers the resolution to `schema`. Does nothing if it is as low, or if the bounds are own ones.
    pub fn reduce_to(&mut self, schema: i32) {
        if self.is_custom() || schema >= self.schema || schema == CUSTOM {
            return;
        }
        let shift = self.schema.abs_diff(schema);
        for side in [&mut self.positive, &mut self.negative] {
            for (index, _) in side.iter_mut() {
                *index = bounds::coarser(*index, shift);
            }
            side.dedup_by(|later, earlier| {
                let same = later.0 == earlier.0;
                if same {
                    earlier.1.join(later.1);
                }
                same
            });
        }
        self.schema = schema;
    }

    /// Lowers the resolution until no side has more than [`MOST_BUCKETS`].
    fn bound_size(&mut self) {
        while self.positive.len().max(self.negative.len()) > MOST_BUCKETS
            && !self.is_custom()
            && self.schema > COARSEST
        {
            self.reduce_to(self.schema - 1);
        }
    }

    /// All numbers in it.
    fn numbers_mut(&mut self) -> impl Iterator<Item = &mut N> {
        let buckets = self.positive.iter_mut().chain(&mut self.negative).map(|(_, count)| count);
        [&mut self.count, &mut self.sum, &mut self.zero_count].into_iter().chain(buckets)
    }

    /// All numbers in it.
    fn numbers(&self) -> impl Iterator<Item = N> + '_ {
        let buckets = self.positive.iter().chain(&self.negative).map(|(_, count)| *count);
        [self.count, self.sum, self.zero_count].into_iter().chain(buckets)
    }

    /// The same with other numbers.
    fn map<M>(&self, change: impl Fn(N) -> M) -> Distribution<M> {
        let side =
            |buckets: &Buckets<N>| buckets.iter().map(|(index, count)| (*index, change(*count))).collect();
        Distribution {
            schema: self.schema,
            count: change(self.count),
            sum: change(self.sum),
            zero_threshold: self.zero_threshold,
            zero_count: change(self.zero_count),
            positive: side(&self.positive),
            negative: side(&self.negative),
            bounds: Arc::clone(&self.bounds),
            reset: self.reset,
        }
    }
}

impl FloatHistogram {
    /// The same with the resolution of `schema`, if that is lower.
    #[must_use]
    pub fn copy_to_schema(&self, schema: i32) -> Self {
        let mut copy = self.clone();
        copy.reduce_to(schema);
        copy
    }

    /// Whether it is the end of its series.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        model::is_stale_marker(self.sum)
    }

    /// Bytes that it takes, more or less.
    #[must_use]
    pub fn size(&self) -> usize {
        let buckets = self.positive.len() + self.negative.len();
        size_of::<Self>() + buckets * size_of::<(i32, f64)>() + self.bounds.len() * size_of::<f64>()
    }
}
