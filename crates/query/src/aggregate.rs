//! Aggregates of a set of values.

use crate::scale;

/// Statistics of a set of values. Definitions: `mean` is the arithmetic mean; `median` and the percentiles are
/// interpolated linearly between the two nearest ranks (type 7, as R's and NumPy's default); `std_dev` is that
/// of a sample (n − 1 in the denominator), 0 for one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aggregate {
    /// How many values.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The 50th percentile.
    pub median: f64,
    /// The sample standard deviation.
    pub std_dev: f64,
    /// The 95th percentile.
    pub percentile_95: f64,
    /// The 99th percentile.
    pub percentile_99: f64,
}

/// The statistics of `values`; those that are not finite are left out. `None` if none is left.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts below 2^53 are exact")]
pub fn aggregate(values: &[f64]) -> Option<Aggregate> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (min, max) = (*sorted.first()?, *sorted.last()?);
    let n = sorted.len() as f64;
    let sum: f64 = sorted.iter().sum();
    // Where the sum of large values does not fit a double, they are divided before they are added.
    let mean = if sum.is_finite() { sum / n } else { sorted.iter().map(|value| value / n).sum() };
    let mean = mean.clamp(min, max);
    let factor = scale::factor(sorted.iter().copied());
    let squares: f64 = sorted.iter().map(|value| (value * factor - mean * factor).powi(2)).sum();
    Some(Aggregate {
        count: sorted.len(),
        min,
        max,
        mean,
        median: percentile(&sorted, 0.50),
        std_dev: if sorted.len() > 1 { scale::undo((squares / (n - 1.0)).sqrt(), factor) } else { 0.0 },
        percentile_95: percentile(&sorted, 0.95),
        percentile_99: percentile(&sorted, 0.99),
    })
}

/// The value at `share` of the way through `sorted`, between its neighbours (type 7).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank lies between 0 and the length"
)]
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let rank = share * (sorted.len().saturating_sub(1)) as f64;
    let below = rank.floor() as usize;
    let low = sorted.get(below).copied().unwrap_or(f64::NAN);
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    let weight = rank - rank.floor();
    // In this form the difference of two huge values of opposite sign does not overflow.
    low * (1.0 - weight) + high * weight
}
