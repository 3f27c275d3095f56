//! Nothing grows without end, and what is over a limit costs the rest nothing.

use crate::memory_oracle::{series, store};
use model::limits::MINUTE;
use model::{Append, Point, Reason, Sample, Select, Selection, Series};
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

/// Appends one sample; gives why it was refused.
fn put(store: &MemoryStore, series: &Arc<Series>, t: i64) -> Option<Reason> {
    let appended = store.append(&[Sample { series, point: Point { t, v: 1.0 } }]).expect("taken");
    appended.refused.first().map(|refused| refused.reason)
}

fn times(store: &MemoryStore) -> Vec<i64> {
    let found = store.select(&Selection::all(vec![])).expect("given");
    found.iter().flat_map(|one| &one.points).map(|point| point.t).collect()
}

#[test]
fn over_a_limit_new_series_are_refused_by_reason_and_old_ones_live_on() {
    let all = MemoryLimits::default();
    let rows = [
        (MemoryLimits { series: 2, ..all }, Reason::TooManySeries),
        (MemoryLimits { series_per_metric: 2, ..all }, Reason::TooManySeriesOfMetric),
        (MemoryLimits { series_per_service: 2, ..all }, Reason::TooManySeriesOfService),
        (MemoryLimits { label_bytes: 20, ..all }, Reason::TooManySeries),
    ];
    for (limits, reason) in rows {
        let store = store(limits);
        assert_eq!(put(&store, &series("x", "a", "1"), 0), None);
        assert_eq!(put(&store, &series("x", "a", "2"), 0), None);
        let batch = [series("x", "a", "3"), series("x", "a", "1"), series("x", "a", "4")];
        let samples: Vec<_> =
            batch.iter().map(|series| Sample { series, point: Point { t: 1, v: 1.0 } }).collect();
        let appended = store.append(&samples).expect("taken");
        let refused: Vec<_> = appended.refused.iter().map(|one| (one.index, one.reason)).collect();
        assert_eq!((appended.accepted, refused), (1, vec![(0, reason), (2, reason)]), "{reason}");
        assert_eq!(store.series_count(), 2);
    }
}

#[test]
fn when_memory_is_full_nothing_is_taken_and_nothing_is_lost() {
    let store = store(MemoryLimits { memory_bytes: 40, ..MemoryLimits::default() });
    let one = series("x", "a", "1");
    for t in [1, 2, 3] {
        assert_eq!(put(&store, &one, t), None);
    }
    let error = store.append(&[Sample { series: &one, point: Point { t: 4, v: 1.0 } }]).expect_err("full");
    assert!(error.to_string().contains("memory is full"), "{error}");
    assert_eq!(times(&store), [1, 2, 3]);
}

#[test]
fn texts_count_once_however_many_series_have_them() {
    let store = store(MemoryLimits { label_bytes: 24, ..MemoryLimits::default() });
    // __name__ x service a l 1 is 18 bytes.
    for label in ["1", "2", "3", "4", "5", "6"] {
        assert_eq!(put(&store, &series("x", "a", label), 0), None, "{label}");
    }
    assert_eq!(put(&store, &series("x", "a", "7"), 0), Some(Reason::TooManySeries));
}

#[test]
fn a_point_of_no_time_that_can_be_kept_is_refused() {
    let store = store(MemoryLimits { retention: i64::MAX, ..MemoryLimits::default() });
    assert_eq!(put(&store, &series("x", "a", "1"), i64::MAX), Some(Reason::TooFarInFuture));
    assert_eq!(put(&store, &series("x", "a", "1"), i64::MIN), Some(Reason::TooOld));
}

/// The window is measured from what the series itself has, not from the clock: an old recording is taken from its
/// beginning on.
#[test]
fn what_comes_later_than_it_may_is_refused_and_what_is_in_order_never() {
    let limits = MemoryLimits { retention: i64::MAX, out_of_order: 10 * MINUTE, ..MemoryLimits::default() };
    let store = store(limits);
    let (one, two) = (series("x", "a", "1"), series("x", "a", "2"));
    for t in [100, 90, 95, 101, 91] {
        assert_eq!(put(&store, &one, t * MINUTE), None, "{t}");
    }
    assert_eq!(put(&store, &one, 91 * MINUTE - 1), Some(Reason::OutOfOrder));
    assert_eq!(put(&store, &two, MINUTE), None, "another series has another newest");
    for t in [0, 11, 12, 100_000] {
        assert_eq!(put(&store, &two, t * MINUTE), None, "{t}");
    }
    assert_eq!(put(&store, &two, 12 * MINUTE), Some(Reason::OutOfOrder));
    let strict = self::store(MemoryLimits { out_of_order: 0, ..limits });
    for (t, refused) in [(5, None), (5, None), (4, Some(Reason::OutOfOrder)), (6, None)] {
        assert_eq!(put(&strict, &one, t), refused, "{t}");
    }
}

#[test]
fn samples_older_than_the_retention_are_refused_and_swept() {
    let clock = Arc::new(SimClock::at(1_000 * MINUTE));
    let limits = MemoryLimits { retention: 100 * MINUTE, ..MemoryLimits::default() };
    let store = MemoryStore::new(limits, clock.clone());
    let (one, two) = (series("x", "a", "1"), series("x", "b", "2"));
    assert_eq!(put(&store, &one, 899 * MINUTE), Some(Reason::TooOld));
    assert_eq!(store.series_count(), 0, "a refused sample makes no series");
    for t in [900, 950, 1_000] {
        assert_eq!(put(&store, &one, t * MINUTE), None);
    }
    assert_eq!(put(&store, &two, 940 * MINUTE), None);
    clock.set(1_050 * MINUTE);
    let swept = store.sweep(1_050 * MINUTE, 100 * MINUTE);
    assert_eq!((swept.samples, swept.series), (2, 1));
    assert_eq!((times(&store), store.series_count()), (vec![950 * MINUTE, 1_000 * MINUTE], 1));
    assert_eq!(put(&store, &two, 1_049 * MINUTE), None, "a series may come back");
    assert_eq!(store.stats().samples, 3);
    assert_eq!(store.sweep(10_000 * MINUTE, 100 * MINUTE).series, 2);
    assert_eq!((store.series_count(), store.stats().bytes), (0, 0), "nothing is left behind");
}
