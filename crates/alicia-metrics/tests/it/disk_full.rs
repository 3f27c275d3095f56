//! A disk that is full, and then is not: a small file system of its own.

use crate::broker::Mosquitto;
use crate::collector::{Collector, Setup};
use crate::numbered::{numbers, publish_all, whole};
use crate::wait::{pause, until};
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Bytes of the file system.
const SIZE: &str = "24m";
/// When the first number was, in seconds.
const START: u64 = 1_700_000_000;

/// A file system in memory, gone with this.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let options = format!("size={SIZE}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(dir.path());
        assert!(
            mount.status().expect("mount runs").success(),
            "this test mounts a file system: it needs root"
        );
        Self(dir)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut file = File::create(self.path().join("filler")).expect("a file");
        for piece in [vec![1; 1 << 16], vec![1; 1]] {
            while let Ok(()) = file.write_all(&piece) {}
        }
        let error = file.write(&[1]).expect_err("there is no room");
        assert_eq!(error.kind(), ErrorKind::StorageFull);
    }

    fn free(&self) {
        fs::remove_file(self.path().join("filler")).expect("removed");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a failed test leaves the collector running a little longer.
        let _unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn wait_for(collector: &Collector, metric: &str, count: u64) {
    until("all numbers are there", || {
        let seen = numbers(collector, metric);
        if seen.len() as u64 >= count { Ok(()) } else { Err(seen.len()) }
    });
    assert_eq!(numbers(collector, metric), whole(count), "each once");
}

#[test]
fn live_a_full_disk_is_survived_and_everything_is_there_when_it_is_free_again() {
    let (broker, disk) = (Mosquitto::start(), SmallDisk::mount());
    let start = || Setup::broker(broker.port).data_dir(disk.path()).connect();
    let collector = start();
    publish_all(broker.port, "level", START, 0..50);
    wait_for(&collector, "level", 50);

    disk.fill();
    publish_all(broker.port, "level", START, 50..2_000);
    until("the log refuses", || {
        let closed = collector.own_metric("alicia_metrics_wal_closed");
        if closed > 0.0 { Ok(()) } else { Err(closed) }
    });
    // So long that pauses which double would have grown to many seconds.
    let full = Instant::now();
    while full.elapsed() < Duration::from_secs(10) {
        pause();
    }
    let health = collector.get("/health");
    assert!(health.status == 200 || health.status == 503, "it lives and answers: {}", health.status);
    let seen = numbers(&collector, "level");
    assert!(seen.len() < 2_000 && seen.starts_with(&whole(50)), "reads work: {}", seen.len());

    disk.free();
    let freed = Instant::now();
    wait_for(&collector, "level", 2_000);
    println!(
        "figure: lost 0 of 2000, all there {:.1} s after the disk was free",
        freed.elapsed().as_secs_f64()
    );

    // A start with a full disk: what is there is read, and the rest taken when there is room.
    collector.kill();
    disk.fill();
    publish_all(broker.port, "level", START, 2_000..2_100);
    let collector = Setup::broker(broker.port).data_dir(disk.path()).start();
    assert_eq!(numbers(&collector, "level").len(), 2_000, "history is read");
    disk.free();
    wait_for(&collector, "level", 2_100);
}
