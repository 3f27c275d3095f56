//! `cargo bench -p store --bench engine`: bytes and processor time per sample, beside VictoriaMetrics with the same
//! samples in the same run where that is installed (Debian: `victoria-metrics`).
//!
//! The sets are made from a seed: what monitoring data often looks like, and what it looks like at its worst. Each
//! has a hundred series with a sample every ten seconds, all at the same times. One more is of ten hosts, each with what a
//! benchmark's host usually has: ten processor loads as integers, six gauges of memory, disk and load, of which two are full
//! floats, five counters, and a histogram of nine buckets, sum and count. Bytes are those of all files: ours
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
            let (ours, theirs) = measure(name, length, &make(next, length));
            sums = (sums.0 + ours, sums.1 + theirs);
        }
    }
    let mut mix = (0.0, 0.0);
    for length in LENGTHS {
        let (ours, theirs) = measure("mix of hosts", length, &make_hosts(length));
        mix = (mix.0 + ours, mix.1 + theirs);
    }
    if sums.1 > 0.0 {
        println!("\nall sets of one kind together: {:.2} of VictoriaMetrics' bytes", sums.0 / sums.1);
        println!("all mixes of hosts together: {:.2}", mix.0 / mix.1);
    } else {
        println!("\nVictoriaMetrics is not installed: no comparison");
    }
}

/// Measures both with `data` and prints a line; gives the bytes of ours and theirs.
fn measure(name: &str, length: usize, data: &Data) -> (f64, f64) {
    let ours = ours(data);
    let theirs = theirs(data);
    let samples = (data.0.len() * length) as f64;
    let per_sample = |bytes: u64| bytes as f64 / samples;
    let peer = theirs.map_or("-".to_owned(), |bytes| format!("{:.3}", per_sample(bytes)));
    let ratio = theirs.map_or("-".to_owned(), |bytes| format!("{:.2}", ours.bytes as f64 / bytes as f64));
    println!(
        "| {name:<18} | {length:>14} | {:>12.3} | {peer:>15} | {ratio:>11} | {:>9.0} | {:>11.0} | {:>7.1} |",
        per_sample(ours.bytes),
        ours.append * 1e9 / samples,
        ours.to_block * 1e9 / samples,
        ours.read * 1e9 / samples,
    );
    (ours.bytes as f64, theirs.unwrap_or(0) as f64)
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

/// Hosts of the mix.
const HOSTS: usize = 10;
/// Bytes of a host's memory and disk, which are told in pages.
const MEMORY: f64 = 32.0 * 1_073_741_824.0;
const DISK: f64 = 2e12;
const PAGE: f64 = 4_096.0;
/// Upper ends of the buckets that answers are counted in, in seconds.
const BUCKETS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, f64::INFINITY];
const PROCESSOR: [&str; 10] =
    ["user", "system", "idle", "nice", "iowait", "irq", "softirq", "steal", "guest", "guest_nice"];
const GAUGES: [&str; 6] =
    ["memory_total", "memory_free", "memory_used_percent", "disk_free", "disk_used_percent", "load"];
const COUNTERS: [&str; 5] = ["received_bytes", "sent_bytes", "received_packets", "disk_reads", "requests"];

/// How a host is.
struct Host {
    loads: [f64; PROCESSOR.len()],
    memory_free: f64,
    disk_free: f64,
    load: f64,
    counters: [f64; COUNTERS.len()],
    buckets: [f64; BUCKETS.len()],
    seconds: f64,
}

/// About what is normally distributed around 0, with a deviation of 1.
fn normal(chance: &mut Chance) -> f64 {
    (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0
}

impl Host {
    fn new(chance: &mut Chance) -> Self {
        Self {
            loads: std::array::from_fn(|_| chance.unit() * 100.0),
            memory_free: chance.unit() * MEMORY,
            disk_free: chance.unit() * DISK,
            load: chance.unit() * 3.0,
            counters: std::array::from_fn(|_| (chance.unit() * 1e9).floor()),
            buckets: [0.0; BUCKETS.len()],
            seconds: 0.0,
        }
    }

    /// What it tells ten seconds later: a value for each of its series.
    fn step(&mut self, chance: &mut Chance) -> Vec<f64> {
        self.loads.iter_mut().for_each(|load| *load = (*load + normal(chance)).clamp(0.0, 100.0));
        self.memory_free = (self.memory_free + normal(chance) * 1e8).clamp(0.0, MEMORY);
        self.disk_free = (self.disk_free - chance.unit() * 2e6).max(0.0);
        self.load = (self.load + normal(chance) / 8.0).clamp(0.0, 100.0);
        let in_pages = |bytes: f64| (bytes / PAGE).floor() * PAGE;
        let (memory, disk) = (in_pages(self.memory_free), in_pages(self.disk_free));
        // What is busy answers and moves more.
        let answers = ((0.2 + self.loads[0] / 100.0) * 150.0 * chance.unit()).floor();
        let reads = if chance.unit() < 0.25 { (chance.unit() * 40.0).floor() } else { 0.0 };
        let moved = [answers * 5_000.0, answers * 20_000.0, answers * 15.0];
        let moved = moved.map(|most| (most * chance.unit()).floor());
        let more = moved.into_iter().chain([reads, answers]);
        self.counters.iter_mut().zip(more).for_each(|(counter, more)| *counter += more);
        let mut left = answers;
        while left > 0.0 {
            // A few are slow.
            let took = 0.0015 / chance.unit().max(0.002);
            self.seconds += took;
            let counts = self.buckets.iter_mut().zip(BUCKETS);
            counts.filter(|(_, end)| took <= *end).for_each(|(count, _)| *count += 1.0);
            left -= 1.0;
        }
        let used = |free: f64, all: f64| (all - free) / all * 100.0;
        let (memory_used, disk_used) = (used(memory, MEMORY), used(disk, DISK));
        let gauges = [MEMORY, memory, memory_used, disk, disk_used, parts(self.load, 100.0)];
        let all = self.loads.iter().map(|load| load.floor()).chain(gauges).chain(self.counters);
        all.chain(self.buckets).chain([self.seconds, self.buckets[BUCKETS.len() - 1]]).collect()
    }

    /// The series of a host, in the order of its values.
    fn series(number: usize, chance: &mut Chance) -> Vec<Arc<Series>> {
        let choice = |of: f64, chance: &mut Chance| (chance.unit() * of).floor();
        let tags = [
            ("arch", ["x86_64", "aarch64"][number % 2].to_owned()),
            ("hall", format!("hall-{}", choice(9.0, chance))),
            ("os", ["Debian 12", "Debian 13", "Alpine 3"][number % 3].to_owned()),
            ("rack", choice(100.0, chance).to_string()),
            ("region", format!("region-{}", choice(4.0, chance))),
            ("stage", ["production", "test"][number % 2].to_owned()),
            ("team", format!("team-{}", choice(5.0, chance))),
            ("version", choice(3.0, chance).to_string()),
        ];
        let instance = format!("host-{number}");
        let one = |name: &str, end: Option<String>| {
            let own = [(NAME, name), (SERVICE, "bench"), (INSTANCE, instance.as_str())];
            let tags = tags.iter().map(|(name, value)| (*name, value.as_str()));
            let labels = own.into_iter().chain(tags).chain(end.as_deref().map(|end| ("le", end)));
            Arc::new(Series::new(Labels::new(labels), MetricKind::Gauge))
        };
        let plain = PROCESSOR.iter().map(|name| format!("processor_{name}"));
        let plain = plain.chain(GAUGES.into_iter().chain(COUNTERS).map(str::to_owned));
        let mut all: Vec<_> = plain.map(|name| one(&name, None)).collect();
        all.extend(BUCKETS.iter().map(|end| one("answer_seconds_bucket", Some(end.to_string()))));
        all.extend(["answer_seconds_sum", "answer_seconds_count"].map(|name| one(name, None)));
        all
    }
}

fn make_hosts(length: usize) -> Data {
    let mut chance = Chance::seeded(20_261_125);
    let mut all = Vec::new();
    for number in 0..HOSTS {
        let series = Host::series(number, &mut chance);
        let mut host = Host::new(&mut chance);
        let mut points = vec![Vec::with_capacity(length); series.len()];
        // Each host at its own moment.
        let end = yesterday() - Millis::try_from(number).expect("few") * 97;
        for step in 0..length {
            let t = end - Millis::try_from(length - step).expect("few") * STEP;
            let values = host.step(&mut chance);
            points.iter_mut().zip(values).for_each(|(points, v)| points.push(Point { t, v }));
        }
        all.extend(series.into_iter().zip(points));
    }
    Data(all)
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
