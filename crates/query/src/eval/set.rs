//! `and`, `or`, `unless`: sets of series.

use crate::eval::cells::Row;
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::matching::signature;
use crate::eval::{names, rows};
use crate::syntax::{Binary, BinaryOp, VectorMatching};
use hashbrown::HashMap;
use model::Labels;
use std::collections::hash_map::RandomState;

/// When there is any series of a signature.
type Presence = HashMap<Labels, Vec<bool>, RandomState>;

/// The rows of a set operator.
pub(crate) fn join(
    context: &Context<'_>,
    expr: &Binary,
    matching: &VectorMatching,
    grid: &Grid,
) -> Result<Vec<Row>, QueryError> {
    let mut left = rows(context, &expr.lhs, grid)?;
    let mut right = rows(context, &expr.rhs, grid)?;
    let (present, filtered) = match expr.op {
        BinaryOp::Or => (presence(&left, matching, grid), &mut right),
        _ => (presence(&right, matching, grid), &mut left),
    };
    let is_wanted = expr.op == BinaryOp::And;
    for row in filtered.iter_mut() {
        let partners = present.get(&signature(&row.labels, matching));
        let has_partner = |at: usize| partners.is_some_and(|at_times| at_times.get(at) == Some(&true));
        row.cells.retain(|at| has_partner(at) == is_wanted);
    }
    left.retain(|row| !row.cells.is_empty());
    if expr.op == BinaryOp::Or {
        right.retain(|row| !row.cells.is_empty());
        add(&mut left, right)?;
    }
    Ok(left)
}

/// Adds rows of the right side. What the left has too, at other times, is one series: `sum(x) or vector(0)`.
fn add(left: &mut Vec<Row>, right: Vec<Row>) -> Result<(), QueryError> {
    if right.is_empty() {
        return Ok(());
    }
    let places: HashMap<Labels, usize, RandomState> =
        left.iter().enumerate().map(|(at, row)| (row.labels.clone(), at)).collect();
    for row in right {
        let own = places.get(&row.labels).and_then(|at| left.get_mut(*at));
        match own.filter(|own| own.drop_name == row.drop_name) {
            Some(own) => own.cells.merge(&row.cells).map_err(|_| names::same_labels())?,
            None => left.push(row),
        }
    }
    Ok(())
}

fn presence(rows: &[Row], matching: &VectorMatching, grid: &Grid) -> Presence {
    let mut present = Presence::default();
    for row in rows {
        let times = present.entry(signature(&row.labels, matching)).or_insert_with(|| vec![false; grid.len]);
        for (at, is_there) in times.iter_mut().enumerate() {
            *is_there |= row.cells.has(at);
        }
    }
    present
}
