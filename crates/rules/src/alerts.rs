//! All alerts: those that are active, those that ended lately, and the history.

use model::{Alert, Millis, limits};
use std::collections::{BTreeMap, VecDeque};

/// Alerts by their id.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    listed: BTreeMap<String, Listed>,
    /// Alerts that are over, oldest first.
    history: VecDeque<Alert>,
}

#[derive(Debug)]
struct Listed {
    alert: Alert,
    /// The wall's time of the first tick after the alert ended.
    over_since: Option<Millis>,
}

impl Alerts {
    /// Takes an alert that started or ended; false if there are too many to list one more.
    pub(crate) fn put(&mut self, alert: Alert) -> bool {
        if alert.resolved {
            if self.history.len() >= limits::ALERT_HISTORY {
                self.history.pop_front();
            }
            self.history.push_back(alert.clone());
        }
        let is_known = self.listed.contains_key(&alert.alert_id);
        if !is_known && self.listed.len() >= limits::ALERTS && !self.drop_one_that_is_over() {
            return false;
        }
        self.listed.insert(alert.alert_id.clone(), Listed { alert, over_since: None });
        true
    }

    fn drop_one_that_is_over(&mut self) -> bool {
        let over = self.listed.iter().find(|(_, listed)| listed.alert.resolved).map(|(id, _)| id.clone());
        over.is_some_and(|id| self.listed.remove(&id).is_some())
    }

    /// The alert with this id, if it is active.
    pub(crate) fn active(&self, id: &str) -> Option<&Alert> {
        self.listed.get(id).map(|listed| &listed.alert).filter(|alert| !alert.resolved)
    }

    /// All active alerts of a rule.
    pub(crate) fn active_of(&self, rule: &str) -> Vec<Alert> {
        let alerts = self.listed.values().map(|listed| &listed.alert);
        alerts.filter(|alert| alert.rule_name == rule && !alert.resolved).cloned().collect()
    }

    /// Listed alerts, newest first.
    pub(crate) fn list(&self, active_only: bool) -> Vec<Alert> {
        let alerts = self.listed.values().map(|listed| &listed.alert);
        let mut alerts: Vec<Alert> =
            alerts.filter(|alert| !(active_only && alert.resolved)).cloned().collect();
        alerts.sort_by(|a, b| b.timestamp.cmp(&a.timestamp).then_with(|| a.alert_id.cmp(&b.alert_id)));
        alerts
    }

    /// The newest `limit` alerts that are over, newest first.
    pub(crate) fn history(&self, limit: usize) -> Vec<Alert> {
        self.history.iter().rev().take(limit).cloned().collect()
    }

    /// How many are active.
    pub(crate) fn active_count(&self) -> usize {
        self.listed.values().filter(|listed| !listed.alert.resolved).count()
    }

    /// Drops alerts from the list that have been over for an hour at `now`.
    pub(crate) fn tick(&mut self, now: Millis) {
        self.listed.retain(|_, listed| {
            if !listed.alert.resolved {
                return true;
            }
            let since = *listed.over_since.get_or_insert(now);
            now.saturating_sub(since) < limits::RESOLVED_ALERT_LISTED
        });
    }

    /// All there is to remember, in an order that makes the same again.
    pub(crate) fn snapshot(&self) -> impl Iterator<Item = Alert> {
        let active = self.listed.values().map(|listed| &listed.alert).filter(|alert| !alert.resolved);
        self.history.iter().chain(active).cloned()
    }
}
