//! Functions over a range.

use crate::annotation::Note;
use crate::eval::cells::{Cells, Row, Sample};
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::over_time::{Whose, over_time};
use crate::eval::rate::{RateKind, between_newest, histogram_rate, rates};
use crate::eval::scalar::argument;
use crate::eval::select::Samples;
use crate::eval::subquery::{Ranged, each_series, ranged};
use crate::eval::window::{Clean, Window};
use crate::eval::{Sink, extended, regression, summary};
use crate::syntax::{Call, Edges, Expr, Function, Span, ValueType};
use model::{Labels, NAME};

/// The argument that is a range, if there is one.
pub(crate) fn range_argument(call: &Call) -> Option<&Expr> {
    call.args.iter().find(|arg| arg.value_type() == ValueType::Matrix)
}

/// The rows of a function over a range.
pub(crate) fn stream(
    context: &Context<'_>,
    call: &Call,
    range: &Expr,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let ranged = ranged(context, range)?;
    check_edges(call, ranged)?;
    let params = Params::of(context, call, grid)?;
    if summary::stream(context, call, range, ranged, grid, take)? {
        return Ok(());
    }
    let keeps_name = matches!(call.function, Function::LastOverTime | Function::FirstOverTime);
    each_series(context, range, ranged, grid, &mut |samples| {
        let cells = kernel(context, call, samples, ranged, grid, &params, range.span())?;
        if cells.is_empty() {
            return Ok(());
        }
        let drop_name = samples.drop_name || !keeps_name;
        take(Row { labels: samples.labels.clone(), drop_name, cells })
    })
}

/// Arguments that are numbers, at each time.
struct Params {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Params {
    fn of(context: &Context<'_>, call: &Call, grid: &Grid) -> Result<Self, QueryError> {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        match call.function {
            Function::QuantileOverTime => {
                first = argument(context, call, 0, grid)?;
                let span = call.args.first().map_or(call.span, Expr::span);
                for q in first.iter().filter(|q| !(0.0..=1.0).contains(*q)) {
                    context.note(Note::InvalidQuantile(*q), span);
                }
            }
            Function::PredictLinear => first = argument(context, call, 1, grid)?,
            Function::DoubleExponentialSmoothing => {
                first = argument(context, call, 1, grid)?;
                second = argument(context, call, 2, grid)?;
                check_factors(&first, "smoothing", "sf")?;
                check_factors(&second, "trend", "tf")?;
            }
            _ => {}
        }
        Ok(Self { first, second })
    }

    fn at(&self, step: usize) -> (f64, f64) {
        let value = |all: &[f64]| all.get(step).copied().unwrap_or(f64::NAN);
        (value(&self.first), value(&self.second))
    }
}

fn check_factors(factors: &[f64], what: &str, name: &str) -> Result<(), QueryError> {
    match factors.iter().find(|factor| **factor <= 0.0 || **factor >= 1.0) {
        Some(bad) => Err(QueryError::execution(format!(
            "invalid {what} factor. Expected: 0 < {name} < 1, got: {bad:.6}"
        ))),
        None => Ok(()),
    }
}

/// Only what is a change over time is asked what lies beyond the edges.
fn check_edges(call: &Call, ranged: Ranged) -> Result<(), QueryError> {
    use Function::{Changes, Delta, Increase, Rate, Resets};
    let (word, allowed): (_, &[Function]) = match ranged.edges {
        Edges::Plain => return Ok(()),
        Edges::Anchored => ("anchored", &[Changes, Delta, Increase, Rate, Resets]),
        Edges::Smoothed => ("smoothed", &[Delta, Increase, Rate]),
    };
    if allowed.contains(&call.function) {
        return Ok(());
    }
    let names: Vec<&str> = allowed.iter().map(|function| function.name()).collect();
    Err(QueryError::execution(format!(
        "{word} modifier can only be used with: {} - not with {}",
        names.join(", "),
        call.function.name(),
    )))
}

/// What the function makes of one series.
fn kernel(
    context: &Context<'_>,
    call: &Call,
    samples: Samples<'_>,
    ranged: Ranged,
    grid: &Grid,
    params: &Params,
    span: Span,
) -> Result<Cells, QueryError> {
    let metric = samples.labels.get(NAME).unwrap_or("");
    let whose = Whose { context, metric, span };
    let clean = Clean::of(samples);
    if ranged.edges != Edges::Plain {
        return Ok(extended::cells(call.function, &clean, ranged, grid, whose));
    }
    let lens = ranged.lens;
    if let Some(kind) = RateKind::of(call.function) {
        if kind.is_counter && !clean.times.is_empty() {
            note_non_counter(whose, samples.labels);
        }
        if clean.histograms.is_empty() {
            return Ok(rates(&clean, grid, lens, kind));
        }
        return Ok(clean.map(grid, lens, |_, window| {
            if window.histograms.is_empty() {
                let alone = Clean {
                    times: window.times.into(),
                    values: window.values.into(),
                    histograms: (&[]).into(),
                };
                return rates(&alone, &Grid::instant(window.to), at_edge(lens.range), kind).get(0);
            }
            histogram_rate(window, kind, whose)
        }));
    }
    let (mut looked_at, mut failure) = (0, None);
    let cells = clean.map(grid, lens, |step, window| {
        // Long windows of many times take a while for a single series.
        looked_at += window.times.len() + 1;
        if looked_at > ASK_AFTER {
            looked_at = 0;
            failure = failure.take().or_else(|| context.budget.go_on().err());
        }
        if failure.is_some() {
            return None;
        }
        of_window(call.function, window, grid, step, params, whose)
    });
    failure.map_or(Ok(cells), Err)
}

/// Samples that are looked at before it is asked again whether to go on: some milliseconds of the slowest functions.
const ASK_AFTER: usize = 1 << 16;

/// A range that looks back from the time of evaluation itself.
fn at_edge(range: model::Millis) -> crate::eval::window::RangeLens {
    crate::eval::window::RangeLens { range, lens: crate::eval::grid::Lens::default() }
}

/// What the function makes of one window.
fn of_window(
    function: Function,
    window: Window<'_>,
    grid: &Grid,
    step: usize,
    params: &Params,
    whose: Whose<'_>,
) -> Option<Sample> {
    let (first, second) = params.at(step);
    match function {
        Function::Irate => between_newest(window, true, whose),
        Function::Idelta => between_newest(window, false, whose),
        Function::Deriv | Function::PredictLinear | Function::DoubleExponentialSmoothing => {
            if window.has_both() {
                whose.note(Note::HistogramIgnoredInRange);
            }
            if window.values.len() < 2 {
                return None;
            }
            let value = match function {
                Function::Deriv => regression::line(window, *window.times.first()?).slope,
                Function::PredictLinear => {
                    let line = regression::line(window, grid.time(step));
                    line.slope * first + line.intercept
                }
                _ => regression::smoothed(window.values, first, second)?,
            };
            Some(Sample::Float(value))
        }
        _ => over_time(function, window, first, whose),
    }
}

/// Says so if a series does not look like a counter.
pub(crate) fn note_non_counter(whose: Whose<'_>, labels: &Labels) {
    if let Some(kind) = labels.get("__type__") {
        if kind != "counter" && kind != "histogram" {
            let note =
                Note::PossibleNonCounterType { metric: whose.metric.to_owned(), kind: kind.to_owned() };
            whose.context.note(note, whose.span);
        }
    } else if !whose.metric.is_empty()
        && !["_total", "_sum", "_count", "_bucket"].iter().any(|end| whose.metric.ends_with(end))
    {
        whose.note(Note::PossibleNonCounter);
    }
}
