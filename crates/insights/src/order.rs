//! Median and median deviation: what is usual, and how far from it is usual, whatever a few values do.

/// A normal distribution's standard deviation, in median deviations.
pub(crate) const NORMAL: f64 = 1.482_602_218_505_602;

/// The median; 0 of nothing.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    middle(&sorted)
}

/// The median of what is sorted.
pub(crate) fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    match (sorted.get(half.wrapping_sub(1)), sorted.get(half)) {
        (Some(low), Some(high)) if sorted.len().is_multiple_of(2) => f64::midpoint(*low, *high),
        (_, Some(value)) => *value,
        _ => 0.0,
    }
}

/// The standard deviation of a normal distribution with the same median distance from `center`.
pub(crate) fn spread(values: &[f64], center: f64) -> f64 {
    let distances: Vec<f64> = values.iter().map(|value| (value - center).abs()).collect();
    NORMAL * median(&distances)
}

/// The value at a whole rank counted from 0, that may lie outside.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the ranks there are")]
pub(crate) fn rank(sorted: &[f64], rank: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((rank.max(0.0) as usize).min(last)).copied().unwrap_or(0.0)
}

/// A number of things as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "numbers of values lie far below 2^53")]
pub(crate) fn count(things: usize) -> f64 {
    things as f64
}
