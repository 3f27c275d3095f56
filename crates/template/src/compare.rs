//! `eq`, `lt` and their like: only what is of one kind compares, as in Go.

use crate::value::Value;
use std::cmp::Ordering;

/// How two values compare; nothing for NaN, and for what has an equality but no order, if it differs.
///
/// # Errors
/// They are of kinds that do not compare: `eq $value 1` compares a number that has a fraction with one that has none.
pub(crate) fn compare(a: &Value, b: &Value, ordered: bool) -> Result<Option<Ordering>, String> {
    let equality = |same: bool| same.then_some(Ordering::Equal);
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) if !ordered => Ok(equality(a == b)),
        (Value::Int(a), Value::Int(b)) => Ok(Some(a.cmp(b))),
        (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b)),
        (Value::Text(a), Value::Text(b)) => Ok(Some(a.cmp(b))),
        (Value::Nil | Value::Missing, Value::Nil | Value::Missing) if !ordered => Ok(equality(true)),
        (Value::Nil | Value::Missing, other) | (other, Value::Nil | Value::Missing)
            if !ordered && is_basic(other) =>
        {
            Ok(equality(false))
        }
        _ if [a, b].into_iter().all(is_basic) && (!ordered || a.kind() != b.kind()) => {
            Err("incompatible types for comparison".to_owned())
        }
        _ if ordered => Err("invalid type for comparison".to_owned()),
        _ => {
            let other = if is_basic(a) { b } else { a };
            Err(format!("non-comparable type {}", other.kind()))
        }
    }
}

fn is_basic(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_))
}
