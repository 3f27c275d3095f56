//! All targets: those that the settings, the files and the bus name now are scraped, and no others.

use super::allowed::ScrapeFromBus;
use super::files::Files;
use super::job::ScrapeJob;
use super::running::{Common, Running};
use super::target::{ClientOf, Group, Id, Spec, announced, specs};
use super::view::TargetView;
use crate::outgoing::{Outgoing, Reach};
use ingest::Gate;
use model::{Reason, limits};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use world::Clock;

type Clients = HashMap<(Option<PathBuf>, bool), Result<Outgoing, String>>;

/// What counters call announcements of targets.
const FROM_BUS: &str = "scrape_from_bus";

/// Scrapes.
pub struct Scraper {
    common: Arc<Common>,
    jobs: Mutex<Vec<ScrapeJob>>,
    /// Who may be asked because the bus says so, and which settings these are.
    from_bus: Mutex<(ScrapeFromBus, u64)>,
    changed: Notify,
    targets: Mutex<BTreeMap<Id, Running>>,
    files: Mutex<Files>,
    /// Clients by the authorities that they trust, and the one for the bus under none; made anew with the settings.
    clients: Mutex<Clients>,
    /// What was last told of targets that are none.
    told: Mutex<Told>,
    /// The same of those that were announced.
    refused: Mutex<Told>,
}

impl Scraper {
    /// One that has no targets yet, and hands what it fetches to `gate`.
    #[must_use]
    pub fn new(gate: Arc<Gate>, clock: Arc<dyn Clock>) -> Self {
        let common = Common {
            gate,
            clock,
            room: Semaphore::new(limits::SCRAPES),
            room_of_bus: Semaphore::new(limits::ANNOUNCED_SCRAPES),
            scrapes: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        };
        Self {
            common: Arc::new(common),
            jobs: Mutex::default(),
            from_bus: Mutex::default(),
            changed: Notify::new(),
            targets: Mutex::default(),
            files: Mutex::default(),
            clients: Mutex::default(),
            told: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// Whether every target that stands in `job` itself is one.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn check(job: &ScrapeJob) -> Result<(), String> {
        let targets = match job.targets.as_slice() {
            // What else is wrong with a job is wrong with any target.
            [] => vec!["localhost:1".to_owned()],
            targets => targets.to_vec(),
        };
        specs(job, &Group { targets, ..Group::default() }).into_iter().try_for_each(|spec| spec.map(|_| ()))
    }

    /// Takes other settings: jobs, and who may be asked because the bus says so.
    pub fn set_jobs(&self, jobs: Vec<ScrapeJob>, from_bus: ScrapeFromBus) {
        *self.jobs.lock() = jobs;
        let mut known = self.from_bus.lock();
        if known.0 != from_bus {
            *known = (from_bus, known.1 + 1);
        }
        drop(known);
        self.clients.lock().clear();
        self.changed.notify_one();
    }

    /// Scrapes until it is dropped.
    pub async fn run(self: Arc<Self>) {
        let mut tasks = JoinSet::new();
        loop {
            let scraper = Arc::clone(&self);
            match tokio::task::spawn_blocking(move || scraper.wanted()).await {
                Ok(wanted) => self.follow(wanted, &mut tasks),
                Err(error) => tracing::error!("targets cannot be found: {error}"),
            }
            while tasks.try_join_next().is_some() {}
            tokio::select! {
                () = self.changed.notified() => {}
                () = tokio::time::sleep(limits::SCRAPE_ROUND) => {}
            }
        }
    }

    /// Every target, by their jobs, in the order of their labels.
    pub(crate) fn targets(&self) -> Vec<TargetView> {
        let mut all: Vec<TargetView> = self.targets.lock().values().map(Running::view).collect();
        all.sort_by(|one, other| one.pool.cmp(&other.pool));
        all
    }

    /// How many targets there are.
    #[must_use]
    pub fn target_count(&self) -> usize {
        self.targets.lock().len()
    }

    /// Scrapes so far.
    #[must_use]
    pub fn scrapes(&self) -> u64 {
        self.common.scrapes.load(Ordering::Relaxed)
    }

    /// Scrapes that failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.common.failures.load(Ordering::Relaxed)
    }

    /// The targets that should be scraped. What is none is told once.
    fn wanted(&self) -> BTreeMap<Id, Spec> {
        let jobs = self.jobs.lock().clone();
        let (mut found, mut bad) = (Found::default(), Vec::new());
        let mut files = self.files.lock();
        files.keep(&jobs.iter().flat_map(|job| &job.files).map(PathBuf::as_path).collect::<Vec<&Path>>());
        for job in &jobs {
            let mut groups = vec![Group { targets: job.targets.clone(), ..Group::default() }];
            for path in &job.files {
                groups.extend_from_slice(files.groups(path));
            }
            bad.extend(groups.iter().flat_map(|group| specs(job, group)).filter_map(|spec| found.take(spec)));
        }
        drop(files);
        let new = self.told.lock().news(&bad);
        for why in new {
            tracing::error!("not scraped: {why}");
        }
        self.add_announced(&mut found);
        found.0
    }

    /// Adds what was announced on the bus and may be asked; the rest is counted when it is new.
    fn add_announced(&self, found: &mut Found) {
        let (allowed, settings) = self.from_bus.lock().clone();
        let mut bad = Vec::new();
        for job in self.common.gate.registry().announced() {
            let (job, group) = announced(&job);
            for spec in specs(&job, &group) {
                let spec = spec.and_then(|spec| {
                    let spec = Spec { client: ClientOf::Bus(settings), ..spec };
                    let may_ask = allowed.may_ask(&spec.url);
                    if may_ask {
                        Ok(spec)
                    } else {
                        Err(format!("job {:?}: {} is not allowed", job.job, spec.url))
                    }
                });
                bad.extend(found.take(spec));
            }
        }
        let now = self.common.clock.now();
        for why in self.refused.lock().news(&bad) {
            self.common.gate.refuse_write(FROM_BUS, Reason::TargetNotAllowed, &why, now);
        }
    }

    /// Starts, changes and ends targets, so that those that are `wanted` run.
    fn follow(&self, wanted: BTreeMap<Id, Spec>, tasks: &mut JoinSet<()>) {
        let mut targets = self.targets.lock();
        let gone: Vec<Id> = targets.keys().filter(|id| !wanted.contains_key(*id)).cloned().collect();
        for running in gone.into_iter().filter_map(|id| targets.remove(&id)) {
            running.end(&self.common);
        }
        for (id, spec) in wanted {
            let before = targets.get(&id);
            if before.is_some_and(|before| *before.spec == spec) {
                continue;
            }
            let client = self.client(&spec);
            let running = Running::start(&self.common, Arc::new(spec), client, before, tasks);
            targets.insert(id, running);
        }
    }

    fn client(&self, spec: &Spec) -> Result<Outgoing, String> {
        let is_of_bus = spec.client != ClientOf::Settings;
        let reach = || if is_of_bus { self.from_bus.lock().0.reach() } else { Reach::anywhere() };
        let mut clients = self.clients.lock();
        let made = clients
            .entry((spec.ca.clone(), is_of_bus))
            .or_insert_with(|| Outgoing::new(spec.ca.as_deref(), reach()).map_err(|error| error.to_string()));
        made.clone()
    }
}

/// Targets as they are found.
#[derive(Default)]
struct Found(BTreeMap<Id, Spec>);

impl Found {
    /// Takes a target, or says why not. Of two that are the same, the first counts.
    fn take(&mut self, spec: Result<Spec, String>) -> Option<String> {
        match spec {
            Err(why) => Some(why),
            Ok(_) if self.0.len() >= limits::SCRAPE_TARGETS => {
                Some(format!("there are more than {} targets", limits::SCRAPE_TARGETS))
            }
            Ok(spec) => {
                self.0.entry(spec.id()).or_insert(spec);
                None
            }
        }
    }
}

/// What was told last time.
#[derive(Default)]
struct Told(BTreeSet<String>);

impl Told {
    /// Those of `all` that were not told last time.
    fn news(&mut self, all: &[String]) -> Vec<String> {
        let all: BTreeSet<String> = all.iter().take(limits::SCRAPE_TARGETS).cloned().collect();
        let new = all.difference(&self.0).cloned().collect();
        self.0 = all;
        new
    }
}
