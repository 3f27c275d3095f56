//! Native histograms: put together again on the way out.

use crate::rig::{Receiver, START, open};
use forward::{Settings, Version};
use ingest::RemoteWrite;
use model::{
    Append, CUSTOM_BUCKETS, Histogram, HistogramSeries, Labels, NAME, ResetHint, Sample, stale_marker,
};
use world::SimDisk;

fn some() -> Vec<Histogram> {
    let whole = Histogram {
        schema: 3,
        count: 7.0,
        sum: -1.5,
        zero_threshold: 1e-9,
        zero_count: 2.0,
        positive: [(-4, 1.0), (-3, 2.0), (12, 1.0)].into(),
        negative: [(0, 1.0)].into(),
        bounds: Vec::new(),
        reset: ResetHint::NotReset,
    };
    let parts = Histogram { count: 7.5, zero_count: 2.5, ..whole.clone() };
    let custom = Histogram {
        schema: CUSTOM_BUCKETS,
        count: 3.0,
        sum: 2.0,
        positive: [(0, 1.0), (11, 2.0)].into(),
        bounds: (0..11).map(|n| f64::from(n) - 1.0).collect(),
        reset: ResetHint::Gauge,
        ..Histogram::default()
    };
    let stale = Histogram { sum: stale_marker(), count: stale_marker(), ..Histogram::default() };
    vec![whole, parts, Histogram::default(), custom, stale]
}

fn take(queue: &forward::Queue, round: i64) -> u64 {
    let mut series = HistogramSeries::new(Labels::new([(NAME, "h"), ("zone", "ü")]));
    let mut count = 0;
    for (number, histogram) in (0..).zip(some()) {
        let rows = series.samples(START + 10 * round + number, &histogram);
        let batch: Vec<_> = rows.iter().map(|(series, point)| Sample { series, point: *point }).collect();
        queue.append(&batch).expect("it never fails");
        count += batch.len() as u64;
    }
    queue.commit().expect("it never fails");
    count
}

#[test]
fn histograms_arrive_as_they_were_taken() {
    check(Version::V1, RemoteWrite::V1);
    check(Version::V2, RemoteWrite::V2);
}

fn check(version: Version, read_as: RemoteWrite) {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    receiver.version = read_as;
    // A reader of the other side keeps the same parts again.
    let settings = Settings { version, native_histograms: true, max_samples: 3, ..Settings::default() };
    let mut rig = open(&disk, &settings);
    let count = take(&rig.queue, 0);
    rig.drain(&mut receiver);
    let mut series = HistogramSeries::new(Labels::new([(NAME, "h"), ("zone", "ü")]));
    let mut expect = crate::rig::Kept::new();
    for (number, histogram) in (0..).zip(some()) {
        for (series, point) in series.samples(START + number, &histogram) {
            let kept = expect.entry(series.labels().to_string()).or_default();
            kept.push((point.t, point.v.to_bits()));
        }
    }
    assert_eq!(receiver.kept, expect);
    let stats = rig.queue.stats();
    assert_eq!((stats.sent, stats.dropped, stats.left_out), (count, 0, 0));
}

#[test]
fn who_does_not_want_them_gets_none_and_they_are_counted() {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    let rig = open(&disk, &Settings { native_histograms: true, ..Settings::default() });
    let count = take(&rig.queue, 0);
    drop(rig);
    // Those that are in the queue already do not go either.
    let mut rig = open(&disk, &Settings::default());
    take(&rig.queue, 1);
    rig.take(&[crate::rig::series("a")]);
    rig.drain(&mut receiver);
    assert_eq!(receiver.kept.len(), 1);
    assert_eq!((rig.queue.stats().left_out, rig.queue.stats().sent), (2 * count, 1));
}
