//! From the kept form of histograms and back.

use super::{Buckets, COARSEST, CUSTOM, FINEST, FloatHistogram, MOST_FINE, bounds};
use model::{HistogramColumns, Part, ResetHint};
use std::sync::Arc;

/// The hints by the numbers that are kept for them.
const HINTS: [ResetHint; 4] = [ResetHint::Unknown, ResetHint::Reset, ResetHint::NotReset, ResetHint::Gauge];

impl FloatHistogram {
    /// All that are kept side by side, oldest first. Those with the same bounds share them.
    #[must_use]
    pub fn read(columns: &HistogramColumns) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::with_capacity(columns.len());
        let mut ends = Vec::new();
        for at in 0..columns.len() {
            let mut histogram = Self::default();
            ends.clear();
            for (part, column) in &columns.parts {
                histogram.set(*part, column.get(at).copied().unwrap_or_default(), &mut ends);
            }
            let before = all.last().map(|before| &before.bounds).filter(|before| ***before == *ends);
            histogram.bounds = before.map_or_else(|| ends.as_slice().into(), Arc::clone);
            all.push(histogram.checked());
        }
        all
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "written from such a number; of others the nearest will do"
    )]
    fn set(&mut self, part: Part, value: f64, bounds: &mut Vec<f64>) {
        match part {
            Part::Schema => self.schema = value as i32,
            Part::Sum => self.sum = value,
            Part::ZeroThreshold => self.zero_threshold = value,
            Part::ZeroCount => self.zero_count = value,
            Part::Reset => {
                let hint = HINTS.into_iter().zip(0_u8..).find(|(_, number)| f64::from(*number) == value);
                self.reset = hint.map_or(ResetHint::Unknown, |(hint, _)| hint);
            }
            Part::Bound(_) if value.is_nan() => {}
            Part::Bound(_) => bounds.push(value),
            // They come in the order of their indexes.
            Part::Positive(index) => self.positive.push((index, value)),
            Part::Negative(index) => self.negative.push((index, value)),
            Part::Count => self.count = value,
        }
    }

    /// With what no good writer writes put right: the indexes are such as there can be, the buckets not too many.
    fn checked(mut self) -> Self {
        if !self.is_custom() {
            self.schema = self.schema.clamp(COARSEST, MOST_FINE);
            self.bounds = Arc::default();
        }
        if self.zero_threshold.is_nan() || self.zero_threshold < 0.0 {
            self.zero_threshold = 0.0;
        }
        let last = i32::try_from(self.bounds.len()).unwrap_or(i32::MAX);
        let range = if self.is_custom() { 0..=last } else { bounds::indexes(self.schema) };
        self.compact();
        clamp(&mut self.positive, &range);
        clamp(&mut self.negative, &range);
        self.reduce_to(FINEST);
        self.bound_size();
        self
    }
}

/// Counts buckets with indexes outside as the nearest inside.
fn clamp(side: &mut Buckets<f64>, range: &std::ops::RangeInclusive<i32>) {
    let is_inside = |place: Option<&(i32, f64)>| place.is_none_or(|(index, _)| range.contains(index));
    if is_inside(side.first()) && is_inside(side.last()) {
        return;
    }
    for (index, _) in side.iter_mut() {
        *index = (*index).clamp(*range.start(), *range.end());
    }
    side.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 += later.1;
        }
        same
    });
}

impl From<&model::Histogram> for FloatHistogram {
    fn from(kept: &model::Histogram) -> Self {
        let schema = if kept.schema == model::CUSTOM_BUCKETS { CUSTOM } else { i32::from(kept.schema) };
        let histogram = Self {
            schema,
            count: kept.count,
            sum: kept.sum,
            zero_threshold: kept.zero_threshold,
            zero_count: kept.zero_count,
            positive: kept.positive.iter().map(|(index, count)| (*index, *count)).collect(),
            negative: kept.negative.iter().map(|(index, count)| (*index, *count)).collect(),
            bounds: kept.bounds.as_slice().into(),
            reset: kept.reset,
        };
        histogram.checked()
    }
}

impl From<&FloatHistogram> for model::Histogram {
    fn from(histogram: &FloatHistogram) -> Self {
        Self {
            schema: i8::try_from(histogram.schema).unwrap_or_default(),
            count: histogram.count,
            sum: histogram.sum,
            zero_threshold: histogram.zero_threshold,
            zero_count: histogram.zero_count,
            positive: histogram.positive.iter().copied().collect(),
            negative: histogram.negative.iter().copied().collect(),
            bounds: histogram.bounds.to_vec(),
            reset: histogram.reset,
        }
    }
}
