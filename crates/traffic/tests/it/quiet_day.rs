//! Silences: those that are there are found within two intervals, and a day of normal life has none.

use crate::made_bus::{BEGIN, Made, delay, play};
use fastrand::Rng;
use model::Millis;
use traffic::Watcher;

const DAY: Millis = 86_400_000;

/// Who sends how often, with how much jitter, in milliseconds.
const SENDERS: [(&str, &str, Millis, Millis); 5] = [
    ("fast", "house/fast/state", 2_000, 200),
    ("agent", "house/agent/state", 5_000, 400),
    ("slow", "house/slow/state", 30_000, 1_500),
    ("minutely", "house/minutely/state", 60_000, 6_000),
    ("hourly", "house/hourly/state", 3_600_000, 60_000),
];

/// The regular messages until `end`.
fn regular(rng: &mut Rng, end: Millis) -> Vec<Made> {
    let mut messages = Vec::new();
    for (source, topic, pause, jitter) in SENDERS {
        let mut at = BEGIN + rng.i64(0..pause);
        while at < end {
            messages.push(Made::new(source, topic, at, delay(rng, 3.0), 0));
            at += pause + rng.i64(-jitter..=jitter);
        }
    }
    messages
}

#[test]
fn a_normal_day_has_no_silence() {
    let (mut rng, watcher) = (Rng::with_seed(701), Watcher::default());
    let end = BEGIN + DAY;
    let mut messages = regular(&mut rng, end);
    // Somebody who speaks when something happens: by night hardly.
    let mut at = BEGIN;
    while at < end {
        messages.push(Made::new("door", "house/door/state", at, 2, 0));
        let is_night = (at - BEGIN) % DAY > DAY / 2;
        at += delay(&mut rng, if is_night { 1_800_000.0 } else { 120_000.0 });
    }
    let changes = play(&watcher, messages, end);
    assert_eq!(changes, []);
}

#[test]
fn who_dies_is_missed_within_two_intervals_and_noticed_when_it_is_back() {
    for (source, _, pause, jitter) in SENDERS.into_iter().take(4) {
        let (mut rng, watcher) = (Rng::with_seed(702), Watcher::default());
        let (dies, returns, end) = (BEGIN + 20 * pause, BEGIN + 30 * pause, BEGIN + 40 * pause);
        let mut messages = regular(&mut rng, end);
        messages.retain(|message| message.source != source || !(dies..returns).contains(&message.at));
        let last =
            messages.iter().filter(|one| one.source == source && one.at < dies).map(|one| one.at).max();
        let last = last.expect("it spoke");
        let changes = play(&watcher, messages, end);
        let own: Vec<_> = changes.iter().filter(|change| &*change.sender == source).collect();
        assert_eq!(own.iter().map(|change| change.is_back).collect::<Vec<_>>(), [false, true], "{source}");
        // One second until somebody looks at the clock.
        let noticed = own[0].silence;
        assert!(noticed <= 2 * (pause + jitter) + 1_000, "{source}: {noticed} after {last}");
        assert!(own[1].silence >= returns - dies - pause, "{source}: {}", own[1].silence);
        assert_eq!(changes.len(), own.len(), "nobody else is missed: {changes:?}");
    }
}

#[test]
fn while_nobody_can_be_heard_nobody_is_missed() {
    let (mut rng, watcher) = (Rng::with_seed(703), Watcher::default());
    let away = BEGIN + 600_000;
    let messages: Vec<Made> =
        regular(&mut rng, away).into_iter().filter(|one| one.source != "hourly").collect();
    assert_eq!(play(&watcher, messages, away), []);
    for second in 1..600 {
        assert_eq!(watcher.tick(away + second * 1_000, true), [], "{second}");
    }
    // It is we who are back, and they have as much time as ever to speak.
    let back = away + 600_000;
    assert_eq!(watcher.tick(back, false), []);
    assert_eq!(watcher.tick(back + 3_000, false), []);
    let missed = watcher.tick(back + 4_500, false);
    assert_eq!(missed.iter().map(|change| &*change.sender).collect::<Vec<_>>(), ["fast"]);
}

#[test]
fn who_says_goodbye_is_not_missed() {
    let (mut rng, watcher) = (Rng::with_seed(704), Watcher::default());
    let leaves = BEGIN + 600_000;
    let mut messages = regular(&mut rng, leaves + 600_000);
    messages.retain(|one| one.source != "fast" || one.at < leaves);
    messages.push(Made::new("fast", "alicia/system/discovery/unregister", leaves, 1, 0));
    assert_eq!(play(&watcher, messages, leaves + 600_000), []);
    assert!(watcher.view(leaves).senders.iter().any(|one| one.service == "fast" && one.state == "gone"));
}
