//! When a line reaches a limit, and how sure that is.
//!
//! The times at which the limit is within what the line's level and slope leave uncertain are an interval with two
//! ends only if the slope is surely towards the limit (E. C. Fieller 1954). It says when the limit is reached if all
//! goes on as in the window; that it goes on, no statistics know.

use crate::slope::Slope;
use model::{Millis, limits};

/// How far ahead is looked, in lengths of the window.
const FURTHEST: f64 = 20.0;

/// When a limit is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ahead {
    /// Most likely.
    pub at: Millis,
    /// The lower end of the 95 % interval.
    pub earliest: Millis,
    /// The upper end.
    pub latest: Millis,
}

/// When `slope` reaches `bound`, as seen at `now`; `None` if it does not, or is past it, or that is too far or too unsure.
#[must_use]
pub fn ahead(slope: &Slope, bound: f64, now: Millis) -> Option<Ahead> {
    let steepness = slope.per_hour;
    let uncertain = ((slope.high - slope.low) / 2.0).max(0.0);
    let distance = bound - slope.level;
    let level = slope.reach * slope.level_error;
    let a = steepness * steepness - uncertain * uncertain;
    let half = steepness * distance;
    let c = distance * distance - level * level;
    let root = (half * half - a * c).max(0.0).sqrt();
    if a <= 0.0 || half <= 0.0 {
        return None;
    }
    let at = distance / steepness;
    let since = model::to_seconds(now - slope.middle) / 3600.0;
    let (earliest, latest) = ((half - root) / a, (half + root) / a);
    // An interval as long as the way says nothing that anybody could plan with.
    let is_sure = latest - earliest <= 2.0 * (at - since);
    let time = |hours: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "some windows")]
        let ahead = (hours * limits::HOUR as f64) as Millis;
        slope.middle + ahead
    };
    let is_ahead = at > since && at - since <= FURTHEST * slope.hours && is_sure;
    is_ahead.then(|| Ahead { at: time(at), earliest: time(earliest).max(now), latest: time(latest) })
}
