//! A snapshot is a store of its own.

use crate::engine::Ground;
use crate::wal::{append_to, content};
use model::{Matcher, Millis, NAME, TimeRange, limits};
use std::io::ErrorKind;
use std::sync::Arc;
use store::{Disks, Store};

const NOW: Millis = 1_795_000_000_000;

/// Samples in a block, some of them erased, and newer ones in memory.
fn filled(ground: &Ground) -> Store {
    ground.clock.set(NOW);
    let store = ground.sound();
    let fill = |t: Millis| {
        for n in 0..400 {
            let t = t + n * 1_000;
            append_to(&store, &[(0, t, n as f64), (1, t, f64::sin(n as f64)), (2, t, 21.5)])
                .expect("a sound disk");
        }
    };
    fill(NOW - limits::DAY);
    store.flush(Millis::MAX).expect("a sound disk");
    let gone = TimeRange { start: 0, end: NOW - limits::DAY + 100_000 };
    store.erase(&[Matcher::equal(NAME, "metric_1")], gone).expect("a sound disk");
    fill(NOW - limits::HOUR);
    store
}

fn disks(ground: &Ground) -> Disks {
    Disks { wal: Arc::new(ground.wal.clone()), blocks: Arc::new(ground.blocks.clone()) }
}

#[test]
fn a_snapshot_survives_a_power_cut_and_has_what_was_there_and_nothing_later() {
    let (ground, other) = (Ground::new(1), Ground::new(7));
    let store = filled(&ground);
    let whole = content(&store);
    assert!(whole.len() > 2_000, "{}", whole.len());
    store.snapshot(&disks(&other)).expect("sound disks");
    append_to(&store, &[(0, NOW, 1.0)]).expect("a sound disk");
    store.flush(Millis::MAX).expect("a sound disk");
    store.erase(&[], TimeRange::ALL).expect("a sound disk");
    other.lose_power();
    other.clock.set(NOW);
    let (copy, recovery) = other.open().expect("it opens");
    assert_eq!((content(&copy), recovery.told), (whole, vec![]));
    assert_eq!(content(&store).len(), 0, "the first goes its own way");
    append_to(&copy, &[(0, NOW, 2.0)]).expect("and so does the second");
}

#[test]
fn a_snapshot_that_fails_at_any_call_hurts_nobody() {
    let ground = Ground::new(2);
    let store = filled(&ground);
    let whole = content(&store);
    let attempt = |fail: &dyn Fn(&Ground)| {
        let other = Ground::new(9);
        fail(&other);
        store.snapshot(&disks(&other)).map(|()| other)
    };
    let sound = attempt(&|_| {}).expect("sound disks");
    for n in 1..=sound.wal.calls() {
        assert!(attempt(&|other| other.wal.fail_call(n, ErrorKind::StorageFull)).is_err(), "call {n}");
    }
    for n in 1..=sound.blocks.calls() {
        assert!(attempt(&|other| other.blocks.fail_call(n, ErrorKind::StorageFull)).is_err(), "call {n}");
    }
    assert_eq!(content(&store), whole);
    append_to(&store, &[(0, NOW, 1.0)]).expect("it goes on");
}
