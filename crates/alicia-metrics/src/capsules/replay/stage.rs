//! The parts of a collector that a replay needs, connected as [`crate::assemble`] connects them, without a network and on a clock that
//! goes when it is told.

use super::super::CapsulesError;
use super::heard::Heard;
use super::outputs::{Outputs, To};
use crate::bystander::Onlookers;
use crate::data_dir;
use crate::desk::DeskLedger;
use crate::flight::Context;
use crate::ledger::DiskLedger;
use crate::notices::Everybody;
use crate::rule_groups::RuleGroups;
use crate::transfer::push_json_line;
use crate::unexplained::{self, Waiting};
use alerts::Desk;
use bus::{Feed, topics};
use capsule::Preface;
use fields::Fields;
use ingest::Gate;
use insights::Table as Insights;
use model::{Alert, Announce, Append, Millis, Passage, SampleType, Select, Selection, Watch, limits};
use rules::groups::{GroupRun, RuleGroup};
use rules::stream::{Follower, Following};
use rules::{InsightWatch, RuleBook};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Disks, Durability, Store};
use traffic::Watcher;
use world::{Chance, Clock, Disk, RealDisk, SimClock, SimDisk};

/// Whatever is left to chance is the same each time.
const SEED: u64 = 1;

/// Where a replay keeps what a collector keeps.
pub(super) struct Kept {
    root: Arc<dyn Disk>,
    wal: Arc<dyn Disk>,
    blocks: Arc<dyn Disk>,
}

impl Kept {
    /// In memory.
    pub(super) fn in_memory() -> Self {
        let disk = || -> Arc<dyn Disk> { Arc::new(SimDisk::new(SEED)) };
        Self { root: disk(), wal: disk(), blocks: disk() }
    }

    /// In a data directory, which must be new or empty.
    pub(super) fn in_directory(dir: &Path) -> Result<Self, CapsulesError> {
        let is_taken = std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
        if is_taken {
            return Err(CapsulesError::Taken { path: dir.display().to_string() });
        }
        let disk = |dir: &Path| -> Result<Arc<dyn Disk>, CapsulesError> {
            let opened = RealDisk::open(dir).map_err(|source| CapsulesError::write(dir, source))?;
            Ok(Arc::new(opened))
        };
        let (wal, blocks) = (dir.join(data_dir::WAL), dir.join(data_dir::BLOCKS));
        Ok(Self { root: disk(dir)?, wal: disk(&wal)?, blocks: disk(&blocks)? })
    }

    fn store(&self, context: &Context, time: &Arc<dyn Clock>) -> Result<Arc<Store>, CapsulesError> {
        let disks = Disks { wal: Arc::clone(&self.wal), blocks: Arc::clone(&self.blocks) };
        let opened = Store::open(context.store(), Arc::clone(time), disks, Durability::Relaxed);
        Ok(Arc::new(opened.map_err(|error| failed(&error))?.0))
    }
}

/// Why a replay cannot go on.
fn failed(error: &dyn std::fmt::Display) -> CapsulesError {
    CapsulesError::Replay(error.to_string())
}

/// A group of a rule file, and what it hears between its rounds.
pub(super) struct Playing {
    pub(super) run: GroupRun,
    pub(super) following: Arc<Following>,
}

/// The parts of a collector.
pub(super) struct Stage {
    pub(super) clock: Arc<SimClock>,
    pub(super) store: Arc<Store>,
    pub(super) gate: Arc<Gate>,
    pub(super) book: Arc<RuleBook>,
    pub(super) ledger: Arc<DiskLedger>,
    pub(super) desk: Arc<Desk>,
    pub(super) desk_ledger: Arc<DeskLedger>,
    pub(super) heard: Arc<dyn Announce>,
    pub(super) follower: Arc<Follower>,
    pub(super) rule_groups: RuleGroups,
    pub(super) groups: Vec<Playing>,
    pub(super) watcher: Arc<Watcher>,
    pub(super) fields: Arc<Fields>,
    /// Whether anybody listened to what is for others.
    pub(super) listens: bool,
    pub(super) unexplained: Waiting,
    /// Alerts that are explained once more, and when.
    pub(super) later: VecDeque<(Millis, Alert)>,
    pub(super) insight_watch: InsightWatch,
    pub(super) insights: Insights,
    pub(super) begun: Millis,
    own_name: String,
    feed: Feed,
}

impl Stage {
    /// All parts, at the time `now`.
    pub(super) fn new(
        now: Millis,
        preface: &Preface,
        context: &Context,
        groups: Vec<RuleGroup>,
        kept: &Kept,
        outputs: &Arc<Outputs>,
    ) -> Result<Self, CapsulesError> {
        let clock = Arc::new(SimClock::at(now));
        let time: Arc<dyn Clock> = clock.clone();
        let own_name = match preface.service_name.as_str() {
            "" => crate::SERVICE_NAME,
            name => name,
        };
        let store = kept.store(context, &time)?;
        let opened = DiskLedger::open(Arc::clone(&kept.root)).map_err(|error| failed(&error))?;
        let opened_desk = DeskLedger::open(Arc::clone(&kept.root));
        let (desk_ledger, listed) = opened_desk.map_err(|error| failed(&error))?;
        let heard: Arc<dyn Announce> = Arc::new(Heard::new(own_name, Arc::clone(&time), Arc::clone(outputs)));
        let (curious, unexplained) = unexplained::listener();
        let everybody = Arc::new(Everybody(vec![heard.clone(), curious]));
        let (entries, chance): (Arc<dyn alerts::Ledger>, _) = (desk_ledger.clone(), Chance::seeded(SEED));
        let desk = Desk::new(entries, Arc::clone(&time), chance, everybody, context.desk(), listed);
        let desk = Arc::new(desk);
        let book = RuleBook::new(opened.ledger.clone(), desk.clone(), context.rules(), opened.changes);
        let (book, recalled) = book.with_history(store.clone(), now);
        recalled.map_err(|error| failed(&error))?;
        let book = Arc::new(book);
        let follower = Arc::<Follower>::default();
        let appends: Vec<Arc<dyn Append>> = vec![store.clone(), book.clone(), follower.clone()];
        let gate = Gate::new(context.gate(), Arc::clone(&time), appends, heard.clone());
        let gate = Arc::new(gate.describing(store.clone()));
        let (url, watcher, fields) =
            (context.external_url.clone(), Arc::new(Watcher::named(own_name)), Arc::new(context.fields()));
        let (own_gate, wanted) = (gate.clone(), (url, groups.clone()));
        let rule_groups =
            RuleGroups::new(time, store.clone(), own_gate, desk.clone(), follower.clone(), wanted);
        let play = |group| {
            let (run, following) = rule_groups.begin_apart(group);
            Playing { run, following }
        };
        let groups = groups.into_iter().map(play).collect();
        let listens = preface.listens.clone();
        let counted: Vec<Arc<dyn Watch>> = vec![watcher.clone(), fields.clone()];
        let onlookers = Onlookers { all: Vec::new(), counted, client_id: context.client_id.clone() };
        let feed = Feed::new(own_name.to_owned(), listens.clone(), gate.clone(), Arc::new(onlookers));
        Ok(Self {
            clock,
            store,
            gate,
            book,
            ledger: opened.ledger,
            desk,
            desk_ledger,
            heard,
            follower,
            rule_groups,
            groups,
            watcher,
            fields,
            listens: !listens.is_empty(),
            unexplained,
            later: VecDeque::new(),
            insight_watch: InsightWatch::default(),
            insights: Insights::default(),
            begun: now,
            own_name: own_name.to_owned(),
            feed,
        })
    }

    /// What time it is.
    pub(super) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Time that passed since the begin, however the clock was set, in milliseconds.
    pub(super) fn passed(&self) -> Millis {
        Millis::try_from(self.clock.monotonic().as_millis()).unwrap_or(Millis::MAX)
    }

    /// Lets the clock go to `to`, or sets it back to there.
    pub(super) fn go_to(&self, to: Millis) {
        match u64::try_from(to - self.now()) {
            Ok(by) => self.clock.advance(Duration::from_millis(by)),
            Err(_) => self.clock.set(to),
        }
    }

    /// Takes one message.
    pub(super) fn take(&mut self, message: &Passage<'_>) -> Result<(), CapsulesError> {
        self.feed.take(message).map_err(|error| CapsulesError::Replay(error.to_string()))?;
        if message.topic == topics::HEALTH_CHECK && self.is_own(message) {
            // The collector asked all services how they are.
            self.gate.probe_sent(self.now());
        }
        self.settle();
        Ok(())
    }

    fn is_own(&self, message: &Passage<'_>) -> bool {
        let mut patch = String::new();
        let said = bus::decode::glance(message.payload, &mut patch);
        said.is_some_and(|envelope| envelope.source == self.own_name)
    }

    /// Brings what is kept to the disk, and writes series and alerts. Gives the alerts, the oldest first.
    pub(super) fn finish(&mut self, outputs: &Outputs) -> Result<Vec<Alert>, CapsulesError> {
        let mut text = String::new();
        let all = Selection::all(Vec::new()).of(SampleType::All);
        let read = self.store.each(&all, &mut |series, columns| {
            let points: Vec<_> = columns.points().collect();
            push_json_line(&mut text, series, &points);
            outputs.write(To::Series, &text);
            outputs.count(Some(points.len()));
            text.clear();
            ControlFlow::Continue(())
        });
        read.map_err(|error| failed(&error))?;
        let mut alerts = self.desk.history(limits::ALERT_HISTORY);
        alerts.extend(self.desk.alerts(true));
        alerts.sort_by(|a, b| (a.timestamp, &a.alert_id).cmp(&(b.timestamp, &b.alert_id)));
        for alert in &alerts {
            let line = serde_json::to_string(alert).map_err(|error| failed(&error))?;
            outputs.write(To::Alerts, &format!("{line}\n"));
        }
        self.desk_ledger.maintain(&self.desk).map_err(|error| failed(&error))?;
        self.ledger.sync().map_err(|error| failed(&error))?;
        self.store.keep_metadata().map_err(|error| failed(&error))?;
        self.store.maintain().map_err(|error| failed(&error))?;
        Ok(alerts)
    }
}
