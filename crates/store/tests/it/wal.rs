//! What was committed is there again: after a stop, a death at any call, a power cut, damage, a full disk.

use model::{
    Append, INSTANCE, Labels, MetricKind, Millis, NAME, Point, SERVICE, Sample, Select, Selection, Series,
    stale_marker,
};
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;
use store::{Durability, MemoryLimits, MemoryStore, Recovery, WalError};
use world::{Disk, SimClock, SimDisk};

const NOW: Millis = 1_795_000_000_000;

/// Values by series and time, as bits.
pub(crate) type Model = BTreeMap<(String, Millis), u64>;

fn open(disk: &SimDisk, durability: Durability) -> Result<(MemoryStore, Recovery), WalError> {
    let clock = Arc::new(SimClock::at(NOW));
    // Small segments, so that a few samples make several, and checkpoints too.
    let limits = MemoryLimits { segment_bytes: 40, ..MemoryLimits::default() };
    MemoryStore::open(limits, clock, Arc::new(disk.clone()), durability)
}

#[track_caller]
fn reopened(disk: &SimDisk) -> (MemoryStore, Recovery) {
    open(disk, Durability::Interval).expect("opening never fails")
}

pub(crate) fn series(number: usize) -> Arc<Series> {
    let kinds = [MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram, MetricKind::Summary];
    let name = format!("metric_{number}");
    let labels = [(NAME, name.as_str()), (SERVICE, "s"), (INSTANCE, "i"), ("größe", "\"ü\\\n")];
    Arc::new(Series::new(Labels::new(labels), kinds[number % 4]))
}

fn append(store: &MemoryStore, samples: &[(usize, Millis, f64)]) -> Result<(), String> {
    append_to(store, samples)
}

/// Appends and commits; refused samples fail the test.
pub(crate) fn append_to(store: &impl Append, samples: &[(usize, Millis, f64)]) -> Result<(), String> {
    let all: Vec<_> =
        samples.iter().map(|(number, t, v)| (series(*number), Point { t: *t, v: *v })).collect();
    let batch: Vec<_> = all.iter().map(|(series, point)| Sample { series, point: *point }).collect();
    let appended = store.append(&batch).map_err(|error| error.0)?;
    assert_eq!(appended.refused, []);
    store.commit().map_err(|error| error.0)
}

/// All that is there.
pub(crate) fn content(store: &impl Select) -> Model {
    let found = store.select(&Selection::all(Vec::new())).expect("memory can be read");
    let points = |one: &model::SeriesPoints| -> Vec<_> {
        let labels = format!("{}{}", one.series.kind(), one.series.labels());
        one.points.iter().map(|point| ((labels.clone(), point.t), point.v.to_bits())).collect()
    };
    found.iter().flat_map(points).collect()
}

/// The values that a codec gets wrong.
const VALUES: [f64; 12] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    f64::MAX,
    f64::MIN_POSITIVE / 4.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    2.0,
    3.5e-300,
];

/// A trace with every kind of step; `told` gets the content after each commit that was acknowledged.
fn trace(disk: &SimDisk, durability: Durability, told: &mut Vec<Model>) -> Result<(), String> {
    let (store, _) = open(disk, durability).map_err(|error| error.to_string())?;
    for round in 0..12_i64 {
        let at = |number: usize| {
            (number, NOW + round, VALUES[(number + usize::try_from(round).expect("small")) % 12])
        };
        append(&store, &[at(0), at(1), (2, NOW - 1_000 * round, 7.0), (0, NOW + round, 8.0)])?;
        told.push(content(&store));
        if round % 4 == 3 {
            store.maintain().map_err(|error| error.to_string())?;
        }
    }
    append(&store, &[(3, NOW + 20, stale_marker()), (3, NOW + 10, f64::from_bits(0x7ff8_dead_beef_0001))])?;
    told.push(content(&store));
    Ok(())
}

#[test]
fn history_survives_a_restart_bit_for_bit_and_every_later_one() {
    let disk = SimDisk::new(1);
    let mut told = Vec::new();
    trace(&disk, Durability::Interval, &mut told).expect("a sound disk");
    let last = told.pop().expect("something");
    for _ in 0..3 {
        let (store, recovery) = reopened(&disk);
        assert_eq!((content(&store), recovery.told), (last.clone(), Vec::new()));
    }
}

/// How many calls change the disk in [`trace`].
fn calls(durability: Durability) -> u64 {
    let disk = SimDisk::new(1);
    trace(&disk, durability, &mut Vec::new()).expect("a sound disk");
    disk.calls()
}

#[test]
fn a_process_that_dies_at_any_call_loses_nothing_that_was_acknowledged() {
    for durability in [Durability::Interval, Durability::Always] {
        for call in 1..=calls(durability) {
            let disk = SimDisk::new(call);
            disk.die_at(call);
            let mut told = vec![Model::new()];
            trace(&disk, durability, &mut told).expect_err("it dies");
            disk.revive();
            check_survivors(&content(&reopened(&disk).0), &told, &format!("{durability:?}, call {call}"));
        }
    }
}

#[test]
fn a_power_cut_at_any_call_loses_nothing_that_was_acknowledged_after_a_sync() {
    for call in 1..=calls(Durability::Always) {
        for seed in 0..8 {
            let disk = SimDisk::new(1_000 * call + seed);
            disk.die_at(call);
            let mut told = vec![Model::new()];
            trace(&disk, Durability::Always, &mut told).expect_err("it dies");
            disk.lose_power();
            // And again while it recovers.
            let what = format!("call {call}, seed {seed}");
            disk.die_at(1 + seed % 3);
            drop(open(&disk, Durability::Always));
            disk.lose_power();
            check_survivors(&content(&reopened(&disk).0), &told, &what);
        }
    }
}

/// All of the last acknowledged content is there, and nothing that was never appended.
fn check_survivors(found: &Model, told: &[Model], what: &str) {
    let last = told.last().expect("at least the empty one");
    let disk = SimDisk::new(0);
    let mut whole = Vec::new();
    trace(&disk, Durability::Interval, &mut whole).expect("a sound disk");
    for (key, bits) in last {
        let kept = found.get(key);
        // The step after the last acknowledged one may have replaced the value.
        let may_be: Vec<u64> = whole.iter().filter_map(|model| model.get(key).copied()).collect();
        assert!(
            kept == Some(bits) || kept.is_some_and(|kept| may_be.contains(kept)),
            "{what}: {key:?} is lost"
        );
    }
    let ever: Model = whole.iter().flatten().map(|(key, bits)| (key.clone(), *bits)).collect();
    for key in found.keys() {
        assert!(ever.contains_key(key), "{what}: {key:?} was never written");
    }
}

/// A small log, and what is in it.
fn small_log() -> (SimDisk, Model) {
    let disk = SimDisk::new(3);
    let (store, _) = reopened(&disk);
    for (round, v) in (0..).zip([0.0, 1.0, 2.0, 3.0]) {
        append(&store, &[(0, NOW + round, 1.5), (1, NOW + round, v)]).expect("a sound disk");
    }
    append(&store, &[(5, NOW, 5.0)]).expect("a sound disk");
    let whole = content(&store);
    (disk, whole)
}

#[test]
fn every_byte_may_be_damaged_and_every_cut_be_made() {
    let (disk, whole) = small_log();
    let name = disk.list().expect("a directory").pop().expect("a segment");
    let bytes = disk.read(&name).expect("readable").expect("there");
    for at in 0..bytes.len() {
        for with in [1, 0x80, 0xff] {
            let (disk, _) = small_log();
            disk.damage(&name, at, with);
            check_damage(&disk, &whole, &format!("byte {at} ^ {with}"));
        }
        let (disk, _) = small_log();
        disk.truncate(&name, at as u64).expect("cut");
        let (store, _) = reopened(&disk);
        assert!(content(&store).iter().all(|(key, bits)| whole.get(key) == Some(bits)), "cut at {at}");
    }
}

/// Nothing wrong is read, the damage is told, and the collector goes on.
fn check_damage(disk: &SimDisk, whole: &Model, what: &str) {
    let (store, recovery) = open(disk, Durability::Interval).expect("damage does not stop it");
    let found = content(&store);
    assert!(found.iter().all(|(key, bits)| whole.get(key) == Some(bits)), "{what}: a wrong value");
    assert!(!recovery.told.is_empty(), "{what}: not told");
    append(&store, &[(9, NOW, 9.0)]).expect("it goes on");
    let after = content(&store);
    drop(store);
    let (store, recovery) = reopened(disk);
    assert_eq!(content(&store), after, "{what}: after the next start");
    // Torn tails are told until a checkpoint takes their file away; damage is told once.
    assert!(recovery.told.iter().all(|told| told.contains("never finished")), "{what}: {:?}", recovery.told);
}

#[test]
fn damage_in_one_record_costs_its_own_samples_alone() {
    let (disk, whole) = small_log();
    let name = disk.list().expect("a directory").pop().expect("a segment");
    let bytes = disk.read(&name).expect("readable").expect("there");
    // The last record but one holds the fourth round; its series are defined in the first.
    let fourth = bytes.len() - 100;
    disk.damage(&name, fourth, 0xff);
    let (store, recovery) = reopened(&disk);
    assert!(content(&store).len() >= whole.len() - 3, "{} of {}", content(&store).len(), whole.len());
    assert!(recovery.told[0].contains("damaged"), "{:?}", recovery.told);
    assert!(disk.list().expect("a directory").iter().any(|name| name.contains("damaged")), "put aside");
}

#[test]
fn a_full_disk_refuses_and_a_freed_one_takes_without_a_restart() {
    let disk = SimDisk::new(5);
    let (store, _) = reopened(&disk);
    append(&store, &[(0, NOW, 1.0)]).expect("room");
    disk.set_capacity(disk.read("00000001.segment").expect("readable").expect("there").len() + 30);
    append(&store, &[(1, NOW, 1.0), (2, NOW, 2.0)]).expect_err("full");
    let refused = append(&store, &[(3, NOW, 1.0)]).expect_err("still full");
    assert!(refused.contains("no samples"), "{refused}");
    assert!(store.maintain().is_err());
    assert!(store.wal_stats().expect("a log").closed.is_some());
    assert!(content(&store).len() >= 2, "reads go on");
    disk.set_capacity(usize::MAX);
    store.maintain().expect("freed");
    append(&store, &[(4, NOW, 4.0)]).expect("freed");
    let before = content(&store);
    drop(store);
    assert_eq!(content(&reopened(&disk).0), before, "also what was not acknowledged then");
}

#[test]
fn any_call_may_fail_once_and_nothing_acknowledged_is_lost() {
    for durability in [Durability::Interval, Durability::Always] {
        for call in 1..=calls(durability) {
            for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
                let disk = SimDisk::new(call);
                disk.fail_call(call, kind);
                let what = format!("{durability:?}, call {call}, {kind:?}");
                let Ok((store, _)) = open(&disk, durability) else { continue };
                let mut acknowledged = Model::new();
                for round in 0..12 {
                    // Told again when it was refused, as a broker does.
                    for attempt in 0.. {
                        assert!(attempt < 4, "{what}: it never recovers");
                        if append(&store, &[(0, NOW + round, 1.0), (1, NOW + round, 0.5)]).is_ok() {
                            break;
                        }
                        drop(store.maintain());
                    }
                    acknowledged = content(&store);
                    if round % 4 == 3 {
                        drop(store.maintain());
                    }
                }
                drop(store);
                disk.lose_power_if(durability == Durability::Always);
                // The failure may strike only now; the next start is a sound one.
                let again =
                    open(&disk, durability).or_else(|_| open(&disk, durability)).expect("it failed once");
                assert_eq!(content(&again.0), acknowledged, "{what}");
            }
        }
    }
}

#[test]
fn a_file_whose_sync_failed_is_never_synced_again() {
    let disk = SimDisk::new(9);
    let (store, _) = open(&disk, Durability::Always).expect("a sound disk");
    append(&store, &[(0, NOW, 1.0)]).expect("a sound disk");
    // The append is the next call, its sync the one after.
    disk.fail_call(2, ErrorKind::Other);
    append(&store, &[(1, NOW, 1.0)]).expect_err("the sync fails");
    append(&store, &[(1, NOW, 1.0)]).expect_err("and is not tried again");
    store.maintain().expect("a checkpoint in files of its own");
    append(&store, &[(2, NOW, 1.0)]).expect("and it goes on");
    let before = content(&store);
    drop(store);
    disk.lose_power();
    assert_eq!(content(&reopened(&disk).0), before);
    assert!(!disk.list().expect("a directory").contains(&"00000001.segment".to_owned()), "it is gone");
}

#[test]
fn the_log_stays_short() {
    let disk = SimDisk::new(11);
    let (store, _) = reopened(&disk);
    for round in 0..200 {
        for number in 0..5 {
            append(&store, &[(number, NOW + round, 0.1), (number + 1, NOW - round, 0.7)]).expect("written");
        }
        store.maintain().expect("kept short");
    }
    let names = disk.list().expect("a directory");
    assert!(names.len() <= 6, "{names:?}");
    assert!(names.iter().any(|name| name.ends_with(".checkpoint")), "{names:?}");
    let before = content(&store);
    drop(store);
    assert_eq!(content(&reopened(&disk).0), before);
}

/// So many series that the reader hands them over to be sealed, and late samples that change what is being sealed.
#[test]
fn a_long_log_of_many_series_is_read_back_and_sealed_at_once() {
    const SERIES: usize = 300;
    let disk = SimDisk::new(13);
    let limits = MemoryLimits { segment_bytes: 1 << 30, ..MemoryLimits::default() };
    let open = || {
        let disk = Arc::new(disk.clone());
        MemoryStore::open(limits, Arc::new(SimClock::at(NOW)), disk, Durability::Interval)
            .expect("it opens")
            .0
    };
    let store = open();
    for round in 0..600 {
        let t = NOW + round * 1_000;
        let mut samples: Vec<_> = (0..SERIES).map(|n| (n, t, (round * 7 % 13) as f64)).collect();
        if round % 50 == 49 {
            samples.extend((0..SERIES).map(|n| (n, t - 270_500, -1.0)));
        }
        append(&store, &samples).expect("written");
    }
    let all = |store: &MemoryStore| -> Vec<_> {
        let found = store.select(&Selection::all(Vec::new())).expect("readable");
        found.into_iter().map(|one| (one.series.labels().clone(), one.points)).collect()
    };
    let (before, open_bytes) = (all(&store), store.stats().bytes);
    drop(store);
    let store = open();
    assert!(all(&store) == before, "the same samples");
    assert_eq!(before.iter().map(|(_, points)| points.len()).sum::<usize>(), SERIES * 612);
    let bytes = store.stats().bytes;
    // Of 612 points two chunks are sealed, which take next to nothing; 100 are open.
    assert!(bytes * 4 < open_bytes, "{bytes} of {open_bytes} bytes");
}

#[test]
fn files_of_a_newer_program_are_not_touched() {
    let (disk, _) = small_log();
    let name = disk.list().expect("a directory").pop().expect("a segment");
    let mut bytes = disk.read(&name).expect("readable").expect("there");
    bytes[8] = 9;
    let crc = crc32c::crc32c(&bytes[..20]);
    bytes[20..24].copy_from_slice(&crc.to_le_bytes());
    disk.replace(&name, &bytes).expect("written");
    let error = open(&disk, Durability::Interval).err().expect("refused").to_string();
    assert!(error.contains("version 9"), "{error}");
    assert_eq!(disk.read(&name).expect("readable"), Some(bytes));
}

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<(usize, Millis, f64)>),
    Maintain,
    Restart,
    Kill,
    PowerCut,
}

fn step() -> impl Strategy<Value = Step> {
    let value =
        prop_oneof![any::<f64>(), proptest::sample::select(&VALUES[..]), (0..1_000_i32).prop_map(f64::from)];
    let sample = (0..20_usize, (NOW - 50..NOW + 50), value);
    prop_oneof![
        8 => proptest::collection::vec(sample, 1..30).prop_map(Step::Append),
        2 => proptest::strategy::Just(Step::Maintain),
        1 => proptest::strategy::Just(Step::Restart),
        1 => proptest::strategy::Just(Step::Kill),
        1 => proptest::strategy::Just(Step::PowerCut),
    ]
}

proptest! {
    /// Against a plain map, over everything that can happen to a process on a disk that keeps its promises.
    #[test]
    fn the_store_is_a_map_that_survives(steps in proptest::collection::vec(step(), 1..40), seed in 0..1_000_u64) {
        let disk = SimDisk::new(seed);
        let mut store = open(&disk, Durability::Always).expect("a sound disk").0;
        let mut model = Model::new();
        for step in steps {
            match step {
                Step::Append(samples) => {
                    append(&store, &samples).expect("a sound disk");
                    for (number, t, v) in samples {
                        let series = series(number);
                        model.insert((format!("{}{}", series.kind(), series.labels()), t), v.to_bits());
                    }
                }
                Step::Maintain => store.maintain().expect("a sound disk"),
                Step::Restart | Step::Kill | Step::PowerCut => {
                    drop(store);
                    disk.lose_power_if(matches!(step, Step::PowerCut));
                    let (again, recovery) = open(&disk, Durability::Always).expect("a sound disk");
                    assert!(recovery.told.iter().all(|told| told.contains("never finished")), "{recovery:?}");
                    store = again;
                }
            }
            assert_eq!(content(&store), model);
        }
    }

    /// Whatever stands in the files: no panic, and only what was written with a good checksum is read.
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..600), at in 0..200_usize) {
        let (disk, whole) = small_log();
        let name = disk.list().expect("a directory").pop().expect("a segment");
        let mut file = disk.read(&name).expect("readable").expect("there");
        let at = at.min(file.len());
        file.splice(at..at, bytes);
        disk.replace(&name, &file).expect("written");
        if let Ok((store, _)) = open(&disk, Durability::Interval) {
            assert!(content(&store).iter().all(|(key, bits)| whole.get(key) == Some(bits)));
        }
    }
}
