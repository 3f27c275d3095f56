//! Durations that are reckoned: `[2 * step()]`, `offset min_of(5m, range())`.

use crate::syntax::text::LONGEST;
use crate::syntax::{BinaryOp, LengthExpr, Span};
use model::{Millis, to_seconds};

/// What a length comes to in a query with this resolution and from its first to its last time.
///
/// # Errors
/// In words, where it comes to no duration: a division by zero, more than 292 years.
pub fn evaluate_length(expr: &LengthExpr, step: Millis, range: Millis) -> Result<Millis, String> {
    let value = evaluate(expr, to_seconds(step), to_seconds(range))?;
    to_millis(value * 1000.0)
}

/// Milliseconds, without what is smaller.
pub(super) fn to_millis(value: f64) -> Result<Millis, String> {
    let millis = model::from_seconds(value.trunc() / 1000.0);
    let fits = millis.filter(|length| length.checked_abs().is_some_and(|length| length <= LONGEST));
    fits.ok_or_else(|| "duration out of range".to_owned())
}

fn evaluate(expr: &LengthExpr, step: f64, range: f64) -> Result<f64, String> {
    let of = |expr: &LengthExpr| evaluate(expr, step, range);
    Ok(match expr {
        LengthExpr::Number(value, _) => *value,
        LengthExpr::Step(_) => step,
        LengthExpr::Range(_) => range,
        LengthExpr::Negative(inner, _) => -of(inner)?,
        LengthExpr::Paren(inner, _) => of(inner)?,
        LengthExpr::MinOf(a, b, _) => of(a)?.min(of(b)?),
        LengthExpr::MaxOf(a, b, _) => of(a)?.max(of(b)?),
        LengthExpr::Binary(op, a, b, _) => apply(*op, of(a)?, of(b)?)?,
    })
}

fn apply(op: BinaryOp, a: f64, b: f64) -> Result<f64, String> {
    match op {
        BinaryOp::Add => Ok(a + b),
        BinaryOp::Sub => Ok(a - b),
        BinaryOp::Mul => Ok(a * b),
        BinaryOp::Div if b == 0.0 => Err("division by zero".to_owned()),
        BinaryOp::Div => Ok(a / b),
        BinaryOp::Mod if b == 0.0 => Err("modulo by zero".to_owned()),
        BinaryOp::Mod => Ok(libm::fmod(a, b)),
        BinaryOp::Pow => Ok(libm::pow(a, b)),
        other => Err(format!("durations know no operator {}", other.symbol())),
    }
}

impl LengthExpr {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Number(_, span)
            | Self::Step(span)
            | Self::Range(span)
            | Self::Negative(_, span)
            | Self::Paren(_, span)
            | Self::Binary(_, _, _, span)
            | Self::MinOf(_, _, span)
            | Self::MaxOf(_, _, span) => *span,
        }
    }

    /// Whether it does not depend on the query's times.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Self::Number(..) => true,
            Self::Step(_) | Self::Range(_) => false,
            Self::Negative(inner, _) | Self::Paren(inner, _) => inner.is_constant(),
            Self::Binary(_, a, b, _) | Self::MinOf(a, b, _) | Self::MaxOf(a, b, _) => {
                a.is_constant() && b.is_constant()
            }
        }
    }
}
