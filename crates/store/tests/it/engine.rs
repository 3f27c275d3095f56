//! The whole store against a plain map: samples that leave memory for blocks, blocks that become one, crashes in
//! between, damage, and clocks that jump.

use crate::wal::{Model, append_to, content, series};
use model::{
    Append, Describe, Matcher, Metadata, Millis, NAME, Point, Sample, Select, Selection, TimeRange, limits,
    stale_marker,
};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof, proptest};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Disks, Durability, MemoryLimits, Recovery, Store, WalError};
use world::{Disk, SimClock, SimDisk};

/// A midnight.
const NOW: Millis = 20_776 * limits::DAY;

/// A store's world.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) clock: Arc<SimClock>,
    pub(crate) wal: SimDisk,
    pub(crate) blocks: SimDisk,
}

impl Ground {
    pub(crate) fn new(seed: u64) -> Self {
        Self { clock: Arc::new(SimClock::at(NOW)), wal: SimDisk::new(seed), blocks: SimDisk::new(seed + 1) }
    }

    pub(crate) fn open(&self) -> Result<(Store, Recovery), WalError> {
        self.open_with(u64::MAX)
    }

    fn open_with(&self, block_bytes: u64) -> Result<(Store, Recovery), WalError> {
        self.open_within(MemoryLimits { segment_bytes: 200, block_bytes, ..MemoryLimits::default() })
    }

    pub(crate) fn open_within(&self, limits: MemoryLimits) -> Result<(Store, Recovery), WalError> {
        let disks = Disks { wal: Arc::new(self.wal.clone()), blocks: Arc::new(self.blocks.clone()) };
        Store::open(limits, self.clock.clone(), disks, Durability::Always)
    }

    #[track_caller]
    pub(crate) fn sound(&self) -> Store {
        self.open().expect("opening never fails").0
    }

    pub(crate) fn lose_power(&self) {
        self.wal.lose_power();
        self.blocks.lose_power();
    }
}

/// Fills three days with four series at steps of ten minutes, and makes blocks of all but the last two hours.
fn three_days(ground: &Ground) -> (Store, Model) {
    let store = ground.sound();
    for step in 0..3 * 144_i64 {
        let t = NOW + step * 10 * limits::MINUTE;
        ground.clock.set(t);
        let v = (step % 100) as f64 / 10.0;
        append_to(&store, &[(0, t, v), (1, t, 21.5), (2, t + step % 7, step as f64), (3, t, f64::sin(v))])
            .expect("a sound disk");
        if step % 12 == 0 {
            store.maintain().expect("a sound disk");
        }
    }
    let whole = content(&store);
    (store, whole)
}

/// Series whose samples are in blocks keep their places in memory for a while, and stand between those in a checkpoint.
#[test]
fn a_checkpoint_of_few_samples_of_many_series_is_read_back() {
    let ground = Ground::new(9);
    let store = ground.sound();
    let all: Vec<_> = (0..500).map(|number| (number, NOW, 1.0)).collect();
    append_to(&store, &all).expect("a sound disk");
    store.flush(Millis::MAX).expect("a sound disk");
    append_to(&store, &[(499, NOW + 1, 2.0), (7, NOW + 2, 3.0)]).expect("a sound disk");
    let nothing = [Matcher::equal(NAME, "nothing")];
    store.erase(&nothing, TimeRange::ALL).expect("a sound disk");
    let whole = content(&store);
    assert_eq!(whole.len(), 502);
    drop(store);
    let (store, recovery) = ground.open().expect("opening never fails");
    assert_eq!((content(&store), recovery.told), (whole, vec![]));
}

#[test]
fn three_days_become_blocks_and_the_blocks_of_a_day_become_one() {
    let ground = Ground::new(1);
    let (store, whole) = three_days(&ground);
    assert_eq!(whole.len(), 4 * 432);
    let before = store.block_stats();
    assert!(before.blocks > 30, "{before:?}");
    store.tidy().expect("a sound disk");
    let after = store.block_stats();
    assert!(after.blocks <= 14, "two days are over: {after:?}");
    assert!(after.bytes < before.bytes, "{before:?} {after:?}");
    assert_eq!(content(&store), whole);
    assert_eq!((store.series_count(), store.stats().samples <= 4 * 36), (4, true));
    drop(store);
    let store = ground.sound();
    assert_eq!(content(&store), whole, "after a restart");
}

/// Steady times of different counts begin alike.
#[test]
fn series_share_times_only_if_they_have_as_many() {
    let ground = Ground::new(3);
    let store = ground.sound();
    for (number, count) in (10..18_i64).enumerate() {
        let points: Vec<_> = (0..count).map(|n| (number, NOW + n * 1_000, n as f64)).collect();
        append_to(&store, &points).expect("a sound disk");
    }
    let whole = content(&store);
    store.flush(Millis::MAX).expect("a sound disk");
    assert_eq!((content(&store), store.stats().samples), (whole, 0));
}

#[test]
fn ranges_and_newest_points_are_the_same_from_blocks_and_from_memory() {
    let ground = Ground::new(2);
    let (store, whole) = three_days(&ground);
    let select = |selection: &Selection| -> Model {
        let found = store.select(selection).expect("readable");
        let points = |one: &model::SeriesPoints| -> Vec<_> {
            let labels = format!("{}{}", one.series.kind(), one.series.labels());
            one.points.iter().map(|point| ((labels.clone(), point.t), point.v.to_bits())).collect()
        };
        found.iter().flat_map(points).collect()
    };
    for (start, end) in [(0, 3), (5, 50), (11, 13), (20, 30), (60, 80), (71, 72)] {
        let range = TimeRange { start: NOW + start * limits::HOUR, end: NOW + end * limits::HOUR };
        let expect: Model = whole
            .iter()
            .filter(|((_, t), _)| (range.start..=range.end).contains(t))
            .map(|(key, bits)| (key.clone(), *bits))
            .collect();
        assert_eq!(select(&Selection::all(Vec::new()).within(range)), expect);
        for newest in [1, 2, 10, 100, 10_000] {
            let mut of: BTreeMap<&str, Vec<Millis>> = BTreeMap::new();
            expect.keys().for_each(|(labels, t)| of.entry(labels).or_default().push(*t));
            let first = |labels: &str| of[labels][of[labels].len().saturating_sub(newest)];
            let expect: Model = expect
                .iter()
                .filter(|((labels, t), _)| *t >= first(labels))
                .map(|(key, bits)| (key.clone(), *bits))
                .collect();
            assert_eq!(select(&Selection::all(Vec::new()).within(range).newest(newest)), expect, "{newest}");
        }
    }
}

/// Something of everything, in which a call may be the last.
fn trace(ground: &Ground, told: &mut Vec<Model>) -> Result<(), String> {
    let (store, _) = ground.open().map_err(|error| error.to_string())?;
    for round in 0..rounds() {
        let t = NOW - limits::DAY + round * limits::HOUR;
        append_to(&store, &[(0, t, 1.5), (1, t, round as f64), (0, t - limits::HOUR, 2.0)])?;
        told.push(content(&store));
        if round == 4 {
            append_to(&store, &run(2, t))?;
            append_to(&store, &[(2, t + 70_500, 3.0)])?;
            told.push(content(&store));
        }
        store.maintain().map_err(|error| error.to_string())?;
        store.flush(t).map_err(|error| error.to_string())?;
        if round % 3 == 2 {
            store.tidy().map_err(|error| error.to_string())?;
        }
    }
    told.push(content(&store));
    Ok(())
}

/// Rounds of the trace, unless the variable `ALICIA_ROUNDS` says otherwise: three make about a hundred calls.
fn rounds() -> i64 {
    std::env::var("ALICIA_ROUNDS").map_or(6, |text| text.parse().expect("a number"))
}

#[test]
fn a_death_or_a_power_cut_at_any_call_loses_nothing() {
    let calm = Ground::new(1);
    let mut whole = Vec::new();
    // A day later, so that the blocks become one in the middle of it.
    calm.clock.set(NOW + limits::DAY);
    trace(&calm, &mut whole).expect("sound disks");
    let last = whole.last().expect("something").clone();
    let mut points = 0;
    for (is_wal, calls) in [(true, calm.wal.calls()), (false, calm.blocks.calls())] {
        for call in 1..=calls {
            for power in [false, true] {
                let ground = Ground::new(call);
                ground.clock.set(NOW + limits::DAY);
                if is_wal { &ground.wal } else { &ground.blocks }.die_at(call);
                let mut told = vec![Model::new()];
                // A block that cannot be removed is no reason to stop.
                if trace(&ground, &mut told).is_ok() {
                    continue;
                }
                // A dead process writes nothing on its other disk either.
                ground.wal.revive();
                ground.blocks.revive();
                if power {
                    ground.lose_power();
                }
                // And again while that is mended.
                ground.wal.die_at(ground.wal.calls() + 1 + call % 9);
                drop(ground.open());
                ground.wal.revive();
                if power {
                    ground.lose_power();
                }
                points += 2;
                let store = ground.sound();
                let found = content(&store);
                let what = format!("wal {is_wal}, call {call}, power {power}");
                for (key, bits) in told.last().expect("at least the empty one") {
                    let may_be =
                        found.get(key).is_some_and(|kept| kept == bits || last.get(key) == Some(kept));
                    assert!(may_be, "{what}: {key:?} is lost");
                }
                assert!(found.keys().all(|key| last.contains_key(key)), "{what}: never written");
                store.flush(Millis::MAX).expect("and it goes on");
                assert_eq!(content(&store), found, "{what}");
            }
        }
    }
    let calls = calm.wal.calls() + calm.blocks.calls();
    println!(
        "figure: lost 0 in {points} deaths and power cuts at every one of {calls} calls, and while mending"
    );
}

#[test]
fn every_byte_of_a_block_may_be_damaged_and_every_cut_be_made() {
    let fresh = || {
        let ground = Ground::new(5);
        let store = ground.sound();
        for t in 0..20 {
            append_to(&store, &[(0, NOW + t, 0.1 * t as f64), (1, NOW + t, 7.0)]).expect("a sound disk");
        }
        append_to(&store, &[(1, NOW + 30, stale_marker())]).expect("a sound disk");
        store.flush(Millis::MAX).expect("a sound disk");
        let whole = content(&store);
        (ground, whole)
    };
    let (ground, whole) = fresh();
    let bytes = ground.blocks.read("00000001.block").expect("readable").expect("there");
    assert_eq!(ground.sound().block_stats().samples, 41);
    for at in 0..bytes.len() {
        for with in [1, 0x80] {
            let (ground, _) = fresh();
            ground.blocks.damage("00000001.block", at, with);
            let (store, recovery) = ground.open().expect("damage does not stop it");
            let found = content(&store);
            let what = format!("byte {at} ^ {with}");
            assert!(found.iter().all(|(key, bits)| whole.get(key) == Some(bits)), "{what}: a wrong value");
            assert!(found.len() < whole.len(), "{what}: every byte matters");
            assert!(!recovery.told.is_empty() || !store.take_told().is_empty(), "{what}: not told");
            store.tidy().expect("and it goes on");
        }
        let (ground, _) = fresh();
        ground.blocks.truncate("00000001.block", at as u64).expect("cut");
        let (store, recovery) = ground.open().expect("a cut does not stop it");
        assert_eq!((content(&store), recovery.told.len()), (Model::new(), 1), "cut at {at}");
    }
}

/// More points than a chunk may have, sealed for a block that then cannot be written, and read back from the log.
#[test]
fn what_could_not_become_a_block_is_still_there_after_a_restart() {
    let ground = Ground::new(13);
    let store = ground.sound();
    let points: Vec<_> = (0..20_000_i64).map(|n| (0, NOW + n, (n % 100) as f64)).collect();
    append_to(&store, &points).expect("a sound disk");
    ground.blocks.set_capacity(100);
    store.flush(Millis::MAX).expect_err("there is no room for a block");
    // So many segments that a checkpoint is due, with the chunks.
    for n in 0..20 {
        append_to(&store, &run(1, NOW + n)).expect("the log has room");
    }
    store.maintain().expect("the log has room");
    let whole = content(&store);
    drop(store);
    let (store, recovery) = ground.open().expect("opens");
    assert_eq!((content(&store), recovery.told), (whole, Vec::new()));
}

/// A checkpoint has the chunks of the head as they are.
#[test]
fn every_byte_of_a_checkpoint_with_chunks_may_be_damaged() {
    let fresh = || {
        let ground = Ground::new(7);
        let store = ground.sound();
        append_to(&store, &run(0, NOW)).expect("a sound disk");
        append_to(&store, &run(1, NOW)).expect("a sound disk");
        append_to(&store, &[(0, NOW + 1_500, stale_marker()), (2, NOW, 1.0)]).expect("a sound disk");
        // Sealed, and then so many segments ended that a checkpoint is due.
        store.maintain().expect("a sound disk");
        for t in 0..40 {
            append_to(&store, &run(3, NOW - t)).expect("a sound disk");
        }
        store.maintain().expect("a sound disk");
        let whole = content(&store);
        (ground, whole)
    };
    let (ground, whole) = fresh();
    let files = ground.wal.list().expect("readable");
    let name = files.iter().find(|name| name.ends_with(".checkpoint")).expect("a checkpoint");
    let bytes = ground.wal.read(name).expect("readable").expect("there").len();
    assert_eq!(content(&ground.sound()), whole);
    assert!(bytes < whole.len() * 8, "chunks, not points: {bytes} bytes for {} samples", whole.len());
    let image = |name: &String| (name.clone(), ground.wal.read(name).expect("readable").expect("there"));
    let images: Vec<_> = files.iter().map(image).collect();
    for at in (0..bytes).step_by(bytes / 100) {
        let ground = Ground::new(8);
        for (name, bytes) in &images {
            ground.wal.create(name).and_then(|file| file.append(bytes)).expect("copied");
        }
        ground.wal.damage(name, at, 0x40);
        let (store, recovery) = ground.open().expect("damage does not stop it");
        let found = content(&store);
        assert!(found.iter().all(|(key, bits)| whole.get(key) == Some(bits)), "byte {at}: a wrong value");
        assert!(!recovery.told.is_empty(), "byte {at}: not told");
    }
}

/// Nobody asks for what is damaged: it is told all the same, once, and the store goes on.
#[test]
fn damage_is_told_before_somebody_needs_what_is_damaged() {
    let ground = Ground::new(12);
    let store = ground.sound();
    for number in 0..3 {
        append_to(&store, &run(number, NOW)).expect("a sound disk");
        store.flush(Millis::MAX).expect("a sound disk");
    }
    for _ in 0..3 {
        store.tidy().expect("a sound disk");
        assert_eq!(store.take_told(), Vec::<String>::new(), "all is sound");
    }
    // Behind the header stands the chunk of times.
    ground.blocks.damage("00000002.block", 40, 1);
    for _ in 0..3 {
        store.tidy().expect("a sound disk");
    }
    let told = store.take_told();
    assert!(told.len() == 1 && told[0].contains("00000002.block"), "{told:?}");
}

#[test]
fn verify_finds_every_damaged_byte_and_changes_nothing() {
    let ground = Ground::new(6);
    let store = ground.sound();
    for t in 0..20 {
        append_to(&store, &[(0, NOW + t, 0.1 * t as f64), (1, NOW + t, 7.0)]).expect("a sound disk");
    }
    store.flush(NOW + 10).expect("a sound disk");
    drop(store);
    let disks = || Disks { wal: Arc::new(ground.wal.clone()), blocks: Arc::new(ground.blocks.clone()) };
    let look = || {
        let mut reports = Vec::new();
        store::verify(&disks(), |report| reports.push(report)).expect("readable");
        assert_eq!(reports.len(), store::count_files(&disks()).expect("readable"));
        reports
    };
    let sound = look();
    assert!(sound.iter().all(|report| report.problem.is_none()), "{sound:?}");
    assert_eq!(sound.iter().map(|report| report.samples).sum::<u64>(), 40);
    let calls = (ground.wal.calls(), ground.blocks.calls());
    for report in &sound {
        let disk = if report.name.ends_with("block") { &ground.blocks } else { &ground.wal };
        for at in 0..usize::try_from(report.bytes).expect("small") {
            disk.damage(&report.name, at, 0x10);
            let found = look();
            let problem =
                found.iter().find(|found| found.name == report.name).expect("listed").problem.clone();
            assert!(problem.is_some(), "{} byte {at}", report.name);
            disk.damage(&report.name, at, 0x10);
        }
    }
    assert_eq!(look(), sound);
    assert_eq!((ground.wal.calls(), ground.blocks.calls()), calls, "nothing was changed");
}

#[test]
fn what_is_older_than_the_retention_goes_and_a_clock_that_jumps_takes_nothing_with_it() {
    let ground = Ground::new(7);
    let (store, whole) = three_days(&ground);
    let now = NOW + 3 * limits::DAY;
    for jump in [10 * 365 * limits::DAY, -3 * limits::DAY, 40 * limits::DAY] {
        ground.clock.set(now + jump);
        store.tidy().expect("a sound disk");
        assert_eq!(content(&store), whole, "a jump by {jump}");
    }
    // Also over a restart with the wrong clock.
    drop(store);
    let store = ground.sound();
    store.tidy().expect("a sound disk");
    assert_eq!(content(&store), whole);
    // A clock that goes on is believed.
    for _ in 0..26 {
        ground.clock.advance(Duration::from_secs(3_600));
        store.tidy().expect("a sound disk");
    }
    assert_eq!(content(&store).len(), 0, "all of it is older than thirty days");
    assert_eq!(store.block_stats().blocks, 0);
}

#[test]
fn blocks_have_no_more_bytes_than_they_may_and_the_oldest_go_first() {
    let ground = Ground::new(10);
    let (store, whole) = three_days(&ground);
    store.tidy().expect("a sound disk");
    let all = store.block_stats().bytes;
    drop(store);
    for share in [all, all * 2 / 3, all / 2, 0] {
        let (store, _) = ground.open_with(share).expect("opens");
        store.tidy().expect("a sound disk");
        assert!(store.block_stats().bytes <= share, "{share}: {:?}", store.block_stats());
        let left = content(&store);
        let oldest = left.keys().map(|(_, t)| *t).min().expect("the head stays");
        let expect: Model =
            whole.iter().filter(|((_, t), _)| *t >= oldest).map(|(key, bits)| (key.clone(), *bits)).collect();
        // The times of one of the series are a few milliseconds off the others'.
        assert!(expect.len() - left.len() <= 4, "{} of {}", left.len(), expect.len());
    }
}

#[test]
fn a_disk_that_takes_no_block_costs_nothing() {
    let ground = Ground::new(8);
    let store = ground.sound();
    append_to(&store, &[(0, NOW, 1.0)]).expect("a sound disk");
    ground.blocks.set_capacity(0);
    store.flush(Millis::MAX).expect_err("full");
    assert_eq!((content(&store).len(), store.stats().samples), (1, 1));
    ground.blocks.set_capacity(usize::MAX);
    store.flush(Millis::MAX).expect("freed");
    assert_eq!((content(&store).len(), store.stats().samples, store.block_stats().samples), (1, 0, 1));
}

/// What is known of metrics cannot be written: blocks become one all the same.
#[test]
fn one_thing_that_cannot_be_written_keeps_nothing_else_from_being_put_in_order() {
    let ground = Ground::new(13);
    let (store, whole) = three_days(&ground);
    let before = store.block_stats().blocks;
    store.describe("metric_0", Metadata::default()).expect("there is room");
    ground.blocks.fail_call(1, std::io::ErrorKind::StorageFull);
    store.tidy().expect_err("the disk was full once");
    assert!(store.block_stats().blocks < before, "{:?}", store.block_stats());
    assert_eq!(content(&store), whole);
    store.tidy().expect("a sound disk");
    drop(store);
    assert_eq!(ground.sound().described(None).len(), 1, "it was tried again");
}

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<(usize, Millis, f64)>),
    Flush(Millis),
    Maintain,
    Tidy,
    Erase(String, TimeRange),
    Later(Millis),
    Restart,
    PowerCut,
}

/// So many series, of which few have samples in memory most of the time.
const SERIES: usize = 60;

/// More points of one series than stay open.
fn run(number: usize, start: Millis) -> Vec<(usize, Millis, f64)> {
    (0..600_i64).map(|n| (number, start + n * limits::SECOND, (n % 50) as f64 / 4.0)).collect()
}

fn step() -> impl Strategy<Value = Step> {
    let value = prop_oneof![any::<f64>(), (0..1_000_i32).prop_map(|n| f64::from(n) / 10.0)];
    // Few instants, so that many samples replace others.
    let lately = (0..180_i64).prop_map(|at| NOW - at * 10 * limits::MINUTE);
    let instant = prop_oneof![19 => lately, 1 => (0..5_i64).prop_map(|days| NOW - days * limits::DAY)];
    let sample = (prop_oneof![9 => 0..12_usize, 1 => 0..SERIES], instant.clone(), value);
    let of_all = |t| Step::Append((0..SERIES).map(|number| (number, t, 1.5)).collect());
    prop_oneof![
        1 => instant.prop_map(of_all),
        6 => proptest::collection::vec(sample, 1..40).prop_map(Step::Append),
        1 => (0..3_usize, NOW - 30 * limits::HOUR..NOW).prop_map(|(number, start)| Step::Append(run(number, start))),
        2 => (-31..3_i64).prop_map(|hours| Step::Flush(NOW + hours * limits::HOUR)),
        1 => proptest::strategy::Just(Step::Maintain),
        1 => proptest::strategy::Just(Step::Tidy),
        1 => ("metric_(1|[2-5]|[0-9]*7)", -31..3_i64, 0..20_i64).prop_map(|(pattern, start, hours)| {
            let start = NOW + start * limits::HOUR;
            Step::Erase(pattern, TimeRange { start, end: start + hours * limits::HOUR })
        }),
        1 => (1..10_i64).prop_map(|hours| Step::Later(hours * limits::HOUR)),
        1 => proptest::strategy::Just(Step::Restart),
        1 => proptest::strategy::Just(Step::PowerCut),
    ]
}

/// Twice as many runs as usual, unless the environment says how many.
fn runs() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let is_told = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig { cases: if is_told { usual.cases } else { 500 }, ..usual }
}

proptest! {
    #![proptest_config(runs())]
    #[test]
    fn the_engine_is_a_map_whatever_happens(steps in proptest::collection::vec(step(), 1..40), seed in 0..1_000_u64) {
        let ground = Ground::new(seed);
        let mut store = ground.sound();
        let mut model = Model::new();
        for step in steps {
            match step {
                Step::Append(samples) => {
                    append_to(&store, &samples).expect("a sound disk");
                    for (number, t, v) in samples {
                        let series = series(number);
                        model.insert((format!("{}{}", series.kind(), series.labels()), t), v.to_bits());
                    }
                }
                Step::Flush(cutoff) => store.flush(cutoff).expect("a sound disk"),
                Step::Maintain => store.maintain().expect("a sound disk"),
                Step::Tidy => drop(store.tidy().expect("a sound disk")),
                Step::Erase(pattern, range) => {
                    let matchers = [Matcher::regex(NAME, pattern.clone()).expect("good")];
                    store.erase(&matchers, range).expect("a sound disk");
                    let is_it = |number: &usize| matchers[0].admits(series(*number).name());
                    let gone: Vec<String> =
                        (0..SERIES).filter(is_it).map(|n| format!("{}{}", series(n).kind(), series(n).labels())).collect();
                    model.retain(|(labels, t), _| !gone.contains(labels) || !range.contains(*t));
                }
                Step::Later(time) => ground.clock.advance(Duration::from_millis(time.unsigned_abs())),
                Step::Restart | Step::PowerCut => {
                    drop(store);
                    if matches!(step, Step::PowerCut) {
                        ground.lose_power();
                    }
                    store = ground.sound();
                }
            }
            assert_eq!(content(&store), model);
        }
    }
}

/// Readers while samples leave memory: none sees a gap or a point twice.
#[test]
fn readers_see_one_history_while_it_moves() {
    let ground = Ground::new(9);
    let store = Arc::new(ground.sound());
    let all: Vec<_> = (0..2_000_i64).map(|t| (series(0), Point { t: NOW + t, v: t as f64 })).collect();
    std::thread::scope(|threads| {
        let reader = Arc::clone(&store);
        let reading = threads.spawn(move || {
            let mut seen = 0;
            while seen < 2_000 {
                let found = reader.select(&Selection::all(Vec::new())).expect("readable");
                let times: Vec<Millis> =
                    found.iter().flat_map(|one| &one.points).map(|point| point.t).collect();
                assert!(times.len() >= seen, "{} after {seen}", times.len());
                assert!(times.iter().zip(NOW..).all(|(t, expect)| *t == expect), "a gap or a point twice");
                seen = times.len();
            }
        });
        for some in all.chunks(20) {
            let batch: Vec<_> = some.iter().map(|(series, point)| Sample { series, point: *point }).collect();
            store.append(&batch).expect("taken");
            store.flush(Millis::MAX).expect("a sound disk");
        }
        reading.join().expect("the reader was content");
    });
}

/// A reader for whom the ground moves at every few hundredth series: what it has not seen leaves memory, blocks become one.
#[test]
fn a_reader_half_way_misses_nothing_that_moves() {
    const MANY: usize = 1_000;
    let ground = Ground::new(12);
    let store = ground.sound();
    for t in [NOW - 2 * limits::DAY, NOW - 2 * limits::DAY + 5, NOW] {
        let all: Vec<_> = (0..MANY).map(|number| (number, t, t as f64)).collect();
        append_to(&store, &all).expect("a sound disk");
        if t < NOW - 2 * limits::DAY + 5 {
            store.flush(Millis::MAX).expect("a sound disk");
        }
    }
    let whole = store.select(&Selection::all(Vec::new())).expect("readable");
    assert!(whole.len() == MANY && whole.iter().all(|one| one.points.len() == 3));
    let mut seen = Vec::new();
    let mut take = |series: &Arc<model::Series>, columns: model::Columns<'_>| {
        seen.push((series.labels().clone(), columns.points().collect::<Vec<_>>()));
        match seen.len() {
            100 => store.flush(NOW).expect("a sound disk"),
            300 => drop(store.tidy().expect("a sound disk")),
            500 => store.flush(Millis::MAX).expect("a sound disk"),
            _ => {}
        }
        std::ops::ControlFlow::Continue(())
    };
    store.each(&Selection::all(Vec::new()), &mut take).expect("readable");
    let whole: Vec<_> = whole.into_iter().map(|one| (one.series.labels().clone(), one.points)).collect();
    assert_eq!(seen, whole);
}

/// Readers while blocks become one and old ones go: nobody finds a gap where a file was.
#[test]
fn readers_keep_the_blocks_they_read() {
    for _ in 0..5 {
        let ground = Ground::new(11);
        let (store, whole) = three_days(&ground);
        std::thread::scope(|threads| {
            let readers: Vec<_> = (0..2)
                .map(|_| {
                    threads.spawn(|| {
                        for _ in 0..6 {
                            assert_eq!(content(&store), whole);
                        }
                    })
                })
                .collect();
            store.tidy().expect("a sound disk");
            readers.into_iter().for_each(|reader| reader.join().expect("content"));
        });
        assert_eq!((store.block_stats().blocks <= 14, store.take_told()), (true, Vec::new()));
        let files = ground.blocks.list().expect("a directory");
        assert_eq!(files.len(), store.block_stats().blocks, "the files are gone with their last readers");
    }
}

/// Upkeep from several threads at once, as at a stop that meets a round of the timers: nothing is written twice into
/// one file, and nothing is lost.
#[test]
fn upkeep_may_meet_itself() {
    for seed in 0..20 {
        let ground = Ground::new(seed);
        let store = ground.sound();
        std::thread::scope(|threads| {
            for thread in 0..4 {
                let store = &store;
                threads.spawn(move || {
                    for step in 0..40_i64 {
                        let t = NOW - limits::DAY + step * limits::MINUTE;
                        append_to(store, &[(thread, t, step as f64), (thread + 4, t, 0.1)])
                            .expect("a sound disk");
                        match step % 8 {
                            3 => store.flush(t - 5 * limits::MINUTE).expect("a sound disk"),
                            5 => store.maintain().expect("a sound disk"),
                            7 => drop(store.tidy().expect("a sound disk")),
                            _ => {}
                        }
                    }
                });
            }
        });
        let whole = content(&store);
        assert_eq!(whole.len(), 4 * 2 * 40);
        drop(store);
        ground.lose_power();
        let (store, recovery) = ground.open().expect("opens");
        assert_eq!((content(&store), recovery.told), (whole, Vec::new()), "seed {seed}");
    }
}
