//! Nothing grows without end, and what is over a limit costs the rest nothing.

use crate::memory_oracle::{series, store};
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
        (MemoryLimits { label_bytes: 2 * 19, ..all }, Reason::TooManySeries),
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
fn a_full_series_gives_its_oldest_sample() {
    let store = store(MemoryLimits { samples_per_series: 3, ..MemoryLimits::default() });
    let one = series("x", "a", "1");
    for t in [10, 20, 30, 40] {
        assert_eq!(put(&store, &one, t), None);
    }
    assert_eq!(times(&store), [20, 30, 40]);
    assert_eq!(put(&store, &one, 35), None, "late, but newer than the oldest");
    assert_eq!(times(&store), [30, 35, 40]);
    assert_eq!(put(&store, &one, 5), Some(Reason::TooOld), "there is no room before the oldest");
    assert_eq!(put(&store, &one, 35), None, "a replacement needs no room");
    assert_eq!((times(&store), store.stats().samples), (vec![30, 35, 40], 3));
}

#[test]
fn when_all_room_is_used_up_each_series_gives_its_own_oldest_and_no_new_one_begins() {
    let store = store(MemoryLimits { samples: 4, ..MemoryLimits::default() });
    let (one, two) = (series("x", "a", "1"), series("x", "a", "2"));
    for t in [1, 2] {
        assert_eq!((put(&store, &one, t), put(&store, &two, t)), (None, None));
    }
    assert_eq!(put(&store, &one, 3), None);
    assert_eq!(put(&store, &series("x", "a", "3"), 3), Some(Reason::TooManySeries));
    assert_eq!((times(&store), store.stats().samples), (vec![2, 3, 1, 2], 4));
}

#[test]
fn samples_older_than_the_retention_are_refused_and_swept() {
    let clock = Arc::new(SimClock::at(1_000));
    let limits = MemoryLimits { retention: 100, ..MemoryLimits::default() };
    let store = MemoryStore::new(limits, clock.clone());
    let (one, two) = (series("x", "a", "1"), series("x", "b", "2"));
    assert_eq!(put(&store, &one, 899), Some(Reason::TooOld));
    assert_eq!(store.series_count(), 0, "a refused sample makes no series");
    for t in [900, 950, 1_000] {
        assert_eq!(put(&store, &one, t), None);
    }
    assert_eq!(put(&store, &two, 940), None);
    clock.set(1_050);
    let swept = store.sweep(1_050);
    assert_eq!((swept.samples, swept.series), (2, 1));
    assert_eq!((times(&store), store.series_count()), (vec![950, 1_000], 1));
    assert_eq!(put(&store, &two, 1_049), None, "a series may come back");
    assert_eq!(store.stats().samples, 3);
    assert_eq!(store.sweep(10_000).series, 2);
    assert_eq!((store.series_count(), store.stats().bytes), (0, 0), "nothing is left behind");
}
