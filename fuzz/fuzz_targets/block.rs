//! Any index and chunks of a block, behind right checksums.
#![no_main]

#[path = "../../crates/store/tests/it/framed.rs"]
#[expect(dead_code, reason = "the other half is for logs")]
mod framed;

use libfuzzer_sys::fuzz_target;
use model::{Matcher, Select, Selection};
use std::sync::Arc;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{Disk, SimClock, SimDisk};

fuzz_target!(|bytes: &[u8]| {
    let Some((&[series, chunks], rest)) = bytes.split_first_chunk() else { return };
    let Some((chunks, index)) = rest.split_at_checked(usize::from(chunks)) else { return };
    let (wal, blocks) = (SimDisk::new(1), SimDisk::new(2));
    blocks.replace("00000001.block", &framed::block(chunks, index, series)).expect("written");
    let disks = Disks { wal: Arc::new(wal), blocks: Arc::new(blocks) };
    store::verify(&disks, |_| {}).expect("readable");
    let clock = Arc::new(SimClock::at(1_000));
    let (store, _) = Store::open(MemoryLimits::default(), clock, disks, Durability::Always).expect("opens");
    for matchers in [Vec::new(), vec![Matcher::regex("a", ".*").expect("good")], vec![Matcher::equal("a", "b")]] {
        store.select(&Selection::all(matchers)).expect("readable");
    }
});
