//! Native histograms through log, memory, blocks and back.

use crate::engine::Ground;
use model::{
    Append, CUSTOM_BUCKETS, Histogram, HistogramSeries, Labels, Matcher, MetricKind, Millis, NAME, Point,
    ResetHint, Sample, Select, Selection, Series, TimeRange, limits, stale_marker,
};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use store::Store;

const START: Millis = 20_770 * limits::DAY;

type Model = BTreeMap<(usize, Millis), Histogram>;

fn labels(number: usize) -> Labels {
    Labels::new([(NAME, "h"), ("é", &format!("{number}"))])
}

fn histogram() -> impl Strategy<Value = Histogram> {
    let count = || (1..1_000_u32).prop_map(f64::from);
    let buckets = || proptest::collection::btree_map(-40..40_i32, count(), 0..6);
    let hint = prop_oneof![
        Just(ResetHint::Unknown),
        Just(ResetHint::Reset),
        Just(ResetHint::NotReset),
        Just(ResetHint::Gauge)
    ];
    let sum =
        prop_oneof![Just(f64::INFINITY), Just(-0.0), Just(stale_marker()), any::<i32>().prop_map(f64::from)];
    let bounds = proptest::collection::vec(-9..9_i32, 0..5);
    (-4..=8_i8, buckets(), buckets(), hint, sum, bounds, any::<bool>()).prop_map(
        |(schema, positive, negative, reset, sum, bounds, is_custom)| Histogram {
            schema: if is_custom { CUSTOM_BUCKETS } else { schema },
            count: positive.values().chain(negative.values()).sum(),
            bounds: if is_custom { bounds.into_iter().map(f64::from).collect() } else { Vec::new() },
            zero_threshold: if is_custom { 0.0 } else { 1e-9 },
            zero_count: 0.0,
            sum,
            positive,
            negative,
            reset,
        },
    )
}

fn append(store: &Store, (number, t): (usize, Millis), histogram: &Histogram) {
    let samples = HistogramSeries::new(labels(number)).samples(t, histogram);
    let batch: Vec<_> = samples.iter().map(|(series, point)| Sample { series, point: *point }).collect();
    assert_eq!(store.append(&batch).expect("a sound disk").refused, []);
    store.commit().expect("a sound disk");
}

fn content(store: &Store) -> Vec<String> {
    let mut found = Vec::new();
    let mut take = |labels: &Labels, columns: &model::HistogramColumns| {
        for (at, t) in columns.times.iter().enumerate() {
            found.push(format!("{labels} {t} {:?}", columns.get(at).expect("there")));
        }
        ControlFlow::Continue(())
    };
    store.each_histogram(&Selection::all(Vec::new()), &mut take).expect("readable");
    found
}

proptest! {
    #[test]
    fn histograms_are_what_they_were(
        all in proptest::collection::btree_map((0..3_usize, 0..300_000_i64), histogram(), 1..40),
        flushes in proptest::collection::vec(0..40_usize, 0..4),
        erased in proptest::option::of(0..300_000_i64),
    ) {
        let ground = Ground::new(8);
        let mut store = ground.sound();
        let mut model: Model = all.iter().map(|((n, t), one)| ((*n, START + t * 1_000), one.clone())).collect();
        for (at, (place, one)) in model.iter().enumerate() {
            append(&store, *place, one);
            if flushes.contains(&at) {
                store.flush(Millis::MAX).expect("a sound disk");
            }
        }
        if let Some(t) = erased {
            let range = TimeRange { start: START + t * 1_000, end: START + t * 1_000 + limits::DAY };
            store.erase(&[Matcher::equal(NAME, "h")], range).expect("a sound disk");
            model.retain(|(_, t), _| !range.contains(*t));
        }
        let expected: Vec<_> = model.iter().map(|((n, t), one)| format!("{} {t} {one:?}", labels(*n))).collect();
        assert_eq!(content(&store), expected);
        store.tidy().expect("a sound disk");
        assert_eq!(content(&store), expected);
        drop(store);
        store = ground.sound();
        assert_eq!(content(&store), expected);
        assert_eq!(store.select(&Selection::all(Vec::new())).expect("readable").len(), 0, "no numbers among them");
    }
}

#[test]
fn which_series_there_are_is_told_by_the_indexes() {
    let store = Ground::new(3).sound();
    let number = |name: &str, t: Millis| {
        let series = Arc::new(Series::new(Labels::new([(NAME, name), ("room", "hall")]), MetricKind::Gauge));
        let sample = Sample { series: &series, point: Point { t, v: 1.0 } };
        assert_eq!(store.append(&[sample]).expect("a sound disk").refused, []);
    };
    let histogram =
        Histogram { count: 3.0, sum: 1.0, positive: [(0, 1.0), (4, 2.0)].into(), ..Histogram::default() };
    number("in_block", START);
    append(&store, (1, START), &histogram);
    store.flush(Millis::MAX).expect("a sound disk");
    number("in_memory", START + limits::HOUR);
    append(&store, (2, START + limits::HOUR), &histogram);
    let told = |matchers: Vec<Matcher>, start: Millis| {
        let range = TimeRange { start, end: START + limits::HOUR };
        let mut told = BTreeSet::new();
        let selection = Selection::all(matchers).within(range);
        let mut take = |labels: &Labels| {
            told.insert(labels.to_string());
            ControlFlow::Continue(())
        };
        store.each_labels(&selection, &mut take).expect("readable");
        told.into_iter().collect::<Vec<_>>()
    };
    let (first, second) = (labels(1).to_string(), labels(2).to_string());
    let (block, memory) = (r#"in_block{room="hall"}"#.to_owned(), r#"in_memory{room="hall"}"#.to_owned());
    assert_eq!(told(Vec::new(), START), [first, second.clone(), block.clone(), memory.clone()]);
    assert_eq!(told(Vec::new(), START + 1), [second, memory.clone()]);
    assert_eq!(told(vec![Matcher::equal("room", "hall")], START), [block, memory]);
    let mut count = 0;
    let mut one = |_: &Labels| {
        count += 1;
        ControlFlow::Break(())
    };
    store.each_labels(&Selection::all(Vec::new()), &mut one).expect("readable");
    assert_eq!(count, 1, "who has enough gets no more");
}
