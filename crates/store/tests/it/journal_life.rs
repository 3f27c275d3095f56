//! The journal over many days: any order of writing, failing, losing power and starting again.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use std::io::ErrorKind;
use std::sync::Arc;
use store::{Journal, JournalError, Recovered};
use world::{Disk, SimDisk};

const NAME: &str = "life.journal";

fn open(disk: &SimDisk) -> (Journal, Recovered) {
    Journal::open(Arc::new(disk.clone()), NAME).expect("damage never keeps a journal from opening")
}

/// A disk with a journal of three records, the second damaged.
fn damaged() -> SimDisk {
    let disk = SimDisk::new(1);
    let (journal, _) = open(&disk);
    for record in [b"one", b"two", b"six"] {
        journal.append(record).expect("there is room");
    }
    let mut bytes = disk.read(NAME).expect("readable").expect("there");
    bytes[16 + 11 + 8] ^= 1;
    disk.replace(NAME, &bytes).expect("there is room");
    disk
}

#[test]
fn a_disk_that_fails_while_damage_is_mended_costs_no_record_and_is_told() {
    for n in 1..=2 {
        let disk = damaged();
        disk.fail_call(n, ErrorKind::StorageFull);
        let (journal, recovered) = open(&disk);
        assert_eq!(recovered.records, [b"one", b"six"], "call {n} failed");
        assert!(recovered.damage.is_some(), "call {n} failed");
        if let Err(error) = journal.append(b"more") {
            assert!(matches!(error, JournalError::Closed { .. }), "{error}");
            journal.rewrite(recovered.records.into_iter()).expect("there is room again");
            journal.append(b"more").expect("a rewrite makes it good");
        }
        assert_eq!(
            open(&disk).1,
            Recovered { records: vec![b"one".into(), b"six".into(), b"more".into()], damage: None }
        );
    }
}

#[test]
fn a_torn_tail_that_cannot_be_cut_off_is_told_and_nothing_is_written_behind_it() {
    let disk = SimDisk::new(1);
    let (journal, _) = open(&disk);
    journal.append(b"one").expect("there is room");
    disk.append(NAME, &[9, 0, 0]).expect("there is room");
    disk.fail_call(1, ErrorKind::Other);
    let (journal, recovered) = open(&disk);
    assert_eq!(recovered.records, [b"one"]);
    assert!(recovered.damage.is_some_and(|damage| damage.contains("could not be made good")));
    assert!(matches!(journal.append(b"two"), Err(JournalError::Closed { .. })));
    assert_eq!(open(&disk).1.records, [b"one"]);
}

#[test]
fn an_append_that_cannot_be_undone_closes_the_journal() {
    let disk = SimDisk::new(1);
    let (journal, _) = open(&disk);
    journal.append(b"one").expect("there is room");
    disk.fail_call(1, ErrorKind::Other);
    disk.fail_call(2, ErrorKind::Other);
    assert!(matches!(journal.append(b"two"), Err(JournalError::Disk { .. })));
    assert!(matches!(journal.append(b"six"), Err(JournalError::Closed { .. })));
    let recovered = open(&disk).1;
    assert_eq!(recovered.records, [b"one"]);
    assert!(recovered.damage.is_some(), "half a record was left behind");
}

#[test]
fn every_damaged_file_is_kept_under_a_name_of_its_own() {
    let disk = damaged();
    open(&disk);
    let mut bytes = disk.read(NAME).expect("readable").expect("there");
    bytes[0] ^= 1;
    disk.replace(NAME, &bytes).expect("there is room");
    open(&disk);
    assert_eq!(
        disk.list().expect("listed"),
        [NAME.to_owned(), format!("{NAME}.damaged-1"), format!("{NAME}.damaged-2")]
    );
}

#[test]
fn a_rewrite_that_is_refused_leaves_the_old_file_and_the_journal_open() {
    let disk = SimDisk::new(1);
    let (journal, _) = open(&disk);
    journal.append(b"one").expect("there is room");
    let error = journal.rewrite([b"x".to_vec(), Vec::new()].into_iter()).expect_err("refused");
    assert!(matches!(error, JournalError::RecordSize { bytes: 0, .. }), "{error}");
    disk.fail_call(1, ErrorKind::Other);
    assert!(journal.rewrite(std::iter::empty()).is_err());
    journal.append(b"two").expect("still open");
    assert_eq!(open(&disk).1.records, [b"one", b"two"]);
}

#[test]
fn any_two_flipped_bytes_make_nothing_up() {
    let disk = SimDisk::new(1);
    let (journal, _) = open(&disk);
    let written = [b"first".to_vec(), vec![0; 9], b"third".to_vec()];
    for record in &written {
        journal.append(record).expect("there is room");
    }
    let whole = disk.read(NAME).expect("readable").expect("there");
    for first in 0..whole.len() {
        for second in first + 1..whole.len() {
            let mut bytes = whole.clone();
            bytes[first] ^= 0xff;
            bytes[second] ^= 0x01;
            let disk = SimDisk::new(1);
            disk.replace(NAME, &bytes).expect("there is room");
            let recovered = open(&disk).1;
            let mut rest = written.iter();
            for record in &recovered.records {
                assert!(rest.any(|one| one == record), "bytes {first} and {second}: {record:?}");
            }
            assert!(recovered.damage.is_some(), "bytes {first} and {second}");
        }
    }
}

#[derive(Debug, Clone)]
enum Act {
    Append(Vec<u8>),
    Sync,
    Rewrite,
    /// The so-many-th call from now on fails.
    Fail(u64),
    Kill,
    PowerCut,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => proptest::collection::vec(any::<u8>(), 1..40).prop_map(Act::Append),
        2 => Just(Act::Sync),
        1 => Just(Act::Rewrite),
        1 => (1..4_u64).prop_map(Act::Fail),
        1 => Just(Act::Kill),
        1 => Just(Act::PowerCut),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_nothing_that_was_promised_is_lost(seed in 0..1_000_u64, acts in proptest::collection::vec(act(), 0..60)) {
        let disk = SimDisk::new(seed);
        let (mut journal, _) = open(&disk);
        // What was acknowledged, and how much of it a power cut may not take.
        let (mut kept, mut safe): (Vec<Vec<u8>>, usize) = (Vec::new(), 0);
        for act in acts {
            match act {
                Act::Append(record) => {
                    if journal.append(&record).is_ok() {
                        kept.push(record);
                    }
                }
                Act::Sync => {
                    if journal.sync().is_ok() {
                        safe = kept.len();
                    }
                }
                Act::Rewrite => {
                    if journal.rewrite(kept.clone().into_iter()).is_ok() {
                        safe = kept.len();
                    }
                }
                Act::Fail(n) => disk.fail_call(n, ErrorKind::Other),
                Act::Kill => {
                    let recovered;
                    (journal, recovered) = open(&disk);
                    assert_eq!(recovered.records, kept, "a kill loses nothing");
                }
                Act::PowerCut => {
                    disk.lose_power();
                    let recovered;
                    (journal, recovered) = open(&disk);
                    // In the middle of what was not synced a record may be garbled; the order stays.
                    assert_eq!(recovered.records[..safe], kept[..safe], "what was synced stays");
                    let mut rest = kept.iter();
                    assert!(recovered.records.iter().all(|record| rest.any(|one| one == record)), "nothing is made up");
                    kept = recovered.records;
                    safe = kept.len();
                }
            }
        }
        assert_eq!(open(&disk).1.records, kept);
    }
}
