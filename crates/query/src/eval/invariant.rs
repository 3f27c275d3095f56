//! Which expressions come to the same at every time.

use crate::syntax::{Call, Expr, Function};

/// Whether the time of evaluation makes no difference: all that is read is read at a time of its own.
pub(crate) fn is_invariant(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) | Expr::String(_) => true,
        Expr::Paren(paren) => is_invariant(&paren.inner),
        Expr::Unary(unary) => is_invariant(&unary.inner),
        Expr::Binary(binary) => is_invariant(&binary.lhs) && is_invariant(&binary.rhs),
        Expr::Aggregate(aggregate) => {
            is_invariant(&aggregate.inner) && aggregate.param.as_ref().is_none_or(is_invariant)
        }
        Expr::Call(call) => !looks_at_time(call) && call.args.iter().all(is_invariant),
        Expr::Vector(selector) => selector.at.is_some(),
        Expr::Matrix(matrix) => matrix.vector.at.is_some(),
        Expr::Subquery(subquery) => subquery.at.is_some(),
    }
}

/// Whether the function itself depends on the time, or says what it is.
fn looks_at_time(call: &Call) -> bool {
    matches!(
        call.function,
        Function::DaysInMonth
            | Function::DayOfMonth
            | Function::DayOfWeek
            | Function::DayOfYear
            | Function::Hour
            | Function::Minute
            | Function::Month
            | Function::Year
            | Function::PredictLinear
            | Function::Time
            | Function::Timestamp
            | Function::Start
            | Function::End
            | Function::Range
            | Function::Step
    )
}
