//! Whether a trend is more than noise, in a way that does not depend on the unit of the values.
//!
//! Mann–Kendall says whether there is a trend: it counts, over all pairs, how many rise and how many fall, and
//! asks how likely such a surplus is without any trend (H. B. Mann 1945, M. G. Kendall 1975; with the
//! correction for ties). Theil–Sen says how steep it is: the median of the slopes of all pairs, with the
//! interval that belongs to the same test (P. K. Sen 1968). Neither minds outliers.

use model::{Point, limits};

/// Pairs grow with the square: of more points than this, as many evenly spread ones are taken.
const POINTS: usize = 500;
/// Below so many points the normal approximation says nothing.
const FEWEST: usize = 8;
/// The level at which a trend is called one.
const LEVEL: f64 = 0.05;
/// The two-sided 95 % point of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Significance {
    /// How likely a surplus of rises or falls like this is without any trend.
    pub p_value: f64,
    /// Whether that is less than 5 %.
    pub significant: bool,
    /// The median slope, per hour.
    pub slope_per_hour: f64,
    /// Lower end of its 95 % interval.
    pub low_per_hour: f64,
    /// Upper end of its 95 % interval.
    pub high_per_hour: f64,
    /// The slope per hour as a share of the median's size; `None` for a median of 0.
    pub relative_per_hour: Option<f64>,
}

impl Significance {
    /// Tests `points`, which ascend in time and are finite. `None` for fewer than eight.
    #[expect(clippy::cast_precision_loss, reason = "at most 500 points")]
    pub(crate) fn of(points: &[Point]) -> Option<Self> {
        let points = thinned(points);
        if points.len() < FEWEST {
            return None;
        }
        let pairs = Pairs::of(&points);
        let variance = variance(&points);
        let deviation = variance.sqrt();
        let z = match pairs.surplus {
            s if s > 0.0 => (s - 1.0) / deviation,
            s if s < 0.0 => (s + 1.0) / deviation,
            _ => 0.0,
        };
        // All values equal: no deviation, and no trend.
        let p_value = if deviation > 0.0 { two_sided(z) } else { 1.0 };
        let per_hour = |slope: f64| slope * limits::HOUR as f64;
        let slope = per_hour(middle(&pairs.slopes));
        let count = pairs.slopes.len() as f64;
        let reach = Z_95 * deviation;
        // Sen counts ranks from 1 and takes the one before and the one after: counted from 0, that is one less
        // below and the rank itself above, so that turning all values round turns the interval round.
        let low = per_hour(rank(&pairs.slopes, ((count - reach) / 2.0).round() - 1.0));
        let high = per_hour(rank(&pairs.slopes, ((count + reach) / 2.0).round()));
        let median = median_of(&points);
        Some(Self {
            p_value,
            significant: p_value < LEVEL,
            slope_per_hour: slope,
            low_per_hour: low,
            high_per_hour: high,
            relative_per_hour: (median != 0.0).then(|| slope / median.abs()),
        })
    }
}

/// At most [`POINTS`] of `points`, evenly spread, the first and the last among them.
fn thinned(points: &[Point]) -> Vec<Point> {
    if points.len() <= POINTS {
        return points.to_vec();
    }
    (0..POINTS).filter_map(|at| points.get(at * (points.len() - 1) / (POINTS - 1)).copied()).collect()
}

/// All pairs of points of different times.
struct Pairs {
    /// Rises less falls.
    surplus: f64,
    /// Slopes per millisecond, ascending.
    slopes: Vec<f64>,
}

impl Pairs {
    #[expect(clippy::cast_precision_loss, reason = "times of one series lie close together")]
    fn of(points: &[Point]) -> Self {
        let mut surplus = 0.0;
        let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
        for (at, first) in points.iter().enumerate() {
            for second in points.iter().skip(at + 1).filter(|second| second.t > first.t) {
                let rise = second.v - first.v;
                surplus += if rise == 0.0 { 0.0 } else { rise.signum() };
                slopes.push(rise / (second.t - first.t) as f64);
            }
        }
        slopes.sort_by(f64::total_cmp);
        Self { surplus, slopes }
    }
}

/// The variance of the surplus without any trend, less what ties take.
#[expect(clippy::cast_precision_loss, reason = "at most 500 points")]
fn variance(points: &[Point]) -> f64 {
    let mut values: Vec<f64> = points.iter().map(|point| point.v).collect();
    values.sort_by(f64::total_cmp);
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties: f64 = values.chunk_by(|a, b| a == b).map(|group| term(group.len() as f64)).sum();
    (term(values.len() as f64) - ties) / 18.0
}

fn median_of(points: &[Point]) -> f64 {
    let mut values: Vec<f64> = points.iter().map(|point| point.v).collect();
    values.sort_by(f64::total_cmp);
    middle(&values)
}

fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    match (sorted.get(half.wrapping_sub(1)), sorted.get(half)) {
        (Some(low), Some(high)) if sorted.len().is_multiple_of(2) => f64::midpoint(*low, *high),
        (_, Some(value)) => *value,
        _ => 0.0,
    }
}

/// The value at a whole rank, counted from 0, that may lie outside.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the ranks there are")]
fn rank(sorted: &[f64], rank: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((rank.max(0.0) as usize).min(last)).copied().unwrap_or(0.0)
}

/// The chance of a standard normal deviate at least as far from 0 as `z`.
fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}
