//! All that changes as samples pass and people edit: votes, alerts, and which rules must be written down.

use crate::alerts::Alerts;
use crate::ledger::Change;
use crate::shelf::{Compiled, Shelf};
use crate::votes::{Owner, Verdict, Votes};
use hashbrown::HashMap;
use model::{Alert, Rule, Sample, Series, limits};
use std::collections::BTreeSet;

/// The state of a book; one lock guards it.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) alerts: Alerts,
    /// By rule. What a removed rule leaves is its cooldown.
    votes: HashMap<String, Votes>,
    /// The sum of what all votes remember.
    remembered: usize,
    /// Forgetting freed too little; tried again after the next tick.
    is_full: bool,
    /// Names of the rules that are there without anybody having put them.
    defaults: BTreeSet<String>,
    /// Rules of the shelf that somebody put: these are written down.
    put: BTreeSet<String>,
    /// Defaults that somebody removed, whether or not they came back at another place.
    removed: BTreeSet<String>,
}

impl State {
    /// The state and the rules after `restored` happened to `defaults`.
    pub(crate) fn restored(defaults: Vec<Rule>, restored: Vec<Change>) -> (Self, Shelf) {
        let mut shelf = Shelf::default();
        let mut state = Self::default();
        for compiled in defaults.into_iter().filter_map(|rule| Compiled::new(rule).ok()) {
            state.defaults.insert(compiled.rule.name.clone());
            shelf.put(compiled);
        }
        for change in restored {
            state.replay(change, &mut shelf);
        }
        state.reseat();
        (state, shelf.indexed())
    }

    fn replay(&mut self, change: Change, shelf: &mut Shelf) {
        match change {
            Change::RulePut(rule) => {
                if let Ok(compiled) = Compiled::new(rule) {
                    self.was_put(&compiled.rule.name);
                    shelf.put(compiled);
                }
            }
            Change::RuleRemoved(name) => {
                shelf.remove(&name);
                self.was_removed(&name);
            }
            Change::AlertChanged(alert) => self.alerts.restore(alert),
            Change::AlertHeldBy { rule_name, service_name, instance_id, series } => {
                self.alerts.hold(rule_name, service_name, instance_id, series);
            }
        }
    }

    /// Notes that somebody put a rule.
    pub(crate) fn was_put(&mut self, name: &str) {
        self.put.insert(name.to_owned());
    }

    /// Whether somebody put the rule of this name.
    pub(crate) fn is_put(&self, name: &str) -> bool {
        self.put.contains(name)
    }

    /// Notes that somebody removed a rule. Only defaults need to be kept from coming back.
    pub(crate) fn was_removed(&mut self, name: &str) {
        self.put.remove(name);
        if self.defaults.contains(name) {
            self.removed.insert(name.to_owned());
        }
    }

    /// All there is to remember, in an order that makes the same again.
    pub(crate) fn changes(&self, shelf: &Shelf) -> Vec<Change> {
        let mut changes: Vec<Change> = self.removed.iter().cloned().map(Change::RuleRemoved).collect();
        let put = shelf.rules().filter(|compiled| self.is_put(&compiled.rule.name));
        changes.extend(put.map(|compiled| Change::RulePut(compiled.rule.clone())));
        for (alert, held_by) in self.alerts.snapshot() {
            changes.push(Change::AlertChanged(alert.clone()));
            changes.extend(held_by.map(|series| held(alert, series)));
        }
        changes
    }

    /// Puts the alerts that are known in their places; how other series stand is learnt from their samples.
    pub(crate) fn reseat(&mut self) {
        self.votes.clear();
        for (alert, held_by) in self.alerts.snapshot() {
            let owner = Owner {
                service: alert.service_name.as_str().into(),
                instance: alert.instance_id.as_str().into(),
            };
            let active = (!alert.resolved).then_some(held_by);
            let votes = self.votes.entry_ref(alert.rule_name.as_str()).or_default();
            votes.remember(owner, alert.timestamp, active);
        }
        self.remembered = self.votes.values().map(Votes::len).sum();
    }

    /// Takes a sample for a rule. `None` if there is no room to remember one more series.
    pub(crate) fn take(
        &mut self,
        compiled: &Compiled,
        sample: &Sample<'_>,
        meets: bool,
        shelf: &Shelf,
    ) -> Option<Verdict> {
        let rule = compiled.rule.name.as_str();
        if self.remembered >= limits::VOTES {
            let is_known = self.votes.get(rule).is_some_and(|votes| votes.knows(sample.series));
            if !is_known && !self.makes_room(shelf) {
                return None;
            }
        }
        Some(self.with_votes(rule, |votes| votes.take(sample, meets, compiled.cooldown())))
    }

    /// A series ended.
    pub(crate) fn end(&mut self, rule: &str, series: &Series) {
        self.with_votes(rule, |votes| votes.end(series));
    }

    /// A rule was changed or removed.
    pub(crate) fn restart(&mut self, rule: &str) {
        self.with_votes(rule, Votes::restart);
        if self.votes.get(rule).is_some_and(|votes| votes.len() == 0) {
            self.votes.remove(rule);
        }
    }

    /// Works with the votes of a rule, and keeps count.
    pub(crate) fn with_votes<T>(&mut self, rule: &str, work: impl FnOnce(&mut Votes) -> T) -> T {
        let votes = self.votes.entry_ref(rule).or_default();
        let before = votes.len();
        let result = work(votes);
        self.remembered = self.remembered + votes.len() - before;
        result
    }

    /// Time passed: forgetting may be tried again.
    pub(crate) fn tick(&mut self) {
        self.is_full = false;
    }

    /// Forgets what can be learnt again, at most once a tick if that does not help.
    fn makes_room(&mut self, shelf: &Shelf) -> bool {
        if !self.is_full {
            self.votes.retain(|rule, votes| {
                votes.forget(shelf.get(rule).map_or(0, |compiled| compiled.cooldown()));
                votes.len() > 0
            });
            self.remembered = self.votes.values().map(Votes::len).sum();
            self.is_full = self.remembered > limits::VOTES / 2;
        }
        self.remembered < limits::VOTES
    }
}

/// The change that says which series started an alert.
pub(crate) fn held(alert: &Alert, series: u64) -> Change {
    Change::AlertHeldBy {
        rule_name: alert.rule_name.clone(),
        service_name: alert.service_name.clone(),
        instance_id: alert.instance_id.clone(),
        series,
    }
}
