//! Whether values rise or fall, how fast, and how sure that is.
//!
//! Mann–Kendall's test and Theil–Sen's slope as in `query::Significance`, here with the variance that dependent values
//! have (the idea of K. H. Hamed and A. R. Rao 1998, with a first-order autoregression in the place of many estimated
//! correlations), and with Student's distribution for as many values as are independent. Too few of those: no answer.

use crate::dependence::Dependence;
use crate::order::{count, median, middle, rank, spread};
use crate::regular::Regular;
use crate::student::{reach, two_sided};
use model::{Millis, limits};

/// Fewer values say nothing.
pub(crate) const FEWEST: usize = 24;
/// Nor do fewer independent ones.
const FEWEST_FREE: f64 = 5.0;
/// The level of the interval.
const LEVEL: f64 = 0.05;

/// A line through values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// How likely as much of a rise or fall is without any.
    pub p_value: f64,
    /// The median slope, per hour.
    pub per_hour: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The value of the line at `middle`.
    pub level: f64,
    /// The standard error of that.
    pub level_error: f64,
    /// The middle of the times.
    pub middle: Millis,
    /// Hours from the first value to the last.
    pub hours: f64,
    /// The sum of squares that the line leaves over.
    pub(crate) left_over: f64,
    /// Half a 95 % interval, in standard errors.
    pub(crate) reach: f64,
}

/// The slope of `series`; `None` if it says too little.
#[must_use]
pub fn slope(series: &Regular) -> Option<Slope> {
    let n = count(series.len());
    if series.len() < FEWEST {
        return None;
    }
    let (times, values) = (series.times(), series.values());
    let pairs = Pairs::of(&times, values);
    let steepness = middle(&pairs.slopes);
    let center = times.iter().sum::<f64>() / n;
    let flat: Vec<f64> = values.iter().zip(&times).map(|(v, t)| v - steepness * (t - center)).collect();
    let level = median(&flat);
    let rest = series.with(flat.iter().map(|value| value - level).collect());
    let dependence = Dependence::of(&rest, 2.0);
    let weights: Vec<f64> = times.iter().map(|t| t - center).collect();
    let of_slope = dependence.inflation(&weights, &times);
    let of_level = dependence.inflation(&vec![1.0; times.len()], &times);
    let free = n / of_slope.max(of_level) - 2.0;
    if free < FEWEST_FREE {
        return None;
    }
    // A line follows wanderings: what is left over is smaller than the noise was.
    let shrunk = 1.0 - (of_slope + of_level) / n;
    let deviation = (variance(values) * of_slope / shrunk).sqrt();
    let reach = reach(LEVEL, free);
    let score = if deviation > 0.0 { (pairs.surplus.abs() - 1.0).max(0.0) / deviation } else { 0.0 };
    let total = count(pairs.slopes.len());
    let at = |side: f64, shift: f64| {
        rank(&pairs.slopes, ((total + side * reach * deviation) / 2.0).round() + shift)
    };
    #[expect(clippy::cast_precision_loss, reason = "a step is minutes or hours")]
    let per_hour = limits::HOUR as f64 / series.step.max(1) as f64;
    let (first, last) = (*series.ends().first()?, *series.ends().last()?);
    #[expect(clippy::cast_possible_truncation, reason = "less than the window's length")]
    let middle_time = first + (center * model::to_seconds(series.step) * 1000.0) as Millis;
    Some(Slope {
        p_value: two_sided(score, free),
        per_hour: steepness * per_hour,
        low: at(-1.0, -1.0) * per_hour,
        high: at(1.0, 0.0) * per_hour,
        level,
        // A median of normal values varies π/2 times as much as their mean.
        level_error: spread(rest.values(), 0.0)
            * (std::f64::consts::FRAC_PI_2 * of_level / n / shrunk).sqrt(),
        middle: middle_time,
        hours: model::to_seconds(last - first) / 3600.0,
        left_over: rest.values().iter().map(|value| value * value).sum(),
        reach,
    })
}

/// All pairs of values.
struct Pairs {
    /// Rises less falls.
    surplus: f64,
    /// Slopes per slot, ascending.
    slopes: Vec<f64>,
}

impl Pairs {
    fn of(times: &[f64], values: &[f64]) -> Self {
        let (mut surplus, mut slopes) = (0.0, Vec::with_capacity(times.len() * times.len() / 2));
        for (at, (t, v)) in times.iter().zip(values).enumerate() {
            for (later_t, later_v) in times.iter().zip(values).skip(at + 1) {
                let rise = later_v - v;
                surplus += if rise == 0.0 { 0.0 } else { rise.signum() };
                slopes.push(rise / (later_t - t));
            }
        }
        slopes.sort_unstable_by(f64::total_cmp);
        Self { surplus, slopes }
    }
}

/// The variance of the surplus of independent values without a trend, less what ties take.
fn variance(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|group| term(count(group.len()))).sum();
    (term(count(values.len())) - ties) / 18.0
}
