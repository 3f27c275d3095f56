//! How much less values say that depend on those before them.
//!
//! Noise of machines is no white noise: a value is near the one before. Taken for independent, a few wanderings look
//! like a trend. The dependence is described as that of a first-order autoregression with white noise on top: correlations
//! that fall by the same factor from each lag to the next, from any height. Both are estimated, once with the height 1 and
//! once without, and the more cautious counts. Of what a model leaves over correlations come out too small by a known
//! bias (F. H. C. Marriott, J. A. Pope 1954), which is added again.

use crate::order::count;
use crate::regular::Regular;

/// Above, there is too little independent in any window to say something.
const CLOSEST: f64 = 0.99;
/// Lags that the factor is estimated from.
const LAGS: usize = 8;
/// How often the estimate is made again with what it says of its own bias.
const ROUNDS: usize = 4;
/// More of the variance than this a model is not thought to have taken.
const MOST_TAKEN: f64 = 0.5;

/// Correlations `height * factor^lag`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Falling {
    height: f64,
    factor: f64,
}

/// How values depend on each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Dependence {
    plain: Falling,
    raised: Falling,
}

impl Dependence {
    /// That of what a model of `parameters` parameters leaves over; never a negative one, which would be less cautious.
    pub(crate) fn of(rest: &Regular, parameters: f64) -> Self {
        let n = count(rest.len());
        let power: f64 = rest.values().iter().map(|value| value * value).sum();
        let alike = |factor: f64| Falling { height: 1.0, factor };
        if power <= 0.0 {
            return Self { plain: alike(0.0), raised: alike(0.0) };
        }
        let times = rest.times();
        let unbiased = |r: f64| r + (parameters + (parameters * 2.0 + 1.0).min(4.0) * r.max(0.0)) / n;
        let correlations: Vec<f64> =
            (1..=LAGS + 1).map(|lag| unbiased(correlation(rest, &times, lag) / power)).collect();
        let first = correlations.first().copied().unwrap_or(0.0);
        let plain = alike(first.clamp(0.0, CLOSEST));
        // Without a first correlation there is nothing that falls.
        if first <= 2.0 / n.sqrt() {
            return Self { plain, raised: plain };
        }
        let center = times.iter().sum::<f64>() / n;
        let (level, slope) = (vec![1.0; times.len()], times.iter().map(|t| t - center).collect::<Vec<_>>());
        let mut raised = falling(&correlations, 0.0);
        for _ in 0..ROUNDS {
            // What the model took with it of the wanderings is missing at every lag.
            let taken =
                raised.inflation(&level, &times) + (parameters - 1.0) * raised.inflation(&slope, &times);
            raised = falling(&correlations, (taken / n).min(MOST_TAKEN));
        }
        Self { plain, raised }
    }

    /// How many times the variance of a weighted sum of independent values that of such dependent ones is.
    pub(crate) fn inflation(&self, weights: &[f64], times: &[f64]) -> f64 {
        self.plain.inflation(weights, times).max(self.raised.inflation(weights, times))
    }
}

impl Falling {
    fn inflation(&self, weights: &[f64], times: &[f64]) -> f64 {
        1.0 + self.height * (inflation(weights, times, self.factor) - 1.0)
    }
}

/// Height and factor of `correlations`, of which a share of the variance was `taken`.
fn falling(correlations: &[f64], taken: f64) -> Falling {
    let whole: Vec<f64> = correlations.iter().map(|r| r * (1.0 - taken) + taken).collect();
    let sum = |from: usize| whole.iter().skip(from).take(LAGS).sum::<f64>();
    let factor = if sum(0) > 0.0 { (sum(1) / sum(0)).clamp(0.0, CLOSEST) } else { 0.0 };
    let first = whole.first().copied().unwrap_or(0.0).max(0.0);
    Falling { height: if factor > first { first / factor } else { 1.0 }, factor }
}

/// The sum of the products of values so many slots apart, as if there were no gaps.
fn correlation(rest: &Regular, times: &[f64], lag: usize) -> f64 {
    let (mut sum, mut found, mut later) = (0.0, 0.0, 0);
    for (t, v) in times.iter().zip(rest.values()) {
        let wanted = t + count(lag) - 0.5;
        while times.get(later).is_some_and(|time| *time < wanted) {
            later += 1;
        }
        if let (Some(time), Some(value)) = (times.get(later), rest.values().get(later))
            && *time < wanted + 1.0
        {
            sum += v * value;
            found += 1.0;
        }
    }
    if found > 0.0 { sum * count(rest.len()) / (found + count(lag)) } else { 0.0 }
}

/// The same for correlations that fall from 1.
fn inflation(weights: &[f64], times: &[f64], factor: f64) -> f64 {
    let (mut carried, mut both, mut alone, mut before) = (0.0, 0.0, 0.0, 0.0);
    for (weight, time) in weights.iter().zip(times) {
        carried = carried * factor.powf(time - before) + weight;
        both += weight * carried;
        alone += weight * weight;
        before = *time;
    }
    if alone > 0.0 { ((2.0 * both - alone) / alone).max(1.0) } else { 1.0 }
}
