//! The memory store against a map of maps.

use model::{
    Append, Labels, Matcher, MetricKind, NAME, Point, SERVICE, Sample, Select, Selection, Series, TimeRange,
};
use proptest::prelude::{Strategy, any, proptest};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

const SERVICES: [&str; 3] = ["a", "b", "c"];
const METRICS: [&str; 2] = ["x", "y"];

pub(crate) fn series(metric: &str, service: &str, label: &str) -> Arc<Series> {
    let labels = Labels::new([(NAME, metric), (SERVICE, service), ("l", label)]);
    Arc::new(Series::new(labels, MetricKind::Gauge))
}

pub(crate) fn store(limits: MemoryLimits) -> MemoryStore {
    MemoryStore::new(limits, Arc::new(SimClock::at(0)))
}

/// A sample of one of twelve series at one of fifty times.
fn sample() -> impl Strategy<Value = (usize, usize, bool, i64, f64)> {
    (0..SERVICES.len(), 0..METRICS.len(), any::<bool>(), 0..50_i64, -10.0..10.0_f64)
}

proptest! {
    #[test]
    fn what_is_read_is_what_was_written(samples in proptest::collection::vec(sample(), 0..300), start in 0..50_i64, span in 0..50_i64, newest in 0..8_usize) {
        let store = store(MemoryLimits::default());
        let mut oracle: BTreeMap<(usize, usize, bool), BTreeMap<i64, f64>> = BTreeMap::new();
        for batch in samples.chunks(7) {
            // A series object of its own each time: what counts is the labels.
            let owned: Vec<_> = batch.iter().map(|(s, m, l, t, v)| (series(METRICS[*m], SERVICES[*s], if *l { "1" } else { "2" }), Point { t: *t, v: *v })).collect();
            let batch_samples: Vec<_> = owned.iter().map(|(series, point)| Sample { series, point: *point }).collect();
            let appended = store.append(&batch_samples).expect("memory takes everything");
            let mut fresh = 0;
            for (s, m, l, t, v) in batch {
                fresh += usize::from(oracle.entry((*s, *m, *l)).or_default().insert(*t, *v).is_none());
            }
            assert_eq!((appended.accepted, appended.replaced), (fresh, batch.len() - fresh));
        }
        let range = TimeRange { start, end: start + span };
        let by_service = [
            (Matcher::equal(SERVICE, "a"), true),
            (Matcher::not_equal(SERVICE, "a"), false),
            (Matcher::regex(SERVICE, "a|z.*").expect("good"), true),
            (Matcher::not_regex(SERVICE, "[az]").expect("good"), false),
        ];
        for (by_service, is_equal) in by_service {
            let matchers = vec![Matcher::equal(NAME, "x"), by_service];
            let found = store.select(&Selection::all(matchers).within(range).newest(newest)).expect("memory gives everything");
            let expect: Vec<Vec<(i64, f64)>> = oracle.iter()
                .filter(|((s, m, _), _)| *m == 0 && (*s == 0) == is_equal)
                .map(|(_, points)| {
                    let inside: Vec<_> = points.range(start..=start + span).map(|(t, v)| (*t, *v)).collect();
                    inside[inside.len().saturating_sub(newest)..].to_vec()
                })
                .filter(|points| !points.is_empty())
                .collect();
            let mut seen: Vec<Vec<(i64, f64)>> = found.iter().map(|one| one.points.iter().map(|p| (p.t, p.v)).collect()).collect();
            let mut expect = expect;
            let order = |a: &Vec<(i64, f64)>, b: &Vec<(i64, f64)>| a.partial_cmp(b).expect("no NaN");
            seen.sort_by(order);
            expect.sort_by(order);
            assert_eq!(seen, expect);
            assert!(found.is_sorted_by(|a, b| a.series.labels() < b.series.labels()), "ordered by labels");
        }
        assert_eq!(store.series_count(), oracle.len());
        assert_eq!(store.stats().samples, oracle.values().map(BTreeMap::len).sum::<usize>());
    }
}

#[test]
fn values_are_kept_bit_for_bit() {
    let store = store(MemoryLimits::default());
    let one = series("x", "a", "1");
    let bits =
        [model::STALE_MARKER_BITS, 0x7ff8_0000_0000_0001, 0x8000_0000_0000_0000, 1, 0xfff0_0000_0000_0000];
    for (t, value) in (0..).zip(bits) {
        store
            .append(&[Sample { series: &one, point: Point { t, v: f64::from_bits(value) } }])
            .expect("taken");
    }
    let found = store.select(&Selection::all(vec![])).expect("given");
    assert_eq!(found[0].points.iter().map(|point| point.v.to_bits()).collect::<Vec<_>>(), bits);
}
