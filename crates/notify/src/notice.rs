//! What is told of an alert: its labels and how it stands.

use model::{Alert, Millis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Labels in the order of their names.
pub(crate) type LabelSet = BTreeMap<String, String>;

/// The label with the rule's name, as Alertmanager calls it. In matchers and groups `rule` means the same.
pub(crate) const RULE: &str = "alertname";

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
}

impl Notice {
    /// Whether it fires.
    #[must_use]
    pub fn is_firing(&self) -> bool {
        self.ends_at.is_none()
    }

    /// Whether its id is of the form that the rule book gives.
    pub(crate) fn is_of_rule_book(&self) -> bool {
        let [service, instance] = [model::SERVICE, model::INSTANCE].map(|name| self.label(name));
        self.alert_id == Alert::id(self.label(RULE), service, instance)
    }

    /// `firing` or `resolved`.
    pub(crate) fn status(&self) -> &'static str {
        if self.is_firing() { "firing" } else { "resolved" }
    }

    /// The same alert, and how it came: equal however often it is delivered.
    #[must_use]
    pub fn change_id(&self) -> String {
        format!("{}@{}:{}", self.alert_id, self.starts_at, self.status())
    }

    /// The value of a label, by the name that rules are matched with.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels.get(label_name(name)).map_or("", String::as_str)
    }

    /// One line for people.
    pub(crate) fn summary(&self) -> String {
        let what = if self.description.is_empty() { self.label(RULE) } else { self.description.as_str() };
        format!("{what}: {}", self.value)
    }

    /// As Prometheus computes it: FNV-1a of names and values in order.
    pub(crate) fn fingerprint(&self) -> String {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let pairs = self.labels.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        for byte in pairs.flat_map(|text| text.iter().copied().chain([0xff])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        format!("{hash:016x}")
    }
}

impl From<&Alert> for Notice {
    fn from(alert: &Alert) -> Self {
        let labels = [
            (RULE, alert.rule_name.as_str()),
            (model::SERVICE, &alert.service_name),
            (model::INSTANCE, &alert.instance_id),
            ("severity", alert.severity.as_str()),
        ];
        let labels = labels.into_iter().filter(|(_, value)| !value.is_empty());
        let mut labels: LabelSet = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // The rule's own words win: `severity="page"` is no severity of the house, but routes may mean it.
        labels.extend(alert.labels.clone());
        Self {
            alert_id: alert.alert_id.clone(),
            labels,
            annotations: alert.annotations.clone(),
            description: alert.message.clone(),
            value: alert.value,
            threshold: alert.threshold,
            starts_at: alert.timestamp,
            ends_at: alert.resolved.then(|| alert.resolved_at.unwrap_or(alert.timestamp)),
        }
    }
}

/// The label that a setting means.
pub(crate) fn label_name(name: &str) -> &str {
    if name == "rule" { RULE } else { name }
}
