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
        (rules.as_array().map(Vec::len), &rules[6]["name"]),
        (Some(7), &"hot".into()),
        "after the six defaults"
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
        (with("condition", 7.into()), "condition must be a string, not a number"),
        (with("description", Value::Null), "description must be a string, not null"),
        (with("description", "x".repeat(20_000).into()), "description is longer than"),
        (with("name", "n".repeat(2_000).into()), "name is longer than"),
        (with("cooldown_period", 1.5.into()), "1.5"),
        (with("enabled", "yes".into()), "boolean"),
        (with("extra", 1.into()), "extra"),
        (with("name", "".into()), "name is empty"),
        (with("cooldown_period", (-1).into()), "-1"),
        (without, "severity"),
        (with("condition", "avg(5x) > 1".into()), "condition at character 6"),
        (with("recover", "value <".into()), "recover at character 8"),
        (with("for", 300.into()), "for must be a string, not a number"),
        (with("for", "soon".into()), "for: \"soon\" is no length of time"),
        (with("match", "room=attic".into()), "match: "),
        (with("annotations", json!({"a": "{{ $x }}"})), "annotations.a: 1:"),
        (with("levels", json!([{"severity": "info", "condition": "value > 1"}])), "levels"),
        (with("kind", "dead".into()), "dead-man"),
        (with("per", "home".into()), "series"),
    ];
    for (rule, why) in rows {
        let (status, answer) = ask(&counter, "POST", "/alerts/rules", &rule.to_string());
        let detail = answer["detail"].as_str().expect("a text").to_owned();
        assert!(
            status == 400 && detail.starts_with("Invalid rule: ") && detail.contains(why),
            "{rule}: {status} {detail}"
        );
    }
    assert_eq!(ask(&counter, "GET", "/alerts/rules", "").1["rules"].as_array().map(Vec::len), Some(6));
}

#[test]
fn a_body_that_is_no_object_is_a_422_in_the_frameworks_shape() {
    let counter = Counter::new();
    let rows = [
        ("", "missing", json!(["body"])),
        ("[1]", "dict_type", json!(["body"])),
        ("7", "dict_type", json!(["body"])),
        ("null", "missing", json!(["body"])),
        // The places are those that Python's json module gives.
        ("{bad", "json_invalid", json!(["body", 1])),
        ("nope", "json_invalid", json!(["body", 0])),
        (r#"{"a":"#, "json_invalid", json!(["body", 5])),
        (r#"{"a":1}x"#, "json_invalid", json!(["body", 7])),
        (r#"{"a":1,}"#, "json_invalid", json!(["body", 7])),
        (r#"  {"a" 1}"#, "json_invalid", json!(["body", 7])),
        ("{\n \"a\": 1,\n \"b\": tru\n}", "json_invalid", json!(["body", 17])),
        (r#"{"ä":1,"ö" 2}"#, "json_invalid", json!(["body", 11])),
        (r#"{"a":nul}"#, "json_invalid", json!(["body", 5])),
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
    let invalid = ask(&counter, "POST", "/alerts/rules", "{bad").1["detail"][0].clone();
    assert_eq!((&invalid["msg"], &invalid["input"]), (&"JSON decode error".into(), &json!({})));
    assert!(invalid["ctx"]["error"].is_string(), "{invalid}");
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

#[test]
fn numbers_are_compared_as_numbers() {
    let counter = Counter::new();
    let mut rule = rule();
    rule["cooldown_period"] = 60.0.into();
    let (status, answer) = ask(&counter, "POST", "/alerts/rules", &rule.to_string());
    assert_eq!((status, &answer["rule"]["cooldown_period"]), (200, &60.into()));
}

#[test]
fn a_body_that_says_it_is_something_else_is_not_read_as_json() {
    let counter = Counter::new();
    let rows = [
        ("text/plain", false),
        ("application/x-www-form-urlencoded", false),
        ("multipart/form-data; boundary=x", false),
        ("application/json; charset=utf-8", true),
        ("Application/JSON", true),
        ("application/vnd.alicia+json", true),
    ];
    let body = rule().to_string();
    for (kind, is_taken) in rows {
        let answer =
            runtime().block_on(counter.ask("POST", "/alerts/rules", &[("Content-Type", kind)], &body));
        assert_eq!(answer.status, if is_taken { 200 } else { 422 }, "{kind}: {}", answer.text);
        if !is_taken {
            let entry = &answer.json()["detail"][0];
            assert_eq!((&entry["type"], &entry["input"]), (&"dict_type".into(), &body.as_str().into()));
        }
    }
}

#[test]
fn names_of_rules_are_any_text() {
    let counter = Counter::new();
    let mut rule = rule();
    rule["name"] = "a/b ü%".into();
    assert_eq!(ask(&counter, "POST", "/alerts/rules", &rule.to_string()).0, 200);
    let path = "/alerts/rules/a%2Fb%20%C3%BC%25";
    assert_eq!(ask(&counter, "GET", path, "").1["rule"]["name"], "a/b ü%");
    assert_eq!(ask(&counter, "DELETE", path, "").0, 200);
}

#[test]
fn a_rule_with_all_that_it_may_have_is_shown_as_it_was_made() {
    let counter = Counter::new();
    let full = json!({"name": "load", "metric_name": "temp", "description": "d", "match": "room=\"attic\"",
        "levels": [{"severity": "warning", "condition": "value > 80"}, {"severity": "critical", "condition": "avg(5m) > 95"}],
        "for": "1m", "keep_firing_for": "10m", "recover": "value < 70", "per": "series",
        "labels": {"team": "home"}, "annotations": {"summary": "{{ $value }}"}});
    let (status, made) = ask(&counter, "POST", "/alerts/rules", &full.to_string());
    assert_eq!(status, 200, "{made}");
    let shown = ask(&counter, "GET", "/alerts/rules/load", "").1["rule"].clone();
    assert_eq!((&shown["severity"], &shown["condition"]), (&"warning".into(), &"value > 80".into()));
    for (name, value) in full.as_object().expect("an object") {
        assert_eq!(&shown[name], value, "{name}");
    }
    // What is shown may be sent again.
    let (status, again) = ask(&counter, "PUT", "/alerts/rules/load", &shown.to_string());
    assert_eq!((status, &again["rule"]), (200, &shown));
}

#[test]
fn pending_alerts_are_shown_to_who_asks_for_them() {
    let counter = Counter::new();
    let mut held = rule();
    held["for"] = "1m".into();
    assert_eq!(ask(&counter, "POST", "/alerts/rules", &held.to_string()).0, 200);
    counter.gauge("s", "i", "temp", &[(70, 90.0)]);
    let list = |query: &str| ask(&counter, "GET", &format!("/alerts{query}"), "").1["alerts"].clone();
    let states = |query: &str| -> Vec<String> {
        let alerts = list(query);
        let alerts = alerts.as_array().expect("a list").iter();
        alerts.map(|alert| format!("{} {}", alert["alert_id"], alert["state"])).collect()
    };
    assert_eq!(list(""), json!([]));
    assert_eq!(states("?state=pending"), [r#""hot:s:i" "pending""#]);
    assert_eq!(states("?state=firing"), [""; 0]);
    let groups = ask(&counter, "GET", "/api/v1/rules?rule_name[]=hot", "").1;
    let shown = &groups["data"]["groups"][0]["rules"][0];
    assert_eq!((&shown["state"], &shown["duration"]), (&"pending".into(), &60.0.into()), "{shown}");
    counter.gauge("s", "i", "temp", &[(10, 91.0)]);
    assert_eq!(states("?state=all"), [r#""hot:s:i" "firing""#]);
    counter.gauge("s", "i", "temp", &[(5, 1.0)]);
    assert_eq!(states("?state=all"), [r#""hot:s:i" "resolved""#]);
    assert_eq!((states("?state=resolved").len(), states("?state=firing").len()), (1, 0));
    let (status, problem) = ask(&counter, "GET", "/alerts?state=sad", "");
    assert_eq!((status, &problem["detail"][0]["loc"]), (422, &json!(["query", "state"])));
}

#[test]
fn a_rule_is_tried_on_what_is_kept_and_nothing_comes_of_it() {
    let counter = Counter::new();
    counter.gauge("oven", "o1", "temp", &[(50, 20.0), (40, 95.0), (30, 96.0), (20, 20.0), (10, 99.0)]);
    let ask = |body: Value| {
        let text = body.to_string();
        let answer = runtime().block_on(counter.ask(
            "POST",
            "/rules/backtest",
            &[("Content-Type", "application/json")],
            &text,
        ));
        (answer.status, answer.json())
    };
    let rule = json!({"name": "hot", "metric_name": "temp", "condition": "value > 90", "severity": "warning",
        "description": "hot", "cooldown_period": 0});
    let (status, outcome) = ask(json!({"rule": rule, "since": "1m"}));
    assert_eq!(status, 200, "{outcome}");
    assert_eq!((&outcome["samples"], &outcome["series"]), (&5.into(), &1.into()), "{outcome}");
    let cell = &outcome["cells"][0];
    assert_eq!(
        (&cell["count"], &cell["firing_seconds"], &cell["threshold"]),
        (&2.into(), &30.0.into(), &Value::Null)
    );
    assert_eq!(cell["firings"][0]["labels"], json!({"service": "oven", "instance": "o1"}), "{cell}");
    assert_eq!(cell["firings"][1]["end"], Value::Null, "it goes on: {cell}");

    let alert = json!({"alert": "Hot", "expr": "temp > 90"});
    let grid = json!({"alert": alert, "since": "1m", "thresholds": [10, 98], "for": ["0s", "20s"]});
    let (status, outcome) = ask(grid);
    assert_eq!(status, 200, "{outcome}");
    let counts: Vec<&Value> =
        outcome["cells"].as_array().expect("cells").iter().map(|cell| &cell["count"]).collect();
    assert_eq!(counts, [1, 1, 1, 0], "{outcome}");

    for (body, why) in [
        (json!({}), "name a `rule` or an `alert`"),
        (json!({"rule": rule, "since": "soon"}), "since: \"soon\" is no length of time"),
        (json!({"rule": rule, "sinse": "1d"}), "unknown field `sinse`"),
        (json!({"rule": rule, "since": "1d", "start": 5}), "not both"),
        (json!({"alert": {"alert": "A", "expr": "temp >"}}), "expr"),
        (json!({"alert": {"record": "r", "expr": "temp"}}), "a recording rule has no alerts"),
    ] {
        let (status, answer) = ask(body);
        assert_eq!(status, 400, "{answer}");
        assert!(answer["detail"].as_str().is_some_and(|text| text.contains(why)), "{why}: {answer}");
    }
    let answer = runtime().block_on(counter.get("/alerts/rules/hot"));
    assert_eq!(answer.status, 404, "nothing is saved");
    assert_eq!(runtime().block_on(counter.get("/alerts")).json()["alerts"], json!([]), "and nobody is told");
}
