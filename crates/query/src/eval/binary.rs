//! Operators between two expressions of which one at least is a vector.

use crate::eval::cells::{Cells, Row, Sample};
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::matching::{result_labels, shown, signature};
use crate::eval::operator::{Operator, Outcome, compute};
use crate::eval::scalar::scalars;
use crate::eval::{Sink, names, rows, set};
use crate::syntax::{Binary, BinaryOp, Cardinality, ValueType, VectorMatching};
use hashbrown::HashMap;
use model::Labels;
use std::collections::hash_map::RandomState;

/// The rows of a binary expression.
pub(crate) fn stream(
    context: &Context<'_>,
    expr: &Binary,
    grid: &Grid,
    take: &mut Sink<'_>,
) -> Result<(), QueryError> {
    let operator = Operator { op: expr.op, span: expr.span, context };
    match (expr.lhs.value_type(), expr.rhs.value_type()) {
        (ValueType::Scalar, _) => {
            let scalar = Scalar { values: scalars(context, &expr.lhs, grid)?, is_left: true };
            super::stream(context, &expr.rhs, grid, &mut |row| scalar.join(row, expr, operator, take))
        }
        (_, ValueType::Scalar) => {
            let scalar = Scalar { values: scalars(context, &expr.rhs, grid)?, is_left: false };
            super::stream(context, &expr.lhs, grid, &mut |row| scalar.join(row, expr, operator, take))
        }
        _ => {
            let matching = expr.matching.as_ref().ok_or_else(|| QueryError::execution("no matching"))?;
            let joined = if expr.op.is_set() {
                set::join(context, expr, matching, grid)?
            } else {
                Join::new(context, expr, matching, operator, grid)?.rows()?
            };
            joined.into_iter().try_for_each(take)
        }
    }
}

/// A number beside a vector.
struct Scalar {
    values: Vec<f64>,
    is_left: bool,
}

impl Scalar {
    fn join(
        &self,
        mut row: Row,
        expr: &Binary,
        operator: Operator<'_>,
        take: &mut Sink<'_>,
    ) -> Result<(), QueryError> {
        let is_plain = !expr.op.is_comparison() && !row.cells.has_histograms();
        let is_trim = matches!(expr.op, BinaryOp::TrimUpper | BinaryOp::TrimLower);
        row.cells = if is_plain && !is_trim {
            row.cells.map_floats(|at, value| {
                let scalar = self.values.get(at).copied()?;
                let (left, right) = if self.is_left { (scalar, value) } else { (value, scalar) };
                Some(compute(expr.op, left, right))
            })
        } else {
            row.cells.map(|at, sample| {
                let scalar = Sample::Float(self.values.get(at).copied()?);
                let (left, right) = if self.is_left { (&scalar, &sample) } else { (&sample, &scalar) };
                kept(operator.apply(left, right), &sample, expr.return_bool)
            })
        };
        row.drop_name |= expr.return_bool || !(expr.op.is_comparison() || is_trim);
        if row.cells.is_empty() { Ok(()) } else { take(row) }
    }
}

/// The value that stays: of a comparison without `bool` that of the vector, or of the left one.
fn kept(outcome: Outcome, compared: &Sample, return_bool: bool) -> Option<Sample> {
    match outcome {
        Outcome::Value(value) => Some(value),
        Outcome::Holds(holds) if return_bool => Some(Sample::Float(f64::from(u8::from(holds)))),
        Outcome::Holds(true) => Some(compared.clone()),
        Outcome::Holds(false) | Outcome::Nothing => None,
    }
}

/// The rows of both sides with one signature.
#[derive(Default)]
struct Pair {
    many: Vec<usize>,
    one: Vec<usize>,
}

/// Two vectors that are joined series by series. The many side is the left one, unless it is `group_right`.
struct Join<'a> {
    expr: &'a Binary,
    matching: &'a VectorMatching,
    operator: Operator<'a>,
    steps: usize,
    many: Vec<Row>,
    one: Vec<Row>,
    results: Vec<Row>,
    places: HashMap<Labels, usize, RandomState>,
}

impl<'a> Join<'a> {
    fn new(
        context: &'a Context<'a>,
        expr: &'a Binary,
        matching: &'a VectorMatching,
        operator: Operator<'a>,
        grid: &Grid,
    ) -> Result<Self, QueryError> {
        let mut left = rows(context, &expr.lhs, grid)?;
        let mut right = if left.is_empty() && matching.fill_left.is_none() {
            Vec::new()
        } else {
            rows(context, &expr.rhs, grid)?
        };
        for row in left.iter_mut().chain(&mut right).filter(|row| row.drop_name) {
            row.labels = names::without_name(&row.labels);
        }
        if matching.cardinality == Cardinality::OneToMany {
            std::mem::swap(&mut left, &mut right);
        }
        context.budget.hold(left.len().saturating_mul(grid.len))?;
        let (results, places) = (Vec::new(), HashMap::default());
        Ok(Self { expr, matching, operator, steps: grid.len, many: left, one: right, results, places })
    }

    fn rows(mut self) -> Result<Vec<Row>, QueryError> {
        let mut pairs: HashMap<Labels, Pair, RandomState> = HashMap::default();
        let mut order = Vec::new();
        let sides = [&self.many, &self.one];
        for (side, rows) in sides.into_iter().enumerate() {
            for (at, row) in rows.iter().enumerate() {
                let key = signature(&row.labels, self.matching);
                let pair = match pairs.get_mut(&key) {
                    Some(pair) => pair,
                    None => {
                        order.push(key.clone());
                        pairs.entry(key).or_default()
                    }
                };
                if side == 0 { pair.many.push(at) } else { pair.one.push(at) }
            }
        }
        let (fill_many, fill_one) = self.fills();
        for key in order {
            let Some(pair) = pairs.remove(&key) else { continue };
            if (pair.many.is_empty() && fill_many.is_none()) || (pair.one.is_empty() && fill_one.is_none()) {
                if pair.one.len() > 1 {
                    self.check_one(&key, &pair)?;
                }
                continue;
            }
            self.join(&key, &pair)?;
        }
        Ok(self.results.into_iter().filter(|row| !row.cells.is_empty()).collect())
    }

    /// What stands for a missing partner on the many side and on the other.
    fn fills(&self) -> (Option<f64>, Option<f64>) {
        let VectorMatching { fill_left, fill_right, cardinality, .. } = self.matching;
        if *cardinality == Cardinality::OneToMany {
            (*fill_right, *fill_left)
        } else {
            (*fill_left, *fill_right)
        }
    }

    /// Whether a match is looked for at a time. Where one side has nothing at all and nothing stands for it, none is, and
    /// what the other has may be ambiguous.
    fn is_matched(&self, step: usize) -> bool {
        let is_filled = self.matching.fill_left.is_some() || self.matching.fill_right.is_some();
        is_filled || self.many.iter().any(|row| row.cells.has(step))
    }

    /// Of the one side there may be only one series at a time.
    fn check_one(&self, key: &Labels, pair: &Pair) -> Result<(), QueryError> {
        let all = || pair.one.iter().filter_map(|at| self.one.get(*at));
        for step in 0..self.steps {
            let mut there = all().filter(|row| row.cells.has(step));
            if let (Some(first), Some(second)) = (there.next(), there.next())
                && self.is_matched(step)
            {
                let side = if self.matching.cardinality == Cardinality::OneToMany { "left" } else { "right" };
                return Err(QueryError::execution(format!(
                    "found duplicate series for the match group {} on the {side} hand-side of the operation: [{}, {}];many-to-many matching not allowed: matching labels must be unique on one side",
                    shown(key),
                    shown(&second.labels),
                    shown(&first.labels),
                )));
            }
        }
        Ok(())
    }

    /// Joins what has one signature.
    fn join(&mut self, key: &Labels, pair: &Pair) -> Result<(), QueryError> {
        if pair.one.len() > 1 {
            self.check_one(key, pair)?;
        }
        if pair.many.len() > 1 && self.matching.cardinality == Cardinality::OneToOne {
            self.check_many(pair)?;
        }
        for many in &pair.many {
            for one in &pair.one {
                self.join_rows(*many, *one)?;
            }
        }
        let (fill_many, fill_one) = self.fills();
        if let Some(fill) = fill_one {
            for many in &pair.many {
                self.fill_one(*many, pair, fill)?;
            }
        }
        if let Some(fill) = fill_many {
            for one in &pair.one {
                self.fill_many(key, *one, pair, fill)?;
            }
        }
        Ok(())
    }

    /// One to one: of the left side too there may be only one at a time that has a result.
    fn check_many(&self, pair: &Pair) -> Result<(), QueryError> {
        for step in 0..self.steps {
            let partner = pair.one.iter().find_map(|at| self.one.get(*at)?.cells.get(step));
            let partner = partner.or(self.fills().1.map(Sample::Float));
            let Some(partner) = partner else { continue };
            let there = pair.many.iter().filter_map(|at| self.many.get(*at)?.cells.get(step));
            let results = there.filter(|left| {
                kept(self.operator.apply(left, &partner), left, self.expr.return_bool).is_some()
            });
            if results.count() > 1 {
                return Err(QueryError::execution(
                    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
                ));
            }
        }
        Ok(())
    }

    fn join_rows(&mut self, many: usize, one: usize) -> Result<(), QueryError> {
        let (Some(many), Some(one)) = (self.many.get(many), self.one.get(one)) else { return Ok(()) };
        let mut cells = Cells::empty(self.steps);
        for at in 0..self.steps {
            // Almost all values are numbers.
            if let (Some(a), Some(b), false) = (many.cells.float(at), one.cells.float(at), self.is_special())
            {
                let (left, right) = self.sides(a, b);
                cells.set_float(at, compute(self.expr.op, left, right));
            } else if let (Some(a), Some(b)) = (many.cells.get(at), one.cells.get(at)) {
                cells.set(at, self.value(&a, &b));
            }
        }
        let labels = result_labels(&many.labels, &one.labels, self.expr.op, self.matching);
        let drop_name = self.drops_name(many);
        self.keep(labels, drop_name, cells)
    }

    /// Whether the operator does not compute of two numbers a third.
    fn is_special(&self) -> bool {
        self.expr.op.is_comparison() || matches!(self.expr.op, BinaryOp::TrimUpper | BinaryOp::TrimLower)
    }

    fn sides<T>(&self, many: T, one: T) -> (T, T) {
        if self.matching.cardinality == Cardinality::OneToMany { (one, many) } else { (many, one) }
    }

    fn value(&self, many: &Sample, one: &Sample) -> Option<Sample> {
        let (left, right) = self.sides(many, one);
        kept(self.operator.apply(left, right), left, self.expr.return_bool)
    }

    fn drops_name(&self, many: &Row) -> bool {
        many.drop_name || self.expr.return_bool
    }

    /// Where the many side has no partner.
    fn fill_one(&mut self, many: usize, pair: &Pair, fill: f64) -> Result<(), QueryError> {
        let Some(many) = self.many.get(many) else { return Ok(()) };
        let has_partner =
            |at| pair.one.iter().any(|one| self.one.get(*one).is_some_and(|row| row.cells.has(at)));
        let fill = Sample::Float(fill);
        let mut cells = Cells::empty(self.steps);
        for at in (0..self.steps).filter(|at| !has_partner(*at)) {
            if let Some(value) = many.cells.get(at) {
                cells.set(at, self.value(&value, &fill));
            }
        }
        let labels = result_labels(&many.labels, &Labels::default(), self.expr.op, self.matching);
        let drop_name = self.drops_name(many);
        self.keep(labels, drop_name, cells)
    }

    /// Where the one side has no partner: its signature stands for the labels.
    fn fill_many(&mut self, key: &Labels, one: usize, pair: &Pair, fill: f64) -> Result<(), QueryError> {
        let Some(one) = self.one.get(one) else { return Ok(()) };
        let has_partner =
            |at| pair.many.iter().any(|many| self.many.get(*many).is_some_and(|row| row.cells.has(at)));
        let fill = Sample::Float(fill);
        let mut cells = Cells::empty(self.steps);
        for at in (0..self.steps).filter(|at| !has_partner(*at)) {
            if let Some(value) = one.cells.get(at) {
                cells.set(at, self.value(&fill, &value));
            }
        }
        let labels = result_labels(key, &one.labels, self.expr.op, self.matching);
        self.keep(labels, self.expr.return_bool, cells)
    }

    /// Rows of one result, at different times, are one.
    fn keep(&mut self, labels: Labels, drop_name: bool, cells: Cells) -> Result<(), QueryError> {
        if cells.is_empty() {
            return Ok(());
        }
        match self.places.get(&labels).and_then(|place| self.results.get_mut(*place)) {
            Some(row) => row.cells.merge(&cells).map_err(|_| {
                QueryError::execution(if self.matching.cardinality == Cardinality::OneToOne {
                    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                } else {
                    "multiple matches for labels: grouping labels must ensure unique matches"
                })
            }),
            None => {
                self.places.insert(labels.clone(), self.results.len());
                self.results.push(Row { labels, drop_name, cells });
                Ok(())
            }
        }
    }
}
