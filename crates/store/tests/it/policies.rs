//! What each durability promises, after the process died or the power went at every single call to the disk.

use crate::wal::{Model, append_to, content};
use model::{Millis, limits};
use std::sync::Arc;
use store::{Disks, Durability, MemoryLimits, Store};
use world::{SimClock, SimDisk};

const NOW: Millis = 20_776 * limits::DAY;
const ALL: [Durability; 3] = [Durability::Always, Durability::Interval, Durability::Relaxed];

/// What was there at some moments of a run.
#[derive(Default)]
struct Told {
    /// After the last append that was acknowledged.
    acknowledged: Model,
    /// When the last round of upkeep ended well.
    upkept: Model,
    /// All that was ever tried.
    tried: Model,
}

fn open(wal: &SimDisk, durability: Durability) -> Result<Store, String> {
    let limits = MemoryLimits { segment_bytes: 200, ..MemoryLimits::default() };
    let disks = Disks { wal: Arc::new(wal.clone()), blocks: Arc::new(SimDisk::new(0)) };
    let opened = Store::open(limits, Arc::new(SimClock::at(NOW)), disks, durability);
    opened.map(|(store, _)| store).map_err(|error| error.to_string())
}

/// Appends, with upkeep after every third.
fn trace(wal: &SimDisk, durability: Durability, told: &mut Told) -> Result<(), String> {
    let store = open(wal, durability)?;
    for round in 0..30_i64 {
        let appended = append_to(&store, &[(0, NOW + round, 1.5), (1, NOW - round, round as f64)]);
        told.tried = content(&store);
        appended?;
        told.acknowledged = content(&store);
        if round % 3 == 2 {
            store.maintain().map_err(|error| error.to_string())?;
            told.upkept = content(&store);
        }
    }
    Ok(())
}

/// What a durability promises to be there.
fn promised(told: &Told, durability: Durability, power_went: bool) -> &Model {
    match (durability, power_went) {
        (Durability::Always, _) | (Durability::Interval, false) => &told.acknowledged,
        (Durability::Interval, true) | (Durability::Relaxed, _) => &told.upkept,
    }
}

fn check(durability: Durability, call: u64, power_goes: bool) -> usize {
    let wal = SimDisk::new(call);
    wal.die_at(call);
    let mut told = Told::default();
    trace(&wal, durability, &mut told).expect_err("it dies");
    wal.revive();
    wal.lose_power_if(power_goes);
    let found = content(&open(&wal, durability).expect("it starts again"));
    let what = format!("{durability:?}, call {call}, power goes: {power_goes}");
    let promised = promised(&told, durability, power_goes);
    for (key, bits) in promised {
        assert_eq!(found.get(key), Some(bits), "{what}: {key:?} was promised");
    }
    for (key, bits) in &found {
        assert_eq!(told.tried.get(key), Some(bits), "{what}: {key:?} was never written");
    }
    promised.len()
}

#[test]
fn each_durability_keeps_what_it_promises_whenever_the_process_dies_or_the_power_goes() {
    let (mut accidents, mut samples) = (0, 0);
    for durability in ALL {
        let calm = SimDisk::new(1);
        trace(&calm, durability, &mut Told::default()).expect("a sound disk");
        for call in 1..=calm.calls() {
            for power_goes in [false, true] {
                samples += check(durability, call, power_goes);
                accidents += 1;
            }
        }
    }
    println!("figure: lost 0 of {samples} samples in {accidents} accidents");
}
