//! Alerts, and the rules behind them.

use crate::counter::{Counter, runtime};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

fn rule() -> Value {
    json!({"name": "hot", "metric_name": "temp", "condition": "value > 60", "severity": "error", "description": "Too hot"})
}

/// Asks with a body; gives status and answer.
fn ask(counter: &Counter, method: &str, path: &str, body: &str) -> (u16, Value) {
    let answer = runtime().block_on(counter.ask(method, path, &[("Content-Type", "application/json")], body));
    (answer.status, answer.json())
}

#[test]
fn a_rule_is_made_shown_in_the_originals_shape_and_fires() {
    let counter = Counter::new();
    let text = r#"{"name":"hot","metric_name":"temp","condition":"value > 60","severity":"error","description":"Too hot","enabled":true,"cooldown_period":300}"#;
    let answer = runtime().block_on(counter.ask("POST", "/alerts/rules", &[], &rule().to_string()));
    assert_eq!(
        (answer.status, answer.text),
        (200, format!(r#"{{"message":"Alert rule created","rule":{text}}}"#))
    );
    let rules = runtime().block_on(counter.get("/alerts/rules")).json()["rules"].clone();
    assert_eq!(
        (rules.as_array().map(Vec::len), &rules[5]["name"]),
        (Some(6), &"hot".into()),
        "after the five defaults"
    );
    counter.gauge("s", "i", "temp", &[(5, 70.5)]);
    let alert = r#"{"alert_id":"hot:s:i","rule_name":"hot","service_name":"s","instance_id":"i","severity":"error","message":"Too hot","value":70.5,"threshold":60.0,"timestamp":1795394395.0,"resolved":false,"resolved_at":null}"#;
    counter.check(&[("/alerts", 200, &format!(r#"{{"alerts":[{alert}]}}"#))]);
    counter.gauge("s", "i", "temp", &[(4, 50.0)]);
    let over = alert
        .replace(r#""resolved":false,"resolved_at":null"#, r#""resolved":true,"resolved_at":1795394396.0"#);
    let listed = format!(r#"{{"alerts":[{over}]}}"#);
    counter.check(&[
        ("/alerts", 200, r#"{"alerts":[]}"#),
        ("/alerts?active_only=false", 200, &listed),
        ("/alerts/history", 200, &listed),
    ]);
}

#[test]
fn defect_14_a_bad_rule_is_a_400_that_says_why() {
    let counter = Counter::new();
    let with = |key: &str, value: Value| {
        let mut rule = rule();
        rule[key] = value;
        rule
    };
    let mut without = rule();
    without.as_object_mut().expect("an object").remove("severity");
    let rows = [
        (with("severity", "nonsense".into()), "nonsense"),
        (with("condition", "value >".into()), "character 8"),
        (with("condition", "__import__('os')".into()), "character 1"),
        (with("condition", 7.into()), "string"),
        (with("extra", 1.into()), "extra"),
        (with("name", "".into()), "name is empty"),
        (with("cooldown_period", (-1).into()), "-1"),
        (without, "severity"),
    ];
    for (rule, why) in rows {
        let (status, answer) = ask(&counter, "POST", "/alerts/rules", &rule.to_string());
        let detail = answer["detail"].as_str().expect("a text").to_owned();
        assert!(
            status == 400 && detail.starts_with("Invalid rule: ") && detail.contains(why),
            "{rule}: {status} {detail}"
        );
    }
    assert_eq!(ask(&counter, "GET", "/alerts/rules", "").1["rules"].as_array().map(Vec::len), Some(5));
}

#[test]
fn a_body_that_is_no_object_is_a_422_in_the_frameworks_shape() {
    let counter = Counter::new();
    let rows = [
        ("", "missing", json!(["body"])),
        ("[1]", "dict_type", json!(["body"])),
        ("7", "dict_type", json!(["body"])),
        ("{bad", "json_invalid", json!(["body", 1])),
    ];
    for (body, kind, place) in rows {
        let (status, answer) = ask(&counter, "POST", "/alerts/rules", body);
        assert_eq!(
            (status, &answer["detail"][0]["type"], &answer["detail"][0]["loc"]),
            (422, &kind.into(), &place),
            "{body}"
        );
    }
    assert_eq!(ask(&counter, "POST", "/alerts/rules", "[1]").1["detail"][0]["input"], json!([1]));
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(2 << 20));
    assert_eq!(ask(&counter, "POST", "/alerts/rules", &long).0, 413);
}

#[test]
fn defect_15_rules_are_updated_switched_and_deleted() {
    let counter = Counter::new();
    ask(&counter, "POST", "/alerts/rules", &rule().to_string());
    let mut changed = rule();
    changed["condition"] = "value > 70".into();
    changed.as_object_mut().expect("an object").remove("name");
    let rows = [
        ("PUT", "/alerts/rules/hot", changed.to_string(), 200, "Alert rule updated"),
        ("PUT", "/alerts/rules/cold", rule().to_string(), 404, "Rule not found"),
        ("PUT", "/alerts/rules/high_cpu", rule().to_string(), 400, "Invalid rule"),
        ("POST", "/alerts/rules/hot/disable", String::new(), 200, "Alert rule disabled"),
        ("POST", "/alerts/rules/hot/enable", String::new(), 200, "Alert rule enabled"),
        ("POST", "/alerts/rules/cold/enable", String::new(), 404, "Rule not found"),
        ("GET", "/alerts/rules/hot", String::new(), 200, "value > 70"),
        ("DELETE", "/alerts/rules/hot", String::new(), 200, "Alert rule deleted"),
        ("DELETE", "/alerts/rules/hot", String::new(), 404, "Rule not found"),
        ("GET", "/alerts/rules/hot", String::new(), 404, "Rule not found"),
        ("POST", "/alerts/recover", String::new(), 200, "recovered"),
    ];
    for (method, path, body, status, said) in rows {
        let (seen, answer) = ask(&counter, method, path, &body);
        assert!(seen == status && answer.to_string().contains(said), "{method} {path}: {seen} {answer}");
    }
}

#[test]
fn a_rule_that_cannot_be_kept_is_refused() {
    let counter = Counter::new();
    counter.keeper.broken.store(true, Ordering::Relaxed);
    assert_eq!(ask(&counter, "POST", "/alerts/rules", &rule().to_string()).0, 503);
    assert_eq!(ask(&counter, "GET", "/alerts/rules/hot", "").0, 404);
}
