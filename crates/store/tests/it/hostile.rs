//! Files that are wrong and have the right checksums: the writer of another version, or somebody with ill will. They are
//! told or read for what they are, and hurt nobody. The fuzz targets in `fuzz/` do the same for longer.

use crate::framed::{block, list, segment};
use model::{Append, Matcher, Point, Sample, Select, Selection};
use proptest::prelude::{any, proptest};
use std::sync::Arc;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{Disk, SimClock, SimDisk};

/// Opens a store on such a file, reads all of it, and writes to it.
fn survive(name: &str, bytes: &[u8]) {
    let (wal, blocks) = (SimDisk::new(1), SimDisk::new(2));
    let disk = if name.ends_with("segment") { &wal } else { &blocks };
    disk.replace(name, bytes).expect("written");
    let disks = Disks { wal: Arc::new(wal.clone()), blocks: Arc::new(blocks.clone()) };
    store::verify(&disks, |_| {}).expect("readable");
    let clock = Arc::new(SimClock::at(1_000));
    let (store, _) = Store::open(MemoryLimits::default(), clock, disks, Durability::Always).expect("opens");
    let pattern = Matcher::regex("a", ".*").expect("good");
    for matchers in [Vec::new(), vec![pattern], vec![Matcher::equal("a", "b"), Matcher::not_equal("c", "")]] {
        store.select(&Selection::all(matchers.clone())).expect("readable");
        store.select(&Selection::all(matchers).newest(1)).expect("readable");
    }
    let series = crate::wal::series(0);
    let sample = Sample { series: &series, point: Point { t: 1_000, v: 1.0 } };
    store.append(&[sample]).expect("it goes on");
    store.flush(i64::MAX).expect("it goes on");
    store.tidy().expect("it goes on");
}

#[test]
fn the_frames_are_those_of_the_store() {
    // A base time of 1, series 0 new with no labels, the value 0: by the letter of wal.md.
    let (wal, blocks) = (SimDisk::new(1), SimDisk::new(2));
    wal.replace("00000001.segment", &segment(1, &[2, 0, 0x78, 1, 0])).expect("written");
    // One chunk of times, steady from 1; no symbols; a series with it and an inline value, constant, and no rollups; no
    // postings.
    let times = [0, 2, 1];
    let mut index = vec![1, 2, 0, 1, 16, 3];
    index.extend(crc32c::crc32c(&times).to_le_bytes());
    index.extend([0, 1, 16, 0, 0, 1, 0, 0, 19, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0]);
    blocks.replace("00000001.block", &block(&times, &index, 1)).expect("written");
    let disks = Disks { wal: Arc::new(wal), blocks: Arc::new(blocks) };
    let mut reports = Vec::new();
    store::verify(&disks, |report| reports.push(report)).expect("readable");
    let found: Vec<_> = reports.iter().map(|report| (report.samples, report.problem.clone())).collect();
    assert_eq!(found, [(1, None), (1, None)]);
}

proptest! {
    #[test]
    fn any_bytes_are_survived_as_a_batch(payload in proptest::collection::vec(any::<u8>(), 1..120)) {
        survive("00000001.segment", &segment(1, &payload));
    }

    #[test]
    fn any_bytes_are_survived_as_chunks(payload in proptest::collection::vec(any::<u8>(), 1..120)) {
        survive("00000001.segment", &segment(3, &payload));
    }

    #[test]
    fn any_bytes_are_survived_as_lists(entries in proptest::collection::vec(0..20_u8, 0..60), any in proptest::collection::vec(any::<u8>(), 0..60)) {
        for bytes in [entries, any] {
            survive("erased", &list(b"AMERS001", &bytes));
            survive("metadata", &list(b"AMMTA001", &bytes));
        }
    }

    /// Small numbers, so that tables are short enough to be gone through.
    #[test]
    fn any_bytes_are_survived_as_an_index(chunks in proptest::collection::vec(any::<u8>(), 0..40), index in proptest::collection::vec(0..20_u8, 1..160), series in 0..4_u8) {
        survive("00000001.block", &block(&chunks, &index, series));
    }
}
