//! The real and the simulated world behave alike.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that is not as it should be")]

use std::io::ErrorKind;
use std::time::Duration;
use world::{Chance, Clock, Disk, RealDisk, SimClock, SimDisk, SystemClock};

/// What every disk must do.
fn check(disk: &dyn Disk) {
    assert_eq!(disk.read("a").expect("readable"), None);
    disk.append("a", b"one").expect("room");
    disk.append("a", b"two").expect("room");
    disk.sync("a").expect("synced");
    assert_eq!(disk.read("a").expect("readable").as_deref(), Some(&b"onetwo"[..]));
    disk.truncate("a", 3).expect("cut");
    assert_eq!(disk.read("a").expect("readable").as_deref(), Some(&b"one"[..]));
    disk.replace("a", b"new").expect("room");
    disk.replace("b", b"").expect("room");
    assert_eq!(disk.list().expect("listed"), ["a", "b"]);
    let aside = disk.quarantine("a").expect("renamed");
    disk.append("a", b"again").expect("room");
    let second = disk.quarantine("a").expect("renamed");
    assert_ne!(aside, second, "nothing is overwritten");
    assert_eq!(disk.read(&aside).expect("readable").as_deref(), Some(&b"new"[..]));
    for name in ["", ".", "..", "../x", "a/b", "/etc/passwd", ".lock", "a\\b", "a\0b"] {
        assert_eq!(disk.read(name).expect_err("refused").kind(), ErrorKind::InvalidInput, "{name:?}");
        assert_eq!(disk.append(name, b"x").expect_err("refused").kind(), ErrorKind::InvalidInput, "{name:?}");
        assert_eq!(
            disk.replace(name, b"x").expect_err("refused").kind(),
            ErrorKind::InvalidInput,
            "{name:?}"
        );
        assert_eq!(disk.truncate(name, 0).expect_err("refused").kind(), ErrorKind::InvalidInput, "{name:?}");
        assert_eq!(disk.sync(name).expect_err("refused").kind(), ErrorKind::InvalidInput, "{name:?}");
        assert_eq!(disk.quarantine(name).expect_err("refused").kind(), ErrorKind::InvalidInput, "{name:?}");
    }
    assert_eq!(disk.truncate("absent", 0).expect_err("refused").kind(), ErrorKind::NotFound);
    assert_eq!(disk.quarantine("absent").expect_err("refused").kind(), ErrorKind::NotFound);
    assert_eq!(disk.list().expect("listed"), ["a.damaged-1", "a.damaged-2", "b"], "what fails makes no file");
    disk.append("b", &[0, 0xff, b'\n']).expect("room");
    disk.append("b", b"").expect("room");
    assert_eq!(disk.read("b").expect("readable").as_deref(), Some(&[0, 0xff, b'\n'][..]), "bytes are bytes");
    disk.truncate("b", 0).expect("cut");
    assert_eq!(disk.read("b").expect("readable").as_deref(), Some(&[][..]));
    assert_eq!(disk.sync("absent").expect_err("refused").kind(), ErrorKind::NotFound);
}

#[test]
fn both_disks_do_the_same() {
    let dir = tempfile::tempdir().expect("a directory");
    check(&RealDisk::open(&dir.path().join("deep/data")).expect("made"));
    check(&SimDisk::new(1));
}

#[test]
fn a_directory_belongs_to_one_process_at_a_time() {
    let dir = tempfile::tempdir().expect("a directory");
    let first = RealDisk::open(dir.path()).expect("free");
    assert_eq!(RealDisk::open(dir.path()).expect_err("taken").kind(), ErrorKind::WouldBlock);
    drop(first);
    RealDisk::open(dir.path()).expect("free again");
}

#[test]
fn what_is_written_is_there_when_the_directory_is_opened_again_and_leftovers_are_not_shown() {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = RealDisk::open(dir.path()).expect("free");
    disk.replace("kept", b"old").expect("room");
    disk.append("kept", b"er").expect("room");
    // A process that was killed while it replaced leaves the new content under another name.
    std::fs::copy(dir.path().join("kept"), dir.path().join(".replacing")).expect("copied");
    drop(disk);
    let disk = RealDisk::open(dir.path()).expect("free again");
    assert_eq!(disk.list().expect("listed"), ["kept"]);
    assert_eq!(disk.read("kept").expect("readable").as_deref(), Some(&b"older"[..]));
    disk.replace("kept", b"new").expect("room");
    assert_eq!(disk.read("kept").expect("readable").as_deref(), Some(&b"new"[..]));
}

#[test]
fn a_directory_that_cannot_be_one_is_an_error() {
    let dir = tempfile::tempdir().expect("a directory");
    RealDisk::open(dir.path()).expect("free").replace("file", b"x").expect("room");
    assert!(RealDisk::open(&dir.path().join("file/data")).is_err());
}

#[test]
fn a_power_cut_takes_a_prefix_and_the_same_one_for_the_same_seed() {
    let written: Vec<u8> = (1..=200).collect();
    let left = |seed| {
        let disk = SimDisk::new(seed);
        disk.append("a", &written[..50]).expect("room");
        disk.sync("a").expect("synced");
        disk.append("a", &written[50..]).expect("room");
        disk.lose_power();
        let once = disk.read("a").expect("readable").expect("there");
        disk.lose_power();
        assert_eq!(disk.read("a").expect("readable").as_deref(), Some(&once[..]), "what is left stays");
        once
    };
    let mut lengths = std::collections::BTreeSet::new();
    let mut garbled = 0;
    for seed in 0..200 {
        let bytes = left(seed);
        assert_eq!(bytes, left(seed), "seed {seed}");
        assert_eq!(bytes[..50], written[..50], "seed {seed}: what was synced stays");
        let wrong = bytes.iter().zip(&written).filter(|(left, written)| left != written).count();
        assert!(bytes.len() <= written.len() && wrong <= 1, "seed {seed}");
        garbled += wrong;
        lengths.insert(bytes.len());
    }
    assert!(lengths.len() > 50 && garbled > 50, "{} lengths, {garbled} garbled", lengths.len());
}

#[test]
fn a_replaced_file_and_a_cut_one_survive_a_power_cut() {
    let disk = SimDisk::new(3);
    disk.replace("a", b"whole").expect("room");
    disk.append("b", b"123456").expect("room");
    disk.truncate("b", 3).expect("cut");
    disk.lose_power();
    assert_eq!(disk.read("a").expect("readable").as_deref(), Some(&b"whole"[..]));
    assert_eq!(disk.read("b").expect("readable").as_deref(), Some(&b"123"[..]));
}

#[test]
fn time_that_passes_beyond_all_bounds_stops_at_them() {
    let clock = SimClock::at(i64::MAX - 5);
    clock.advance(Duration::MAX);
    clock.advance(Duration::MAX);
    assert_eq!((clock.now(), clock.monotonic()), (i64::MAX, Duration::MAX));
}

#[test]
fn a_power_cut_takes_what_was_not_synced_and_a_kill_does_not() {
    let disk = SimDisk::new(7);
    let other_process = disk.clone();
    disk.append("a", b"kept").expect("room");
    disk.sync("a").expect("synced");
    disk.append("a", &[b'x'; 100]).expect("room");
    assert_eq!(
        other_process.read("a").expect("readable").map(|bytes| bytes.len()),
        Some(104),
        "another process sees it all"
    );
    disk.lose_power();
    let left = disk.read("a").expect("readable").expect("there");
    assert!(left.starts_with(b"kept") && left.len() <= 104);
}

#[test]
fn the_simulated_disk_fails_when_it_is_told_to_and_is_full_when_it_is() {
    let disk = SimDisk::new(1);
    disk.fail_call(2, ErrorKind::TimedOut);
    disk.append("a", b"1").expect("the first call is good");
    assert_eq!(disk.append("a", b"22").expect_err("told to").kind(), ErrorKind::TimedOut);
    disk.append("a", b"3").expect("once is once");
    assert_eq!(
        disk.read("a").expect("readable").as_deref(),
        Some(&b"123"[..]),
        "a failed append leaves a part"
    );
    disk.set_capacity(4);
    assert_eq!(disk.append("a", b"4567").expect_err("full").kind(), ErrorKind::StorageFull);
    assert_eq!(disk.replace("b", b"12345").expect_err("full").kind(), ErrorKind::StorageFull);
}

#[test]
fn time_of_day_and_time_passed_are_two() {
    let clock = SimClock::at(1_000);
    clock.advance(Duration::from_secs(2));
    assert_eq!((clock.now(), clock.monotonic()), (3_000, Duration::from_secs(2)));
    clock.set(-5);
    assert_eq!((clock.now(), clock.monotonic()), (-5, Duration::from_secs(2)));
    let real = SystemClock::default();
    let first = real.monotonic();
    assert!(real.now() > 1_700_000_000_000 && real.monotonic() >= first);
}

#[test]
fn chance_from_a_seed_repeats_and_keeps_its_bounds() {
    let numbers = |seed| {
        let mut chance = Chance::seeded(seed);
        (0..50).map(move |_| chance.below(10)).collect::<Vec<_>>()
    };
    assert_eq!(numbers(3), numbers(3));
    assert_ne!(numbers(3), numbers(4));
    assert!(numbers(3).iter().all(|number| *number < 10));
    let mut chance = Chance::from_entropy();
    assert_eq!(chance.below(0), 0);
    for _ in 0..100 {
        assert!((0.0..1.0).contains(&chance.unit()));
        let wait = chance.jitter(Duration::from_secs(10), 0.1);
        assert!(wait >= Duration::from_secs(9) && wait <= Duration::from_secs(11));
    }
}
