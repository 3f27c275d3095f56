//! Numbered samples: what is lost, doubled or made up shows.

use crate::collector::Collector;
use serde_json::json;
use std::io::Write as _;
use std::ops::Range;
use std::process::{Child, Command, Stdio};

/// Publishes numbers as samples of `metric` of service `counter`, one message each, at quality of service 1; each lies
/// as many seconds after the time `start`, in seconds.
pub(crate) fn publisher(port: u16, metric: &str, start: u64, numbers: Range<u64>) -> Child {
    let mut child = Command::new("mosquitto_pub")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-t", "alicia/metrics/counter", "-q", "1", "-l"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("mosquitto_pub runs");
    let mut input = child.stdin.take().expect("piped");
    for number in numbers {
        let message = json!({"service_name": "counter", "instance_id": "counter-1",
            "metrics": [{"name": metric, "value": number, "timestamp": start + number}]});
        writeln!(input, "{message}").expect("mosquitto_pub reads");
    }
    child
}

/// The same, and waits until the broker has them all.
pub(crate) fn publish_all(port: u16, metric: &str, start: u64, numbers: Range<u64>) {
    assert!(publisher(port, metric, start, numbers).wait().expect("reaped").success());
}

/// The numbers of `metric` that a collector has, ascending in time.
pub(crate) fn numbers(collector: &Collector, metric: &str) -> Vec<f64> {
    let answer = collector.get(&format!("/metrics/counter/{metric}?limit=100000"));
    let data = if answer.status == 404 {
        Vec::new()
    } else {
        answer.json()["data"].as_array().expect("a list").clone()
    };
    data.iter().rev().map(|one| one["value"].as_f64().expect("a number")).collect()
}

/// The numbers below `count`.
pub(crate) fn whole(count: u64) -> Vec<f64> {
    (0..u32::try_from(count).expect("few")).map(f64::from).collect()
}
