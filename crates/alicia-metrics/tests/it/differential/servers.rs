//! Both programs with the same samples, and how they are asked.

use super::data::{LENGTH, START, Series};
use crate::collector::{Collector, Setup};
use crate::http_client::{request, request_bytes};
use crate::protobuf::Message;
use crate::wait::{free_port, until};
use model::Millis;
use serde_json::Value;
use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Samples of so long go in one request: a Prometheus takes none that lie an hour before the newest.
const SLICE: Millis = 20 * 60_000;

/// When it is looked, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    At(Millis),
    Range { start: Millis, end: Millis, step: Millis },
}

/// Around what stands in a query for Prometheus 2.42 alone, so that it means what it means now.
pub(super) const ONLY_THEIRS: [char; 2] = ['\u{1}', '\u{2}'];

/// A query.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// With [`ONLY_THEIRS`].
    pub(super) query: String,
    pub(super) when: When,
    /// The order of the answer is promised.
    pub(super) is_ordered: bool,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{:?}", self.for_us(), self.when)
    }
}

fn seconds(t: Millis) -> String {
    format!("{}.{:03}", t / 1000, t % 1000)
}

impl Question {
    fn for_us(&self) -> String {
        let mut depth = 0;
        let mut is_ours = |c: char| {
            depth += usize::from(c == ONLY_THEIRS[0]);
            let is_ours = depth == 0;
            depth -= usize::from(c == ONLY_THEIRS[1]);
            is_ours
        };
        self.query.chars().filter(|c| is_ours(*c)).collect()
    }

    fn for_them(&self) -> String {
        // It had its name from its inventors.
        self.query.replace(ONLY_THEIRS, "").replace("double_exponential_smoothing", "holt_winters")
    }

    fn ask(&self, server: SocketAddr, query: &str) -> Value {
        let (path, times) = match self.when {
            When::At(t) => ("/api/v1/query", vec![("time", seconds(t))]),
            When::Range { start, end, step } => (
                "/api/v1/query_range",
                vec![("start", seconds(start)), ("end", seconds(end)), ("step", seconds(step))],
            ),
        };
        let form: Vec<String> = [("query", query.to_owned())]
            .into_iter()
            .chain(times)
            .map(|(name, value)| {
                format!("{name}={}", value.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>())
            })
            .collect();
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = request_bytes(server, "POST", path, &headers, form.join("&").as_bytes());
        let answer = answer.unwrap_or_else(|error| panic!("{self}: {error}"));
        serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{self}: {error}: {}", answer.body))
    }
}

/// A Prometheus that takes what is written to it; killed when dropped.
struct Prometheus {
    child: Child,
    http: SocketAddr,
    _dir: TempDir,
}

impl Prometheus {
    fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let http = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let config = dir.path().join("prometheus.yml");
        fs::write(&config, "global: {evaluation_interval: 1m}\n").expect("written");
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", dir.path().join("data").display()))
            .arg(format!("--web.listen-address={http}"))
            .args(["--web.enable-remote-write-receiver", "--storage.tsdb.retention.time=100y"])
            .arg("--enable-feature=promql-at-modifier,promql-negative-offset")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus runs; install it with `apt-get install prometheus`");
        let prometheus = Self { child, http, _dir: dir };
        until("Prometheus is ready", || match request(http, "GET", "/-/ready", &[], "") {
            Ok(answer) if answer.status == 200 => Ok(()),
            Ok(answer) => Err(answer.body),
            Err(error) => Err(error.to_string()),
        });
        prometheus
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Both, with the same samples.
pub(super) struct Pair {
    prometheus: Prometheus,
    collector: Collector,
}

impl Pair {
    pub(super) fn start(all: &[Series]) -> Self {
        let prometheus = Prometheus::start();
        let forever = ["--retention", "forever", "--out-of-order-window", "forever"];
        let collector = Setup::none().with(&forever).start();
        for begin in (START..START + LENGTH).step_by(usize::try_from(SLICE).expect("positive")) {
            let body = written(all, begin, begin + SLICE);
            let packed = snap::raw::Encoder::new().compress_vec(&body).expect("packed");
            let headers = [
                ("Content-Type", "application/x-protobuf"),
                ("Content-Encoding", "snappy"),
                ("X-Prometheus-Remote-Write-Version", "0.1.0"),
            ];
            for server in [prometheus.http, collector.http] {
                let answer = request_bytes(server, "POST", "/api/v1/write", &headers, &packed);
                let answer = answer.expect("an answer");
                assert_eq!(answer.status, 204, "{}", answer.body);
            }
        }
        Self { prometheus, collector }
    }

    pub(super) fn theirs(&self, question: &Question) -> Value {
        question.ask(self.prometheus.http, &question.for_them())
    }

    pub(super) fn ours(&self, question: &Question) -> Value {
        question.ask(self.collector.http, &question.for_us())
    }
}

/// A request with the samples of all series in a stretch of time.
fn written(all: &[Series], begin: Millis, end: Millis) -> Vec<u8> {
    let some = all.iter().filter_map(|series| {
        let points: Vec<_> = series.points.iter().filter(|(t, _)| (begin..end).contains(t)).collect();
        if points.is_empty() {
            return None;
        }
        let label = |(name, value): &(&str, String)| Message::default().text(1, name).text(2, value);
        let sample = |(t, v): &&(Millis, f64)| Message::default().double(1, *v).varint(2, t.cast_unsigned());
        Some(Message::default().all(1, series.labels.iter().map(label)).all(2, points.iter().map(sample)))
    });
    Message::default().all(1, some).0
}
