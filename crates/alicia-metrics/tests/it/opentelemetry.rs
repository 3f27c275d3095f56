//! OpenTelemetry's SDK for Python exports to the running program; PromQL reads back what it recorded.

use crate::collector::{Collector, Setup};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the client records of parcels.
const SIZES: [f64; 8] = [3.0, 0.0, 1.0, 2.0, 4.0, 1000.0, 5.5, 0.001];

fn python() -> PathBuf {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv-otel/bin/python");
    assert!(
        python.exists(),
        "{} is missing: run the tests by scripts/test, which makes it",
        python.display()
    );
    python
}

fn export(collector: &Collector, temporality: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/opentelemetry_client.py");
    let output = Command::new(python())
        .arg(script)
        .args([&collector.http.to_string(), temporality])
        .output()
        .expect("python runs");
    let said = String::from_utf8_lossy(&output.stderr);
    // The SDK goes on after an export that failed, and says so.
    assert!(output.status.success() && said.is_empty(), "{said}");
}

fn ask(collector: &Collector, query: &str) -> Value {
    let encoded: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let answer = collector.json(&format!("/api/v1/query?query={encoded}"));
    assert_eq!(answer["status"], "success", "{answer}");
    answer["data"]["result"].clone()
}

/// The series of an answer, each with its labels and its value.
fn values(collector: &Collector, query: &str) -> Vec<(Value, String)> {
    let result = ask(collector, query);
    let series = result.as_array().expect("a vector").iter();
    series.map(|one| (one["metric"].clone(), one["value"][1].as_str().unwrap_or("").to_owned())).collect()
}

/// Fails unless the client's series of `query`, without `job` and `instance`, come to `expect`.
#[track_caller]
fn check(collector: &Collector, job: &str, query: &str, expect: &[(Value, &str)]) {
    let query = query.replace("JOB", &format!("job=\"{job}\",instance=\"till-1\""));
    let mut found = values(collector, &query);
    for (labels, _) in &mut found {
        let labels = labels.as_object_mut().expect("labels");
        labels.remove("job");
        labels.remove("instance");
    }
    let expect: Vec<_> = expect.iter().map(|(labels, value)| (labels.clone(), (*value).to_owned())).collect();
    assert_eq!(found, expect, "{query}");
}

fn check_all(collector: &Collector, temporality: &str) {
    let job = format!("shop/{temporality}");
    let check = |query: &str, expect: &[(Value, &str)]| check(collector, &job, query, expect);
    let named = |name: &str| json!({"__name__": name});
    check(
        "sort({__name__=~\"http_requests_total\",JOB})",
        &[
            (json!({"__name__": "http_requests_total", "http_method": "PUT", "code": "500"}), "5"),
            (json!({"__name__": "http_requests_total", "http_method": "GET", "code": "200"}), "6"),
        ],
    );
    // The sums of a process that adds doubles.
    check("sent_bytes_total{JOB}", &[(named("sent_bytes_total"), "0.30000000000000004")]);
    check("queue_length{JOB}", &[(named("queue_length"), "1")]);
    check(
        "temperature_celsius{JOB}",
        &[(json!({"__name__": "temperature_celsius", "room": "hall"}), "23.5")],
    );
    check(
        "cpu_time_seconds_total{JOB}",
        &[(json!({"__name__": "cpu_time_seconds_total", "cpu": "0"}), "4.5")],
    );
    check("load_ratio{JOB}", &[(named("load_ratio"), "0.75")]);
    check("open_files{JOB}", &[(named("open_files"), "7")]);
    let bucket = |le: &str| json!({"__name__": "latency_seconds_bucket", "route": "/pay", "le": le});
    check(
        "sort_by_label(latency_seconds_bucket{JOB}, \"le\")",
        &[
            (bucket("+Inf"), "7"),
            (bucket("0.1"), "2"),
            (bucket("0.5"), "4"),
            (bucket("1"), "5"),
            (bucket("2.5"), "6"),
        ],
    );
    let route = |name: &str| json!({"__name__": name, "route": "/pay"});
    check("latency_seconds_count{JOB}", &[(route("latency_seconds_count"), "7")]);
    check("round(latency_seconds_sum{JOB}, 0.0001)", &[(json!({"route": "/pay"}), "7.15")]);
    check("histogram_quantile(0.5, latency_seconds_bucket{JOB})", &[(json!({"route": "/pay"}), "0.4")]);
    let info = json!({"__name__": "target_info", "host_name": "kasse", "replicas": "7", "is_leased": "true",
        "zones": "[\"a\",\"b\"]", "telemetry_sdk_language": "python", "telemetry_sdk_name": "opentelemetry",
        "telemetry_sdk_version": values(collector, "target_info")[0].0["telemetry_sdk_version"]});
    check("target_info{JOB}", &[(info, "1")]);
    check_parcels(collector, &job);
}

/// The native histogram: each bucket holds just the values that lie in it.
fn check_parcels(collector: &Collector, job: &str) {
    let result = ask(collector, &format!("parcel_size_bytes{{job=\"{job}\"}}"));
    let histogram = &result[0]["histogram"][1];
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok()).expect("a number");
    assert_eq!(number(&histogram["count"]), 8.0, "{result}");
    assert_eq!(number(&histogram["sum"]), SIZES.iter().sum::<f64>(), "{result}");
    let buckets = histogram["buckets"].as_array().expect("buckets");
    for bucket in buckets {
        let (low, high) = (number(&bucket[1]), number(&bucket[2]));
        let is_zero = bucket[0] == 3;
        let inside = |value: &&f64| if is_zero { **value == 0.0 } else { low < **value && **value <= high };
        assert_eq!(number(&bucket[3]), SIZES.iter().filter(inside).count() as f64, "{bucket} of {result}");
        assert!(is_zero || high / low < 1.2, "{bucket} is too wide");
    }
    assert_eq!(buckets.iter().map(|bucket| number(&bucket[3])).sum::<f64>(), 8.0, "{result}");
}

#[test]
fn live_opentelemetrys_sdk_exports_all_that_it_measures() {
    let collector = Setup::none().start();
    for temporality in ["cumulative", "delta"] {
        export(&collector, temporality);
        check_all(&collector, temporality);
    }
    // A difference of nothing is not told, a sum is told each time.
    let counts = "count_over_time(http_requests_total{code=\"500\"}[5m])";
    let told = values(&collector, &format!("sort_by_label({counts}, \"job\")"));
    assert_eq!(told.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["3", "1"]);
    let metadata = collector.json("/api/v1/metadata?metric=http_requests_total");
    let metadata = &metadata["data"]["http_requests_total"][0];
    assert_eq!(
        (metadata["type"].as_str(), metadata["help"].as_str()),
        (Some("counter"), Some("Requests that were served"))
    );
    let refusals = collector.json("/refusals");
    assert_eq!(refusals["refusals"], json!([]), "nothing is refused");
}
