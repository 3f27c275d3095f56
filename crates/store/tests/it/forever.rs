//! Samples of any age, in any order: what a store that keeps everything makes of decades.

use crate::engine::Ground;
use crate::wal::{Model, append_to, content, series};
use model::{Millis, limits};
use store::{MemoryLimits, Store};
use world::Disk;

/// In the year 2026.
const NOW: Millis = 20_776 * limits::DAY;
/// The months of blocks between the epoch and now.
const MONTHS: usize = 671;

fn open(ground: &Ground) -> Store {
    let limits = MemoryLimits { retention: limits::FOREVER, ..MemoryLimits::default() };
    ground.clock.set(NOW);
    ground.open_within(limits).expect("opening never fails").0
}

/// Appends; each value is noted in `model` too.
fn put(store: &Store, model: &mut Model, samples: &[(usize, Millis, f64)]) {
    append_to(store, samples).expect("a sound disk");
    for (number, t, v) in samples {
        let series = series(*number);
        model.insert((format!("{}{}", series.kind(), series.labels()), *t), v.to_bits());
    }
}

/// Some instants of all years since the epoch, in no order.
fn shuffled(count: i64) -> impl Iterator<Item = Millis> {
    // A prime steps through all of them.
    (0..count).map(move |n| (n * 7_919 % count) * (NOW / count))
}

#[test]
fn samples_since_the_epoch_are_taken_in_any_order_and_read_at_once() {
    let ground = Ground::new(1);
    let (mut store, mut model) = (open(&ground), Model::new());
    let first = [NOW, 0, 1, NOW - 1, 5_000, 300_000, 60_000, NOW / 2];
    for (step, t) in first.into_iter().chain(shuffled(1_000)).enumerate() {
        put(&store, &mut model, &[(0, t, t as f64), (step % 5, t + 1, 0.5)]);
        if step % 100 < 8 {
            assert_eq!(content(&store), model, "at once");
        }
        match step % 100 {
            20 => store.maintain().expect("a sound disk"),
            40 => store.flush(NOW / 2).expect("a sound disk"),
            60 => drop(store.tidy().expect("a sound disk")),
            80 => {
                drop(store);
                ground.lose_power();
                store = open(&ground);
            }
            _ => {}
        }
    }
    assert_eq!(content(&store), model);
}

#[test]
fn a_few_samples_of_each_day_of_decades_are_few_files() {
    let ground = Ground::new(2);
    let (store, mut model) = (open(&ground), Model::new());
    for round in 0..4 {
        let count = 1_500 + round;
        put(&store, &mut model, &shuffled(count).map(|t| (0, t, round as f64)).collect::<Vec<_>>());
        put(&store, &mut model, &[(1, 0, round as f64), (1, NOW, round as f64)]);
        store.flush(Millis::MAX).expect("a sound disk");
        assert!(store.block_stats().blocks <= 3 * MONTHS, "{:?}", store.block_stats());
        store.tidy().expect("a sound disk");
        assert!(store.block_stats().blocks <= 2 * MONTHS, "{:?}", store.block_stats());
    }
    assert_eq!(content(&store), model);
    drop(store);
    assert_eq!(content(&open(&ground)), model, "after a restart");
}

/// A sample for a month long ago, again and again: neither is the month written anew each time, nor has each a file.
#[test]
fn what_comes_late_again_and_again_is_put_together_without_the_large_block() {
    let ground = Ground::new(3);
    let (store, mut model) = (open(&ground), Model::new());
    let month = 100 * limits::COMPACTED_DAYS * limits::DAY;
    let much = |n: i64| (0, month + n * limits::MINUTE, f64::sin(n as f64));
    put(&store, &mut model, &(0..20_000).map(much).collect::<Vec<_>>());
    store.flush(Millis::MAX).expect("a sound disk");
    for n in 0..60_i64 {
        // On three days, and each instant again and again.
        let t = month + n % 3 * 4 * limits::DAY + n % 2 * limits::HOUR;
        put(&store, &mut model, &[(0, t, n as f64), (1, t + 2 * limits::DAY, n as f64)]);
        store.flush(Millis::MAX).expect("a sound disk");
        store.tidy().expect("a sound disk");
        assert_eq!(content(&store), model, "the newest word counts, round {n}");
        assert!(store.block_stats().blocks <= 1 + limits::LATE_BLOCKS, "{:?}", store.block_stats());
    }
    assert!(ground.blocks.read("00000001.block").expect("readable").is_some(), "it was never written anew");
}

/// Two blocks of one day, and between them in age one of several days: the two alone must not become one, for its word would
/// be newer than that of the one between.
#[test]
fn blocks_of_a_day_wait_for_what_lies_between_them() {
    let ground = Ground::new(5);
    let (store, mut model) = (open(&ground), Model::new());
    let month = 200 * limits::COMPACTED_DAYS * limits::DAY;
    let much: Vec<_> = (0..20_000).map(|n| (0, month + n * limits::MINUTE, f64::sin(n as f64))).collect();
    let (t, later) = (month + limits::HOUR, month + 4 * limits::DAY);
    for samples in [&much[..], &[(1, t, 1.0)], &[(1, t, 2.0), (1, later, 2.0)], &[(1, t + 1, 3.0)]] {
        put(&store, &mut model, samples);
        store.flush(Millis::MAX).expect("a sound disk");
    }
    store.tidy().expect("a sound disk");
    assert_eq!(content(&store), model, "the newest word counts");
}

#[test]
fn a_clock_that_goes_on_for_years_takes_nothing() {
    let ground = Ground::new(4);
    let (store, mut model) = (open(&ground), Model::new());
    put(&store, &mut model, &[(0, 0, 1.0), (1, NOW, 2.0)]);
    store.flush(NOW).expect("a sound disk");
    for year in 1..50 {
        ground.clock.set(NOW + year * 365 * limits::DAY);
        store.tidy().expect("a sound disk");
        ground.clock.advance(std::time::Duration::from_secs(25 * 3_600));
        store.tidy().expect("a sound disk");
    }
    assert_eq!(content(&store), model);
}

#[test]
fn much_that_comes_late_becomes_a_block_within_a_minute_and_little_stays() {
    let ground = Ground::new(6);
    let bounds = MemoryLimits { late_samples: 100, retention: limits::FOREVER, ..MemoryLimits::default() };
    ground.clock.set(NOW);
    let store = ground.open_within(bounds).expect("opening never fails").0;
    let mut model = Model::new();
    for step in 0..150_i64 {
        put(&store, &mut model, &[(0, NOW - limits::DAY + step, step as f64), (1, NOW + step, 1.0)]);
        if step == 90 {
            store.tidy().expect("a sound disk");
            assert_eq!(store.block_stats().blocks, 0, "little is worth no file");
        }
    }
    store.tidy().expect("a sound disk");
    assert_eq!(store.block_stats().samples, 150);
    assert_eq!(store.stats().samples, 150, "what is new stays in memory");
    assert_eq!(content(&store), model);
}
