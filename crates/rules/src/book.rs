//! The rule book: rules that can be changed at any time, judged on every sample that passes.

use crate::alerts;
use crate::compiled::Compiled;
use crate::condition::{Passed, Seen};
use crate::error::RuleError;
use crate::ledger::{Change, Ledger};
use crate::moving::Turn;
use crate::shelf::Shelf;
use crate::state::{State, held};
use crate::votes::{self, Owner, Verdict};
use model::{
    Alert, Announce, Append, AppendError, Appended, Event, INSTANCE, Labels, Millis, NAME, Per, Rule,
    SERVICE, STATUS, Sample, Select, Standing, is_stale_marker, limits,
};
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// Rules and alerts.
pub struct RuleBook {
    ledger: Arc<dyn Ledger>,
    pub(crate) announce: Arc<dyn Announce>,
    /// Where samples of before are read, if anywhere.
    pub(crate) history: Option<Arc<dyn Select>>,
    shelf: RwLock<Arc<Shelf>>,
    pub(crate) state: Mutex<State>,
    /// The wall's time of the last tick: when a rule is changed by hand, its alerts end then.
    pub(crate) now: AtomicI64,
    /// Alerts of rules that are gone or disabled were looked for since the start.
    is_settled: AtomicBool,
    /// Alert changes that the ledger did not keep.
    unkept: AtomicU64,
    /// Alerts that did not start because there were too many.
    pub(crate) unlisted: AtomicU64,
    /// Samples that were not judged because too many series are remembered.
    unjudged: AtomicU64,
}

impl RuleBook {
    /// A book of `defaults` and of what `restored` says happened since. A default rule that somebody replaced
    /// or removed stays so.
    #[must_use]
    pub fn new(
        ledger: Arc<dyn Ledger>,
        announce: Arc<dyn Announce>,
        defaults: Vec<Rule>,
        restored: Vec<Change>,
    ) -> Self {
        let (state, shelf) = State::restored(defaults, restored);
        Self {
            ledger,
            announce,
            history: None,
            shelf: RwLock::new(Arc::new(shelf)),
            state: Mutex::new(state),
            now: AtomicI64::new(0),
            is_settled: AtomicBool::new(false),
            unkept: AtomicU64::new(0),
            unlisted: AtomicU64::new(0),
            unjudged: AtomicU64::new(0),
        }
    }

    /// Makes a rule, or replaces its namesake, whose active alerts end.
    ///
    /// # Errors
    /// [`RuleError`] if the rule is not good or could not be kept; nothing is changed then.
    pub fn put(&self, rule: Rule) -> Result<Rule, RuleError> {
        let name = rule.name.clone();
        let was_known = self.rule(&name).as_ref() == Some(&rule);
        let put = self.put_while(&mut self.state.lock(), rule)?;
        if !was_known {
            self.recall_rule(&name);
        }
        Ok(put)
    }

    /// Removes a rule; its active alerts end. Its cooldowns go on, should it be made again.
    ///
    /// # Errors
    /// [`RuleError::NotFound`], or [`RuleError::NotKept`]; nothing is changed then.
    pub fn remove(&self, name: &str) -> Result<Rule, RuleError> {
        let mut state = self.state.lock();
        let shelf = self.shelf();
        let rule = shelf.get(name).ok_or_else(|| RuleError::NotFound(name.to_owned()))?.rule.clone();
        self.ledger.record(&Change::RuleRemoved(name.to_owned()))?;
        state.was_removed(name);
        let mut shelf = Shelf::clone(&shelf);
        shelf.remove(name);
        *self.shelf.write() = Arc::new(shelf.indexed());
        self.end_alerts_of(&mut state, name);
        Ok(rule)
    }

    /// Enables or disables a rule; the active alerts of a disabled one end.
    ///
    /// # Errors
    /// As [`RuleBook::put`], or [`RuleError::NotFound`].
    pub fn set_enabled(&self, name: &str, enabled: bool) -> Result<Rule, RuleError> {
        let mut state = self.state.lock();
        let rule = self.rule(name).ok_or_else(|| RuleError::NotFound(name.to_owned()))?;
        let put = self.put_while(&mut state, Rule { enabled, ..rule })?;
        drop(state);
        self.recall_rule(name);
        Ok(put)
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> Option<Rule> {
        self.shelf().get(name).map(|compiled| compiled.rule.clone())
    }

    /// All rules, in order of creation; a replaced rule keeps its place.
    pub fn rules(&self) -> Vec<Rule> {
        self.shelf().rules().map(|compiled| compiled.rule.clone()).collect()
    }

    /// Alerts, newest first: the active ones, and unless `active_only` those that ended within the hour.
    pub fn alerts(&self, active_only: bool) -> Vec<Alert> {
        self.state.lock().alerts.list(active_only)
    }

    /// The newest `limit` alerts that are over, newest first.
    pub fn history(&self, limit: usize) -> Vec<Alert> {
        self.state.lock().alerts.history(limit)
    }

    /// How many alerts are active.
    pub fn active_count(&self) -> usize {
        self.state.lock().alerts.active_count()
    }

    /// Alert changes that the ledger did not keep; they were announced all the same.
    pub fn unkept(&self) -> u64 {
        self.unkept.load(Ordering::Relaxed)
    }

    /// Alerts that did not start because there were as many as there may be ([`limits::ALERTS`]); the next
    /// sample tries again.
    pub fn unlisted(&self) -> u64 {
        self.unlisted.load(Ordering::Relaxed)
    }

    /// Samples that were not judged because the rules remember as many series as they may
    /// ([`limits::VOTES`]).
    pub fn unjudged(&self) -> u64 {
        self.unjudged.load(Ordering::Relaxed)
    }

    /// Alerts that did not start yet because their conditions have not held for long enough, the oldest first. The time of
    /// each is that since which its condition holds.
    pub fn pending(&self) -> Vec<Alert> {
        let state = self.state.lock();
        let shelf = self.shelf();
        let mut found: BTreeMap<String, Alert> = BTreeMap::new();
        for compiled in shelf.rules().filter(|compiled| compiled.judges_samples() && compiled.is_timed()) {
            let Some(votes) = state.votes_of(&compiled.rule.name) else { continue };
            for (owner, timed, is_active) in votes.all_timed() {
                let Some(since) = timed.pending_since().filter(|_| !is_active) else { continue };
                let passed = timed.passed(compiled, 1, timed.last().t, state.deaf_until);
                let alert = started(compiled, owner, (1, passed), (since, timed.series.labels()));
                let known = found.entry(alert.alert_id.clone()).or_insert_with(|| alert.clone());
                if known.timestamp > alert.timestamp {
                    *known = alert;
                }
            }
        }
        let mut found: Vec<Alert> = found.into_values().collect();
        found.sort_by_key(|alert| alert.timestamp);
        found
    }

    /// Samples that left a window early because it had as many as it may ([`limits::RULE_WINDOW_SAMPLES`]).
    pub fn shortened(&self) -> u64 {
        self.state.lock().shortened
    }

    /// Bytes of memory that rules take for samples, and for since when something holds.
    pub fn window_bytes(&self) -> usize {
        self.state.lock().window_bytes()
    }

    /// Series and instances that rules remember.
    pub fn remembered(&self) -> usize {
        self.state.lock().remembered()
    }

    /// [`RuleBook::tick_while`], while whoever sends samples is heard.
    pub fn tick(&self, now: Millis) {
        self.tick_while(now, true);
    }

    /// Tells the wall's time; alerts that have been over for an hour leave the list. Series that must be looked at though
    /// no sample came are looked at: where nobody `is_heard` now, or the clock jumped, silence begins anew. The first time,
    /// alerts from before a restart end whose rule is gone or disabled: no sample could ever end them.
    pub fn tick_while(&self, now: Millis, is_heard: bool) {
        let before = self.now.swap(now, Ordering::Relaxed);
        let mut state = self.state.lock();
        let shelf = self.shelf();
        let is_first = !self.is_settled.swap(true, Ordering::Relaxed);
        if is_first {
            let is_judged = |rule: &str| shelf.get(rule).is_some_and(|compiled| compiled.rule.enabled);
            for alert in state.alerts.active_of(|rule| !is_judged(rule)) {
                state.restart(&alert.rule_name);
                self.end(&mut state, alert, now);
            }
        }
        let is_steady = (0..=limits::RULE_CLOCK_JUMP).contains(&now.saturating_sub(before));
        if is_first || !is_heard || !is_steady {
            state.deaf_until = now;
        }
        for (compiled, turn) in state.look(now, &shelf) {
            self.follow(&mut state, &compiled, turn);
        }
        state.tick();
        state.alerts.tick(now);
    }

    /// Gives all that must be remembered to `write`, while nothing else can be recorded.
    pub fn freeze<T>(&self, write: impl FnOnce(Vec<Change>) -> T) -> T {
        let state = self.state.lock();
        write(state.changes(&self.shelf()))
    }

    /// Starts the judging anew from the rules and the alerts, both of which are kept, and says so.
    pub fn recover(&self, now: Millis) {
        let mut state = self.state.lock();
        state.reseat(&self.shelf());
        drop(state);
        self.recall(now);
        self.announce.announce(Event::AlertRecovery { timestamp: now });
    }

    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read())
    }

    /// [`RuleBook::put`], while the state is locked: rules change only then.
    fn put_while(&self, state: &mut State, rule: Rule) -> Result<Rule, RuleError> {
        let compiled = Compiled::new(rule.clone())?;
        let shelf = self.shelf();
        let before = shelf.get(&rule.name);
        if before.is_none() && shelf.len() >= limits::RULES {
            return Err(RuleError::TooMany);
        }
        if before.is_some_and(|before| before.rule == rule) && state.is_put(&rule.name) {
            return Ok(rule);
        }
        self.ledger.record(&Change::RulePut(rule.clone()))?;
        state.was_put(&rule.name);
        let is_other = before.is_some_and(|before| before.rule != rule);
        let mut shelf = Shelf::clone(&shelf);
        shelf.put(compiled);
        *self.shelf.write() = Arc::new(shelf.indexed());
        if is_other {
            self.end_alerts_of(state, &rule.name);
        }
        Ok(rule)
    }

    fn judge(&self, state: &mut State, shelf: &Shelf, compiled: &Compiled, sample: &Sample<'_>) {
        if !compiled.judges(sample.series) {
            return;
        }
        if is_stale_marker(sample.point.v) {
            return state.end(compiled, sample.series);
        }
        let taken = if compiled.is_timed() {
            state.take_timed(compiled, sample, shelf)
        } else {
            self.judge_alone(state, shelf, compiled, sample)
        };
        match taken {
            Some(turns) => turns.into_iter().for_each(|turn| self.follow(state, compiled, turn)),
            None => _ = self.unjudged.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Judges a sample by a rule for which no other counts.
    fn judge_alone(
        &self,
        state: &mut State,
        shelf: &Shelf,
        compiled: &Compiled,
        sample: &Sample<'_>,
    ) -> Option<Vec<Turn>> {
        let seen = Seen::plain(sample.point.v, sample.series.labels().get(STATUS));
        let own = compiled.case(&seen).0.level;
        let verdict = state.take(compiled, sample, own, shelf)?;
        let is_own = match &verdict {
            Verdict::Same => return Some(Vec::new()),
            Verdict::Starts(..) => true,
            Verdict::Changes(_, level) => *level == own,
            Verdict::Ends(_) => false,
        };
        let passed = is_own.then(|| compiled.passed(own, &seen));
        Some(vec![Turn { verdict, at: sample.point.t, series: Arc::clone(sample.series), passed }])
    }

    /// Does what a turn asks for.
    fn follow(&self, state: &mut State, compiled: &Compiled, turn: Turn) {
        let rule = compiled.rule.name.as_str();
        let active = |state: &State, owner: &Owner| {
            state.alerts.active(rule, &owner.service, &owner.instance, owner.series).cloned()
        };
        match turn.verdict {
            Verdict::Same => {}
            Verdict::Starts(owner, level) => {
                let passed = turn.passed.unwrap_or(Passed { value: 0.0, threshold: 0.0 });
                let alert = started(compiled, &owner, (level, passed), (turn.at, turn.series.labels()));
                let series = votes::key(&turn.series);
                if state.alerts.put(alert.clone(), Some(series)) {
                    let is_kept = self.keep(&Change::AlertChanged(alert.clone()));
                    if is_kept && owner.series.is_none() {
                        self.keep(&held(&alert, series));
                    }
                    self.announce.announce(Event::AlertStarted(alert));
                } else {
                    state.with_votes(rule, |votes| votes.withdraw(&owner));
                    self.unlisted.fetch_add(1, Ordering::Relaxed);
                }
            }
            Verdict::Changes(owner, level) => {
                let Some(before) = active(state, &owner) else { return };
                let alert = changed(compiled, before, level, turn.passed, turn.series.labels());
                state.alerts.change(&alert);
                self.keep(&Change::AlertChanged(alert.clone()));
                self.announce.announce(Event::AlertChanged(alert));
            }
            Verdict::Ends(owner) => {
                if let Some(alert) = active(state, &owner) {
                    self.end(state, alert, turn.at);
                }
            }
        }
    }

    pub(crate) fn end(&self, state: &mut State, alert: Alert, at: Millis) {
        // An alert never ends before it began, whatever the clocks say.
        let over = Alert { resolved: true, resolved_at: Some(at.max(alert.timestamp)), ..alert };
        state.alerts.put(over.clone(), None);
        self.keep(&Change::AlertChanged(over.clone()));
        self.announce.announce(Event::AlertResolved(over));
    }

    /// Ends the alerts of a rule that was changed or removed, and forgets how its series stood.
    fn end_alerts_of(&self, state: &mut State, rule: &str) {
        state.restart(rule);
        let now = self.now.load(Ordering::Relaxed);
        for alert in state.alerts.active_of(|of| of == rule) {
            self.end(state, alert, now);
        }
    }

    /// Records what is then announced. What cannot be recorded is counted and announced all the same: a full
    /// disk must not keep anybody from hearing that something is wrong.
    pub(crate) fn keep(&self, change: &Change) -> bool {
        let is_kept = self.ledger.record(change).is_ok();
        if !is_kept {
            self.unkept.fetch_add(1, Ordering::Relaxed);
        }
        is_kept
    }
}

impl Append for RuleBook {
    fn judges(&self) -> bool {
        true
    }

    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        // Without a lock it is seen whether any rule is on any of the names: of most batches, none is.
        let seen = self.shelf();
        let is_judged = |sample: &Sample<'_>| !seen.on(sample.series.name()).is_empty();
        let Some(first) = batch.iter().position(is_judged) else {
            return Ok(Appended { accepted: batch.len(), ..Appended::default() });
        };
        let mut state = self.state.lock();
        // Again, now that the rules stand still: a rule that was removed meanwhile must not start an alert.
        let shelf = self.shelf();
        for sample in batch.iter().skip(first) {
            for compiled in shelf.on(sample.series.name()) {
                self.judge(&mut state, &shelf, compiled, sample);
            }
        }
        Ok(Appended { accepted: batch.len(), ..Appended::default() })
    }
}

/// The alert that an owner has at a level since a time, by what was compared in a series of these labels.
fn started(
    compiled: &Compiled,
    owner: &Owner,
    (level, passed): (u8, Passed),
    (at, labels): (Millis, &Labels),
) -> Alert {
    let rule = &compiled.rule;
    let (own, annotations) = compiled.texts.expand(labels, passed.value);
    Alert {
        alert_id: alerts::id(&rule.name, &owner.service, &owner.instance, owner.series),
        rule_name: rule.name.clone(),
        service_name: owner.service.to_string(),
        instance_id: owner.instance.to_string(),
        severity: compiled.severity(level),
        message: rule.description.clone(),
        value: passed.value,
        threshold: passed.threshold,
        timestamp: at,
        resolved: false,
        resolved_at: None,
        labels: all_labels(rule.per, labels, own),
        annotations,
        generator: None,
        standing: Standing::default(),
    }
}

/// The alert at another level.
fn changed(compiled: &Compiled, before: Alert, level: u8, passed: Option<Passed>, labels: &Labels) -> Alert {
    let severity = compiled.severity(level);
    let Some(passed) = passed else { return Alert { severity, ..before } };
    let (own, annotations) = compiled.texts.expand(labels, passed.value);
    Alert {
        severity,
        value: passed.value,
        threshold: passed.threshold,
        labels: all_labels(compiled.rule.per, labels, own),
        annotations,
        ..before
    }
}

/// The labels of an alert: those that the rule gives, and where each series has its own alert, those of the series, which
/// tell them apart.
fn all_labels(per: Per, series: &Labels, own: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of_series =
        series.iter().filter(|(name, _)| per == Per::Series && !matches!(*name, NAME | SERVICE | INSTANCE));
    let mut all: BTreeMap<String, String> =
        of_series.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    all.extend(own);
    all
}
