//! A real Prometheus scrapes itself and hands all on by remote write: what it knows, we know.

use crate::collector::{Setup, program};
use crate::prometheus::Prometheus;
use crate::wait::until;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// One that scrapes itself and hands all on to us.
fn handing_on(write_to: SocketAddr) -> Prometheus {
    Prometheus::start(|own| {
        format!(
            "global: {{scrape_interval: 1s}}\n\
             scrape_configs: [{{job_name: self, static_configs: [{{targets: ['{own}']}}]}}]\n\
             remote_write:\n- url: http://{write_to}/api/v1/write\n  queue_config: {{batch_send_deadline: 1s}}\n  \
             metadata_config: {{send_interval: 1s}}\n"
        )
    })
}

/// The second up to which everything was handed on.
fn handed_on(prometheus: &Prometheus) -> Result<f64, String> {
    let found = prometheus.query("prometheus_remote_storage_queue_highest_sent_timestamp_seconds")?;
    let second = found[0]["value"][1].as_str().and_then(|second| second.parse().ok());
    second.ok_or_else(|| format!("nothing yet: {found}"))
}

type Points = BTreeMap<i64, f64>;

/// Points by the labels of their series, from the times and values of one that were added.
fn add(all: &mut BTreeMap<String, Points>, labels: &Value, t: f64, value: f64) {
    let labels: BTreeMap<String, Value> = serde_json::from_value(labels.clone()).expect("labels");
    let points = all.entry(serde_json::to_string(&labels).expect("JSON")).or_default();
    points.insert((t * 1000.0).round() as i64, value);
}

#[test]
fn live_what_a_prometheus_hands_on_is_kept_as_it_is() {
    let data = tempfile::tempdir().expect("a directory");
    let collector = Setup::none().data_dir(data.path()).start();
    let prometheus = handing_on(collector.http);
    let enough = until("some scrapes are handed on", || match handed_on(&prometheus) {
        Ok(second) if collector.own_metric("alicia_metrics_samples_total") > 5_000.0 => Ok(second),
        Ok(_) => Err(format!("{} samples", collector.own_metric("alicia_metrics_samples_total"))),
        Err(error) => Err(error),
    });
    let theirs = until("all of them are", || match handed_on(&prometheus) {
        Ok(second) if second > enough + 2.0 => prometheus.query("%7Bjob%3D%22self%22%7D%5B5m%5D"),
        other => Err(format!("{other:?}")),
    });
    let described = collector.json("/api/v1/metadata?metric=prometheus_http_requests_total");
    assert_eq!(described["data"]["prometheus_http_requests_total"][0]["type"], "counter", "{described}");
    assert_eq!(collector.refused("unreadable") + collector.refused("bad_labels"), 0);
    let services = collector.json("/services");
    assert!(!services.to_string().contains("prometheus"), "who writes is nobody of the bus: {services}");
    drop(prometheus);
    collector.signal("TERM");
    assert!(collector.wait().success());

    let exported = program().args(["export", "--format", "jsonl", "--data-dir"]).arg(data.path()).output();
    let exported = exported.expect("it runs");
    let (mut ours, mut expected) = (BTreeMap::new(), BTreeMap::new());
    for line in String::from_utf8_lossy(&exported.stdout).lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        for (t, value) in line["timestamps"]
            .as_array()
            .into_iter()
            .flatten()
            .zip(line["values"].as_array().into_iter().flatten())
        {
            let value = value.as_f64().unwrap_or(f64::NAN);
            add(&mut ours, &line["metric"], t.as_f64().expect("a time") / 1000.0, value);
        }
    }
    for series in theirs.as_array().into_iter().flatten() {
        for point in series["values"].as_array().into_iter().flatten() {
            let (t, value) = (point[0].as_f64().expect("a time"), point[1].as_str().expect("a value"));
            if t <= enough {
                let value: f64 = value.parse().expect("a number");
                add(&mut expected, &series["metric"], t, value);
            }
        }
    }
    assert!(expected.len() > 300, "{} series", expected.len());
    for (labels, points) in expected {
        let kept = ours.get(&labels).unwrap_or_else(|| panic!("{labels} is not here"));
        for (t, value) in points {
            // Reading decimals out of JSON, as this test does, may be off by the last bit.
            let is_same = |kept: &f64| (kept - value).abs() <= value.abs() * f64::EPSILON;
            let is_it = |kept: &f64| is_same(kept) || (kept.is_nan() && value.is_nan());
            assert!(kept.get(&t).is_some_and(is_it), "{labels} at {t}: {:?}, not {value}", kept.get(&t));
        }
    }
}
