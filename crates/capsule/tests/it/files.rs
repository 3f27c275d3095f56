//! Files as they are meant to be, cut, and damaged.

use crate::rig::{Kept, Read, START, file, read, sealed};
use capsule::{CapsuleError, Preface, Writer};

#[test]
fn a_file_without_messages_is_one_too() {
    let empty = read(&file([])).expect("it is whole");
    assert_eq!(empty, Read { is_whole: true, ..Read::default() });
}

#[test]
fn what_the_preface_says_comes_back() {
    let preface = Preface {
        collector: "0.1.0".to_owned(),
        made_at: START,
        since: Some(START - 5),
        settings: serde_json::json!({"rules": [{"name": "high_cpu"}]}),
        ..Preface::default()
    };
    let (writer, mut bytes) = Writer::begin(&preface).expect("short");
    bytes.extend(writer.end());
    let disk = world::SimDisk::new(1);
    world::Disk::append(&disk, "file", &bytes).expect("room");
    let open = world::Disk::open(&disk, "file").expect("there");
    let capsule = capsule::Capsule::open(&*open, bytes.len() as u64).expect("whole");
    assert_eq!(*capsule.preface(), preface);
    let long = Preface { collector: "x".repeat(2 << 20), ..Preface::default() };
    assert!(matches!(Writer::begin(&long), Err(CapsuleError::PrefaceTooLong(_))));
}

#[test]
fn a_cut_file_is_read_up_to_the_cut() {
    let messages: Vec<Kept> = (0..60).map(Kept::number).collect();
    let bytes = file(&sealed(&messages, 10));
    let whole = read(&bytes).expect("whole");
    assert_eq!((whole.messages.len(), whole.is_whole), (60, true));
    let (mut before, mut seen) = (0, 0);
    for end in 0..bytes.len() {
        match read(&bytes[..end]) {
            Ok(cut) => {
                assert!(!cut.is_whole && cut.gaps.len() == 1, "{end}");
                assert!(cut.messages.len().is_multiple_of(10) && cut.messages.len() >= before, "{end}");
                assert_eq!(cut.messages, messages[..cut.messages.len()], "{end}");
                (before, seen) = (cut.messages.len(), seen + 1);
            }
            // Of the header or the preface something is missing.
            Err(error) => assert!(seen == 0, "{end}: {error}"),
        }
    }
    assert_eq!(before, 60);
}

#[test]
fn a_damaged_byte_costs_its_block_at_most_and_is_told() {
    let messages: Vec<Kept> = (0..60).map(Kept::number).collect();
    let bytes = file(&sealed(&messages, 10));
    let (mut gaps, mut refused) = (0, 0);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        match read(&damaged) {
            Ok(read) if read.is_whole => {
                assert_eq!(read.gaps.len(), 1, "{at}");
                let missing = read.gaps[0].missing.expect("the index knows");
                assert_eq!((read.messages.len(), missing.0), (50, 10), "{at}");
                assert!(read.messages.iter().all(|message| messages.contains(message)), "{at}");
                assert!((START..START + 600).contains(&missing.1) && missing.2 == missing.1 + 90, "{at}");
                gaps += 1;
            }
            // The end is damaged: nobody knows what should be there.
            Ok(read) => assert_eq!((read.messages.len(), read.gaps.len()), (60, 1), "{at}"),
            Err(_) => refused += 1,
        }
    }
    assert!(gaps > 600 && refused > 24, "{gaps} {refused}");
}

#[test]
fn other_files_are_refused_in_words() {
    let told = |bytes: &[u8]| read(bytes).expect_err("no capsule").to_string();
    assert_eq!(told(b""), "this is no capsule, or its first bytes are damaged");
    assert_eq!(told(&[b'x'; 100]), "this is no capsule, or its first bytes are damaged");
    let later = framing::Frame { magic: *b"AMCAP001", versions: 7..=7, payload_bytes: 1 }.header(1);
    assert_eq!(told(&later), "a capsule of version 7, which this program does not know");
    let mut damaged = file([]);
    damaged[30] ^= 1;
    assert!(told(&damaged).starts_with("the preface of the capsule is damaged"));
}
