//! Which alerts go to whom, in what company and how often.

use crate::notice::{LabelSet, Notice, SEVERITY, label_name};
use alerts::Weekly;
use model::{Matcher, Millis, limits};
use std::collections::BTreeMap;

/// A way from alerts to a receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// What it is called; groups are remembered by it over restarts and reloads.
    pub name: String,
    /// The receiver's name.
    pub receiver: String,
    /// All must hold; none means every alert.
    pub matchers: Vec<Matcher>,
    /// Alerts that have these labels in common are told of together.
    pub group_by: Vec<String>,
    /// How long it waits for company, how often it tells.
    pub timing: Timing,
    /// Until alerts of a severity are told of again, where that is another time than `timing` says.
    pub repeat: BTreeMap<String, Millis>,
    /// Who is told besides while nobody takes care.
    pub escalate: Vec<Escalation>,
    /// When it keeps silent.
    pub mute: Vec<Weekly>,
    /// Whether the routes behind it are asked too.
    pub goes_on: bool,
    /// Whether it is told that an alert is over.
    pub send_resolved: bool,
}

/// Further receivers are told of an alert that nobody takes care of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// How long it must have fired, in milliseconds, neither acknowledged nor held back by anything else.
    pub after: Millis,
    /// The receivers' names.
    pub receivers: Vec<String>,
}

/// How long to wait, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// For company, before a new group is told of.
    pub group_wait: Millis,
    /// Between two messages of one group that changes.
    pub group_interval: Millis,
    /// Until a group that does not change is told of again.
    pub repeat_interval: Millis,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            group_wait: 10 * limits::SECOND,
            group_interval: limits::MINUTE,
            repeat_interval: 4 * limits::HOUR,
        }
    }
}

impl Route {
    /// The route of every alert to `receiver`, with what a setting that says no more means.
    #[must_use]
    pub fn new(name: impl Into<String>, receiver: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            receiver: receiver.into(),
            matchers: Vec::new(),
            group_by: vec!["rule".to_owned()],
            timing: Timing::default(),
            repeat: BTreeMap::new(),
            escalate: Vec::new(),
            mute: Vec::new(),
            goes_on: false,
            send_resolved: true,
        }
    }

    pub(crate) fn admits(&self, notice: &Notice) -> bool {
        alerts::admits(&self.matchers, &notice.labels)
    }

    /// The labels of the group that it puts the alert into.
    pub(crate) fn group_of(&self, notice: &Notice) -> LabelSet {
        let named =
            self.group_by.iter().map(|name| (label_name(name).to_owned(), notice.label(name).to_owned()));
        named.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Until a group with this alert is told of again.
    pub(crate) fn repeats_after(&self, notice: &Notice) -> Millis {
        self.repeat.get(notice.label(SEVERITY)).copied().unwrap_or(self.timing.repeat_interval)
    }

    /// How long an alert must be left alone until it goes to this receiver too.
    pub(crate) fn escalates_after(&self, receiver: &str) -> Option<Millis> {
        let is = |step: &&Escalation| step.receivers.iter().any(|name| name == receiver);
        self.escalate.iter().filter(is).map(|step| step.after).min()
    }

    /// The way to a receiver that is told later: there was time for company before.
    pub(crate) fn escalated(&self, receiver: &str) -> Self {
        let timing = Timing { group_wait: 0, ..self.timing };
        Self { receiver: receiver.to_owned(), timing, ..self.clone() }
    }

    /// Whether quiet hours keep it from going further: those of now, and those that ended less than `after` ago, in which
    /// nobody could have heard of the alert.
    pub(crate) fn is_quiet_within(&self, after: Millis, now: Millis) -> bool {
        self.is_quiet(now) || self.is_quiet(now.saturating_sub(after))
    }

    pub(crate) fn is_quiet(&self, now: Millis) -> bool {
        self.mute.iter().any(|mute| mute.covers(now))
    }
}
