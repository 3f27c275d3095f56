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
        let mut pairs = Pairs::of(&points);
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
        let count = pairs.slopes.len() as f64;
        let reach = Z_95 * deviation;
        // Sen counts ranks from 1 and takes the one before and the one after: counted from 0, that is one less
        // below and the rank itself above, so that turning all values round turns the interval round.
        let low = rank(pairs.slopes.len(), ((count - reach) / 2.0).round() - 1.0);
        let high = rank(pairs.slopes.len(), ((count + reach) / 2.0).round());
        let middle = [pairs.slopes.len().saturating_sub(1) / 2, pairs.slopes.len() / 2];
        let [low, below, above, high] =
            chosen(&mut pairs.slopes, [low, middle[0], middle[1], high]).map(per_hour);
        let slope = f64::midpoint(below, above);
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
    /// Slopes per millisecond, in no order.
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

/// The nearest of so many ranks, counted from 0, to a whole number that may lie outside.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the ranks there are")]
fn rank(count: usize, rank: f64) -> usize {
    (rank.max(0.0) as usize).min(count.saturating_sub(1))
}

/// The values that would stand at these ranks, which ascend, if `values` were in order; 0 where there are none. Putting all of them in
/// order would take several times as long.
fn chosen<const N: usize>(values: &mut [f64], ranks: [usize; N]) -> [f64; N] {
    let mut begin = 0;
    ranks.map(|rank| {
        let Some(rest) = values.get_mut(begin..).filter(|rest| rank.saturating_sub(begin) < rest.len())
        else {
            return 0.0;
        };
        let (_, value, _) = rest.select_nth_unstable_by(rank.saturating_sub(begin), f64::total_cmp);
        begin = rank.max(begin);
        *value
    })
}

/// The chance of a standard normal deviate at least as far from 0 as `z`.
fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}
