//! The formats as they are on disk: what was written by this version must be read by every later one. A change of
//! format shows here first; `UPDATE_GOLDEN=1` writes the files anew, for a new version of the format only.

use crate::wal::{append_to, content};
use model::{Millis, limits, stale_marker};
use std::path::PathBuf;
use std::sync::Arc;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{Disk, SimClock, SimDisk};

const NOW: Millis = 20_776 * limits::DAY;

fn open(wal: &SimDisk, blocks: &SimDisk) -> Store {
    let disks = Disks { wal: Arc::new(wal.clone()), blocks: Arc::new(blocks.clone()) };
    let clock = Arc::new(SimClock::at(NOW));
    let limits = MemoryLimits::default();
    let (store, recovery) = Store::open(limits, clock, disks, Durability::Interval).expect("opens");
    assert_eq!(recovery.told, Vec::<String>::new());
    store
}

/// Something of every encoding.
fn fill(store: &Store) {
    for step in 0..60_i64 {
        let t = NOW - limits::HOUR + 10_000 * step;
        let decimal = (2_000 + step * 7_919 % 97) as f64 / 100.0;
        let samples =
            [(0, t, 21.5), (1, t, step as f64), (2, t + step % 3, decimal), (3, t, f64::sqrt(decimal))];
        append_to(store, &samples).expect("a sound disk");
    }
    // So many that they are sealed.
    for step in 0..300_i64 {
        append_to(store, &[(4, NOW - limits::HOUR + 1_000 * step, (step % 9) as f64)]).expect("a sound disk");
    }
    let odd = [-0.0, f64::NAN, f64::INFINITY, stale_marker(), f64::MIN_POSITIVE];
    for (step, v) in (0..).zip(odd) {
        append_to(store, &[(2, NOW - 1_000 + step, v)]).expect("a sound disk");
    }
}

/// What is kept of a file; those of earlier versions stay as they are.
fn golden(name: &str, bytes: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() && !name.contains(".v") {
        std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        std::fs::write(&path, bytes).expect("written");
    }
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn what_is_written_is_what_was_written_and_is_read_again() {
    let (wal, blocks) = (SimDisk::new(1), SimDisk::new(2));
    let store = open(&wal, &blocks);
    fill(&store);
    let whole = content(&store);
    let segment = wal.read("00000001.segment").expect("readable").expect("there");
    store.maintain().expect("a sound disk");
    store.flush(NOW - limits::HOUR + 1).expect("a sound disk");
    let checkpoint = wal.read("00000002.checkpoint").expect("readable").expect("there");
    let first = blocks.read("00000001.block").expect("readable").expect("there");
    store.flush(Millis::MAX).expect("a sound disk");
    let block = blocks.read("00000002.block").expect("readable").expect("there");

    let (old_segment, old_block) = (golden("1.segment", &segment), golden("2.block", &block));
    let old_checkpoint = golden("2.checkpoint", &checkpoint);
    assert_eq!(checkpoint.len(), old_checkpoint.len(), "a checkpoint is as small as ever");
    assert_eq!(segment, old_segment, "a segment is written as ever");
    // The first version too, whose files nothing writes any more.
    for old_segment in [old_segment, golden("1.v1.segment", &segment)] {
        let (wal, blocks) = (SimDisk::new(1), SimDisk::new(2));
        wal.replace("00000001.segment", &old_segment).expect("written");
        assert_eq!(content(&open(&wal, &blocks)), whole, "a segment is read as ever");
    }
    for old_checkpoint in [old_checkpoint, golden("2.v1.checkpoint", &checkpoint)] {
        let (wal, blocks) = (SimDisk::new(1), SimDisk::new(2));
        blocks.replace("00000001.block", &golden("1.block", &first)).expect("written");
        wal.replace("00000002.checkpoint", &old_checkpoint).expect("written");
        assert_eq!(content(&open(&wal, &blocks)), whole, "a checkpoint is read as ever");
    }
    let (wal, blocks) = (SimDisk::new(1), SimDisk::new(2));
    blocks.replace("00000001.block", &golden("1.block", &first)).expect("written");
    blocks.replace("00000002.block", &old_block).expect("written");
    assert_eq!(content(&open(&wal, &blocks)), whole, "a block is read as ever");
    // The compressor may write other bytes of the same format one day.
    assert_eq!(block.len(), old_block.len(), "a block is as small as ever");
}
