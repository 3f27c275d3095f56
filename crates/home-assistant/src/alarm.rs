//! What several alerts come to: whether somebody is to hear of one, and what is said of the worst.

use crate::household::Household;
use crate::words::cut;
use model::{Alert, EXPLANATION, Millis, limits};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Alerts by their rule and by their service, so that nobody looks through all for each.
pub(crate) struct Alarms<'a> {
    household: &'a Household,
    by_rule: BTreeMap<&'a str, Vec<&'a Alert>>,
    by_service: BTreeMap<&'a str, Vec<&'a Alert>>,
}

impl<'a> Alarms<'a> {
    pub(crate) fn of(household: &'a Household) -> Self {
        let (mut by_rule, mut by_service): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        for alert in household.alerts.iter() {
            by_rule.entry(alert.rule_name.as_str()).or_default().push(alert);
            by_service.entry(alert.service_name.as_str()).or_default().push(alert);
        }
        Self { household, by_rule, by_service }
    }

    /// Of all rules.
    pub(crate) fn all(&self) -> Alarm<'a> {
        Alarm { alerts: self.household.alerts.iter().collect(), written: self.household.written }
    }

    /// Of one rule.
    pub(crate) fn of_rule(&self, rule: &str) -> Alarm<'a> {
        self.alarm(self.by_rule.get(rule))
    }

    /// Of one service.
    pub(crate) fn of_service(&self, service: &str) -> Alarm<'a> {
        self.alarm(self.by_service.get(service))
    }

    fn alarm(&self, alerts: Option<&Vec<&'a Alert>>) -> Alarm<'a> {
        Alarm { alerts: alerts.cloned().unwrap_or_default(), written: self.household.written }
    }
}

/// What the alerts of a rule, or of a service, come to.
pub(crate) struct Alarm<'a> {
    alerts: Vec<&'a Alert>,
    written: fn(Millis) -> String,
}

/// The name of the list of what alerts differ in, and what that is.
pub(crate) type Differ = (&'static str, fn(&Alert) -> &str);

impl Alarm<'_> {
    /// Whether one fires of which receivers hear: neither silenced nor explained by another.
    pub(crate) fn is_on(&self) -> bool {
        self.alerts.iter().any(|alert| !alert.standing.is_suppressed())
    }

    /// How many fire of which receivers hear, and of how many they do not.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let suppressed = self.alerts.iter().filter(|alert| alert.standing.is_suppressed()).count();
        (self.alerts.len() - suppressed, suppressed)
    }

    /// What is said of them.
    pub(crate) fn attributes(&self, (list, name): Differ) -> Value {
        // Who is to be heard first; of these the worst, of these the oldest.
        let order = |alert: &&&Alert| {
            (!alert.standing.is_suppressed(), alert.severity, std::cmp::Reverse(alert.timestamp))
        };
        let worst = self.alerts.iter().max_by_key(order);
        let since = self.alerts.iter().map(|alert| alert.timestamp).min();
        let text = |text: &str| cut(text, limits::HOME_ASSISTANT_TEXT);
        let explanation = worst.and_then(|alert| alert.annotations.get(EXPLANATION));
        let (firing, suppressed) = self.counts();
        let names: BTreeSet<&str> = self.alerts.iter().map(|alert| name(alert)).collect();
        let names = names.into_iter().filter(|name| !name.is_empty()).take(limits::HOME_ASSISTANT_LISTED);
        let names: Vec<String> = names.map(|name| cut(name, limits::HOME_ASSISTANT_NAME)).collect();
        json!({
            "severity": worst.map(|alert| alert.severity.as_str()),
            "message": worst.map(|alert| text(&alert.message)),
            "explanation": explanation.map(|explanation| text(explanation)),
            list: names,
            "since": since.map(self.written),
            "firing": firing,
            "suppressed": suppressed,
        })
    }
}
