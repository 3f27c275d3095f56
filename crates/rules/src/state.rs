//! All that changes as samples pass and people edit: votes, alerts, and which rules must be written down.

use crate::alarm::Alarms;
use crate::alerts::{self, Alerts};
use crate::compiled::Compiled;
use crate::ledger::Change;
use crate::men::{Man, Men};
use crate::moving::{Moving, Turn};
use crate::shelf::Shelf;
use crate::votes::{self, Owner, Verdict, Votes};
use crate::window::Pushed;
use hashbrown::HashMap;
use model::{Alert, Millis, Point, Rule, RuleKind, Sample, Series, limits};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The state of a book; one lock guards it.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) alerts: Alerts,
    /// By rule. What a removed rule leaves is its cooldown.
    votes: HashMap<String, Votes>,
    /// By dead-man rule.
    men: HashMap<String, Men>,
    /// How often all senders were looked at.
    pub(crate) passes: u64,
    /// When series must be looked at though no sample comes.
    alarms: Alarms,
    /// Silence before this time does not count.
    pub(crate) deaf_until: Millis,
    /// Bytes of all windows.
    window_bytes: usize,
    /// Samples that left a window early because it had too many.
    pub(crate) shortened: u64,
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
        let mut state = Self { deaf_until: Millis::MIN, ..Self::default() };
        for compiled in defaults.into_iter().filter_map(|rule| Compiled::new(rule).ok()) {
            state.defaults.insert(compiled.rule.name.clone());
            shelf.put(compiled);
        }
        for change in restored {
            state.replay(change, &mut shelf);
        }
        state.reseat(&shelf);
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
    pub(crate) fn reseat(&mut self, shelf: &Shelf) {
        self.votes.clear();
        self.men.clear();
        for (alert, held_by) in self.alerts.snapshot() {
            if shelf.get(&alert.rule_name).is_some_and(|compiled| compiled.rule.kind == RuleKind::DeadMan) {
                let missed = (!alert.resolved).then_some(alert.timestamp);
                let man = Man { missed, last_start: alert.timestamp, pass: 0 };
                let men = self.men.entry_ref(alert.rule_name.as_str()).or_default();
                men.put(&alert.service_name, &alert.instance_id, man);
                continue;
            }
            let series = alerts::series_of(alert);
            let owner = Owner {
                service: alert.service_name.as_str().into(),
                instance: alert.instance_id.as_str().into(),
                series,
            };
            let level = shelf.get(&alert.rule_name).map_or(1, |compiled| compiled.level(alert.severity));
            let active = (!alert.resolved).then_some((series.or(held_by), level));
            let votes = self.votes.entry_ref(alert.rule_name.as_str()).or_default();
            votes.remember(owner, alert.timestamp, active);
        }
        self.recount();
    }

    /// Counts anew what is remembered.
    fn recount(&mut self) {
        self.remembered = self.votes.values().map(Votes::len).sum();
        self.window_bytes = self.votes.values().map(Votes::counted).sum();
    }

    /// Whether there is room to remember a series of a rule.
    fn has_room(&mut self, compiled: &Compiled, series: &Series, shelf: &Shelf) -> bool {
        let votes = || self.votes.get(compiled.rule.name.as_str());
        if self.window_bytes >= limits::RULE_WINDOW_BYTES
            && compiled.has_windows()
            && !votes().is_some_and(|votes| votes.is_timed(series))
        {
            return false;
        }
        self.remembered < limits::VOTES
            || votes().is_some_and(|votes| votes.knows(series))
            || self.makes_room(shelf)
    }

    /// Takes a sample for a rule for which no other counts. `None` if there is no room to remember one more series.
    pub(crate) fn take(
        &mut self,
        compiled: &Compiled,
        sample: &Sample<'_>,
        level: u8,
        shelf: &Shelf,
    ) -> Option<Verdict> {
        if !self.has_room(compiled, sample.series, shelf) {
            return None;
        }
        let (per, t) = (compiled.rule.per, sample.point.t);
        let take = |votes: &mut Votes| votes.take(sample.series, per, t, level, compiled.cooldown());
        Some(self.with_votes(compiled.rule.name.as_str(), take))
    }

    /// Takes a sample for a rule for which others, or time, count as well. As [`State::take`].
    pub(crate) fn take_timed(
        &mut self,
        compiled: &Compiled,
        sample: &Sample<'_>,
        shelf: &Shelf,
    ) -> Option<Vec<Turn>> {
        if !self.has_room(compiled, sample.series, shelf) {
            return None;
        }
        let (moving, mut turns) = (self.moving(compiled), Vec::new());
        let take = |votes: &mut Votes| moving.take(votes, sample, &mut turns);
        let pushed = self.with_votes(compiled.rule.name.as_str(), take);
        self.shortened += u64::from(pushed == Pushed::Shortened);
        self.settle(compiled, votes::key(sample.series));
        Some(turns)
    }

    /// Takes samples of before a restart, in the order of time.
    pub(crate) fn recall(&mut self, compiled: &Compiled, samples: &[(Arc<Series>, Point)], shelf: &Shelf) {
        for (series, point) in samples {
            if !self.has_room(compiled, series, shelf) {
                return;
            }
            let moving = self.moving(compiled);
            let recall = |votes: &mut Votes| moving.recall(votes, series, *point);
            let pushed = self.with_votes(compiled.rule.name.as_str(), recall);
            self.shortened += u64::from(pushed == Pushed::Shortened);
        }
        if let Some((series, _)) = samples.last() {
            self.settle(compiled, votes::key(series));
        }
    }

    /// Looks at the series that must be looked at by now though no sample came.
    pub(crate) fn look(&mut self, now: Millis, shelf: &Shelf) -> Vec<(Arc<Compiled>, Turn)> {
        let to = now.saturating_sub(limits::RULE_LATENESS);
        let (mut all, mut turns) = (Vec::new(), Vec::new());
        for _ in 0..limits::RULE_LOOKS {
            let Some((at, (place, key))) = self.alarms.next(to) else { break };
            let Some(compiled) = shelf.at(place).filter(|compiled| compiled.judges_samples()) else {
                continue;
            };
            let moving = self.moving(compiled);
            let Some(votes) = self.votes.get_mut(compiled.rule.name.as_str()) else { continue };
            // Of alarms that were set anew only the last one counts.
            let Some(timed) = votes.known(key).filter(|timed| timed.armed == Some(at)) else { continue };
            timed.armed = None;
            moving.pass(votes, key, to, &mut turns);
            all.extend(turns.drain(..).map(|turn| (Arc::clone(compiled), turn)));
            self.settle(compiled, key);
        }
        self.forget_alarms(shelf);
        all
    }

    fn moving<'a>(&self, compiled: &'a Compiled) -> Moving<'a> {
        let may_grow = self.window_bytes < limits::RULE_WINDOW_BYTES;
        Moving { compiled, deaf_until: self.deaf_until, may_grow }
    }

    /// Counts what a series takes now, and sets its alarm; lets it go if it ended.
    fn settle(&mut self, compiled: &Compiled, key: u64) {
        let deaf_until = self.deaf_until;
        let Some(votes) = self.votes.get_mut(compiled.rule.name.as_str()) else { return };
        let Some(timed) = votes.known(key) else { return };
        let bytes = timed.bytes();
        let counted = std::mem::replace(&mut timed.counted, bytes);
        self.window_bytes = (self.window_bytes + timed.counted).saturating_sub(counted);
        if timed.is_over() {
            self.window_bytes = self.window_bytes.saturating_sub(timed.counted);
            self.with_votes(compiled.rule.name.as_str(), |votes| votes.let_go(key));
            return;
        }
        let due = timed.due(compiled, deaf_until);
        if let Some(due) = due.filter(|due| timed.armed.is_none_or(|armed| *due < armed)) {
            timed.armed = Some(due);
            self.alarms.set(due, (compiled.place, key));
        }
    }

    /// Alarms of series that are gone, and those that were set anew, are let go when they are most.
    fn forget_alarms(&mut self, shelf: &Shelf) {
        if self.alarms.len() <= 2 * self.remembered + 1_000 {
            return;
        }
        let votes = &self.votes;
        self.alarms.retain(|at, (place, key)| {
            let name = shelf.at(place).map(|compiled| compiled.rule.name.as_str());
            let armed = name.and_then(|name| votes.get(name)?.armed(key));
            armed == Some(at)
        });
    }

    /// Who is missed by a dead-man rule.
    pub(crate) fn men(&mut self, rule: &str) -> &mut Men {
        self.men.entry_ref(rule).or_default()
    }

    /// Bytes of all windows.
    pub(crate) fn window_bytes(&self) -> usize {
        self.window_bytes
    }

    /// What all votes remember.
    pub(crate) fn remembered(&self) -> usize {
        self.remembered
    }

    /// All votes of a rule.
    pub(crate) fn votes_of(&self, rule: &str) -> Option<&Votes> {
        self.votes.get(rule)
    }

    /// A series ended.
    pub(crate) fn end(&mut self, compiled: &Compiled, series: &Series) {
        let judges_silence = !compiled.silences.is_empty();
        self.with_votes(compiled.rule.name.as_str(), |votes| votes.end(series, judges_silence));
        self.settle(compiled, votes::key(series));
    }

    /// A rule was changed or removed.
    pub(crate) fn restart(&mut self, rule: &str) {
        if let Some(men) = self.men.get_mut(rule) {
            men.restart();
        }
        let freed = self.votes.get(rule).map_or(0, Votes::counted);
        self.with_votes(rule, Votes::restart);
        if self.votes.get(rule).is_some_and(|votes| votes.len() == 0) {
            self.votes.remove(rule);
        }
        self.window_bytes = self.window_bytes.saturating_sub(freed);
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
            self.recount();
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

#[cfg(test)]
mod tests {
    use super::State;
    use crate::compiled::Compiled;
    use model::{INSTANCE, Labels, MetricKind, NAME, Point, Rule, Sample, Series, limits};
    use std::sync::Arc;

    #[test]
    fn windows_of_all_rules_are_bounded_in_memory() {
        let condition = "p99(1h) > 5".to_owned();
        let rule = Rule { name: "r".to_owned(), metric_name: "m".to_owned(), condition, ..Rule::default() };
        let (mut state, shelf) = State::restored(vec![rule.clone()], Vec::new());
        let compiled = Compiled::new(rule).expect("good");
        let say = |state: &mut State, instance: &str, t: i64| {
            let series =
                Arc::new(Series::new(Labels::new([(NAME, "m"), (INSTANCE, instance)]), MetricKind::Gauge));
            let sample = Sample { series: &series, point: Point { t, v: 9.0 } };
            state.take_timed(&compiled, &sample, &shelf).map(|turns| turns.len())
        };
        assert_eq!(say(&mut state, "a", 1), Some(1));
        let own = state.window_bytes;
        assert!((100..10_000).contains(&own), "{own} bytes");
        // As if other series had taken the rest.
        state.window_bytes = limits::RULE_WINDOW_BYTES;
        assert_eq!(say(&mut state, "b", 1), None);
        for t in 2..10_000 {
            assert_eq!(say(&mut state, "a", t), Some(0), "who has a window is judged");
        }
        assert!(state.window_bytes < limits::RULE_WINDOW_BYTES + 1_000 && state.shortened > 9_000);
        state.window_bytes = own;
        assert_eq!(say(&mut state, "b", 1), Some(1));
        state.restart("r");
        assert_eq!(state.window_bytes, 0);
    }
}
