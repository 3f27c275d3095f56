//! Student's t: how far away chance goes when the spread is only estimated, and from few values.
//!
//! The distribution function is the regularised incomplete beta function, by its continued fraction (W. H. Press et al.,
//! Numerical Recipes, 6.4); the quantile is found by halving.

/// Steps of the continued fraction: it converges in some dozens.
const STEPS: u32 = 200;
/// The quantile lies below; with a degree of freedom or more and usual levels by far.
const FURTHEST: f64 = 1e4;

/// The chance of a deviate at least as far from 0 as `t`, to either side.
#[must_use]
pub(crate) fn two_sided(t: f64, freedom: f64) -> f64 {
    if !t.is_finite() {
        return if t.is_nan() { 1.0 } else { 0.0 };
    }
    beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The distance that a deviate exceeds with the chance `p`, to either side.
#[must_use]
pub(crate) fn reach(p: f64, freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, FURTHEST);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if two_sided(middle, freedom) > p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The regularised incomplete beta function.
fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let log = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b);
    let front = (log + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, x) / a
    } else {
        1.0 - front * fraction(b, a, 1.0 - x) / b
    }
}

/// Lentz's evaluation of the continued fraction.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let solid = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / solid(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for step in 1..STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / solid(1.0 + even * d);
        c = solid(1.0 + even / c);
        product *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / solid(1.0 + odd * d);
        c = solid(1.0 + odd / c);
        product *= d * c;
        if (d * c - 1.0).abs() < 1e-14 {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::{reach, two_sided};

    #[test]
    fn tails_are_those_of_the_tables() {
        // R: qt(0.975, df), and 2 * pt(-3, 5).
        for (freedom, expected) in [(1.0, 12.706_205), (4.0, 2.776_445), (30.0, 2.042_272), (1e6, 1.959_966)]
        {
            assert!((reach(0.05, freedom) - expected).abs() < 1e-4, "{freedom}: {}", reach(0.05, freedom));
        }
        assert!((two_sided(3.0, 5.0) - 0.030_099).abs() < 1e-5);
        assert_eq!(two_sided(f64::NAN, 5.0), 1.0);
        assert_eq!(two_sided(f64::INFINITY, 5.0), 0.0);
    }
}
