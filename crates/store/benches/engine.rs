//! `cargo bench -p store --bench engine`: bytes and processor time per sample, beside VictoriaMetrics with the same
//! samples in the same run where that is installed (Debian: `victoria-metrics`).
//!
//! The sets are made from a seed: what monitoring data often looks like, and what it looks like at its worst. Each
//! has a hundred series with a sample every ten seconds, all at the same times. Bytes are those of all files: ours
//! after everything became a block, the peer's after a forced merge and a stop. Times are of this process, user
//! and system together, in steps of a hundredth of a second; appending includes the write-ahead log.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first thing that is not as it should be, and runs on the real machine"
)]

use model::{
    Append, INSTANCE, Labels, MetricKind, Millis, NAME, Point, SERVICE, Sample, Select, Selection, Series,
    limits,
};
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{Chance, RealDisk, SystemClock};

/// Series of each set.
const SERIES: usize = 100;
/// Milliseconds between two samples of a series.
const STEP: Millis = 10_000;
/// Samples of a series.
const LENGTHS: [usize; 3] = [240, 1_440, 4_320];

/// A kind of data: the value after `last`, by chance.
type Next = fn(last: f64, chance: &mut Chance) -> f64;

/// Rounds to `per` parts of one.
fn parts(value: f64, per: f64) -> f64 {
    (value * per).round() / per
}

const SETS: [(&str, Next); 6] = [
    ("constant", |_, _| 42.0),
    ("integer walk", |last, chance| (last + (chance.unit() * 3.0).floor() - 1.0).clamp(0.0, 100.0)),
    ("counter", |last, chance| last + (chance.unit() * 4.0).floor()),
    ("cpu seconds", |last, chance| parts(last + 10.0 * chance.unit(), 100.0)),
    ("gauge, 2 decimals", |_, chance| parts(20.0 + chance.unit(), 100.0)),
    ("full floats", |_, chance| chance.unit()),
];

fn main() {
    println!(
        "| {:<18} | samples/series | bytes/sample | VictoriaMetrics | ours/theirs | append ns | to block ns | read ns |",
        "set"
    );
    println!(
        "| :----------------- | -------------: | -----------: | --------------: | ----------: | --------: | ----------: | ------: |"
    );
    let mut sums = (0.0, 0.0);
    for (name, next) in SETS {
        for length in LENGTHS {
            let data = make(next, length);
            let ours = ours(&data);
            let theirs = theirs(&data);
            let samples = (SERIES * length) as f64;
            let per_sample = |bytes: u64| bytes as f64 / samples;
            let peer = theirs.map_or("-".to_owned(), |bytes| format!("{:.3}", per_sample(bytes)));
            let ratio =
                theirs.map_or("-".to_owned(), |bytes| format!("{:.2}", ours.bytes as f64 / bytes as f64));
            sums = (sums.0 + ours.bytes as f64, sums.1 + theirs.unwrap_or(0) as f64);
            println!(
                "| {name:<18} | {length:>14} | {:>12.3} | {peer:>15} | {ratio:>11} | {:>9.0} | {:>11.0} | {:>7.1} |",
                per_sample(ours.bytes),
                ours.append * 1e9 / samples,
                ours.to_block * 1e9 / samples,
                ours.read * 1e9 / samples,
            );
        }
    }
    if sums.1 > 0.0 {
        println!("\nall sets together: {:.2} of VictoriaMetrics' bytes", sums.0 / sums.1);
    } else {
        println!("\nVictoriaMetrics is not installed: no comparison");
    }
}

/// All series, with all their points.
struct Data(Vec<(Arc<Series>, Vec<Point>)>);

fn make(next: Next, length: usize) -> Data {
    let mut chance = Chance::seeded(20_261_124);
    let end = yesterday();
    let one = |number: usize| {
        let (name, instance) = (format!("metric_{}", number % 10), format!("host-{}", number / 10));
        let labels =
            [(NAME, name.as_str()), (SERVICE, "bench"), (INSTANCE, instance.as_str()), ("job", "node")];
        let series = Arc::new(Series::new(Labels::new(labels), MetricKind::Gauge));
        let mut v = parts(chance.unit() * 100.0, 1.0);
        let points = (0..length).map(|step| {
            v = next(v, &mut chance);
            let ago = Millis::try_from(length - step).expect("few") * STEP;
            Point { t: end - ago, v }
        });
        (series, points.collect())
    };
    Data((0..SERIES).map(one).collect())
}

/// The end of yesterday: all samples are of one day, which is one block when it is over.
fn yesterday() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Millis::try_from(since.as_millis()).expect("not so soon") / limits::DAY * limits::DAY
}

/// What the engine costs.
struct Ours {
    bytes: u64,
    /// Processor seconds.
    append: f64,
    to_block: f64,
    read: f64,
}

fn ours(data: &Data) -> Ours {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = |name: &str| Arc::new(RealDisk::open(&dir.path().join(name)).expect("a directory"));
    let disks = Disks { wal: disk("wal"), blocks: disk("blocks") };
    let limits = MemoryLimits::default();
    let clock = Arc::new(SystemClock::default());
    let (store, _) = Store::open(limits, clock, disks, Durability::Interval).expect("opens");
    let begin = cpu_seconds();
    for step in 0..data.0.first().map_or(0, |(_, points)| points.len()) {
        let batch: Vec<_> =
            data.0.iter().map(|(series, points)| Sample { series, point: points[step] }).collect();
        store.append(&batch).expect("taken");
        store.commit().expect("written");
    }
    let appended = cpu_seconds();
    store.flush(Millis::MAX).expect("a block");
    let flushed = cpu_seconds();
    const READS: usize = 5;
    for _ in 0..READS {
        let found = store.select(&Selection::all(Vec::new())).expect("readable");
        for (one, (_, points)) in found.iter().zip(sorted(data)) {
            assert!(one.points == *points, "bit for bit");
        }
    }
    let read = cpu_seconds();
    drop(store);
    Ours {
        bytes: size(&dir.path().join("blocks")),
        append: appended - begin,
        to_block: flushed - appended,
        read: (read - flushed) / READS as f64,
    }
}

fn sorted(data: &Data) -> Vec<&(Arc<Series>, Vec<Point>)> {
    let mut all: Vec<_> = data.0.iter().collect();
    all.sort_by(|a, b| a.0.labels().cmp(b.0.labels()));
    all
}

/// Bytes of the peer's files; `None` where it is not installed.
fn theirs(data: &Data) -> Option<u64> {
    let dir = tempfile::tempdir().expect("a directory");
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|free| free.local_addr())
        .expect("a port")
        .port();
    let mut peer = Command::new("victoria-metrics")
        .arg(format!("-storageDataPath={}", dir.path().display()))
        .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
        .args(["-retentionPeriod=10y", "-loggerLevel=ERROR"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    while ask(port, "GET /health HTTP/1.1", "").is_none() {
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut body = String::new();
    for (series, points) in &data.0 {
        let labels: Vec<String> =
            series.labels().iter().map(|(name, value)| format!("{name:?}:{value:?}")).collect();
        let list = |number: fn(&Point) -> String| points.iter().map(number).collect::<Vec<_>>().join(",");
        let (values, times) = (list(|point| format!("{:?}", point.v)), list(|point| point.t.to_string()));
        writeln!(
            body,
            "{{\"metric\":{{{}}},\"values\":[{values}],\"timestamps\":[{times}]}}",
            labels.join(",")
        )
        .expect("memory");
    }
    let answer = ask(port, "POST /api/v1/import HTTP/1.1", &body).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    for path in ["/internal/force_flush", "/internal/force_merge"] {
        ask(port, &format!("GET {path} HTTP/1.1"), "").expect("it answers");
        std::thread::sleep(Duration::from_secs(1));
    }
    let stopped = Command::new("kill").args(["-INT", &peer.id().to_string()]).status();
    assert!(stopped.is_ok_and(|status| status.success()), "it lives");
    peer.wait().expect("it ends");
    Some(size(&dir.path().join("data")) + size(&dir.path().join("indexdb")))
}

fn ask(port: u16, request: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    let length = body.len();
    write!(
        stream,
        "{request}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Bytes of all files below `dir`.
fn size(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Processor seconds of this process so far.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).expect("a number");
    // Ticks are hundredths of a second.
    (ticks(11) + ticks(12)) / 100.0
}
