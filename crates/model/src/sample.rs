//! Samples: a value at a time, and the series it belongs to.

use crate::series::Series;
use crate::time::Millis;
use std::sync::Arc;

/// The bits of the one NaN that means "this series ended here" (the same as Prometheus').
pub const STALE_MARKER_BITS: u64 = 0x7ff0_0000_0000_0002;

/// The value that ends a series.
#[must_use]
pub fn stale_marker() -> f64 {
    f64::from_bits(STALE_MARKER_BITS)
}

/// Whether `value` is the staleness marker (and not just any NaN).
#[must_use]
pub fn is_stale_marker(value: f64) -> bool {
    value.to_bits() == STALE_MARKER_BITS
}

/// A value at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// When, in milliseconds since the epoch.
    pub t: Millis,
    /// The value, kept bit for bit.
    pub v: f64,
}

/// A point of a series.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// The series, as interned by the gate.
    pub series: &'a Arc<Series>,
    /// Time and value.
    pub point: Point,
}

/// Whether there is a staleness marker. Many are looked at at once: there hardly ever is.
#[must_use]
pub fn has_stale_marker(values: &[f64]) -> bool {
    values.chunks(64).any(|some| some.iter().fold(false, |found, value| found | is_stale_marker(*value)))
}
