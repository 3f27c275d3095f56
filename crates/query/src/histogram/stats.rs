//! Mean and spread of the observations in a histogram.

use super::number::Exact;
use super::{FloatHistogram, Number};

impl FloatHistogram {
    /// The mean of the observations.
    #[must_use]
    pub fn avg(&self) -> f64 {
        self.sum / self.count
    }

    /// Their variance. All in a bucket are assumed at its geometric mean, in that of zero at zero, with own bounds in the middle.
    #[must_use]
    pub fn stdvar(&self) -> f64 {
        let mean = self.avg();
        let mut variance = Exact::default();
        for bucket in self.buckets() {
            let value = if self.is_custom() {
                f64::midpoint(bucket.upper, bucket.lower)
            } else if bucket.lower <= 0.0 && bucket.upper >= 0.0 {
                0.0
            } else {
                let middle = (bucket.upper.abs().sqrt()) * (bucket.lower.abs().sqrt());
                if bucket.upper < 0.0 { -middle } else { middle }
            };
            let distance = value - mean;
            variance.add(bucket.count * distance * distance);
        }
        variance.value() / self.count
    }

    /// Their standard deviation.
    #[must_use]
    pub fn stddev(&self) -> f64 {
        self.stdvar().sqrt()
    }
}
