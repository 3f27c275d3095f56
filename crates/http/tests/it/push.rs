//! Pushes and lines over HTTP: what is answered to what.

use crate::counter::{Answer, Counter, NOW, runtime};
use flate2::write::GzEncoder;
use std::io::Write as _;

fn ask(counter: &Counter, method: &str, path: &str, body: &str) -> Answer {
    runtime().block_on(counter.ask(method, path, &[], body))
}

/// Values now, by their labels.
fn values(counter: &Counter, selector: &str) -> Vec<String> {
    let encoded: String = selector.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let answer = runtime().block_on(counter.get(&format!("/api/v1/query?query={encoded}"))).json();
    let mut found: Vec<String> = answer["data"]["result"]
        .as_array()
        .expect("a vector")
        .iter()
        .map(|sample| format!("{} {}", sample["metric"], sample["value"][1].as_str().unwrap_or("")))
        .collect();
    found.sort();
    found
}

#[test]
fn a_group_is_put_added_to_and_deleted() {
    let counter = Counter::new();
    let path = "/metrics/job/backup/dir@base64/L3Zhci90bXA";
    let put = ask(&counter, "PUT", path, "# TYPE size gauge\nsize 1\nfiles 2\n");
    assert_eq!((put.status, put.text.as_str()), (200, ""));
    assert_eq!(values(&counter, "size"), [r#"{"__name__":"size","dir":"/var/tmp","job":"backup"} 1"#]);
    assert_eq!(ask(&counter, "POST", path, "size 3\n").status, 200);
    assert_eq!((values(&counter, "size").len(), values(&counter, "files").len()), (1, 1));
    assert_eq!(ask(&counter, "PUT", path, "size 4\n").status, 200);
    assert_eq!((values(&counter, "size").len(), values(&counter, "files").len()), (1, 0));
    assert_eq!(values(&counter, "push_time_seconds").len(), 1);
    assert_eq!(ask(&counter, "DELETE", path, "").status, 202);
    assert_eq!(values(&counter, "{job=\"backup\"}").len(), 0);
    assert_eq!(ask(&counter, "DELETE", path, "").status, 202, "it is gone");
}

#[test]
fn what_cannot_be_pushed_is_refused_counted_and_changes_nothing() {
    let counter = Counter::new();
    let rows = [
        ("PUT", "/metrics/job/j", "a 1 1700000000000\n", 400, "must not have timestamps"),
        ("POST", "/metrics/job/j", "a{ 1\n", 400, "cannot be read"),
        ("PUT", "/metrics/job/j/x", "a 1\n", 400, "a value for each label"),
        ("PUT", "/metrics/job/", "a 1\n", 404, "Not Found"),
        ("PUT", "/metrics/job@base64/=", "a 1\n", 400, "job name is required"),
        ("PUT", "/metrics/job/j/__x/y", "a 1\n", 400, "improper label name"),
        ("DELETE", "/metrics/job/j/__x/y", "", 400, "improper label name"),
        ("PUT", "/metrics/lamp/lux", "a 1\n", 405, "Method Not Allowed"),
        ("DELETE", "/metrics/lamp/lux", "", 405, "Method Not Allowed"),
        ("PUT", "/metrics/lamp/lux/a/b", "a 1\n", 405, "Method Not Allowed"),
    ];
    for (method, path, body, status, text) in rows {
        let answer = ask(&counter, method, path, body);
        assert!(
            answer.status == status && answer.text.contains(text),
            "{method} {path}: {} {}",
            answer.status,
            answer.text
        );
    }
    assert_eq!(values(&counter, "{job=\"j\"}").len(), 0);
    assert!(counter.gate.tally().total(model::Reason::Unreadable) >= 4);
    let protobuf =
        [("content-type", "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily")];
    let answer = runtime().block_on(counter.ask("PUT", "/metrics/job/j", &protobuf, "a 1\n"));
    assert_eq!(answer.status, 415);
}

#[test]
fn what_is_read_below_metrics_is_read_as_before() {
    let counter = Counter::new();
    counter.gauge("job", "job-1", "lux", &[(1, 2.0)]);
    let answer = ask(&counter, "GET", "/metrics/job/lux", "");
    assert_eq!((answer.status, answer.json()["data"][0]["value"].as_f64()), (200, Some(2.0)));
    assert_eq!(ask(&counter, "GET", "/metrics/job/lux/aggregate", "").status, 200);
    assert_eq!(ask(&counter, "GET", "/metrics/job/lux/trend", "").status, 200);
    assert_eq!(ask(&counter, "GET", "/metrics/a/b/c", "").status, 404);
    // A label of that name is none of these.
    assert_eq!(ask(&counter, "PUT", "/metrics/job/j/trend/up", "a 1\n").status, 200);
    assert_eq!(values(&counter, "a"), [r#"{"__name__":"a","job":"j","trend":"up"} 1"#]);
}

#[test]
fn a_push_may_be_packed_and_in_openmetrics() {
    let counter = Counter::new();
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"a_total 1\n# EOF\n").expect("memory");
    let headers = [
        ("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        ("content-encoding", "gzip"),
    ];
    let body = encoder.finish().expect("memory");
    let answer = runtime().block_on(counter.send("PUT", "/metrics/job/j", &headers, body));
    assert_eq!(answer.status, 200, "{}", answer.text);
    let cut = runtime().block_on(counter.ask("PUT", "/metrics/job/j", &headers[..1], "a_total 2\n"));
    assert!(cut.status == 400 && cut.text.contains("# EOF"), "{}", cut.text);
    assert_eq!(values(&counter, "a_total").len(), 1);
}

#[test]
fn lines_are_taken_with_times_and_more_labels() {
    let counter = Counter::new();
    let path = "/api/v1/import/prometheus?extra_label=site=home&extra_label=room=a%3Db";
    let body = format!("lux{{room=\"x\"}} 1 {}\nlux 2\n", NOW - 60_000);
    let answer = ask(&counter, "POST", path, &body);
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(values(&counter, "lux"), [r#"{"__name__":"lux","room":"a=b","site":"home"} 2"#]);
    let partly = ask(&counter, "POST", "/api/v1/import/prometheus", "good 1\nbad one\n");
    assert!(partly.status == 400 && partly.text.contains("1 bad_value"), "{}", partly.text);
    assert_eq!(values(&counter, "good").len(), 1);
    for bad in ["extra_label=x", "extra_label==x"] {
        assert_eq!(ask(&counter, "POST", &format!("/api/v1/import/prometheus?{bad}"), "a 1\n").status, 400);
    }
}
