//! Samples as JSON and as Prometheus text.

use crate::counter::{Counter, runtime};
use model::MetricKind;

fn home() -> Counter {
    let counter = Counter::new();
    counter.gauge("stt", "stt-1", "temp", &[(30, 1.0), (20, 2.0), (10, 3.0)]);
    counter.gauge("stt", "stt-2", "temp", &[(15, 9.5)]);
    counter.metric("stt", "stt-1", "done_total", MetricKind::Counter, &[("kind", "a\"b\n")], &[(5, 42.0)]);
    counter.health("stt", Some("stt-1"), "degraded");
    counter
}

#[test]
fn a_service_shows_the_newest_sample_of_each_series_by_instance() {
    let expect = concat!(
        r#"{"service_name":"stt","instances":{"stt-1":{"metrics":["#,
        r#"{"name":"done_total","value":42.0,"timestamp":1795394395.0,"labels":{"kind":"a\"b\n"},"metric_type":"counter"},"#,
        r#"{"name":"health_status","value":0.0,"timestamp":1795394400.0,"labels":{"status":"degraded"},"metric_type":"gauge"},"#,
        r#"{"name":"temp","value":3.0,"timestamp":1795394390.0,"labels":{},"metric_type":"gauge"}],"#,
        r#""last_updated":1795394400.0,"health_status":"degraded"},"stt-2":{"metrics":["#,
        r#"{"name":"temp","value":9.5,"timestamp":1795394385.0,"labels":{},"metric_type":"gauge"}],"#,
        r#""last_updated":1795394400.0,"health_status":"unknown"}}}"#,
    );
    home().check(&[("/metrics/stt", 200, expect)]);
}

#[test]
fn defect_21_a_metric_shows_its_history_newest_first() {
    let sample = |value: &str, t: &str| {
        format!(r#"{{"name":"temp","value":{value},"timestamp":{t},"labels":{{}},"metric_type":"gauge"}}"#)
    };
    let (one, two, three, other) = (
        sample("1.0", "1795394370.0"),
        sample("2.0", "1795394380.0"),
        sample("3.0", "1795394390.0"),
        sample("9.5", "1795394385.0"),
    );
    let answer = |data: &[&String]| {
        let data: Vec<&str> = data.iter().map(|one| one.as_str()).collect();
        format!(r#"{{"service_name":"stt","metric_name":"temp","data":[{}]}}"#, data.join(","))
    };
    home().check(&[
        ("/metrics/stt/temp", 200, &answer(&[&three, &other, &two, &one])),
        ("/metrics/stt/temp?instance_id=stt-1", 200, &answer(&[&three, &two, &one])),
        ("/metrics/stt/temp?limit=2", 200, &answer(&[&three, &other])),
        ("/metrics/stt/temp?limit=0", 200, &answer(&[])),
        ("/metrics/stt/temp?limit=999999999999", 200, &answer(&[&three, &other, &two, &one])),
        ("/metrics/stt/none", 200, r#"{"service_name":"stt","metric_name":"none","data":[]}"#),
        ("/metrics/stt/temp?instance_id=no", 404, r#"{"detail":"Instance not found"}"#),
    ]);
}

#[test]
fn defect_40_bad_parameters_are_refused_as_by_the_originals_framework() {
    let counter = home();
    let rows = [
        ("/metrics/stt/temp?limit=abc", "int_parsing", "limit", "abc"),
        ("/metrics/stt/temp?limit=1.5", "int_parsing", "limit", "1.5"),
        ("/metrics/stt/temp?limit=-1", "greater_than_equal", "limit", "-1"),
        ("/alerts?active_only=maybe", "bool_parsing", "active_only", "maybe"),
        ("/analytics/stt?hours=x", "int_parsing", "hours", "x"),
        ("/metrics/stt/temp?limit=", "int_parsing", "limit", ""),
        ("/metrics/stt/temp?limit=--1", "int_parsing", "limit", "--1"),
        ("/alerts?active_only=", "bool_parsing", "active_only", ""),
        ("/analytics/stt?hours=-1", "greater_than_equal", "hours", "-1"),
        ("/insights/stt?hours=-1", "greater_than_equal", "hours", "-1"),
        ("/metrics/stt/temp/aggregate?end=inf", "float_parsing", "end", "inf"),
        ("/metrics/stt/temp/aggregate?start=soon", "float_parsing", "start", "soon"),
        ("/metrics/stt/temp/trend?range=-5", "greater_than_equal", "range", "-5"),
        ("/alerts/history?limit=-1", "greater_than_equal", "limit", "-1"),
        ("/alerts/quality?days=0", "greater_than_equal", "days", "0"),
        ("/rules/suggestions?days=0", "greater_than_equal", "days", "0"),
        ("/rules/suggestions?budget=0", "greater_than", "budget", "0"),
        ("/rules/suggestions?budget=few", "float_parsing", "budget", "few"),
    ];
    for (path, kind, name, input) in rows {
        let answer = runtime().block_on(counter.get(path));
        let entry = &answer.json()["detail"][0];
        assert_eq!(answer.status, 422, "{path}");
        assert_eq!(
            (&entry["type"], &entry["loc"][0], &entry["loc"][1], &entry["input"]),
            (&kind.into(), &"query".into(), &name.into(), &input.into()),
            "{path}"
        );
    }
    counter.check(&[
        ("/alerts?active_only=No", 200, r#"{"alerts":[]}"#),
        ("/metrics/stt/temp?limit=-1", 422, r#"{"detail":[{"type":"greater_than_equal","loc":["query","limit"],"msg":"Input should be greater than or equal to 0","input":"-1","ctx":{"ge":0}}]}"#),
        ("/metrics/stt/temp?limit=abc", 422, r#"{"detail":[{"type":"int_parsing","loc":["query","limit"],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"abc"}]}"#),
        ("/alerts?active_only=maybe", 422, r#"{"detail":[{"type":"bool_parsing","loc":["query","active_only"],"msg":"Input should be a valid boolean, unable to interpret input","input":"maybe"}]}"#),
    ]);
}

#[test]
fn whole_numbers_of_any_size_are_numbers() {
    let counter = home();
    let many = |path: &str| runtime().block_on(counter.get(path)).json()["data"].as_array().map(Vec::len);
    for limit in ["+4", "%204%20", "4.0", "99999999999999999999", "007"] {
        assert_eq!(many(&format!("/metrics/stt/temp?limit={limit}")), Some(4), "{limit}");
    }
    let all = runtime().block_on(counter.get("/analytics/stt?hours=99999999999999999999")).json();
    assert_eq!(all["analytics"]["temp"]["count"], 4);
    let none = r#"{"message":"No metrics available for the specified time period"}"#;
    counter.gauge("old", "i", "temp", &[(1, 1.0)]);
    counter.check(&[("/analytics/old?hours=0", 200, none)]);
}

#[test]
fn a_service_without_instances_speaks_for_itself() {
    let counter = Counter::new();
    counter.health("ai", None, "healthy");
    let answer = runtime().block_on(counter.get("/metrics/ai")).json();
    assert_eq!(answer["instances"]["ai_unknown"]["health_status"], "healthy");
    assert_eq!(answer["instances"]["ai_unknown"]["metrics"][0]["name"], "health_status");
}

#[test]
fn the_accept_header_decides_between_json_and_text() {
    let counter = home();
    let rows = [
        ("", false),
        ("*/*", false),
        ("application/json", false),
        ("text/plain", true),
        ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true),
        ("text/html,application/xhtml+xml,*/*;q=0.8", false),
        ("application/json, text/plain, */*", false),
        ("application/json;q=0.1, text/plain", true),
        ("text/plain;q=0", false),
        ("text/plain;q=0.5, */*", false),
        ("*/*;q=0.1, text/plain;q=0.5", true),
        ("text/*", true),
        ("text/*, text/plain;q=0, application/json;q=0.5", false),
        ("application/*;q=0.2, text/plain;q=0.3", true),
        ("TEXT/PLAIN; Q=0.9, application/json;q=0.8", true),
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.2",
            true,
        ),
        ("text/plain;q=nan, application/json;q=2", false),
        (",,;;", false),
    ];
    for (accept, is_text) in rows {
        let answer = runtime().block_on(counter.ask("GET", "/metrics", &[("Accept", accept)], ""));
        let kind = answer.headers["content-type"].to_str().expect("text");
        assert_eq!(kind.starts_with("text/plain"), is_text, "{accept}: {kind}");
        assert_eq!(answer.headers["vary"], "accept", "{accept}");
    }
}
