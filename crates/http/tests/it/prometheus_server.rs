//! Prometheus' interface: rules, alerts, what the server is, federation, the tree of an expression.

use crate::counter::{Counter, runtime};
use model::MetricKind;
use serde_json::{Value, json};

fn data(counter: &Counter, path: &str) -> Value {
    let answer = runtime().block_on(counter.get(path));
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let mut answer = answer.json();
    assert_eq!(answer["status"], "success", "{path}");
    answer["data"].take()
}

#[test]
fn rules_and_alerts_have_prometheus_shapes() {
    let counter = Counter::new();
    counter.gauge("hall", "a", "cpu_percent", &[(0, 93.0)]);
    let alert = json!({
        "labels": {"alertname": "high_cpu", "severity": "warning", "service": "hall", "instance": "a"},
        "annotations": {"description": "CPU usage is above 90%"},
        "state": "firing", "activeAt": "2026-11-23T00:40:00Z", "value": "9.3e+01",
    });
    assert_eq!(data(&counter, "/api/v1/alerts"), json!({"alerts": [alert]}));
    let groups = data(&counter, "/api/v1/rules?type=alert&rule_name[]=high_cpu");
    let rule = json!({
        "state": "firing", "name": "high_cpu", "query": "cpu_percent > 90", "duration": 0.0, "keepFiringFor": 0.0, "judged": "at arrival",
        "labels": {"severity": "warning"}, "annotations": {"description": "CPU usage is above 90%"},
        "alerts": [alert], "health": "ok", "evaluationTime": 0.0, "lastEvaluation": "2026-11-23T00:40:00Z",
        "type": "alerting",
    });
    let group = json!({
        "name": "alicia-metrics", "file": "alicia-metrics", "rules": [rule], "interval": 0.0, "limit": 0,
        "evaluationTime": 0.0, "lastEvaluation": "2026-11-23T00:40:00Z",
    });
    assert_eq!(groups, json!({"groups": [group]}));
    let all = data(&counter, "/api/v1/rules?exclude_alerts=true");
    assert!(all["groups"][0]["rules"].as_array().is_some_and(|rules| rules.len() > 1));
    assert!(all["groups"][0]["rules"][0]["alerts"].is_null());
    for none in ["type=record", "rule_name[]=x", "rule_group[]=x", "file[]=x"] {
        assert_eq!(data(&counter, &format!("/api/v1/rules?{none}")), json!({"groups": []}));
    }
    let bad = |text: &str| format!(r#"{{"status":"error","errorType":"bad_data","error":{}}}"#, json!(text));
    counter.check(&[
        ("/api/v1/rules?type=x", 400, &bad("invalid parameter \"type\": not supported value \"x\"")),
        (
            "/api/v1/rules?exclude_alerts=x",
            400,
            &bad("invalid parameter \"exclude_alerts\": strconv.ParseBool: parsing \"x\": invalid syntax"),
        ),
    ]);
}

#[test]
fn the_server_says_what_it_is() {
    let counter = Counter::new();
    counter.gauge("hall", "a", "temperature", &[(0, 20.0)]);
    counter.gauge("hall", "b", "temperature", &[(0, 20.0)]);
    let build = data(&counter, "/api/v1/status/buildinfo");
    assert!(build["version"].as_str().is_some_and(|version| version.starts_with("3.")));
    assert_eq!(
        (&build["application"], &build["applicationVersion"]),
        (&"alicia-metrics".into(), &"0.0.0".into())
    );
    let runtime = data(&counter, "/api/v1/status/runtimeinfo");
    assert_eq!(
        (&runtime["startTime"], &runtime["serverTime"]),
        (&"2026-11-23T00:39:54.5Z".into(), &"2026-11-23T00:40:00Z".into())
    );
    assert_eq!(data(&counter, "/api/v1/status/flags")["query.timeout"], "30s");
    assert!(data(&counter, "/api/v1/status/config")["yaml"].is_string());
    assert_eq!(data(&counter, "/api/v1/status/walreplay"), json!({"min": 0, "max": 0, "current": 0}));
    assert_eq!(data(&counter, "/api/v1/targets")["activeTargets"], json!([]));
    assert_eq!(data(&counter, "/api/v1/alertmanagers")["activeAlertmanagers"], json!([]));
    assert_eq!(data(&counter, "/api/v1/features")["promql_functions"]["rate"], true);
    let full = data(&counter, "/api/v1/status/tsdb?limit=2");
    let entry = |name: &str, value: u64| json!({"name": name, "value": value});
    assert_eq!(full["seriesCountByMetricName"], json!([entry("temperature", 2)]));
    assert_eq!(full["labelValueCountByLabelName"], json!([entry("instance", 2), entry("__name__", 1)]));
    assert_eq!(full["memoryInBytesByLabelName"], json!([entry("__name__", 11), entry("service", 4)]));
    assert_eq!(
        full["seriesCountByLabelValuePair"],
        json!([entry("__name__=temperature", 2), entry("service=hall", 2)])
    );
    assert_eq!(full["headStats"]["numLabelPairs"], 4);
}

#[test]
fn the_newest_samples_are_given_to_another_prometheus() {
    let counter = Counter::new();
    counter.gauge("hall", "a", "temperature", &[(60, 19.0), (10, 20.5)]);
    counter.gauge("hall", "b", "temperature", &[(600, 19.0)]);
    counter.metric("hall", "a", "odd-name", MetricKind::Counter, &[("a b", "\"")], &[(0, 1e21)]);
    let text = "# TYPE odd_name untyped\nodd_name{a_b=\"\\\"\",instance=\"a\",service=\"hall\"} 1000000000000000000000 1795394400000\n\
                # TYPE temperature untyped\ntemperature{instance=\"a\",service=\"hall\"} 20.5 1795394390000\n";
    counter.check(&[
        ("/federate?match[]=temperature&match[]=%7B__name__=~%22.%2B%22%7D", 200, text),
        ("/federate", 200, ""),
    ]);
    let answer = runtime().block_on(counter.get("/federate?match[]=sum("));
    assert_eq!((answer.status, &answer.json()["errorType"]), (400, &"bad_data".into()));
    let answer = runtime().block_on(counter.get("/federate"));
    assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
}

#[test]
fn an_expression_is_shown_as_a_tree() {
    let matcher = |name: &str, op: &str, value: &str| json!({"name": name, "type": op, "value": value});
    let selector = |kind: &str, name: &str, matchers: Vec<Value>| {
        json!({"type": kind, "name": name, "offset": 0, "matchers": matchers, "timestamp": null, "startOrEnd": null,
            "anchored": false, "smoothed": false})
    };
    let up = || selector("vectorSelector", "up", vec![matcher("__name__", "=", "up")]);
    let mut matrix =
        selector("matrixSelector", "up", vec![matcher("__name__", "=", "up"), matcher("a", "!~", "b")]);
    matrix["range"] = 300_000.into();
    matrix["offset"] = 60_000.into();
    matrix["startOrEnd"] = "end".into();
    let function = |name: &str, takes: &[&str], variadic: i64| json!({"name": name, "argTypes": takes, "variadic": variadic, "returnType": "vector"});
    let number = |text: &str| json!({"type": "numberLiteral", "val": text});
    for (query, tree) in [
        ("1.50", number("1.5")),
        ("-Inf", number("-Inf")),
        ("-up", json!({"type": "unaryExpr", "op": "-", "expr": up()})),
        ("'x'", json!({"type": "stringLiteral", "val": "x"})),
        ("(up)", json!({"type": "parenExpr", "expr": up()})),
        (
            "rate(up{a!~'b'}[5m] @ end() offset 1m)",
            json!({"type": "call", "func": function("rate", &["matrix"], 0), "args": [matrix]}),
        ),
        (
            "round(up, 2)",
            json!({"type": "call", "func": function("round", &["vector", "scalar"], 1), "args": [up(), number("2")]}),
        ),
        (
            "topk by (a) (3, up)",
            json!({"type": "aggregation", "op": "topk", "expr": up(), "param": number("3"), "grouping": ["a"],
                "without": false}),
        ),
        (
            "up > bool on(a) group_left(b) up",
            json!({"type": "binaryExpr", "op": ">", "lhs": up(), "rhs": up(), "bool": true, "matching": {
                "card": "many-to-one", "labels": ["a"], "on": true, "include": ["b"],
                "fillValues": {"lhs": null, "rhs": null},
            }}),
        ),
        (
            "up[1h:1m]",
            json!({"type": "subquery", "expr": up(), "range": 3_600_000, "offset": 0, "step": 60_000, "timestamp": null,
                "startOrEnd": null}),
        ),
    ] {
        let escaped: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(data(&Counter::new(), &format!("/api/v1/parse_query?query={escaped}")), tree, "{query}");
    }
    let bad = r#"{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis"}"#;
    let rows = ["/api/v1/parse_query?query=sum(", "/api/v1/format_query?query=sum("];
    Counter::new().check(&rows.map(|path| (path, 400, bad)));
}
