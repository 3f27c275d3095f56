//! Killed between two changes, out of disk, full to the brim: no alert is left behind.

use crate::desk::{Desk, rule};
use model::{INSTANCE, limits};
use rules::{Change, RuleError};

fn defaults() -> Vec<model::Rule> {
    vec![rule("default", "value > 90", 60)]
}

/// All that a busy day records, in order.
fn recorded() -> Vec<Change> {
    let desk = Desk::new(defaults());
    for name in ["a", "b", "c"] {
        desk.book.put(rule(name, "value > 10", 0)).expect("good");
    }
    desk.at(1, 95.0);
    desk.book.remove("a").expect("there");
    desk.book.set_enabled("b", false).expect("there");
    desk.book.put(rule("c", "value > 99", 0)).expect("good");
    desk.book.remove("default").expect("there");
    desk.watch.recorded.lock().clone()
}

#[test]
fn killed_between_any_two_changes_no_alert_is_left_that_nothing_would_end() {
    let all = recorded();
    for kept in 0..=all.len() {
        let desk = Desk::restored(defaults(), all[..kept].to_vec());
        desk.book.tick(5_000);
        for alert in desk.book.alerts(true) {
            let rule = desk.book.rule(&alert.rule_name);
            assert!(
                rule.is_some_and(|rule| rule.enabled),
                "after {kept} changes {} is active",
                alert.alert_id
            );
        }
        desk.at(6, 0.0);
        assert_eq!(desk.book.active_count(), 0, "after {kept} changes");
        // What ended is recorded, so that it is over after the next restart too.
        let changes = [all[..kept].to_vec(), desk.watch.recorded.lock().clone()].concat();
        let again = Desk::restored(defaults(), changes);
        again.book.tick(7_000);
        assert_eq!((again.book.active_count(), again.said().len()), (0, 0), "after {kept} changes");
    }
}

#[test]
fn the_end_that_was_not_recorded_is_said_at_the_first_tick() {
    let all = recorded();
    let removed =
        all.iter().position(|change| *change == Change::RuleRemoved("a".to_owned())).expect("recorded");
    let desk = Desk::restored(defaults(), all[..=removed].to_vec());
    desk.book.tick(5_000);
    assert_eq!(desk.said(), ["end a:s:i @5000"]);
    desk.book.tick(6_000);
    assert_eq!(desk.said(), [""; 0]);
}

#[test]
fn an_alert_whose_end_found_the_disk_full_ends_again_after_the_restart() {
    let desk = Desk::new(defaults());
    desk.at(1, 95.0);
    *desk.watch.broken.lock() = true;
    desk.at(2, 1.0);
    assert_eq!(desk.book.unkept(), 1);
    let restarted = Desk::restored(defaults(), desk.watch.recorded.lock().clone());
    assert_eq!(restarted.book.active_count(), 1, "the end was not kept");
    restarted.at(3, 1.0);
    assert_eq!(restarted.said(), ["end default:s:i @3000"]);
}

#[test]
fn there_are_never_more_alerts_than_may_be_and_those_that_are_over_make_room() {
    let desk = Desk::new(vec![rule("high", "value > 90", 0)]);
    let put = |instance: usize, t: i64, v: f64| {
        desk.sample("m", "s", &[(INSTANCE, &instance.to_string())], t, v);
    };
    (0..limits::ALERTS).for_each(|instance| put(instance, 1, 95.0));
    assert_eq!(desk.said().len(), limits::ALERTS);
    put(limits::ALERTS, 2, 95.0);
    assert_eq!(
        (desk.said().len(), desk.book.active_count()),
        (0, limits::ALERTS),
        "what is not listed is not said"
    );
    put(7, 3, 1.0);
    put(limits::ALERTS, 4, 95.0);
    assert_eq!(desk.said(), ["end high:s:7 @3", "start high:s:10000 95 @4"]);
    assert_eq!(desk.book.alerts(false).len(), limits::ALERTS);
}

#[test]
fn the_history_keeps_the_newest() {
    let desk = Desk::new(vec![rule("high", "value > 90", 0)]);
    let rounds = i64::try_from(limits::ALERT_HISTORY).expect("small") + 5;
    for t in 0..rounds {
        desk.at(2 * t, 95.0);
        desk.at(2 * t + 1, 1.0);
    }
    let history = desk.book.history(usize::MAX);
    assert_eq!(history.len(), limits::ALERT_HISTORY);
    assert_eq!(history.first().map(|alert| alert.timestamp), Some(2_000 * (rounds - 1)), "newest first");
    assert_eq!(history.last().map(|alert| alert.timestamp), Some(2_000 * 5));
    assert_eq!(desk.book.history(3), history[..3]);
}

#[test]
fn what_is_not_there_cannot_be_changed_and_what_is_the_same_is_not_recorded_again() {
    let desk = Desk::new(defaults());
    assert_eq!(desk.book.set_enabled("absent", true), Err(RuleError::NotFound("absent".to_owned())));
    for _ in 0..3 {
        desk.book.put(rule("mine", "value > 1", 0)).expect("good");
    }
    assert_eq!(desk.watch.recorded.lock().len(), 1);
    desk.at(1, 95.0);
    desk.said();
    desk.book.put(rule("mine", "value > 1", 0)).expect("good");
    assert_eq!(desk.said(), [""; 0], "a rule put as it is ends no alert");
}
