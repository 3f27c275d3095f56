//! What many points come to: enough to answer for all of them.

use crate::kahan::{Kahan, largest, smallest};
use crate::sample::{Point, has_stale_marker, is_stale_marker};
use crate::selection::{Columns, Selection};
use crate::time::{Millis, TimeRange};

/// What the points of a stretch of time come to; staleness markers count as none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aggregate {
    /// How many points there are: at least one.
    pub count: u64,
    /// The oldest.
    pub first: Point,
    /// The newest.
    pub last: Point,
    /// The smallest value; NaN only if all are.
    pub min: f64,
    /// The largest value; NaN only if all are.
    pub max: f64,
    /// The sum of the values.
    pub sum: f64,
    /// The sum of the values from which the next one fell: what a counter had before it began again at zero.
    pub resets: f64,
}

/// What of the values of a stretch somebody wants to know: what is not may be left unknown, and then is any number. How
/// many points there are, and when the first and the last are, is always known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// The values of the oldest and the newest point.
    pub edges: bool,
    /// The smallest value.
    pub min: bool,
    /// The largest value.
    pub max: bool,
    /// The sum of the values.
    pub sum: bool,
    /// What was lost by falls.
    pub resets: bool,
}

impl Facts {
    /// All there is.
    pub const ALL: Self = Self { edges: true, min: true, max: true, sum: true, resets: true };
}

/// A stretch of time of a fixed length, with its end and without its beginning, as `PromQL`'s windows are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Its last millisecond, a multiple of its length.
    pub end: Millis,
    /// What its points come to.
    pub aggregate: Aggregate,
}

impl Aggregate {
    /// What `points` come to, as far as `facts` ask for it; `None` if there are none.
    #[must_use]
    pub fn of(points: Columns<'_>, facts: Facts) -> Option<Self> {
        if has_stale_marker(points.values) {
            let kept = points.points().filter(|point| !is_stale_marker(point.v));
            let (times, values): (Vec<_>, Vec<_>) = kept.map(|point| (point.t, point.v)).unzip();
            return Self::of_plain(Columns { times: &times, values: &values }, facts);
        }
        Self::of_plain(points, facts)
    }

    fn of_plain(points: Columns<'_>, facts: Facts) -> Option<Self> {
        let Columns { times, values } = points;
        let point = |t: Option<&Millis>, v: Option<&f64>| Some(Point { t: *t?, v: *v? });
        let asked = |is_asked: bool, reckon: &dyn Fn() -> f64| if is_asked { reckon() } else { 0.0 };
        Some(Self {
            count: values.len() as u64,
            first: point(times.first(), values.first())?,
            last: point(times.last(), values.last())?,
            min: asked(facts.min, &|| smallest(values)),
            max: asked(facts.max, &|| largest(values)),
            sum: asked(facts.sum, &|| sum(values)),
            resets: asked(facts.resets, &|| lost_by_falls(values)),
        })
    }

    /// Takes in what comes later in time.
    pub fn append(&mut self, later: &Self) {
        self.count += later.count;
        self.min = self.min.min(later.min);
        self.max = self.max.max(later.max);
        self.sum += later.sum;
        self.resets += later.resets + self.fall_to(later.first.v);
        self.last = later.last;
    }

    /// By how much a counter rose from the oldest point to the newest.
    #[must_use]
    pub fn increase(&self) -> f64 {
        self.last.v - self.first.v + self.resets
    }

    /// What a counter had that is `next` now, if it began again.
    fn fall_to(&self, next: f64) -> f64 {
        if next < self.last.v { self.last.v } else { 0.0 }
    }
}

fn sum(values: &[f64]) -> f64 {
    let sum = Kahan::of(values);
    if sum.sum.is_finite() { sum.total() } else { sum.sum }
}

/// The sum of the values from which the next one falls.
fn lost_by_falls(values: &[f64]) -> f64 {
    let mut lost = Kahan::default();
    let pairs = values.iter().zip(values.get(1..).unwrap_or_default());
    pairs.filter(|(before, after)| after < before).for_each(|(before, _)| lost.add(*before));
    if lost.sum.is_finite() { lost.total() } else { lost.sum }
}

/// How many times are up to `end`: mostly as many as in the stretch before.
fn inside(times: &[Millis], end: Millis, guess: usize) -> usize {
    let is_inside = |at: usize| times.get(at).is_some_and(|t| *t <= end);
    if guess > 0 && is_inside(guess - 1) && !is_inside(guess) {
        return guess;
    }
    times.partition_point(|t| *t <= end)
}

impl Bucket {
    /// Appends the bucket to later ones than all in `buckets`, or to the last of them if that is the same stretch.
    pub fn append_to(self, buckets: &mut Vec<Self>) {
        match buckets.last_mut().filter(|last| last.end == self.end) {
            Some(last) => last.aggregate.append(&self.aggregate),
            None => buckets.push(self),
        }
    }

    /// The end of the bucket of this length that `t` falls into.
    #[must_use]
    pub fn end_of(t: Millis, length: Millis) -> Millis {
        (t.saturating_sub(1).div_euclid(length)).saturating_add(1).saturating_mul(length)
    }

    /// Appends the buckets of this length that `points` fall into, later ones than those in `buckets`, with what `facts` ask
    /// for.
    pub fn fold(points: Columns<'_>, length: Millis, facts: Facts, buckets: &mut Vec<Self>) {
        let Columns { mut times, mut values } = points;
        let mut count = 0;
        while let Some(first) = times.first() {
            let end = Self::end_of(*first, length);
            count = inside(times, end, count).min(values.len());
            let (stretch_times, later_times) = times.split_at(count);
            let (stretch_values, later_values) = values.split_at(count);
            let stretch = Columns { times: stretch_times, values: stretch_values };
            if let Some(aggregate) = Aggregate::of(stretch, facts) {
                Self { end, aggregate }.append_to(buckets);
            }
            if count == 0 {
                break;
            }
            (times, values) = (later_times, later_values);
        }
    }

    /// The selection of all points in the whole buckets of this length that `selection` has.
    #[must_use]
    pub fn whole_selection(selection: &Selection, length: Millis) -> Selection {
        Selection { range: Self::whole(selection.range, length), newest: None, ..selection.clone() }
    }

    /// The part of `range` that whole buckets of this length fill.
    #[must_use]
    pub fn whole(range: TimeRange, length: Millis) -> TimeRange {
        let start = Self::end_of(range.start, length);
        let begins =
            range.start == Millis::MIN || start.saturating_sub(length).saturating_add(1) == range.start;
        let start = if begins { range.start } else { start.saturating_add(1) };
        let end = if range.end == Millis::MAX { range.end } else { range.end.div_euclid(length) * length };
        TimeRange { start, end }
    }
}

#[cfg(test)]
mod tests {
    use super::{Aggregate, Bucket, Facts};
    use crate::{Columns, Point, TimeRange, stale_marker};

    fn folded(points: &[(i64, f64)]) -> Vec<Bucket> {
        let (times, values): (Vec<_>, Vec<_>) = points.iter().copied().unzip();
        let mut buckets = Vec::new();
        Bucket::fold(Columns { times: &times, values: &values }, 10, Facts::ALL, &mut buckets);
        buckets
    }

    #[test]
    fn a_bucket_has_its_end_and_not_its_beginning() {
        let ends = |points: &[(i64, f64)]| {
            folded(points).iter().map(|b| (b.end, b.aggregate.count)).collect::<Vec<_>>()
        };
        assert_eq!(ends(&[(0, 1.0), (1, 1.0), (10, 1.0), (11, 1.0)]), [(0, 1), (10, 2), (20, 1)]);
        assert_eq!(ends(&[(-10, 1.0), (-9, 1.0), (0, 1.0)]), [(-10, 1), (0, 2)]);
        assert_eq!(ends(&[(5, stale_marker())]), []);
    }

    #[test]
    fn an_aggregate_of_parts_is_that_of_the_whole() {
        let points = [(1, 5.0), (2, 7.0), (3, 2.0), (4, f64::NAN), (5, 4.0), (6, 4.0)];
        let whole = folded(&points[..3])[0].aggregate;
        let expected = Aggregate {
            count: 3,
            first: Point { t: 1, v: 5.0 },
            last: Point { t: 3, v: 2.0 },
            min: 2.0,
            max: 7.0,
            sum: 14.0,
            resets: 7.0,
        };
        assert_eq!(whole, expected);
        assert_eq!(whole.increase(), 4.0);
        let mut parts = folded(&points[..1])[0].aggregate;
        parts.append(&folded(&points[1..3])[0].aggregate);
        assert_eq!(parts, whole);
        let odd = folded(&points)[0].aggregate;
        assert_eq!((odd.min, odd.max, odd.count), (2.0, 7.0, 6));
        assert!(odd.sum.is_nan());
        assert_eq!(odd.increase(), 6.0, "no fall is seen next to what is no number");
    }

    #[test]
    fn sums_of_decimals_are_decimals() {
        let tenths: Vec<_> = (1..=9).map(|t| (t, 0.1)).collect();
        assert_eq!(folded(&tenths)[0].aggregate.sum, 0.9);
        let large = folded(&[(1, 1e300), (2, f64::INFINITY), (3, 1.0)]);
        assert_eq!(large[0].aggregate.sum, f64::INFINITY);
    }

    #[test]
    fn only_whole_buckets_count() {
        let whole = |start, end| {
            let whole = Bucket::whole(TimeRange { start, end }, 10);
            (whole.start, whole.end)
        };
        assert_eq!(whole(1, 20), (1, 20));
        assert_eq!(whole(0, 29), (1, 20));
        assert_eq!(whole(2, 20), (11, 20));
        assert_eq!(whole(-9, 0), (-9, 0));
        assert_eq!(whole(i64::MIN, i64::MAX), (i64::MIN, i64::MAX));
    }
}
