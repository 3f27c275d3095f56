//! What is told of an alert: its labels and how it stands.

use alerts::{label, labels_of};
use model::{Alert, Generator, Millis};

pub(crate) use alerts::{LabelSet, RULE, label_name};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The label with the severity.
pub(crate) const SEVERITY: &str = "severity";

/// An alert as it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The alert's id, the same as on the bus and over REST.
    pub alert_id: String,
    /// All labels of the alert; if the rule gives none, `alertname`, `service`, `instance`, `severity`.
    pub labels: BTreeMap<String, String>,
    /// What the rule says of the alert for people, by name.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// What the rule says of itself.
    pub description: String,
    /// The value that started it.
    #[serde(with = "crate::number")]
    pub value: f64,
    /// The number that it passed.
    #[serde(with = "crate::number")]
    pub threshold: f64,
    /// When it started.
    pub starts_at: Millis,
    /// When it was over; `None` while it fires.
    pub ends_at: Option<Millis>,
    /// Whether it begins and ends again and again.
    #[serde(default)]
    pub flapping: bool,
    /// The rule file's rule that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<Generator>,
    /// Names of those of its labels that the rule file's rule does not give it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub implied: BTreeSet<String>,
    /// How often its severity changed since it started.
    #[serde(default, skip_serializing_if = "is_none")]
    pub severity_changes: u32,
}

/// A zero is not written: most alerts keep their severity.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Notice {
    /// Whether it fires.
    #[must_use]
    pub fn is_firing(&self) -> bool {
        self.ends_at.is_none()
    }

    /// `firing` or `resolved`.
    pub(crate) fn status(&self) -> &'static str {
        if self.is_firing() { "firing" } else { "resolved" }
    }

    /// The same alert, and how it came: equal however often it is delivered.
    #[must_use]
    pub fn change_id(&self) -> String {
        let id = format!("{}@{}:{}", self.alert_id, self.starts_at, self.status());
        match self.severity_changes {
            0 => id,
            _ if !self.is_firing() => id,
            count => format!("{id}:{count}"),
        }
    }

    /// The value of a label, by the name that rules are matched with.
    pub(crate) fn label(&self, name: &str) -> &str {
        label(&self.labels, name)
    }

    /// One line for people.
    pub(crate) fn summary(&self) -> String {
        let what = if self.description.is_empty() { self.label(RULE) } else { self.description.as_str() };
        format!("{what}: {}", self.value)
    }

    /// As Prometheus computes it: FNV-1a of names and values in order.
    pub(crate) fn fingerprint(&self) -> String {
        alerts::fingerprint(&self.labels)
    }
}

impl From<&Alert> for Notice {
    fn from(alert: &Alert) -> Self {
        let labels = labels_of(alert);
        let added = labels.keys().filter(|name| !alert.labels.contains_key(*name));
        let implied = added.filter(|_| alert.generator.is_some()).cloned().collect();
        Self {
            alert_id: alert.alert_id.clone(),
            labels,
            implied,
            annotations: alert.annotations.clone(),
            description: alert.message.clone(),
            value: alert.value,
            threshold: alert.threshold,
            starts_at: alert.timestamp,
            ends_at: alert.resolved.then(|| alert.resolved_at.unwrap_or(alert.timestamp)),
            flapping: alert.standing.flapping.is_some(),
            generator: alert.generator.clone(),
            severity_changes: 0,
        }
    }
}
