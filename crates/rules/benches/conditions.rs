//! `cargo bench -p rules --bench conditions`: what a sample costs that rules judge, and the bytes that they remember.
//!
//! 10,000 rules on 1,000 metrics, ten on each; three series of each metric, a sample of each every ten seconds. Each kind of rule
//! is measured by itself, over more than a window, so that windows slide; then all kinds together. `ns` is a sample's share, all
//! ten rules on it and the ticks together; `bytes` are what is remembered of samples, for each pair of a rule and a series. Words
//! choose kinds by parts of their names.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use model::{
    Announce, Append, Event, INSTANCE, Labels, Level, MetricKind, Millis, NAME, Point, Rule, SERVICE, Sample,
    Series, Severity,
};
use rules::{Change, Ledger, LedgerError, RuleBook};
use std::sync::Arc;
use std::time::{Duration, Instant};
use world::Chance;

const METRICS: usize = 1_000;
const RULES_EACH: usize = 10;
const SERIES_EACH: usize = 3;
const STEP: Millis = 10_000;
/// Rounds before it is measured: a window of five minutes is full.
const WARM: i64 = 40;
const ROUNDS: i64 = 20;

/// A rule of a kind, without name and metric.
type Kind = (&'static str, fn() -> Rule);

const KINDS: &[Kind] = &[
    ("value > 99", || on("value > 99")),
    ("for 1m", || Rule { hold: Some("1m".to_owned()), ..on("value > 99") }),
    ("recover", || Rule { recover: Some("value < 50".to_owned()), ..on("value > 99") }),
    ("levels", ladder),
    ("avg(5m)", || on("avg(5m) > 99")),
    ("max(5m) - min(5m)", || on("max(5m) - min(5m) > 200")),
    ("p95(5m)", || on("p95(5m) > 200")),
    ("rate(5m)", || on("rate(5m) > 1e9")),
    ("forecast(4h, 5m)", || on("forecast(4h, 5m) > 1e9")),
    ("anomaly(5m)", || on("abs(anomaly(5m)) > 1e9")),
    ("absent(2m)", || on("absent(2m)")),
    ("value > 3 * avg(1h)", || on("value > 3 * avg(1h)")),
];

fn on(condition: &str) -> Rule {
    Rule { condition: condition.to_owned(), ..Rule::default() }
}

fn ladder() -> Rule {
    let level = |severity, condition: &str| Level { severity, condition: condition.to_owned() };
    let levels = vec![level(Severity::Warning, "value > 99"), level(Severity::Critical, "value > 99.5")];
    Rule { levels, ..on("value > 99") }
}

/// Remembers nothing, and counts nothing.
struct Nobody;

impl Ledger for Nobody {
    fn record(&self, _: &Change) -> Result<(), LedgerError> {
        Ok(())
    }
}

impl Announce for Nobody {
    fn announce(&self, _: Event) {}
}

fn main() {
    println!("| rules | ns a sample | ns a rule | bytes a rule and series |");
    // What cargo says to benchmarks is no word.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_meant = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    for (name, kind) in KINDS.iter().filter(|(name, _)| is_meant(name)) {
        measure(name, &|_| kind());
    }
    if is_meant("all of them") {
        measure("all of them", &|number| KINDS[number % KINDS.len()].1());
    }
}

fn measure(name: &str, kind: &dyn Fn(usize) -> Rule) {
    let rules = (0..METRICS * RULES_EACH).map(|number| Rule {
        name: format!("rule {number}"),
        metric_name: format!("metric_{}", number % METRICS),
        ..kind(number / METRICS + number % METRICS)
    });
    let nobody = Arc::new(Nobody);
    let book = RuleBook::new(nobody.clone(), nobody, rules.collect(), Vec::new());
    let all: Vec<Arc<Series>> = (0..METRICS * SERIES_EACH).map(series).collect();
    let mut chance = Chance::seeded(1);
    let mut spent = Duration::ZERO;
    for round in 0..WARM + ROUNDS {
        let t = 1_795_394_400_000 + round * STEP;
        let samples: Vec<Sample<'_>> = all
            .iter()
            .map(|series| Sample { series, point: Point { t, v: (chance.unit() * 1_000.0).floor() / 10.0 } })
            .collect();
        let begun = Instant::now();
        for batch in samples.chunks(50) {
            book.append(batch).expect("a book takes everything");
        }
        (0..STEP / 1_000).for_each(|second| book.tick(t + second * 1_000));
        if round >= WARM {
            spent += begun.elapsed();
        }
    }
    let judged = all.len() as f64 * ROUNDS as f64;
    let ns = spent.as_nanos() as f64 / judged;
    let pairs = (all.len() * RULES_EACH) as f64;
    let bytes = book.window_bytes() as f64 / pairs;
    println!("| {name} | {ns:.0} | {:.0} | {bytes:.0} |", ns / RULES_EACH as f64);
    assert_eq!(book.unjudged(), 0, "all have room");
}

fn series(number: usize) -> Arc<Series> {
    let (metric, instance) = (format!("metric_{}", number % METRICS), format!("i{}", number / METRICS));
    let labels = [(NAME, metric.as_str()), (SERVICE, "bench"), (INSTANCE, instance.as_str())];
    Arc::new(Series::new(Labels::new(labels), MetricKind::Gauge))
}
