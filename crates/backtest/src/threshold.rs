//! The number that a rule compares with, and another in its place.

use crate::trial::TrialError;
use query::kernel::constant;
use query::syntax::{Expr, NumberLiteral, Span, parse};
use rules::Condition;

/// An expression with another threshold: the constant of the first comparison, from left to right, that has one.
///
/// # Errors
/// There is none.
pub(crate) fn in_expression(text: &str, threshold: f64) -> Result<String, TrialError> {
    let mut expr = parse(text).map_err(|error| TrialError::Unfit(error.to_string()))?;
    if replace(&mut expr, threshold) { Ok(expr.to_string()) } else { Err(unfit(text)) }
}

/// A condition with another threshold, in the same way.
///
/// # Errors
/// There is none, or it is no condition.
pub(crate) fn in_condition(text: &str, threshold: f64) -> Result<String, TrialError> {
    let condition = Condition::parse(text).map_err(|error| TrialError::Unfit(error.pointing_at(text)))?;
    let other = condition.with_threshold(threshold);
    other.map(|condition| condition.to_string()).ok_or_else(|| unfit(text))
}

fn unfit(text: &str) -> TrialError {
    TrialError::Unfit(format!("{text:?} compares nothing with a number that could be another"))
}

fn replace(expr: &mut Expr, threshold: f64) -> bool {
    if let Expr::Binary(binary) = expr
        && binary.op.is_comparison()
    {
        let sides = [&mut binary.rhs, &mut binary.lhs];
        if let Some(side) = sides.into_iter().find(|side| constant(side).is_some()) {
            *side = number(threshold);
            return true;
        }
    }
    expr.children_mut().into_iter().any(|child| replace(child, threshold))
}

fn number(value: f64) -> Expr {
    Expr::Number(NumberLiteral { value, is_duration: false, span: Span::default() })
}

#[cfg(test)]
mod tests {
    use super::{in_condition, in_expression};

    #[test]
    fn the_first_comparison_with_a_number_has_another() {
        for (text, expected) in [
            ("m > 5", Some("m > 7.5")),
            ("5 < m", Some("7.5 < m")),
            ("m > bool -5", Some("m > bool 7.5")),
            ("rate(m[5m]) > (2 * 3) and n < 4", Some("rate(m[5m]) > 7.5 and n < 4")),
            ("sum by (job) (m > 1) > 2", Some("sum by (job) (m) > 7.5")),
            ("m > n", None),
            ("m", None),
        ] {
            let expected = expected.map(|expected| expected.replace("(m)", "(m > 1)"));
            assert_eq!(in_expression(text, 7.5).ok(), expected, "{text}");
        }
    }

    #[test]
    fn of_a_condition_too() {
        for (text, expected) in [
            ("value > 90", Some("value > 7.5")),
            ("avg(5m) > 90% and value > 1", Some("avg(5m) > 7.5 and value > 1")),
            ("value == 'ok'", None),
            ("avg(5m) > 2 * avg(1h)", None),
        ] {
            assert_eq!(in_condition(text, 7.5).ok().as_deref(), expected, "{text}");
        }
    }
}
