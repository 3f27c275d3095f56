//! From the first sample that meets a condition to the last hour of its listing.

use crate::desk::{Desk, rule};
use model::{INSTANCE, Severity, limits, stale_marker};
use proptest::prelude::proptest;
use rules::{RuleError, default_rules};

#[test]
fn defect_06_an_alert_starts_with_the_newest_sample_and_is_said_once() {
    let desk = Desk::new(vec![rule("high", "value > 90", 300)]);
    desk.at(0, 80.0);
    assert_eq!(desk.said(), [""; 0]);
    desk.at(1, 95.0);
    desk.at(2, 96.0);
    desk.at(3, 97.0);
    assert_eq!(desk.said(), ["start high:s:i 95 @1000"]);
    let alerts = desk.book.alerts(true);
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        (alerts[0].value, alerts[0].threshold, alerts[0].message.as_str()),
        (95.0, 90.0, "high is the case")
    );
    assert_eq!((alerts[0].severity, alerts[0].resolved), (Severity::Warning, false));
}

#[test]
fn defect_07_an_alert_ends_with_the_newest_sample_that_does_not_meet_it() {
    let desk = Desk::new(vec![rule("high", "value > 90", 300)]);
    desk.at(1, 95.0);
    desk.at(2, 90.0);
    assert_eq!(desk.said(), ["start high:s:i 95 @1000", "end high:s:i @2000"]);
    assert!(desk.book.alerts(true).is_empty());
    let over = desk.book.alerts(false);
    assert_eq!((over[0].resolved, over[0].resolved_at), (true, Some(2_000)));
    assert_eq!(desk.book.history(10), over);
}

#[test]
fn defect_08_after_the_cooldown_it_starts_again() {
    let desk = Desk::new(vec![rule("high", "value > 90", 10)]);
    for (t, v) in [(0, 95.0), (1, 1.0), (5, 95.0), (9, 95.0), (10, 95.0)] {
        desk.at(t, v);
    }
    assert_eq!(desk.said(), ["start high:s:i 95 @0", "end high:s:i @1000", "start high:s:i 95 @10000"]);
}

#[test]
fn defect_09_the_cooldown_of_one_instance_mutes_no_other_and_holds_no_end_back() {
    let desk = Desk::new(vec![rule("high", "value > 90", 1_000)]);
    for instance in ["i", "j"] {
        for (t, v) in [(0, 95.0), (1, 1.0), (2, 95.0)] {
            desk.sample("m", "s", &[(INSTANCE, instance)], t, v);
        }
    }
    assert_eq!(
        desk.said(),
        ["start high:s:i 95 @0", "end high:s:i @1", "start high:s:j 95 @0", "end high:s:j @1"]
    );
}

#[test]
fn defect_10_a_health_word_is_compared_as_a_word() {
    let desk = Desk::new(default_rules(90.0, 85.0));
    for (t, word) in [(0, "healthy"), (1, "unhealthy"), (2, "unhealthy"), (3, "degraded"), (4, "healthy")] {
        desk.word(t, "i", word);
    }
    assert_eq!(desk.said(), ["start service_down:s:i 0 @1000", "end service_down:s:i @3000"]);
}

#[test]
fn the_newest_word_counts_alone_although_each_word_is_a_series() {
    let desk = Desk::new(default_rules(90.0, 85.0));
    desk.word(10, "i", "unhealthy");
    desk.word(5, "i", "healthy");
    assert_eq!(desk.said().len(), 1, "a late word changes nothing");
    desk.sample("health_status", "s", &[(INSTANCE, "i"), ("status", "unhealthy")], 11_000, stale_marker());
    assert_eq!(desk.said(), [""; 0], "the end of a series heals nothing");
    desk.word(11, "i", "healthy");
    assert_eq!(desk.said(), ["end service_down:s:i @11000"]);
}

#[test]
fn an_instance_is_in_alert_while_any_of_its_series_is() {
    let desk = Desk::new(vec![rule("slow", "value > 500", 300)]);
    let point = |endpoint: &str, t: i64, v: f64| {
        desk.sample("m", "s", &[(INSTANCE, "i"), ("endpoint", endpoint)], t, v);
    };
    point("/a", 1, 600.0);
    point("/b", 1, 20.0);
    point("/b", 2, 700.0);
    point("/a", 3, 20.0);
    assert_eq!(desk.said(), ["start slow:s:i 600 @1"]);
    point("/b", 4, 20.0);
    assert_eq!(desk.said(), ["end slow:s:i @4"]);
}

#[test]
fn an_ended_series_heals_nothing_and_its_successor_does() {
    let desk = Desk::new(vec![rule("slow", "value > 500", 0)]);
    let point = |endpoint: &str, t: i64, v: f64| {
        desk.sample("m", "s", &[(INSTANCE, "i"), ("endpoint", endpoint)], t, v);
    };
    point("/a", 1, 600.0);
    point("/b", 1, 20.0);
    point("/b", 2, stale_marker());
    point("/a", 3, stale_marker());
    assert_eq!(desk.said(), ["start slow:s:i 600 @1"]);
    point("/b", 4, 30.0);
    assert_eq!(desk.said(), [""; 0], "/a still says yes");
    point("/a", 5, 20.0);
    assert_eq!(desk.said(), ["end slow:s:i @5"]);
}

#[test]
fn values_that_are_no_number_neither_start_nor_keep_an_alert() {
    let desk = Desk::new(vec![rule("high", "value > 90", 0), rule("same", "value == 5", 0)]);
    for (t, v) in [(0, f64::NAN), (1, 95.0), (2, f64::NAN), (3, f64::INFINITY), (4, f64::NEG_INFINITY)] {
        desk.at(t, v);
    }
    assert_eq!(
        desk.said(),
        ["start high:s:i 95 @1000", "end high:s:i @2000", "start high:s:i inf @3000", "end high:s:i @4000"]
    );
}

#[test]
fn defect_03_the_default_rules_run_without_being_put() {
    let desk = Desk::new(default_rules(90.0, 85.0));
    for (metric, value) in
        [("cpu_percent", 90.5), ("memory_percent", 86.0), ("error_rate", 5.5), ("response_time_avg", 5_001.0)]
    {
        desk.sample(metric, "s", &[(INSTANCE, "i")], 1_000, value);
    }
    desk.word(1, "i", "unhealthy");
    let ids: Vec<_> = desk.book.alerts(true).into_iter().map(|alert| alert.rule_name).collect();
    assert_eq!(ids, ["high_cpu", "high_error_rate", "high_memory", "response_time_high", "service_down"]);
}

#[test]
fn the_service_as_a_whole_has_alerts_too_and_late_samples_change_nothing() {
    let desk = Desk::new(vec![rule("high", "value > 90", 0)]);
    desk.sample("m", "s", &[], 10, 95.0);
    desk.sample("m", "s", &[], 9, 1.0);
    assert_eq!(desk.said(), ["start high:s:s_unknown 95 @10"]);
    desk.sample("m", "s", &[], 10, 1.0);
    assert_eq!(desk.said(), ["end high:s:s_unknown @10"], "a replaced sample counts");
}

#[test]
fn defect_13_the_default_rules_look_at_what_is_measured() {
    let rules = default_rules(80.0, 85.0);
    let summary: Vec<_> = rules
        .iter()
        .map(|r| (r.name.as_str(), r.metric_name.as_str(), r.condition.as_str(), r.description.as_str()))
        .collect();
    assert_eq!(
        summary,
        [
            ("high_cpu", "cpu_percent", "value > 80", "CPU usage is above 80%"),
            ("high_memory", "memory_percent", "value > 85", "Memory usage is above 85%"),
            (
                "service_down",
                "health_status",
                "value == 'unhealthy'",
                "Service is reporting unhealthy status"
            ),
            ("high_error_rate", "error_rate", "value > 5", "Error rate is above 5%"),
            (
                "response_time_high",
                "response_time_avg",
                "value > 5000",
                "Average response time is above 5 seconds"
            ),
            ("service_silent", "", "", "Service is silent for longer than its own rhythm allows"),
        ]
    );
    assert!(rules.iter().all(|rule| rule.enabled && rule.cooldown_period == 300));
}

#[test]
fn defect_14_a_bad_rule_is_refused_and_changes_nothing() {
    let desk = Desk::new(vec![rule("high", "value > 90", 300)]);
    for bad in [rule("", "value > 1", 1), rule("x", "value >", 1), rule("high", "eval('1')", 1)] {
        assert!(desk.book.put(bad).is_err());
    }
    assert_eq!(desk.book.rules(), [rule("high", "value > 90", 300)]);
    assert!(desk.watch.recorded.lock().is_empty());
}

#[test]
fn defect_15_rules_are_replaced_disabled_enabled_and_removed() {
    let desk = Desk::new(vec![rule("a", "value > 90", 0), rule("b", "value > 90", 0)]);
    desk.book.tick(7_000);
    desk.at(1, 95.0);
    desk.book.put(rule("a", "value > 99", 0)).expect("good");
    desk.book.set_enabled("b", false).expect("there");
    assert_eq!(desk.said()[2..], ["end a:s:i @7000", "end b:s:i @7000"], "their alerts end");
    desk.at(2, 98.0);
    desk.at(3, 100.0);
    assert_eq!(desk.said(), ["start a:s:i 100 @3000"]);
    desk.book.set_enabled("b", true).expect("there");
    desk.at(4, 100.0);
    assert_eq!(desk.said(), ["start b:s:i 100 @4000"]);
    desk.book.remove("a").expect("there");
    assert_eq!(desk.book.remove("a"), Err(RuleError::NotFound("a".to_owned())));
    assert_eq!(desk.book.rules().iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn an_alert_never_ends_before_it_began() {
    let desk = Desk::new(vec![rule("high", "value > 90", 0)]);
    desk.book.tick(5_000);
    desk.at(10, 95.0);
    desk.book.remove("high").expect("there");
    assert_eq!(desk.said(), ["start high:s:i 95 @10000", "end high:s:i @10000"]);
}

#[test]
fn an_alert_that_is_over_is_listed_for_an_hour_of_the_walls_time() {
    let desk = Desk::new(vec![rule("high", "value > 90", 0)]);
    desk.at(1, 95.0);
    desk.at(2, 1.0);
    desk.book.tick(1_000_000);
    desk.book.tick(1_000_000 + limits::HOUR - 1);
    assert_eq!(desk.book.alerts(false).len(), 1);
    desk.book.tick(1_000_000 + limits::HOUR);
    assert!(desk.book.alerts(false).is_empty());
    assert_eq!(desk.book.history(10).len(), 1, "the history keeps it");
}

#[test]
fn defect_33_recovery_keeps_rules_and_alerts() {
    let desk = Desk::new(vec![rule("high", "value > 90", 0)]);
    desk.book.put(rule("mine", "value > 1", 0)).expect("good");
    desk.at(1, 95.0);
    let (rules, alerts) = (desk.book.rules(), desk.book.alerts(true));
    desk.said();
    desk.book.recover(5);
    assert_eq!((desk.book.rules(), desk.book.alerts(true)), (rules, alerts));
    assert_eq!(desk.said(), ["AlertRecovery { timestamp: 5 }"]);
    desk.at(2, 0.0);
    assert_eq!(desk.said().len(), 2, "both alerts end as before");
}

proptest! {
    #[test]
    fn one_series_is_judged_as_by_hand(values in proptest::collection::vec(0..20_i32, 1..60), cooldown in 0..8_u64) {
        let desk = Desk::new(vec![rule("high", "value > 10", cooldown)]);
        let (mut active, mut last_start, mut expect) = (false, None::<i64>, Vec::new());
        for (t, value) in (0_i64..).zip(values) {
            let value = f64::from(value);
            desk.at(t, value);
            let meets = value > 10.0;
            let has_cooled = last_start.is_none_or(|start| t - start >= i64::try_from(cooldown).expect("small"));
            if active && !meets {
                active = false;
                expect.push(format!("end high:s:i @{}", t * 1_000));
            } else if !active && meets && has_cooled {
                active = true;
                last_start = Some(t);
                expect.push(format!("start high:s:i {value} @{}", t * 1_000));
            }
        }
        assert_eq!(desk.said(), expect);
        assert_eq!(desk.book.active_count(), usize::from(active));
    }

    #[test]
    fn series_in_any_order_are_judged_as_by_hand(samples in proptest::collection::vec((0..3_usize, 0..20_i64, 0..20_i32), 1..80)) {
        let desk = Desk::new(vec![rule("high", "value > 10", 0)]);
        let mut newest: [Option<(i64, bool)>; 3] = [None; 3];
        let (mut active, mut last_start) = (false, None::<i64>);
        for (series, t, value) in samples {
            let endpoint = series.to_string();
            desk.sample("m", "s", &[(INSTANCE, "i"), ("endpoint", &endpoint)], t, f64::from(value));
            let is_late = newest[series].is_some_and(|(seen, _)| t < seen);
            if !is_late {
                newest[series] = Some((t, value > 10));
            }
            let meets = newest.iter().flatten().any(|(_, meets)| *meets);
            // A sample from before the last start begins nothing.
            let may_start = !is_late && value > 10 && last_start.is_none_or(|start| t >= start);
            let expect = match (active, meets) {
                (false, true) if may_start => vec![format!("start high:s:i {value} @{t}")],
                (true, false) => vec![format!("end high:s:i @{}", t.max(last_start.unwrap_or(t)))],
                _ => vec![],
            };
            assert_eq!(desk.said(), expect);
            if !expect.is_empty() {
                active = meets;
                last_start = if meets { Some(t) } else { last_start };
            }
        }
    }
}
