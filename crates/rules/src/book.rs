//! The rule book: rules that can be changed at any time, judged on every sample that passes.

use crate::alerts::Alerts;
use crate::error::RuleError;
use crate::ledger::{Change, Ledger};
use crate::shelf::{Compiled, Shelf};
use crate::votes::{Owner, Verdict, Votes};
use hashbrown::HashMap;
use model::{
    Alert, Announce, Append, AppendError, Appended, Event, Millis, Rule, STATUS, Sample, is_stale_marker,
    limits,
};
use parking_lot::{Mutex, RwLock};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Rules and alerts.
pub struct RuleBook {
    ledger: Arc<dyn Ledger>,
    announce: Arc<dyn Announce>,
    shelf: RwLock<Arc<Shelf>>,
    state: Mutex<State>,
    /// The wall's time of the last tick: when a rule is changed by hand, its alerts end then.
    now: AtomicI64,
    /// Alert changes that the ledger did not keep.
    unkept: AtomicU64,
}

#[derive(Default)]
struct State {
    votes: HashMap<String, Votes>,
    alerts: Alerts,
    /// Rules that somebody put or removed, defaults among them: these are written down.
    touched: BTreeSet<String>,
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
        let mut shelf = Shelf::default();
        let mut state = State::default();
        for rule in defaults {
            if let Ok(compiled) = Compiled::new(rule) {
                shelf = shelf.with(compiled);
            }
        }
        for change in restored {
            shelf = state.replay(change, shelf);
        }
        state.reseat(&shelf);
        Self {
            ledger,
            announce,
            shelf: RwLock::new(Arc::new(shelf)),
            state: Mutex::new(state),
            now: AtomicI64::new(0),
            unkept: AtomicU64::new(0),
        }
    }

    /// Makes a rule, or replaces its namesake, whose active alerts end.
    ///
    /// # Errors
    /// [`RuleError`] if the rule is not good or could not be kept; nothing is changed then.
    pub fn put(&self, rule: Rule) -> Result<Rule, RuleError> {
        let compiled = Compiled::new(rule.clone())?;
        let mut state = self.state.lock();
        let shelf = self.shelf();
        let before = shelf.get(&rule.name);
        if before.is_none() && shelf.rules().len() >= limits::RULES {
            return Err(RuleError::TooMany);
        }
        if before.is_some_and(|before| before.rule == rule) && state.touched.contains(&rule.name) {
            return Ok(rule);
        }
        self.ledger.record(&Change::RulePut(rule.clone()))?;
        state.touched.insert(rule.name.clone());
        let is_other = before.is_some_and(|before| before.rule != rule);
        *self.shelf.write() = Arc::new(shelf.with(compiled));
        if is_other {
            self.end_alerts_of(&mut state, &rule.name);
        }
        Ok(rule)
    }

    /// Removes a rule; its active alerts end.
    ///
    /// # Errors
    /// [`RuleError::NotFound`], or [`RuleError::NotKept`]; nothing is changed then.
    pub fn remove(&self, name: &str) -> Result<Rule, RuleError> {
        let mut state = self.state.lock();
        let shelf = self.shelf();
        let rule = shelf.get(name).ok_or_else(|| RuleError::NotFound(name.to_owned()))?.rule.clone();
        self.ledger.record(&Change::RuleRemoved(name.to_owned()))?;
        state.touched.insert(name.to_owned());
        *self.shelf.write() = Arc::new(shelf.without(name));
        self.end_alerts_of(&mut state, name);
        Ok(rule)
    }

    /// Enables or disables a rule; the active alerts of a disabled one end.
    ///
    /// # Errors
    /// As [`RuleBook::put`], or [`RuleError::NotFound`].
    pub fn set_enabled(&self, name: &str, enabled: bool) -> Result<Rule, RuleError> {
        let rule = self.rule(name).ok_or_else(|| RuleError::NotFound(name.to_owned()))?;
        self.put(Rule { enabled, ..rule })
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> Option<Rule> {
        self.shelf().get(name).map(|compiled| compiled.rule.clone())
    }

    /// All rules, in order of creation; a replaced rule keeps its place.
    pub fn rules(&self) -> Vec<Rule> {
        self.shelf().rules().iter().map(|compiled| compiled.rule.clone()).collect()
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

    /// Tells the wall's time; alerts that have been over for an hour leave the list.
    pub fn tick(&self, now: Millis) {
        self.now.store(now, Ordering::Relaxed);
        self.state.lock().alerts.tick(now);
    }

    /// Gives all that must be remembered to `write`, while nothing else can be recorded.
    pub fn freeze<T>(&self, write: impl FnOnce(Vec<Change>) -> T) -> T {
        let state = self.state.lock();
        let shelf = self.shelf();
        let is_there = |name: &str| shelf.get(name).is_some();
        let removed = state.touched.iter().filter(|name| !is_there(name)).cloned().map(Change::RuleRemoved);
        let put = shelf.rules().iter().filter(|compiled| state.touched.contains(&compiled.rule.name));
        let put = put.map(|compiled| Change::RulePut(compiled.rule.clone()));
        let alerts = state.alerts.snapshot().map(Change::AlertChanged);
        write(removed.chain(put).chain(alerts).collect())
    }

    /// Starts the judging anew from the rules and the alerts, both of which are kept, and says so.
    pub fn recover(&self, now: Millis) {
        let mut state = self.state.lock();
        let shelf = self.shelf();
        state.reseat(&shelf);
        drop(state);
        self.announce.announce(Event::AlertRecovery { timestamp: now });
    }

    fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read())
    }

    fn judge(&self, state: &mut State, compiled: &Compiled, sample: &Sample<'_>) {
        let point = sample.point;
        let votes = state.votes.entry_ref(compiled.rule.name.as_str()).or_default();
        if is_stale_marker(point.v) {
            return votes.end(sample.series);
        }
        let meets = compiled.condition.holds(point.v, sample.series.labels().get(STATUS));
        match votes.take(sample, meets, compiled.cooldown()) {
            Verdict::Same => {}
            Verdict::Starts(owner) => {
                let alert = start(compiled, &owner, sample);
                if state.alerts.put(alert.clone()) {
                    self.tell(alert.clone(), Event::AlertStarted(alert));
                } else {
                    votes.withdraw(&owner);
                }
            }
            Verdict::Ends(owner) => {
                let id = Alert::id(&compiled.rule.name, &owner.service, &owner.instance);
                if let Some(alert) = state.alerts.active(&id).cloned() {
                    self.end(state, alert, point.t);
                }
            }
        }
    }

    fn end(&self, state: &mut State, alert: Alert, at: Millis) {
        // An alert never ends before it began, whatever the clocks say.
        let over = Alert { resolved: true, resolved_at: Some(at.max(alert.timestamp)), ..alert };
        state.alerts.put(over.clone());
        self.tell(over.clone(), Event::AlertResolved(over));
    }

    /// Ends the alerts of a rule that was changed or removed, and forgets how its series stood.
    fn end_alerts_of(&self, state: &mut State, rule: &str) {
        state.votes.remove(rule);
        let now = self.now.load(Ordering::Relaxed);
        for alert in state.alerts.active_of(rule) {
            self.end(state, alert, now);
        }
    }

    /// Records, then announces. What cannot be recorded is announced all the same: a full disk must not keep
    /// anybody from hearing that something is wrong.
    fn tell(&self, alert: Alert, event: Event) {
        if self.ledger.record(&Change::AlertChanged(alert)).is_err() {
            self.unkept.fetch_add(1, Ordering::Relaxed);
        }
        self.announce.announce(event);
    }
}

impl Append for RuleBook {
    fn append(&self, batch: &[Sample<'_>]) -> Result<Appended, AppendError> {
        let shelf = self.shelf();
        let mut locked = None;
        for sample in batch {
            let rules = shelf.on(sample.series.name());
            if rules.is_empty() {
                continue;
            }
            let state = locked.get_or_insert_with(|| self.state.lock());
            for compiled in rules {
                self.judge(state, compiled, sample);
            }
        }
        Ok(Appended { accepted: batch.len(), ..Appended::default() })
    }
}

impl State {
    /// Does again what was done before a restart.
    fn replay(&mut self, change: Change, shelf: Shelf) -> Shelf {
        match change {
            Change::RulePut(rule) => {
                self.touched.insert(rule.name.clone());
                match Compiled::new(rule) {
                    Ok(compiled) => shelf.with(compiled),
                    Err(_) => shelf,
                }
            }
            Change::RuleRemoved(name) => {
                self.touched.insert(name.clone());
                shelf.without(&name)
            }
            Change::AlertChanged(alert) => {
                self.alerts.put(alert);
                shelf
            }
        }
    }

    /// Puts the alerts that are known in their places; how each series stood is learnt from the next samples.
    fn reseat(&mut self, shelf: &Shelf) {
        self.votes.clear();
        let known = self.alerts.snapshot().collect::<Vec<_>>();
        for alert in known.into_iter().filter(|alert| shelf.get(&alert.rule_name).is_some()) {
            let owner = Owner { service: alert.service_name.into(), instance: alert.instance_id.into() };
            let votes = self.votes.entry(alert.rule_name).or_default();
            votes.remember(owner, alert.timestamp, !alert.resolved);
        }
    }
}

fn start(compiled: &Compiled, owner: &Owner, sample: &Sample<'_>) -> Alert {
    let rule = &compiled.rule;
    Alert {
        alert_id: Alert::id(&rule.name, &owner.service, &owner.instance),
        rule_name: rule.name.clone(),
        service_name: owner.service.to_string(),
        instance_id: owner.instance.to_string(),
        severity: rule.severity,
        message: rule.description.clone(),
        value: sample.point.v,
        threshold: compiled.condition.threshold(sample.point.v),
        timestamp: sample.point.t,
        resolved: false,
        resolved_at: None,
    }
}
