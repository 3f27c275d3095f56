//! A group at work: its rules one after the other, and what they remember from round to round.

use super::alerting::{Active, AlertState, Judging, for_state_series, state_series, told};
use super::announced::{Announced, Of};
use super::arrival::{self, Change, Heard, Judged};
use super::definition::{Alerting, GroupRule, RuleGroup, RuleKind};
use super::expand::{Expand, Query};
use super::recording::recorded;
use super::restore;
use super::round::{Round, RuleSample, asked};
use super::view::{GroupView, Health, RuleView, RuleViewKind};
use model::{Alert, Event, Generator, Labels, Millis, Point, Select, is_stale_marker, limits, stale_marker};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// A group and all that it remembers.
pub struct GroupRun {
    group: RuleGroup,
    rules: Vec<RuleRun>,
    expand: Arc<dyn Expand>,
    /// Series of rules that are not there any more.
    stale: BTreeSet<Labels>,
    /// Rounds that are left before what was before a restart is taken up. Until then no series of alerts are written, so that
    /// those from before can be read.
    until_restored: u8,
    is_recalled: bool,
    took: Duration,
    last: Option<Millis>,
}

/// What a rule remembers.
#[derive(Default)]
struct RuleRun {
    /// The series that it wrote last.
    previous: BTreeSet<Labels>,
    active: Active,
    announced: Announced,
    /// Alerts that changed since the last round.
    heard: Heard,
    /// The alerts whose series say that they fired when the program ended.
    fired_before: BTreeSet<Labels>,
    health: Health,
    last_error: Option<String>,
    took: Duration,
    last: Option<Millis>,
}

/// Rounds before a restart is made up for: the first may come before senders are back, and rules may need others' results.
const FIRST_ROUNDS: u8 = 2;

impl GroupRun {
    /// A group that begins. With `restores` it takes up what was before a restart.
    #[must_use]
    pub fn new(group: RuleGroup, expand: Arc<dyn Expand>, restores: bool) -> Self {
        let rules = group.rules.iter().map(|_| RuleRun::default()).collect();
        Self {
            group,
            rules,
            expand,
            stale: BTreeSet::new(),
            until_restored: if restores { FIRST_ROUNDS } else { 0 },
            is_recalled: !restores,
            took: Duration::ZERO,
            last: None,
        }
    }

    /// Takes which alerts were told as begun before a restart, and not as over: whoever heard that one began must hear that it
    /// is over, and only that.
    pub fn recall_told(&mut self, told: &[Alert]) {
        for (rule, run) in self.group.rules.iter().zip(&mut self.rules) {
            let own = told.iter().filter(|alert| rule.owns(&self.group.name, alert));
            run.announced.recall(own.cloned());
        }
    }

    /// What it is made of.
    #[must_use]
    pub fn group(&self) -> &RuleGroup {
        &self.group
    }

    /// Takes over from what the group was before it was changed: rules of the same kind, name and labels go on. Of the
    /// others the series end with the next round; that their alerts are over is returned.
    pub fn take_over(&mut self, old: Self, t: Millis) -> Vec<Event> {
        let mut events = Vec::new();
        self.until_restored = old.until_restored;
        self.is_recalled = old.is_recalled;
        self.stale.extend(old.stale);
        let mut left: Vec<Option<RuleRun>> = old.rules.into_iter().map(Some).collect();
        for (rule, run) in self.group.rules.iter().zip(&mut self.rules) {
            let goes_on = |old: &GroupRule| {
                old.name == rule.name
                    && old.labels == rule.labels
                    && std::mem::discriminant(&old.kind) == std::mem::discriminant(&rule.kind)
            };
            let same = old.group.rules.iter().zip(&mut left);
            let same = same.filter(|(old, run)| run.is_some() && goes_on(old)).map(|(_, run)| run).next();
            if let Some(old) = same.and_then(Option::take) {
                *run = old;
            }
        }
        for mut run in left.into_iter().flatten() {
            self.stale.append(&mut run.previous);
            run.announced.end(t, &mut events);
        }
        events
    }

    /// Ends the group: its series and its alerts.
    pub fn end(mut self, round: &dyn Round, t: Millis) -> Vec<Event> {
        let mut events = Vec::new();
        for run in &mut self.rules {
            self.stale.append(&mut run.previous);
            run.announced.end(t, &mut events);
        }
        self.end_stale(round, t);
        events
    }

    /// A round: every rule is evaluated for the time `t`, after those before it have written. Gives what is to be told to the
    /// bus once all that was written is committed.
    pub fn evaluate(&mut self, select: &dyn Select, round: &dyn Round, t: Millis) -> Vec<Event> {
        let mut events = Vec::new();
        if !self.is_recalled {
            self.is_recalled = self.recall(select, t);
        }
        let (group, expand) = (&self.group, &*self.expand);
        let writes_alerts = self.until_restored == 0;
        self.took = Duration::ZERO;
        for (rule, run) in group.rules.iter().zip(&mut self.rules) {
            round.begin();
            let step = Step { group, rule, select, round, expand, t, writes_alerts };
            let done = step.evaluate(run, &mut events);
            run.took = round.took();
            self.took += run.took;
            run.last = Some(t);
            run.health = if done.is_ok() { Health::Good } else { Health::Bad };
            run.last_error = done.err();
        }
        self.end_stale(round, t.saturating_sub(self.group.query_offset));
        self.last = Some(t);
        if self.until_restored > 0 {
            self.until_restored -= 1;
            if self.until_restored == 0 {
                self.restore(select, t);
            }
        }
        events
    }

    /// Takes what changed between rounds: the rule's place, and the series that is there now or no more. Gives what is to be
    /// told once all that was written is committed.
    pub fn hear(
        &mut self,
        changes: &[(usize, Change)],
        select: &dyn Select,
        round: &dyn Round,
    ) -> Vec<Event> {
        let (group, expand) = (&self.group, &*self.expand);
        let writes_alerts = self.until_restored == 0;
        let (mut events, mut samples) = (Vec::new(), Vec::new());
        for (place, change) in changes {
            let (Some(rule), Some(run)) = (group.rules.get(*place), self.rules.get_mut(*place)) else {
                continue;
            };
            round.begin();
            let step = Step { group, rule, select, round, expand, t: change.t, writes_alerts };
            step.hear(change, run, &mut events, &mut samples);
        }
        if !samples.is_empty() {
            // What was not taken the next round writes.
            let _written = round.write(&samples);
        }
        events
    }

    /// The rules, and why they could not be evaluated if so.
    pub fn errors(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let rules = self.group.rules.iter().zip(&self.rules);
        rules.map(|(rule, run)| (rule.name.as_str(), run.last_error.as_deref()))
    }

    /// How the group is, of whose rules it is known how they are judged.
    #[must_use]
    pub fn view(&self, judged: &[Judged]) -> GroupView {
        let in_rounds = || Judged::InRounds("samples are not followed".to_owned());
        let of_rule = |(at, (rule, run)): (usize, (&GroupRule, &RuleRun))| RuleView {
            rule: rule.clone(),
            judged: judged.get(at).cloned().unwrap_or_else(in_rounds),
            health: run.health,
            last_error: run.last_error.clone(),
            took: run.took,
            last: run.last,
            kind: match &rule.kind {
                RuleKind::Recording => RuleViewKind::Recording,
                RuleKind::Alerting(alerting) => RuleViewKind::Alerting {
                    hold: alerting.hold,
                    keep_firing_for: alerting.keep_firing_for,
                    annotations: alerting.annotations.clone(),
                    alerts: run.active.values().cloned().collect(),
                },
            },
        };
        GroupView {
            file: self.group.file.clone(),
            name: self.group.name.clone(),
            interval: self.group.interval,
            limit: self.group.limit,
            took: self.took,
            last: self.last,
            rules: self.group.rules.iter().zip(&self.rules).enumerate().map(of_rule).collect(),
        }
    }

    /// Which series of alerts were there before a restart. False if that cannot be read now.
    fn recall(&mut self, select: &dyn Select, t: Millis) -> bool {
        let mut is_read = true;
        for (rule, run) in self.group.rules.iter().zip(&mut self.rules) {
            if matches!(rule.kind, RuleKind::Alerting(_)) {
                match restore::fired(rule, select, t) {
                    Ok(fired) => run.fired_before.extend(fired),
                    Err(_) => is_read = false,
                }
            }
        }
        is_read
    }

    /// Takes up how long alerts were pending before a restart, and ends with the next round what is not there any more.
    fn restore(&mut self, select: &dyn Select, t: Millis) {
        for (rule, run) in self.group.rules.iter().zip(&mut self.rules) {
            let RuleKind::Alerting(alerting) = &rule.kind else { continue };
            if alerting.hold >= limits::RULE_GRACE {
                match restore::since(rule, select, t) {
                    Ok(since) => restore::restore(&mut run.active, alerting.hold, &since, t),
                    Err(error) => run.last_error = Some(format!("not restored: {error}")),
                }
            }
            let before = std::mem::take(&mut run.fired_before);
            for labels in before.iter().chain(run.announced.labels()) {
                run.previous.insert(state_series(labels, AlertState::Firing));
                run.previous.insert(for_state_series(labels));
            }
        }
    }

    /// Ends the series of rules that are not there any more.
    fn end_stale(&mut self, round: &dyn Round, t: Millis) {
        let ends: Vec<RuleSample> = std::mem::take(&mut self.stale).into_iter().map(end_at(t)).collect();
        if !ends.is_empty() && round.write(&ends).is_err() {
            self.stale = ends.into_iter().map(|end| end.labels).collect();
        }
    }
}

fn end_at(t: Millis) -> impl Fn(Labels) -> RuleSample {
    move |labels| RuleSample { labels, point: Point { t, v: stale_marker() } }
}

/// One rule in one round.
struct Step<'a> {
    group: &'a RuleGroup,
    rule: &'a GroupRule,
    select: &'a dyn Select,
    round: &'a dyn Round,
    expand: &'a dyn Expand,
    t: Millis,
    writes_alerts: bool,
}

impl Step<'_> {
    /// Evaluates the rule, writes what it gives, and the ends of what it gave before and does not now.
    fn evaluate(&self, run: &mut RuleRun, events: &mut Vec<Event>) -> Result<(), String> {
        let at = self.t.saturating_sub(self.group.query_offset);
        let answer = asked(self.select, self.round, &self.rule.expr, at)?;
        let mut samples = match &self.rule.kind {
            RuleKind::Recording => recorded(self.rule, answer, self.group.limit, at)?,
            RuleKind::Alerting(alerting) => {
                self.judge(alerting, &answer, run)?;
                // Even if nothing can be written: whoever hears of alerts should hear of this one.
                let only_begun = !self.writes_alerts;
                run.announced.follow(&self.of(), &run.active, self.t, only_begun, events);
                if self.writes_alerts { told(&run.active, at) } else { Vec::new() }
            }
        };
        let current: BTreeSet<Labels> = samples.iter().map(|sample| sample.labels.clone()).collect();
        samples.extend(run.previous.difference(&current).cloned().map(end_at(at)));
        let written = if samples.is_empty() { Ok(()) } else { self.round.write(&samples) };
        match written {
            Ok(()) => run.previous = current,
            // What was to end has not, as far as is known.
            Err(_) => run.previous.extend(current),
        }
        written
    }

    /// Takes a change between rounds, and adds the samples that tell of it.
    fn hear(
        &self,
        change: &Change,
        run: &mut RuleRun,
        events: &mut Vec<Event>,
        samples: &mut Vec<RuleSample>,
    ) {
        let RuleKind::Alerting(alerting) = &self.rule.kind else { return };
        let query = |expr: &str| asked(self.select, self.round, expr, self.t);
        let Some(turn) = self.judging(alerting, &query).hear(change, &mut run.active) else { return };
        run.heard.insert(turn.labels.clone(), self.t);
        // Also soon after a start: a sample said so, and not that nobody is back yet.
        let alert = run.active.get(&turn.labels);
        run.announced.follow_one(&self.of(), (&turn.labels, alert), self.t, events);
        if self.writes_alerts {
            let told = arrival::told(&turn, &run.active, self.t);
            for sample in &told {
                if is_stale_marker(sample.point.v) {
                    run.previous.remove(&sample.labels);
                } else {
                    run.previous.insert(sample.labels.clone());
                }
            }
            samples.extend(told);
        }
    }

    fn of(&self) -> Of<'_> {
        let url = self.expand.link(&self.rule.expr);
        let generator = Generator { url, interval: self.group.interval };
        Of { group: self.group, rule: self.rule, generator }
    }

    fn judging<'a>(&'a self, alerting: &'a Alerting, query: &'a Query<'a>) -> Judging<'a> {
        Judging { rule: self.rule, alerting, limit: self.group.limit, t: self.t, expand: self.expand, query }
    }

    fn judge(
        &self,
        alerting: &Alerting,
        answer: &[query::VectorSample],
        run: &mut RuleRun,
    ) -> Result<(), String> {
        let query = |expr: &str| asked(self.select, self.round, expr, self.t);
        let judged = self.judging(alerting, &query).judge(answer, &mut run.active, &run.heard);
        run.heard.retain(|_, at| *at > self.t);
        judged
    }
}
