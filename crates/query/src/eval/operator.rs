//! What an operator makes of two values.

use crate::annotation::{Meeting, Note};
use crate::eval::cells::Sample;
use crate::eval::context::Context;
use crate::histogram::{FloatHistogram, Merged, MixedSchemas};
use crate::syntax::{BinaryOp, Span};
use std::sync::Arc;

/// Of two numbers: the result, or for a comparison whether it holds, as 1 or 0.
pub(crate) fn of_scalars(op: BinaryOp, left: f64, right: f64) -> f64 {
    if op.is_comparison() { f64::from(u8::from(holds(op, left, right))) } else { compute(op, left, right) }
}

/// Of an operator that computes.
#[inline]
pub(crate) fn compute(op: BinaryOp, left: f64, right: f64) -> f64 {
    match op {
        BinaryOp::Add => left + right,
        BinaryOp::Sub => left - right,
        BinaryOp::Mul => left * right,
        BinaryOp::Div => left / right,
        BinaryOp::Mod => left % right,
        BinaryOp::Pow => libm::pow(left, right),
        BinaryOp::Atan2 => libm::atan2(left, right),
        _ => f64::NAN,
    }
}

/// Of an operator that compares.
#[inline]
pub(crate) fn holds(op: BinaryOp, left: f64, right: f64) -> bool {
    match op {
        BinaryOp::Equal => left == right,
        BinaryOp::NotEqual => left != right,
        BinaryOp::Greater => left > right,
        BinaryOp::Less => left < right,
        BinaryOp::GreaterEqual => left >= right,
        BinaryOp::LessEqual => left <= right,
        _ => false,
    }
}

/// What comes of two values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// A value.
    Value(Sample),
    /// Of a comparison: whether it holds.
    Holds(bool),
    /// They cannot be joined so; that was noted.
    Nothing,
}

/// Where an operator stands.
#[derive(Clone, Copy)]
pub(crate) struct Operator<'a> {
    pub(crate) op: BinaryOp,
    pub(crate) span: Span,
    pub(crate) context: &'a Context<'a>,
}

impl Operator<'_> {
    /// What it makes of two values.
    pub(crate) fn apply(&self, left: &Sample, right: &Sample) -> Outcome {
        match (left, right) {
            (Sample::Float(left), Sample::Float(right)) if self.op.is_comparison() => {
                Outcome::Holds(holds(self.op, *left, *right))
            }
            (Sample::Float(_), Sample::Float(_))
                if matches!(self.op, BinaryOp::TrimUpper | BinaryOp::TrimLower) =>
            {
                self.unfit("float", "float")
            }
            (Sample::Float(left), Sample::Float(right)) => {
                Outcome::Value(Sample::Float(compute(self.op, *left, *right)))
            }
            (Sample::Float(left), Sample::Histogram(right)) => match self.op {
                BinaryOp::Mul => changed(right, |histogram| histogram.mul(*left)),
                _ => self.unfit("float", "histogram"),
            },
            (Sample::Histogram(left), Sample::Float(right)) => match self.op {
                BinaryOp::Mul => changed(left, |histogram| histogram.mul(*right)),
                BinaryOp::Div => changed(left, |histogram| histogram.div(*right)),
                BinaryOp::TrimUpper => histogram(left.trim_upper(*right)),
                BinaryOp::TrimLower => histogram(left.trim_lower(*right)),
                _ => self.unfit("histogram", "float"),
            },
            (Sample::Histogram(left), Sample::Histogram(right)) => self.of_histograms(left, right),
        }
    }

    fn of_histograms(&self, left: &FloatHistogram, right: &FloatHistogram) -> Outcome {
        match self.op {
            BinaryOp::Add => self.joined(left, right, Meeting::Addition, FloatHistogram::add),
            BinaryOp::Sub => self.joined(left, right, Meeting::Subtraction, FloatHistogram::sub),
            BinaryOp::Equal => Outcome::Holds(left.equals(right)),
            BinaryOp::NotEqual => Outcome::Holds(!left.equals(right)),
            _ => self.unfit("histogram", "histogram"),
        }
    }

    fn joined(
        &self,
        left: &FloatHistogram,
        right: &FloatHistogram,
        meeting: Meeting,
        join: fn(&mut FloatHistogram, &FloatHistogram) -> Result<Merged, MixedSchemas>,
    ) -> Outcome {
        let mut joined = left.clone();
        let Ok(merged) = join(&mut joined, right) else {
            self.context.note(Note::IncompatibleBucketLayout(self.op.symbol()), self.span);
            return Outcome::Nothing;
        };
        if merged.conflicting_resets {
            self.context.note(Note::CounterResetCollision(meeting), self.span);
        }
        if merged.reconciled_bounds {
            self.context.note(Note::MismatchedCustomBuckets(meeting), self.span);
        }
        joined.compact();
        histogram(joined)
    }

    fn unfit(&self, lhs: &'static str, rhs: &'static str) -> Outcome {
        self.context.note(Note::IncompatibleTypes { lhs, op: self.op.symbol(), rhs }, self.span);
        Outcome::Nothing
    }
}

fn histogram(histogram: FloatHistogram) -> Outcome {
    Outcome::Value(Sample::Histogram(Arc::new(histogram)))
}

fn changed(before: &FloatHistogram, change: impl FnOnce(&mut FloatHistogram)) -> Outcome {
    let mut after = before.clone();
    change(&mut after);
    histogram(after)
}
