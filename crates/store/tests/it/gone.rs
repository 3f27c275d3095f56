//! What is erased, or older than its own retention, goes; and nothing else does.

use crate::engine::Ground;
use crate::wal::{Model, append_to, content};
use model::{Matcher, Millis, NAME, TimeRange, limits};
use store::{RetentionRule, Store};

const NOW: Millis = 1_795_000_000_000;

fn named(name: &str) -> Vec<Matcher> {
    vec![Matcher::equal(NAME, name)]
}

/// Three series: days old in a block, hours old in another, and new in memory.
fn filled(ground: &Ground) -> Store {
    let store = ground.sound();
    for (days, is_flushed) in [(40, true), (10, true), (0, false)] {
        let t = NOW - days * limits::DAY;
        ground.clock.set(t);
        for n in 0..5 {
            let at = |number| (number, t + n * 1_000, n as f64);
            append_to(&store, &[at(0), at(1), at(2)]).expect("a sound disk");
        }
        if is_flushed {
            store.flush(Millis::MAX).expect("a sound disk");
        }
    }
    ground.clock.set(NOW);
    store
}

/// Of which series, by name, there are samples how many days old.
fn left(store: &Store) -> Vec<(String, Millis)> {
    let found = content(store);
    let name =
        |labels: &str| labels.split_once("metric_").map(|(_, rest)| rest[..1].to_owned()).expect("named");
    let mut all: Vec<_> =
        found.keys().map(|(labels, t)| (name(labels), (NOW + 10_000 - t) / limits::DAY)).collect();
    all.dedup();
    all
}

fn all_but(gone: &[(&str, Millis)]) -> Vec<(String, Millis)> {
    let all = ["0", "1", "2"].into_iter().flat_map(|name| [40, 10, 0].map(|days| (name, days)));
    all.filter(|one| !gone.contains(one)).map(|(name, days)| (name.to_owned(), days)).collect()
}

#[test]
fn what_is_erased_is_gone_at_once_and_for_ever_and_may_be_written_again() {
    let ground = Ground::new(1);
    let store = filled(&ground);
    let days =
        |days: i64| TimeRange { start: NOW - days * limits::DAY, end: NOW - days * limits::DAY + 10_000 };
    store.erase(&named("metric_1"), TimeRange { start: 0, end: days(10).end }).expect("a sound disk");
    store.erase(&named("metric_2"), days(0)).expect("a sound disk");
    let expected = all_but(&[("1", 40), ("1", 10), ("2", 0)]);
    assert_eq!(left(&store), expected);
    let newest = model::Selection::all(named("metric_1")).newest(7);
    let found = model::Select::select(&store, &newest).expect("readable");
    assert_eq!(found.iter().map(|one| one.points.len()).sum::<usize>(), 5, "the erased are not the newest");
    drop(store);
    ground.lose_power();
    let store = ground.sound();
    assert_eq!(left(&store), expected);
    append_to(&store, &[(1, days(10).start, 1.0)]).expect("a sound disk");
    store.flush(Millis::MAX).expect("a sound disk");
    let expected = all_but(&[("1", 40), ("2", 0)]);
    assert_eq!(left(&store), expected, "what came later is kept");
    let before = store.block_stats();
    for _ in 0..3 {
        store.tidy().expect("a sound disk");
    }
    assert_eq!(left(&store), expected);
    assert!(store.block_stats().samples < before.samples, "the blocks are written anew without it");
    drop(store);
    assert_eq!(left(&ground.sound()), expected);
}

#[test]
fn a_death_or_a_power_cut_while_something_is_erased_leaves_all_or_takes_only_that() {
    let is_of_1 = |(labels, _): &&(String, Millis)| labels.contains("metric_1");
    for power in [false, true] {
        for on_blocks in [false, true] {
            for call in 1..200 {
                let ground = Ground::new(call);
                let store = filled(&ground);
                let whole: Model = content(&store);
                let disk = if on_blocks { &ground.blocks } else { &ground.wal };
                disk.die_at(disk.calls() + call);
                let erased =
                    store.erase(&named("metric_1"), TimeRange::ALL).and_then(|()| store.tidy().map(|_| ()));
                drop(store);
                ground.wal.revive();
                ground.blocks.revive();
                if power {
                    ground.lose_power();
                }
                let store = ground.sound();
                store.tidy().expect("and it goes on");
                let found = content(&store);
                let rest = whole.iter().filter(|(key, _)| !is_of_1(key));
                assert!(rest.clone().all(|(key, bits)| found.get(key) == Some(bits)), "call {call}");
                assert!(found.iter().all(|(key, bits)| whole.get(key) == Some(bits)), "call {call}");
                if erased.is_ok() {
                    assert_eq!(found.len(), rest.count(), "call {call}: what was erased stays so");
                    break;
                }
            }
        }
    }
}

#[test]
fn series_go_after_the_time_that_their_rule_says() {
    let ground = Ground::new(2);
    let store = filled(&ground);
    let rule = |name: &str, days| RetentionRule { matchers: named(name), keep: days * limits::DAY };
    store.set_retention_rules(vec![rule("metric_0", 365), rule("metric_1", 7), rule("metric_0", 1)]);
    store.tidy().expect("a sound disk");
    assert_eq!(left(&store), all_but(&[]), "a clock that was just set is not believed");
    for _ in 0..25 {
        ground.clock.advance(std::time::Duration::from_secs(3_600));
        store.tidy().expect("a sound disk");
    }
    assert_eq!(left(&store), all_but(&[("1", 40), ("1", 10), ("2", 40)]));
    // Other rules are looked at anew.
    store.set_retention_rules(vec![rule("metric_0", 365), rule("metric_2", 7)]);
    store.tidy().expect("a sound disk");
    let expected = all_but(&[("1", 40), ("1", 10), ("2", 40), ("2", 10)]);
    assert_eq!(left(&store), expected);
    drop(store);
    assert_eq!(left(&ground.sound()), expected);
}

#[test]
fn a_damaged_list_of_what_is_erased_is_told_and_costs_nothing_else() {
    let ground = Ground::new(3);
    let store = filled(&ground);
    store.erase(&named("metric_1"), TimeRange { start: 0, end: NOW - limits::DAY }).expect("a sound disk");
    drop(store);
    ground.blocks.damage("erased", 12, 1);
    let (store, recovery) = ground.open().expect("damage does not stop it");
    assert_eq!((left(&store), recovery.told.len()), (all_but(&[]), 1));
}
