//! Whatever samples come, in whatever order: what a window comes to is what its samples come to when all of them are looked
//! at anew, and where `PromQL` has the same function, what the query engine answers.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "numbers of samples, which are few"
)]

use super::{Function, FunctionKind, Pushed, Windows};
use model::{Append, Labels, MetricKind, Millis, NAME, Point, Sample, Series, limits};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use query::{Engine, Options, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

const START: Millis = 1_795_394_400_000;
const SPANS: [Millis; 3] = [1, 7_000, 60_000];
const KINDS: [FunctionKind; 17] = [
    FunctionKind::Avg,
    FunctionKind::Min,
    FunctionKind::Max,
    FunctionKind::Sum,
    FunctionKind::Count,
    FunctionKind::Quantile(0.5),
    FunctionKind::Quantile(0.95),
    FunctionKind::Quantile(1.0),
    FunctionKind::Rate,
    FunctionKind::Increase,
    FunctionKind::Delta,
    FunctionKind::Stddev,
    FunctionKind::Trend,
    FunctionKind::Forecast(3_600_000),
    FunctionKind::Anomaly,
    FunctionKind::Changed,
    FunctionKind::Last,
];

fn all_functions() -> Vec<Function> {
    SPANS.iter().flat_map(|span| KINDS.map(|kind| Function { kind, span: *span })).collect()
}

/// What a function comes to by looking at all samples of its window.
fn by_hand(kind: FunctionKind, points: &[Point], at: Millis) -> Option<f64> {
    let values: Vec<f64> = points.iter().map(|point| point.v).collect();
    let count = values.len() as f64;
    if kind == FunctionKind::Count {
        return Some(count);
    }
    let (first, last) = (points.first()?, points.last()?);
    let mut sorted = values.clone();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan())));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let quantile = |sorted: &[f64], share: f64| {
        let rank = share * (sorted.len() - 1) as f64;
        let (low, weight) = (rank.floor() as usize, rank.fract());
        sorted[low] * (1.0 - weight) + sorted[(low + 1).min(sorted.len() - 1)] * weight
    };
    let pairs = || values.iter().zip(values.iter().skip(1));
    Some(match kind {
        FunctionKind::Avg => mean(&values),
        FunctionKind::Sum => values.iter().sum(),
        FunctionKind::Min => values.iter().copied().fold(f64::NAN, f64::min),
        FunctionKind::Max => values.iter().copied().fold(f64::NAN, f64::max),
        FunctionKind::Quantile(share) => quantile(&sorted, share),
        FunctionKind::Changed => {
            pairs().filter(|(a, b)| a != b && !(a.is_nan() && b.is_nan())).count() as f64
        }
        FunctionKind::Last => last.v,
        FunctionKind::Stddev => {
            let middle = mean(&values);
            mean(&values.iter().map(|value| (value - middle).powi(2)).collect::<Vec<_>>()).sqrt()
        }
        FunctionKind::Trend | FunctionKind::Forecast(_) => {
            let times: Vec<f64> = points.iter().map(|point| (point.t - at) as f64 / 1000.0).collect();
            let (x, y) = (mean(&times), mean(&values));
            let spread: f64 = times.iter().map(|time| (time - x).powi(2)).sum();
            let both: f64 = times.iter().zip(&values).map(|(time, value)| (time - x) * (value - y)).sum();
            if points.len() < 2 {
                return None;
            }
            match kind {
                FunctionKind::Forecast(ahead) => y + both / spread * (ahead as f64 / 1000.0 - x),
                _ => both / spread * 3600.0,
            }
        }
        FunctionKind::Anomaly => {
            sorted.retain(|value| !value.is_nan());
            if sorted.len() < 8 || last.v.is_nan() {
                return None;
            }
            let median = quantile(&sorted, 0.5);
            let mut distances: Vec<f64> = sorted.iter().map(|value| (value - median).abs()).collect();
            distances.sort_by(f64::total_cmp);
            if last.v == median {
                return Some(0.0);
            }
            match quantile(&distances, 0.5) {
                0.0 => (last.v - median) / (mean(&distances) * 1.253_314_137_315_500_1),
                distance => (last.v - median) / (distance * 1.482_602_218_505_602),
            }
        }
        // These are held against the query engine.
        FunctionKind::Rate | FunctionKind::Increase | FunctionKind::Delta => return None,
        FunctionKind::Count => first.v,
    })
}

/// The expression that says the same.
fn twin(function: Function) -> Option<String> {
    let window = format!("m[{}ms]", function.span);
    Some(match function.kind {
        FunctionKind::Avg => format!("avg_over_time({window})"),
        FunctionKind::Min => format!("min_over_time({window})"),
        FunctionKind::Max => format!("max_over_time({window})"),
        FunctionKind::Sum => format!("sum_over_time({window})"),
        FunctionKind::Count => format!("count_over_time({window})"),
        FunctionKind::Quantile(share) => format!("quantile_over_time({share}, {window})"),
        FunctionKind::Rate => format!("rate({window})"),
        FunctionKind::Increase => format!("increase({window})"),
        FunctionKind::Delta => format!("delta({window})"),
        FunctionKind::Stddev => format!("stddev_over_time({window})"),
        FunctionKind::Trend => format!("deriv({window}) * 3600"),
        FunctionKind::Forecast(ahead) => format!("predict_linear({window}, {})", ahead / 1000),
        FunctionKind::Changed => format!("changes({window})"),
        FunctionKind::Last => format!("last_over_time({window})"),
        FunctionKind::Anomaly => return None,
    })
}

/// Equal, but for what rounding makes of values of this size.
fn is_close(a: Option<f64>, b: Option<f64>, size: f64) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-7 * size.max(a.abs()).max(b.abs())
        }
        _ => false,
    }
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => (0..20_i32).prop_map(f64::from),
        8 => -1e3..1e3_f64,
        1 => select(vec![0.0, -0.0, 1e12, -1e12, f64::NAN]),
    ]
}

/// Samples in no order: steps of the time, backwards too, and values.
pub(crate) fn samples() -> impl Strategy<Value = Vec<Point>> {
    let step = prop_oneof![6 => 0..5_000_i64, 2 => -9_000..9_000_i64, 1 => Just(40_000_i64)];
    vec((step, value()), 1..60).prop_map(|steps| {
        let mut t = START;
        steps
            .into_iter()
            .map(|(step, v)| {
                t += step;
                Point { t, v }
            })
            .collect()
    })
}

/// The samples so far in the order of time, of those of one time the last.
pub(crate) fn kept(points: &[Point]) -> Vec<Point> {
    let by_time: BTreeMap<Millis, f64> = points.iter().map(|point| (point.t, point.v)).collect();
    by_time.into_iter().map(|(t, v)| Point { t, v }).collect()
}

fn in_window(points: &[Point], span: Millis, at: Millis) -> &[Point] {
    let first = points.partition_point(|point| point.t <= at - span);
    let end = points.partition_point(|point| point.t <= at);
    &points[first..end]
}

/// How large what a function comes to may be: rounding is a share of it.
fn scale(function: Function, points: &[Point]) -> f64 {
    let size = size(points);
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return size };
    let steepest = size / ((last.t - first.t).max(1) as f64 / 1000.0);
    match function.kind {
        FunctionKind::Trend => 100.0 * steepest * 3600.0,
        FunctionKind::Forecast(ahead) => 100.0 * (size + steepest * ahead as f64 / 1000.0),
        _ => size,
    }
}

fn size(points: &[Point]) -> f64 {
    points.iter().map(|point| point.v.abs()).filter(|size| size.is_finite()).fold(1.0, f64::max)
}

/// What the query engine answers for a window that ends at `at`.
fn asked(store: &MemoryStore, query: &str, at: Millis) -> Option<f64> {
    let answer = Engine::new(store, Options::default(), &|| None).instant(query, at).expect("an answer");
    let Value::Vector(found) = answer.value else { return None };
    match found.first()?.sample {
        query::Sample::Float(value) => Some(value),
        query::Sample::Histogram(_) => None,
    }
}

proptest! {
    #[test]
    fn a_window_is_what_its_samples_come_to(points in samples()) {
        let functions = all_functions();
        let mut windows = Windows::answering(&functions);
        let mut newest = Millis::MIN;
        for seen in 1..=points.len() {
            let point = points[seen - 1];
            windows.push(point, true);
            if point.t < newest {
                continue;
            }
            newest = point.t;
            windows.advance(newest);
            let kept = kept(&points[..seen]);
            for function in &functions {
                let inside = in_window(&kept, function.span, newest);
                let answer = windows.answer(*function, newest);
                if matches!(function.kind, FunctionKind::Rate | FunctionKind::Increase | FunctionKind::Delta) {
                    assert_eq!(answer.is_some(), inside.len() >= 2, "{function} of {inside:?}");
                    continue;
                }
                let expected = by_hand(function.kind, inside, newest);
                assert!(is_close(answer, expected, scale(*function, inside)), "{function} of {inside:?}: {answer:?}, not {expected:?}");
            }
        }
    }

    #[test]
    fn a_window_is_what_the_query_engine_answers(points in samples()) {
        let store = MemoryStore::new(MemoryLimits::default(), Arc::new(SimClock::at(START)));
        let series = Arc::new(Series::new(Labels::new([(NAME, "m")]), MetricKind::Gauge));
        let functions = all_functions();
        let mut windows = Windows::answering(&functions);
        let (mut newest, all) = (Millis::MIN, kept(&points));
        for point in points {
            let taken = store.append(&[Sample { series: &series, point }]).expect("memory takes it");
            assert!(taken.refused.is_empty());
            windows.push(point, true);
            newest = newest.max(point.t);
            windows.advance(newest);
        }
        for function in &functions {
            let Some(query) = twin(*function) else { continue };
            let (answer, expected) = (windows.answer(*function, newest), asked(&store, &query, newest));
            let inside = in_window(&all, function.span, newest);
            assert!(is_close(answer, expected, scale(*function, inside)), "{query}: {answer:?}, not {expected:?}");
        }
    }

    #[test]
    fn nothing_that_comes_makes_a_window_panic(
        points in vec((any::<i64>(), any::<f64>()), 0..40),
        looks in vec(any::<i64>(), 0..10),
    ) {
        let functions = all_functions();
        let mut windows = Windows::answering(&functions);
        for (at, (t, v)) in points.into_iter().enumerate() {
            windows.push(Point { t, v }, at % 3 > 0);
            windows.advance(looks.get(at % 7).copied().unwrap_or(t));
            for function in &functions {
                let _ = windows.answer(*function, t);
            }
            assert!(windows.points.len() <= limits::RULE_WINDOW_SAMPLES);
        }
    }
}

#[test]
fn a_counter_that_begins_anew_goes_on() {
    let function = Function { kind: FunctionKind::Increase, span: 60_000 };
    let mut windows = Windows::answering(&[function]);
    for (number, v) in (0..).zip([10.0, 20.0, 30.0, 5.0, 15.0, 25.0]) {
        windows.push(Point { t: START + number * 10_000, v }, true);
    }
    let at = START + 50_000;
    windows.advance(at);
    // 20 up to the reset, 25 after it; 50 of 60 seconds are seen.
    let increase = windows.answer(function, at).expect("there are samples");
    assert!((increase - 45.0 * 1.2).abs() < 1e-9, "{increase}");
}

#[test]
fn a_window_that_is_too_full_keeps_the_newest() {
    let function = Function { kind: FunctionKind::Count, span: limits::RULE_WINDOW };
    let sum = Function { kind: FunctionKind::Sum, span: limits::RULE_WINDOW };
    let mut windows = Windows::answering(&[function, sum]);
    let most = limits::RULE_WINDOW_SAMPLES as i64;
    let mut shortened = 0;
    for t in 0..most + 10 {
        shortened += i64::from(windows.push(Point { t, v: 1.0 }, true) == Pushed::Shortened);
        windows.advance(t);
    }
    assert_eq!(shortened, 10);
    assert_eq!(windows.answer(function, most + 9), Some(most as f64));
    assert_eq!(windows.answer(sum, most + 9), Some(most as f64));
    let before = windows.bytes();
    for t in most + 10..most + 10_000 {
        windows.push(Point { t, v: 1.0 }, true);
        windows.advance(t);
    }
    assert!(windows.bytes() <= before * 2, "{} bytes, before {before}", windows.bytes());
    windows.advance(most * 2 + limits::RULE_WINDOW);
    assert!(windows.bytes() < 2_000, "who fell silent keeps no room: {}", windows.bytes());
}

#[test]
fn a_window_that_may_not_grow_does_not() {
    let function = Function { kind: FunctionKind::Last, span: limits::HOUR };
    let mut windows = Windows::answering(&[function]);
    for t in 0..100 {
        windows.push(Point { t, v: 1.0 }, true);
    }
    let before = windows.bytes();
    for t in 100..10_000 {
        windows.push(Point { t, v: 2.0 }, false);
        windows.advance(t);
    }
    assert_eq!((windows.bytes(), windows.answer(function, 9_999)), (before, Some(2.0)));
}
