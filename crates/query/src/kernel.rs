//! What functions and operators make of plain numbers: for whoever evaluates an expression series by series as samples
//! arrive, and must come to what [`crate::Engine`] comes to.
//!
//! Nothing here reads samples or knows series; the engine computes by the same functions.

use crate::eval::{math, names, operator, over_time, rate, regression, window::Window};
use crate::moments::{Mean, Variance};
use crate::syntax::{Aggregate, AggregateOp, BinaryOp, Call, Expr, Function};
use model::{Kahan, Labels, Millis};

pub use crate::eval::matching::{result_labels, signature};

/// The number that an expression is at any time, if it is one: literals, and what operators make of them.
#[must_use]
pub fn constant(expr: &Expr) -> Option<f64> {
    match expr.bare() {
        Expr::Number(number) => Some(number.value),
        Expr::Unary(unary) => constant(&unary.inner).map(|value| if unary.negative { -value } else { value }),
        Expr::Binary(binary) => {
            Some(operator::of_scalars(binary.op, constant(&binary.lhs)?, constant(&binary.rhs)?))
        }
        _ => None,
    }
}

/// What an operator makes of two numbers: of a comparison, `compared` where it holds, or with `return_bool` 1 or 0.
#[must_use]
#[inline]
pub fn binary(op: BinaryOp, (left, right): (f64, f64), compared: f64, return_bool: bool) -> Option<f64> {
    if !op.is_comparison() {
        return Some(operator::compute(op, left, right));
    }
    let holds = operator::holds(op, left, right);
    if return_bool { Some(f64::from(u8::from(holds))) } else { holds.then_some(compared) }
}

/// A function of one number.
#[must_use]
pub fn element(function: Function) -> Option<fn(f64) -> f64> {
    math::element(function)
}

/// `round`, `clamp`, `clamp_min` and `clamp_max` of a number, with their bounds.
#[must_use]
pub fn bounded(function: Function, value: f64, (first, second): (f64, f64)) -> Option<f64> {
    match function {
        Function::Round => Some(math::round(value, first)),
        Function::ClampMin => Some(math::largest(value, first)),
        Function::ClampMax => Some(math::smallest(value, first)),
        Function::Clamp if second < first => None,
        Function::Clamp => Some(math::largest(math::smallest(value, second), first)),
        _ => None,
    }
}

/// A function over a range of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OverRange {
    /// `rate`, `increase`, `delta`.
    Rate(crate::RateKind),
    /// `irate`, `idelta`.
    Newest {
        /// Whether it is a change each second.
        is_rate: bool,
    },
    /// `deriv`.
    Slope,
    /// `predict_linear`, so many seconds ahead.
    Ahead(f64),
    /// A function of the values, whatever their times; with the share of `quantile_over_time`.
    Values(Function, f64),
}

impl OverRange {
    /// The function that is called, and the range it is called with; `None` if it is another kind of function, or one of its
    /// other arguments is no constant.
    #[must_use]
    pub fn of(call: &Call) -> Option<(Self, &Expr)> {
        let arg = |place: usize| call.args.get(place);
        let number = |place: usize| constant(arg(place)?);
        if let Some(kind) = crate::RateKind::of(call.function) {
            return Some((Self::Rate(kind), arg(0)?));
        }
        Some(match call.function {
            Function::Irate => (Self::Newest { is_rate: true }, arg(0)?),
            Function::Idelta => (Self::Newest { is_rate: false }, arg(0)?),
            Function::Deriv => (Self::Slope, arg(0)?),
            Function::PredictLinear => (Self::Ahead(number(1)?), arg(0)?),
            Function::QuantileOverTime => (Self::Values(call.function, number(0)?), arg(1)?),
            // Of any value it is known whether it is one of these.
            function => {
                over_time::of_numbers(function, &[0], &[0.0], 0.0)?;
                (Self::Values(function, 0.0), arg(0)?)
            }
        })
    }

    /// What it makes of the samples of a window, which lies after one time, up to another, that of evaluation. Staleness markers are none of the samples.
    #[must_use]
    pub fn value(&self, times: &[Millis], values: &[f64], (after, to): (Millis, Millis)) -> Option<f64> {
        let window = || Window { times, values, histograms: &[], after, to };
        match *self {
            Self::Rate(kind) => rate::rate_in(kind, times, values, (after, to)),
            Self::Newest { is_rate } => rate::between_newest_of(times, values, is_rate),
            Self::Slope if values.len() < 2 => None,
            Self::Slope => Some(regression::line(window(), *times.first()?).slope),
            Self::Ahead(_) if values.len() < 2 => None,
            Self::Ahead(seconds) => {
                let line = regression::line(window(), to);
                Some(line.slope * seconds + line.intercept)
            }
            Self::Values(function, share) => over_time::of_numbers(function, times, values, share),
        }
    }

    /// Whether the series keep their names.
    #[must_use]
    pub fn keeps_name(&self) -> bool {
        matches!(self, Self::Values(Function::LastOverTime | Function::FirstOverTime, _))
    }
}

/// Without the labels that say what a metric is, which a value computed of it no longer is.
#[must_use]
pub fn without_name(labels: &Labels) -> Labels {
    names::without_name(labels)
}

/// The labels of the group that a series belongs to.
#[must_use]
pub fn group_labels(labels: &Labels, aggregate: &Aggregate) -> Labels {
    crate::eval::group_labels(labels, aggregate)
}

/// Numbers of a group, taken one by one in the order of their series.
#[derive(Debug, Clone, Copy)]
pub enum Group {
    /// `sum`.
    Sum(Kahan),
    /// `avg`.
    Mean(Mean),
    /// `min` and `max`.
    Extreme {
        /// Which of them.
        is_min: bool,
        /// The best so far.
        best: f64,
    },
    /// `count`, and `group`, which counts to 1.
    Count {
        /// Whether it is `group`.
        is_group: bool,
        /// How many.
        count: f64,
    },
    /// `stdvar`, and its root.
    Spread {
        /// Whether it is `stddev`.
        is_root: bool,
        /// What is known so far.
        variance: Variance,
    },
}

impl Group {
    /// A group of nothing; `None` for aggregations that keep their series or need all of them at once.
    #[must_use]
    pub fn of(op: AggregateOp) -> Option<Self> {
        Some(match op {
            AggregateOp::Sum => Self::Sum(Kahan::default()),
            AggregateOp::Avg => Self::Mean(Mean::default()),
            AggregateOp::Min | AggregateOp::Max => {
                Self::Extreme { is_min: op == AggregateOp::Min, best: f64::NAN }
            }
            AggregateOp::Count | AggregateOp::Group => {
                Self::Count { is_group: op == AggregateOp::Group, count: 0.0 }
            }
            AggregateOp::Stddev | AggregateOp::Stdvar => {
                Self::Spread { is_root: op == AggregateOp::Stddev, variance: Variance::default() }
            }
            _ => return None,
        })
    }

    /// Takes one more.
    #[inline]
    pub fn add(&mut self, value: f64) {
        match self {
            Self::Sum(sum) => sum.add(value),
            Self::Mean(mean) => mean.add(value),
            Self::Extreme { is_min, best } => {
                if best.is_nan() || if *is_min { value < *best } else { value > *best } {
                    *best = value;
                }
            }
            Self::Count { is_group, count } => *count = if *is_group { 1.0 } else { *count + 1.0 },
            Self::Spread { variance, .. } => variance.add(value),
        }
    }

    /// What it comes to, if there was any.
    #[must_use]
    pub fn value(&self) -> f64 {
        match self {
            Self::Sum(sum) if sum.sum.is_infinite() => sum.sum,
            Self::Sum(sum) => sum.total(),
            Self::Mean(mean) => mean.value(),
            Self::Extreme { best, .. } => *best,
            Self::Count { count, .. } => *count,
            Self::Spread { is_root, variance } => {
                if *is_root {
                    variance.value().sqrt()
                } else {
                    variance.value()
                }
            }
        }
    }
}
