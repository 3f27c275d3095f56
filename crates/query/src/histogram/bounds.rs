//! Where buckets end.

use super::CUSTOM;
use std::sync::Arc;

/// The upper end of the bucket with this index, in the schema; of own `bounds` the one of that number. Powers of two are
/// exact, and the same number comes out of every schema that has it.
pub(super) fn upper(schema: i32, bounds: &[f64], index: i32) -> f64 {
    if schema == CUSTOM {
        return match usize::try_from(index) {
            Ok(index) => bounds.get(index).copied().unwrap_or(f64::INFINITY),
            Err(_) => f64::NEG_INFINITY,
        };
    }
    if schema <= 0 {
        let exponent = i64::from(index).saturating_mul(1 << schema.unsigned_abs().min(31));
        return power(1.0, exponent);
    }
    let schema = schema.min(30);
    let fraction = f64::from(index & ((1 << schema) - 1)) / f64::from(1 << schema);
    power(if fraction == 0.0 { 1.0 } else { libm::exp2(fraction) }, i64::from(index >> schema))
}

/// Its lower end.
pub(super) fn lower(schema: i32, bounds: &[f64], index: i32) -> f64 {
    upper(schema, bounds, index.saturating_sub(1))
}

/// `fraction · 2^exponent`. The bucket that ends where numbers end has the largest number as its end.
fn power(fraction: f64, exponent: i64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "clamped")]
    let clamped = exponent.clamp(-2000, 2000) as i32;
    if exponent == 1024 && fraction == 1.0 { f64::MAX } else { libm::ldexp(fraction, clamped) }
}

/// The indexes that there can be in a schema: from the bucket of the smallest number to that above the largest.
pub(super) fn indexes(schema: i32) -> std::ops::RangeInclusive<i32> {
    let last = |exponent: i32| match u32::try_from(schema) {
        Ok(finer) => exponent << finer.min(16),
        Err(_) => exponent >> schema.unsigned_abs().min(31),
    };
    last(-1075)..=last(1024) + 1
}

/// The index of the bucket into which this one falls with a resolution lower by `shift`.
pub(super) fn coarser(index: i32, shift: u32) -> i32 {
    if shift == 0 { index } else { (index.saturating_sub(1) >> shift.min(31)) + 1 }
}

/// Whether the bounds are the same.
pub(super) fn are_same(a: &Arc<[f64]>, b: &Arc<[f64]>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

/// The bounds that both have.
pub(super) fn common(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut rest = b.iter().peekable();
    let is_there = |bound: &&f64| {
        while rest.next_if(|other| *other < *bound).is_some() {}
        rest.next_if(|other| *other == *bound).is_some()
    };
    a.iter().filter(is_there).copied().collect()
}

/// For each bucket of `from`, that above the last bound among them, its index among `to`, which are some of `from`.
pub(super) fn places(from: &[f64], to: &[f64]) -> Vec<i32> {
    let mut at = 0;
    let place = |bound: &f64| {
        while to.get(at).is_some_and(|end| end < bound) {
            at += 1;
        }
        i32::try_from(at).unwrap_or(i32::MAX)
    };
    from.iter().chain([&f64::INFINITY]).map(place).collect()
}
