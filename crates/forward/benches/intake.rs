//! `cargo bench -p forward --bench intake`: what handing on costs the gate, per sample, and what sending costs.
//!
//! Batches of so many samples go into a queue on the real disk, each committed; then all are made requests of, which nobody
//! takes but a counter. The time is that of the wall, so the machine should do nothing else.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use forward::{Courier, Next, Reply, Settings};
use model::{Append, Labels, MetricKind, NAME, Point, Sample, Series};
use std::sync::Arc;
use std::time::Instant;
use world::{Chance, Clock, RealDisk, SystemClock};

/// Samples of each case.
const SAMPLES: usize = 4_000_000;

fn main() {
    println!("| series | batch | values | intake ns | bytes on disk | sending ns | bytes sent |");
    for (series, batch) in [(1_000, 10), (1_000, 1_000), (100_000, 10), (100_000, 1_000), (1_000_000, 1_000)]
    {
        for is_full in [false, true] {
            measure(series, batch, is_full);
        }
    }
}

fn measure(count: usize, batch: usize, is_full: bool) {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = Arc::new(RealDisk::open(dir.path()).expect("a directory"));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let settings = Settings { queue_bytes: 8 << 30, series: 2_000_000, ..Settings::default() };
    let (queue, mut courier) =
        Courier::open(disk, Arc::clone(&clock), settings, None).expect("an empty disk");
    let all: Vec<Arc<Series>> = (0..count).map(series).collect();
    let (mut chance, mut next, mut t) = (Chance::seeded(1), 0, clock.now());
    let mut spent = std::time::Duration::ZERO;
    for _ in 0..SAMPLES / batch {
        t += 10;
        let samples: Vec<Sample<'_>> = (0..batch)
            .map(|_| {
                next = (next + 1) % count;
                let v = if is_full { chance.unit() } else { (chance.unit() * 100.0).floor() };
                Sample { series: &all[next], point: Point { t, v } }
            })
            .collect();
        let begun = Instant::now();
        queue.append(&samples).expect("it never fails");
        queue.commit().expect("it never fails");
        spent += begun.elapsed();
    }
    let stats = queue.stats();
    let (begun, mut bytes) = (Instant::now(), 0);
    while queue.stats().queue_samples > 0 {
        if let Next::Post(request) = courier.next_step() {
            bytes += request.body.len();
            courier.answered(&Reply::Status {
                status: 204,
                says_written: true,
                retry_after: None,
                text: String::new(),
            });
        }
    }
    let per = |total: f64| total / SAMPLES as f64;
    println!(
        "| {count:>9} | {batch:>5} | {:<8} | {:>6.1} | {:>5.1} | {:>6.1} | {:>5.1} |",
        if is_full { "floats" } else { "integers" },
        per(spent.as_nanos() as f64),
        per(stats.queue_bytes as f64),
        per(begun.elapsed().as_nanos() as f64),
        per(bytes as f64),
    );
}

fn series(number: usize) -> Arc<Series> {
    let (host, metric) = (format!("host-{}", number / 100), format!("metric_{}", number % 100));
    let labels = [(NAME, metric.as_str()), ("service", "bench"), ("instance", &host)];
    Arc::new(Series::new(Labels::new(labels), MetricKind::Gauge))
}
