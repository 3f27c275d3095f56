//! Files that somebody made to do harm: their checksums agree, and what they say does not.

use crate::rig::{Kept, Read, START, file, read, sealed};
use framing::Frame;
use framing::varint::{put, put_signed};
use model::limits;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::{collection, option};

const FRAME: Frame =
    Frame { magic: *b"AMCAP001", versions: 1..=1, payload_bytes: limits::CAPSULE_RECORD_BYTES };
const NUMBER: u64 = 7;

/// A file of these records, whose checksums agree.
fn made(records: &[(u8, Vec<u8>)]) -> (Vec<u8>, Vec<u64>) {
    let (mut bytes, mut places) = (FRAME.header(NUMBER), Vec::new());
    for (kind, payload) in records {
        let at = bytes.len() as u64;
        places.push(at);
        FRAME.put(&mut bytes, (NUMBER, at), *kind, payload);
    }
    (bytes, places)
}

fn block(messages: u64, begin: i64, unpacked: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    put(&mut payload, messages);
    put_signed(&mut payload, begin);
    payload.extend(snap::raw::Encoder::new().compress_vec(unpacked).expect("short"));
    payload
}

/// What is read of one block, in a file that ends with it.
fn read_block(payload: Vec<u8>) -> Read {
    read(&made(&[(1, b"{}".to_vec()), (2, payload)]).0).expect("the preface is good")
}

#[test]
fn blocks_that_lie_are_gaps() {
    let good = {
        let mut unpacked = vec![0, 0, 1, b't', 2];
        unpacked.extend(b"hi");
        unpacked
    };
    assert_eq!(read_block(block(1, START, &good)).messages.len(), 1);
    let with = |at: usize, byte: u8| {
        let mut other = good.clone();
        other[at] = byte;
        other
    };
    let bomb = block(1, START, &vec![0; limits::CAPSULE_UNPACKED_BYTES + 1]);
    assert!(bomb.len() < 30_000);
    let mut promise = block(1, START, &good);
    let head = promise.len() - snap::raw::Encoder::new().compress_vec(&good).expect("short").len();
    // Snappy's own length: four gigabytes, of which nothing comes.
    promise.splice(head..=head, [0xff, 0xff, 0xff, 0xff, 0x0f]);
    for (what, payload) in [
        ("more messages are said than there are", block(2, START, &good)),
        ("none is said", block(0, START, &[])),
        ("fewer are said", block(0, START, &good)),
        ("before all time", block(1, i64::MIN, &good)),
        ("after all time", block(1, i64::MAX, &good)),
        ("a quality of service that there is not", block(1, START, &with(1, 3))),
        ("flags that there are not", block(1, START, &with(1, 0x40))),
        ("a topic that is longer than all", block(1, START, &with(2, 100))),
        ("a topic that is no text", block(1, START, &with(3, 0xff))),
        ("a payload that is longer than all", block(1, START, &with(4, 100))),
        ("a bomb", bomb),
        ("a promise", promise),
        ("noise", vec![0xff; 50]),
    ] {
        let read = read_block(payload);
        assert_eq!((read.messages.len(), read.gaps.len()), (0, 1), "{what}");
    }
}

#[test]
fn an_index_that_lies_is_none() {
    let blocks = sealed(&(0..20).map(Kept::number).collect::<Vec<_>>(), 10);
    let bytes = file(&blocks);
    assert!(read(&bytes).expect("whole").is_whole);
    let index = |entries: &[(u64, i64, u64, u64)], count: u64| {
        let mut payload = Vec::new();
        put(&mut payload, count);
        for (step, earliest, span, messages) in entries {
            put(&mut payload, *step);
            put_signed(&mut payload, *earliest);
            put(&mut payload, *span);
            put(&mut payload, *messages);
        }
        payload
    };
    let with_index = |payload: Vec<u8>| {
        let unpacked = vec![0, 0, 1, b't', 0];
        let records = [(1, b"{}".to_vec()), (2, block(1, START, &unpacked)), (3, payload), (4, vec![0; 8])];
        let places = made(&records).1;
        let (mut bytes, _) = made(&records[..3]);
        let at = bytes.len() as u64;
        FRAME.put(&mut bytes, (NUMBER, at), 4, &places[2].to_le_bytes());
        (read(&bytes).expect("the preface is good"), places)
    };
    let (_, places) = with_index(vec![0]);
    let good = (places[1], START, 0, 1);
    assert!(with_index(index(&[good], 1)).0.is_whole);
    for (what, payload) in [
        ("more entries than there are", index(&[good], 2)),
        ("fewer", index(&[good], 0)),
        ("so many that nobody has them", index(&[good], u64::MAX)),
        ("the same twice", index(&[good, (0, 0, 0, 1)], 2)),
        ("before the blocks", index(&[(1, START, 0, 1)], 1)),
        ("behind them", index(&[(places[2], START, 0, 1)], 1)),
        ("out of the file", index(&[(u64::MAX, START, 0, 1)], 1)),
        ("past all time", index(&[(places[1], i64::MAX, u64::MAX, 1)], 1)),
        ("noise", vec![0xff; 40]),
    ] {
        let (read, _) = with_index(payload);
        // The block is found all the same, and that the end is not right is told.
        assert_eq!((read.is_whole, read.messages.len(), read.gaps.len()), (false, 1, 1), "{what}");
    }
    // What the index says of a block is not so.
    for other in [(places[1], START, 0, 2), (places[1], START, 1, 1), (places[1], START + 1, 0, 1)] {
        let (read, _) = with_index(index(&[other], 1));
        assert_eq!((read.is_whole, read.messages.len(), read.gaps.len()), (true, 0, 1), "{other:?}");
    }
    // A place inside of a block is no block.
    let (read, _) = with_index(index(&[(places[1] + 3, START, 0, 1)], 1));
    assert_eq!((read.is_whole, read.messages.len(), read.gaps.len()), (true, 0, 1));
}

fn any_message() -> impl Strategy<Value = Kept> {
    let bytes = || collection::vec(any::<u8>(), 0..60);
    let time = prop_oneof![START..START + 10_000, Just(0), Just(253_402_300_799_999)];
    let flags = (0..=2_u8, any::<bool>(), any::<bool>(), option::of(1..usize::MAX));
    (".{0,20}", time, bytes(), bytes(), flags).prop_map(
        |(topic, at, payload, properties, (qos, retained, is_taken, too_long))| match too_long {
            Some(bytes) => {
                Kept { topic, at, bytes, payload: Vec::new(), qos, retained, properties, is_taken }
            }
            None => Kept { topic, at, bytes: payload.len(), payload, qos, retained, properties, is_taken },
        },
    )
}

proptest! {
    #[test]
    fn every_message_comes_back(messages in collection::vec(any_message(), 0..40), each in 1..15_usize) {
        let read = read(&file(&sealed(&messages, each))).expect("it was just written");
        assert!(read.is_whole && read.gaps.is_empty());
        assert_eq!(read.messages, messages);
    }

    #[test]
    fn no_damage_makes_a_message_that_was_not_sent(
        messages in collection::vec(any_message(), 1..40),
        damage in collection::vec((any::<usize>(), 1..=255_u8), 1..6),
        cut in option::of(any::<usize>()),
    ) {
        let mut bytes = file(&sealed(&messages, 5));
        for (at, with) in damage {
            let at = at % bytes.len();
            bytes[at] ^= with;
        }
        if let Some(at) = cut {
            bytes.truncate(at % bytes.len());
        }
        if let Ok(read) = read(&bytes) {
            let mut sent = messages.iter();
            for message in &read.messages {
                assert!(sent.any(|one| one == message), "{message:?}");
            }
            let missing: u64 = read.gaps.iter().filter_map(|gap| gap.missing).map(|(count, ..)| count).sum();
            if read.is_whole {
                assert_eq!(read.messages.len() as u64 + missing, messages.len() as u64);
            } else {
                assert_eq!(read.gaps.len(), 1);
            }
        }
    }

    #[test]
    fn records_of_noise_whose_checksums_agree_do_no_harm(
        records in collection::vec((0..6_u8, collection::vec(any::<u8>(), 1..200)), 0..12),
        place in any::<u64>(),
        near in option::of(0..400_u64),
    ) {
        let mut all = vec![(1, b"{}".to_vec())];
        all.extend(records);
        all.push((4, near.unwrap_or(place).to_le_bytes().to_vec()));
        let read = read(&made(&all).0).expect("the preface is good");
        assert!(read.messages.len() <= 12 * 200);
    }

    #[test]
    fn noise_is_refused(bytes in collection::vec(any::<u8>(), 0..300)) {
        assert!(read(&bytes).is_err());
    }
}
