//! `cargo bench -p query --bench queries [-- WORD…]`: processor time of queries over the embedded store, as a dashboard
//! asks them: 100 hosts with 12 hours of a sample every ten seconds, and a month of one every minute. Words choose queries
//! by parts of their names; `ALICIA_BENCH_SECONDS` says for how long each is asked, for profilers. With `fresh`, as much as can be is still in memory.
//!
//! Each is asked again and again, at other hosts; the mean is told, with how many samples that is a second.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use model::{Append, Labels, MetricKind, Millis, NAME, Point, Sample, Series};
use query::{Engine, Options};
use std::sync::Arc;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{Chance, RealDisk, SystemClock};

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;
const HOSTS: usize = 100;
/// Processor time that each query is asked for: many times what the system's clock of it is exact to.
const SECONDS: f64 = 1.0;

/// A query: its name, the expression with `HOST` for a host, how far it looks back from the end, and its step; 0 for an
/// instant.
type Query = (&'static str, &'static str, Millis, Millis);

const QUERIES: &[Query] = &[
    (
        "single-groupby-1-1-1",
        r#"max by (hostname) (max_over_time(cpu_0{hostname="HOST"}[1m]))"#,
        HOUR,
        MINUTE,
    ),
    (
        "single-groupby-1-8-1",
        r#"max by (hostname) (max_over_time(cpu_0{hostname=~"host_1|host_13|host_27|host_42|host_56|host_61|host_77|host_90"}[1m]))"#,
        HOUR,
        MINUTE,
    ),
    ("cpu-max-all-8", r#"max by (hostname) (max_over_time(cpu_1{hostname="HOST"}[1h]))"#, 8 * HOUR, HOUR),
    ("double-groupby-1", "avg by (hostname) (avg_over_time(cpu_2[1h]))", 12 * HOUR, HOUR),
    ("double-groupby-1-aligned", "avg by (hostname) (avg_over_time(cpu_2[1h]))", 11 * HOUR, HOUR),
    (
        "cpu-max-all-8-aligned",
        r#"max(max_over_time({__name__=~"cpu_.*", hostname="HOST"}[1h]))"#,
        8 * HOUR,
        HOUR,
    ),
    ("double-groupby-all", r#"avg by (hostname) (avg_over_time({__name__=~"cpu_.*"}[1h]))"#, 12 * HOUR, HOUR),
    ("high-cpu-all", "max_over_time(cpu_3[1m]) > 90", 12 * HOUR, MINUTE),
    ("lastpoint", r#"{__name__=~"cpu_.*"}"#, 0, 0),
    ("threshold-instant", "cpu_4 > 90", 0, 0),
    ("topk-instant", "topk(5, cpu_5)", 0, 0),
    ("rate-by-region", "sum by (region) (rate(requests_0_total[5m]))", HOUR, 15 * SECOND),
    ("rate-long", "sum by (region) (rate(requests_0_total[5m]))", 12 * HOUR, MINUTE),
    (
        "error-ratio",
        "sum by (region) (rate(requests_1_total[5m])) / sum by (region) (rate(requests_2_total[5m]))",
        12 * HOUR,
        MINUTE,
    ),
    ("month-instant", "increase(visits_total[30d])", 0, 0),
    // The same without what the store knows of whole hours.
    ("month-by-samples", "increase(visits_total[30d:1m])", 0, 0),
    ("month-daily", "sum(increase(visits_total[1d]))", 20 * DAY, DAY),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let dir = tempfile::tempdir().expect("a directory");
    let disk = |name: &str| Arc::new(RealDisk::open(&dir.path().join(name)).expect("a directory"));
    let disks = Disks { wal: disk("wal"), blocks: disk("blocks") };
    let limits = MemoryLimits { retention: 400 * DAY, ..MemoryLimits::default() };
    let clock = Arc::new(SystemClock::default());
    let (store, _) = Store::open(limits, clock, disks, Durability::Relaxed).expect("opens");
    let end = now();
    let is_fresh = words.iter().any(|word| word == "fresh");
    fill(&store, end, is_fresh);
    let words: Vec<_> = words.into_iter().filter(|word| word != "fresh").collect();
    for (name, text, back, step) in QUERIES {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            // Windows that begin and end with the hour.
            let end = if name.ends_with("aligned") { end / HOUR * HOUR } else { end };
            measure(&store, (name, text, *back, *step), end);
        }
    }
}

fn measure(store: &Store, (name, text, back, step): Query, end: Millis) {
    let mut chance = Chance::seeded(7);
    let (mut asked, mut samples, mut series) = (0.0, 0, 0);
    let begin = cpu_seconds();
    let seconds =
        std::env::var("ALICIA_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS);
    while cpu_seconds() - begin < seconds || asked < 3.0 {
        let text = text.replace("HOST", &format!("host_{}", chance.below(HOSTS as u64)));
        let engine = Engine::new(store, Options::default(), &|| None);
        let answer =
            if step == 0 { engine.instant(&text, end) } else { engine.range(&text, end - back, end, step) };
        let answer = answer.expect("an answer");
        samples = answer.cost.samples;
        series = match answer.value {
            query::Value::Vector(all) => all.len(),
            query::Value::Matrix(all) => all.len(),
            _ => 1,
        };
        asked += 1.0;
    }
    let mean = (cpu_seconds() - begin) / asked;
    let rate = samples as f64 / mean / 1e6;
    println!("{name:22} {:8.2} ms, {samples:8} samples, {rate:6.0} M/s, {series} series", mean * 1e3);
}

fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Millis::try_from(since.as_millis()).expect("not so soon") / (10 * SECOND) * (10 * SECOND)
}

/// Ten gauges and three counters a host for twelve hours, one counter for a month; then everything that can be in blocks is,
/// unless it is to stay fresh.
fn fill(store: &Store, end: Millis, is_fresh: bool) {
    let mut chance = Chance::seeded(1);
    let mut all: Vec<(Arc<Series>, f64)> = Vec::new();
    for host in 0..HOSTS {
        for metric in 0..10 {
            all.push((series(&format!("cpu_{metric}"), host), 50.0));
        }
        for metric in 0..3 {
            all.push((series(&format!("requests_{metric}_total"), host), 0.0));
        }
    }
    let visits: Vec<_> = (0..HOSTS).map(|host| series("visits_total", host)).collect();
    let mut seen = vec![0.0; HOSTS];
    let steps = 30 * DAY / MINUTE;
    for step in 0..=steps {
        let t = end - 30 * DAY + step * MINUTE;
        // Of no steady pace, which would be kept as a line and not as samples.
        seen.iter_mut().for_each(|seen| *seen += (chance.unit() * 6.0).floor());
        append(store, visits.iter().zip(&seen).map(|(series, seen)| (series, *seen)), t);
        if step % 2_000 == 0 {
            store.maintain().expect("blocks are written");
        }
    }
    for step in 0..=12 * HOUR / (10 * SECOND) {
        let t = end - 12 * HOUR + step * 10 * SECOND;
        for (series, value) in &mut all {
            if series.name().starts_with("cpu") {
                *value = (*value + (chance.unit() * 10.0).round() - 5.0).clamp(0.0, 100.0);
            } else {
                *value += (chance.unit() * 20.0).floor();
            }
        }
        append(store, all.iter().map(|(series, value)| (series, *value)), t);
        if step % 700 == 0 && !is_fresh {
            store.maintain().expect("blocks are written");
        }
    }
    if !is_fresh {
        store.flush(end + 1).expect("blocks are written");
    }
    store.maintain().expect("blocks are put together");
    let (head, blocks) = (store.stats(), store.block_stats());
    println!("{} samples in memory, {} in {} blocks", head.samples, blocks.samples, blocks.blocks);
}

fn append<'a>(store: &Store, points: impl Iterator<Item = (&'a Arc<Series>, f64)>, t: Millis) {
    let batch: Vec<_> = points.map(|(series, v)| Sample { series, point: Point { t, v } }).collect();
    let appended = store.append(&batch).expect("taken");
    assert!(appended.refused.is_empty(), "{:?}", appended.refused.first());
}

fn series(name: &str, host: usize) -> Arc<Series> {
    let (hostname, region, rack) =
        (format!("host_{host}"), format!("region-{}", host % 9), format!("{}", host % 31));
    let labels = [
        (NAME, name),
        ("hostname", hostname.as_str()),
        ("region", region.as_str()),
        ("datacenter", "eu-west-1b"),
        ("rack", rack.as_str()),
        ("os", "Ubuntu16.10"),
        ("arch", "x64"),
        ("team", "SF"),
        ("service", "9"),
        ("service_version", "1"),
        ("service_environment", "production"),
    ];
    Arc::new(Series::new(Labels::new(labels), MetricKind::Gauge))
}

/// Processor time of this process, in seconds.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux");
    text.split_whitespace().next().expect("a number").parse::<f64>().expect("a number") / 1e9
}
