//! `index`, `slice` and `len`: parts of what has parts.

use crate::value::Value;

/// What is at the keys: each of what was at the one before.
///
/// # Errors
/// There is nothing, or the key is of the wrong type.
pub(crate) fn index(value: &Value, keys: &[Value]) -> Result<Value, String> {
    keys.iter().try_fold(value.clone(), |value, key| one(&value, key))
}

fn one(value: &Value, key: &Value) -> Result<Value, String> {
    match (value, key) {
        (Value::Labels(_) | Value::Args(_), Value::Text(name)) => value.field(name),
        (Value::Labels(_) | Value::Args(_), _) => {
            Err(format!("value has type {}; should be string", key.kind()))
        }
        (Value::Vector(all), _) => {
            let at = position(key, all.len().saturating_sub(1))?;
            let found = all.get(at).ok_or_else(|| format!("index out of range: {at}"))?;
            Ok(Value::Sample(found.clone()))
        }
        (Value::Text(text), _) => {
            let at = position(key, text.len().saturating_sub(1))?;
            let byte = text.as_bytes().get(at).ok_or_else(|| format!("index out of range: {at}"))?;
            Ok(Value::Int(i64::from(*byte)))
        }
        (Value::Nil | Value::Missing, _) => Err("index of untyped nil".to_owned()),
        _ => Err(format!("can't index item of type {}", value.kind())),
    }
}

/// The part of a text or an answer from the first index up to the second.
///
/// # Errors
/// There is no such part.
pub(crate) fn slice(value: &Value, bounds: &[Value]) -> Result<Value, String> {
    let length = match value {
        Value::Text(text) => text.len(),
        Value::Vector(all) => all.len(),
        _ => return Err(format!("can't slice item of type {}", value.kind())),
    };
    let [start, end] = match bounds {
        [] => [0, length],
        [start] => [position(start, length)?, length],
        [start, end] => [position(start, length)?, position(end, length)?],
        _ => return Err(format!("cannot slice with {} bounds", bounds.len())),
    };
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}"));
    }
    Ok(match value {
        // A cut within a character leaves a mark for it.
        Value::Text(text) => {
            Value::text(&String::from_utf8_lossy(text.as_bytes().get(start..end).unwrap_or(&[])))
        }
        Value::Vector(all) => Value::Vector(all.get(start..end).unwrap_or(&[]).into()),
        _ => Value::Nil,
    })
}

/// How many parts a value has; of a text, bytes.
///
/// # Errors
/// It has none.
pub(crate) fn len(value: &Value) -> Result<Value, String> {
    let parts = match value {
        Value::Text(text) => text.len(),
        Value::Labels(labels) => labels.len(),
        Value::Vector(all) => all.len(),
        Value::Args(all) => all.len(),
        Value::Nil | Value::Missing => return Err("len of nil pointer".to_owned()),
        _ => return Err(format!("len of type {}", value.kind())),
    };
    Ok(Value::Int(i64::try_from(parts).unwrap_or(i64::MAX)))
}

fn position(key: &Value, most: usize) -> Result<usize, String> {
    let Value::Int(at) = key else {
        return Err(format!("cannot index slice/array with type {}", key.kind()));
    };
    usize::try_from(*at).ok().filter(|at| *at <= most).ok_or_else(|| format!("index out of range: {at}"))
}
