//! A made bus is read back: counts exactly, delays and clocks within 5 ms.

use crate::made_bus::{BEGIN, Made, delay, median, play, sender};
use fastrand::Rng;
use traffic::Watcher;

const END: i64 = BEGIN + 600_000;

/// Within 5 ms.
#[track_caller]
fn close(what: &str, found: Option<f64>, truth: f64) {
    let found = found.unwrap_or_else(|| panic!("{what} is not known"));
    assert!((found - truth).abs() <= 0.005, "{what}: {found} and in truth {truth}");
}

#[test]
fn counts_are_exact_also_with_doubles_late_ones_and_failures() {
    let (mut rng, watcher) = (Rng::with_seed(601), Watcher::default());
    let mut messages = Vec::new();
    let (mut doubles, mut late, mut failures, mut id) = (0, 0, 0, 0);
    for (source, topic, pause) in
        [("a", "house/a/state", 700), ("a", "house/a/error", 9_000), ("b", "house/b/state", 1_100)]
    {
        let mut at = BEGIN;
        while at < END - 20_000 {
            id += 1;
            let mut message = Made::new(source, topic, at, delay(&mut rng, 4.0), 0);
            (message.id, message.ttl) = (id, 10.0);
            if rng.f64() < 0.02 {
                message.at += 12_000;
                late += u64::from(source == "b");
            }
            if rng.f64() < 0.05 {
                doubles += u64::from(source == "b");
                messages.push(Made { at: message.at + 30, ..message.clone() });
            }
            failures += u64::from(topic.ends_with("error"));
            messages.push(message);
            at += pause;
        }
    }
    let of = |source: &str| messages.iter().filter(|message| message.source == source).count() as u64;
    let (of_a, of_b) = (of("a"), of("b"));
    play(&watcher, messages, END);
    let view = watcher.view(END);
    let (a, b) = (sender(&view, "a"), sender(&view, "b"));
    assert_eq!((a.messages, b.messages, view.messages), (of_a, of_b, of_a + of_b));
    assert_eq!((b.duplicates, b.expired, a.errors, b.errors), (doubles, late, failures, 0));
    let streams: Vec<_> = a.streams.iter().map(|stream| (stream.topic.as_str(), stream.bytes)).collect();
    assert_eq!(
        streams.iter().map(|(_, bytes)| bytes).sum::<u64>(),
        100 * (of_a - a.duplicates),
        "{streams:?}"
    );
    assert_eq!(streams[1].0, "house/+/error");
}

#[test]
fn delays_and_clocks_are_right_within_five_milliseconds() {
    for (seed, ahead) in [(1, 0), (2, 3_000), (3, -2_500), (4, 40), (5, 86_400_000)] {
        let (mut rng, watcher) = (Rng::with_seed(seed), Watcher::default());
        let (mut messages, mut delays, mut at) = (Vec::new(), Vec::new(), END - 290_000);
        while at < END - 1_000 {
            let took = delay(&mut rng, 9.0);
            delays.push(took);
            messages.push(Made::new("x", "house/x/state", at, took, ahead));
            at += rng.i64(500..1_500);
        }
        play(&watcher, messages, END);
        let view = watcher.view(END);
        let seen = sender(&view, "x");
        let (offset, took) = (model::to_seconds(ahead), median(delays));
        close("clock", seen.clock_offset, offset);
        close("delay", seen.delay, took);
    }
}

#[test]
fn a_slow_way_and_a_wrong_clock_are_told_apart_by_answers() {
    for (seed, ahead, slow) in [(11, 0, 400), (12, -5_000, 400), (13, 700, 1)] {
        let (mut rng, watcher) = (Rng::with_seed(seed), Watcher::default());
        let (mut messages, mut delays, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..250 {
            let (asked, way, work) =
                (BEGIN + 300_000 + n * 1_000, slow + delay(&mut rng, 8.0), rng.i64(0..4));
            let thread = Some(format!("q{n}"));
            let question = Made::new("asks", "house/ai/request", asked - 1, 1, 0);
            messages.push(Made { thread: thread.clone(), ..question });
            let answer = Made::new("answers", "house/ai/response", asked + work, way, ahead);
            messages.push(Made { thread, ..answer });
            delays.push(way);
            times.push(work + way);
        }
        play(&watcher, messages, END);
        let view = watcher.view(END);
        let seen = sender(&view, "answers");
        close("clock", seen.clock_offset, model::to_seconds(ahead));
        close("delay", seen.delay, median(delays));
        close("response", view.pairs[0].response_time, median(times));
        assert_eq!((view.pairs[0].asker.as_str(), view.pairs[0].answers), ("asks", 250));
    }
}

#[test]
fn what_fails_and_what_nobody_answers_is_counted() {
    let (mut rng, watcher) = (Rng::with_seed(21), Watcher::default());
    let (mut messages, mut failed, mut silent) = (Vec::new(), 0, 0);
    for n in 0..400 {
        let at = BEGIN + 310_000 + n * 500;
        let thread = Some(format!("q{n}"));
        messages.push(Made { thread: thread.clone(), ..Made::new("asks", "house/ai/request", at, 1, 0) });
        match rng.u32(0..10) {
            0 => silent += 1,
            word => {
                let is_error = word < 3;
                failed += u64::from(is_error);
                let topic = if is_error { "house/ai/error" } else { "house/ai/response" };
                messages.push(Made { thread, ..Made::new("answers", topic, at + 50, 1, 0) });
            }
        }
    }
    play(&watcher, messages, END);
    let view = watcher.view(END);
    let pair = &view.pairs[0];
    assert_eq!((pair.answers, pair.errors, view.pairs.len()), (400 - silent, failed, 1));
    let told = watcher.tell(END + 60_000, false);
    let unanswered = told.iter().find(|(labels, _)| labels.get("__name__") == Some("bus_unanswered_total"));
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let silent = silent as f64;
    assert_eq!(unanswered.map(|(_, value)| *value), Some(silent));
}
