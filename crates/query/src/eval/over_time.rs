//! Functions of the values in a window, whatever their times: `sum_over_time` and its like.

use crate::annotation::{Meeting, Note};
use crate::eval::cells::Sample;
use crate::eval::context::Context;
use crate::eval::meeting::tell;
use crate::eval::window::Window;
use crate::histogram::{Mean as HistogramMean, Total};
use crate::moments::{Variance, mean};
use crate::syntax::{Function, Span};
use model::{Kahan, Millis, largest, smallest};
use std::cmp::Ordering;
use std::sync::Arc;

/// Whose window it is, for notes.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) metric: &'a str,
    pub(crate) span: Span,
}

impl Whose<'_> {
    pub(crate) fn note(&self, note: fn(String) -> Note) {
        self.context.note(note(self.metric.to_owned()), self.span);
    }
}

/// What `function` makes of a window that is not empty; `None` too for functions that are elsewhere.
pub(crate) fn over_time(
    function: Function,
    window: Window<'_>,
    quantile: f64,
    whose: Whose<'_>,
) -> Option<Sample> {
    if window.histograms.is_empty() {
        return of_numbers(function, window.times, window.values, quantile).map(Sample::Float);
    }
    match function {
        Function::CountOverTime => Some(Sample::Float(count(window))),
        Function::PresentOverTime => Some(Sample::Float(1.0)),
        Function::LastOverTime => last(window),
        Function::FirstOverTime => first(window),
        Function::TsOfLastOverTime => {
            edge(window.times.last(), window.histograms.last().map(|it| &it.0), i64::max)
        }
        Function::TsOfFirstOverTime => {
            edge(window.times.first(), window.histograms.first().map(|it| &it.0), i64::min)
        }
        Function::SumOverTime | Function::AvgOverTime => total(function, window, whose),
        Function::Changes => Some(Sample::Float(changes(window))),
        Function::Resets => Some(Sample::Float(resets(window))),
        _ => {
            let of_floats = of_numbers(function, window.times, window.values, quantile)?;
            whose.note(Note::HistogramIgnoredInRange);
            Some(Sample::Float(of_floats))
        }
    }
}

/// What `function` makes of a window in which there are numbers only; `None` if there are none.
#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53")]
pub(crate) fn of_numbers(function: Function, times: &[Millis], values: &[f64], quantile: f64) -> Option<f64> {
    let (first, last) = (*values.first()?, *values.last()?);
    let at = |place: usize| times.get(place).copied().map(seconds);
    Some(match function {
        Function::CountOverTime => values.len() as f64,
        Function::PresentOverTime => 1.0,
        Function::LastOverTime => last,
        Function::FirstOverTime => first,
        Function::TsOfLastOverTime => at(times.len().checked_sub(1)?)?,
        Function::TsOfFirstOverTime => at(0)?,
        Function::SumOverTime => sum(values),
        Function::AvgOverTime => mean(values),
        Function::Changes => count_pairs(values, |a, b| a != b && !(a.is_nan() && b.is_nan())),
        Function::Resets => count_pairs(values, |a, b| b < a),
        Function::MinOverTime => smallest(values),
        Function::MaxOverTime => largest(values),
        Function::TsOfMinOverTime => at(extreme(values, |value, best| value <= best).0)?,
        Function::TsOfMaxOverTime => at(extreme(values, |value, best| value >= best).0)?,
        Function::StddevOverTime => variance(values).sqrt(),
        Function::StdvarOverTime => variance(values),
        Function::QuantileOverTime => self::quantile(quantile, &mut values.to_vec()),
        Function::MadOverTime => {
            let median = self::quantile(0.5, &mut values.to_vec());
            self::quantile(0.5, &mut values.iter().map(|value| (value - median).abs()).collect::<Vec<_>>())
        }
        _ => return None,
    })
}

/// How many neighbours are so.
#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53")]
fn count_pairs(values: &[f64], is_so: impl Fn(f64, f64) -> bool) -> f64 {
    let later = values.iter().skip(1);
    values.iter().zip(later).filter(|(before, after)| is_so(**before, **after)).count() as f64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch are exact for ages")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53")]
fn count(window: Window<'_>) -> f64 {
    (window.times.len() + window.histograms.len()) as f64
}

fn edge(float: Option<&i64>, histogram: Option<&i64>, choose: fn(i64, i64) -> i64) -> Option<Sample> {
    let time = match (float, histogram) {
        (Some(a), Some(b)) => choose(*a, *b),
        (one, other) => *one.or(other)?,
    };
    Some(Sample::Float(seconds(time)))
}

/// The newest sample.
fn last(window: Window<'_>) -> Option<Sample> {
    let histogram = window.histograms.last();
    match (window.times.last(), histogram) {
        (Some(time), Some((other, histogram))) if other > time => {
            Some(Sample::Histogram(Arc::clone(histogram)))
        }
        (Some(_), _) => window.values.last().copied().map(Sample::Float),
        (None, _) => histogram.map(|(_, histogram)| Sample::Histogram(Arc::clone(histogram))),
    }
}

/// The oldest sample.
fn first(window: Window<'_>) -> Option<Sample> {
    let histogram = window.histograms.first();
    match (window.times.first(), histogram) {
        (Some(time), Some((other, histogram))) if other < time => {
            Some(Sample::Histogram(Arc::clone(histogram)))
        }
        (Some(_), _) => window.values.first().copied().map(Sample::Float),
        (None, _) => histogram.map(|(_, histogram)| Sample::Histogram(Arc::clone(histogram))),
    }
}

/// The sum or the mean of histograms.
fn total(function: Function, window: Window<'_>, whose: Whose<'_>) -> Option<Sample> {
    if window.has_both() {
        whose.note(Note::MixedFloatsHistograms);
        return None;
    }
    let is_mean = function == Function::AvgOverTime;
    let ((_, oldest), others) = window.histograms.split_first()?;
    let (mut total, mut middle) = (Total::new(oldest), HistogramMean::new(oldest));
    for (_, histogram) in others {
        let added = if is_mean { middle.add(histogram) } else { total.add(histogram) };
        if added.is_err() {
            whose.note(Note::MixedExponentialCustom);
            return None;
        }
    }
    let (notes, all) =
        if is_mean { (middle.notes(), middle.finish()) } else { (total.notes(), total.finish()) };
    tell(notes, Meeting::Aggregation, whose.context, whose.span);
    Some(Sample::Histogram(Arc::new(all)))
}

pub(crate) fn sum(values: &[f64]) -> f64 {
    let sum = Kahan::of(values);
    if sum.sum.is_infinite() { sum.sum } else { sum.total() }
}

fn variance(values: &[f64]) -> f64 {
    let mut variance = Variance::default();
    values.iter().for_each(|value| variance.add(*value));
    variance.value()
}

/// The place and value of the best; NaN is the worst.
fn extreme(values: &[f64], is_better: impl Fn(f64, f64) -> bool) -> (usize, f64) {
    let mut best = (0, f64::NAN);
    for (at, value) in values.iter().enumerate() {
        if best.1.is_nan() || is_better(*value, best.1) {
            best = (at, *value);
        }
    }
    best
}

/// Numbers in order, NaN first.
pub(crate) fn nan_first(a: &f64, b: &f64) -> Ordering {
    a.partial_cmp(b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

/// The value below which the share `q` of all lies, interpolated. The values are put in order.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rank is between 0 and the number of values"
)]
pub(crate) fn quantile(q: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    values.sort_unstable_by(nan_first);
    let rank = q * (values.len() - 1) as f64;
    let lower = rank.floor() as usize;
    let upper = (lower + 1).min(values.len() - 1);
    let weight = rank - rank.floor();
    let value = |at: usize| values.get(at).copied().unwrap_or(f64::NAN);
    value(lower) * (1.0 - weight) + value(upper) * weight
}

/// The samples of both kinds in the order of time.
fn in_order<'a>(window: Window<'a>) -> impl Iterator<Item = Sample> + 'a {
    let mut floats = window.times.iter().zip(window.values).peekable();
    let mut histograms = window.histograms.iter().peekable();
    std::iter::from_fn(move || {
        let float_first = match (floats.peek(), histograms.peek()) {
            (Some((time, _)), Some((other, _))) => *time <= other,
            (one, _) => one.is_some(),
        };
        if float_first {
            floats.next().map(|(_, value)| Sample::Float(*value))
        } else {
            histograms.next().map(|(_, histogram)| Sample::Histogram(Arc::clone(histogram)))
        }
    })
}

/// How often the value is another than the one before.
fn changes(window: Window<'_>) -> f64 {
    between(window, |before, after| match (before, after) {
        (Sample::Float(a), Sample::Float(b)) => a != b && !(a.is_nan() && b.is_nan()),
        (Sample::Histogram(a), Sample::Histogram(b)) => !a.equals(b),
        _ => true,
    })
}

/// How often the value is below the one before.
fn resets(window: Window<'_>) -> f64 {
    between(window, |before, after| match (before, after) {
        (Sample::Float(a), Sample::Float(b)) => b < a,
        (Sample::Histogram(a), Sample::Histogram(b)) => b.detect_reset(a),
        _ => true,
    })
}

fn between(window: Window<'_>, counts: impl Fn(&Sample, &Sample) -> bool) -> f64 {
    let (mut before, mut count) = (None, 0.0);
    for sample in in_order(window) {
        if before.as_ref().is_some_and(|before| counts(before, &sample)) {
            count += 1.0;
        }
        before = Some(sample);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{quantile, sum};

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        for (q, expect) in [
            (0.0, 1.0),
            (0.5, 2.5),
            (1.0, 4.0),
            (0.25, 1.75),
            (-0.1, f64::NEG_INFINITY),
            (1.1, f64::INFINITY),
        ] {
            assert_eq!(quantile(q, &mut [4.0, 1.0, 3.0, 2.0]), expect, "{q}");
        }
        assert!(quantile(0.5, &mut []).is_nan() && quantile(f64::NAN, &mut [1.0]).is_nan());
        assert!(quantile(0.0, &mut [1.0, f64::NAN]).is_nan(), "NaN is the smallest");
    }

    #[test]
    fn an_infinite_sum_is_infinite() {
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert_eq!(sum(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert!(sum(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan());
    }
}
