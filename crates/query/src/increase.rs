//! How far a counter went.

use model::Point;

/// The increase of a counter over `points`, which ascend in time. A fall is a reset: the process began anew,
/// and what it counted since is the new value.
#[must_use]
pub fn increase(points: &[Point]) -> f64 {
    let mut values = crate::measured(points).map(|point| point.v);
    let Some(mut last) = values.next() else { return 0.0 };
    let mut total = 0.0;
    for value in values {
        total += if value < last { value } else { value - last };
        last = value;
    }
    total
}
