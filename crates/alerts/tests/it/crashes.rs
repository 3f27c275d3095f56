//! The process dies at every call to the disk, and the power goes: what a person was answered holds, no change of an alert is
//! lost, and each is passed on in order.

use crate::rig::{NOON, alert, draft, of_file, over};
use alerts::{Desk, Entry, Ledger, LedgerError, Settings, SilenceState};
use model::{Alert, Announce, Event};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::Journal;
use world::{Chance, Disk, SimClock, SimDisk};

/// A ledger as the program has it; each entry is on the platter before it counts.
struct OnDisk(Mutex<Journal>);

impl Ledger for OnDisk {
    fn record(&self, entry: &Entry) -> Result<(), LedgerError> {
        let record = serde_json::to_vec(entry).expect("written");
        let journal = self.0.lock();
        journal.append(&record).and_then(|()| journal.sync()).map_err(|error| LedgerError(error.to_string()))
    }
}

/// Hears beginnings and ends, whoever dies; what the dead say is not heard.
#[derive(Default)]
struct Ear(Mutex<Vec<String>>);

impl Announce for Ear {
    fn announce(&self, event: Event) {
        let heard = match event {
            Event::AlertStarted(alert) => format!("{}@{}:firing", alert.alert_id, alert.timestamp),
            Event::AlertResolved(alert) => format!("{}@{}:resolved", alert.alert_id, alert.timestamp),
            _ => return,
        };
        self.0.lock().push(heard);
    }
}

struct World {
    disk: SimDisk,
    clock: Arc<SimClock>,
    ear: Arc<Ear>,
    /// How the alerts of the rule book stand, which keeps them whatever dies.
    book: BTreeMap<String, Alert>,
}

impl World {
    fn open(&self) -> Desk {
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let (journal, recovered) = Journal::open(disk, "alerts").expect("a start never fails");
        let entries = recovered.records.iter().map(|record| serde_json::from_slice(record).expect("whole"));
        let (ledger, entries) = (Arc::new(OnDisk(Mutex::new(journal))), entries.collect());
        let settings = Settings::default();
        let desk =
            Desk::new(ledger, self.clock.clone(), Chance::seeded(7), self.ear.clone(), settings, entries);
        let (over, active): (Vec<Alert>, Vec<Alert>) =
            self.book.values().cloned().partition(|alert| alert.resolved);
        desk.reconcile(&active, &over);
        desk
    }

    fn change(&mut self, desk: &Desk, alert: &Alert) {
        self.book.insert(alert.alert_id.clone(), alert.clone());
        let event = if alert.resolved { Event::AlertResolved } else { Event::AlertStarted };
        desk.announce(event(alert.clone()));
    }
}

fn at(rule: &str, seconds: i64) -> Alert {
    Alert { timestamp: NOON + seconds * 1_000, ..alert(rule, "s") }
}

/// What a person was answered.
#[derive(Default)]
struct Said {
    silence: Option<String>,
    ended: bool,
    acknowledged: bool,
}

/// Lives through all, dying at the call `death` of the disk; gives how many calls there were.
fn live(death: u64, seed: u64, power_goes: bool) -> u64 {
    let mut world = World {
        disk: SimDisk::new(seed),
        clock: Arc::new(SimClock::at(NOON)),
        ear: Arc::default(),
        book: BTreeMap::new(),
    };
    let mut desk = world.open();
    world.disk.die_at(death);
    let (hot, cold, again) = (at("hot", 1), at("cold", 2), at("hot", 5));
    let all = [hot.clone(), cold.clone(), over(&hot, NOON + 4_000), again.clone(), over(&cold, NOON + 7_000)];
    let mut said = Said::default();
    let (mut is_dead, mut told) = (false, None);
    for step in 0..9 {
        world.clock.advance(Duration::from_secs(1));
        match step {
            0 => world.change(&desk, &all[0]),
            1 => world.change(&desk, &all[1]),
            2 => said.silence = desk.put_silence(draft("rule=\"hot\"", NOON + 99_000)).ok().map(|one| one.id),
            3 => world.change(&desk, &all[2]),
            4 => world.change(&desk, &all[3]),
            5 => said.acknowledged = desk.acknowledge(&again.alert_id, "me", "", None).is_ok(),
            // A rule file tells again of what the desk does not know to have been told.
            6 => told = Some(of_file("g", "wet", 1)),
            7 => world.change(&desk, &all[4]),
            _ => {
                said.ended = said.silence.as_ref().is_some_and(|id| desk.expire_silence(id).is_ok());
            }
        }
        if let Some(alert) = &told
            && desk.told("g").is_empty()
        {
            desk.announce(Event::AlertStarted(alert.clone()));
        }
        if !is_dead && world.disk.calls() >= death {
            is_dead = true;
            world.disk.lose_power_if(power_goes);
            world.disk.revive();
            desk = world.open();
            check(&desk, &said, death);
        }
    }
    world.disk.lose_power_if(power_goes);
    world.disk.revive();
    desk = world.open();
    check(&desk, &said, death);
    assert_eq!(desk.told("g").len(), 1, "death {death}");
    let ids: Vec<String> = desk.alerts(true).into_iter().map(|alert| alert.alert_id).collect();
    assert_eq!(ids, ["hot:s:i", "g:wet:0000000000000001"], "death {death}");
    check_heard(&world.ear.0.lock(), &all, death);
    world.disk.calls()
}

/// What was answered holds.
fn check(desk: &Desk, said: &Said, death: u64) {
    if let Some(id) = &said.silence {
        let view = desk.silence(id).unwrap_or_else(|| panic!("death {death}: the silence is gone"));
        if said.ended {
            assert_eq!(view.state, SilenceState::Expired, "death {death}");
        }
    }
    if said.acknowledged {
        let alert = desk.alert("hot:s:i").expect("it fires");
        assert!(alert.standing.acknowledged.is_some(), "death {death}");
    }
}

/// Each change was heard, those of one alert in order; again only what had been heard before.
fn check_heard(heard: &[String], all: &[Alert], death: u64) {
    let id = |alert: &Alert| {
        let word = if alert.resolved { "resolved" } else { "firing" };
        format!("{}@{}:{word}", alert.alert_id, alert.timestamp)
    };
    for change in all {
        assert!(heard.contains(&id(change)), "death {death}: {} was never heard: {heard:?}", id(change));
    }
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for one in heard.iter().filter(|one| !one.starts_with("g:")) {
        let place = all.iter().position(|change| id(change) == **one);
        let place = place.unwrap_or_else(|| panic!("death {death}: {one} never was"));
        let before = last.insert(&all[place].alert_id, place).unwrap_or(place);
        assert!(place >= before, "death {death}: out of order: {heard:?}");
    }
}

#[test]
fn a_death_or_a_power_cut_at_every_call_loses_nothing_that_was_said_or_heard() {
    let calls = live(u64::MAX, 1, false);
    assert!(calls > 15, "{calls}");
    for death in 1..=calls {
        for (seed, power_goes) in [(1, false), (2, true), (3, true)] {
            live(death, seed, power_goes);
        }
    }
}
