//! Samples over a time: read, or computed by a subquery.

use crate::eval::cells::Row;
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::rows;
use crate::eval::select::{self, Samples, Take};
use crate::eval::window::RangeLens;
use crate::syntax::{Edges, Expr, MatrixSelector, Subquery};
use model::Millis;

/// What a range looks at, and whether beyond its edges.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranged {
    pub(crate) lens: RangeLens,
    pub(crate) edges: Edges,
}

/// Where a range looks.
pub(crate) fn ranged(context: &Context<'_>, expr: &Expr) -> Result<Ranged, QueryError> {
    match expr.bare() {
        Expr::Matrix(matrix) => {
            let lens = context.lens(&matrix.vector.offset, matrix.vector.at)?;
            let range = context.positive_length(&matrix.range)?;
            Ok(Ranged { lens: RangeLens { lens, range }, edges: matrix.vector.edges })
        }
        Expr::Subquery(subquery) => {
            let lens = context.lens(&subquery.offset, subquery.at)?;
            let range = context.positive_length(&subquery.range)?;
            Ok(Ranged { lens: RangeLens { lens, range }, edges: Edges::Plain })
        }
        _ => Err(QueryError::execution("expected a range vector")),
    }
}

/// Gives the samples of each series that the range sees on `grid`.
pub(crate) fn each_series(
    context: &Context<'_>,
    expr: &Expr,
    ranged: Ranged,
    grid: &Grid,
    take: &mut Take<'_>,
) -> Result<(), QueryError> {
    match expr.bare() {
        Expr::Matrix(matrix) => read(context, matrix, ranged, grid, take),
        Expr::Subquery(subquery) => compute(context, subquery, ranged.lens, grid, take),
        _ => Err(QueryError::execution("expected a range vector")),
    }
}

fn read(
    context: &Context<'_>,
    matrix: &MatrixSelector,
    ranged: Ranged,
    grid: &Grid,
    take: &mut Take<'_>,
) -> Result<(), QueryError> {
    let (after, to) = ranged.lens.span(grid);
    let span = match ranged.edges {
        Edges::Plain => (after, to),
        Edges::Anchored => (after.saturating_sub(context.lookback), to),
        Edges::Smoothed => (after.saturating_sub(context.lookback), to.saturating_add(context.lookback)),
    };
    select::read(context, &matrix.vector.matchers, span, take)
}

/// Evaluates the inner expression once for all windows, at multiples of its step.
fn compute(
    context: &Context<'_>,
    subquery: &Subquery,
    lens: RangeLens,
    grid: &Grid,
    take: &mut Take<'_>,
) -> Result<(), QueryError> {
    let step = match &subquery.step {
        Some(step) => context.positive_length(step)?,
        None => context.default_step,
    };
    let (after, to) = lens.span(grid);
    let first = after.div_euclid(step).saturating_add(1).saturating_mul(step);
    let Some(inner) = Grid::range(first, to, step) else { return Ok(()) };
    context.budget.hold(inner.len)?;
    let (mut times, mut values, mut histograms) = (Vec::new(), Vec::new(), Vec::new());
    for Row { labels, drop_name, cells } in rows(context, &subquery.inner, &inner)? {
        times.clear();
        values.clear();
        for (at, value) in cells.floats() {
            times.push(inner.time(at));
            values.push(value);
        }
        histograms.clear();
        histograms.extend(cells.histograms().map(|(at, it)| -> (Millis, _) { (inner.time(at), it.clone()) }));
        context.budget.go_on()?;
        take(Samples {
            labels: &labels,
            drop_name,
            times: &times,
            values: &values,
            histograms: &histograms,
        })?;
    }
    Ok(())
}
