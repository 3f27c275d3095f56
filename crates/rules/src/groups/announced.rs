//! Which alerts were told to the bus as begun and not yet as over, in the shape in which it knows alerts, and what they said.

use super::alerting::{Active, ActiveAlert, AlertState};
use super::definition::{GroupRule, RuleGroup};
use super::naming::{ALERT_NAME, alert_id, service_of};
use model::{Alert, Event, Generator, INSTANCE, Labels, Millis, Severity, Standing};
use std::collections::BTreeMap;

/// The label that says how bad it is.
const SEVERITY: &str = "severity";

/// The rule of whose alerts is told.
pub(super) struct Of<'a> {
    pub(super) group: &'a RuleGroup,
    pub(super) rule: &'a GroupRule,
    pub(super) generator: Generator,
}

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

    /// The labels of all.
    pub(super) fn labels(&self) -> impl Iterator<Item = &Labels> {
        self.told.keys()
    }

    /// Tells which alerts fire that were not told, what the others say now if that is something else, and unless `only_begun`
    /// which are over.
    pub(super) fn follow(
        &mut self,
        of: &Of<'_>,
        active: &Active,
        t: Millis,
        only_begun: bool,
        events: &mut Vec<Event>,
    ) {
        for (labels, alert) in active {
            self.begin(of, (labels, alert), events);
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
        of: &Of<'_>,
        (labels, alert): (&Labels, Option<&ActiveAlert>),
        t: Millis,
        events: &mut Vec<Event>,
    ) {
        match alert {
            Some(alert) => self.begin(of, (labels, alert), events),
            None => events.extend(self.told.remove(labels).map(|alert| resolved(alert, t))),
        }
    }

    fn begin(&mut self, of: &Of<'_>, (labels, alert): (&Labels, &ActiveAlert), events: &mut Vec<Event>) {
        if alert.state != AlertState::Firing {
            return;
        }
        match self.told.get_mut(labels) {
            None => {
                let alert = told(of, alert);
                self.told.insert(labels.clone(), alert.clone());
                events.push(Event::AlertStarted(alert));
            }
            Some(known) => {
                let is_same_rule = known.generator.as_ref() == Some(&of.generator);
                if known.annotations != alert.annotations || !is_same_rule {
                    known.annotations.clone_from(&alert.annotations);
                    known.generator = Some(of.generator.clone());
                    events.push(Event::AlertRetold(known.clone()));
                }
            }
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

fn told(of: &Of<'_>, alert: &ActiveAlert) -> Alert {
    let Of { group, rule, generator } = of;
    let label = |name: &str| alert.labels.get(name).unwrap_or_default().to_owned();
    let text = ["summary", "description", "message"].iter().find_map(|name| alert.annotations.get(*name));
    Alert {
        alert_id: alert_id(&group.name, &rule.name, &alert.labels),
        rule_name: label(ALERT_NAME),
        service_name: service_of(&alert.labels).to_owned(),
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
        generator: Some(generator.clone()),
        standing: Standing::default(),
    }
}
