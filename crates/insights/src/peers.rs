//! Whether one of several peers is unlike the others.
//!
//! Distance from the others' median, in units of their median deviation: what most do is usual, whatever one or two do.
//! So few values leave the deviation uncertain, and Student's distribution says how much: a median deviation knows 37 %
//! of what a standard deviation of as many normal values does.

use crate::order::{count, median, spread};
use crate::student::two_sided;

/// Fewer peers do not say what is usual.
pub(crate) const FEWEST: usize = 6;
/// What a median deviation knows, beside a standard deviation.
const EFFICIENCY: f64 = 0.37;

/// How one stands among the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlier {
    /// How likely it is that one of its kind is as far away.
    pub p_value: f64,
    /// The others' median.
    pub usual: f64,
    /// Its distance from that, in the others' deviations.
    pub distance: f64,
}

/// How the value at `place` stands among the others; `None` if they are too few, or all the same.
#[must_use]
pub fn outlier(values: &[f64], place: usize) -> Option<Outlier> {
    let own = values.get(place)?;
    let others: Vec<f64> =
        values.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, value)| *value).collect();
    if values.len() < FEWEST {
        return None;
    }
    let usual = median(&others);
    let n = count(others.len());
    // Medians of few values lie too near to each other (C. Croux, P. J. Rousseeuw 1992).
    let deviation = spread(&others, usual) * n / (n - 0.8);
    let uncertain = (1.0 + std::f64::consts::FRAC_PI_2 / n).sqrt();
    (deviation > 0.0).then(|| {
        let distance = (own - usual) / (deviation * uncertain);
        Outlier { p_value: two_sided(distance, (EFFICIENCY * n).max(1.0)), usual, distance }
    })
}
