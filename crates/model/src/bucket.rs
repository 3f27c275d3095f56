//! What many points come to: enough to answer for all of them.

use crate::sample::{Point, is_stale_marker};
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

/// A stretch of time of a fixed length, with its end and without its beginning, as `PromQL`'s windows are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Its last millisecond, a multiple of its length.
    pub end: Millis,
    /// What its points come to.
    pub aggregate: Aggregate,
}

impl Aggregate {
    /// Of one point.
    #[must_use]
    pub fn of(point: Point) -> Self {
        let Point { v, .. } = point;
        Self { count: 1, first: point, last: point, min: v, max: v, sum: v, resets: 0.0 }
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

/// What adding doubles lost (Neumaier): with it, sums of decimals are decimals, as a person would reckon them.
#[derive(Debug, Default)]
struct Lost(f64);

impl Lost {
    fn add(&mut self, sum: &mut f64, value: f64) {
        let more = *sum + value;
        self.0 += if sum.abs() >= value.abs() { (*sum - more) + value } else { (value - more) + *sum };
        *sum = more;
    }

    /// Gives back to a sum what it lost.
    fn settle(&mut self, sum: &mut f64) {
        let lost = std::mem::take(self).0;
        // Sums of infinities and NaNs lose nothing.
        *sum += if lost.is_finite() { lost } else { 0.0 };
    }
}

/// The last bucket while points are added to it.
#[derive(Debug, Default)]
struct Open {
    sum: Lost,
    resets: Lost,
}

impl Open {
    fn add(&mut self, aggregate: &mut Aggregate, point: Point) {
        aggregate.count += 1;
        aggregate.min = aggregate.min.min(point.v);
        aggregate.max = aggregate.max.max(point.v);
        self.sum.add(&mut aggregate.sum, point.v);
        let fall = aggregate.fall_to(point.v);
        self.resets.add(&mut aggregate.resets, fall);
        aggregate.last = point;
    }

    fn close(&mut self, buckets: &mut [Bucket]) {
        if let Some(Bucket { aggregate, .. }) = buckets.last_mut() {
            self.sum.settle(&mut aggregate.sum);
            self.resets.settle(&mut aggregate.resets);
        }
    }
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

    /// Appends the buckets of this length that `points` fall into, later ones than those in `buckets`.
    pub fn fold(points: Columns<'_>, length: Millis, buckets: &mut Vec<Self>) {
        let mut open = Open::default();
        for point in points.points().filter(|point| !is_stale_marker(point.v)) {
            match buckets.last_mut().filter(|last| point.t <= last.end) {
                Some(last) => open.add(&mut last.aggregate, point),
                None => {
                    open.close(buckets);
                    buckets
                        .push(Self { end: Self::end_of(point.t, length), aggregate: Aggregate::of(point) });
                }
            }
        }
        open.close(buckets);
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
    use super::{Aggregate, Bucket};
    use crate::{Columns, Point, TimeRange, stale_marker};

    fn folded(points: &[(i64, f64)]) -> Vec<Bucket> {
        let (times, values): (Vec<_>, Vec<_>) = points.iter().copied().unzip();
        let mut buckets = Vec::new();
        Bucket::fold(Columns { times: &times, values: &values }, 10, &mut buckets);
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
