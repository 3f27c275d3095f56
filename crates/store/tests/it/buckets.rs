//! Aggregates that blocks have of their samples against the samples themselves.

use crate::engine::Ground;
use crate::wal::append_to;
use model::{
    Bucket, Facts, Matcher, Millis, NAME, Select, SelectError, Selection, TakeSeries, TimeRange, limits,
    stale_marker,
};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use std::ops::ControlFlow;
use store::Store;
use world::Disk;

/// Times are counted from here, some days ago.
const START: Millis = 20_770 * limits::DAY;

/// A store that does not know more than its samples.
struct Raw<'a>(&'a Store);

impl Select for Raw<'_> {
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError> {
        self.0.each(selection, take)
    }

    fn series_count(&self) -> usize {
        self.0.series_count()
    }
}

type Found = Vec<(String, Vec<Bucket>)>;

fn buckets(select: &impl Select, range: TimeRange, length: Millis) -> Found {
    let mut found = Vec::new();
    let selection = Selection::all(Vec::new()).within(range);
    select
        .each_bucket(&selection, length, Facts::ALL, &mut |series, buckets| {
            found.push((series.labels().to_string(), buckets.to_vec()));
            ControlFlow::Continue(())
        })
        .expect("readable");
    found
}

/// Sums may be rounded in another order; all else is equal.
#[track_caller]
fn assert_same(found: &Found, expected: &Found) {
    let rough = |value: f64| if value.is_finite() { format!("{value:.6e}") } else { value.to_string() };
    let text = |all: &Found| {
        let line = |bucket: &Bucket| {
            let (sum, increase) = (rough(bucket.aggregate.sum), rough(bucket.aggregate.increase()));
            let mut rest = *bucket;
            (rest.aggregate.sum, rest.aggregate.resets) = (0.0, 0.0);
            format!("{rest:?} {sum} {increase}")
        };
        all.iter()
            .map(|(name, all)| (name.clone(), all.iter().map(line).collect()))
            .collect::<Vec<(_, Vec<_>)>>()
    };
    assert_eq!(text(found), text(expected));
}

#[track_caller]
fn check(store: &Store) {
    for length in [limits::MINUTE, 5 * limits::MINUTE, 15 * limits::MINUTE, limits::HOUR, 90 * limits::MINUTE]
    {
        let part = |from, to| TimeRange {
            start: START + from * limits::MINUTE + 7,
            end: START + to * limits::MINUTE,
        };
        for range in [TimeRange::ALL, part(0, 100), part(33, 333), part(60, 1_600)] {
            assert_same(&buckets(store, range, length), &buckets(&Raw(store), range, length));
        }
    }
}

/// Samples of a series every few seconds: number of the series, first second, seconds between two, how many.
fn run(store: &Store, (series, from, step, count): (usize, i64, i64, i64)) {
    let value = |at: i64| match (series, at % 997) {
        (_, 991) => stale_marker(),
        (0, _) => 21.5,
        (1, n) => (n * 3) as f64,
        (_, n) => (n as f64 * 0.7).sin() * 100.0,
    };
    let point = |number: i64| {
        let second = from + number * step;
        (series, START + second * limits::SECOND, value(second))
    };
    let all: Vec<_> = (0..count).map(point).collect();
    append_to(store, &all).expect("a sound disk");
}

#[derive(Debug, Clone)]
enum Operation {
    Run(usize, i64, i64, i64),
    Flush,
    Tidy,
    Erase(i64, i64),
    Open,
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        6 => (0..3_usize, 0..90_000_i64, prop_oneof![Just(1_i64), Just(10), Just(61)], 1..7_000_i64)
            .prop_map(|(series, from, step, count)| Operation::Run(series, from, step, count)),
        4 => Just(Operation::Flush),
        1 => Just(Operation::Tidy),
        1 => (0..90_000_i64, 1..10_000_i64).prop_map(|(from, length)| Operation::Erase(from, length)),
        1 => Just(Operation::Open),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..Default::default() })]
    #[test]
    fn buckets_are_what_the_samples_come_to(operations in proptest::collection::vec(operation(), 1..14)) {
        let ground = Ground::new(5);
        let mut store = ground.sound();
        for operation in operations {
            match operation {
                Operation::Run(series, from, step, count) => run(&store, (series, from, step, count)),
                Operation::Flush => store.flush(Millis::MAX).expect("a sound disk"),
                Operation::Tidy => { store.tidy().expect("a sound disk"); }
                Operation::Erase(from, length) => {
                    let start = START + from * limits::SECOND;
                    let range = TimeRange { start, end: start + length * limits::SECOND };
                    store.erase(&[Matcher::regex(NAME, ".+").expect("good")], range).expect("a sound disk");
                }
                Operation::Open => {
                    drop(store);
                    store = ground.sound();
                }
            }
        }
        check(&store);
    }
}

/// Three hours at steps of a second, in two blocks and in memory.
fn three_hours(ground: &Ground) -> Store {
    let store = ground.sound();
    for series in 0..3 {
        run(&store, (series, 0, 1, 5_000));
    }
    store.flush(Millis::MAX).expect("a sound disk");
    for series in 0..3 {
        run(&store, (series, 5_000, 1, 4_950));
    }
    store.flush(Millis::MAX).expect("a sound disk");
    for series in 0..3 {
        run(&store, (series, 9_950, 1, 1_000));
    }
    store
}

#[test]
fn buckets_reach_over_blocks_and_memory() {
    let store = three_hours(&Ground::new(6));
    check(&store);
    let all = buckets(&store, TimeRange::ALL, limits::HOUR);
    assert_eq!(
        all.iter().map(|(_, all)| all.len()).collect::<Vec<_>>(),
        [5, 5, 5],
        "the first has one point"
    );
    let count: u64 = all.iter().flat_map(|(_, all)| all).map(|bucket| bucket.aggregate.count).sum();
    assert_eq!(count, 3 * (10_950 - 10), "all but the markers");
}

#[test]
fn damaged_aggregates_are_told_and_the_samples_answer() {
    let ground = Ground::new(7);
    let store = three_hours(&ground);
    let whole = buckets(&store, TimeRange::ALL, limits::HOUR);
    let (name, mut aggregates) = ("00000001.block", 0);
    let length = ground.blocks.read(name).expect("readable").expect("there").len();
    for at in (16..length).step_by(9) {
        ground.blocks.damage(name, at, 0xff);
        let found = buckets(&store, TimeRange::ALL, limits::HOUR);
        assert_same(&found, &whole);
        let told = store.take_told().join("\n");
        assert!(
            told.is_empty() || told.contains("aggregates are unreadable; the samples are read"),
            "{told}"
        );
        aggregates += usize::from(!told.is_empty());
        ground.blocks.damage(name, at, 0xff);
    }
    assert!(aggregates > 5, "{aggregates} of {length} bytes are of aggregates that somebody reads");
}
