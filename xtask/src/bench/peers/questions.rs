//! What is asked: the questions of TSBS' devops set, as a dashboard puts them, and a few more.

use super::fleet::{BUCKET, GAUGES, Shape};
use std::fmt::Write;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A question.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// What tables call it.
    pub name: &'static str,
    ask: Ask,
    /// How long the range is and how far its times are apart; none for an instant.
    range: Option<(i64, i64)>,
}

#[derive(Debug, Clone, Copy)]
enum Ask {
    /// The largest value a minute of so many metrics of so many hosts.
    Largest(usize, u32, &'static str),
    /// The mean of so many metrics by host and hour.
    Mean(usize),
    /// As it is written, with `HOST` for a host.
    Text(&'static str),
}

const fn range(name: &'static str, ask: Ask, length: i64, step: i64) -> Question {
    Question { name, ask, range: Some((length, step)) }
}

const fn instant(name: &'static str, text: &'static str) -> Question {
    Question { name, ask: Ask::Text(text), range: None }
}

/// All of them. What reaches further back than the samples is asked of what there is.
pub const QUESTIONS: [Question; 18] = [
    range("single-groupby-1-1-1", Ask::Largest(1, 1, "1m"), HOUR, MINUTE),
    range("single-groupby-1-8-1", Ask::Largest(1, 8, "1m"), HOUR, MINUTE),
    range("single-groupby-5-8-1", Ask::Largest(5, 8, "1m"), HOUR, MINUTE),
    range("cpu-max-all-1", Ask::Largest(10, 1, "1h"), 8 * HOUR, HOUR),
    range("cpu-max-all-8", Ask::Largest(10, 8, "1h"), 8 * HOUR, HOUR),
    range("double-groupby-1", Ask::Mean(1), 12 * HOUR, HOUR),
    range("double-groupby-5", Ask::Mean(5), 12 * HOUR, HOUR),
    range("double-groupby-all", Ask::Mean(10), 12 * HOUR, HOUR),
    range("high-cpu-1", Ask::Text(r#"max_over_time(cpu_user{hostname="HOST"}[1m]) > 90"#), 12 * HOUR, MINUTE),
    range("high-cpu-all", Ask::Text("max_over_time(cpu_user[1m]) > 90"), 12 * HOUR, MINUTE),
    instant("lastpoint", r#"{__name__=~"cpu_.*"}"#),
    instant("threshold", "cpu_user > 90"),
    instant("topk", "topk(5, cpu_user)"),
    range("rate-1-host", Ask::Text(r#"rate(requests_total{hostname="HOST"}[5m])"#), HOUR, 15_000),
    range("rate-by-region", Ask::Text("sum by (region) (rate(net_received_bytes_total[5m]))"), HOUR, MINUTE),
    range(
        "error-ratio",
        Ask::Text("sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))"),
        6 * HOUR,
        MINUTE,
    ),
    range(
        "histogram-quantile",
        Ask::Text("histogram_quantile(0.99, sum by (le, region) (rate(request_seconds_bucket[5m])))"),
        HOUR,
        MINUTE,
    ),
    instant("increase-of-all", "sum(increase(requests_total[30d]))"),
];

impl Question {
    /// The path of time number `turn` that it is asked: at another host and another time each.
    pub fn path(&self, shape: &Shape, turn: u32) -> String {
        let query = escaped(&self.expression(shape, turn));
        let Some((length, step)) = self.range else {
            let time = shape.end - i64::from(turn % 60) * 10_000;
            return format!("/api/v1/query?query={query}&time={}&nocache=1", seconds(time));
        };
        let length = length.min(shape.end - shape.start());
        let room = (shape.end - shape.start() - length) / step;
        let back = i64::from(turn.wrapping_mul(2_654_435_761) % 1_000) * room / 1_000 * step;
        let end = (shape.end - back) / step * step;
        let (start, end, step) = (seconds(end - length), seconds(end), seconds(step));
        format!("/api/v1/query_range?query={query}&start={start}&end={end}&step={step}&nocache=1")
    }

    fn expression(&self, shape: &Shape, turn: u32) -> String {
        let host = |number: u32| format!("host_{}", (turn * 7 + number * 13) % shape.hosts);
        match self.ask {
            Ask::Text(text) => text.replace("HOST", &host(0)),
            Ask::Largest(metrics, hosts, window) => {
                let hosts: Vec<String> = (0..hosts).map(host).collect();
                let hosts = hosts.join("|");
                by_metric(metrics, |name| {
                    format!(r#"max(max_over_time({name}{{hostname=~"{hosts}"}}[{window}]))"#)
                })
            }
            Ask::Mean(metrics) => {
                by_metric(metrics, |name| format!("avg by (hostname) (avg_over_time({name}[1h]))"))
            }
        }
    }

    /// Whether it is asked of everything at once: fewer times then.
    pub fn is_heavy(&self) -> bool {
        matches!(self.ask, Ask::Mean(_)) || self.name.contains("all") || self.expression_is_of(BUCKET)
    }

    fn expression_is_of(&self, name: &str) -> bool {
        matches!(self.ask, Ask::Text(text) if text.contains(name))
    }
}

/// The answers of several metrics side by side: functions over ranges drop their names.
fn by_metric(count: usize, one: impl Fn(&str) -> String) -> String {
    if count == 1 {
        return one(GAUGES[0]);
    }
    let named = |name: &&str| format!(r#"label_replace({}, "metric", "{name}", "", "")"#, one(name));
    GAUGES.iter().take(count).map(named).collect::<Vec<_>>().join(" or ")
}

fn seconds(millis: i64) -> String {
    format!("{}.{:03}", millis.div_euclid(1_000), millis.rem_euclid(1_000))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
