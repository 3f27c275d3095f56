//! Long windows without looking at every sample: the store knows what whole stretches of time come to.
//!
//! Where windows begin and end with such stretches, nothing else is read; a single window that does not is read as it is
//! at its edges. Sums are those of the samples but for rounding.

use crate::eval::Sink;
use crate::eval::cells::{Cells, Row};
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::over_time::Whose;
use crate::eval::range_call::note_non_counter;
use crate::eval::rate::{RateKind, rate_of};
use crate::eval::scalar::seconds;
use crate::eval::select::{has_histograms, unreadable};
use crate::eval::subquery::Ranged;
use crate::eval::window::RangeLens;
use crate::syntax::{Call, Edges, Expr, Function, MatrixSelector};
use hashbrown::HashMap;
use model::{Aggregate, Bucket, Facts, Kahan, Labels, Millis, NAME, Point, Selection, TimeRange, limits};
use std::collections::hash_map::RandomState;
use std::ops::ControlFlow;

/// A window must have so many stretches, or reading its samples is as cheap.
const LEAST: Millis = 4;
/// And a window that does not begin and end with them so many.
const LEAST_WITH_EDGES: Millis = 24;

/// What is done with what a series comes to.
type Give<'a> = dyn FnMut(&Labels, &[Bucket]) -> Result<(), QueryError> + 'a;

/// How the windows of a grid are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    /// The length of a stretch.
    length: Millis,
    /// Whether samples at the edges are to be read too.
    has_edges: bool,
}

/// Gives the rows of a function over a long range, if they can be told by summaries; else `false`, and nothing was given.
pub(crate) fn stream(
    context: &Context<'_>,
    call: &Call,
    range: &Expr,
    ranged: Ranged,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<bool, QueryError> {
    let Expr::Matrix(matrix) = range.bare() else { return Ok(false) };
    let Some(plan) = plan(ranged.lens, grid) else { return Ok(false) };
    if ranged.edges != Edges::Plain {
        return Ok(false);
    }
    let Some(facts) = facts(call.function) else { return Ok(false) };
    let (after, to) = ranged.lens.span(grid);
    if has_histograms(context, &matrix.vector.matchers, (after, to))? {
        return Ok(false);
    }
    let mut give = |labels: &Labels, parts: &[Bucket]| {
        context.budget.read(parts.len())?;
        let whose = Whose { context, metric: labels.get(NAME).unwrap_or(""), span: range.span() };
        if matches!(call.function, Function::Rate | Function::Increase) {
            note_non_counter(whose, labels);
        }
        let cells = cells(call.function, parts, ranged.lens, grid);
        let drop_name = !matches!(call.function, Function::FirstOverTime | Function::LastOverTime);
        if cells.is_empty() { Ok(()) } else { take(Row { labels: labels.clone(), drop_name, cells }) }
    };
    if plan.has_edges {
        for (labels, whole) in with_edges(context, matrix, (plan.length, facts), (after, to))? {
            give(&labels, &[whole.bucket()])?;
        }
    } else {
        each_bucket(context, matrix, (plan.length, facts), (after, to), &mut give)?;
    }
    Ok(true)
}

/// What a function must know of the samples; `None` if it must know them all.
fn facts(function: Function) -> Option<Facts> {
    let none = Facts::default();
    Some(match function {
        Function::CountOverTime
        | Function::PresentOverTime
        | Function::TsOfFirstOverTime
        | Function::TsOfLastOverTime => none,
        Function::SumOverTime | Function::AvgOverTime => Facts { sum: true, ..none },
        Function::MinOverTime => Facts { min: true, ..none },
        Function::MaxOverTime => Facts { max: true, ..none },
        Function::FirstOverTime | Function::LastOverTime | Function::Delta => Facts { edges: true, ..none },
        Function::Rate | Function::Increase => Facts { edges: true, resets: true, ..none },
        _ => return None,
    })
}

fn plan(lens: RangeLens, grid: &Grid) -> Option<Plan> {
    let is_multiple = |time: Millis, length: Millis| time.rem_euclid(length) == 0;
    limits::ROLLUPS.iter().rev().find_map(|length| {
        let length = *length;
        let fits_grid = is_multiple(lens.lens.look(grid.start), length)
            && (grid.len == 1 || is_multiple(grid.step, length));
        if lens.range >= LEAST * length && is_multiple(lens.range, length) && fits_grid {
            Some(Plan { length, has_edges: false })
        } else if grid.len == 1 && lens.range >= LEAST_WITH_EDGES * length {
            Some(Plan { length, has_edges: true })
        } else {
            None
        }
    })
}

fn each_bucket(
    context: &Context<'_>,
    matrix: &MatrixSelector,
    (length, facts): (Millis, Facts),
    (after, to): (Millis, Millis),
    give: &mut Give<'_>,
) -> Result<(), QueryError> {
    let range = TimeRange { start: after.saturating_add(1), end: to };
    let selection = Selection::all(matrix.vector.matchers.clone()).within(range);
    let mut failure = None;
    let read = context.select.each_bucket(&selection, length, facts, &mut |series, buckets| match give(
        series.labels(),
        buckets,
    ) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failure = Some(error);
            ControlFlow::Break(())
        }
    });
    read.map_err(unreadable)?;
    failure.map_or(Ok(()), Err)
}

/// What the samples of one window come to so far.
struct Whole {
    bucket: Bucket,
    sum: Kahan,
}

impl Whole {
    fn new(first: &Bucket) -> Self {
        let mut sum = Kahan::default();
        sum.add(first.aggregate.sum);
        Self { bucket: *first, sum }
    }

    fn append(&mut self, later: &Bucket) {
        self.bucket.end = later.end;
        self.bucket.aggregate.append(&later.aggregate);
        self.sum.add(later.aggregate.sum);
    }

    fn bucket(&self) -> Bucket {
        let sum = if self.sum.sum.is_infinite() { self.sum.sum } else { self.sum.total() };
        Bucket { aggregate: Aggregate { sum, ..self.bucket.aggregate }, ..self.bucket }
    }
}

/// What the samples of each series come to in a single window, those at the edges among them.
fn with_edges(
    context: &Context<'_>,
    matrix: &MatrixSelector,
    (length, facts): (Millis, Facts),
    (after, to): (Millis, Millis),
) -> Result<HashMap<Labels, Whole, RandomState>, QueryError> {
    let mut all: HashMap<Labels, Whole, RandomState> = HashMap::default();
    let first = Bucket::end_of(after, length);
    let last = to.div_euclid(length).saturating_mul(length);
    let mut keep = |labels: &Labels, buckets: &[Bucket]| {
        context.budget.read(buckets.len())?;
        let (mut known, mut rest) = (all.get_mut(labels), buckets);
        if known.is_none()
            && let [first, others @ ..] = buckets
        {
            context.budget.hold(1)?;
            (known, rest) = (Some(all.entry(labels.clone()).or_insert(Whole::new(first))), others);
        }
        if let Some(whole) = known {
            rest.iter().for_each(|bucket| whole.append(bucket));
        }
        Ok(())
    };
    edge(context, matrix, facts, (after, first), &mut keep)?;
    each_bucket(context, matrix, (length, facts), (first, last), &mut keep)?;
    edge(context, matrix, facts, (last, to), &mut keep)?;
    Ok(all)
}

/// The samples between two times as one stretch.
fn edge(
    context: &Context<'_>,
    matrix: &MatrixSelector,
    facts: Facts,
    (after, to): (Millis, Millis),
    keep: &mut Give<'_>,
) -> Result<(), QueryError> {
    if after >= to {
        return Ok(());
    }
    let mut failure = None;
    let range = TimeRange { start: after.saturating_add(1), end: to };
    let selection = Selection::all(matrix.vector.matchers.clone()).within(range);
    let read = context.select.each(&selection, &mut |series, columns| {
        let Some(aggregate) = Aggregate::of(columns, facts) else { return ControlFlow::Continue(()) };
        match keep(series.labels(), &[Bucket { end: to, aggregate }]) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    read.map_err(unreadable)?;
    failure.map_or(Ok(()), Err)
}

/// What the function makes of each window.
fn cells(function: Function, parts: &[Bucket], lens: RangeLens, grid: &Grid) -> Cells {
    let mut cells = Cells::empty(grid.len);
    let (mut first, mut end) = (0, 0);
    for (step, t) in grid.times().enumerate() {
        let (after, to) = lens.window(t);
        while parts.get(end).is_some_and(|bucket| bucket.end <= to) {
            end += 1;
        }
        while first < end && parts.get(first).is_some_and(|bucket| bucket.end <= after) {
            first += 1;
        }
        let inside = parts.get(first..end).unwrap_or_default();
        if let Some(value) = of_window(function, inside, (after, to)) {
            cells.set_float(step, value);
        }
    }
    cells
}

#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
fn of_window(function: Function, inside: &[Bucket], (after, to): (Millis, Millis)) -> Option<f64> {
    let ([Bucket { aggregate: oldest, .. }, ..], [.., Bucket { aggregate: newest, .. }]) = (inside, inside)
    else {
        return None;
    };
    let all = || inside.iter().map(|bucket| bucket.aggregate);
    let count = || all().map(|aggregate| aggregate.count).sum::<u64>();
    let (first, last): (Point, Point) = (oldest.first, newest.last);
    Some(match function {
        Function::CountOverTime => count() as f64,
        Function::SumOverTime => sum(inside),
        Function::AvgOverTime => sum(inside) / count() as f64,
        Function::MinOverTime => all().map(|aggregate| aggregate.min).fold(f64::NAN, f64::min),
        Function::MaxOverTime => all().map(|aggregate| aggregate.max).fold(f64::NAN, f64::max),
        Function::FirstOverTime => first.v,
        Function::LastOverTime => last.v,
        Function::TsOfFirstOverTime => seconds(first.t),
        Function::TsOfLastOverTime => seconds(last.t),
        Function::PresentOverTime => 1.0,
        _ => {
            let kind = RateKind::of(function)?;
            let count = usize::try_from(count()).ok().filter(|count| *count > 1)?;
            let mut change = last.v - first.v;
            if kind.is_counter {
                change += falls(inside);
            }
            rate_of(kind, change, (first, last), count, (after, to))
        }
    })
}

fn sum(inside: &[Bucket]) -> f64 {
    let mut sum = Kahan::default();
    inside.iter().for_each(|bucket| sum.add(bucket.aggregate.sum));
    if sum.sum.is_infinite() { sum.sum } else { sum.total() }
}

/// What counters had before they began anew: within the stretches, and between them.
fn falls(inside: &[Bucket]) -> f64 {
    let within: f64 = inside.iter().map(|bucket| bucket.aggregate.resets).sum();
    let pairs = inside.iter().zip(inside.get(1..).unwrap_or_default());
    let ends = pairs.map(|(before, after)| (before.aggregate.last.v, after.aggregate.first.v));
    within + ends.filter(|(before, after)| after < before).map(|(before, _)| before).sum::<f64>()
}
