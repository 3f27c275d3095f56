//! Expressions that are a number at each time.

use crate::eval::cells::Row;
use crate::eval::context::Context;
use crate::eval::failure::QueryError;
use crate::eval::grid::Grid;
use crate::eval::{invariant, math, operator, stream};
use crate::syntax::{Call, Expr, Function};
use model::Millis;

/// The number at each time.
pub(crate) fn scalars(context: &Context<'_>, expr: &Expr, grid: &Grid) -> Result<Vec<f64>, QueryError> {
    if grid.len > 1 && invariant::is_invariant(expr) {
        let once = scalars(context, expr, &grid.first())?;
        return Ok(vec![once.first().copied().unwrap_or(f64::NAN); grid.len]);
    }
    match expr {
        Expr::Number(number) => Ok(vec![number.value; grid.len]),
        Expr::Paren(paren) => scalars(context, &paren.inner, grid),
        Expr::Unary(unary) => {
            let mut values = scalars(context, &unary.inner, grid)?;
            if unary.negative {
                values.iter_mut().for_each(|value| *value = -*value);
            }
            Ok(values)
        }
        Expr::Binary(binary) => {
            let mut left = scalars(context, &binary.lhs, grid)?;
            let right = scalars(context, &binary.rhs, grid)?;
            for (left, right) in left.iter_mut().zip(right) {
                *left = operator::of_scalars(binary.op, *left, right);
            }
            Ok(left)
        }
        Expr::Call(call) => of_call(context, call, grid),
        _ => Err(QueryError::execution("expected a scalar")),
    }
}

/// The number at each time, the argument of this place.
pub(crate) fn argument(
    context: &Context<'_>,
    call: &Call,
    place: usize,
    grid: &Grid,
) -> Result<Vec<f64>, QueryError> {
    match call.args.get(place) {
        Some(expr) => scalars(context, expr, grid),
        None => Err(QueryError::execution(format!("missing argument in call to {:?}", call.function.name()))),
    }
}

fn of_call(context: &Context<'_>, call: &Call, grid: &Grid) -> Result<Vec<f64>, QueryError> {
    let both = |choose: fn(f64, f64) -> f64| -> Result<Vec<f64>, QueryError> {
        let (left, right) = (argument(context, call, 0, grid)?, argument(context, call, 1, grid)?);
        Ok(left.into_iter().zip(right).map(|(left, right)| choose(left, right)).collect())
    };
    let times = &context.times;
    match call.function {
        Function::Time => Ok(grid.times().map(seconds).collect()),
        Function::Pi => Ok(vec![std::f64::consts::PI; grid.len]),
        Function::Start => Ok(vec![seconds(times.start); grid.len]),
        Function::End => Ok(vec![seconds(times.end); grid.len]),
        Function::Step => Ok(vec![seconds(times.step); grid.len]),
        Function::Range => Ok(vec![seconds(times.end.saturating_sub(times.start)); grid.len]),
        Function::MinOf => both(math::smallest),
        Function::MaxOf => both(math::largest),
        Function::Scalar => of_vector(context, call, grid),
        _ => Err(QueryError::execution("expected a scalar")),
    }
}

/// The value of the one series that there is; NaN where there are none or several.
fn of_vector(context: &Context<'_>, call: &Call, grid: &Grid) -> Result<Vec<f64>, QueryError> {
    let (mut values, mut counts) = (vec![f64::NAN; grid.len], vec![0_u32; grid.len]);
    let Some(expr) = call.args.first() else { return Ok(values) };
    stream(context, expr, grid, &mut |Row { cells, .. }| {
        for (at, value) in cells.floats() {
            if let (Some(place), Some(count)) = (values.get_mut(at), counts.get_mut(at)) {
                *count = count.saturating_add(1);
                *place = if *count == 1 { value } else { f64::NAN };
            }
        }
        Ok(())
    })?;
    Ok(values)
}

/// Milliseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "exact for times within 285,000 years of the epoch")]
pub(crate) fn seconds(millis: Millis) -> f64 {
    millis as f64 / 1000.0
}
