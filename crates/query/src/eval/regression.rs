//! Lines through the samples of a window: `deriv`, `predict_linear`, `double_exponential_smoothing`.

use crate::eval::window::Window;
use model::Kahan;
use model::Millis;

/// A line: how much a second, and the value at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
}

/// The line nearest to the samples, with its intercept at `origin`.
#[expect(clippy::cast_precision_loss, reason = "distances in time within a window")]
pub(crate) fn line(window: Window<'_>, origin: Millis) -> Line {
    let [mut x_sum, mut y_sum, mut xy_sum, mut xx_sum] = [Kahan::default(); 4];
    let first = window.values.first().copied().unwrap_or(f64::NAN);
    let mut is_constant = true;
    for (time, y) in window.times.iter().zip(window.values) {
        is_constant &= *y == first;
        let x = (time - origin) as f64 / 1000.0;
        x_sum.add(x);
        y_sum.add(*y);
        xy_sum.add(x * y);
        xx_sum.add(x * x);
    }
    if is_constant {
        // What rounding makes of no slope at all is none.
        let value = if first.is_infinite() { f64::NAN } else { first };
        return Line { slope: if first.is_infinite() { f64::NAN } else { 0.0 }, intercept: value };
    }
    let count = window.times.len() as f64;
    let [x, y, xy, xx] = [x_sum, y_sum, xy_sum, xx_sum].map(Kahan::total);
    let slope = (xy - x * y / count) / (xx - x * x / count);
    Line { slope, intercept: y / count - slope * x / count }
}

/// The value after the newest sample that follows from its level and its trend, both smoothed.
pub(crate) fn smoothed(values: &[f64], level_factor: f64, trend_factor: f64) -> Option<f64> {
    let [first, second, ..] = values else { return None };
    let (mut before, mut level, mut trend) = (0.0, *first, second - first);
    for (at, value) in values.iter().enumerate().skip(1) {
        if at > 1 {
            trend = trend_factor * (level - before) + (1.0 - trend_factor) * trend;
        }
        let next = level_factor * value + (1.0 - level_factor) * (level + trend);
        (before, level) = (level, next);
    }
    Some(level)
}
