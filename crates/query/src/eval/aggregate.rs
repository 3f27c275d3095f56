//! Aggregations: which series belong together, and what they come to.

use crate::annotation::Note;
use crate::eval::accumulate::{Frame, Group};
use crate::eval::cells::Row;
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::{names, rank, scalars, stream};
use crate::syntax::{Aggregate, AggregateOp, Expr};
use hashbrown::HashMap;
use model::{Labels, NAME};
use std::collections::hash_map::RandomState;

/// The rows of an aggregation.
pub(crate) fn aggregate(
    context: &Context<'_>,
    expr: &Aggregate,
    grid: &Grid,
) -> Result<Vec<Row>, QueryError> {
    let param = match &expr.param {
        Some(param) if expr.op != AggregateOp::CountValues => scalars(context, param, grid)?,
        _ => Vec::new(),
    };
    let frame = Frame { context, op: expr.op, steps: grid.len, param, span: expr.inner.span() };
    match expr.op {
        AggregateOp::TopK | AggregateOp::BottomK | AggregateOp::LimitK | AggregateOp::LimitRatio => {
            rank::chosen(expr, &frame, grid)
        }
        AggregateOp::CountValues => rank::count_values(expr, &frame, grid),
        _ => grouped(expr, &frame, grid),
    }
}

fn grouped(expr: &Aggregate, frame: &Frame<'_>, grid: &Grid) -> Result<Vec<Row>, QueryError> {
    if expr.op == AggregateOp::Quantile {
        let span = expr.param.as_ref().map_or(expr.span, Expr::span);
        for q in frame.param.iter().filter(|q| !(0.0..=1.0).contains(*q)) {
            frame.context.note(Note::InvalidQuantile(*q), span);
        }
    }
    let mut groups: HashMap<Labels, usize, RandomState> = HashMap::default();
    let mut all: Vec<(Row, Group)> = Vec::new();
    stream(frame.context, &expr.inner, grid, &mut |row| {
        let labels = group_labels(&row.labels, expr);
        let place = match groups.get(&labels) {
            Some(place) => *place,
            None => {
                frame.context.budget.hold(grid.len)?;
                groups.insert(labels.clone(), all.len());
                all.push((Row::new(labels, crate::eval::cells::Cells::default()), Group::new(frame)));
                all.len() - 1
            }
        };
        if let Some((group_row, group)) = all.get_mut(place) {
            group_row.drop_name |= row.drop_name;
            group.take(&row.cells, frame, row.labels.get(NAME).unwrap_or(""));
        }
        Ok(())
    })?;
    let finished = all.into_iter().map(|(mut row, group)| {
        row.cells = group.finish(frame);
        row
    });
    Ok(finished.filter(|row| !row.cells.is_empty()).collect())
}

/// The labels of the group that a series belongs to.
pub(crate) fn group_labels(labels: &Labels, expr: &Aggregate) -> Labels {
    let is_listed = |name: &str| expr.grouping.iter().any(|listed| listed == name);
    if expr.without {
        Labels::new(labels.iter().filter(|(name, _)| !is_listed(name) && !names::is_metadata(name)))
    } else if expr.grouping.is_empty() {
        Labels::default()
    } else {
        Labels::new(labels.iter().filter(|(name, _)| is_listed(name)))
    }
}
