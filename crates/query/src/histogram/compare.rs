//! When two histograms are the same.

use super::{Buckets, FloatHistogram, bounds};

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
            && bounds::are_same(&self.bounds, &other.bounds)
            && are_same(&self.positive, &other.positive)
            && are_same(&self.negative, &other.negative)
    }
}

fn is_same(a: f64, b: f64) -> bool {
    a == b || a.to_bits() == b.to_bits()
}

fn are_same(a: &Buckets<f64>, b: &Buckets<f64>) -> bool {
    let filled = |(_, count): &&(i32, f64)| *count != 0.0;
    let (mut a, mut b) = (a.iter().filter(filled), b.iter().filter(filled));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.0 == b.0 && is_same(a.1, b.1) => {}
            _ => return false,
        }
    }
}
