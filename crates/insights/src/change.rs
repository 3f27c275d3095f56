//! Whether the mean changed at some time, and when.
//!
//! The largest distance of the cumulated deviations from 0 (CUSUM), in units of what dependent noise gives: without a
//! change it is distributed as the largest distance of a Brownian bridge, which is Kolmogorov's distribution. The noise is
//! only estimated, from as many values as are independent. That makes the tail heavier, as Student's is heavier than the
//! normal one, and it is the tail that matters where many tests are weighed together (`examples/tails.rs`). What comes
//! after a change is looked at again in the same way (binary segmentation), for the newest change is the one to tell.

use crate::dependence::Dependence;
use crate::order::count;
use crate::regular::Regular;
use model::Millis;

/// Values at least before a change, and after it.
const SIDE: usize = 8;
/// Values at least.
const FEWEST: usize = 24;
/// Independent values at least.
const FEWEST_FREE: f64 = 16.0;
/// A later change must be as sure, or the earlier one is the newest.
const LATER: f64 = 0.01;

/// A change of the mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// How likely as large a deviation is without any change.
    pub p_value: f64,
    /// When the last value before it ends.
    pub at: Millis,
    /// The mean before.
    pub before: f64,
    /// The mean after.
    pub after: f64,
    /// The sum of squares that a single step leaves over.
    pub(crate) left_over: f64,
}

/// The newest change in `series`; its `p_value` is that of there being any. `None` if the series says too little.
#[must_use]
pub fn change(series: &Regular) -> Option<Change> {
    let mut found = single(series.ends(), series.values(), series.step)?;
    let (p_value, left_over) = (found.p_value, found.left_over);
    while found.p_value <= LATER {
        let from = series.ends().partition_point(|end| *end <= found.at);
        let (ends, values) = (series.ends().get(from..)?, series.values().get(from..)?);
        match single(ends, values, series.step).filter(|later| later.p_value <= LATER) {
            Some(later) => found = later,
            None => break,
        }
    }
    Some(Change { p_value, left_over, ..found })
}

/// The most likely place of a single change.
fn single(ends: &[Millis], values: &[f64], step: Millis) -> Option<Change> {
    let n = count(values.len());
    if values.len() < FEWEST {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let (mut cumulated, mut largest, mut place) = (0.0, 0.0, 0);
    for (at, value) in values.iter().enumerate() {
        cumulated += value - mean;
        if f64::abs(cumulated) > largest && at + 1 >= SIDE && at + 1 + SIDE <= values.len() {
            (largest, place) = (f64::abs(cumulated), at + 1);
        }
    }
    if place == 0 {
        return None;
    }
    let (old, new) = values.split_at(place);
    let average = |part: &[f64]| part.iter().sum::<f64>() / count(part.len());
    let (before, after) = (average(old), average(new));
    let rest: Vec<f64> = old.iter().map(|v| v - before).chain(new.iter().map(|v| v - after)).collect();
    let left_over: f64 = rest.iter().map(|value| value * value).sum();
    let rest = Regular::placed(step, ends, rest);
    let times = rest.times();
    let inflated = Dependence::of(&rest, 2.0).inflation(&vec![1.0; times.len()], &times);
    let free = n / inflated;
    if free < FEWEST_FREE {
        return None;
    }
    // Two means follow the wanderings: what is left over is smaller than the noise was.
    let noise = left_over / n / (1.0 - 2.0 * inflated / n) * inflated;
    let score = if noise > 0.0 { largest / (noise * n).sqrt() } else { f64::INFINITY };
    Some(Change { p_value: bridge(score, free - 2.0), at: *ends.get(place - 1)?, before, after, left_over })
}

/// The chance of a Brownian bridge to go at least as far from 0 as `x` times its deviation, which is estimated with so
/// much `freedom`.
///
/// That is Kolmogorov's series, `2 Σ ±exp(-2 j² x²)`, averaged over the estimates that there could be: their squares are
/// distributed as χ² over its freedom, and the average of `exp(-a χ²/f)` is `(1 + 2a/f)^(-f/2)`.
fn bridge(x: f64, freedom: f64) -> f64 {
    if x < 0.3 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    let term = |j: f64| (-0.5 * freedom * (4.0 * j * j * x * x / freedom).ln_1p()).exp();
    let sum: f64 = (1..50).map(|j| if j % 2 == 1 { term(f64::from(j)) } else { -term(f64::from(j)) }).sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::bridge;

    #[test]
    fn tails_are_kolmogorovs_and_heavier_where_the_noise_is_less_known() {
        // The quantiles of Kolmogorov's distribution at 5 %, 1 % and 0.1 %.
        for (x, expected) in [(1.358_1, 0.05), (1.627_6, 0.01), (1.949_5, 0.001)] {
            assert!((bridge(x, 1e9) - expected).abs() < expected * 1e-3, "{x}: {}", bridge(x, 1e9));
            assert!(bridge(x, 14.0) > 1.3 * expected && bridge(x, 100.0) < bridge(x, 14.0), "{x}");
        }
        assert_eq!(
            (bridge(0.0, 14.0).to_bits(), bridge(f64::INFINITY, 14.0).to_bits()),
            (1.0_f64.to_bits(), 0)
        );
    }
}
