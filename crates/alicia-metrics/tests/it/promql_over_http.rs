//! The scripts in which Prometheus tests PromQL, against the running program: samples go in by remote write, answers come
//! out of `/api/v1`. Our own scripts, and those of Prometheus where somebody has put them beside the repository.
//!
//! An answer with native histograms is only taken, not judged: its JSON does not say all that a script expects.

use crate::collector::{Collector, Setup};
use crate::http_client::request_bytes;
use crate::protobuf::Message;
use crate::script::runner::{Verdict, run};
use crate::script::{Evaluate, Memory, Outcome, Sample, Value};
use model::{Histogram, Labels, Millis, ResetHint};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a case is called that ends in native histograms.
const NOT_JUDGED: &str = "the answer has native histograms";

/// A collector with what a script loaded last.
#[derive(Default)]
struct OverHttp {
    running: RefCell<Option<(u64, Collector)>>,
}

impl OverHttp {
    fn ask(&self, store: &Memory, path: &str, parameters: &[(&str, String)]) -> Result<Outcome, String> {
        let mut running = self.running.borrow_mut();
        if running.as_ref().is_none_or(|(generation, _)| *generation != store.generation()) {
            *running = None;
            *running = Some((store.generation(), started(store)));
        }
        let Some((_, collector)) = running.as_ref() else { return Err("no collector".to_owned()) };
        let words: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let answer = collector.get(&format!("{path}?{}", words.join("&"))).json();
        if answer["status"] != "success" {
            return Err(failure(&answer));
        }
        let texts = |name: &str| {
            let all = answer[name].as_array().cloned().unwrap_or_default();
            all.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        Ok(Outcome { value: value(&answer["data"])?, warnings: texts("warnings"), infos: texts("infos") })
    }
}

/// The error as the engine gives it: the interface puts before it which parameter is bad.
fn failure(answer: &Json) -> String {
    let error = answer["error"].as_str().unwrap_or_default();
    error.strip_prefix("invalid parameter \"query\": ").unwrap_or(error).to_owned()
}

impl Evaluate for OverHttp {
    fn instant(&self, store: &Memory, query: &str, at: Millis) -> Result<Outcome, String> {
        self.ask(store, "/api/v1/query", &[("query", query.to_owned()), ("time", seconds(at))])
    }

    fn range(
        &self,
        store: &Memory,
        query: &str,
        from: Millis,
        to: Millis,
        step: Millis,
    ) -> Result<Outcome, String> {
        let times = [("start", seconds(from)), ("end", seconds(to)), ("step", seconds(step))];
        let parameters: Vec<(&str, String)> =
            [("query", query.to_owned())].into_iter().chain(times).collect();
        self.ask(store, "/api/v1/query_range", &parameters)
    }
}

fn seconds(t: Millis) -> String {
    let sign = if t < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", t.unsigned_abs() / 1000, t.unsigned_abs() % 1000)
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A collector that has taken all of it.
fn started(store: &Memory) -> Collector {
    let forever = ["--retention", "forever", "--out-of-order-window", "forever"];
    let collector = Setup::none().with(&forever).start();
    let all: Vec<Message> =
        store.all().map(|(labels, floats, histograms)| series(labels, floats, histograms)).collect();
    for some in all.chunks(500) {
        let body = Message::default().all(1, some.iter().cloned()).0;
        let packed = snap::raw::Encoder::new().compress_vec(&body).expect("packed");
        let headers = [("Content-Type", "application/x-protobuf"), ("Content-Encoding", "snappy")];
        let answer =
            request_bytes(collector.http, "POST", "/api/v1/write", &headers, &packed).expect("an answer");
        assert_eq!(answer.status, 204, "{}", answer.body);
    }
    collector
}

fn series(
    labels: &Labels,
    floats: &BTreeMap<Millis, f64>,
    histograms: &BTreeMap<Millis, Histogram>,
) -> Message {
    let label = |(name, value): (&str, &str)| Message::default().text(1, name).text(2, value);
    let sample = |(t, v): (&Millis, &f64)| Message::default().double(1, *v).varint(2, t.cast_unsigned());
    let all = Message::default().all(1, labels.iter().map(label)).all(2, floats.iter().map(sample));
    all.all(4, histograms.iter().map(|(t, one)| histogram(*t, one)))
}

/// With counts that need not be whole.
fn histogram(t: Millis, one: &Histogram) -> Message {
    let hint = match one.reset {
        ResetHint::Unknown => 0,
        ResetHint::Reset => 1,
        ResetHint::NotReset => 2,
        ResetHint::Gauge => 3,
    };
    let head = Message::default().double(2, one.count).double(3, one.sum).zigzag(4, i64::from(one.schema));
    let head = head.double(5, one.zero_threshold).double(7, one.zero_count);
    let head = side(head, (8, 10), &one.negative);
    let head = side(head, (11, 13), &one.positive).varint(14, hint).varint(15, t.cast_unsigned());
    if one.bounds.is_empty() { head } else { head.bytes(16, &doubles(&one.bounds)) }
}

/// Buckets as stretches and counts.
fn side(head: Message, (spans, counts): (u32, u32), buckets: &BTreeMap<i32, f64>) -> Message {
    let (mut message, mut end) = (head, 0);
    let mut rest = buckets.keys().copied().peekable();
    while let Some(first) = rest.next() {
        let mut last = first;
        while rest.next_if(|next| *next == last + 1).is_some() {
            last += 1;
        }
        let length = u64::from(last.abs_diff(first)) + 1;
        message =
            message.message(spans, &Message::default().zigzag(1, i64::from(first - end)).varint(2, length));
        end = last + 1;
    }
    let all: Vec<f64> = buckets.values().copied().collect();
    if all.is_empty() { message } else { message.bytes(counts, &doubles(&all)) }
}

fn doubles(all: &[f64]) -> Vec<u8> {
    all.iter().flat_map(|one| one.to_bits().to_le_bytes()).collect()
}

fn value(data: &Json) -> Result<Value, String> {
    let result = &data["result"];
    let all = || result.as_array().cloned().unwrap_or_default();
    Ok(match data["resultType"].as_str() {
        Some("scalar") => Value::Scalar(number(&result[1])?),
        Some("string") => Value::String(result[1].as_str().unwrap_or_default().to_owned()),
        Some("vector") => {
            let one = |one: &Json| Ok((labels(&one["metric"]), sample(one, "value", "histogram")?.1));
            Value::Vector(all().iter().map(one).collect::<Result<_, String>>()?)
        }
        Some("matrix") => {
            let one = |one: &Json| {
                if one.get("histograms").is_some() {
                    return Err(NOT_JUDGED.to_owned());
                }
                let points = one["values"].as_array().cloned().unwrap_or_default();
                let points =
                    points.iter().map(|point| Ok((time(&point[0]), Sample::Float(number(&point[1])?))));
                Ok((labels(&one["metric"]), points.collect::<Result<Vec<_>, String>>()?))
            };
            Value::Matrix(all().iter().map(one).collect::<Result<_, String>>()?)
        }
        other => return Err(format!("no result type: {other:?}")),
    })
}

fn sample(one: &Json, float: &str, histogram: &str) -> Result<(Millis, Sample), String> {
    if one.get(histogram).is_some() {
        return Err(NOT_JUDGED.to_owned());
    }
    Ok((time(&one[float][0]), Sample::Float(number(&one[float][1])?)))
}

fn labels(metric: &Json) -> Labels {
    let pairs = metric.as_object().cloned().unwrap_or_default();
    Labels::new(
        pairs.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())),
    )
}

fn time(json: &Json) -> Millis {
    let seconds = json.as_f64().unwrap_or(f64::NAN);
    format!("{:.0}", seconds * 1000.0).parse().unwrap_or_default()
}

fn number(json: &Json) -> Result<f64, String> {
    let text = json.as_str().unwrap_or_default();
    text.parse().map_err(|_| format!("{json} is no number"))
}

fn scripts(folder: &Path) -> BTreeMap<PathBuf, String> {
    let files = std::fs::read_dir(folder).expect("the folder of scripts can be read").flatten();
    let paths =
        files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|kind| kind == "test"));
    paths.map(|path| (path.clone(), std::fs::read_to_string(path).expect("a script"))).collect()
}

/// Runs the scripts of a folder; gives how many cases were judged, and those that failed.
fn judged(folder: &Path) -> (usize, Vec<String>) {
    let (mut judged, mut failed) = (0, Vec::new());
    for (path, text) in scripts(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let verdicts = run(&text, &OverHttp::default()).expect("a script").verdicts;
        for Verdict { line, result } in verdicts {
            match result {
                Err(what) if what.contains(NOT_JUDGED) => {}
                Err(what) => failed.push(format!("{name}:{line} {what}")),
                Ok(()) => judged += 1,
            }
        }
    }
    (judged, failed)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn live_our_scripts_hold_over_http() {
    let (judged, failed) = judged(&root().join("crates/query/tests/scripts"));
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(judged > 100, "{judged}");
}

#[test]
fn live_prometheus_scripts_hold_over_http() {
    let named = std::env::var("ALICIA_PROMQL_SCRIPTS").ok().map(PathBuf::from);
    let folder = named.unwrap_or_else(|| root().join("../shared/promql"));
    if !folder.is_dir() {
        println!("Prometheus' scripts are not there: nothing was tested (see ALICIA_PROMQL_SCRIPTS)");
        return;
    }
    let known = std::fs::read_to_string(root().join("crates/query/tests/scripts/known-failures.txt"));
    let known = known.expect("the list of known failures");
    let (judged, mut failed) = judged(&folder);
    failed.retain(|case| !known.lines().any(|line| line.split(' ').next() == case.split(' ').next()));
    println!("{judged} cases held over HTTP");
    assert!(judged > 500, "{judged}: most cases end in numbers, and those are judged");
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), judged + failed.len(), failed.join("\n"));
}
