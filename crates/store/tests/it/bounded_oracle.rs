//! The memory store with little room, and swept, against a map of maps that obeys the same limits.

use crate::memory_oracle::series;
use model::{Append, Point, Reason, Sample, Select, Selection};
use proptest::prelude::{Strategy, prop_oneof, proptest};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

const LABELS: [&str; 4] = ["1", "2", "3", "4"];

const LIMITS: MemoryLimits = MemoryLimits {
    series: 3,
    series_per_metric: 100,
    series_per_service: 100,
    samples_per_series: 5,
    samples: 12,
    label_bytes: 10_000,
    segment_bytes: 1_000,
    block_bytes: 1_000,
    retention: 30,
};

#[derive(Debug, Clone)]
enum Act {
    Put(usize, i64),
    /// The clock goes on, and the store is swept.
    Sweep(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0..LABELS.len(), -30..30_i64).prop_map(|(label, ago)| Act::Put(label, ago)),
        1 => (0..25_i64).prop_map(Act::Sweep),
    ]
}

/// The same in the plainest way.
#[derive(Default)]
struct Oracle {
    series: BTreeMap<usize, BTreeMap<i64, f64>>,
}

impl Oracle {
    fn put(&mut self, label: usize, t: i64, v: f64, now: i64) -> Result<bool, Reason> {
        let total: usize = self.series.values().map(BTreeMap::len).sum();
        if t < now - LIMITS.retention {
            return Err(Reason::TooOld);
        }
        let is_known = self.series.contains_key(&label);
        if !is_known && (self.series.len() >= LIMITS.series || total >= LIMITS.samples) {
            return Err(Reason::TooManySeries);
        }
        let points = self.series.entry(label).or_default();
        if let Some(value) = points.get_mut(&t) {
            *value = v;
            return Ok(false);
        }
        if points.len() >= LIMITS.samples_per_series || total >= LIMITS.samples {
            if points.first_key_value().is_none_or(|(oldest, _)| t < *oldest) {
                return Err(Reason::TooOld);
            }
            points.pop_first();
        }
        points.insert(t, v);
        Ok(true)
    }

    fn sweep(&mut self, now: i64) -> (usize, usize) {
        let count = |series: &BTreeMap<usize, BTreeMap<i64, f64>>| {
            (series.values().map(BTreeMap::len).sum::<usize>(), series.len())
        };
        let before = count(&self.series);
        for points in self.series.values_mut() {
            points.retain(|t, _| *t >= now - LIMITS.retention);
        }
        self.series.retain(|_, points| !points.is_empty());
        let after = count(&self.series);
        (before.0 - after.0, before.1 - after.1)
    }
}

proptest! {
    #[test]
    fn within_little_room_the_store_does_what_the_limits_say(acts in proptest::collection::vec(act(), 0..200)) {
        let mut now = 1_000;
        let clock = Arc::new(SimClock::at(now));
        let store = MemoryStore::new(LIMITS, clock.clone());
        let mut oracle = Oracle::default();
        for (v, act) in (0..).map(f64::from).zip(acts) {
            match act {
                Act::Put(label, ago) => {
                    let t = now - ago;
                    let one = series("x", "a", LABELS[label]);
                    let appended = store.append(&[Sample { series: &one, point: Point { t, v } }]).expect("taken");
                    let seen = match appended.refused.first() {
                        Some(refused) => Err(refused.reason),
                        None => Ok(appended.accepted == 1),
                    };
                    assert_eq!(seen, oracle.put(label, t, v, now));
                }
                Act::Sweep(passed) => {
                    now += passed;
                    clock.set(now);
                    let swept = store.sweep(now);
                    assert_eq!((swept.samples, swept.series), oracle.sweep(now));
                }
            }
            let found = store.select(&Selection::all(vec![])).expect("given");
            let seen: Vec<Vec<(i64, f64)>> =
                found.iter().map(|one| one.points.iter().map(|p| (p.t, p.v)).collect()).collect();
            let expect: Vec<Vec<(i64, f64)>> =
                oracle.series.values().map(|points| points.iter().map(|(t, v)| (*t, *v)).collect()).collect();
            assert_eq!(seen, expect);
            assert_eq!((store.stats().samples, store.series_count()), (expect.iter().map(Vec::len).sum(), expect.len()));
        }
    }
}
