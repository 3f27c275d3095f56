//! Native and classic histograms, against numbers worked out by hand, and rules that hold for all.

mod arithmetic;
mod estimates;
mod form;
mod rules;

use query::histogram::FloatHistogram;
use query::notation::parse_histogram;

pub(super) fn h(text: &str) -> FloatHistogram {
    parse_histogram(text).expect(text).histogram
}

/// As the scripts write it, with the sum rounded to nine digits.
pub(super) fn shown(histogram: &FloatHistogram) -> String {
    let mut rounded = histogram.clone();
    rounded.sum = (rounded.sum * 1e9).round() / 1e9;
    rounded.to_string()
}

pub(super) fn close(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}
