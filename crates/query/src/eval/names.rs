//! The names of metrics in results: who drops them, and when.

use crate::eval::cells::{Cells, Row};
use crate::eval::failure::QueryError;
use hashbrown::HashMap;
use model::{Labels, NAME};
use std::collections::hash_map::RandomState;

/// The label of a metric's type.
const TYPE: &str = "__type__";
/// The label of a metric's unit.
const UNIT: &str = "__unit__";

/// Whether a label says what the metric is, which a value computed from it no longer is.
pub(crate) fn is_metadata(label: &str) -> bool {
    matches!(label, NAME | TYPE | UNIT)
}

/// Without name, type and unit.
pub(crate) fn without_name(labels: &Labels) -> Labels {
    if labels.iter().any(|(name, _)| is_metadata(name)) {
        Labels::new(labels.iter().filter(|(name, _)| !is_metadata(name)))
    } else {
        labels.clone()
    }
}

/// Drops the names that are to be dropped. Rows that then have the same labels become one.
///
/// # Errors
/// Two of them have a value at the same time.
pub(crate) fn cleaned(rows: Vec<Row>) -> Result<Vec<Row>, QueryError> {
    if !rows.iter().any(|row| row.drop_name) {
        return Ok(rows);
    }
    let cleaned = rows.into_iter().map(|mut row| {
        if std::mem::take(&mut row.drop_name) {
            row.labels = without_name(&row.labels);
        }
        row
    });
    merged(cleaned.collect())
}

/// Rows with the same labels become one.
///
/// # Errors
/// Two of them have a value at the same time.
pub(crate) fn merged(rows: Vec<Row>) -> Result<Vec<Row>, QueryError> {
    let mut places: HashMap<Labels, usize, RandomState> =
        HashMap::with_capacity_and_hasher(rows.len(), RandomState::new());
    let mut merged: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match places.get(&row.labels).and_then(|place| merged.get_mut(*place)) {
            Some(Row { cells, .. }) => Cells::merge(cells, &row.cells).map_err(|_| same_labels())?,
            None => {
                places.insert(row.labels.clone(), merged.len());
                merged.push(row);
            }
        }
    }
    Ok(merged)
}

/// Whether two rows have the same labels.
pub(crate) fn has_duplicates(rows: &[Row]) -> bool {
    let mut seen = hashbrown::HashSet::with_capacity_and_hasher(rows.len(), RandomState::new());
    !rows.iter().all(|row| seen.insert(&row.labels))
}

pub(crate) fn same_labels() -> QueryError {
    QueryError::execution("vector cannot contain metrics with the same labelset")
}
