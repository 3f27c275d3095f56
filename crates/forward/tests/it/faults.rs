//! Full disks, failing disks and damage.

use crate::rig::{Receiver, numbers, open, open_on, series};
use forward::Settings;
use model::{Append, Point, Sample};
use std::io;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use world::{Disk, LogFile, ReadFile, SimDisk};

#[test]
fn a_full_disk_costs_samples_which_are_counted_and_nothing_else() {
    let disk = SimDisk::new(1);
    let mut rig = open(&disk, &Settings::default());
    let all: Vec<_> = (0..100).map(|number| series(&format!("m n={number}"))).collect();
    rig.take(&all);
    disk.set_capacity(10_000);
    for number in 0..11_000_u32 {
        // Values of all eight bytes.
        let point = Point { t: crate::rig::START + 1 + i64::from(number), v: f64::from(number) / 3.1 };
        let batch: Vec<_> = all.iter().map(|series| Sample { series, point }).collect();
        rig.queue.append(&batch).expect("it never fails");
        if number % 100 == 0 {
            rig.queue.commit().expect("it never fails");
            rig.clock.advance(Duration::from_millis(100));
        }
    }
    let mut rig = rig.after(20_000);
    let stats = rig.queue.stats();
    assert!(stats.dropped > 50_000, "{stats:?}");
    let told = rig.queue.take_told();
    assert!(told.len() == 1 && told[0].contains("cannot be written"), "{told:?}");
    disk.set_capacity(usize::MAX);
    rig.clock.advance(Duration::from_secs(2));
    rig.take(&all);
    assert_eq!(rig.queue.take_told(), ["the queue can be written again"]);
    rig.take(&all);
    while rig.queue.stats().queue_samples > 0 {
        rig.clock.advance(Duration::from_secs(1));
        // A million would take the receiver of the tests long.
        if let forward::Next::Post(_) = rig.courier.next_step() {
            rig.courier.answered(&crate::rig::status(200));
        }
    }
    let stats = rig.queue.stats();
    assert_eq!(stats.sent + stats.dropped, 1_100_300, "{stats:?}");
}

#[test]
fn a_disk_that_fails_at_any_call_is_tried_again() {
    let all = [series("a"), series("b")];
    for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
        for pair in [false, true] {
            for call in 1..60 {
                let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
                receiver.is_strict = false;
                let mut rig = open(&disk, &Settings { max_samples: 10, ..Settings::default() });
                disk.fail_call(call, kind);
                if pair {
                    // The undoing fails as well.
                    disk.fail_call(call + 1, kind);
                }
                for round in 0..40 {
                    rig.take(&all);
                    rig.clock.advance(Duration::from_secs(2));
                    if round % 3 == 0 {
                        rig.queue.maintain();
                        rig.step(&mut receiver);
                    }
                }
                rig.queue.stop();
                rig.drain(&mut receiver);
                let stats = rig.queue.stats();
                assert_eq!(stats.sent + stats.dropped, 80, "call {call} {kind} {pair}: {stats:?}");
                assert!(pair || stats.dropped == 0, "call {call} {kind}: {stats:?}");
                assert_eq!(receiver.count(), stats.sent, "call {call} {kind} {pair}");
            }
        }
    }
}

#[test]
fn damage_at_any_byte_is_told_and_costs_only_itself() {
    let settings = Settings { max_samples: 10, ..Settings::default() };
    let all = [series("a"), series("b x=1")];
    let filled = || {
        let disk = SimDisk::new(1);
        let mut rig = open(&disk, &settings);
        for _ in 0..20 {
            rig.take(&all);
        }
        rig.queue.stop();
        disk
    };
    let name = "00000001.segment";
    let length = filled().length(name).expect("there");
    for at in 0..usize::try_from(length).expect("short") {
        for with in [1, 0xff] {
            let (disk, mut receiver) = (filled(), Receiver::new());
            disk.damage(name, at, with);
            let mut rig = open(&disk, &settings).after(100);
            rig.take(&all);
            rig.drain(&mut receiver);
            let told = rig.queue.take_told();
            assert_eq!(told.len(), 1, "byte {at}: {told:?}");
            let stats = rig.queue.stats();
            assert_eq!(receiver.count(), stats.sent, "byte {at}");
            // The first record has the definitions of all others: without it, only what came later is left.
            let least = if (8..12).contains(&at) || (24..71).contains(&at) { 2 } else { 40 };
            assert!(stats.sent >= least, "byte {at}: {stats:?} {told:?}");
            assert_eq!(receiver.values("a{}").last(), Some(&100.0), "byte {at}");
            // Without the end of the segment nobody knows how many there were.
            assert!(stats.sent + stats.dropped <= 42, "byte {at}: {stats:?}");
        }
    }
}

#[test]
fn a_damaged_cursor_is_told_and_everything_is_sent_again() {
    let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
    receiver.is_strict = false;
    let settings = Settings { max_samples: 10, ..Settings::default() };
    let mut rig = open(&disk, &settings);
    for _ in 0..20 {
        rig.take(&[series("a")]);
    }
    rig.step(&mut receiver);
    assert_eq!(receiver.count(), 10);
    disk.damage("cursor", 17, 1);
    let mut rig = open(&disk, &settings);
    let told = rig.queue.take_told();
    assert!(told.len() == 1 && told[0].contains("cursor"), "{told:?}");
    rig.drain(&mut receiver);
    assert_eq!((receiver.count(), receiver.repeats), (20, 10));
}

#[test]
fn a_segment_of_another_version_is_put_aside() {
    let disk = SimDisk::new(1);
    let mut header = b"AMQUE001\x02\0\0\0\x05\0\0\0\0\0\0\0".to_vec();
    header.extend(crc32c::crc32c(&header).to_le_bytes());
    header.push(1);
    disk.append("00000005.segment", &header).expect("a sound disk");
    let mut rig = open(&disk, &Settings::default());
    let told = rig.queue.take_told();
    assert!(told.len() == 1 && told[0].contains("version 2"), "{told:?}");
    rig.take(&[series("a")]);
    assert_eq!(disk.list().expect("readable"), ["00000005.segment.damaged-1", "00000006.segment"]);
}

/// A disk of which two reads are good and two fail.
struct FailsToRead(SimDisk, AtomicU64);

impl Disk for FailsToRead {
    fn read_at(&self, name: &str, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        if self.1.fetch_add(1, Ordering::Relaxed) % 4 >= 2 {
            return Err(ErrorKind::Other.into());
        }
        // Little at a time, so that a batch takes several reads.
        self.0.read_at(name, offset, length.min(200))
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.0.read(name)
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn ReadFile>> {
        self.0.open(name)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.0.length(name)
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.replace(name, bytes)
    }

    fn append(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.append(name, bytes)
    }

    fn truncate(&self, name: &str, length: u64) -> io::Result<()> {
        self.0.truncate(name, length)
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.0.sync(name)
    }

    fn quarantine(&self, name: &str) -> io::Result<String> {
        self.0.quarantine(name)
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn LogFile>> {
        self.0.create(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }
}

#[test]
fn a_read_that_fails_in_the_middle_of_a_batch_loses_nothing_of_it() {
    let mut receiver = Receiver::new();
    let disk = Arc::new(FailsToRead(SimDisk::new(1), AtomicU64::new(0)));
    let mut rig = open_on(disk, &Settings::default());
    for _ in 0..50 {
        rig.take(&[series("a"), series("b x=1")]);
    }
    rig.drain(&mut receiver);
    assert_eq!(receiver.values("a{}"), numbers(0..50));
    let stats = rig.queue.stats();
    assert_eq!((stats.sent, stats.failed, stats.dropped), (100, 0, 0));
    let told = rig.queue.take_told();
    assert!(!told.is_empty() && told.iter().all(|line| line.contains("cannot be read")), "{told:?}");
}
