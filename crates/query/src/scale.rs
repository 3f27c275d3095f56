//! Squares of huge and of tiny values do not fit a double: such values are brought to a middling size first.

/// Above this a square, or a sum of squares, may not fit.
const HUGE: f64 = 1e100;
/// Below this a square may be nothing.
const TINY: f64 = 1e-100;
/// A power of two costs no digit.
const SMALLER: f64 = f64::from_bits((1023 - 600) << 52);
const LARGER: f64 = f64::from_bits((1023 + 600) << 52);

/// The factor by which `values` can be multiplied so that their squares can be summed: 1 for nearly all.
pub(crate) fn factor(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.map(f64::abs).fold(0.0, f64::max);
    if largest > HUGE {
        SMALLER
    } else if largest < TINY {
        LARGER
    } else {
        1.0
    }
}

/// `scaled / factor`, or the largest double there is if that does not fit.
pub(crate) fn undo(scaled: f64, factor: f64) -> f64 {
    (scaled / factor).clamp(f64::MIN, f64::MAX)
}
