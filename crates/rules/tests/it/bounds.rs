//! Nothing grows without end, and what finds no room is counted.

use crate::desk::{Desk, rule};
use model::{Append, INSTANCE, Labels, MetricKind, NAME, Point, Rule, SERVICE, Sample, Series, limits};
use rules::{Change, RuleError};
use std::sync::Arc;

/// Says `v` for each of the first `count` instances.
fn say_all(desk: &Desk, count: usize, t: i64, v: f64) {
    for instance in 0..count {
        desk.sample("m", "s", &[(INSTANCE, &instance.to_string())], t, v);
    }
}

#[test]
fn alerts_beyond_the_limit_are_counted_and_start_when_there_is_room() {
    let desk = Desk::new(vec![rule("high", "value > 5", 1_000)]);
    say_all(&desk, limits::ALERTS + 2, 1, 9.0);
    assert_eq!((desk.book.active_count(), desk.book.unlisted()), (limits::ALERTS, 2));
    say_all(&desk, 1, 2, 0.0);
    desk.said();
    let last = (limits::ALERTS + 1).to_string();
    desk.sample("m", "s", &[(INSTANCE, &last)], 3, 9.0);
    assert_eq!(
        desk.said(),
        [format!("start high:s:{last} 9 @3")],
        "it is in no cooldown, for it never started"
    );
    assert_eq!(desk.book.active_count(), limits::ALERTS);
    assert_eq!(desk.book.history(10).len(), 1, "what left the list is in the history");
}

#[test]
fn rules_that_come_and_go_leave_nothing_to_write_down() {
    let desk = Desk::new(vec![rule("default", "value > 5", 1)]);
    for number in 0..100 {
        let name = format!("rule {number}");
        desk.book.put(rule(&name, "value > 5", 1)).expect("good");
        desk.book.remove(&name).expect("there");
    }
    assert_eq!(desk.book.freeze(|changes| changes), []);
    desk.book.remove("default").expect("there");
    assert_eq!(desk.book.freeze(|changes| changes), [Change::RuleRemoved("default".to_owned())]);
}

#[test]
fn rules_are_bounded_in_number_and_in_length() {
    let many: Vec<Change> =
        (0..limits::RULES).map(|number| Change::RulePut(rule(&number.to_string(), "value > 5", 1))).collect();
    let desk = Desk::restored(Vec::new(), many);
    assert_eq!(desk.book.put(rule("one more", "value > 5", 1)), Err(RuleError::TooMany));
    desk.book.put(rule("7", "value > 6", 1)).expect("a replacement takes no room");
    let long = |bytes: usize| "x".repeat(bytes);
    let rows = [
        (Rule { name: long(limits::NAME_BYTES + 1), ..rule("7", "value > 6", 1) }, "name"),
        (Rule { metric_name: long(limits::NAME_BYTES + 1), ..rule("7", "value > 6", 1) }, "metric_name"),
        (
            Rule { description: long(limits::LABEL_VALUE_BYTES + 1), ..rule("7", "value > 6", 1) },
            "description",
        ),
    ];
    for (rule, field) in rows {
        let error = desk.book.put(rule).expect_err(field);
        assert!(matches!(error, RuleError::TooLong(name, _) if name == field), "{error}");
    }
}

#[test]
fn what_is_remembered_of_series_is_bounded_and_alerts_outlive_the_forgetting() {
    let rules: Vec<Rule> = (0..10).map(|number| rule(&format!("rule {number}"), "value > 5", 0)).collect();
    let desk = Desk::new(rules);
    desk.at(1, 9.0);
    desk.said();
    // Ten rules remember a series and an instance of each: twice as many as there is room for.
    say_all(&desk, limits::VOTES / 10 + 1, 1, 0.0);
    assert_eq!((desk.book.unjudged(), desk.book.active_count()), (0, 10));
    assert_eq!(desk.said(), [""; 0]);
    desk.at(2, 0.0);
    assert_eq!(desk.said().len(), 10);
}

#[test]
fn series_that_cannot_be_forgotten_fill_the_room_and_the_rest_is_counted() {
    let rules: Vec<Rule> =
        (0..20).map(|number| rule(&format!("rule {number}"), "value > 5", u64::MAX)).collect();
    let desk = Desk::new(rules);
    let instances = limits::VOTES / 40;
    say_all(&desk, instances, 1, 9.0);
    assert_eq!(desk.book.unjudged(), 0);
    say_all(&desk, instances + 3, 2, 9.0);
    assert_eq!(desk.book.unjudged(), 3 * 20);
    let active = desk.book.active_count();
    desk.book.tick(3);
    say_all(&desk, instances, 3, 0.0);
    assert_eq!((active, desk.book.active_count()), (limits::ALERTS, 0), "known series are judged as ever");
}

#[test]
fn a_rule_that_is_removed_while_samples_pass_leaves_no_alert() {
    let desk = Desk::new(Vec::new());
    let labels = Labels::new([(NAME, "m"), (SERVICE, "s"), (INSTANCE, "i")]);
    let series = Arc::new(Series::new(labels, MetricKind::Gauge));
    let rounds = 2_000;
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for t in 0..rounds * 10 {
                desk.book
                    .append(&[Sample { series: &series, point: Point { t, v: 9.0 } }])
                    .expect("a book takes everything");
            }
        });
        for _ in 0..rounds {
            desk.book.put(rule("high", "value > 5", 0)).expect("good");
            desk.book.remove("high").expect("there");
            assert_eq!(desk.book.active_count(), 0, "an alert of no rule");
        }
    });
}
