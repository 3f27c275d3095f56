//! Any entries of the lists of what is erased and of what is known of metrics, behind right checksums.
#![no_main]

#[path = "../../crates/store/tests/it/framed.rs"]
#[expect(dead_code, reason = "the rest is for blocks and logs")]
mod framed;

use libfuzzer_sys::fuzz_target;
use std::sync::Arc;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{Disk, SimClock, SimDisk};

fuzz_target!(|bytes: &[u8]| {
    let Some((which, entries)) = bytes.split_first() else { return };
    let (name, magic) = if which & 1 == 0 { ("erased", b"AMERS001") } else { ("metadata", b"AMMTA001") };
    let blocks = SimDisk::new(2);
    blocks.replace(name, &framed::list(magic, entries)).expect("written");
    let disks = Disks { wal: Arc::new(SimDisk::new(1)), blocks: Arc::new(blocks) };
    let clock = Arc::new(SimClock::at(1_000));
    let (store, _) = Store::open(MemoryLimits::default(), clock, disks, Durability::Always).expect("opens");
    store.tidy().expect("it goes on");
});
