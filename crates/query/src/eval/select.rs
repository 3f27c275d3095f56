//! Reading series: the newest sample at each time, or all samples of a stretch of time.

use crate::eval::cells::{Cells, Row};
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::{Grid, Lens};
use crate::histogram::FloatHistogram;
use crate::syntax::VectorSelector;
use hashbrown::HashMap;
use model::{
    Columns, HistogramColumns, Labels, Matcher, Millis, ResetHint, SelectError, Selection, TimeRange,
    is_stale_marker,
};
use std::collections::hash_map::RandomState;
use std::ops::ControlFlow;
use std::sync::Arc;

/// A histogram at a time.
pub(crate) type HistogramPoint = (Millis, Arc<FloatHistogram>);

/// Samples of one series, lent; each column ascends in time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples<'a> {
    pub(crate) labels: &'a Labels,
    pub(crate) drop_name: bool,
    pub(crate) times: &'a [Millis],
    pub(crate) values: &'a [f64],
    pub(crate) histograms: &'a [HistogramPoint],
}

/// What is done with one series after the other.
pub(crate) type Take<'a> = dyn FnMut(Samples<'_>) -> Result<(), QueryError> + 'a;

/// Gives `take` all samples after `after` and up to `to` of the series that meet `matchers`, staleness markers among
/// them.
///
/// # Errors
/// Those of `take`, of the budget, and that the samples cannot be read.
pub(crate) fn read(
    context: &Context<'_>,
    matchers: &[Matcher],
    (after, to): (Millis, Millis),
    take: &mut Take<'_>,
) -> Result<(), QueryError> {
    let range = TimeRange { start: after.saturating_add(1), end: to };
    read_selection(context, &Selection::all(matchers.to_vec()).within(range), take)
}

fn read_selection(
    context: &Context<'_>,
    selection: &Selection,
    take: &mut Take<'_>,
) -> Result<(), QueryError> {
    let mut histograms = read_histograms(context, selection)?;
    let mut failure = None;
    let mut keep = |result: Result<(), QueryError>| match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    };
    let read = context.select.each(selection, &mut |series, Columns { times, values }| {
        let beside = if histograms.is_empty() { None } else { histograms.remove(series.labels()) };
        let histograms = beside.as_deref().unwrap_or_default();
        let samples = Samples { labels: series.labels(), drop_name: false, times, values, histograms };
        keep(context.budget.read(times.len()).and_then(|()| take(samples)))
    });
    read.map_err(unreadable)?;
    if let Some(error) = failure {
        return Err(error);
    }
    for (labels, histograms) in &histograms {
        take(Samples { labels, drop_name: false, times: &[], values: &[], histograms })?;
    }
    Ok(())
}

/// Whether there are histograms after `after` and up to `to`.
pub(crate) fn has_histograms(
    context: &Context<'_>,
    matchers: &[Matcher],
    (after, to): (Millis, Millis),
) -> Result<bool, QueryError> {
    let range = TimeRange { start: after.saturating_add(1), end: to };
    let selection = Selection::all(matchers.to_vec()).within(range);
    let mut is_any = false;
    let read = context.select.each_histogram(&selection, &mut |_, _| {
        is_any = true;
        ControlFlow::Break(())
    });
    read.map_err(unreadable)?;
    Ok(is_any)
}

/// The histograms that meet a selection. There are few of them beside the numbers.
fn read_histograms(
    context: &Context<'_>,
    selection: &Selection,
) -> Result<HashMap<Labels, Vec<HistogramPoint>, RandomState>, QueryError> {
    let (mut all, mut failure) = (HashMap::default(), None);
    // The one before the first tells whether that began anew.
    let start = selection.range.start.saturating_sub(context.lookback);
    let range = TimeRange { start, end: selection.range.end };
    let wider = Selection { range, newest: None, ..selection.clone() };
    let read = context.select.each_histogram(&wider, &mut |labels, columns| {
        let count = columns.len();
        if let Err(error) = context.budget.read(count).and_then(|()| context.budget.hold(count)) {
            failure = Some(error);
            return ControlFlow::Break(());
        }
        let points = with_hints(columns, context.tells_resets.get());
        let begin = points.partition_point(|(time, _)| *time < selection.range.start);
        if let Some(inside) = points.get(begin..).filter(|inside| !inside.is_empty()) {
            all.insert(labels.clone(), inside.to_vec());
        }
        ControlFlow::Continue(())
    });
    read.map_err(unreadable)?;
    failure.map_or(Ok(all), Err)
}

/// The histograms, each with what the one before tells of it, where nobody said it. [`Context::tells_resets`] says
/// how much that is.
fn with_hints(columns: &HistogramColumns, tells_resets: bool) -> Vec<HistogramPoint> {
    let mut points: Vec<HistogramPoint> = Vec::with_capacity(columns.len());
    for (time, mut histogram) in columns.times.iter().zip(FloatHistogram::read(columns)) {
        let before = points.last().map(|(_, before)| before).filter(|before| !before.is_stale());
        if let Some(before) = before.filter(|_| histogram.reset == ResetHint::Unknown) {
            histogram.reset = match (histogram.detect_reset(before), tells_resets) {
                (false, _) => ResetHint::NotReset,
                (true, true) => ResetHint::Reset,
                (true, false) => ResetHint::Unknown,
            };
        }
        points.push((*time, Arc::new(histogram)));
    }
    points
}

pub(crate) fn unreadable(error: SelectError) -> QueryError {
    QueryError::Storage(error.0)
}

/// The place of the newest sample that a selector sees at each time: in the numbers or in the histograms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Newest {
    Float(usize),
    Histogram(usize),
}

/// Tells `found` the newest sample at each time of `grid`, where there is one that is not too old and no series' end.
pub(crate) fn newest(
    samples: Samples<'_>,
    grid: &Grid,
    lens: Lens,
    lookback: Millis,
    mut found: impl FnMut(usize, Newest),
) {
    let (mut float, mut histogram) = (0, 0);
    let (times, histograms) = (samples.times, samples.histograms);
    for (step, t) in grid.times().enumerate() {
        let t = lens.look(t);
        while times.get(float).is_some_and(|time| *time <= t) {
            float += 1;
        }
        while histograms.get(histogram).is_some_and(|(time, _)| *time <= t) {
            histogram += 1;
        }
        let of_float = float.checked_sub(1).and_then(|at| Some((*times.get(at)?, at)));
        let of_histogram = histogram.checked_sub(1).and_then(|at| Some((histograms.get(at)?.0, at)));
        let is_fresh = |time: Millis| time > t.saturating_sub(lookback);
        match (of_float, of_histogram) {
            (Some((time, at)), other) if other.is_none_or(|(other, _)| other <= time) => {
                let is_stale = samples.values.get(at).is_none_or(|value| is_stale_marker(*value));
                if is_fresh(time) && !is_stale {
                    found(step, Newest::Float(at));
                }
            }
            (_, Some((time, at))) => {
                let is_stale = histograms.get(at).is_none_or(|(_, histogram)| histogram.is_stale());
                if is_fresh(time) && !is_stale {
                    found(step, Newest::Histogram(at));
                }
            }
            _ => {}
        }
    }
}

/// The rows of an instant selector.
pub(crate) fn instants(
    context: &Context<'_>,
    selector: &VectorSelector,
    grid: &Grid,
    take: &mut dyn FnMut(Row) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    each_instant(context, selector, grid, &mut |samples, lens| {
        let mut cells = Cells::empty(grid.len);
        newest(samples, grid, lens, context.lookback, |step, place| match place {
            Newest::Float(at) => cells.set_float(step, samples.values.get(at).copied().unwrap_or(f64::NAN)),
            Newest::Histogram(at) => {
                if let Some((_, histogram)) = samples.histograms.get(at) {
                    cells.set_histogram(step, Arc::clone(histogram));
                }
            }
        });
        give(context, samples.labels, cells, take)
    })
}

/// When the samples are from that an instant selector sees, in seconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch are exact for ages")]
pub(crate) fn timestamps(
    context: &Context<'_>,
    selector: &VectorSelector,
    grid: &Grid,
    take: &mut dyn FnMut(Row) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    each_instant(context, selector, grid, &mut |samples, lens| {
        let mut cells = Cells::empty(grid.len);
        newest(samples, grid, lens, context.lookback, |step, place| {
            let time = match place {
                Newest::Float(at) => samples.times.get(at).copied(),
                Newest::Histogram(at) => samples.histograms.get(at).map(|(time, _)| *time),
            };
            if let Some(time) = time {
                cells.set_float(step, time as f64 / 1000.0);
            }
        });
        give(context, samples.labels, cells, take)
    })
}

/// Gives the series that an instant selector may see on `grid`, and where it looks.
fn each_instant(
    context: &Context<'_>,
    selector: &VectorSelector,
    grid: &Grid,
    take: &mut dyn FnMut(Samples<'_>, Lens) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    let lens = context.lens(&selector.offset, selector.at)?;
    let (first, last) = lens.span(grid);
    let start = first.saturating_sub(context.lookback).saturating_add(1);
    let mut selection = Selection::all(selector.matchers.clone()).within(TimeRange { start, end: last });
    if grid.len == 1 {
        // One time sees one sample.
        selection = selection.newest(1);
    }
    read_selection(context, &selection, &mut |samples| take(samples, lens))
}

fn give(
    context: &Context<'_>,
    labels: &Labels,
    cells: Cells,
    take: &mut dyn FnMut(Row) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    if cells.is_empty() {
        return Ok(());
    }
    context.budget.go_on()?;
    take(Row::new(labels.clone(), cells))
}
