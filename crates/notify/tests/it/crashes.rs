//! The process dies at every call to the disk, and the power goes: no change is lost, ids stay what they are, and the order of
//! each alert is kept.

use crate::rig::{NOON, alert, over, status, webhook};
use model::{Alert, Announce, Event, Severity};
use notify::{Entry, Errand, Ledger, LedgerError, Next, Notifier, Route, Settings, Timing};
use parking_lot::Mutex;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::Journal;
use world::{Disk, SimClock, SimDisk};

/// A ledger as the program has it; each entry is on the platter before it counts.
struct OnDisk(Mutex<Journal>);

impl Ledger for OnDisk {
    fn record(&self, entry: &Entry) -> Result<(), LedgerError> {
        let record = serde_json::to_vec(entry).expect("written");
        let journal = self.0.lock();
        journal.append(&record).and_then(|()| journal.sync()).map_err(|error| LedgerError(error.to_string()))
    }
}

/// How alerts stand: what the rule book keeps, whatever dies.
#[derive(Default)]
struct Book(BTreeMap<String, Alert>);

fn settings() -> Settings {
    let timing = Timing { group_wait: 0, group_interval: 0, ..Timing::default() };
    let goes_on = Route { goes_on: true, timing, ..Route::new("1", "a") };
    let second = Route { timing, group_by: Vec::new(), ..Route::new("2", "b") };
    Settings { receivers: vec![webhook("a"), webhook("b")], routes: vec![goes_on, second] }
}

/// What each receiver was told: ids of changes, as they came.
type Told = BTreeMap<&'static str, Vec<String>>;

struct World {
    disk: SimDisk,
    clock: Arc<SimClock>,
    book: Book,
    told: Told,
    /// Receivers that do not answer in this step.
    is_down: bool,
}

impl World {
    fn open(&self) -> Notifier {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let (journal, recovered) = Journal::open(disk, "notices").expect("a start never fails");
        let entries = recovered.records.iter().map(|record| serde_json::from_slice(record).expect("whole"));
        let ledger = Arc::new(OnDisk(Mutex::new(journal)));
        let notifier = Notifier::new(ledger, self.clock.clone(), settings(), entries.collect());
        let all: Vec<Alert> = self.book.0.values().cloned().collect();
        let (over, active): (Vec<Alert>, Vec<Alert>) = all.into_iter().partition(|alert| alert.resolved);
        notifier.reconcile(&active, &[], &over);
        notifier
    }

    /// After a death, perhaps for want of power.
    fn anew(&self, power_goes: bool) -> Notifier {
        self.disk.lose_power_if(power_goes);
        self.disk.revive();
        self.open()
    }

    /// One alert begins or ends: the book has it before it is announced, if the process lives as long.
    fn change(&mut self, notifier: &Notifier, alert: &Alert) {
        self.book.0.insert(alert.alert_id.clone(), alert.clone());
        let event = if alert.resolved { Event::AlertResolved } else { Event::AlertStarted };
        notifier.announce(event(alert.clone()));
    }

    fn deliver(&mut self, notifier: &Notifier, at_most: usize) {
        for name in ["a", "b"] {
            for _ in 0..at_most {
                let Next::Send(Errand::Call(request)) = notifier.next_step(name) else { break };
                if !self.is_down {
                    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
                    let alerts = body["alerts"].as_array().expect("a list").clone();
                    let ids = alerts
                        .iter()
                        .map(|one| one["annotations"]["change_id"].as_str().expect("an id").to_owned());
                    self.told.entry(name).or_default().extend(ids);
                }
                notifier.answered(name, &status(if self.is_down { 503 } else { 200 }));
            }
        }
        self.clock.advance(Duration::from_secs(1));
    }
}

/// The life of two alerts, one of which begins twice; every step may be the last of the process. Gives all changes.
fn changes() -> Vec<Alert> {
    let at = |alert: Alert, seconds: i64| Alert { timestamp: NOON + seconds * 1_000, ..alert };
    let hot = alert("hot", "i1", Severity::Error);
    let cold = alert("cold", "i1", Severity::Error);
    let (first, second) = (at(hot.clone(), 1), at(hot, 5));
    let other = at(cold, 3);
    vec![
        first.clone(),
        other.clone(),
        over(&first, NOON + 4_000),
        second.clone(),
        over(&second, NOON + 6_000),
        over(&other, NOON + 7_000),
    ]
}

/// Lives through all, dying at the call `death` of the disk; gives how many calls there were.
fn live(death: u64, seed: u64, power_goes: bool) -> u64 {
    let mut world = World {
        disk: SimDisk::new(seed),
        clock: Arc::new(SimClock::at(NOON)),
        book: Book::default(),
        told: Told::new(),
        is_down: false,
    };
    let mut notifier = world.open();
    let mut is_dead = false;
    world.disk.die_at(death);
    let all = changes();
    for (step, change) in all.iter().enumerate() {
        world.is_down = step % 3 == 1;
        for half in 0..2 {
            if half == 0 {
                world.change(&notifier, change);
            } else {
                world.deliver(&notifier, 1);
            }
            // A process that is dead is heard of no more: after each half it is looked whether it is.
            if !is_dead && world.disk.calls() >= death {
                is_dead = true;
                notifier = world.anew(power_goes);
            }
        }
    }
    if !is_dead {
        notifier = world.anew(power_goes);
    }
    world.is_down = false;
    for _ in 0..20 {
        world.deliver(&notifier, 10);
    }
    check(&world.told, &all, death);
    world.disk.calls()
}

/// Each receiver heard of each change, and of those of one alert in order; again only what it had heard before.
fn check(told: &Told, all: &[Alert], death: u64) {
    for name in ["a", "b"] {
        let heard = told.get(name).cloned().unwrap_or_default();
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for id in &heard {
            let place = all.iter().position(|change| id == &id_of(change));
            let place =
                place.unwrap_or_else(|| panic!("death {death}: {name} was told {id}, which never was"));
            let before = last.entry(&all[place].alert_id).or_insert(place);
            // One may be told again after a crash, but nothing older than that one.
            assert!(place >= *before, "death {death}: {name} was told out of order: {heard:?}");
            *before = place;
        }
        for change in all {
            assert!(heard.contains(&id_of(change)), "death {death}: {name} never heard of {}", id_of(change));
        }
    }
}

fn id_of(alert: &Alert) -> String {
    let word = if alert.resolved { "resolved" } else { "firing" };
    format!("{}@{}:{word}", alert.alert_id, alert.timestamp)
}

#[test]
fn a_death_or_a_power_cut_at_every_call_loses_no_change_and_keeps_the_order() {
    let calls = live(u64::MAX, 1, false);
    assert!(calls > 20, "{calls}");
    let mut accidents = 0;
    for death in 1..=calls {
        for (seed, power_goes) in [(1, false), (2, true), (3, true)] {
            live(death, seed, power_goes);
            accidents += 1;
        }
    }
    assert!(accidents > 60, "{accidents}");
}

#[test]
fn a_ledger_that_was_written_anew_means_the_same() {
    let mut rig = crate::rig::Rig::new(settings());
    let hot = rig.start(alert("hot", "i1", Severity::Error));
    rig.start(alert("cold", "i1", Severity::Error));
    assert_eq!(rig.take("a").len(), 2);
    rig.end(&hot);
    rig.pass(1);
    rig.start(alert("hot", "i1", Severity::Error));
    let entries = rig.notifier.freeze(|entries| entries);
    *rig.notebook.entries.lock() = entries.clone();
    rig.restart();
    assert_eq!(rig.notifier.freeze(|entries| entries), entries);
    assert_eq!(rig.take("a"), ["resolved:hot/i1", "firing:hot/i1"]);
    let first = "firing:hot/i1 firing:cold/i1";
    assert_eq!(rig.take("b"), [first, "resolved:hot/i1 firing:cold/i1", first]);
    rig.pass(4 * 3_600);
    assert_eq!(rig.take("a").len(), 2, "what fires is told again when it is time");
}
