//! The groups of rule files at work: a task for each, which starts a round at its place in the interval.
//!
//! Rounds run on threads of their own, a few at a time, and one at a time of each group. Between rounds a group hears of
//! what samples that arrive change ([`Follower`]). A changed file's groups take over from those before them.

use alerts::Desk;
use ingest::Gate;
use model::{Announce, Event, Labels, Millis, NAME, limits};
use query::Stop;
use rules::groups::{Expand, GroupBoard, GroupRun, Round, RuleGroup, RuleSample, Templates};
use rules::stream::{Follower, Following};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::Store;
use tokio::sync::{Notify, Semaphore, oneshot, watch};
use tokio::task::JoinHandle;
use world::Clock;

/// The clock is looked at as often while a group waits: it may be set meanwhile.
const LOOK: Duration = Duration::from_secs(10);
/// Groups that hear of changes at a time: however long rounds take, these do not wait for them.
const EARS: usize = 2;
/// What costs too much to be judged with each sample is judged as often …
const TICK: Duration = Duration::from_millis(100);
/// … and while nothing is followed, it is looked as often whether anything is.
const REST: Duration = Duration::from_secs(1);

/// File and name of a group.
type Key = (String, String);

/// All groups.
pub(crate) struct RuleGroups {
    clock: Arc<dyn Clock>,
    store: Arc<Store>,
    gate: Arc<Gate>,
    announce: Arc<Desk>,
    board: Arc<GroupBoard>,
    expand: Arc<dyn Expand>,
    wanted: watch::Sender<Vec<RuleGroup>>,
    follower: Arc<Follower>,
    places: Semaphore,
    ears: Semaphore,
    rounds: AtomicU64,
    missed: AtomicU64,
    evaluations: AtomicU64,
    failures: AtomicU64,
    changes: AtomicU64,
}

/// A group and its task.
struct AtWork {
    group: RuleGroup,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Option<GroupRun>>,
}

impl AtWork {
    /// Ends the task after the round that is under way.
    async fn stop(self) -> Option<GroupRun> {
        // If nobody hears it, the task is over already.
        let _ = self.stop.send(());
        self.task.await.ok().flatten()
    }
}

impl RuleGroups {
    /// Groups that [`RuleGroups::run`] is to bring to work.
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        store: Arc<Store>,
        gate: Arc<Gate>,
        announce: Arc<Desk>,
        follower: Arc<Follower>,
        (external_url, groups): (String, Vec<RuleGroup>),
    ) -> Self {
        Self {
            clock,
            store,
            gate,
            announce,
            board: Arc::default(),
            expand: Arc::new(Templates { external_url }),
            wanted: watch::Sender::new(groups),
            follower,
            places: Semaphore::new(limits::RULE_ROUNDS),
            ears: Semaphore::new(EARS),
            rounds: AtomicU64::new(0),
            missed: AtomicU64::new(0),
            evaluations: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            changes: AtomicU64::new(0),
        }
    }

    /// Where the groups are shown.
    pub(crate) fn board(&self) -> Arc<GroupBoard> {
        Arc::clone(&self.board)
    }

    /// Takes the groups of files that were read again. Those that are as they were go on.
    pub(crate) fn set(&self, groups: Vec<RuleGroup>) {
        self.wanted.send_replace(groups);
    }

    /// Keeps the groups at work; ends with its task.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut wanted = self.wanted.subscribe();
        let mut at_work = BTreeMap::new();
        let mut restores = true;
        loop {
            let groups = wanted.borrow_and_update().clone();
            self.bring(&mut at_work, groups, restores).await;
            restores = false;
            if wanted.changed().await.is_err() {
                return;
            }
        }
    }

    async fn bring(
        self: &Arc<Self>,
        at_work: &mut BTreeMap<Key, AtWork>,
        groups: Vec<RuleGroup>,
        restores: bool,
    ) {
        let mut gone = std::mem::take(at_work);
        for group in groups {
            let key = group.key();
            let begun = match gone.remove(&key) {
                Some(same) if same.group == group => same,
                Some(old) => {
                    let mut run = GroupRun::new(group, Arc::clone(&self.expand), false);
                    if let Some(old) = old.stop().await {
                        self.tell(run.take_over(old, self.clock.now()));
                    }
                    self.begin(run)
                }
                None => {
                    let mut run = GroupRun::new(group, Arc::clone(&self.expand), restores);
                    run.recall_told(&self.announce.told(&key.1));
                    self.begin(run)
                }
            };
            at_work.insert(key, begun);
        }
        for (key, old) in gone {
            if let Some(run) = old.stop().await {
                let own = Arc::clone(self);
                let ended = tokio::task::spawn_blocking(move || own.end(run)).await;
                if ended.is_err() {
                    tracing::error!(group = key.1, "ending a group of rules failed");
                }
            }
            self.board.remove(&key);
        }
    }

    /// A group that begins with nothing behind it, and what it hears: for who has its rounds by a clock of their own.
    pub(crate) fn begin_apart(&self, group: RuleGroup) -> (GroupRun, Arc<Following>) {
        let run = GroupRun::new(group, Arc::clone(&self.expand), false);
        let following = self.follow(run.group(), Arc::new(Notify::new()));
        self.board.show(run.view(&following.judged()));
        (run, following)
    }

    fn begin(self: &Arc<Self>, run: GroupRun) -> AtWork {
        self.board.show(run.view(&[]));
        let group = run.group().clone();
        let (stop, stopped) = oneshot::channel();
        AtWork { group, stop, task: tokio::spawn(Arc::clone(self).work(run, stopped)) }
    }

    /// One group at work, until it is to stop.
    async fn work(self: Arc<Self>, run: GroupRun, stopped: oneshot::Receiver<()>) -> Option<GroupRun> {
        let bell = Arc::new(Notify::new());
        let (own, ringer, group) = (Arc::clone(&self), Arc::clone(&bell), run.group().clone());
        let following = tokio::task::spawn_blocking(move || own.follow(&group, ringer)).await.ok()?;
        self.board.show(run.view(&following.judged()));
        let run = self.clone().rounds(run, &following, &bell, stopped).await;
        self.follower.leave(&following);
        run
    }

    /// Begins to follow what samples that arrive change for a group.
    fn follow(&self, group: &RuleGroup, bell: Arc<Notify>) -> Arc<Following> {
        let ring = Box::new(move || bell.notify_one());
        let (following, read) = self.follower.follow(group, &*self.store, self.clock.now(), ring);
        if let Err(error) = read {
            tracing::error!(
                group = group.name,
                "rules know nothing of the samples before the start: {error}"
            );
        }
        following
    }

    /// The rounds of one group and what it hears between them.
    async fn rounds(
        self: Arc<Self>,
        mut run: GroupRun,
        following: &Arc<Following>,
        bell: &Notify,
        mut stopped: oneshot::Receiver<()>,
    ) -> Option<GroupRun> {
        let interval = run.group().interval;
        let mut next = run.group().round_after(self.clock.now());
        loop {
            let wait = next.saturating_sub(self.clock.now());
            if wait > interval {
                // The clock was set back.
                next = run.group().round_after(self.clock.now());
                continue;
            }
            let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(0));
            let is_rung = tokio::select! {
                _ = &mut stopped => return Some(run),
                () = bell.notified() => true,
                () = tokio::time::sleep(wait.min(LOOK)) => false,
            };
            let is_due = self.clock.now() >= next;
            if !is_rung && !is_due {
                continue;
            }
            // Nobody closes the semaphores.
            let place = if is_due { &self.places } else { &self.ears }.acquire().await.ok()?;
            let (own, at, heard) = (Arc::clone(&self), next, Arc::clone(following));
            let done = tokio::task::spawn_blocking(move || {
                own.hear(&mut run, &heard);
                if is_due {
                    own.round(&mut run, at);
                }
                own.board.show(run.view(&heard.judged()));
                run
            });
            let Ok(back) = done.await else {
                tracing::error!("a round of rules failed; the group is at rest until the next start");
                return None;
            };
            drop(place);
            run = back;
            if !is_due {
                continue;
            }
            // What is late is made up for once; what was to be before that is missed.
            let passed = self.clock.now().saturating_sub(next) / interval;
            let missed = u64::try_from(passed - 1).unwrap_or(0);
            self.missed.fetch_add(missed, Ordering::Relaxed);
            next = next.saturating_add(interval.saturating_mul(passed.max(1)));
        }
    }

    /// Takes what samples changed since the last time, as a round would.
    pub(crate) fn hear(&self, run: &mut GroupRun, following: &Following) {
        let changes = following.changes();
        if changes.is_empty() {
            return;
        }
        let served = Served::new(self, self.clock.now());
        let events = run.hear(&changes, &*self.store, &served);
        self.commit_and_tell(run, &served, events);
        self.changes.fetch_add(changes.len() as u64, Ordering::Relaxed);
    }

    /// What was written is committed as a whole, and then the bus hears of alerts.
    fn commit_and_tell(&self, run: &GroupRun, served: &Served<'_>, events: Vec<Event>) {
        if served.has_written.get()
            && let Err(error) = self.gate.commit_results()
        {
            // Whoever hears of alerts should hear of this one too.
            tracing::error!(group = run.group().name, "results of rules are not safe: {error}");
        }
        self.tell(events);
    }

    /// One round.
    pub(crate) fn round(&self, run: &mut GroupRun, t: Millis) {
        let served = Served::new(self, t);
        let before: Vec<Option<String>> = run.errors().map(|(_, error)| error.map(str::to_owned)).collect();
        let events = run.evaluate(&*self.store, &served, t);
        self.commit_and_tell(run, &served, events);
        self.rounds.fetch_add(1, Ordering::Relaxed);
        self.evaluations.fetch_add(before.len() as u64, Ordering::Relaxed);
        for ((rule, error), before) in run.errors().zip(before) {
            let Some(error) = error else { continue };
            self.failures.fetch_add(1, Ordering::Relaxed);
            if before.as_deref() != Some(error) {
                tracing::warn!(group = run.group().name, rule, "a rule could not be evaluated: {error}");
            }
        }
    }

    fn end(&self, run: GroupRun) {
        let now = self.clock.now();
        let served = Served::new(self, now);
        let events = run.end(&served, now);
        if let Err(error) = self.gate.commit_results() {
            tracing::error!("the ends of series of rules are not safe: {error}");
        }
        self.tell(events);
    }

    fn tell(&self, events: Vec<Event>) {
        events.into_iter().for_each(|event| self.announce.announce(event));
    }

    /// Tells those that follow samples what time it is, some times a second while there are any.
    pub(crate) async fn tick(self: Arc<Self>) {
        loop {
            let own = Arc::clone(&self);
            let ticked = tokio::task::spawn_blocking(move || {
                own.follower.tick(own.clock.now());
                own.follower.rules() > 0
            });
            let is_at_work = ticked.await.unwrap_or(false);
            tokio::time::sleep(if is_at_work { TICK } else { REST }).await;
        }
    }

    /// How it goes, for the Prometheus text.
    #[expect(clippy::cast_precision_loss, reason = "counters below 2^53 are exact")]
    pub(crate) fn own_metrics(&self) -> Vec<(Labels, f64)> {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
        [
            ("alicia_metrics_rule_rounds_total", count(&self.rounds)),
            ("alicia_metrics_rule_rounds_missed_total", count(&self.missed)),
            ("alicia_metrics_rule_evaluations_total", count(&self.evaluations)),
            ("alicia_metrics_rule_evaluation_failures_total", count(&self.failures)),
            ("alicia_metrics_rules_followed", self.follower.rules() as f64),
            ("alicia_metrics_rules_followed_samples", self.follower.samples() as f64),
            ("alicia_metrics_rule_changes_heard_total", count(&self.changes)),
            ("alicia_metrics_rule_changes_missed_total", self.follower.missed() as f64),
        ]
        .into_iter()
        .map(|(name, value)| (Labels::new([(NAME, name)]), value))
        .collect()
    }
}

/// What a round is given.
struct Served<'a> {
    groups: &'a RuleGroups,
    t: Millis,
    begun: Cell<Duration>,
    has_written: Cell<bool>,
}

impl<'a> Served<'a> {
    fn new(groups: &'a RuleGroups, t: Millis) -> Self {
        Self { groups, t, begun: Cell::new(groups.clock.monotonic()), has_written: Cell::new(false) }
    }
}

impl Round for Served<'_> {
    fn begin(&self) {
        self.begun.set(self.groups.clock.monotonic());
    }

    fn took(&self) -> Duration {
        self.groups.clock.monotonic().saturating_sub(self.begun.get())
    }

    fn stop(&self) -> Option<Stop> {
        (self.took() > limits::QUERY_TIME).then_some(Stop::Timeout)
    }

    fn write(&self, samples: &[RuleSample]) -> Result<(), String> {
        self.has_written.set(true);
        let samples = samples.iter().map(|sample| (&sample.labels, sample.point));
        let told =
            self.groups.gate.take_results("rules", samples, self.t).map_err(|error| error.to_string())?;
        match told.refused.first() {
            None => Ok(()),
            Some(first) => Err(format!(
                "{} samples were refused ({:?}), for example {}",
                first.times, first.reason, first.example
            )),
        }
    }
}
