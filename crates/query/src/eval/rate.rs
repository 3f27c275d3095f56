//! `rate`, `increase`, `delta`: how much a value changed over a window, with what lies between its edges and the
//! samples estimated; and `irate`, `idelta`: how much between the two newest samples.

use crate::annotation::{Meeting, Note};
use crate::eval::cells::{Cells, Sample};
use crate::eval::grid::Grid;
use crate::eval::over_time::Whose;
use crate::eval::window::{Clean, RangeLens, Window, passed};
use crate::histogram::{FloatHistogram, Merged, MixedSchemas};
use crate::syntax::Function;
use model::{Millis, Point, ResetHint};
use std::sync::Arc;

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateKind {
    /// Whether the value falls only when it begins anew at zero.
    pub is_counter: bool,
    /// Whether it is a change each second.
    pub is_rate: bool,
}

impl RateKind {
    pub(crate) fn of(function: Function) -> Option<Self> {
        let (is_counter, is_rate) = match function {
            Function::Rate => (true, true),
            Function::Increase => (true, false),
            Function::Delta => (false, false),
            _ => return None,
        };
        Some(Self { is_counter, is_rate })
    }
}

/// The samples at the edges of a window.
#[derive(Debug, Clone, Copy)]
struct Edges {
    first: Millis,
    last: Millis,
    /// How many samples there are: at least two.
    count: usize,
    after: Millis,
    to: Millis,
}

impl Edges {
    /// By what a change between the first and the last sample is to be multiplied. `counter` has, of one that rose, what it
    /// had at the first sample and its rise: it was not below zero before.
    #[expect(
        clippy::cast_precision_loss,
        reason = "lengths of windows and numbers of samples are exact doubles"
    )]
    #[inline]
    fn factor(&self, kind: RateKind, counter: Option<(f64, f64)>) -> f64 {
        let (sampled, gaps) = ((self.last - self.first) as f64, (self.count - 1) as f64);
        let half_gap = sampled / gaps / 2.0;
        let to_edge = |distance: Millis| {
            let distance = distance as f64;
            if is_far(distance, sampled, gaps) { half_gap } else { distance }
        };
        let mut to_start = to_edge(self.first - self.after);
        if let Some((had, rise)) = counter
            && to_start * rise > sampled * had
        {
            to_start = sampled * (had / rise);
        }
        let covered = sampled + to_start + to_edge(self.to - self.last);
        if kind.is_rate {
            covered / (sampled * ((self.to - self.after) as f64 / 1000.0))
        } else {
            covered / sampled
        }
    }
}

/// Whether a sample is further from an edge than samples are from each other, by a tenth at least: the series begins or
/// ends there. Products of whole numbers, which are exact up to windows of centuries.
#[inline]
fn is_far(distance: f64, sampled: f64, gaps: f64) -> bool {
    let (ten, eleven) = (distance * gaps * 10.0, sampled * 11.0);
    // Exactly a tenth is as rounding has it, as with Prometheus.
    ten > eleven || (ten == eleven && distance / 1000.0 >= sampled / 1000.0 / gaps * 1.1)
}

/// The rates of a series of numbers at each time of the grid.
pub(crate) fn rates(clean: &Clean<'_>, grid: &Grid, lens: RangeLens, kind: RateKind) -> Cells {
    let mut cells = Cells::empty(grid.len);
    let (times, values): (&[Millis], &[f64]) = (&clean.times, &clean.values);
    let falls = if kind.is_counter { falls(values) } else { Vec::new() };
    let (mut start, mut end, mut next_fall) = (0, 0, 0);
    for (step, t) in grid.times().enumerate() {
        let (after, to) = lens.window(t);
        end = passed(times, end, |time| *time <= to);
        start = passed(times, start, |time| *time <= after).min(end);
        let (Some([first_time, .., last_time]), Some([first, .., last])) =
            (times.get(start..end), values.get(start..end))
        else {
            continue;
        };
        let mut change = last - first;
        if !falls.is_empty() {
            while falls.get(next_fall).is_some_and(|(at, _)| *at <= start) {
                next_fall += 1;
            }
            let inside = falls.get(next_fall..).unwrap_or_default().iter();
            change += inside.take_while(|(at, _)| *at < end).map(|(_, lost)| lost).sum::<f64>();
        }
        let (first, last) = (Point { t: *first_time, v: *first }, Point { t: *last_time, v: *last });
        cells.set_float(step, rate_of(kind, change, (first, last), end - start, (after, to)));
    }
    cells
}

/// The rate of a series that changed by so much from its first of `count` samples in a window to its last; there are two at
/// least. The window is what lies after one time, up to another.
#[must_use]
#[inline]
pub fn rate_of(
    kind: RateKind,
    change: f64,
    (first, last): (Point, Point),
    count: usize,
    (after, to): (Millis, Millis),
) -> f64 {
    let edges = Edges { first: first.t, last: last.t, count, after, to };
    let counter = (kind.is_counter && change > 0.0 && first.v >= 0.0).then_some((first.v, change));
    change * edges.factor(kind, counter)
}

/// The rate of the numbers in one window, if there are enough.
pub(crate) fn rate_in(
    kind: RateKind,
    times: &[Millis],
    values: &[f64],
    edges: (Millis, Millis),
) -> Option<f64> {
    let ([first_time, .., last_time], [first, .., last]) = (times, values) else { return None };
    let mut change = last - first;
    if kind.is_counter {
        let pairs = values.iter().zip(values.iter().skip(1));
        change += pairs.filter(|(before, after)| after < before).map(|(before, _)| before).sum::<f64>();
    }
    let (first, last) = (Point { t: *first_time, v: *first }, Point { t: *last_time, v: *last });
    Some(rate_of(kind, change, (first, last), values.len(), edges))
}

/// Where values fall, and from what. Many are looked at at once: counters hardly ever fall.
fn falls(values: &[f64]) -> Vec<(usize, f64)> {
    const AT_ONCE: usize = 64;
    let later = values.get(1..).unwrap_or_default();
    let mut falls = Vec::new();
    for (chunk, (before, after)) in values.chunks(AT_ONCE).zip(later.chunks(AT_ONCE)).enumerate() {
        let pairs = || before.iter().zip(after);
        if pairs().fold(false, |found, (before, after)| found | (after < before)) {
            let fallen = pairs().zip(chunk * AT_ONCE + 1..).filter(|((before, after), _)| after < before);
            falls.extend(fallen.map(|((before, _), at)| (at, *before)));
        }
    }
    falls
}

/// The rate in a window with histograms.
pub(crate) fn histogram_rate(window: Window<'_>, kind: RateKind, whose: Whose<'_>) -> Option<Sample> {
    if window.has_both() {
        whose.note(Note::MixedFloatsHistograms);
        return None;
    }
    let [first, .., last] = window.histograms else { return None };
    let mut change = histogram_change(window, kind.is_counter, whose)?;
    let edges = Edges {
        first: first.0,
        last: last.0,
        count: window.histograms.len(),
        after: window.after,
        to: window.to,
    };
    let counter = (kind.is_counter && change.count > 0.0 && first.1.count >= 0.0)
        .then_some((first.1.count, change.count));
    change.mul(edges.factor(kind, counter));
    Some(Sample::Histogram(Arc::new(change)))
}

/// What the last histogram has more than the first, and what was lost by beginning anew.
fn histogram_change(window: Window<'_>, is_counter: bool, whose: Whose<'_>) -> Option<FloatHistogram> {
    let all = window.histograms;
    let [(_, first), .., (_, last)] = all else { return None };
    let gauges = [first, last].map(|histogram| is_gauge(histogram));
    if is_counter && all.iter().any(|(_, histogram)| is_gauge(histogram)) {
        whose.note(Note::NotCounter);
    } else if !is_counter && gauges != [true; 2] {
        whose.note(Note::NotGauge);
    }
    // A counter that began anew before the second sample began at zero.
    let second = all.get(1).map(|(_, histogram)| histogram);
    let begins_anew = is_counter && second.is_some_and(|second| second.detect_reset(first));
    let mut before = if begins_anew { Arc::new(zeroed(second?)) } else { Arc::clone(first) };
    let is_custom = before.is_custom();
    let others = if is_counter { all.get(1..).unwrap_or_default() } else { all.get(all.len() - 1..)? };
    if others.iter().any(|(_, histogram)| histogram.is_custom() != is_custom) {
        whose.note(Note::MixedExponentialCustom);
        return None;
    }
    let coarsest = others.iter().map(|(_, histogram)| histogram.schema).chain([before.schema]).min()?;
    let mut change = last.copy_to_schema(coarsest);
    let subtracted = change.sub(&before);
    let told = |outcome: Result<Merged, MixedSchemas>, meeting| match outcome {
        Ok(outcome) => {
            if outcome.reconciled_bounds {
                whose.context.note(Note::MismatchedCustomBuckets(meeting), whose.span);
            }
            Some(())
        }
        Err(_) => {
            whose.note(Note::MixedExponentialCustom);
            None
        }
    };
    told(subtracted, Meeting::Subtraction)?;
    if is_counter {
        for (_, histogram) in all.get(1..)? {
            if histogram.detect_reset(&before) {
                told(change.add(&before), Meeting::Addition)?;
            }
            before = Arc::clone(histogram);
        }
    }
    change.reset = ResetHint::Gauge;
    change.compact();
    Some(change)
}

fn is_gauge(histogram: &FloatHistogram) -> bool {
    histogram.reset == ResetHint::Gauge
}

/// With the same kind of buckets and nothing in them.
fn zeroed(histogram: &FloatHistogram) -> FloatHistogram {
    FloatHistogram {
        schema: histogram.schema,
        bounds: Arc::clone(&histogram.bounds),
        ..FloatHistogram::default()
    }
}

/// `irate` and `idelta`.
pub(crate) fn between_newest(window: Window<'_>, is_rate: bool, whose: Whose<'_>) -> Option<Sample> {
    let floats = window.times.iter().zip(window.values).rev().take(2);
    let floats = floats.map(|(time, value)| (*time, Sample::Float(*value)));
    let histograms = window.histograms.iter().rev().take(2);
    let histograms = histograms.map(|(time, histogram)| (*time, Sample::Histogram(Arc::clone(histogram))));
    let mut newest: Vec<(Millis, Sample)> = floats.chain(histograms).collect();
    newest.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    let [(last_time, last), (before_time, before), ..] = newest.as_slice() else { return None };
    let interval = last_time - before_time;
    if interval == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "an interval of milliseconds")]
    let seconds = interval as f64 / 1000.0;
    match (before, last) {
        (Sample::Float(before), Sample::Float(last)) => {
            Some(Sample::Float(change_of(*before, *last, is_rate.then_some(seconds))))
        }
        (Sample::Histogram(before), Sample::Histogram(last)) => {
            let mut change = newest_change(before, last, is_rate, whose)?;
            if is_rate {
                change.div(seconds);
            }
            Some(Sample::Histogram(Arc::new(change)))
        }
        _ => {
            whose.note(Note::MixedFloatsHistograms);
            None
        }
    }
}

/// `irate` and `idelta` of numbers only.
#[expect(clippy::cast_precision_loss, reason = "an interval of milliseconds")]
pub(crate) fn between_newest_of(times: &[Millis], values: &[f64], is_rate: bool) -> Option<f64> {
    let ([.., before_time, last_time], [.., before, last]) = (times, values) else { return None };
    let interval = last_time - before_time;
    (interval != 0).then(|| change_of(*before, *last, is_rate.then_some(interval as f64 / 1000.0)))
}

/// How much more the last is; in so many seconds, if it is a rate of a counter, which began anew at zero if it fell.
fn change_of(before: f64, last: f64, seconds: Option<f64>) -> f64 {
    match seconds {
        Some(seconds) if last < before => last / seconds,
        Some(seconds) => (last - before) / seconds,
        None => last - before,
    }
}

fn newest_change(
    before: &FloatHistogram,
    last: &FloatHistogram,
    is_rate: bool,
    whose: Whose<'_>,
) -> Option<FloatHistogram> {
    if is_rate && (is_gauge(before) || is_gauge(last)) {
        whose.note(Note::NotCounter);
    }
    let are_gauges = is_gauge(before) && is_gauge(last);
    if !is_rate && !are_gauges {
        whose.note(Note::NotGauge);
    }
    let mut change = last.clone();
    if !is_rate || !last.detect_reset(before) {
        match change.sub(before) {
            Ok(outcome) if outcome.reconciled_bounds => {
                whose.context.note(Note::MismatchedCustomBuckets(Meeting::Subtraction), whose.span);
            }
            Ok(_) => {}
            Err(_) => {
                whose.note(Note::MixedExponentialCustom);
                return None;
            }
        }
    }
    change.reset = ResetHint::Gauge;
    change.compact();
    Some(change)
}
