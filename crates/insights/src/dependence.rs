//! How much less values say that depend on those before them.
//!
//! Noise of machines is no white noise: a value is near the one before. Taken for independent, a few wanderings look
//! like a trend. The dependence is described as that of a first-order autoregression; its coefficient, of what a model
//! leaves over, comes out too small by a known bias (F. H. C. Marriott, J. A. Pope 1954), which is added again. Where
//! the second neighbour says more than the square of the first, as with measuring noise on top of a slow wandering, the
//! larger of the two counts.

use crate::order::count;
use crate::regular::Regular;

/// Above, there is too little independent in any window to say something.
const CLOSEST: f64 = 0.99;

/// The coefficient of what a model of `parameters` parameters leaves over; never negative, which would be less cautious.
pub(crate) fn coefficient(rest: &Regular, parameters: f64) -> f64 {
    let n = count(rest.len());
    if n <= 2.0 * parameters + 4.0 {
        return CLOSEST;
    }
    let power: f64 = rest.values().iter().map(|value| value * value).sum();
    if power <= 0.0 {
        return 0.0;
    }
    let times = rest.times();
    let correlation = |lag: usize| {
        let later = times.iter().zip(rest.values()).skip(lag);
        let pairs = times.iter().zip(rest.values()).zip(later);
        let (mut sum, mut found) = (0.0, 0.0);
        for ((t, v), (later_t, later_v)) in pairs {
            if (later_t - t - count(lag)).abs() < 0.5 {
                sum += v * later_v;
                found += 1.0;
            }
        }
        // Gaps take pairs, and not what they say.
        if found > 0.0 { sum / power * n / (found + count(lag)) } else { 0.0 }
    };
    let unbiased = |r: f64| r + (parameters + (parameters * 2.0 + 1.0).min(4.0) * r.max(0.0)) / n;
    let first = unbiased(correlation(1));
    let second = unbiased(correlation(2));
    // Only where the second is more than chance gives.
    let second = if second > 2.0 / n.sqrt() { second.sqrt() } else { 0.0 };
    first.max(second).clamp(0.0, CLOSEST)
}

/// How many times the variance of a weighted sum of independent values that of such dependent ones is.
pub(crate) fn inflation(weights: &[f64], times: &[f64], coefficient: f64) -> f64 {
    let (mut carried, mut both, mut alone, mut before) = (0.0, 0.0, 0.0, 0.0);
    for (weight, time) in weights.iter().zip(times) {
        carried = carried * coefficient.powf(time - before) + weight;
        both += weight * carried;
        alone += weight * weight;
        before = *time;
    }
    if alone > 0.0 { ((2.0 * both - alone) / alone).max(1.0) } else { 1.0 }
}
