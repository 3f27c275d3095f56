//! Aggregations that choose among series, or count what values they have.

use crate::annotation::Note;
use crate::eval::accumulate::Frame;
use crate::eval::aggregate::group_labels;
use crate::eval::cells::{Cells, Row, Sample};
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::over_time::nan_first;
use crate::eval::{rows, text};
use crate::number::Number;
use crate::syntax::{Aggregate, AggregateOp, Expr};
use hashbrown::HashMap;
use model::Labels;
use std::cmp::Ordering;
use std::collections::hash_map::RandomState;

/// `topk`, `bottomk`, `limitk`, `limit_ratio`: the rows that are chosen, each at the times when it is.
pub(crate) fn chosen(expr: &Aggregate, frame: &Frame<'_>, grid: &Grid) -> Result<Vec<Row>, QueryError> {
    check_param(expr, frame)?;
    let mut all = rows(frame.context, &expr.inner, grid)?;
    if matches!(expr.op, AggregateOp::TopK | AggregateOp::BottomK)
        && all.iter().any(|row| row.cells.has_histograms())
    {
        frame.context.note(Note::HistogramIgnored(expr.op.name()), frame.span);
    }
    let groups = members(&all, expr);
    let mut order = Vec::new();
    let mut keeps: Vec<Vec<bool>> = all.iter().map(|_| vec![false; grid.len]).collect();
    for step in 0..grid.len {
        let param = frame.param.get(step).copied().unwrap_or(f64::NAN);
        for group in &groups {
            for place in choose(expr.op, param, group, &all, step) {
                if let Some(kept) = keeps.get_mut(place).and_then(|row| row.get_mut(step)) {
                    *kept = true;
                }
                if grid.len == 1 {
                    order.push(place);
                }
            }
        }
    }
    for (row, keeps) in all.iter_mut().zip(&keeps) {
        row.cells.retain(|at| keeps.get(at).copied().unwrap_or(false));
    }
    if grid.len == 1 {
        // An instant's rows are in the order of their rank.
        return Ok(order.into_iter().filter_map(|place| all.get(place).cloned()).collect());
    }
    Ok(all.into_iter().filter(|row| !row.cells.is_empty()).collect())
}

fn check_param(expr: &Aggregate, frame: &Frame<'_>) -> Result<(), QueryError> {
    let span = expr.param.as_ref().map_or(expr.span, Expr::span);
    for param in &frame.param {
        if expr.op == AggregateOp::LimitRatio {
            if param.is_nan() {
                return Err(QueryError::execution(format!("Ratio value {} is NaN", Number(*param))));
            }
            if param.abs() > 1.0 {
                frame.context.note(Note::InvalidRatio(*param, param.clamp(-1.0, 1.0)), span);
            }
        } else if param.is_nan() {
            return Err(QueryError::execution("Parameter value is NaN"));
        } else if param.abs() >= 9.223_372_036_854_775e18 {
            return Err(QueryError::execution(format!("Scalar value {} overflows int64", Number(*param))));
        }
    }
    Ok(())
}

/// The rows of each group.
fn members(all: &[Row], expr: &Aggregate) -> Vec<Vec<usize>> {
    let mut places: HashMap<Labels, usize, RandomState> = HashMap::default();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, row) in all.iter().enumerate() {
        let place = *places.entry(group_labels(&row.labels, expr)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            group.push(at);
        }
    }
    groups
}

/// Which rows of a group are chosen at a time, the best first.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn choose(op: AggregateOp, param: f64, group: &[usize], all: &[Row], step: usize) -> Vec<usize> {
    let cells = |place: usize| all.get(place).map(|row| &row.cells);
    let is_there = |place: &usize| cells(*place).is_some_and(|cells| cells.has(step));
    let count = param.max(0.0) as usize;
    match op {
        AggregateOp::LimitK => group.iter().copied().filter(is_there).take(count).collect(),
        AggregateOp::LimitRatio => {
            let offset = |place: usize| all.get(place).map_or(0.0, |row| share(&row.labels));
            let is_in = |place: &usize| is_there(place) && in_ratio(offset(*place), param);
            group.iter().copied().filter(is_in).collect()
        }
        _ => {
            let value = |place: usize| cells(place).and_then(|cells| cells.float(step));
            let mut ranked: Vec<(usize, f64)> =
                group.iter().filter_map(|place| Some((*place, value(*place)?))).collect();
            ranked.sort_by(|(_, a), (_, b)| rank(op, *a, *b));
            ranked.truncate(count);
            ranked.into_iter().map(|(place, _)| place).collect()
        }
    }
}

/// The best first, NaN last.
fn rank(op: AggregateOp, a: f64, b: f64) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (false, false) if op == AggregateOp::TopK => nan_first(&b, &a),
        (false, false) => nan_first(&a, &b),
        (a, b) => a.cmp(&b),
    }
}

/// Where the series lies between 0 and 1, by its labels alone.
#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(labels: &Labels) -> f64 {
    labels.fingerprint() as f64 / u64::MAX as f64
}

/// Whether it is among the first `ratio`, or if that is negative, among what the rest of it leaves.
fn in_ratio(share: f64, ratio: f64) -> bool {
    if ratio >= 0.0 { share < ratio || ratio >= 1.0 } else { share >= 1.0 + ratio }
}

/// `count_values`: how many series of a group have which value.
pub(crate) fn count_values(expr: &Aggregate, frame: &Frame<'_>, grid: &Grid) -> Result<Vec<Row>, QueryError> {
    let label = expr.param.as_ref().map(text).transpose()?.unwrap_or_default();
    if label.is_empty() {
        return Err(QueryError::execution(format!("invalid label name {label:?}")));
    }
    let mut places: HashMap<Labels, usize, RandomState> = HashMap::default();
    let mut counted: Vec<Row> = Vec::new();
    for row in rows(frame.context, &expr.inner, grid)? {
        let group = group_labels(&row.labels, expr);
        for step in 0..grid.len {
            let value = match row.cells.get(step) {
                None => continue,
                Some(Sample::Float(value)) => Number(value).to_string(),
                Some(Sample::Histogram(histogram)) => histogram.label_text(),
            };
            let labels = Labels::new(group.iter().chain([(label.as_str(), value.as_str())]));
            let place = *places.entry(labels).or_insert_with_key(|labels| {
                counted.push(Row::new(labels.clone(), Cells::empty(grid.len)));
                counted.len() - 1
            });
            if let Some(Row { cells, .. }) = counted.get_mut(place) {
                cells.set_float(step, cells.float(step).unwrap_or(0.0) + 1.0);
            }
        }
        frame.context.budget.go_on()?;
    }
    frame.context.budget.hold(counted.len().saturating_mul(grid.len))?;
    Ok(counted)
}
