//! Ranges that look beyond their edges. `anchored`: the last sample before each edge stands at it. `smoothed`: what lies
//! at an edge is interpolated between the samples around it.

use crate::annotation::{Meeting, Note};
use crate::eval::Sink;
use crate::eval::cells::Row;
use crate::eval::cells::{Cells, Sample};
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::over_time::{Whose, over_time};
use crate::eval::rate::RateKind;
use crate::eval::select::{self, HistogramPoint, Samples};
use crate::eval::subquery::Ranged;
use crate::eval::window::{Clean, Window};
use crate::histogram::FloatHistogram;
use crate::syntax::{Edges, Function, VectorSelector};
use model::{Millis, NAME, ResetHint};
use std::sync::Arc;

/// What the function makes of each window of a series.
pub(crate) fn cells(
    function: Function,
    clean: &Clean<'_>,
    ranged: Ranged,
    grid: &Grid,
    whose: Whose<'_>,
) -> Cells {
    let mut cells = Cells::empty(grid.len);
    let lookback = whose.context.lookback;
    for (step, t) in grid.times().enumerate() {
        let (after, to) = ranged.lens.window(t);
        let float = Extent::of(&clean.times, |time| *time, after, to);
        let histogram = Extent::of(&clean.histograms, |(time, _)| *time, after, to);
        // Of each side only the nearest counts, whatever it is.
        let before = float.before.max(histogram.before).filter(|time| *time > after.saturating_sub(lookback));
        let is_smoothed = ranged.edges == Edges::Smoothed;
        let ends_at_edge = float.ends_at(to) || histogram.ends_at(to);
        let behind = [float.behind, histogram.behind].into_iter().flatten().min();
        let behind =
            behind.filter(|time| is_smoothed && !ends_at_edge && *time <= to.saturating_add(lookback));
        let (float, histogram) = (float.with(before, behind), histogram.with(before, behind));
        let window = Window {
            times: clean.times.get(float.clone()).unwrap_or_default(),
            values: clean.values.get(float).unwrap_or_default(),
            histograms: clean.histograms.get(histogram).unwrap_or_default(),
            after,
            to,
        };
        cells.set(step, of_window(function, window, ranged.edges, whose));
    }
    cells
}

/// The samples in a window, and the times of those around it.
struct Extent {
    inside: std::ops::Range<usize>,
    before: Option<Millis>,
    last: Option<Millis>,
    behind: Option<Millis>,
}

impl Extent {
    fn of<T>(all: &[T], time: impl Fn(&T) -> Millis, after: Millis, to: Millis) -> Self {
        let start = all.partition_point(|one| time(one) <= after);
        let end = all.partition_point(|one| time(one) <= to);
        let of = |at: Option<usize>| at.and_then(|at| all.get(at)).map(&time);
        Self {
            inside: start..end,
            before: of(start.checked_sub(1)),
            last: of(end.checked_sub(1)),
            behind: of(Some(end)),
        }
    }

    fn ends_at(&self, to: Millis) -> bool {
        self.last == Some(to)
    }

    /// With the samples at these times, if they are its own.
    fn with(self, before: Option<Millis>, behind: Option<Millis>) -> std::ops::Range<usize> {
        let has_before = before.is_some() && before == self.before;
        let has_behind = behind.is_some() && behind == self.behind;
        self.inside.start - usize::from(has_before)..self.inside.end + usize::from(has_behind)
    }
}

fn of_window(function: Function, window: Window<'_>, edges: Edges, whose: Whose<'_>) -> Option<Sample> {
    let times = || window.times.iter().copied().chain(window.histograms.iter().map(|(time, _)| *time));
    let (first, last) = (times().min()?, times().max()?);
    if last <= window.after || first > window.to {
        return None;
    }
    let Some(kind) = RateKind::of(function) else {
        return over_time(function, window, f64::NAN, whose);
    };
    if window.has_both() {
        whose.note(Note::MixedFloatsHistograms);
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "the length of a window")]
    let seconds = (window.to - window.after) as f64 / 1000.0;
    let is_smoothed = edges == Edges::Smoothed;
    if window.histograms.is_empty() {
        let change = change_of_floats(window, kind.is_counter, is_smoothed)?;
        return Some(Sample::Float(if kind.is_rate { change / seconds } else { change }));
    }
    let mut change = change_of_histograms(window, kind.is_counter, is_smoothed, whose)?;
    if kind.is_rate {
        change.div(seconds);
    }
    Some(Sample::Histogram(Arc::new(change)))
}

/// How far along the way from one time to the other.
#[expect(clippy::cast_precision_loss, reason = "distances between samples")]
fn share(from: Millis, to: Millis, at: Millis) -> f64 {
    (at - from) as f64 / (to - from) as f64
}

fn change_of_floats(window: Window<'_>, is_counter: bool, is_smoothed: bool) -> Option<f64> {
    let points: Vec<(Millis, f64)> =
        window.times.iter().copied().zip(window.values.iter().copied()).collect();
    let between = |(from, y1): (Millis, f64), (to, y2): (Millis, f64), at, is_left: bool| {
        let falls = is_counter && y2 < y1;
        // A counter that fell began at zero: before the left edge nothing else is known, at the right one it went on.
        let (y1, y2) = match (falls, is_left) {
            (true, true) => (0.0, y2),
            (true, false) => (y1, y2 + y1),
            (false, _) => (y1, y2),
        };
        y1 + (y2 - y1) * share(from, to, at)
    };
    let (first, last) = (*points.first()?, *points.last()?);
    let interpolates_left = is_smoothed && first.0 < window.after && points.len() > 1;
    let interpolates_right = is_smoothed && last.0 > window.to && points.len() > 1;
    let is_one_segment = interpolates_left && interpolates_right && points.len() == 2;
    let left = if interpolates_left { between(first, *points.get(1)?, window.after, true) } else { first.1 };
    let right = if interpolates_right {
        between(*points.get(points.len() - 2)?, last, window.to, is_one_segment)
    } else {
        last.1
    };
    let mut change = right - left;
    if is_counter {
        let mut before = left;
        let inside = points.iter().filter(|(time, _)| *time > window.after && *time < window.to);
        for value in inside.map(|(_, value)| *value).chain([right]) {
            if value < before {
                change += before;
            }
            before = value;
        }
    }
    Some(change)
}

/// The same with histograms, which say themselves where they began anew.
fn change_of_histograms(
    window: Window<'_>,
    is_counter: bool,
    is_smoothed: bool,
    whose: Whose<'_>,
) -> Option<FloatHistogram> {
    let all = window.histograms;
    let (first, last) = (all.first()?, all.last()?);
    note_kinds(all, is_counter, whose);
    let spoilt = || {
        whose.note(Note::MixedExponentialCustom);
        None::<FloatHistogram>
    };
    if all.iter().any(|(_, histogram)| histogram.is_custom() != first.1.is_custom()) {
        return spoilt();
    }
    let interpolates_left = is_smoothed && first.0 < window.after && all.len() > 1;
    let interpolates_right = is_smoothed && last.0 > window.to && all.len() > 1;
    let is_one_segment = interpolates_left && interpolates_right && all.len() == 2;
    let left = match all.get(1) {
        Some(second) if interpolates_left => between(first, second, window.after, is_counter, true)?,
        _ => FloatHistogram::clone(&first.1),
    };
    let right = match all.len().checked_sub(2).and_then(|at| all.get(at)) {
        Some(before) if interpolates_right => between(before, last, window.to, is_counter, is_one_segment)?,
        _ => FloatHistogram::clone(&last.1),
    };
    let mut change = right;
    let mut reconciled = change.sub(&left).ok()?.reconciled_bounds;
    if is_counter {
        // Between samples at the edges that were interpolated, beginnings are in already.
        let pairs = all.iter().zip(all.get(1..)?).enumerate();
        let whole = pairs
            .filter(|(at, _)| !(interpolates_left && *at == 0 || interpolates_right && at + 2 == all.len()));
        for (_, ((_, before), (_, after))) in whole {
            if after.detect_reset(before) {
                reconciled |= change.add(before).ok()?.reconciled_bounds;
            }
        }
    }
    if reconciled {
        whose.context.note(Note::MismatchedCustomBuckets(Meeting::Subtraction), whose.span);
    }
    change.reset = ResetHint::Gauge;
    change.compact();
    Some(change)
}

fn note_kinds(all: &[HistogramPoint], is_counter: bool, whose: Whose<'_>) {
    let is_gauge = |point: &HistogramPoint| point.1.reset == ResetHint::Gauge;
    if is_counter && all.iter().any(is_gauge) {
        whose.note(Note::NotCounter);
    }
    let edges_are_gauges = all.first().is_some_and(is_gauge) && all.last().is_some_and(is_gauge);
    if !is_counter && !edges_are_gauges {
        whose.note(Note::NotGauge);
    }
}

/// The histogram at a time between two.
fn between(
    (from, before): &HistogramPoint,
    (to, after): &HistogramPoint,
    at: Millis,
    is_counter: bool,
    is_left: bool,
) -> Option<FloatHistogram> {
    let begins = is_counter && after.detect_reset(before);
    let mut step = FloatHistogram::clone(after);
    if !begins {
        step.sub(before).ok()?;
    }
    step.mul(share(*from, *to, at));
    if !(begins && is_left) {
        step.add(before).ok()?;
    }
    Some(step)
}

/// The rows of an instant selector that is `smoothed`.
pub(crate) fn smoothed_instants(
    context: &Context<'_>,
    selector: &VectorSelector,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let lens = context.lens(&selector.offset, selector.at)?;
    let (first, last) = lens.span(grid);
    let span = (first.saturating_sub(context.lookback), last.saturating_add(context.lookback));
    select::read(context, &selector.matchers, span, &mut |samples: Samples<'_>| {
        let metric = samples.labels.get(NAME).unwrap_or("");
        let whose = Whose { context, metric, span: selector.span };
        let mut cells = Cells::empty(grid.len);
        for (step, t) in grid.times().enumerate() {
            cells.set(step, smoothed(samples, lens.look(t), whose));
        }
        if cells.is_empty() { Ok(()) } else { take(Row::new(samples.labels.clone(), cells)) }
    })
}

fn smoothed(samples: Samples<'_>, t: Millis, whose: Whose<'_>) -> Option<Sample> {
    let is_near = |time: Millis| time > t.saturating_sub(whose.context.lookback);
    if samples.histograms.is_empty() {
        let end = samples.times.partition_point(|time| *time <= t);
        let at = end.checked_sub(1)?;
        let (time, value) = (*samples.times.get(at)?, *samples.values.get(at)?);
        if !is_near(time) || model::is_stale_marker(value) {
            return None;
        }
        let next = samples.times.get(end).zip(samples.values.get(end));
        let value = match next.filter(|(_, next)| time < t && !model::is_stale_marker(**next)) {
            Some((next_time, next)) => value + (next - value) * share(time, *next_time, t),
            None => value,
        };
        return Some(Sample::Float(value));
    }
    let end = samples.histograms.partition_point(|(time, _)| *time <= t);
    let before = samples.histograms.get(end.checked_sub(1)?)?;
    if !is_near(before.0) || before.1.is_stale() {
        return None;
    }
    let Some(after) = samples.histograms.get(end).filter(|(_, after)| before.0 < t && !after.is_stale())
    else {
        return Some(Sample::Histogram(Arc::clone(&before.1)));
    };
    if after.1.is_custom() != before.1.is_custom() {
        whose.note(Note::MixedExponentialCustom);
        return None;
    }
    Some(Sample::Histogram(Arc::new(between(before, after, t, true, true)?)))
}
