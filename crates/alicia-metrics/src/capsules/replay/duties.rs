//! What a collector does by the clock, as [`crate::timers`] has it, one after the other.

use super::super::CapsulesError;
use super::stage::Stage;
use crate::bystander;
use insights::{Bound, News, Scan};
use model::{Event, Millis, Select, Summary, TimeRange, limits};
use rules::why::{Question, explain, metrics_of};
use std::ops::ControlFlow;

/// How long after the begin silence is not judged: as after a connect.
const SETTLING: Millis = 15 * limits::SECOND;
/// When more is known of why an alert fires.
const LATER: Millis = limits::MINUTE;
/// How far back insights look.
const INSIGHT_RANGE: Millis = limits::HOUR;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    /// Tells those that follow samples what time it is.
    Follow,
    /// A round of the group at this place.
    Group(usize),
    /// The second's round.
    Second,
    /// The round of collection.
    Round,
    /// A walk through all services for what lasts.
    Scan,
    /// The regular counts.
    Summary,
    /// Brings samples to the disk, and sweeps old ones out.
    Sweep,
}

impl Stage {
    /// Does what is due at `now`.
    pub(super) fn perform(&mut self, duty: Duty, now: Millis) -> Result<(), CapsulesError> {
        match duty {
            Duty::Follow => self.follower.tick(now),
            Duty::Group(place) => {
                if let Some(playing) = self.groups.get_mut(place) {
                    self.rule_groups.hear(&mut playing.run, &playing.following);
                    self.rule_groups.round(&mut playing.run, now);
                }
            }
            Duty::Second => self.second(now)?,
            Duty::Round => self.look_for_insights(now),
            Duty::Scan => self.scan(now),
            Duty::Summary => self.sum_up(now),
            Duty::Sweep => {
                let swept = self.store.maintain().map_err(|error| error.to_string());
                let swept = swept.and_then(|()| self.store.tidy().map_err(|error| error.to_string()));
                swept.map_err(CapsulesError::Replay)?;
            }
        }
        self.settle();
        Ok(())
    }

    /// What follows at once from what just happened: groups hear of samples, and alerts that began are explained.
    pub(super) fn settle(&mut self) {
        for playing in &mut self.groups {
            self.rule_groups.hear(&mut playing.run, &playing.following);
        }
        while let Ok(alert) = self.unexplained.try_recv() {
            self.explain(&alert);
            if self.later.len() < limits::EXPLAIN_QUEUE {
                self.later.push_back((self.now().saturating_add(LATER), alert));
            }
        }
    }

    fn explain(&self, alert: &model::Alert) {
        let own = metrics_of(alert, &self.book, &self.rule_groups.board());
        let started = self.gate.registry().started(&alert.service_name);
        let question = Question { alert, own: &own, started, now: self.now() };
        // The store is in memory, or told of it otherwise.
        if let Ok(explanation) = explain(&question, &*self.store) {
            self.desk.explain(&alert.alert_id, alert.timestamp, &explanation.text());
        }
    }

    fn second(&mut self, now: Millis) -> Result<(), CapsulesError> {
        let is_heard = now.saturating_sub(self.begun) >= SETTLING;
        self.book.tick_while(now, is_heard);
        if is_heard {
            self.gate.tick(now);
            self.book.watch(&|take| crate::timers::watch_senders(&self.gate, take));
        }
        self.desk.tick();
        if self.listens {
            self.watch_traffic(now)?;
        }
        while self.later.front().is_some_and(|(due, _)| *due <= now) {
            if let Some((_, alert)) = self.later.pop_front() {
                self.explain(&alert);
            }
        }
        self.desk_ledger.maintain(&self.desk).map_err(CapsulesError::Replay)
    }

    /// As [`bystander::run`]; what comes out of maps is put in order.
    fn watch_traffic(&self, now: Millis) -> Result<(), CapsulesError> {
        let mut changes = self.watcher.tick(now, false);
        changes.sort_by(|a, b| {
            let key = |one: &traffic::Change| (one.is_back, one.silence);
            (&a.sender, &a.topic).cmp(&(&b.sender, &b.topic)).then(key(a).cmp(&key(b)))
        });
        let mut told = self.watcher.tell(now, !changes.is_empty());
        told.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        changes.iter().for_each(|change| self.heard.announce(bystander::event(change, now)));
        let mut said = self.fields.tell(now);
        said.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.t.cmp(&b.1.t)).then(a.1.v.total_cmp(&b.1.v)));
        if told.is_empty() && said.is_empty() {
            return Ok(());
        }
        let kept = bystander::keep(&self.gate, &told, &said, now);
        kept.map_err(|error| CapsulesError::Replay(error.to_string()))
    }

    fn look_for_insights(&mut self, now: Millis) {
        for service in self.gate.registry().services() {
            let range = TimeRange::last(INSIGHT_RANGE, now);
            if let Ok(found) = rules::insights::find(&*self.store, &service.name, range, now)
                && self.insight_watch.changed(&found)
            {
                self.heard.announce(Event::Insights(found));
            }
        }
    }

    fn scan(&mut self, now: Millis) {
        let services = self.gate.registry().services().into_iter().map(|one| one.name).collect();
        let bounds = self.book.rules().iter().filter_map(Bound::of_rule).collect();
        let mut scan = Scan::new(services, bounds, now, false);
        // A metric that cannot be read is left out.
        while !matches!(scan.step(&*self.store), Ok(ControlFlow::Break(()))) {}
        for one in self.insights.take(scan.finish(), now) {
            self.heard.announce(match one {
                News::Appeared(insight) => Event::InsightAppeared(insight),
                News::Resolved(insight) => Event::InsightResolved(insight),
            });
        }
    }

    fn sum_up(&self, now: Millis) {
        let counts = self.gate.registry().counts();
        self.heard.announce(Event::Summary(Summary {
            total_services: counts.services,
            total_instances: counts.instances,
            total_metrics: self.store.series_count(),
            active_alerts: self.desk.active_count(),
            timestamp: now,
        }));
    }
}
