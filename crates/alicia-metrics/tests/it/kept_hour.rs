//! An hour of samples of a small home, put into a data directory.

use crate::collector::program;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// Milliseconds of the newest sample: a whole ten seconds.
pub(crate) fn newest() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_millis()).expect("not so soon") / 10_000 * 10_000
}

/// Two services with the usual metrics and the host, a sample every ten seconds for the hour before `end`.
pub(crate) fn lines(end: i64) -> String {
    let mut text = String::new();
    let mut line = |kind: &str, labels: &[(&str, &str)], value: &dyn Fn(i64) -> f64| {
        let labels: serde_json::Map<String, serde_json::Value> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        let times: Vec<i64> = (0..=360).map(|at| end - (360 - at) * 10_000).collect();
        let values: Vec<f64> = (0..=360).map(value).collect();
        let one = serde_json::json!({"metric": labels, "type": kind, "values": values, "timestamps": times});
        text.push_str(&format!("{one}\n"));
    };
    for (service, instance, base) in [("lamp", "lamp-1", 10.0), ("door", "door-1", 20.0)] {
        let of = |name: &'static str| [("__name__", name), ("service", service), ("instance", instance)];
        line("gauge", &of("up"), &|_| 1.0);
        line("gauge", &of("cpu_percent"), &move |at| base + (at % 7) as f64);
        line("gauge", &of("memory_percent"), &move |at| base + at as f64 / 36.0);
        line("gauge", &of("response_time_avg"), &move |at| base * 2.0 + (at % 3) as f64);
        line("gauge", &of("error_rate"), &move |_| base / 100.0);
        line("counter", &of("requests_total"), &move |at| base * at as f64);
        line("counter", &of("uptime_seconds"), &move |at| 10.0 * at as f64);
        let mut health = of("health_status").to_vec();
        health.push(("status", "healthy"));
        line("gauge", &health, &|_| 1.0);
    }
    text
}

/// Puts them into a data directory.
pub(crate) fn import(data_dir: &Path, end: i64) {
    let mut child = program()
        .args(["import", "-", "--data-dir"])
        .arg(data_dir)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    child.stdin.take().expect("a pipe").write_all(lines(end).as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
