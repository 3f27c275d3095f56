//! A book made again from what was recorded is the same book.

use crate::desk::{Desk, rule};
use rules::{Change, RuleError};

fn defaults() -> Vec<model::Rule> {
    vec![rule("default", "value > 90", 60), rule("unwanted", "value > 50", 60)]
}

/// A desk with a past: a default removed, one replaced, one of its own, an alert live and one over.
fn desk_with_a_past() -> Desk {
    let desk = Desk::new(defaults());
    desk.book.remove("unwanted").expect("there");
    desk.book.put(rule("mine", "value > 10", 60)).expect("good");
    desk.at(0, 95.0);
    desk.at(1, 50.0);
    desk
}

fn again(desk: &Desk) -> Desk {
    // Through JSON, as on disk.
    let text = serde_json::to_string(&*desk.watch.recorded.lock()).expect("it is JSON");
    Desk::restored(defaults(), serde_json::from_str(&text).expect("it is read back"))
}

fn same(a: &Desk, b: &Desk) {
    assert_eq!(a.book.rules(), b.book.rules());
    assert_eq!(a.book.alerts(true), b.book.alerts(true));
    assert_eq!(a.book.history(100), b.book.history(100));
}

#[test]
fn defect_15_rules_alerts_and_history_survive_a_restart() {
    let desk = desk_with_a_past();
    let restarted = again(&desk);
    same(&desk, &restarted);
    let names: Vec<_> = restarted.book.rules().into_iter().map(|rule| rule.name).collect();
    assert_eq!(names, ["default", "mine"]);
    assert_eq!(restarted.book.alerts(true)[0].alert_id, "mine:s:i");
}

#[test]
fn a_live_alert_is_not_said_again_and_ends_when_it_should() {
    let restarted = again(&desk_with_a_past());
    restarted.at(2, 50.0);
    assert_eq!(restarted.said(), [""; 0]);
    restarted.at(3, 5.0);
    assert_eq!(restarted.said(), ["end mine:s:i @3000"]);
}

#[test]
fn the_cooldown_goes_on_over_a_restart() {
    let restarted = again(&desk_with_a_past());
    restarted.at(30, 95.0);
    assert_eq!(restarted.said(), [""; 0], "default started at 0 and rests for a minute");
    restarted.at(60, 95.0);
    assert_eq!(restarted.said(), ["start default:s:i 95 @60000"]);
}

#[test]
fn what_is_frozen_makes_the_same_book() {
    let desk = desk_with_a_past();
    let frozen: Vec<Change> = desk.book.freeze(|changes| changes);
    same(&desk, &Desk::restored(defaults(), frozen));
}

#[test]
fn new_defaults_reach_rules_that_nobody_touched() {
    let desk = desk_with_a_past();
    let changes = desk.watch.recorded.lock().clone();
    let restarted =
        Desk::restored(vec![rule("default", "value > 70", 60), rule("unwanted", "value > 1", 1)], changes);
    let rules = restarted.book.rules();
    assert_eq!((rules.len(), rules[0].condition.as_str()), (2, "value > 70"));
}

#[test]
fn without_a_ledger_rules_are_refused_and_alerts_are_said_all_the_same() {
    let desk = desk_with_a_past();
    let rules = desk.book.rules();
    *desk.watch.broken.lock() = true;
    assert!(matches!(desk.book.put(rule("new", "value > 1", 1)), Err(RuleError::NotKept(_))));
    assert!(matches!(desk.book.remove("mine"), Err(RuleError::NotKept(_))));
    assert_eq!(desk.book.rules(), rules);
    desk.said();
    desk.at(100, 95.0);
    assert_eq!(desk.said(), ["start default:s:i 95 @100000"]);
    assert_eq!(desk.book.unkept(), 1);
}

#[test]
fn an_alert_whose_rule_is_gone_or_disabled_ends_after_a_restart() {
    let desk = Desk::new(vec![rule("default", "value > 90", 60), rule("other", "value > 90", 60)]);
    desk.at(1, 95.0);
    let mut changes = desk.watch.recorded.lock().clone();
    // Killed between the change of the rule and the end of its alert.
    changes.push(Change::RulePut(model::Rule { enabled: false, ..rule("other", "value > 90", 60) }));
    let restarted = Desk::restored(vec![rule("other", "value > 90", 60)], changes);
    assert_eq!(restarted.book.active_count(), 2);
    restarted.book.tick(9_000);
    assert_eq!(restarted.said(), ["end default:s:i @9000", "end other:s:i @9000"]);
    assert_eq!(restarted.book.active_count(), 0);
    restarted.book.set_enabled("other", true).expect("there");
    restarted.at(10, 95.0);
    restarted.at(61, 95.0);
    assert_eq!(restarted.said(), ["start other:s:i 95 @61000"], "the cooldown went on");
}

#[test]
fn the_cooldown_goes_on_over_a_change_of_the_rule_with_and_without_a_restart() {
    let desk = Desk::new(defaults());
    desk.at(1, 95.0);
    desk.book.put(rule("default", "value > 80", 60)).expect("good");
    desk.book.remove("unwanted").expect("there");
    desk.book.put(rule("unwanted", "value > 80", 60)).expect("good");
    desk.said();
    for desk in [again(&desk), desk] {
        desk.at(60, 95.0);
        assert_eq!(desk.said(), [""; 0]);
        desk.at(61, 95.0);
        assert_eq!(desk.said(), ["start default:s:i 95 @61000", "start unwanted:s:i 95 @61000"]);
    }
}

#[test]
fn a_default_that_was_removed_and_made_again_keeps_its_new_place() {
    let desk = Desk::new(defaults());
    desk.book.remove("default").expect("there");
    desk.book.put(rule("default", "value > 7", 1)).expect("good");
    let frozen: Vec<Change> = desk.book.freeze(|changes| changes);
    same(&desk, &again(&desk));
    same(&desk, &Desk::restored(defaults(), frozen));
}

#[test]
fn alerts_that_ended_long_before_a_restart_are_not_listed_again() {
    let desk = desk_with_a_past();
    let restarted = again(&desk);
    restarted.book.tick(1_000 + model::limits::HOUR - 1);
    assert_eq!(restarted.book.alerts(false).len(), 2);
    restarted.book.tick(1_000 + model::limits::HOUR);
    assert_eq!((restarted.book.alerts(false).len(), restarted.book.history(10).len()), (1, 1));
}
