//! The rule book: rules that can be changed at any time, judged on every sample that passes.

use crate::error::RuleError;
use crate::ledger::{Change, Ledger};
use crate::shelf::{Compiled, Shelf};
use crate::state::{State, held};
use crate::votes::{self, Owner, Verdict};
use model::{
    Alert, Announce, Append, AppendError, Appended, Event, Millis, Rule, STATUS, Sample, Standing,
    is_stale_marker, limits,
};
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// Rules and alerts.
pub struct RuleBook {
    ledger: Arc<dyn Ledger>,
    announce: Arc<dyn Announce>,
    shelf: RwLock<Arc<Shelf>>,
    state: Mutex<State>,
    /// The wall's time of the last tick: when a rule is changed by hand, its alerts end then.
    now: AtomicI64,
    /// Alerts of rules that are gone or disabled were looked for since the start.
    is_settled: AtomicBool,
    /// Alert changes that the ledger did not keep.
    unkept: AtomicU64,
    /// Alerts that did not start because there were too many.
    unlisted: AtomicU64,
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
        self.put_while(&mut self.state.lock(), rule)
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
        self.put_while(&mut state, Rule { enabled, ..rule })
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

    /// Tells the wall's time; alerts that have been over for an hour leave the list. The first time, alerts
    /// from before a restart end whose rule is gone or disabled: no sample could ever end them.
    pub fn tick(&self, now: Millis) {
        self.now.store(now, Ordering::Relaxed);
        let mut state = self.state.lock();
        if !self.is_settled.swap(true, Ordering::Relaxed) {
            let shelf = self.shelf();
            let is_judged = |rule: &str| shelf.get(rule).is_some_and(|compiled| compiled.rule.enabled);
            for alert in state.alerts.active_of(|rule| !is_judged(rule)) {
                state.restart(&alert.rule_name);
                self.end(&mut state, alert, now);
            }
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
        state.reseat();
        drop(state);
        self.announce.announce(Event::AlertRecovery { timestamp: now });
    }

    fn shelf(&self) -> Arc<Shelf> {
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
        let rule = compiled.rule.name.as_str();
        let point = sample.point;
        if is_stale_marker(point.v) {
            return state.end(rule, sample.series);
        }
        let meets = compiled.condition.holds(point.v, sample.series.labels().get(STATUS));
        match state.take(compiled, sample, meets, shelf) {
            None => {
                self.unjudged.fetch_add(1, Ordering::Relaxed);
            }
            Some(Verdict::Same) => {}
            Some(Verdict::Starts(owner)) => {
                let alert = started(compiled, &owner, sample);
                let series = votes::key(sample.series);
                if state.alerts.put(alert.clone(), Some(series)) {
                    let is_kept = self.keep(&Change::AlertChanged(alert.clone()));
                    if is_kept {
                        self.keep(&held(&alert, series));
                    }
                    self.announce.announce(Event::AlertStarted(alert));
                } else {
                    state.with_votes(rule, |votes| votes.withdraw(&owner));
                    self.unlisted.fetch_add(1, Ordering::Relaxed);
                }
            }
            Some(Verdict::Ends(owner)) => {
                if let Some(alert) = state.alerts.active(rule, &owner.service, &owner.instance).cloned() {
                    self.end(state, alert, point.t);
                }
            }
        }
    }

    fn end(&self, state: &mut State, alert: Alert, at: Millis) {
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
    fn keep(&self, change: &Change) -> bool {
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

fn started(compiled: &Compiled, owner: &Owner, sample: &Sample<'_>) -> Alert {
    let rule = &compiled.rule;
    Alert {
        alert_id: Alert::id(&rule.name, &owner.service, &owner.instance),
        rule_name: rule.name.clone(),
        service_name: owner.service.to_string(),
        instance_id: owner.instance.to_string(),
        severity: rule.severity,
        message: rule.description.clone(),
        value: sample.point.v,
        threshold: compiled.condition.threshold(sample.point.v, sample.series.labels().get(STATUS)),
        timestamp: sample.point.t,
        resolved: false,
        resolved_at: None,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        standing: Standing::default(),
    }
}
