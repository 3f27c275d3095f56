//! The journal under every fault: nothing that was kept is lost, nothing that was not is made up.

use std::io::ErrorKind;
use std::sync::Arc;
use store::{Journal, JournalError, Recovered};
use world::{Disk, SimDisk};

const NAME: &str = "test.journal";

fn open(disk: &SimDisk) -> (Journal, Recovered) {
    Journal::open(Arc::new(disk.clone()), NAME).expect("damage never keeps a journal from opening")
}

fn records() -> Vec<Vec<u8>> {
    vec![b"first".to_vec(), vec![0; 40], b"third".to_vec(), vec![0xff; 3]]
}

/// A disk with a journal of [`records`].
fn written() -> SimDisk {
    let disk = SimDisk::new(1);
    let (journal, recovered) = open(&disk);
    assert_eq!(recovered, Recovered::default());
    for record in records() {
        journal.append(&record).expect("there is room");
    }
    disk
}

fn file(disk: &SimDisk) -> Vec<u8> {
    disk.read(NAME).expect("readable").expect("there")
}

/// A disk whose journal is `bytes`.
fn disk_with(bytes: &[u8]) -> SimDisk {
    let disk = SimDisk::new(1);
    disk.replace(NAME, bytes).expect("there is room");
    disk
}

/// Offsets behind the header and behind each record.
fn borders() -> Vec<usize> {
    let mut at = 16;
    std::iter::once(at)
        .chain(records().iter().map(|record| {
            at += 8 + record.len();
            at
        }))
        .collect()
}

#[test]
fn records_come_back_in_order_after_a_kill() {
    let disk = written();
    let (journal, recovered) = open(&disk);
    assert_eq!(recovered, Recovered { records: records(), damage: None });
    assert_eq!(journal.len_bytes(), file(&disk).len() as u64);
    journal.append(b"more").expect("there is room");
    assert_eq!(open(&disk).1.records.len(), 5);
}

#[test]
fn a_file_cut_at_any_byte_gives_every_whole_record_before_the_cut() {
    let whole = file(&written());
    for length in 0..whole.len() {
        let disk = disk_with(&whole[..length]);
        let (journal, recovered) = open(&disk);
        let kept = borders().iter().filter(|border| **border <= length).count().saturating_sub(1);
        assert_eq!(recovered.records, records()[..kept], "cut at {length}");
        let is_clean = length == 0 || borders().contains(&length);
        assert_eq!(recovered.damage.is_none(), is_clean, "cut at {length}: {:?}", recovered.damage);
        journal.append(b"after").expect("it goes on");
        let again = open(&disk).1;
        assert_eq!((again.records.len(), again.damage), (kept + 1, None), "cut at {length}");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_found_and_costs_at_most_its_record() {
    let whole = file(&written());
    for byte in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[byte] ^= 1 << bit;
            let disk = disk_with(&bytes);
            let (journal, recovered) = open(&disk);
            let place = format!("byte {byte}, bit {bit}");
            assert!(recovered.damage.is_some(), "{place}: damage is told");
            let hit = borders().iter().filter(|border| **border <= byte).count();
            let mut expect = records();
            if hit > 0 {
                expect.remove(hit - 1);
            }
            assert_eq!(recovered.records, expect, "{place}");
            journal.append(b"after").expect("it goes on");
            let again = open(&disk).1;
            assert_eq!((again.records.len(), again.damage), (expect.len() + 1, None), "{place}");
        }
    }
}

#[test]
fn a_damaged_file_is_copied_aside_whole() {
    let mut bytes = file(&written());
    bytes[20] ^= 1;
    let disk = disk_with(&bytes);
    let damage = open(&disk).1.damage.expect("told");
    let aside = disk.list().expect("listed").into_iter().find(|name| name != NAME).expect("a copy");
    assert!(damage.contains(&aside), "{damage}");
    assert_eq!(disk.read(&aside).expect("readable"), Some(bytes));
}

#[test]
fn a_file_of_another_version_is_not_touched() {
    let mut bytes = file(&written());
    bytes[8] = 2;
    let crc = crc32c::crc32c(&bytes[..12]).to_le_bytes();
    bytes[12..16].copy_from_slice(&crc);
    let disk = disk_with(&bytes);
    let error = Journal::open(Arc::new(disk.clone()), NAME).err().expect("refused");
    assert!(matches!(error, JournalError::Version { version: 2, .. }), "{error}");
    assert_eq!(file(&disk), bytes);
}

#[test]
fn a_failing_call_at_any_place_loses_nothing_that_was_acknowledged() {
    for n in 1..12 {
        let disk = SimDisk::new(n);
        disk.fail_call(n, ErrorKind::Other);
        let Ok((journal, _)) = Journal::open(Arc::new(disk.clone()), NAME) else { continue };
        let kept: Vec<Vec<u8>> =
            records().into_iter().filter(|record| journal.append(record).is_ok()).collect();
        let synced = journal.sync();
        assert_eq!(open(&disk).1.records, kept, "call {n} failed, sync {synced:?}");
    }
}

#[test]
fn a_power_cut_keeps_what_was_synced_and_makes_nothing_up() {
    for seed in 0..200 {
        let disk = SimDisk::new(seed);
        let (journal, _) = open(&disk);
        let all = records();
        journal.append(&all[0]).expect("room");
        journal.append(&all[1]).expect("room");
        journal.sync().expect("synced");
        journal.append(&all[2]).expect("room");
        journal.append(&all[3]).expect("room");
        disk.lose_power();
        let kept = open(&disk).1.records;
        assert!(kept.len() >= 2 && kept == all[..kept.len()], "seed {seed}: {kept:?}");
    }
}

#[test]
fn after_a_failed_sync_nothing_is_taken_until_a_rewrite() {
    let disk = written();
    let (journal, _) = open(&disk);
    disk.fail_call(1, ErrorKind::Other);
    assert!(matches!(journal.sync(), Err(JournalError::Disk { .. })));
    assert!(matches!(journal.append(b"x"), Err(JournalError::Closed { .. })));
    assert!(matches!(journal.sync(), Err(JournalError::Closed { .. })));
    journal.rewrite(records().into_iter()).expect("there is room");
    journal.append(b"x").expect("open again");
    assert_eq!(open(&disk).1.records.len(), 5);
}

#[test]
fn a_full_disk_refuses_and_recovers_when_there_is_room() {
    let disk = written();
    let (journal, _) = open(&disk);
    disk.set_capacity(file(&disk).len() + 10);
    assert!(journal.append(&[7; 100]).is_err());
    assert!(journal.rewrite(std::iter::once(vec![7; 500])).is_err());
    assert_eq!(open(&disk).1.records, records(), "the old file is whole");
    disk.set_capacity(usize::MAX);
    journal.append(&[7; 100]).expect("there is room");
    assert_eq!(open(&disk).1.records.len(), 5);
}

#[test]
fn records_of_no_or_too_much_size_are_refused() {
    let (journal, _) = open(&SimDisk::new(1));
    for bytes in [0, (16 << 20) + 1] {
        let error = journal.append(&vec![0; bytes]).expect_err("refused");
        assert!(matches!(error, JournalError::RecordSize { .. }), "{error}");
    }
}
