//! All alerts: those that are active, those that ended lately, and the history.

use model::{Alert, Millis, limits};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Rule, service, instance, and the series where each has an alert of its own. (The alert's id joins them with colons, which
/// names may contain too.)
type Subject = (String, String, String, Option<u64>);

fn subject(alert: &Alert) -> Subject {
    let names = (alert.rule_name.clone(), alert.service_name.clone(), alert.instance_id.clone());
    (names.0, names.1, names.2, series_of(alert))
}

/// The id of the alert of a rule on an instance, or on one of its series.
pub(crate) fn id(rule: &str, service: &str, instance: &str, series: Option<u64>) -> String {
    let id = Alert::id(rule, service, instance);
    match series {
        Some(series) => format!("{id}:{series:016x}"),
        None => id,
    }
}

/// The series that an alert is of, where each has its own.
pub(crate) fn series_of(alert: &Alert) -> Option<u64> {
    let id = Alert::id(&alert.rule_name, &alert.service_name, &alert.instance_id);
    let digits = alert.alert_id.strip_prefix(&id)?.strip_prefix(':').filter(|digits| digits.len() == 16)?;
    u64::from_str_radix(digits, 16).ok()
}

/// Alerts by what they are about.
#[derive(Debug, Default)]
pub(crate) struct Alerts {
    listed: BTreeMap<Subject, Listed>,
    /// Those of the list that are over, by the time of their end.
    over: BTreeSet<(Millis, Subject)>,
    /// Alerts that are over, oldest first.
    history: VecDeque<Alert>,
}

#[derive(Debug)]
struct Listed {
    alert: Alert,
    /// The series whose sample started it.
    held_by: Option<u64>,
    /// The wall's time since which it is known to be over: that of the first tick after its end.
    over_since: Option<Millis>,
}

impl Alerts {
    /// Takes the new state of an alert that goes on.
    pub(crate) fn change(&mut self, alert: &Alert) {
        if let Some(listed) = self.listed.get_mut(&subject(alert)) {
            listed.alert = alert.clone();
        }
    }

    /// Takes an alert that started or ended; false if there are too many to list one more.
    pub(crate) fn put(&mut self, alert: Alert, held_by: Option<u64>) -> bool {
        self.list_it(Listed { alert, held_by, over_since: None })
    }

    /// Takes an alert from before a restart. One that is over has been so since it ended, not since now.
    pub(crate) fn restore(&mut self, alert: Alert) {
        let over_since = alert.resolved_at;
        let before = self.listed.get(&subject(&alert));
        let goes_on = |before: &&Listed| {
            !before.alert.resolved && !alert.resolved && before.alert.timestamp == alert.timestamp
        };
        let held_by = before.filter(goes_on).and_then(|before| before.held_by);
        self.list_it(Listed { alert, held_by, over_since });
    }

    fn list_it(&mut self, new: Listed) -> bool {
        if new.alert.resolved {
            if self.history.len() >= limits::ALERT_HISTORY {
                self.history.pop_front();
            }
            self.history.push_back(new.alert.clone());
        }
        let subject = subject(&new.alert);
        if self.listed.len() >= limits::ALERTS && !self.listed.contains_key(&subject) {
            // The place of one that is over, the oldest first; it stays in the history.
            let Some((_, oldest)) = self.over.pop_first() else { return false };
            self.listed.remove(&oldest);
        }
        if let Some(before) = self.listed.get(&subject).filter(|before| before.alert.resolved) {
            self.over.remove(&(end_of(&before.alert), subject.clone()));
        }
        if new.alert.resolved {
            self.over.insert((end_of(&new.alert), subject.clone()));
        }
        self.listed.insert(subject, new);
        true
    }

    /// Notes which series started an active alert.
    pub(crate) fn hold(&mut self, rule: String, service: String, instance: String, series: u64) {
        if let Some(listed) = self.listed.get_mut(&(rule, service, instance, None)) {
            listed.held_by = Some(series).filter(|_| !listed.alert.resolved);
        }
    }

    /// The active alert of a rule on an instance, or on one of its series.
    pub(crate) fn active(
        &self,
        rule: &str,
        service: &str,
        instance: &str,
        series: Option<u64>,
    ) -> Option<&Alert> {
        let subject = (rule.to_owned(), service.to_owned(), instance.to_owned(), series);
        self.listed.get(&subject).map(|listed| &listed.alert).filter(|alert| !alert.resolved)
    }

    /// All active alerts whose rule is one of those asked for.
    pub(crate) fn active_of(&self, is_asked_for: impl Fn(&str) -> bool) -> Vec<Alert> {
        let alerts = self.listed.values().map(|listed| &listed.alert);
        alerts.filter(|alert| !alert.resolved && is_asked_for(&alert.rule_name)).cloned().collect()
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
        self.listed.len() - self.over.len()
    }

    /// Drops alerts from the list that have been over for an hour at `now`.
    pub(crate) fn tick(&mut self, now: Millis) {
        let over = &mut self.over;
        self.listed.retain(|subject, listed| {
            if !listed.alert.resolved {
                return true;
            }
            let since = *listed.over_since.get_or_insert(now);
            let stays = now.saturating_sub(since) < limits::RESOLVED_ALERT_LISTED;
            if !stays {
                over.remove(&(end_of(&listed.alert), subject.clone()));
            }
            stays
        });
    }

    /// All there is to remember, and for active alerts the series that started them, in an order that makes
    /// the same again.
    pub(crate) fn snapshot(&self) -> impl Iterator<Item = (&Alert, Option<u64>)> {
        let active = self.listed.values().filter(|listed| !listed.alert.resolved);
        let active = active.map(|listed| (&listed.alert, listed.held_by));
        self.history.iter().map(|alert| (alert, None)).chain(active)
    }
}

fn end_of(alert: &Alert) -> Millis {
    alert.resolved_at.unwrap_or(alert.timestamp)
}
