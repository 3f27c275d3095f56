//! Samples of all kinds: counters that fall back, gauges with and without NaN, histograms; with gaps, staleness markers, and
//! series that begin late.
//!
//! Samples lie at 37 ms of a tenth of a second, and nobody asks there: Prometheus 2.42 has both ends in a window, we have the
//! later. Counters never come near zero, so that it does not matter when an extrapolation to zero is cut off: 2.42 does that
//! before it looks how far the first sample is, we after, as Prometheus does now.

use model::{Millis, stale_marker};
use world::Chance;

/// When the samples begin.
pub(super) const START: Millis = 1_700_000_000_000;
/// For how long they go on.
pub(super) const LENGTH: Millis = 2 * 3_600_000;
/// Where in a tenth of a second they lie.
const PLACE: Millis = 37;

/// The labels of a series, in order.
pub(super) type Named = Vec<(&'static str, String)>;

/// A series.
#[derive(Debug, Clone)]
pub(super) struct Series {
    pub(super) labels: Named,
    pub(super) points: Vec<(Millis, f64)>,
}

const JOBS: [&str; 2] = ["api", "db"];
const INSTANCES: [&str; 3] = ["a:1", "b:1", "c:1"];
/// Upper bounds of buckets.
const BOUNDS: [&str; 6] = ["0.05", "0.1", "0.5", "1", "5", "+Inf"];

/// All series of a world.
pub(super) fn made(chance: &mut Chance) -> Vec<Series> {
    let mut all = Vec::new();
    for job in JOBS {
        for (at, instance) in INSTANCES.iter().enumerate() {
            let labels = |name: &str, more: &[(&'static str, &str)]| named(name, job, instance, more);
            for method in ["get", "put"] {
                let labels = labels(
                    "requests_total",
                    &[("method", method), ("code", if at == 1 { "500" } else { "200" })],
                );
                all.push(Series { labels, points: counter(chance, true) });
            }
            all.push(Series { labels: labels("work_seconds_total", &[]), points: counter(chance, false) });
            all.push(Series { labels: labels("level", &[]), points: walk(chance, Walk::Positive) });
            let region = ["eu", "us", ""][at];
            all.push(Series {
                labels: labels("signed", &[("region", region)]),
                points: walk(chance, Walk::Signed),
            });
            all.push(Series {
                labels: labels("odd", &[("region", region)]),
                points: walk(chance, Walk::Odd),
            });
            let version = ["1.0", "1.1"][usize::from(at > 1)];
            all.push(Series { labels: labels("build_info", &[("version", version)]), points: ones(chance) });
        }
        all.extend(histogram(chance, job));
    }
    all.sort_by(|a, b| a.labels.cmp(&b.labels));
    all
}

/// Labels by name; an empty value is no label.
fn named(name: &str, job: &str, instance: &str, more: &[(&'static str, &str)]) -> Named {
    let own = [("__name__", name), ("job", job), ("instance", instance)];
    let all = own.into_iter().chain(more.iter().copied()).filter(|(_, value)| !value.is_empty());
    let mut labels: Named = all.map(|(name, value)| (name, value.to_owned())).collect();
    labels.sort();
    labels
}

/// When a series has samples, and where it ends for a while.
fn times(chance: &mut Chance) -> Vec<(Millis, bool)> {
    let step = [15_000, 15_000, 30_000, 10_000][pick(chance, 4)];
    let is_late = chance.below(8) == 0;
    let mut t = START + PLACE + 100 * number(chance, if is_late { 30_000 } else { 150 });
    let mut times = Vec::new();
    let has_gaps = chance.below(2) == 0;
    while t < START + LENGTH {
        let is_gap = has_gaps && chance.below(90) == 0;
        let is_marked = is_gap && chance.below(2) == 0;
        times.push((t, is_marked));
        let gap = if is_gap { 2 + number(chance, 30) } else { 1 };
        t += gap * step + 100 * (number(chance, 5) - 2);
    }
    times
}

fn number(chance: &mut Chance, below: u64) -> Millis {
    Millis::try_from(chance.below(below)).expect("small")
}

fn pick(chance: &mut Chance, of: u64) -> usize {
    usize::try_from(chance.below(of)).expect("small")
}

fn with_values(times: &[(Millis, bool)], mut value: impl FnMut() -> f64) -> Vec<(Millis, f64)> {
    times
        .iter()
        .map(|(t, is_marker)| {
            let value = value();
            (*t, if *is_marker { stale_marker() } else { value })
        })
        .collect()
}

/// Falls back to some hundreds, and never soon after the last time.
fn counter(chance: &mut Chance, is_whole: bool) -> Vec<(Millis, f64)> {
    let (times, mut value, mut since) = (times(chance), 400.0 + 300.0 * chance.unit(), 0);
    with_values(&times, || {
        since += 1;
        value += 2.0 + 3.0 * chance.unit();
        if since > 150 && chance.below(60) == 0 {
            (value, since) = (300.0 + 40.0 * chance.unit(), 0);
        }
        if is_whole { value.floor() } else { value }
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Walk {
    Positive,
    Signed,
    /// Whole numbers, now and then none, or endless.
    Odd,
}

fn walk(chance: &mut Chance, kind: Walk) -> Vec<(Millis, f64)> {
    let times = times(chance);
    let mut value = 50.0 + 100.0 * chance.unit();
    with_values(&times, || {
        value = (value + 10.0 * (chance.unit() - 0.5)).abs() + 0.001;
        match kind {
            Walk::Positive => value,
            Walk::Signed => value - 100.0,
            Walk::Odd => match chance.below(40) {
                0 | 1 => f64::NAN,
                2 => f64::INFINITY,
                3 => f64::NEG_INFINITY,
                _ => (value / 10.0).floor() - 5.0,
            },
        }
    })
}

fn ones(chance: &mut Chance) -> Vec<(Millis, f64)> {
    let times = times(chance);
    with_values(&times, || 1.0)
}

/// Buckets, count and sum, all at the same times. Counts are large from the beginning, as with counters.
fn histogram(chance: &mut Chance, job: &str) -> Vec<Series> {
    let times = times(chance);
    let mut counts = [0.0; BOUNDS.len()];
    let mut sum = 5_000.0;
    let mut columns = vec![Vec::new(); BOUNDS.len() + 2];
    for (t, is_marker) in times {
        for _ in 0..1 + chance.below(5) {
            let place = pick(chance, BOUNDS.len() as u64);
            counts[place..].iter_mut().for_each(|count| *count += 1.0);
            sum += chance.unit();
        }
        let total = counts[BOUNDS.len() - 1] + 6_000.0;
        let rows = (0..BOUNDS.len()).map(|at| counts[at] + 1_000.0 * (at + 1) as f64).chain([total, sum]);
        for (column, value) in columns.iter_mut().zip(rows) {
            column.push((t, if is_marker { stale_marker() } else { value }));
        }
    }
    let ends = BOUNDS.iter().map(|bound| ("latency_bucket", vec![("le", *bound)]));
    let ends = ends.chain([("latency_count", Vec::new()), ("latency_sum", Vec::new())]);
    ends.zip(columns)
        .map(|((name, le), points)| Series { labels: named(name, job, "", &le), points })
        .collect()
}
