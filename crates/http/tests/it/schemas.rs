//! Every answer in JSON has a schema, and is as the schema says. What other tests ask of a counter is looked at as well.

use crate::counter::{Counter, NOW, runtime};
use crate::schema::Schemas;
use model::{Envelope, Sighting, Watch};
use serde_json::{Value, json};

/// Answers without a body, or with one that is no JSON.
const OTHER: [&str; 13] = [
    "alertmanager_delete_silence",
    "end_group",
    "end_job",
    "federate",
    "follow_bus",
    "follow_overview",
    "get_capsule",
    "push_group",
    "push_group_metrics",
    "push_job",
    "push_job_metrics",
    "record_capsule",
    "influx_1",
];

#[test]
fn every_good_answer_in_json_has_a_schema() {
    let document = runtime().block_on(Counter::document());
    let schemas = Schemas::new(document.clone());
    let mut without = Vec::new();
    for (method, path) in schemas.operations() {
        let operation = &document["paths"][path][method];
        let id = operation["operationId"].as_str().expect("an id");
        for (status, answer) in operation["responses"].as_object().expect("answers") {
            let is_meant = matches!(status.as_str(), "200" | "201" | "202") && !OTHER.contains(&id);
            if is_meant && !answer["content"]["application/json"]["schema"].is_object() {
                without.push(format!("{id}: {status}"));
            }
        }
    }
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn a_member_that_is_not_described_is_a_fault_and_so_is_one_that_is_missing() {
    let schemas = Schemas::new(runtime().block_on(Counter::document()));
    let good = json!({"alerts": [{
        "alert_id": "r:s:i", "rule_name": "r", "service_name": "s", "instance_id": "i", "severity": "error", "message": "m",
        "value": null, "threshold": 1.0, "timestamp": 1.0, "resolved": false, "resolved_at": null, "state": "firing",
    }]});
    assert_eq!(schemas.faults("GET", "/alerts", 200, &good), Vec::<String>::new());
    let changes: [fn(&mut Value); 4] = [
        |alert| alert["new"] = json!(1),
        |alert| alert["severity"] = json!("bad"),
        |alert| alert["state"] = Value::Null,
        |alert| drop(alert.as_object_mut().and_then(|alert| alert.remove("message"))),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut bad = good.clone();
        change(&mut bad["alerts"][0]);
        assert!(!schemas.faults("GET", "/alerts", 200, &bad).is_empty(), "change {number}: {bad}");
    }
}

/// A counter with something of everything that can be asked for.
fn full() -> Counter {
    let counter = Counter::new();
    counter.gauge("oven", "oven-1", "cpu_percent", &[(30, 5.0), (20, 99.0), (0, 98.5)]);
    counter.gauge("oven", "oven-2", "cpu_percent", &[(30, 5.0), (20, 6.0), (0, 7.0)]);
    counter.gauge("oven", "oven-1", "temperature", &[(0, f64::NAN)]);
    counter.health("oven", Some("oven-2"), "degraded");
    counter.groups.show(crate::prometheus_rules::view());
    for topic in ["house/hall/state", "house/attic/state"] {
        for (at, payload) in ["{\"temperature\": 21.5, \"id\": \"a\"}", "12 of 13 apples"].iter().enumerate()
        {
            let envelope = Envelope { source: "lamp".into(), ..Envelope::default() };
            let sighting = Sighting {
                topic,
                received_at: NOW,
                bytes: payload.len(),
                payload: payload.as_bytes(),
                envelope: (at == 0).then_some(envelope),
                ..Sighting::default()
            };
            counter.watcher.see(&sighting);
            counter.fields.see(&sighting);
        }
    }
    counter
}

/// What else there is to be asked, of paths with names in them and of parameters that change the answer.
const ASKED: [(&str, &str); 30] = [
    ("/metrics/{service}", "/metrics/oven"),
    ("/metrics/{service}/{metric}", "/metrics/oven/cpu_percent"),
    ("/metrics/{service}/{metric}/aggregate", "/metrics/oven/cpu_percent/aggregate"),
    ("/metrics/{service}/{metric}/aggregate", "/metrics/oven/nothing/aggregate"),
    ("/metrics/{service}/{metric}/trend", "/metrics/oven/cpu_percent/trend"),
    ("/metrics/{service}/{metric}/trend", "/metrics/oven/nothing/trend"),
    ("/analytics/{service}", "/analytics/oven"),
    ("/insights/{service}", "/insights/oven"),
    ("/services/{service}", "/services/oven"),
    ("/alerts/{id}/why", "/alerts/high_cpu:oven:oven-1/why"),
    ("/alerts/silences/{id}", "/alerts/silences/{silence}"),
    ("/api/v2/silence/{id}", "/api/v2/silence/{silence}"),
    ("/alerts/rules/{name}", "/alerts/rules/high_cpu"),
    ("/bus/capsules/{name}", "/bus/capsules/good.capsule"),
    ("/api/v1/label/{name}/values", "/api/v1/label/service/values"),
    ("/api/v1/query", "/api/v1/query?query=cpu_percent&stats=all"),
    ("/api/v1/query", "/api/v1/query?query=cpu_percent[5m]"),
    ("/api/v1/query", "/api/v1/query?query=1"),
    ("/api/v1/query", "/api/v1/query?query=%22text%22"),
    ("/api/v1/query_range", "/api/v1/query_range?query=cpu_percent&start=1795394380&end=1795394400&step=5"),
    ("/api/v1/query_exemplars", "/api/v1/query_exemplars?query=up"),
    ("/api/v1/series", "/api/v1/series?match[]=cpu_percent"),
    ("/api/v1/format_query", "/api/v1/format_query?query=sum(up)"),
    ("/api/v1/parse_query", "/api/v1/parse_query?query=sum(up)"),
    ("/api/v1/rules", "/api/v1/rules?type=record"),
    ("/alerts", "/alerts?state=all"),
    ("/alerts", "/alerts?active_only=false"),
    ("/insights", "/insights?resolved=true"),
    ("/api/v1/targets", "/api/v1/targets?state=any"),
    ("/overview", "/overview?span=600"),
];

#[test]
fn every_route_that_answers_gives_what_its_schema_says() {
    let counter = full();
    let runtime = runtime();
    let schemas = Schemas::new(runtime.block_on(Counter::document()));
    let silence = r#"{"matchers": "service=\"oven\"", "duration": 60, "created_by": "me", "times": [{"days": ["mon"]}, {"time_zone": "UTC"}]}"#;
    let made = runtime.block_on(counter.ask("POST", "/alerts/silences", &[], silence)).json();
    let id = made["silence"]["id"].as_str().expect("an id").to_owned();
    let mut left: Vec<&str> = schemas
        .operations()
        .into_iter()
        .filter(|(method, _)| *method == "get")
        .map(|(_, path)| path)
        .collect();
    let plain = left.clone().into_iter().filter(|path| !path.contains('{')).map(|path| (path, path));
    for (described, path) in plain.chain(ASKED) {
        let path = path.replace("{silence}", &id);
        // What an answer is like is looked at by the counter.
        let answer = runtime.block_on(counter.get(&path));
        if answer.status == 200 {
            left.retain(|one| *one != described);
        }
    }
    assert!(left.is_empty(), "nothing good was answered by {left:#?}");
}

#[test]
fn what_changes_something_answers_what_its_schema_says() {
    let counter = full();
    let rows = [
        (
            "POST",
            "/alerts/rules",
            r#"{"name": "hot", "metric_name": "temp", "condition": "value > 1", "severity": "info", "description": "d", "for": "5m", "levels": [], "labels": {"a": "b"}}"#,
        ),
        (
            "PUT",
            "/alerts/rules/hot",
            r#"{"metric_name": "temp", "condition": "value > 2", "severity": "info", "description": "d"}"#,
        ),
        ("POST", "/alerts/rules/hot/disable", ""),
        ("POST", "/alerts/rules/hot/enable", ""),
        ("DELETE", "/alerts/rules/hot", ""),
        ("POST", "/alerts/silences/preview", r#"{"matchers": "service=\"oven\""}"#),
        ("POST", "/alerts/high_cpu:oven:oven-1/acknowledge", r#"{"by": "me", "comment": "c"}"#),
        ("DELETE", "/alerts/high_cpu:oven:oven-1/acknowledge", ""),
        ("POST", "/alerts/receivers/far/test", ""),
        ("GET", "/alerts/deliveries", ""),
        ("POST", "/alerts/recover", ""),
        (
            "POST",
            "/rules/backtest",
            r#"{"rule": {"name": "hot", "metric_name": "cpu_percent", "condition": "value > 1", "severity": "info", "description": "d"}, "since": "10m", "thresholds": [1, 90]}"#,
        ),
        (
            "POST",
            "/bus/mappings/test",
            r#"{"topic": "home/attic/wind", "payload": "12 m/s", "mapping": {"topic": "home/{room}/wind", "name": "wind_speed", "unit": "m/s"}}"#,
        ),
        ("POST", "/bus/mappings/test", r#"{"topic": "home/attic/wind", "payload": "it blows"}"#),
        (
            "POST",
            "/bus/mappings",
            r#"{"topic": "home/{room}/wind", "path": "a.b", "name": "wind_speed", "unit": "m/s", "scale": 2, "labels": {"a": "$.b"}}"#,
        ),
        ("GET", "/bus/mappings", ""),
        ("DELETE", "/bus/mappings/1", ""),
        ("POST", "/-/erase?match=x&start=1", ""),
        (
            "POST",
            "/api/v2/silences",
            r#"{"matchers": [{"name": "a", "value": "b"}], "startsAt": "2026-11-22T00:00:00Z", "endsAt": "2027-01-01T00:00:00Z", "createdBy": "me"}"#,
        ),
    ];
    for (method, path, body) in rows {
        let answer =
            runtime().block_on(counter.ask(method, path, &[("content-type", "application/json")], body));
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text);
    }
}
