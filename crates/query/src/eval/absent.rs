//! `absent` and `absent_over_time`: a value where there is none.

use crate::eval::cells::{Cells, Row};
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::subquery::{each_series, ranged};
use crate::eval::window::Clean;
use crate::eval::{Sink, stream};
use crate::syntax::{Call, Expr, VectorSelector};
use model::{Labels, MatchOp, NAME};

/// 1 at each time at which the vector is empty.
pub(crate) fn absent(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let Some(expr) = call.args.first() else { return Ok(()) };
    let mut is_there = vec![false; grid.len];
    stream(context, expr, grid, &mut |row| {
        for (at, there) in is_there.iter_mut().enumerate() {
            *there |= row.cells.has(at);
        }
        Ok(())
    })?;
    give(expr, &is_there, take)
}

/// 1 at each time at which the range is empty.
pub(crate) fn over_time(
    context: &Context<'_>,
    call: &Call,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let Some(expr) = call.args.first() else { return Ok(()) };
    let ranged = ranged(context, expr)?;
    let mut is_there = vec![false; grid.len];
    each_series(context, expr, ranged, grid, &mut |samples| {
        Clean::of(samples).windows(grid, ranged.lens, |step, _| {
            if let Some(there) = is_there.get_mut(step) {
                *there = true;
            }
        });
        Ok(())
    })?;
    give(expr, &is_there, take)
}

fn give(expr: &Expr, is_there: &[bool], take: &mut Sink<'_>) -> Result<(), QueryError> {
    let mut cells = Cells::empty(is_there.len());
    for (at, _) in is_there.iter().enumerate().filter(|(_, there)| !**there) {
        cells.set_float(at, 1.0);
    }
    if cells.is_empty() { Ok(()) } else { take(Row::new(labels(expr), cells)) }
}

/// What is known of the series that is not there: labels that a selector asks for by one value.
fn labels(expr: &Expr) -> Labels {
    let selector: &VectorSelector = match expr.bare() {
        Expr::Vector(selector) => selector,
        Expr::Matrix(matrix) => &matrix.vector,
        _ => return Labels::default(),
    };
    let named = |label: &str| selector.matchers.iter().filter(|matcher| matcher.label() == label).count();
    let known = selector.matchers.iter().filter(|matcher| {
        matcher.label() != NAME && matcher.op() == MatchOp::Equal && named(matcher.label()) == 1
    });
    Labels::new(known.map(|matcher| (matcher.label(), matcher.value())))
}
