//! Death and power cuts at every call to the disk.

use crate::rig::{Receiver, Rig, numbers, open, series};
use forward::{Next, Settings};
use world::{Disk, SimDisk};

/// What the last run surely has.
#[derive(Debug, Default, Clone, Copy)]
struct Safe {
    committed: usize,
    synced: usize,
}

/// Takes, sends and syncs, until the disk dies at call `death`. Gives what was safe by then.
fn live(rig: &mut Rig, disk: &SimDisk, death: u64, receiver: &mut Receiver, from: usize) -> Safe {
    let all = [series("a"), series("b x=1")];
    let mut safe = Safe { committed: from, synced: from };
    for round in 0..60 {
        rig.take(&all);
        if disk.calls() >= death {
            return safe;
        }
        safe.committed += 1;
        if round % 5 == 4 {
            rig.queue.maintain();
            if disk.calls() >= death {
                return safe;
            }
            safe.synced = safe.committed;
        }
        if round % 7 == 6 {
            rig.clock.advance(std::time::Duration::from_secs(1));
            if let Next::Post(request) = rig.courier.next_step() {
                let reply = receiver.post(&request.body);
                // More comes in between: what is sent again after a death then stands beside what is new.
                rig.take(&all);
                if disk.calls() >= death {
                    return safe;
                }
                safe.committed += 1;
                rig.courier.answered(&reply);
            }
            if disk.calls() >= death {
                return safe;
            }
        }
        if round == 40 {
            // Some time later, in another segment.
            rig.queue.stop();
            if disk.calls() >= death {
                return safe;
            }
        }
    }
    safe
}

fn check(death: u64, power: bool, is_strict: bool) -> bool {
    let disk = SimDisk::new(death);
    let settings = Settings { max_samples: 20, ..Settings::default() };
    let mut receiver = Receiver::new();
    receiver.is_strict = is_strict;
    let mut rig = open(&disk, &settings);
    disk.die_at(death);
    let safe = live(&mut rig, &disk, death, &mut receiver, 0);
    let has_died = disk.calls() >= death;
    drop(rig);
    disk.revive();
    disk.lose_power_if(power);
    let sure = if power { safe.synced } else { safe.committed };

    let mut rig = open(&disk, &settings).after(1_000);
    rig.take(&[series("a"), series("b x=1")]);
    rig.drain(&mut receiver);
    for name in ["a{}", "b{x=\"1\"}"] {
        let mut values = receiver.values(name);
        assert_eq!(values.pop(), Some(1_000.0), "death at {death}, {power}");
        assert!(values.len() >= sure, "death at {death}, {power}: {} of {sure}", values.len());
        // Of what was not synced, any record may be garbled.
        let whole = if power { sure } else { values.len() };
        assert_eq!(values[..whole], numbers(0..whole), "death at {death}, {power}");
        assert!(values.is_sorted(), "death at {death}, {power}: {values:?}");
    }
    let stats = rig.queue.stats();
    assert_eq!(stats.queue_samples, 0, "death at {death}, {power}: {stats:?}");
    // A garbled record may have defined the series of others that were not synced either.
    assert!(power || stats.dropped == 0, "death at {death}: {stats:?}");
    // At most one request was under way; and two were sent since the last sync.
    let most = if power { 3 * 22 } else { 22 };
    assert!(receiver.repeats <= most, "death at {death}, {power}: {} repeats", receiver.repeats);
    has_died
}

#[test]
fn nothing_that_was_committed_is_lost_wherever_the_process_dies() {
    for is_strict in [false, true] {
        let mut death = 1;
        while check(death, false, is_strict) {
            death += 1;
        }
        assert!(death > 60, "{death} calls");
    }
}

#[test]
fn nothing_that_was_synced_is_lost_wherever_the_power_goes() {
    for is_strict in [false, true] {
        let mut death = 1;
        while check(death, true, is_strict) {
            death += 1;
        }
    }
}

#[test]
fn a_second_death_during_the_sending_loses_nothing_either() {
    let settings = Settings { max_samples: 20, ..Settings::default() };
    for death in 1.. {
        let (disk, mut receiver) = (SimDisk::new(death), Receiver::new());
        let mut rig = open(&disk, &settings);
        let safe = live(&mut rig, &disk, u64::MAX, &mut receiver, 0);
        drop(rig);
        // Opening removes what is done with, sending writes the cursor: each may be the last that happens.
        disk.die_at(death);
        let before = disk.calls();
        if let Ok(mut rig) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| open(&disk, &settings)))
        {
            for _ in 0..20 {
                if disk.calls() >= before + death {
                    break;
                }
                rig.step(&mut receiver);
            }
        }
        let has_died = disk.calls() >= before + death;
        disk.revive();
        let mut rig = open(&disk, &settings);
        rig.drain(&mut receiver);
        assert_eq!(receiver.values("a{}"), numbers(0..safe.committed), "death at {death}");
        if !has_died {
            assert!(disk.list().expect("readable").len() <= 1, "{:?}", disk.list());
            return;
        }
    }
}
