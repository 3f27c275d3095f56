//! Evaluation: what an expression comes to at each time of a grid.
//!
//! Series go through one at a time wherever an operation allows it ([`stream`]): a sum of the rates of ten thousand
//! series holds the groups, and the samples of one series. What needs all series at once asks for [`rows`].
//! Read in this order: `cells` and `grid` say what values are, `select` and `window` where they come from, `call`,
//! `aggregate` and `binary` what is made of them, `engine` how it all is asked.

mod absent;
mod accumulate;
mod aggregate;
mod binary;
mod budget;
mod calendar;
mod call;
mod cells;
mod context;
mod engine;
mod extended;
mod failure;
mod grid;
mod info;
mod invariant;
pub(crate) mod matching;
pub(crate) mod math;
mod meeting;
pub(crate) mod names;
pub(crate) mod operator;
pub(crate) mod over_time;
mod quantiles;
mod range_call;
mod rank;
pub(crate) mod rate;
pub(crate) mod regression;
mod relabel;
mod scalar;
mod select;
mod set;
mod subquery;
mod summary;
pub(crate) mod window;

pub(crate) use aggregate::group_labels;
pub use budget::{Cost, Stop};
pub use cells::Sample;
pub use engine::{Answer, Engine, MatrixSeries, Options, Value, VectorSample};
pub use failure::QueryError;
pub use rate::{RateKind, rate_of};

use crate::syntax::{Edges, Expr, ValueType};
use cells::{Cells, Row};
use context::Context;
use grid::Grid;
use scalar::scalars;
use std::sync::Arc;

/// Takes one row after the other.
type Sink<'a> = dyn FnMut(Row) -> Result<(), QueryError> + 'a;

/// Gives `take` the rows of a vector expression, one by one, in no order that is promised. None is empty.
fn stream(context: &Context<'_>, expr: &Expr, grid: &Grid, take: &mut Sink<'_>) -> Result<(), QueryError> {
    if grid.len > 1 && invariant::is_invariant(expr) {
        // The same at every time: once is enough.
        return stream(context, expr, &grid.first(), &mut |mut row| {
            row.cells = Cells::repeat(row.cells.get(0), grid.len);
            take(row)
        });
    }
    match expr {
        Expr::Paren(paren) => stream(context, &paren.inner, grid, take),
        Expr::Unary(unary) if unary.negative => {
            stream(context, &unary.inner, grid, &mut |row| take(negated(row)))
        }
        Expr::Unary(unary) => stream(context, &unary.inner, grid, take),
        Expr::Binary(binary) => binary::stream(context, binary, grid, take),
        Expr::Aggregate(aggregate) => {
            aggregate::aggregate(context, aggregate, grid)?.into_iter().try_for_each(take)
        }
        Expr::Call(call) => call::stream(context, call, grid, take),
        Expr::Vector(selector) if selector.edges == Edges::Smoothed => {
            extended::smoothed_instants(context, selector, grid, take)
        }
        Expr::Vector(selector) => select::instants(context, selector, grid, take),
        Expr::Number(_) | Expr::String(_) | Expr::Matrix(_) | Expr::Subquery(_) => {
            Err(QueryError::execution("expected an instant vector"))
        }
    }
}

/// All rows of an expression; those of a number are one without labels.
fn rows(context: &Context<'_>, expr: &Expr, grid: &Grid) -> Result<Vec<Row>, QueryError> {
    if expr.value_type() == ValueType::Scalar {
        let cells = Cells::of(scalars(context, expr, grid)?);
        return Ok(vec![Row::new(model::Labels::default(), cells)]);
    }
    let mut rows = Vec::new();
    stream(context, expr, grid, &mut |row| {
        context.budget.hold(grid.len)?;
        rows.push(row);
        Ok(())
    })?;
    Ok(rows)
}

/// The text of a string expression.
fn text(expr: &Expr) -> Result<String, QueryError> {
    match expr.bare() {
        Expr::String(text) => Ok(text.value.clone()),
        _ => Err(QueryError::execution("expected a string")),
    }
}

fn negated(mut row: Row) -> Row {
    row.drop_name = true;
    row.cells = if row.cells.has_histograms() {
        row.cells.map(|_, sample| {
            Some(match sample {
                Sample::Float(value) => Sample::Float(-value),
                Sample::Histogram(histogram) => {
                    let mut histogram = Arc::unwrap_or_clone(histogram);
                    histogram.negate();
                    Sample::Histogram(Arc::new(histogram))
                }
            })
        })
    } else {
        row.cells.map_all(|value| -value)
    };
    row
}
