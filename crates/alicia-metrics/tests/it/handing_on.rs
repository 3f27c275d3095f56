//! What is taken in is handed on: to a real Prometheus, and to another collector, whatever stops meanwhile.

use crate::collector::{Collector, Setup};
use crate::http_client::{request, request_bytes};
use crate::protobuf::Message;
use crate::wait::{free_port, until};
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

/// A Prometheus that takes remote write. Killed when dropped.
struct Prometheus {
    child: Child,
    http: SocketAddr,
}

impl Prometheus {
    fn start(port: u16, dir: &Path) -> Self {
        let http = SocketAddr::from(([127, 0, 0, 1], port));
        let config = dir.join("prometheus.yml");
        fs::write(&config, "global: {scrape_interval: 1h}\n").expect("written");
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", dir.join("data").display()))
            .arg(format!("--web.listen-address={http}"))
            .arg("--web.enable-remote-write-receiver")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus runs");
        Self { child, http }
    }

    fn stop(mut self) {
        let status = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "it was alive");
        self.child.wait().expect("it is reaped");
    }

    /// The points of the numbers.
    fn numbers(&self) -> Result<Vec<(i64, f64)>, String> {
        let path = "/api/v1/query?query=numbers%5B1h%5D";
        let answer = request(self.http, "GET", path, &[], "").map_err(|error| error.to_string())?;
        let json: Value = serde_json::from_str(&answer.body).map_err(|_| answer.body.clone())?;
        let all = json["data"]["result"][0]["values"].as_array().cloned().unwrap_or_default();
        Ok(all.iter().map(point).collect())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A point of an answer: milliseconds and value.
fn point(pair: &Value) -> (i64, f64) {
    let (t, value) = (pair[0].as_f64().expect("a time"), pair[1].as_str().expect("a value"));
    ((t * 1000.0).round() as i64, value.parse().expect("a number"))
}

/// A minute ago, in milliseconds.
fn begin() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_millis()).expect("before long") - 60_000
}

/// The number `n`, with all bits of a double, and its time.
fn number(begin: i64, n: i64) -> (i64, f64) {
    (begin + 10 * n, n as f64 / 3.0)
}

/// Writes numbers, each in a request of its own, so that each is committed.
fn write(collector: &Collector, begin: i64, all: std::ops::Range<i64>) {
    for n in all {
        let (t, value) = number(begin, n);
        let sample = Message::default().double(1, value).varint(2, t.cast_unsigned());
        remote_write(collector, &label("__name__", "numbers").message(2, &sample));
    }
}

fn label(name: &str, value: &str) -> Message {
    Message::default().message(1, &Message::default().text(1, name).text(2, value))
}

fn remote_write(collector: &Collector, series: &Message) {
    let body = Message::default().message(1, series);
    let body = snap::raw::Encoder::new().compress_vec(&body.0).expect("short");
    let headers = [("Content-Type", "application/x-protobuf"), ("Content-Encoding", "snappy")];
    let answer = request_bytes(collector.http, "POST", "/api/v1/write", &headers, &body).expect("an answer");
    assert_eq!(answer.status, 204, "{}", answer.body);
}

fn own(collector: &Collector, name: &str) -> f64 {
    collector.own_metric(&format!("alicia_metrics_forward_{name}{{destination=\"far\"}}"))
}

#[test]
fn live_a_prometheus_gets_everything_though_both_sides_stop_and_die() {
    let (data, theirs) =
        (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let (port, begin) = (free_port(), begin());
    let config = data.path().join("settings.toml");
    let table = format!("[[remote_write]]\nname = 'far'\nurl = 'http://127.0.0.1:{port}/api/v1/write'\n");
    fs::write(&config, table).expect("written");
    let start = || {
        let config = config.to_str().expect("a path");
        Setup::none().with(&["--config", config]).data_dir(&data.path().join("data")).start()
    };
    let arrived = |prometheus: &Prometheus, count: i64| {
        let expect: Vec<_> = (0..count).map(|n| number(begin, n)).collect();
        until("all have arrived", || match prometheus.numbers() {
            Ok(numbers) if numbers == expect => Ok(()),
            Ok(numbers) => Err(format!("{} of {count}", numbers.len())),
            Err(error) => Err(error),
        });
    };

    let mut prometheus = Prometheus::start(port, theirs.path());
    let mut collector = start();
    write(&collector, begin, 0..200);
    arrived(&prometheus, 200);

    prometheus.stop();
    write(&collector, begin, 200..400);
    until("it is tried again", || match own(&collector, "retries_total") {
        retries if retries >= 2.0 => Ok(()),
        retries => Err(retries),
    });
    write(&collector, begin, 400..500);
    // What was just taken is in the queue's file within a second, not at once.
    until("all of it waits", || match (own(&collector, "queue_samples"), own(&collector, "lag_seconds")) {
        (waiting, lag) if waiting >= 300.0 && lag > 0.0 => Ok(()),
        waiting => Err(waiting),
    });
    prometheus = Prometheus::start(port, theirs.path());
    arrived(&prometheus, 500);
    assert_eq!(own(&collector, "dropped_samples_total") + own(&collector, "failed_samples_total"), 0.0);

    prometheus.stop();
    write(&collector, begin, 500..700);
    collector.kill();
    collector = start();
    write(&collector, begin, 700..750);
    collector.kill();
    prometheus = Prometheus::start(port, theirs.path());
    collector = start();
    write(&collector, begin, 750..800);
    arrived(&prometheus, 800);
    until("nothing is left", || match own(&collector, "queue_samples") {
        0.0 => Ok(()),
        left => Err(left),
    });
    let log = collector.log();
    assert!(log.contains("handing samples on") && !log.contains("not wanted"), "{log}");
    // One sample that is too late for a Prometheus, which refuses the whole request for it, costs the others nothing.
    write(&collector, begin, 800..830);
    write(&collector, begin, -5..-4);
    write(&collector, begin, 830..850);
    arrived(&prometheus, 850);
    until("nothing is left", || match own(&collector, "queue_samples") {
        0.0 => Ok(()),
        left => Err(left),
    });
    assert_eq!(own(&collector, "failed_samples_total"), 1.0);
    until("it is told", || match collector.log() {
        log if log.contains("1 samples were not wanted") => Ok(()),
        log => Err(log),
    });
    // A destination that is taken out of the settings leaves its queue behind, which is told.
    collector.signal("TERM");
    assert!(collector.wait().success());
    fs::write(&config, "").expect("written");
    let collector = start();
    assert!(collector.log().contains("not in the settings"), "{}", collector.log());
}

#[test]
fn live_another_collector_gets_histograms_labels_and_types_with_a_secret_that_is_not_shown() {
    let data = tempfile::tempdir().expect("a directory");
    let far = Setup::none().with(&["--http-token", "s3cret"]).start();
    let (config, secret) = (data.path().join("settings.toml"), data.path().join("secret"));
    fs::write(&secret, "s3cret\n").expect("written");
    let table = format!(
        "[[remote_write]]\nname = 'far'\nurl = 'http://{}/api/v1/write'\ntoken_file = '{}'\n\
         labels = {{ site = 'home' }}\nmatch = '__name__=~\"h|up.*|alicia.*\"'\nnative_histograms = true\nversion = 2\n",
        far.http,
        secret.display()
    );
    fs::write(&config, table).expect("written");
    let near = Setup::none().with(&["--config", config.to_str().expect("a path")]).start();
    let begin = begin();
    for n in 0..20_u64 {
        let span = Message::default().zigzag(1, 1).varint(2, 2);
        let head = Message::default().varint(1, n + 4).double(3, 7.5).zigzag(4, 0).double(5, 1e-9);
        let histogram = head.varint(6, n + 1).message(11, &span).bytes(12, &[4, 1]);
        let histogram = histogram.varint(15, (begin + 10 * n.cast_signed()).cast_unsigned());
        remote_write(
            &near,
            &label("__name__", "h")
                .message(1, &Message::default().text(1, "a").text(2, "b"))
                .message(4, &histogram),
        );
        let sample = Message::default().double(1, 1.0).varint(2, begin.cast_unsigned());
        remote_write(&near, &label("__name__", "unwanted").message(2, &sample));
    }
    let ask = |collector: &Collector, path: &str| {
        let headers = [("Authorization", "Bearer s3cret")];
        let answer = request(collector.http, "GET", path, &headers, "").expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["data"].clone()
    };
    let histograms = |collector| ask(collector, "/api/v1/query?query=h%5B1h%5D")["result"][0].clone();
    let ours = histograms(&near);
    assert_eq!(ours["histograms"].as_array().map(Vec::len), Some(20), "{ours}");
    let theirs = until("all have arrived", || match histograms(&far) {
        theirs if theirs["histograms"].as_array().map(Vec::len) == Some(20) => Ok(theirs),
        other => Err(other),
    });
    assert_eq!(theirs["histograms"], ours["histograms"]);
    assert_eq!(theirs["metric"], serde_json::json!({"__name__": "h", "a": "b", "site": "home"}));
    let names = ask(&far, "/api/v1/label/__name__/values");
    assert!(!names.to_string().contains("unwanted"), "{names}");
    assert!(!near.log().contains("s3cret"), "{}", near.log());
}
