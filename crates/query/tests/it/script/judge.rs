//! Whether what came out is what was expected.

use super::command::{Eval, Expected};
use super::expect::{Expect, Topic};
use super::{Notation, Outcome, Sample, Value};
use model::{Labels, Millis, is_stale_marker};
use query::histogram::{FloatHistogram, go_float};
use query::notation::{Item, SeriesLine};
use std::collections::BTreeMap;

/// Numbers that differ by less than this part of their sum are the same.
const CLOSE: f64 = 1e-6;

/// What an error must be like.
pub(crate) fn failure(eval: &Eval, error: &str) -> Result<(), String> {
    if !eval.is_expected(Topic::Fail) {
        return Err(format!("failed: {error}"));
    }
    match eval.expects(Topic::Fail).find(|expect| !expect.text.admits(error)) {
        Some(expect) => Err(format!("failed with {error:?}, expected was {:?}", expect.text)),
        None => Ok(()),
    }
}

/// What the annotations must be like.
pub(crate) fn annotations(eval: &Eval, outcome: &Outcome) -> Result<(), String> {
    let kinds = [
        ("warning", Topic::Warn, Topic::NoWarn, &outcome.warnings),
        ("info", Topic::Info, Topic::NoInfo, &outcome.infos),
    ];
    for (name, wanted, unwanted, found) in kinds {
        if eval.is_expected(unwanted) && !found.is_empty() {
            return Err(format!("no {name} was expected, there is {found:?}"));
        }
        let expects: Vec<&Expect> = eval.expects(wanted).collect();
        if let Some(missing) =
            expects.iter().find(|expect| !found.iter().any(|text| expect.text.admits(text)))
        {
            return Err(format!("expected was the {name} {:?}, there is {found:?}", missing.text));
        }
        let other = found.iter().find(|text| !expects.iter().any(|expect| expect.text.admits(text)));
        if let Some(other) = other.filter(|_| !expects.is_empty()) {
            return Err(format!("not expected was the {name} {other:?}"));
        }
    }
    Ok(())
}

/// What the value at one time must be.
pub(crate) fn instant(eval: &Eval, value: &Value) -> Result<(), String> {
    match (&eval.result, value) {
        (Expected::Scalar(expected), Value::Scalar(found)) => close(*expected, *found),
        (Expected::String(expected), Value::String(found)) if expected == found => Ok(()),
        (Expected::String(expected), Value::String(found)) => {
            Err(format!("expected was {expected:?}, there is {found:?}"))
        }
        (Expected::Series(expected), Value::Vector(found)) => {
            vector(expected, found, eval.is_expected(Topic::Ordered))
        }
        (Expected::RangeVector { from, step, series }, Value::Matrix(found)) => {
            matrix(series, found, *from, *step)
        }
        (expected, found) => Err(format!("expected was {expected:?}, there is {found:?}")),
    }
}

/// What the values over a time must be.
pub(crate) fn range(eval: &Eval, value: &Value, from: Millis, step: Millis) -> Result<(), String> {
    match (&eval.result, value) {
        (Expected::Series(expected), Value::Matrix(found)) => matrix(expected, found, from, step),
        (expected, found) => Err(format!("expected was {expected:?}, there is {found:?}")),
    }
}

fn at_line(line: usize, labels: &Labels, what: &str) -> String {
    format!("{labels} (line {line}): {what}")
}

fn vector(expected: &[(usize, SeriesLine)], found: &[(Labels, Sample)], ordered: bool) -> Result<(), String> {
    let mut places: BTreeMap<&Labels, (usize, &Sample)> = BTreeMap::new();
    for (place, (labels, sample)) in found.iter().enumerate() {
        if places.insert(labels, (place, sample)).is_some() {
            return Err(format!("{labels} is there twice"));
        }
    }
    for (place, (line, series)) in expected.iter().enumerate() {
        let at_line = |what: String| at_line(*line, &series.labels, &what);
        let (found_at, sample) =
            places.remove(&series.labels).ok_or_else(|| at_line("is not there".to_owned()))?;
        if ordered && found_at != place {
            return Err(at_line(format!("is in place {}, expected was {}", found_at + 1, place + 1)));
        }
        one(&series.items[0], sample).map_err(at_line)?;
    }
    match places.first_key_value() {
        Some((labels, (_, sample))) => Err(format!("not expected was {labels} {}", show(sample))),
        None => Ok(()),
    }
}

fn matrix(
    expected: &[(usize, SeriesLine)],
    found: &[(Labels, Vec<(Millis, Sample)>)],
    from: Millis,
    step: Millis,
) -> Result<(), String> {
    if !found.is_sorted_by(|a, b| a.0 < b.0) {
        return Err("the series are not ordered by labels, or one is there twice".to_owned());
    }
    let mut rest: BTreeMap<&Labels, &[(Millis, Sample)]> =
        found.iter().map(|(labels, samples)| (labels, samples.as_slice())).collect();
    for (line, series) in expected {
        let at_line = |what: String| at_line(*line, &series.labels, &what);
        let samples = rest.remove(&series.labels).ok_or_else(|| at_line("is not there".to_owned()))?;
        let times = (0..).map(|number| from + number * step);
        let wanted: Vec<_> = times.zip(&series.items).filter(|(_, item)| **item != Item::Gap).collect();
        let times = |all: &mut dyn Iterator<Item = Millis>| all.collect::<Vec<Millis>>();
        let (wanted_times, found_times) =
            (times(&mut wanted.iter().map(|(t, _)| *t)), times(&mut samples.iter().map(|(t, _)| *t)));
        if wanted_times != found_times {
            return Err(at_line(format!("has values at {found_times:?}, expected was {wanted_times:?}")));
        }
        for ((t, item), (_, sample)) in wanted.into_iter().zip(samples) {
            one(item, sample).map_err(|what| at_line(format!("at {t}: {what}")))?;
        }
    }
    match rest.first_key_value() {
        Some((labels, samples)) => {
            let samples: Vec<String> =
                samples.iter().map(|(t, sample)| format!("{}@{t}", show(sample))).collect();
            Err(format!("not expected was {labels} {}", samples.join(" ")))
        }
        None => Ok(()),
    }
}

fn one(expected: &Item, found: &Sample) -> Result<(), String> {
    match (expected, found) {
        (Item::Float(expected), Sample::Float(found)) => close(*expected, *found),
        (Item::Histogram(expected), Sample::Histogram(found)) => histogram(expected, found),
        (expected, found) => Err(format!("expected was {expected:?}, there is {}", show(found))),
    }
}

fn show(sample: &Sample) -> String {
    match sample {
        Sample::Float(value) => go_float(*value),
        Sample::Histogram(histogram) => histogram.to_string(),
    }
}

fn close(expected: f64, found: f64) -> Result<(), String> {
    if is_close(expected, found) {
        return Ok(());
    }
    let [expected, found] = [expected, found].map(|value| {
        if is_stale_marker(value) { "the staleness marker".to_owned() } else { value.to_string() }
    });
    Err(format!("expected was {expected}, there is {found}"))
}

/// Whether two numbers are the same, but for rounding. Zero is exact.
pub(crate) fn is_close(a: f64, b: f64) -> bool {
    if is_stale_marker(a) || is_stale_marker(b) {
        return is_stale_marker(a) && is_stale_marker(b);
    }
    if a.is_nan() || b.is_nan() {
        return a.is_nan() && b.is_nan();
    }
    if a == b {
        return true;
    }
    let (difference, sum) = ((a - b).abs(), a.abs() + b.abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < CLOSE * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < CLOSE
}

/// Whether two histograms are the same, but for rounding and for buckets without observations.
fn histogram(expected: &Notation, found: &FloatHistogram) -> Result<(), String> {
    let (wanted, mut given) = (&expected.histogram, found.clone());
    given.compact();
    let are_close = |a: &[(i32, f64)], b: &[(i32, f64)]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && is_close(a.1, b.1))
    };
    let is_same = wanted.schema == given.schema
        && is_close(wanted.count, given.count)
        && is_close(wanted.sum, given.sum)
        && is_close(wanted.zero_threshold, given.zero_threshold)
        && is_close(wanted.zero_count, given.zero_count)
        && are_close(&wanted.positive, &given.positive)
        && are_close(&wanted.negative, &given.negative)
        && wanted.bounds == given.bounds
        && (!expected.has_hint || wanted.reset == given.reset);
    if is_same { Ok(()) } else { Err(format!("expected was {wanted}, there is {found}")) }
}
