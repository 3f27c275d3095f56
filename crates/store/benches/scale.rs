//! `cargo bench -p store --bench scale [-- WORD…]`: memory of a million series, speed of appending and of decoding, and
//! how long a start takes. Words choose what is measured: `memory`, `append`, `decode`, `log`, `blocks`; none, all.
//!
//! Memory is the resident set of this process, times are its processor time, user and system together, unless a line
//! says otherwise.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use model::{
    Append, INSTANCE, Labels, MetricKind, Millis, NAME, Point, SERVICE, Sample, Select, Selection, Series,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{Chance, RealDisk, SystemClock};

/// Milliseconds between two samples of a series.
const STEP: Millis = 10_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let measured: [(&str, fn()); 5] =
        [("memory", memory), ("append", append), ("decode", decode), ("log", log), ("blocks", blocks)];
    for (name, measure) in measured {
        if words.is_empty() || words.iter().any(|word| word == name) {
            measure();
        }
    }
}

/// Limits that are in nobody's way.
fn limits() -> MemoryLimits {
    MemoryLimits {
        series: 10_000_000,
        series_per_metric: 10_000_000,
        series_per_service: 10_000_000,
        label_bytes: 1 << 30,
        head_bytes: usize::MAX,
        memory_bytes: usize::MAX,
        ..MemoryLimits::default()
    }
}

fn open(dir: &Path, limits: MemoryLimits) -> Store {
    let disk = |name: &str| Arc::new(RealDisk::open(&dir.join(name)).expect("a directory"));
    let disks = Disks { wal: disk("wal"), blocks: disk("blocks") };
    Store::open(limits, Arc::new(SystemClock::default()), disks, Durability::Interval).expect("opens").0
}

/// One of many series, ten to an instance: seven labels, about 130 bytes of them.
fn series(number: usize) -> Arc<Series> {
    let name = format!("service_requests_processed_total_{}", number % 10);
    let instance = format!("host-{:06}.example.org:9100", number / 10);
    let (region, team) = (format!("eu-central-{}", number / 10 % 7), format!("team-{}", number / 10 % 31));
    let labels = [
        (NAME, name.as_str()),
        (SERVICE, "bench"),
        (INSTANCE, instance.as_str()),
        ("region", region.as_str()),
        ("team", team.as_str()),
        ("environment", "production"),
        ("version", "2.11.4"),
    ];
    Arc::new(Series::new(Labels::new(labels), MetricKind::Counter))
}

/// Half constant, three tenths counters, two tenths gauges of two decimals.
fn value(number: usize, step: usize, chance: &mut Chance) -> f64 {
    match number % 10 {
        0..=4 => 42.0,
        5..=7 => (step * 7 + number % 100) as f64 + (chance.unit() * 5.0).floor(),
        _ => (2_000.0 + (chance.unit() * 100.0).round()) / 100.0,
    }
}

fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Millis::try_from(since.as_millis()).expect("not so soon") / STEP * STEP
}

/// Appends one sample of each series, ten to a batch; gives the processor time of the appending alone.
fn round(
    store: &Store,
    all: &[Arc<Series>],
    first: usize,
    step: usize,
    t: Millis,
    chance: &mut Chance,
) -> f64 {
    let mut points = Vec::with_capacity(all.len());
    points.extend((first..).take(all.len()).map(|number| Point { t, v: value(number, step, chance) }));
    let begin = cpu_seconds();
    for (series, points) in all.chunks(10).zip(points.chunks(10)) {
        let batch: Vec<_> =
            series.iter().zip(points).map(|(series, point)| Sample { series, point: *point }).collect();
        store.append(&batch).expect("taken");
    }
    store.commit().expect("written");
    cpu_seconds() - begin
}

fn memory() {
    const SERIES: usize = 1_000_000;
    const STEPS: usize = 10;
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), limits());
    let (start, mut chance, mut spent) = (now() - 10 * STEP, Chance::seeded(1), [0.0; STEPS]);
    let before = resident();
    for (step, spent) in spent.iter_mut().enumerate() {
        let t = start + Millis::try_from(step).expect("few") * STEP;
        for first in (0..SERIES).step_by(1_000) {
            // Made anew each time, so that the store finds them by their labels.
            let all: Vec<_> = (first..first + 1_000).map(series).collect();
            *spent += round(&store, &all, first, step, t, &mut chance);
        }
        store.maintain().expect("a sound disk");
    }
    println!(
        "memory: {} bytes a series, of {SERIES} with {STEPS} samples each (goal 400)",
        (resident() - before) / SERIES
    );
    println!("append: {:.0} ns for a new series and its first sample", spent[0] * 1e9 / SERIES as f64);
    let known = spent.iter().skip(1).sum::<f64>() / (SERIES * (STEPS - 1)) as f64;
    println!("append by labels: {:.2} M samples/s, {:.0} ns each (goal 1.5 M)", 1e-6 / known, known * 1e9);
    let begin = Instant::now();
    let matchers = vec![model::Matcher::regex(INSTANCE, "host-00123.*").expect("good")];
    let found = store.select(&Selection::all(matchers)).expect("readable").len();
    println!(
        "select: {found} of {SERIES} series by a pattern in {:.1} ms of the wall's time",
        begin.elapsed().as_secs_f64() * 1e3
    );
}

fn append() {
    const SERIES: usize = 100_000;
    const STEPS: usize = 100;
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), limits());
    let all: Vec<_> = (0..SERIES).map(series).collect();
    let (start, mut chance) = (now() - 1_000 * STEP, Chance::seeded(2));
    let mut spent = 0.0;
    for step in 0..STEPS {
        let t = start + Millis::try_from(step).expect("few") * STEP;
        let time = round(&store, &all, 0, step, t, &mut chance);
        // The first round makes the series.
        spent += if step == 0 { 0.0 } else { time };
    }
    let each = spent / (SERIES * (STEPS - 1)) as f64;
    println!(
        "append by known shape: {:.2} M samples/s, {:.0} ns each, {SERIES} series (goal 10 M)",
        1e-6 / each,
        each * 1e9
    );
}

fn decode() {
    const SERIES: usize = 200;
    const STEPS: usize = 65_536;
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), limits());
    let all: Vec<_> = (0..SERIES).map(series).collect();
    let (start, mut chance) = (now() - 65_536 * STEP, Chance::seeded(3));
    for step in 0..STEPS {
        let t = start + Millis::try_from(step).expect("few") * STEP;
        round(&store, &all, 0, step, t, &mut chance);
        if step % 300 == 0 {
            store.maintain().expect("a sound disk");
        }
    }
    store.flush(Millis::MAX).expect("a block");
    let samples = store.block_stats().samples as f64;
    for (what, pattern) in
        [("half constant", ".+"), ("counters", ".+[5-7]"), ("gauges, 2 decimals", ".+[89]")]
    {
        let (mut count, begin) = (0, cpu_seconds());
        let matchers = vec![model::Matcher::regex(NAME, pattern).expect("good")];
        while cpu_seconds() - begin < 2.0 {
            let mut take = |_: &Arc<Series>, columns: model::Columns<'_>| {
                count += std::hint::black_box(columns).len();
                std::ops::ControlFlow::Continue(())
            };
            store.each(&Selection::all(matchers.clone()), &mut take).expect("readable");
        }
        let each = (cpu_seconds() - begin) / count as f64;
        println!("decode: {:.0} M samples/s, {:.1} ns each, {what} (goal 200 M)", 1e-6 / each, each * 1e9);
    }
    println!("decode: of {samples:.0} samples in {} bytes", store.block_stats().bytes);
    let (mut count, begin) = (0, cpu_seconds());
    while cpu_seconds() - begin < 2.0 {
        let mut take = |_: &Arc<Series>, buckets: &[model::Bucket]| {
            count += std::hint::black_box(buckets).iter().map(|bucket| bucket.aggregate.count).sum::<u64>();
            std::ops::ControlFlow::Continue(())
        };
        store
            .each_bucket(&Selection::all(Vec::new()), 3_600_000, model::Facts::ALL, &mut take)
            .expect("readable");
    }
    let each = (cpu_seconds() - begin) / count as f64;
    println!("decode: {:.0} M samples/s, {:.2} ns each, by the hour", 1e-6 / each, each * 1e9);
}

fn log() {
    const SERIES: usize = 10_000;
    let dir = tempfile::tempdir().expect("a directory");
    // No checkpoint before the gibibyte is full.
    let limits = MemoryLimits { segment_bytes: 300 << 20, ..limits() };
    let store = open(dir.path(), limits);
    let all: Vec<_> = (0..SERIES).map(series).collect();
    let (start, mut chance, mut step) = (now() - 100_000 * STEP, Chance::seeded(4), 0);
    while store.wal_stats().written < 1 << 30 {
        let t = start + Millis::try_from(step).expect("few") * STEP;
        round(&store, &all, 0, step, t, &mut chance);
        step += 1;
        if step % 300 == 0 {
            store.maintain().expect("a sound disk");
        }
    }
    drop(store);
    let (begin, cpu) = (Instant::now(), cpu_seconds());
    let store = open(dir.path(), limits);
    let (wall, cpu) = (begin.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    println!(
        "start: 1 GiB of log, {} samples, in {wall:.1} s of the wall's time, {cpu:.1} s of the processor's (goal 10 s)",
        store.stats().samples
    );
}

/// Ten links to each block of a gigabyte of them, each a block for the store.
fn blocks() {
    const SERIES: usize = 20_000;
    let dir = tempfile::tempdir().expect("a directory");
    let store = open(dir.path(), limits());
    let all: Vec<_> = (0..SERIES).map(series).collect();
    let (start, mut chance, mut step) = (now() - 100_000 * STEP, Chance::seeded(5), 0_i64);
    while store.stats().bytes < 1_050_000_000 {
        let t = start + step * STEP;
        for series in all.chunks(10) {
            let points: Vec<_> = series.iter().map(|_| Point { t, v: chance.unit() }).collect();
            let batch: Vec<_> =
                series.iter().zip(&points).map(|(series, point)| Sample { series, point: *point }).collect();
            store.append(&batch).expect("taken");
        }
        step += 1;
        if step % 300 == 0 {
            store.maintain().expect("a sound disk");
        }
    }
    store.flush(Millis::MAX).expect("a block");
    drop(store);
    let blocks = dir.path().join("blocks");
    let written: Vec<_> =
        std::fs::read_dir(&blocks).expect("a directory").flatten().map(|entry| entry.path()).collect();
    let is_block = |path: &&std::path::PathBuf| path.extension().is_some_and(|kind| kind == "block");
    let written: Vec<_> = written.iter().filter(is_block).collect();
    for (path, number) in written.iter().cycle().take(9 * written.len()).zip(1_000_u64..) {
        std::fs::hard_link(path, blocks.join(format!("{number:08}.block"))).expect("linked");
    }
    let (begin, cpu) = (Instant::now(), cpu_seconds());
    let store = open(dir.path(), limits());
    let (wall, cpu) = (begin.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let bytes = store.block_stats().bytes as f64 / 1e9;
    println!(
        "start: {bytes:.1} GB of blocks in {wall:.3} s of the wall's time, {cpu:.2} s of the processor's (goal 1 s)"
    );
    let begin = Instant::now();
    let spans = store.spans(&[], model::TimeRange::ALL).len();
    println!("start: its {spans} series in {:.3} s more", begin.elapsed().as_secs_f64());
}

/// Processor time of this process so far, in seconds.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").expect("Linux");
    let nanoseconds = text.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
    // Of the main thread, which does all the work here.
    nanoseconds.expect("a number") / 1e9
}

/// Bytes of memory that this process has.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = text.split_whitespace().nth(1).and_then(|text| text.parse::<usize>().ok());
    pages.expect("a number") * 4_096
}
