//! Recordings replayed through a real broker give exactly the series, samples and words that they hold.
//!
//! The truth is read from the recording itself, by a reader that shares no code with the collector, and
//! checked against the figures that stand beside the recording.

use crate::broker::Mosquitto;
use crate::collector::{Collector, Setup, program};
use crate::wait::until;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// (service, instance, metric, labels) of a series.
type SeriesKey = (String, String, String, BTreeMap<String, String>);

/// What a recording holds, as far as the collector should show it.
#[derive(Default)]
struct Truth {
    /// Samples by time in milliseconds.
    series: BTreeMap<SeriesKey, BTreeMap<i64, f64>>,
    /// Values, in order, of series whose samples have no time of their own: they get that of their arrival.
    timeless: BTreeMap<SeriesKey, Vec<f64>>,
    instances: BTreeSet<(String, String)>,
    /// Entries of measurement messages, by `service/instance`.
    entries: BTreeMap<String, u64>,
    /// Services that only ever spoke about their health, without an instance.
    health_only: BTreeSet<String>,
    /// Messages that reach the collector's subscriptions and are not its own.
    heard: u64,
    undecodable: u64,
    health_checks: u64,
}

fn heard(topic: &str) -> bool {
    ["alicia/metrics/", "alicia/system/health/", "alicia/system/status/", "alicia/system/discovery/"]
        .iter()
        .any(|prefix| topic.strip_prefix(prefix).is_some_and(|rest| !rest.contains('/')))
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[expect(clippy::cast_possible_truncation, reason = "times of a recording")]
fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

impl Truth {
    fn read(recording: &Path) -> Self {
        let mut truth = Self::default();
        let mut spoke = BTreeSet::new();
        for line in std::fs::read_to_string(recording).expect("the recording").lines() {
            let message: Value = serde_json::from_str(line).expect("a line of JSON");
            let topic = message["topic"].as_str().expect("a topic");
            if !heard(topic) {
                continue;
            }
            let Ok(mut body) = serde_json::from_str::<Value>(message["payload"].as_str().expect("a payload"))
            else {
                truth.heard += 1;
                truth.undecodable += 1;
                continue;
            };
            if body["source"] == "metrics_collector" {
                continue;
            }
            truth.heard += 1;
            while body["message_id"].is_string() && body["payload"].is_object() {
                body = body["payload"].take();
            }
            truth.take(topic, &body, &mut spoke);
        }
        let measured: BTreeSet<String> = truth.instances.iter().map(|(service, _)| service.clone()).collect();
        truth.health_only = spoke.difference(&measured).cloned().collect();
        truth
    }

    fn take(&mut self, topic: &str, body: &Value, spoke: &mut BTreeSet<String>) {
        let last = topic.rsplit('/').next().unwrap_or("").to_owned();
        let service = text(&body["service_name"]).unwrap_or_else(|| last.clone());
        let instance = text(&body["instance_id"]).unwrap_or_else(|| format!("{service}_unknown"));
        if topic.starts_with("alicia/metrics/") {
            if let Some(metrics) = body["metrics"].as_array() {
                self.instances.insert((service.clone(), instance.clone()));
                for metric in metrics {
                    self.measure(&service, &instance, metric);
                }
            }
        } else if topic.starts_with("alicia/system/status/") {
            self.instances.insert((service.clone(), instance.clone()));
            for field in ["cpu_percent", "memory_percent", "response_time", "requests_per_second"] {
                if let (Some(value), Some(t)) = (body[field].as_f64(), body["timestamp"].as_f64()) {
                    let key = (service.clone(), instance.clone(), field.to_owned(), BTreeMap::new());
                    self.series.entry(key).or_default().insert(millis(t), value);
                }
            }
        } else if last == "check" {
            self.health_checks += 1;
        } else if topic.starts_with("alicia/system/health/") {
            spoke.insert(service.clone());
            if text(&body["instance_id"]).is_some() {
                self.instances.insert((service, instance));
            }
        }
    }

    fn measure(&mut self, service: &str, instance: &str, metric: &Value) {
        let labels = metric["labels"].as_object().cloned().unwrap_or_default();
        let labels = labels
            .into_iter()
            .map(|(name, value)| (name, value.as_str().expect("text").to_owned()))
            .collect();
        let name = metric["name"].as_str().expect("a name").to_owned();
        *self.entries.entry(format!("{service}/{instance}")).or_default() += 1;
        let value = metric["value"].as_f64().expect("a number");
        let key = (service.to_owned(), instance.to_owned(), name, labels);
        match metric["timestamp"].as_f64() {
            Some(at) => {
                self.series.entry(key).or_default().insert(millis(at), value);
            }
            None => self.timeless.entry(key).or_default().push(value),
        }
    }
}

fn replay(recording: &Path, port: u16, speed: &str) {
    let output = program()
        .arg("replay")
        .arg(recording)
        .args(["--mqtt-port", &port.to_string(), "--speed", speed, "--progress", "never"])
        .output()
        .expect("replay runs");
    assert!(output.status.success(), "replay: {}", String::from_utf8_lossy(&output.stderr));
}

/// All samples of a metric of an instance, by labels, as REST gives them.
fn shown(
    collector: &Collector,
    service: &str,
    instance: &str,
    metric: &str,
) -> BTreeMap<BTreeMap<String, String>, BTreeMap<i64, f64>> {
    let path = format!("/metrics/{service}/{metric}?instance_id={instance}&limit=100000");
    let mut series: BTreeMap<_, BTreeMap<i64, f64>> = BTreeMap::new();
    for sample in collector.json(&path)["data"].as_array().expect("a list") {
        let labels = sample["labels"].as_object().expect("labels").clone();
        let labels = labels
            .into_iter()
            .map(|(name, value)| (name, value.as_str().expect("text").to_owned()))
            .collect();
        let at = millis(sample["timestamp"].as_f64().expect("a time"));
        let previous =
            series.entry(labels).or_default().insert(at, sample["value"].as_f64().expect("a number"));
        assert!(previous.is_none(), "{service}/{instance} {metric} shows two samples at {at}");
    }
    series
}

fn check_against(collector: &Collector, truth: &Truth) {
    until("every message arrived", || {
        let taken = collector.own_metric("alicia_metrics_messages_total") as u64 - collector.refused("own");
        if taken >= truth.heard { Ok(()) } else { Err(format!("{taken} of {}", truth.heard)) }
    });
    let mut instances = BTreeSet::new();
    let mut bodiless = BTreeSet::new();
    for service in collector.json("/services")["services"].as_array().expect("a list") {
        let name = service["name"].as_str().expect("a name");
        if service["measured"] != true || name == "system" {
            continue;
        }
        let answer = collector.json(&format!("/metrics/{name}"));
        for instance in answer["instances"].as_object().expect("instances").keys() {
            if *instance == format!("{name}_unknown") {
                bodiless.insert(name.to_owned());
            } else {
                instances.insert((name.to_owned(), instance.clone()));
            }
        }
    }
    assert_eq!(instances, truth.instances);
    assert_eq!(bodiless, truth.health_only);

    let mut wanted: BTreeMap<(&str, &str, &str), BTreeMap<_, _>> = BTreeMap::new();
    for ((service, instance, metric, labels), samples) in &truth.series {
        wanted.entry((service, instance, metric)).or_default().insert(labels.clone(), samples.clone());
    }
    for ((service, instance, metric), series) in wanted {
        assert_eq!(shown(collector, service, instance, metric), series, "{service}/{instance} {metric}");
    }

    for ((service, instance, metric, labels), values) in &truth.timeless {
        let series = shown(collector, service, instance, metric);
        let seen: Vec<f64> = series.get(labels).into_iter().flat_map(BTreeMap::values).copied().collect();
        assert_eq!(&seen, values, "{service}/{instance} {metric}");
    }

    assert_eq!(collector.own_metric("alicia_metrics_undecodable_messages_total") as u64, truth.undecodable);
    for reason in [
        "bad_name",
        "bad_value",
        "bad_type",
        "bad_labels",
        "duplicate",
        "too_old",
        "too_many_series",
        "no_metrics",
    ] {
        assert_eq!(collector.refused(reason), 0, "{reason}");
    }
}

/// The health words of an instance in the order of time, each once while it lasts.
fn words(collector: &Collector, service: &str, instance: &str) -> Vec<(f64, String)> {
    let path = format!("/metrics/{service}/health_status?instance_id={instance}&limit=100000");
    let mut words: Vec<(f64, String)> = Vec::new();
    for sample in collector.json(&path)["data"].as_array().expect("a list").iter().rev() {
        let word = sample["labels"]["status"].as_str().expect("a word").to_owned();
        if words.last().is_none_or(|(_, last)| *last != word) {
            words.push((sample["timestamp"].as_f64().expect("a time"), word));
        }
    }
    words
}

fn check_figures(collector: &Collector, truth: &Truth, expected: &Value) {
    assert_eq!(truth.undecodable, expected["undecodable"].as_u64().expect("a count"));
    assert_eq!(
        collector.refused("broker_probe"),
        expected["undecodable_by_topic"]["alicia/system/health/broker"].as_u64().expect("a count")
    );
    assert_eq!(
        truth.health_checks,
        expected["decodable_but_no_sample_topics"]["alicia/system/health/check"].as_u64().expect("a count")
    );
    assert_eq!(truth.instances.len() as u64, expected["metrics"]["instances"].as_u64().expect("a count"));
    for (owner, figures) in expected["metrics"]["per_instance"].as_object().expect("a map") {
        assert_eq!(truth.entries.get(owner).copied(), figures["samples"].as_u64(), "{owner}");
    }

    let first = expected["first_t"].as_f64().expect("a time");
    for (owner, transitions) in expected["health"]["transitions_per_instance"].as_object().expect("a map") {
        let (service, instance) = owner.split_once('/').expect("service/instance");
        let seen = words(collector, service, instance);
        let wanted: Vec<(f64, String)> = transitions
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| {
                (first + one[0].as_f64().expect("a time"), one[1].as_str().expect("a word").to_owned())
            })
            .collect();
        assert_eq!(
            seen.iter().map(|(_, w)| w).collect::<Vec<_>>(),
            wanted.iter().map(|(_, w)| w).collect::<Vec<_>>(),
            "{owner}"
        );
        for ((at, _), (wanted_at, word)) in seen.iter().zip(&wanted) {
            assert!((at - wanted_at).abs() < 1.0, "{owner} became {word} at {at}, not {wanted_at}");
        }
    }
    for (series, stats) in expected["stats"].as_object().expect("a map") {
        let (metric, service, instance) = parse(series);
        if metric != "memory_rss_bytes" {
            continue;
        }
        let aggregate = collector
            .json(&format!("/metrics/{service}/{metric}/aggregate?instance_id={instance}&hours=87600"));
        for (ours, theirs) in [
            ("count", "count"),
            ("min", "min"),
            ("max", "max"),
            ("mean", "mean"),
            ("median", "median"),
            ("std_dev", "stdev"),
        ] {
            let (ours_value, theirs_value) =
                (aggregate[ours].as_f64().expect(ours), stats[theirs].as_f64().expect(theirs));
            assert!(
                (ours_value - theirs_value).abs() <= 1e-9 * theirs_value.abs(),
                "{series} {ours}: {ours_value} != {theirs_value}"
            );
        }
    }
    for (series, increase) in
        expected["counter_increase_messages_processed_total"].as_object().expect("a map")
    {
        let (metric, service, instance) = parse(series);
        let aggregate = collector
            .json(&format!("/metrics/{service}/{metric}/aggregate?instance_id={instance}&hours=87600"));
        assert_eq!(aggregate["increase"].as_f64(), increase.as_f64(), "{series}");
    }
    for (series, slope) in expected["trend_slope_uptime_seconds"].as_object().expect("a map") {
        let (metric, service, instance) = parse(series);
        let trend =
            collector.json(&format!("/metrics/{service}/{metric}/trend?instance_id={instance}&hours=87600"));
        let (ours, theirs) = (trend["slope"].as_f64().expect("a slope"), slope.as_f64().expect("a slope"));
        // The figures were made from times in microseconds; the store counts milliseconds.
        assert!((ours - theirs).abs() < 1e-4, "{series}: {ours} != {theirs}");
    }
}

/// `metric{service="s",instance="i"…}` → (metric, s, i).
fn parse(series: &str) -> (String, String, String) {
    let (metric, labels) = series.split_once('{').expect("labels");
    let value = |name: &str| {
        let rest = labels.split_once(&format!("{name}=\"")).expect("the label").1;
        rest.split_once('"').expect("a quote").0.to_owned()
    };
    (metric.to_owned(), value("service"), value("instance"))
}

fn recorded_home(speed: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/capture");
    let recording = folder.join("alicia-first-minutes.jsonl");
    if !recording.exists() {
        println!("NOT RUN: there is no recording of a real home at {}", recording.display());
        return;
    }
    let figures =
        std::fs::read_to_string(folder.join("alicia-first-minutes.expected.json")).expect("figures");
    let expected = serde_json::from_str(&figures).expect("JSON");
    let (_broker, collector, truth) = replayed(&recording, speed);
    check_against(&collector, &truth);
    check_figures(&collector, &truth, &expected);
}

fn replayed(recording: &Path, speed: &str) -> (Mosquitto, Collector, Truth) {
    let broker = Mosquitto::start();
    let collector = Setup::broker(broker.port).connect();
    replay(recording, broker.port, speed);
    (broker, collector, Truth::read(recording))
}

#[test]
fn live_a_recorded_home_at_twenty_times_its_speed_is_shown_exactly() {
    recorded_home("20");
}

#[test]
fn live_a_recorded_home_as_fast_as_possible_is_shown_exactly() {
    recorded_home("max");
}

#[test]
fn live_the_own_recording_is_shown_exactly() {
    let recording = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/small-home.jsonl");
    let (_broker, collector, truth) = replayed(&recording, "max");
    assert!(truth.instances.len() >= 4 && truth.undecodable > 0, "the recording covers what it is for");
    check_against(&collector, &truth);
}
