//! Any payload of a batch or of chunks, behind a right checksum.
#![no_main]

#[path = "../../crates/store/tests/it/framed.rs"]
#[expect(dead_code, reason = "the other half is for blocks")]
mod framed;

use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use store::{Durability, MemoryLimits, MemoryStore};
use world::{Disk, SimClock, SimDisk};

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, payload)) = bytes.split_first() else { return };
    if payload.is_empty() {
        return;
    }
    let disk = SimDisk::new(1);
    disk.replace("00000001.segment", &framed::segment(1 + 2 * (kind & 1), payload)).expect("written");
    let clock = Arc::new(SimClock::at(1_000));
    let opened = MemoryStore::open(MemoryLimits::default(), clock, Arc::new(disk), Durability::Always);
    assert!(opened.is_ok(), "damage does not stop a start");
});
