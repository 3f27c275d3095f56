//! The memory store with little room, and swept, against a map of maps that obeys the same limits.

use crate::memory_oracle::series;
use model::limits::{IDLE, MINUTE};
use model::{Append, Point, Reason, Sample, Select, Selection};
use proptest::prelude::{Strategy, prop_oneof, proptest};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

const LABELS: [&str; 4] = ["1", "2", "3", "4"];

const LIMITS: MemoryLimits = MemoryLimits {
    late_samples: u64::MAX,
    series: 3,
    series_per_metric: 100,
    series_per_service: 100,
    label_bytes: 10_000,
    head_bytes: 10_000,
    memory_bytes: 10_000,
    segment_bytes: 1_000,
    block_bytes: 1_000,
    retention: 30 * MINUTE,
    out_of_order: model::limits::FOREVER,
};

#[derive(Debug, Clone)]
enum Act {
    Put(usize, i64),
    /// The clock goes on, and the store is swept.
    Sweep(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0..LABELS.len(), -35..35_i64).prop_map(|(label, ago)| Act::Put(label, ago * MINUTE)),
        1 => (0..25_i64).prop_map(|passed| Act::Sweep(passed * MINUTE)),
    ]
}

/// The same in the plainest way.
#[derive(Default)]
struct Oracle {
    series: BTreeMap<usize, BTreeMap<i64, f64>>,
    /// When the newest sample of a series came.
    touched: BTreeMap<usize, i64>,
}

impl Oracle {
    fn put(&mut self, label: usize, t: i64, v: f64, now: i64) -> Result<bool, Reason> {
        if t < now - LIMITS.retention {
            return Err(Reason::TooOld);
        }
        if !self.series.contains_key(&label) && self.series.len() >= LIMITS.series {
            return Err(Reason::TooManySeries);
        }
        self.touched.insert(label, now);
        Ok(self.series.entry(label).or_default().insert(t, v).is_none())
    }

    fn sweep(&mut self, now: i64) -> (usize, usize) {
        let count = |series: &BTreeMap<usize, BTreeMap<i64, f64>>| {
            (series.values().map(BTreeMap::len).sum::<usize>(), series.len())
        };
        let before = count(&self.series);
        for points in self.series.values_mut() {
            points.retain(|t, _| *t >= now - LIMITS.retention);
        }
        self.series.retain(|label, points| !points.is_empty() || self.touched[label] > now - IDLE);
        let after = count(&self.series);
        (before.0 - after.0, before.1 - after.1)
    }
}

proptest! {
    #[test]
    fn within_little_room_the_store_does_what_the_limits_say(acts in proptest::collection::vec(act(), 0..200)) {
        let mut now = 1_000 * MINUTE;
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
                    let swept = store.sweep(now, LIMITS.retention);
                    assert_eq!((swept.samples, swept.series), oracle.sweep(now));
                }
            }
            let found = store.select(&Selection::all(vec![])).expect("given");
            let seen: Vec<Vec<(i64, f64)>> =
                found.iter().map(|one| one.points.iter().map(|p| (p.t, p.v)).collect()).collect();
            let expect: Vec<Vec<(i64, f64)>> =
                oracle.series.values().filter(|points| !points.is_empty())
                    .map(|points| points.iter().map(|(t, v)| (*t, *v)).collect()).collect();
            assert_eq!(seen, expect);
            let samples = expect.iter().map(Vec::len).sum();
            assert_eq!((store.stats().samples, store.series_count()), (samples, oracle.series.len()));
        }
    }
}
