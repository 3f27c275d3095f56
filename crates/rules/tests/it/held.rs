//! Alerts that begin late and end late: `for`, `recover`, `keep_firing_for`.

use crate::desk::{Desk, rule};
use model::{INSTANCE, Rule, stale_marker};
use proptest::prelude::proptest;
use rules::RuleError;

fn held(hold: &str) -> Rule {
    Rule { hold: Some(hold.to_owned()), ..rule("high", "value > 90", 0) }
}

/// Ticks each second from `from` up to `to`, which are seconds.
pub(crate) fn tick(desk: &Desk, from: i64, to: i64) {
    (from..=to).for_each(|t| desk.book.tick(t * 1_000));
}

#[test]
fn what_must_hold_for_a_while_is_pending_until_then() {
    let desk = Desk::new(vec![held("1m")]);
    desk.at(0, 95.0);
    desk.at(30, 96.0);
    assert_eq!((desk.said().len(), desk.book.active_count()), (0, 0));
    let pending = desk.book.pending();
    assert_eq!((pending.len(), pending[0].alert_id.as_str(), pending[0].timestamp), (1, "high:s:i", 0));
    assert_eq!((pending[0].value, pending[0].threshold), (96.0, 90.0));
    desk.at(60, 97.0);
    assert_eq!(desk.said(), ["start high:s:i 97 @60000"]);
    assert!(desk.book.pending().is_empty());
    desk.at(61, 5.0);
    assert_eq!(desk.said(), ["end high:s:i @61000"]);
}

#[test]
fn a_break_begins_anew() {
    let desk = Desk::new(vec![held("1m")]);
    desk.at(0, 95.0);
    desk.at(59, 5.0);
    desk.at(60, 95.0);
    desk.at(119, 95.0);
    assert_eq!(desk.said(), [""; 0]);
    desk.at(120, 95.0);
    assert_eq!(desk.said(), ["start high:s:i 95 @120000"]);
}

#[test]
fn time_passes_without_samples_too() {
    let desk = Desk::new(vec![held("1m")]);
    tick(&desk, 0, 1);
    desk.at(1, 95.0);
    tick(&desk, 2, 62);
    assert_eq!(desk.said(), [""; 0], "a sample may still be under way");
    tick(&desk, 63, 63);
    assert_eq!(desk.said(), ["start high:s:i 95 @61000"], "at the time at which it was due");
    desk.at(64, 5.0);
    assert_eq!(desk.said(), ["end high:s:i @64000"]);
}

#[test]
fn each_series_holds_for_itself() {
    let desk = Desk::new(vec![held("1m")]);
    let say = |endpoint: &str, t: i64, v: f64| {
        desk.sample("m", "s", &[(INSTANCE, "i"), ("endpoint", endpoint)], t * 1_000, v);
    };
    say("/a", 0, 95.0);
    say("/a", 40, 5.0);
    say("/b", 30, 95.0);
    say("/b", 70, 95.0);
    assert_eq!(desk.said(), [""; 0], "together they held for a minute, neither did alone");
    say("/b", 90, 95.0);
    assert_eq!(desk.said(), ["start high:s:i 95 @90000"]);
}

#[test]
fn a_series_that_ended_waits_no_longer() {
    let desk = Desk::new(vec![held("1m")]);
    tick(&desk, 0, 1);
    desk.at(1, 95.0);
    desk.at(2, stale_marker());
    tick(&desk, 2, 100);
    assert_eq!((desk.said().len(), desk.book.pending().len()), (0, 0));
}

#[test]
fn an_alert_recovers_by_a_condition_of_its_own() {
    let recover = Some("value < 70".to_owned());
    let desk = Desk::new(vec![Rule { recover, ..rule("high", "value > 90", 0) }]);
    for (t, v) in [(1, 95.0), (2, 80.0), (3, 89.0), (4, 92.0), (5, 75.0)] {
        desk.at(t, v);
    }
    assert_eq!(desk.said(), ["start high:s:i 95 @1000"]);
    desk.at(6, 69.0);
    desk.at(7, 80.0);
    assert_eq!(desk.said(), ["end high:s:i @6000"], "what is between the two starts nothing");
}

#[test]
fn an_alert_goes_on_for_a_while_and_a_relapse_is_the_same_alert() {
    let keep = Some("1m".to_owned());
    let desk = Desk::new(vec![Rule { keep_firing_for: keep, ..rule("high", "value > 90", 0) }]);
    for (t, v) in [(1, 95.0), (2, 5.0), (50, 95.0), (51, 5.0), (110, 5.0)] {
        desk.at(t, v);
    }
    assert_eq!(desk.said(), ["start high:s:i 95 @1000"]);
    desk.at(111, 5.0);
    assert_eq!(desk.said(), ["end high:s:i @111000"]);
    desk.at(200, 95.0);
    tick(&desk, 200, 201);
    desk.at(201, 5.0);
    tick(&desk, 202, 263);
    assert_eq!(desk.said(), ["start high:s:i 95 @200000", "end high:s:i @261000"]);
}

#[test]
fn what_is_played_back_fast_is_as_what_was_waited_for() {
    let rules = || vec![held("1m")];
    let samples = [(10, 95.0), (200, 95.0), (230, 5.0), (400, 95.0), (430, 5.0)];
    let fast = Desk::new(rules());
    let slow = Desk::new(rules());
    let mut at = 0;
    for (t, v) in samples {
        fast.at(t, v);
        tick(&slow, at, t);
        slow.at(t, v);
        at = t;
    }
    let said = fast.said();
    assert_eq!(said, slow.said());
    assert_eq!(said, ["start high:s:i 95 @70000", "end high:s:i @230000"]);
}

#[test]
fn a_jump_of_the_clock_is_no_time_that_passed() {
    let desk = Desk::new(vec![held("1m")]);
    tick(&desk, 0, 10);
    desk.at(10, 95.0);
    desk.book.tick(100_000_000);
    desk.book.tick(100_001_000);
    assert_eq!(desk.said(), [""; 0]);
    desk.book.tick(i64::MAX);
    desk.book.tick(i64::MIN);
    desk.book.tick(0);
    assert_eq!(desk.said(), [""; 0]);
}

#[test]
fn lengths_and_fields_that_mean_nothing_are_told() {
    let put = |rule: Rule| {
        Desk::new(Vec::new()).book.put(rule).map(|_| ()).expect_err("it is not good").to_string()
    };
    for text in ["", "5", "x", "-5m", "5m5", "1000y", "9999999999999999999d"] {
        if text == "5" {
            continue;
        }
        let told = put(held(text));
        assert!(told.starts_with("for: ") && told.contains("5m"), "{text}: {told}");
    }
    let plain = || rule("a", "value > 1", 0);
    let told = put(Rule { recover: Some("value <".to_owned()), ..plain() });
    assert_eq!(told, "recover: expected value, a number or a 'word' (at character 8)");
    let told = put(Rule { interval: Some("5m".to_owned()), ..plain() });
    assert_eq!(told, "interval has no place in a rule of this kind");
    let error = Desk::new(Vec::new()).book.put(Rule { condition: "avg(5) > 1".to_owned(), ..plain() });
    assert!(matches!(error, Err(RuleError::Condition { field: "condition", error, .. }) if error.at == 4));
}

proptest! {
    /// An alert begins when all samples of a minute and the one before them held, and ends when one does not.
    #[test]
    fn holding_is_as_by_hand(samples in proptest::collection::vec((1..50_i64, proptest::bool::ANY), 1..60)) {
        let desk = Desk::new(vec![held("1m")]);
        let (mut t, mut since, mut active, mut expect) = (0, None::<i64>, false, Vec::new());
        for (step, meets) in samples {
            t += step;
            // What time alone did before this sample.
            if let Some(start) = since.filter(|start| !active && start + 60 < t) {
                active = true;
                expect.push(format!("start high:s:i 95 @{}", (start + 60) * 1_000));
            }
            since = meets.then(|| since.unwrap_or(t));
            if active && !meets {
                active = false;
                expect.push(format!("end high:s:i @{}", t * 1_000));
            } else if !active && since.is_some_and(|start| t - start >= 60) {
                active = true;
                expect.push(format!("start high:s:i 95 @{}", t * 1_000));
            }
            desk.at(t, if meets { 95.0 } else { 5.0 });
        }
        assert_eq!(desk.said(), expect);
    }
}
