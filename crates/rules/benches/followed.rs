//! `cargo bench -p rules --bench followed`: what a sample costs that rules of rule files follow as it arrives.
//!
//! 10,000 rules, each on a metric of its own with three series, a sample of each every ten seconds: each kind of expression by
//! itself, over more than its window. `ns` is a sample's share, ticks included. `idle` are samples of which no rule speaks. `one group of
//! 3,000` is one rule over 3,000 series. Words choose kinds by parts of their names.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use model::{Append, Labels, MetricKind, Millis, NAME, Point, Sample, Series};
use rules::groups::{FileSpec, GroupSpec, RuleGroup, RuleSpec, Templates};
use rules::stream::Follower;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{MemoryLimits, MemoryStore};
use world::{Chance, SimClock};

const RULES: usize = 10_000;
const SERIES_EACH: usize = 3;
const STEP: Millis = 10_000;
/// Rounds before it is measured: a window of five minutes is full.
const WARM: i64 = 40;
const ROUNDS: i64 = 20;
const START: Millis = 1_795_394_400_000;

/// Kinds of expressions; `M` is the metric.
const KINDS: &[(&str, &str)] = &[
    ("idle", ""),
    ("M > 99", "M > 99"),
    ("rate(M[5m]) > 1e9", "rate(M[5m]) > 1e9"),
    ("avg_over_time(M[5m]) > 99", "avg_over_time(M[5m]) > 99"),
    ("sum by (job) (rate(M[5m])) > 1e9", "sum by (job) (rate(M[5m])) > 1e9"),
    ("rate(M[5m]) / M > 1e9", "rate(M[5m]) / M > 1e9"),
    ("M > 99 and on (job) sum by (job) (M) > 1", "M > 99 and on (job) sum by (job) (M) > 1"),
    ("quantile_over_time(0.9, M[5m]) > 1e9", "quantile_over_time(0.9, M[5m]) > 1e9"),
    ("one group of 3,000", "sum(M) > 1e9"),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    println!("{:<48} {:>8} {:>12}", "expression", "ns", "samples kept");
    for (name, expr) in KINDS {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            let mut runs: Vec<(Duration, usize)> =
                (0..3).map(|_| measure(expr, name.starts_with("one"))).collect();
            runs.sort_unstable();
            let (took, kept) = runs.get(1).copied().expect("three runs");
            println!("{name:<48} {:>8.0} {kept:>12}", took.as_nanos() as f64);
        }
    }
}

/// The median sample's share, and what is kept.
fn measure(expr: &str, is_one: bool) -> (Duration, usize) {
    let (rules, each) = if is_one { (1, 3_000) } else { (RULES, SERIES_EACH) };
    let follower = Follower::default();
    let store = MemoryStore::new(MemoryLimits::default(), Arc::new(SimClock::at(START)));
    let rule = |at: usize| RuleSpec {
        alert: Some("A".to_owned()),
        expr: if expr.is_empty() { "other > 1".to_owned() } else { expr.replace('M', &metric(at)) },
        ..RuleSpec::default()
    };
    let group =
        GroupSpec { name: "g".to_owned(), rules: (0..rules).map(rule).collect(), ..GroupSpec::default() };
    let file = FileSpec { groups: vec![group] };
    let groups = RuleGroup::check("f", file, STEP, &Templates::default()).expect("it is right");
    let (following, read) = follower.follow(groups.first().expect("a group"), &store, START, Box::new(|| {}));
    read.expect("memory reads");
    let series: Vec<Arc<Series>> = (0..rules * each).map(|at| series(at, rules)).collect();
    let mut chance = Chance::seeded(1);
    let mut took = Duration::ZERO;
    for round in 0..WARM + ROUNDS {
        let values: Vec<f64> = series.iter().map(|_| (chance.below(100)) as f64 * 0.5).collect();
        let begun = Instant::now();
        for (batch, values) in series.chunks(10).zip(values.chunks(10)) {
            let t = START + round * STEP;
            let point = |v: &f64| Point { t, v: *v };
            let samples: Vec<Sample<'_>> =
                batch.iter().zip(values).map(|(series, v)| Sample { series, point: point(v) }).collect();
            follower.append(&samples).expect("it is followed");
        }
        follower.tick(START + round * STEP);
        if round >= WARM {
            took += begun.elapsed();
        }
    }
    assert!(following.judged().iter().all(|judged| judged.reason().is_none()), "all are followed to the end");
    let samples = u32::try_from(series.len()).expect("few") * u32::try_from(ROUNDS).expect("few");
    (took / samples, follower.samples())
}

fn metric(at: usize) -> String {
    format!("metric_{at}")
}

fn series(at: usize, rules: usize) -> Arc<Series> {
    let instance = (at / rules).to_string();
    let labels =
        Labels::new([(NAME, metric(at % rules).as_str()), ("job", "j"), ("instance", instance.as_str())]);
    Arc::new(Series::new(labels, MetricKind::Gauge))
}
