//! How good rules are, by what came of their alerts.

use crate::counter::{Counter, NOW, runtime};
use model::{Alert, Announce, Event, MetricKind, Millis, limits};
use rules::groups::{Alerting, GroupRule, GroupView, Health, Judged, RuleKind, RuleView, RuleViewKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const DAY: i64 = 86_400;

fn get(counter: &Counter, path: &str) -> Value {
    let answer = runtime().block_on(counter.get(path));
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json()
}

fn rule_of(report: &Value, name: &str) -> Value {
    let rules = report["rules"].as_array().expect("a list");
    rules.iter().find(|rule| rule["rule"] == name).unwrap_or_else(|| panic!("{name} in {report}")).clone()
}

#[test]
fn rules_are_judged_by_what_came_of_their_alerts() {
    let counter = Counter::new();
    let rule = json!({"name": "hot", "metric_name": "temp", "condition": "value > 60", "severity": "error",
        "description": "Too hot"});
    let made = runtime().block_on(counter.ask("POST", "/alerts/rules", &[], &rule.to_string()));
    assert_eq!(made.status, 200, "{}", made.text);
    // The clock stands still: of one instance all that would be flapping.
    for n in (1..=8).rev() {
        let samples = [(n * 2 * DAY, 70.0), (n * 2 * DAY - 20, 50.0)];
        counter.gauge("oven", &n.to_string(), "temp", &samples);
    }
    let report = get(&counter, "/alerts/quality");
    assert_eq!((&report["end"], &report["other_alerts"]), (&(NOW as f64 / 1_000.0).into(), &0.into()));
    assert_eq!(report["start"], report["history_since"], "the history has all alerts");
    assert_eq!(report["rules"][0]["rule"], "hot", "the worst comes first");
    let hot = rule_of(&report, "hot");
    let verdicts: Vec<&Value> =
        hot["verdicts"].as_array().expect("a list").iter().map(|one| &one["verdict"]).collect();
    assert_eq!(verdicts, ["short_lived", "never_acknowledged"]);
    assert_eq!(hot["verdicts"][0]["suggested_for"], 30.0, "{hot}");
    assert_eq!(
        (&hot["fired"], &hot["median_seconds"], &hot["source"]),
        (&8.into(), &20.0.into(), &"rule".into())
    );
    assert_eq!(hot["known_since"], (NOW / 1_000 - 16 * DAY) as f64);
    assert_eq!(hot["per_week"], 3.5);
    // Of the rules from the start nothing was ever measured.
    let cpu = rule_of(&report, "high_cpu");
    assert_eq!((&cpu["verdict"], &cpu["known_since"]), (&"unknown".into(), &Value::Null));
    // Of the last days less is known, and less is said.
    let hot = rule_of(&get(&counter, "/alerts/quality?days=5"), "hot");
    assert_eq!((&hot["fired"], &hot["verdict"]), (&2.into(), &"unknown".into()));
}

#[test]
fn somebody_who_takes_care_and_rules_that_are_gone_are_seen() {
    let counter = Counter::new();
    let rule = json!({"name": "hot", "metric_name": "temp", "condition": "value > 60", "severity": "error",
        "description": "Too hot"});
    let ask = |method: &str, path: &str, body: &str| {
        let answer =
            runtime().block_on(counter.ask(method, path, &[("Content-Type", "application/json")], body));
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    };
    ask("POST", "/alerts/rules", &rule.to_string());
    for n in (1..=5).rev() {
        counter.gauge("oven", "a", "temp", &[(n * 2 * DAY, 70.0)]);
        if n == 3 {
            ask("POST", "/alerts/hot%3Aoven%3Aa/acknowledge", r#"{"by": "me"}"#);
        }
        counter.gauge("oven", "a", "temp", &[(n * 2 * DAY - 7_200, 50.0)]);
    }
    let hot = rule_of(&get(&counter, "/alerts/quality"), "hot");
    assert_eq!((&hot["verdict"], &hot["acknowledged"]), (&"good".into(), &1.into()), "{hot}");
    ask("DELETE", "/alerts/rules/hot", "");
    assert_eq!(get(&counter, "/alerts/quality")["other_alerts"], 5);
}

/// A group with one alerting rule.
fn group() -> GroupView {
    let rule = GroupRule {
        name: "Hot".to_owned(),
        expr: "temp > 60".to_owned(),
        labels: BTreeMap::from([("severity".to_owned(), "critical".to_owned())]),
        kind: RuleKind::Alerting(Alerting::default()),
    };
    let kind = RuleViewKind::Alerting {
        hold: 60_000,
        keep_firing_for: 0,
        annotations: BTreeMap::new(),
        alerts: Vec::new(),
    };
    let took = Duration::ZERO;
    let view = RuleView {
        rule,
        judged: Judged::AtArrival,
        health: Health::Good,
        last_error: None,
        took,
        last: None,
        kind,
    };
    let (file, name) = ("f.yml".to_owned(), "rooms".to_owned());
    GroupView { file, name, interval: limits::MINUTE, limit: 0, took, last: None, rules: vec![view] }
}

fn over(service: &str, began: Millis, end: Millis) -> Event {
    let labels = [("alertname", "Hot"), ("instance", "a"), ("service", service), ("severity", "critical")];
    Event::AlertResolved(Alert {
        alert_id: format!("rooms:Hot:{service}"),
        rule_name: "Hot".to_owned(),
        service_name: service.to_owned(),
        instance_id: "a".to_owned(),
        severity: model::Severity::Critical,
        message: String::new(),
        value: 1.0,
        threshold: 0.0,
        timestamp: began,
        resolved: true,
        resolved_at: Some(end),
        labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        annotations: BTreeMap::new(),
        generator: None,
        standing: model::Standing::default(),
    })
}

#[test]
fn what_the_history_has_no_more_is_seen_by_the_series_of_alerts() {
    let counter = Counter::new();
    counter.groups.show(group());
    counter.gauge("oven", "a", "temp", &[(20 * DAY, 50.0), (10, 50.0)]);
    // It fired for two minutes, eight days ago, and from then on; the second time is in the history too.
    let labels = [("alertname", "Hot"), ("alertstate", "firing"), ("severity", "critical")];
    let fired: Vec<(i64, f64)> = [0, 60, 120, 3_600, 3_660].map(|later| (8 * DAY - later, 1.0)).into();
    counter.metric("oven", "a", "ALERTS", MetricKind::Gauge, &labels, &fired);
    let report = get(&counter, "/alerts/quality");
    assert_eq!(rule_of(&report, "Hot")["fired"], 0, "as long as the history has everything, it is believed");
    let began = NOW - (8 * DAY - 3_600) * 1_000;
    counter.desk.announce(over("oven", began, began + 90_000));
    // The clock stands still: what is noted now is the oldest that is there.
    for n in (0..).take(limits::ALERT_HISTORY) {
        counter.desk.announce(over("stove", NOW - n * 1_000, NOW));
    }
    let report = get(&counter, "/alerts/quality");
    let hot = rule_of(&report, "Hot");
    assert_eq!(
        (&hot["group"], &hot["source"], &hot["severity"]),
        (&"rooms".into(), &"rule_file".into(), &"critical".into())
    );
    assert_eq!(hot["times_only"], 2, "the alert that left the history is known by its series alone: {hot}");
    assert_eq!(hot["fired"], limits::ALERT_HISTORY + 2);
    assert_eq!(report["history_since"], report["end"]);
    assert_eq!(hot["known_since"], (NOW / 1_000 - 20 * DAY) as f64);
}
