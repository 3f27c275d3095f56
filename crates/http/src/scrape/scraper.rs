//! All targets: those that the settings, the files and the bus name now are scraped, and no others.

use super::files::Files;
use super::job::ScrapeJob;
use super::running::{Common, Running};
use super::target::{Group, Id, Spec, specs};
use super::view::TargetView;
use crate::outgoing::{Outgoing, Reach};
use ingest::Gate;
use model::limits;
use parking_lot::Mutex;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use world::Clock;

/// Scrapes.
pub struct Scraper {
    common: Arc<Common>,
    jobs: Mutex<Vec<ScrapeJob>>,
    changed: Notify,
    targets: Mutex<BTreeMap<Id, Running>>,
    files: Mutex<Files>,
    /// Clients by the authorities that they trust; made anew with the settings.
    clients: Mutex<HashMap<Option<PathBuf>, Result<Outgoing, String>>>,
    /// What was last told of targets that are none.
    told: Mutex<Vec<String>>,
}

impl Scraper {
    /// One that has no targets yet, and hands what it fetches to `gate`.
    #[must_use]
    pub fn new(gate: Arc<Gate>, clock: Arc<dyn Clock>) -> Self {
        let common = Common {
            gate,
            clock,
            room: Semaphore::new(limits::SCRAPES),
            scrapes: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        };
        Self {
            common: Arc::new(common),
            jobs: Mutex::default(),
            changed: Notify::new(),
            targets: Mutex::default(),
            files: Mutex::default(),
            clients: Mutex::default(),
            told: Mutex::default(),
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

    /// Takes other settings.
    pub fn set_jobs(&self, jobs: Vec<ScrapeJob>) {
        *self.jobs.lock() = jobs;
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
        let (mut found, mut bad) = (BTreeMap::new(), Vec::new());
        let mut files = self.files.lock();
        files.keep(&jobs.iter().flat_map(|job| &job.files).map(PathBuf::as_path).collect::<Vec<&Path>>());
        for job in &jobs {
            let own = Group { targets: job.targets.clone(), ..Group::default() };
            let in_files = job.files.iter().flat_map(|path| files.groups(path).to_vec());
            for spec in
                std::iter::once(own).chain(in_files.collect::<Vec<_>>()).flat_map(|group| specs(job, &group))
            {
                match spec {
                    Err(why) => bad.push(why),
                    Ok(_) if found.len() >= limits::SCRAPE_TARGETS => {
                        bad.push(format!("more than {} targets", limits::SCRAPE_TARGETS));
                    }
                    // Of two that are the same, the first counts.
                    Ok(spec) => _ = found.entry(spec.id()).or_insert(spec),
                }
            }
        }
        bad.dedup();
        let mut told = self.told.lock();
        for why in bad.iter().filter(|why| !told.contains(why)) {
            tracing::error!("not scraped: {why}");
        }
        *told = bad;
        found
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
            let client = self.client(spec.ca.as_deref());
            let running = Running::start(&self.common, Arc::new(spec), client, before, tasks);
            targets.insert(id, running);
        }
    }

    fn client(&self, ca: Option<&Path>) -> Result<Outgoing, String> {
        let mut clients = self.clients.lock();
        let made = clients
            .entry(ca.map(Path::to_path_buf))
            .or_insert_with(|| Outgoing::new(ca, Reach::anywhere()).map_err(|error| error.to_string()));
        made.clone()
    }
}
