//! How the collector says that it is.

use crate::counter::{Counter, runtime};
use model::{MetricKind, Nothing, Reason, Report};
use std::sync::atomic::Ordering;

#[test]
fn defect_01_every_route_of_the_original_answers_in_its_shape() {
    let health = r#"{"service_name":"metrics_collector","status":"healthy","uptime":5.5,"messages_processed":3,"errors":1,"mqtt_connected":true,"timestamp":1795394400.0}"#;
    Counter::new().check(&[
        ("/health", 200, health),
        ("/status", 200, &format!(r#"{{"service":"metrics_collector","status":"running","health":{health}}}"#)),
        ("/summary", 200, r#"{"total_services":0,"total_instances":0,"active_alerts":0,"total_metrics":0,"system_cpu_percent":12.5,"system_memory_percent":40.0,"system_disk_percent":60.0,"timestamp":1795394400.0}"#),
        ("/metrics", 200, r#"{"metrics":[]}"#),
        ("/alerts", 200, r#"{"alerts":[]}"#),
        ("/metrics/x", 404, r#"{"detail":"Service not found"}"#),
        ("/metrics/x/y", 404, r#"{"detail":"Service not found"}"#),
        ("/analytics/x", 404, r#"{"detail":"Service not found"}"#),
        ("/insights/x", 404, r#"{"detail":"Service not found"}"#),
        ("/services/x", 404, r#"{"detail":"Service not found"}"#),
        ("/services", 200, r#"{"services":[]}"#),
        ("/refusals", 200, r#"{"refusals":[]}"#),
        ("/nowhere", 404, r#"{"detail":"Not Found"}"#),
        ("/metrics/a/b/c", 404, r#"{"detail":"Not Found"}"#),
        ("/-/healthy", 200, r#"{"status":"healthy","version":"0.0.0"}"#),
        ("/-/ready", 200, r#"{"status":"ready"}"#),
    ]);
}

#[test]
fn other_methods_are_not_allowed_and_say_which_are() {
    let counter = Counter::new();
    let answer = runtime().block_on(counter.ask("DELETE", "/alerts", &[], ""));
    assert_eq!((answer.status, answer.text.as_str()), (405, r#"{"detail":"Method Not Allowed"}"#));
    assert!(answer.headers["allow"].to_str().expect("text").contains("GET"));
}

#[test]
fn before_it_is_ready_it_says_so_and_bad_settings_are_quoted() {
    let counter = Counter::new();
    counter.ready.store(false, Ordering::Release);
    counter.check(&[("/-/ready", 503, r#"{"detail":"starting or stopping"}"#)]);
    let answer = runtime().block_on(counter.ask("POST", "/-/reload", &[], ""));
    assert_eq!((answer.status, answer.text.as_str()), (400, r#"{"detail":"line 3: no such key"}"#));
    let answer = runtime().block_on(counter.ask("POST", "/-/snapshot", &[], ""));
    assert_eq!((answer.status, answer.text.as_str()), (503, r#"{"detail":"the disk is full"}"#));
}

#[test]
fn what_is_to_be_erased_must_be_clear() {
    let counter = Counter::new();
    for (query, status, text) in [
        ("match=x&start=1", 200, r#"{"status":"erased"}"#),
        ("match=x&start=", 503, r#"{"detail":"the disk is full"}"#),
        ("match=%7B%7D", 400, r#"{"detail":"no such words"}"#),
        ("start=1", 400, r#"{"detail":"`match` is missing: it says which series are meant"}"#),
    ] {
        let answer = runtime().block_on(counter.ask("POST", &format!("/-/erase?{query}"), &[], ""));
        assert_eq!((answer.status, answer.text.as_str()), (status, text), "{query}");
    }
}

#[test]
fn what_was_refused_is_shown_with_its_newest_example() {
    let counter = Counter::new();
    for detail in ["first", "second"] {
        counter.take(Report::Nothing(Nothing {
            reason: Reason::NotJson,
            detail: detail.into(),
            example: b"<xml\xff>",
        }));
    }
    let answer = runtime().block_on(counter.get("/refusals")).json();
    let one = &answer["refusals"][0];
    assert_eq!(
        (&one["reason"], &one["count"], &one["is_error"]),
        (&"not_json".into(), &2.into(), &true.into())
    );
    assert_eq!(
        (&one["example"]["detail"], &one["example"]["payload"]),
        (&"second".into(), &"<xml\u{fffd}>".into())
    );
    assert_eq!(one["topics"][0]["topic"], "t");
}

#[test]
fn types_and_units_of_metrics_are_told_as_prometheus_does() {
    let counter = Counter::new();
    counter.gauge("s", "i", "cpu_percent", &[(1, 5.0)]);
    counter.metric("s", "i", "took_seconds", MetricKind::Histogram, &[], &[(1, 5.0)]);
    counter.metric("s", "i", "requests_total", MetricKind::Counter, &[], &[(1, 5.0)]);
    let one = |name: &str, kind: &str, unit: &str| {
        format!(r#""{name}":[{{"type":"{kind}","help":"","unit":"{unit}"}}]"#)
    };
    let all = [
        one("cpu_percent", "gauge", "percent"),
        one("requests_total", "counter", ""),
        one("took_seconds", "gauge", "seconds"),
        one("took_seconds_histogram", "histogram", "seconds"),
    ];
    let success = |data: &[String]| format!(r#"{{"status":"success","data":{{{}}}}}"#, data.join(","));
    let bad = r#"{"status":"error","errorType":"bad_data","error":"limit must be a number"}"#;
    counter.check(&[
        ("/api/v1/metadata", 200, &success(&all)),
        ("/api/v1/metadata?limit=-1", 200, &success(&all)),
        ("/api/v1/metadata?limit=1", 200, &success(&all[..1])),
        ("/api/v1/metadata?metric=requests_total", 200, &success(&all[1..2])),
        ("/api/v1/metadata?metric=none", 200, &success(&[])),
        ("/api/v1/metadata?limit=x", 400, bad),
    ]);
}

#[test]
fn what_is_kept_and_may_be_is_shown() {
    let answer = runtime().block_on(Counter::new().get("/storage")).json();
    assert_eq!((answer["blocks"].as_u64(), answer["limits"]["block_bytes"].is_null()), (Some(3), true));
}
