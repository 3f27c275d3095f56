//! Which alerts were told to the bus as begun and not yet as over, in the shape in which it knows alerts.

use super::alerting::{ALERT_NAME, Active, ActiveAlert, AlertState};
use super::definition::GroupRule;
use model::{Alert, Event, INSTANCE, Labels, Millis, SERVICE, Severity, Standing};
use std::collections::BTreeMap;

/// The label that says how bad it is.
const SEVERITY: &str = "severity";
/// The label that a scrape gives, where there is none of the service.
const JOB: &str = "job";

/// Told alerts, by their labels.
#[derive(Debug, Default)]
pub(super) struct Announced {
    told: BTreeMap<Labels, Alert>,
}

impl Announced {
    /// Alerts that were told before a restart.
    pub(super) fn recall(&mut self, alerts: impl IntoIterator<Item = Alert>) {
        self.told.extend(alerts.into_iter().map(|alert| (Labels::new(&alert.labels), alert)));
    }

    /// Whether an alert was told.
    pub(super) fn has(&self, labels: &Labels) -> bool {
        self.told.contains_key(labels)
    }

    /// The labels of all.
    pub(super) fn labels(&self) -> impl Iterator<Item = &Labels> {
        self.told.keys()
    }

    /// Tells which alerts fire that were not told, and unless `only_begun` which are over.
    pub(super) fn follow(
        &mut self,
        group: &str,
        rule: &GroupRule,
        active: &Active,
        t: Millis,
        only_begun: bool,
        events: &mut Vec<Event>,
    ) {
        for (labels, alert) in active {
            self.begin(group, rule, (labels, alert), events);
        }
        if only_begun {
            return;
        }
        self.told.retain(|labels, alert| {
            let is_there = active.contains_key(labels);
            if !is_there {
                events.push(resolved(alert.clone(), t));
            }
            is_there
        });
    }

    /// The same for one alert alone, which is there or not.
    pub(super) fn follow_one(
        &mut self,
        (group, rule): (&str, &GroupRule),
        (labels, alert): (&Labels, Option<&ActiveAlert>),
        t: Millis,
        events: &mut Vec<Event>,
    ) {
        match alert {
            Some(alert) => self.begin(group, rule, (labels, alert), events),
            None => events.extend(self.told.remove(labels).map(|alert| resolved(alert, t))),
        }
    }

    fn begin(
        &mut self,
        group: &str,
        rule: &GroupRule,
        (labels, alert): (&Labels, &ActiveAlert),
        events: &mut Vec<Event>,
    ) {
        if alert.state == AlertState::Firing && !self.has(labels) {
            let alert = told(group, rule, alert);
            self.told.insert(labels.clone(), alert.clone());
            events.push(Event::AlertStarted(alert));
        }
    }

    /// Tells that all are over.
    pub(super) fn end(&mut self, t: Millis, events: &mut Vec<Event>) {
        events.extend(std::mem::take(&mut self.told).into_values().map(|alert| resolved(alert, t)));
    }
}

fn resolved(alert: Alert, t: Millis) -> Event {
    let at = t.max(alert.timestamp);
    Event::AlertResolved(Alert { resolved: true, resolved_at: Some(at), ..alert })
}

fn told(group: &str, rule: &GroupRule, alert: &ActiveAlert) -> Alert {
    let label = |name: &str| alert.labels.get(name).unwrap_or_default().to_owned();
    let service = Some(label(SERVICE)).filter(|service| !service.is_empty()).unwrap_or_else(|| label(JOB));
    let text = ["summary", "description", "message"].iter().find_map(|name| alert.annotations.get(*name));
    Alert {
        // Rules of one name and alerts of one rule differ by their labels.
        alert_id: format!("{group}:{}:{:016x}", rule.name, alert.labels.fingerprint()),
        rule_name: label(ALERT_NAME),
        service_name: service,
        instance_id: label(INSTANCE),
        severity: label(SEVERITY).parse().unwrap_or(Severity::Warning),
        message: text.unwrap_or(&rule.name).clone(),
        value: alert.value,
        threshold: 0.0,
        timestamp: alert.fired_at.unwrap_or(alert.active_at),
        resolved: false,
        resolved_at: None,
        labels: alert.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        annotations: alert.annotations.clone(),
        standing: Standing::default(),
    }
}
