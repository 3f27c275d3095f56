//! What the interface shows of rules and alerts at each step.

use super::house::{House, Judged, both};
use serde_json::{Value, json};

const HOT: &str = "  - alert: Hot
    expr: m  > 5
    for: 30s
    labels: {severity: page}
    annotations: {summary: 'at {{ $value }}'}";

#[test]
fn rules_and_alerts_are_shown_at_each_step() {
    both("30s", HOT, |mut house| {
        let judged = house.rule(0)["judged"].clone();
        let alert = |state: &str, value: &str, text: &str| {
            json!({"activeAt": "2026-11-23T00:40:30Z", "state": state, "value": value,
                "labels": {"alertname": "Hot", "instance": "a", "severity": "page"}, "annotations": {"summary": text}})
        };
        let check = |house: &House, state: &str, alerts: &[Value], last: &str, health: &str| {
            let mut rule = json!({
                "type": "alerting", "name": "Hot", "query": "m > 5", "duration": 30.0, "keepFiringFor": 0.0,
                "labels": {"severity": "page"}, "annotations": {"summary": "at {{ $value }}"}, "alerts": alerts,
                "state": state, "health": health, "lastEvaluation": last, "judged": judged,
                "evaluationTime": if health == "ok" { 0.001 } else { 0.0 },
            });
            if let Some(why) = house.rule(0).get("judgedSoBecause") {
                rule["judgedSoBecause"] = why.clone();
            }
            let took = rule["evaluationTime"].clone();
            assert_eq!(
                house.api("/api/v1/rules?rule_group[]=g"),
                json!({"groups": [{
                    "name": "g", "file": "f.yml", "interval": 30.0, "limit": 0, "rules": [rule],
                    "evaluationTime": took, "lastEvaluation": last,
                }]})
            );
            assert_eq!(house.api("/api/v1/alerts"), json!({"alerts": alerts}));
        };
        check(&house, "inactive", &[], "0001-01-01T00:00:00Z", "unknown");
        house.step("a", Some(6.0));
        check(&house, "pending", &[alert("pending", "6e+00", "at 6")], "2026-11-23T00:40:30Z", "ok");
        house.step("a", Some(7.5));
        check(&house, "firing", &[alert("firing", "7.5e+00", "at 7.5")], "2026-11-23T00:41:00Z", "ok");
        house.step("a", Some(1.0));
        check(&house, "inactive", &[], "2026-11-23T00:41:30Z", "ok");
    });
}

#[test]
fn the_state_of_a_rule_is_that_of_its_worst_alert() {
    both("30s", HOT, |mut house| {
        house.step("a", Some(6.0));
        house.sample("a", Some(6.0));
        house.step("b", Some(6.0));
        assert_eq!(house.states(), ["a firing", "b pending"]);
        assert_eq!(house.rule(0)["state"], "firing");
    });
}

#[test]
fn a_rule_that_cannot_be_evaluated_says_why_and_costs_only_itself() {
    let rules = "  - {alert: Joined, expr: m * on(room) group_left n > 5}\n  - {alert: Hot, expr: m > 5}";
    let mut house = House::new(Judged::InRounds, "30s", rules);
    house.step("a", Some(6.0));
    assert_eq!(house.rule(0)["health"], "ok");
    // Every expression takes too long: what fires goes on, and is sent on.
    house.is_slow.set(true);
    house.step("a", None);
    let sent = house.step("a", None);
    for at in [0, 1] {
        let rule = house.rule(at);
        assert_eq!(rule["health"], "err", "{rule}");
        assert!(rule["lastError"].as_str().is_some_and(|why| !why.is_empty()), "{rule}");
    }
    assert_eq!(house.rule(1)["state"], "firing");
    assert_eq!(sent.len(), 1, "nobody knows better");
    house.is_slow.set(false);
    house.step("a", None);
    assert_eq!((&house.rule(1)["health"], &house.rule(1)["state"]), (&"ok".into(), &"inactive".into()));
    // One of them cannot be evaluated for what it asks.
    house.samples(&[
        (&[("room", "x"), ("instance", "a")], Some(6.0)),
        (&[("room", "x"), ("instance", "b")], Some(6.0)),
    ]);
    let rules = "  - {alert: Joined, expr: m * on(room) m > 5}\n  - {alert: Hot, expr: m > 5}";
    let mut house = House::new(Judged::InRounds, "30s", rules);
    house.pass(30);
    house.samples(&[
        (&[("room", "x"), ("instance", "a")], Some(6.0)),
        (&[("room", "x"), ("instance", "b")], Some(6.0)),
    ]);
    house.round();
    assert_eq!((&house.rule(0)["health"], &house.rule(1)["health"]), (&"err".into(), &"ok".into()));
    assert_eq!(house.states(), ["a firing", "b firing"]);
}

#[test]
fn a_rule_over_its_limit_has_no_alerts_and_who_was_told_hears_of_it_when_that_is_over() {
    let rules = "  - {alert: Hot, expr: m > 5}\n  limit: 1";
    let mut house = House::new(Judged::InRounds, "30s", rules);
    house.step("a", Some(6.0));
    house.sample("a", Some(6.0));
    house.step("b", Some(6.0));
    let rule = house.rule(0);
    assert_eq!((&rule["health"], &rule["state"]), (&"err".into(), &"inactive".into()));
    assert_eq!(rule["lastError"], "exceeded limit of 1 with 2 alerts");
    assert_eq!(house.counter.desk.active_count(), 1, "that there are more is no end");
    house.step("a", None);
    assert_eq!(house.states(), ["b firing"]);
    assert_eq!(house.counter.desk.history(9).len(), 1);
}
