//! When two histograms are the same.

use super::{Buckets, FloatHistogram};

impl FloatHistogram {
    /// Whether the other is the same: schema, bounds, and all numbers; of numbers that are none, the same one. Buckets without
    /// observations and what is known of the past are not looked at.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.schema == other.schema
            && self.zero_threshold == other.zero_threshold
            && is_same(self.count, other.count)
            && is_same(self.sum, other.sum)
            && is_same(self.zero_count, other.zero_count)
            && self.bounds == other.bounds
            && are_same(&self.positive, &other.positive)
            && are_same(&self.negative, &other.negative)
    }
}

fn is_same(a: f64, b: f64) -> bool {
    a == b || a.to_bits() == b.to_bits()
}

fn are_same(a: &Buckets<f64>, b: &Buckets<f64>) -> bool {
    let filled = |side: &Buckets<f64>| side.clone().into_iter().filter(|(_, count)| *count != 0.0);
    if a.len() == b.len() {
        let same = |((i, a), (j, b)): (&(i32, f64), &(i32, f64))| i == j && is_same(*a, *b);
        if a.iter().zip(b).all(same) {
            return true;
        }
    }
    filled(a)
        .map(|(index, count)| (index, count.to_bits()))
        .eq(filled(b).map(|(index, count)| (index, count.to_bits())))
}
