//! Asking: an expression, at a time or over a range of times.

use crate::annotation::{Annotations, Level};
use crate::eval::budget::{Budget, Cost, Stop};
use crate::eval::cells::{Row, Sample};
use crate::eval::context::{Context, QueryTimes};
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::scalar::scalars;
use crate::eval::subquery::{each_series, ranged};
use crate::eval::window::Clean;
use crate::eval::{names, rows, text};
use crate::syntax::{Expr, ValueType, parse};
use model::{Labels, Millis, Select, limits};
use std::cell::{Cell, RefCell};

/// How expressions are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How old a sample may be that stands for now.
    pub lookback: Millis,
    /// The resolution of subqueries that name none.
    pub default_step: Millis,
    /// Values that a query may hold at a time.
    pub most_samples: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { lookback: limits::LOOKBACK, default_step: limits::MINUTE, most_samples: limits::QUERY_SAMPLES }
    }
}

/// Evaluates expressions over what a [`Select`] gives.
#[derive(Clone, Copy)]
pub struct Engine<'a> {
    select: &'a dyn Select,
    options: Options,
    stop: &'a dyn Fn() -> Option<Stop>,
}

/// A series with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorSample {
    /// The series.
    pub labels: Labels,
    /// When.
    pub t: Millis,
    /// The value.
    pub sample: Sample,
}

/// A series with values.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixSeries {
    /// The series.
    pub labels: Labels,
    /// Ascending in time.
    pub samples: Vec<(Millis, Sample)>,
}

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Scalar(Millis, f64),
    /// A text.
    String(Millis, String),
    /// Series with a value each; in an order if the expression has one.
    Vector(Vec<VectorSample>),
    /// Series with values, ordered by labels.
    Matrix(Vec<MatrixSeries>),
}

/// An answer, and what is to be said with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The answer.
    pub value: Value,
    /// Warnings, with their places in the text.
    pub warnings: Vec<String>,
    /// What may be better, with its place in the text.
    pub infos: Vec<String>,
    /// What it cost.
    pub cost: Cost,
}

impl<'a> Engine<'a> {
    /// An engine over `select`, which asks `stop` often whether to go on.
    #[must_use]
    pub fn new(select: &'a dyn Select, options: Options, stop: &'a dyn Fn() -> Option<Stop>) -> Self {
        Self { select, options, stop }
    }

    /// What `query` comes to at the time `t`.
    ///
    /// # Errors
    /// [`QueryError`].
    pub fn instant(&self, query: &str, t: Millis) -> Result<Answer, QueryError> {
        let expr = parse(query)?;
        let context = self.context(QueryTimes { start: t, end: t, step: 0 });
        let grid = Grid::instant(t);
        let value = match expr.value_type() {
            ValueType::Scalar => {
                Value::Scalar(t, scalars(&context, &expr, &grid)?.first().copied().unwrap_or(f64::NAN))
            }
            ValueType::String => Value::String(t, text(&expr)?),
            ValueType::Vector => vector(names::cleaned(rows(&context, &expr, &grid)?)?, t),
            ValueType::Matrix => Value::Matrix(window(&context, &expr, &grid)?),
        };
        Ok(self.answer(context, value, query))
    }

    /// What `query` comes to at `start`, and every `step` milliseconds from there until `end`.
    ///
    /// # Errors
    /// [`QueryError`]; [`QueryError::Invalid`] too for a step or an end that are none.
    pub fn range(&self, query: &str, start: Millis, end: Millis, step: Millis) -> Result<Answer, QueryError> {
        let expr = parse(query)?;
        let kind = match expr.value_type() {
            ValueType::Scalar | ValueType::Vector => None,
            ValueType::String => Some("string"),
            ValueType::Matrix => Some("range vector"),
        };
        if let Some(kind) = kind {
            return Err(QueryError::Invalid(format!(
                "invalid expression type {kind:?} for range query, must be Scalar or instant Vector"
            )));
        }
        let grid = Grid::range(start, end, step).ok_or_else(|| {
            QueryError::Invalid("the end is before the start, or the step is none".to_owned())
        })?;
        let context = self.context(QueryTimes { start, end, step });
        context.budget.hold(grid.len)?;
        let mut rows = names::cleaned(rows(&context, &expr, &grid)?)?;
        if expr.value_type() == ValueType::Vector && names::has_duplicates(&rows) {
            return Err(names::same_labels());
        }
        rows.sort_by(|a, b| a.labels.cmp(&b.labels));
        let value = Value::Matrix(rows.into_iter().map(|row| matrix_series(row, &grid)).collect());
        Ok(self.answer(context, value, query))
    }

    fn context(&self, times: QueryTimes) -> Context<'a> {
        Context {
            select: self.select,
            times,
            lookback: self.options.lookback,
            default_step: self.options.default_step,
            budget: Budget::new(self.options.most_samples, self.stop),
            notes: RefCell::new(Annotations::default()),
            tells_resets: Cell::new(false),
        }
    }

    #[expect(clippy::unused_self, reason = "what is made of a query is the engine's")]
    fn answer(&self, context: Context<'_>, value: Value, query: &str) -> Answer {
        let notes = context.notes.into_inner();
        Answer {
            value,
            warnings: notes.texts(Level::Warning, query),
            infos: notes.texts(Level::Info, query),
            cost: context.budget.cost(),
        }
    }
}

fn vector(rows: Vec<Row>, t: Millis) -> Value {
    let sample = |row: Row| Some(VectorSample { t, sample: row.cells.get(0)?, labels: row.labels });
    Value::Vector(rows.into_iter().filter_map(sample).collect())
}

fn matrix_series(row: Row, grid: &Grid) -> MatrixSeries {
    let samples = (0..row.cells.len()).filter_map(|at| Some((grid.time(at), row.cells.get(at)?)));
    MatrixSeries { samples: samples.collect(), labels: row.labels }
}

/// The samples that a range expression sees at one time.
fn window(context: &Context<'_>, expr: &Expr, grid: &Grid) -> Result<Vec<MatrixSeries>, QueryError> {
    let ranged = ranged(context, expr)?;
    let mut found: Vec<MatrixSeries> = Vec::new();
    each_series(context, expr, ranged, grid, &mut |series| {
        let mut samples = Vec::new();
        Clean::of(series).windows(grid, ranged.lens, |_, window| {
            let floats = window.times.iter().zip(window.values);
            samples.extend(floats.map(|(time, value)| (*time, Sample::Float(*value))));
            let histograms = window.histograms.iter();
            samples.extend(histograms.map(|(time, it)| (*time, Sample::Histogram(it.clone()))));
        });
        samples.sort_by_key(|(time, _)| *time);
        context.budget.hold(samples.len())?;
        if !samples.is_empty() {
            let labels =
                if series.drop_name { names::without_name(series.labels) } else { series.labels.clone() };
            found.push(MatrixSeries { labels, samples });
        }
        Ok(())
    })?;
    found.sort_by(|a, b| a.labels.cmp(&b.labels));
    if found.windows(2).any(|pair| matches!(pair, [a, b] if a.labels == b.labels)) {
        return Err(names::same_labels());
    }
    Ok(found)
}
