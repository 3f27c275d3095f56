//! Calls of functions: each kind goes to where it is computed.

use crate::annotation::Note;
use crate::eval::cells::{Cells, Row, Sample};
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::over_time::nan_first;
use crate::eval::scalar::{argument, scalars, seconds};
use crate::eval::{
    Sink, absent, calendar, info, math, names, quantiles, range_call, relabel, rows, select,
    stream as stream_of, text,
};
use crate::histogram::{FloatHistogram, go_float};
use crate::syntax::{Call, Expr, Function};
use model::Labels;

/// The rows of a call.
pub(crate) fn stream(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    if call.function == Function::AbsentOverTime {
        return absent::over_time(context, call, grid, take);
    }
    if let Some(range) = range_call::range_argument(call) {
        return range_call::stream(context, call, range, grid, take);
    }
    if let Some(element) = math::element(call.function) {
        return of_floats(context, call, grid, take, |_, value| Some(element(value)));
    }
    match call.function {
        Function::Round | Function::Clamp | Function::ClampMin | Function::ClampMax => {
            bounded(context, call, grid, take)
        }
        Function::Vector => {
            let cells = Cells::of(argument(context, call, 0, grid)?);
            take(Row::new(Labels::default(), cells))
        }
        Function::Absent => absent::absent(context, call, grid, take),
        Function::Timestamp => timestamp(context, call, grid, take),
        Function::LabelReplace => label_replace(context, call, grid, take),
        Function::LabelJoin => label_join(context, call, grid, take),
        Function::Sort | Function::SortDesc | Function::SortByLabel | Function::SortByLabelDesc => {
            sort(context, call, grid, take)
        }
        Function::HistogramQuantile | Function::HistogramQuantiles | Function::HistogramFraction => {
            of_distributions(context, call, grid, take)
        }
        Function::HistogramAvg
        | Function::HistogramCount
        | Function::HistogramSum
        | Function::HistogramStddev
        | Function::HistogramStdvar => of_histograms(context, call, grid, take),
        Function::Info => info::stream(context, call, grid, take),
        function if calendar::part(function, 0.0).is_some() => dates(context, call, grid, take),
        function => Err(QueryError::execution(format!("{} is not supported", function.name()))),
    }
}

fn vector_argument(call: &Call, place: usize) -> Result<&Expr, QueryError> {
    call.args.get(place).ok_or_else(|| {
        QueryError::execution(format!("missing argument in call to {:?}", call.function.name()))
    })
}

/// Each number becomes another; the name goes.
fn of_floats(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
    mut map: impl FnMut(usize, f64) -> Option<f64>,
) -> Result<(), QueryError> {
    stream_of(context, vector_argument(call, 0)?, grid, &mut |mut row| {
        row.cells = row.cells.map_floats(&mut map);
        row.drop_name = true;
        if row.cells.is_empty() { Ok(()) } else { take(row) }
    })
}

fn bounded(context: &Context<'_>, call: &Call, grid: &Grid, take: &mut Sink<'_>) -> Result<(), QueryError> {
    let first = match call.args.get(1) {
        Some(expr) => scalars(context, expr, grid)?,
        None => vec![1.0; grid.len],
    };
    let second = match call.args.get(2) {
        Some(expr) => scalars(context, expr, grid)?,
        None => Vec::new(),
    };
    of_floats(context, call, grid, take, |at, value| {
        let first = *first.get(at)?;
        match call.function {
            Function::Round => Some(math::round(value, first)),
            Function::ClampMin => Some(math::largest(value, first)),
            Function::ClampMax => Some(math::smallest(value, first)),
            _ => {
                let most = *second.get(at)?;
                if most < first { None } else { Some(math::largest(math::smallest(value, most), first)) }
            }
        }
    })
}

/// A number as a label: one that is whole shows that it is no word.
fn share_text(value: f64) -> String {
    let text = go_float(value);
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') { format!("{text}.0") } else { text }
}

fn timestamp(context: &Context<'_>, call: &Call, grid: &Grid, take: &mut Sink<'_>) -> Result<(), QueryError> {
    let mut named = |mut row: Row| {
        row.drop_name = true;
        take(row)
    };
    let expr = vector_argument(call, 0)?;
    if let Expr::Vector(selector) = expr.bare() {
        return select::timestamps(context, selector, grid, &mut named);
    }
    stream_of(context, expr, grid, &mut |mut row| {
        row.cells = row.cells.map(|at, _| Some(Sample::Float(seconds(grid.time(at)))));
        named(row)
    })
}

fn dates(context: &Context<'_>, call: &Call, grid: &Grid, take: &mut Sink<'_>) -> Result<(), QueryError> {
    if call.args.is_empty() {
        let now = grid.times().map(|t| calendar::part(call.function, seconds(t)).unwrap_or(f64::NAN));
        return take(Row::new(Labels::default(), Cells::of(now.collect())));
    }
    of_floats(context, call, grid, take, |_, value| calendar::part(call.function, value))
}

fn label_replace(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let words = texts(call)?;
    let [to, template, from, pattern] = words.as_slice() else {
        return Err(QueryError::execution("label_replace takes four texts"));
    };
    relabel::check_name(to, "label_replace")?;
    let replace = relabel::Replace { to, template, from, pattern: relabel::pattern(pattern)? };
    let mut rows = rows(context, vector_argument(call, 0)?, grid)?;
    rows.iter_mut().for_each(|row| replace.apply(row));
    names::merged(rows)?.into_iter().try_for_each(take)
}

fn label_join(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let words = texts(call)?;
    let [to, separator, from @ ..] = words.as_slice() else {
        return Err(QueryError::execution("label_join takes a label and a separator"));
    };
    relabel::check_name(to, "label_join")?;
    let mut rows = rows(context, vector_argument(call, 0)?, grid)?;
    for row in &mut rows {
        let values: Vec<&str> = from.iter().map(|label| row.labels.get(label).unwrap_or("")).collect();
        let joined = values.join(separator);
        relabel::set(row, to, &joined);
    }
    names::merged(rows)?.into_iter().try_for_each(take)
}

/// All arguments behind the first.
fn texts(call: &Call) -> Result<Vec<String>, QueryError> {
    call.args.iter().skip(1).map(text).collect()
}

fn sort(context: &Context<'_>, call: &Call, grid: &Grid, take: &mut Sink<'_>) -> Result<(), QueryError> {
    if context.times.step > 0 {
        context.note(Note::SortInRange, call.span);
    }
    let mut rows = rows(context, vector_argument(call, 0)?, grid)?;
    match call.function {
        Function::SortByLabel | Function::SortByLabelDesc => {
            relabel::sort_by_labels(&mut rows, &texts(call)?, call.function == Function::SortByLabelDesc);
        }
        _ => {
            // Histograms have no order.
            rows.iter_mut().for_each(|row| {
                row.cells = std::mem::take(&mut row.cells).map_floats(|_, value| Some(value));
            });
            rows.retain(|row| !row.cells.is_empty());
            let is_descending = call.function == Function::SortDesc;
            rows.sort_by(|a, b| {
                let [a, b] = [a, b].map(|row| row.cells.float(0).unwrap_or(f64::NAN));
                // NaN comes last in both.
                let both = if is_descending { nan_first(&b, &a) } else { nan_first(&a, &b) };
                a.is_nan().cmp(&b.is_nan()).then(both)
            });
        }
    }
    rows.into_iter().try_for_each(take)
}

fn of_histograms(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let of: fn(&FloatHistogram) -> f64 = match call.function {
        Function::HistogramCount => |histogram| histogram.count,
        Function::HistogramSum => |histogram| histogram.sum,
        Function::HistogramAvg => FloatHistogram::avg,
        Function::HistogramStddev => FloatHistogram::stddev,
        _ => FloatHistogram::stdvar,
    };
    let wants_buckets = matches!(call.function, Function::HistogramStddev | Function::HistogramStdvar);
    let before = context.tells_resets.replace(!wants_buckets);
    let streamed = stream_of(context, vector_argument(call, 0)?, grid, &mut |mut row| {
        let mut cells = Cells::empty(grid.len);
        row.cells.histograms().for_each(|(at, histogram)| cells.set_float(at, of(histogram)));
        row.cells = cells;
        row.drop_name = true;
        if row.cells.is_empty() { Ok(()) } else { take(row) }
    });
    context.tells_resets.set(before);
    streamed
}

/// Quantiles and fractions.
fn of_distributions(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let place = |at: usize| call.args.get(at).map_or(call.span, Expr::span);
    let check = |q: &[f64], at: usize| {
        for q in q.iter().filter(|q| !(0.0..=1.0).contains(*q)) {
            context.note(Note::InvalidQuantile(*q), place(at));
        }
    };
    let at = |span| quantiles::Place { context, steps: grid.len, span };
    match call.function {
        Function::HistogramQuantile => {
            let q = argument(context, call, 0, grid)?;
            check(&q, 0);
            let rows = rows(context, vector_argument(call, 1)?, grid)?;
            quantiles::answer(rows, quantiles::Question::Quantile(&q), at(place(1)))
                .into_iter()
                .try_for_each(take)
        }
        Function::HistogramFraction => {
            let (lower, upper) = (argument(context, call, 0, grid)?, argument(context, call, 1, grid)?);
            let rows = rows(context, vector_argument(call, 2)?, grid)?;
            let question = quantiles::Question::Fraction(&lower, &upper);
            quantiles::answer(rows, question, at(place(2))).into_iter().try_for_each(take)
        }
        _ => {
            let rows = rows(context, vector_argument(call, 0)?, grid)?;
            let label = text(vector_argument(call, 1)?)?;
            relabel::check_name(&label, "histogram_quantiles")?;
            for number in 2..call.args.len() {
                let q = argument(context, call, number, grid)?;
                check(&q, number);
                let value = share_text(q.first().copied().unwrap_or(f64::NAN));
                let question = quantiles::Question::Quantile(&q);
                for mut row in quantiles::answer(rows.clone(), question, at(place(0))) {
                    relabel::set(&mut row, &label, &value);
                    take(row)?;
                }
            }
            Ok(())
        }
    }
}
