//! What both versions of remote write have in common.

use crate::protobuf::{Fields, Malformed};
use model::{MetricType, Point};

/// Reads a sample.
///
/// # Errors
/// [`Malformed`].
#[inline]
pub(crate) fn sample(message: &[u8]) -> Result<Point, Malformed> {
    let mut point = Point { t: 0, v: 0.0 };
    for field in Fields::of(message) {
        match field? {
            (1, value) => point.v = value.double()?,
            (2, value) => point.t = value.signed()?,
            _ => {}
        }
    }
    Ok(point)
}

/// The type that a number stands for.
pub(crate) fn metric_type(number: u64) -> MetricType {
    match number {
        1 => MetricType::Counter,
        2 => MetricType::Gauge,
        3 => MetricType::Histogram,
        4 => MetricType::GaugeHistogram,
        5 => MetricType::Summary,
        6 => MetricType::Info,
        7 => MetricType::StateSet,
        _ => MetricType::Unknown,
    }
}
