//! An alert: a rule that holds (or held) for one instance.

use crate::rule::Severity;
use crate::standing::Standing;
use crate::time::{Millis, seconds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The annotation with why an alert fires, where that was looked for.
pub const EXPLANATION: &str = "explanation";

/// One alert of one (rule, service, instance). Fields in the order of the wire; times in seconds there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Alert {
    /// `<rule>:<service>:<instance>`.
    pub alert_id: String,
    /// The rule that started it.
    pub rule_name: String,
    /// The service whose sample met the condition.
    pub service_name: String,
    /// The instance whose sample met the condition.
    pub instance_id: String,
    /// The rule's severity when the alert started.
    pub severity: Severity,
    /// The rule's description when the alert started.
    pub message: String,
    /// The value of the sample that started it; null on the wire where it is no finite number.
    #[schema(value_type = Option<f64>, required)]
    pub value: f64,
    /// The number in the condition that the value passed; 0 where the condition compares words.
    pub threshold: f64,
    /// When it started.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub timestamp: Millis,
    /// Whether it is over.
    pub resolved: bool,
    /// When it was over.
    #[serde(with = "seconds::option")]
    #[schema(value_type = Option<f64>, required)]
    pub resolved_at: Option<Millis>,
    /// All labels, where the rule gives more than the fields above say: those of rule files do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What the rule says of the alert for people, by name; empty where there is only the message.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// The rule file's rule that it is of; none where the rule is Alicia's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<Generator>,
    /// How people and other alerts stand to it; rules say nothing of that.
    #[serde(flatten)]
    pub standing: Standing,
}

/// What an Alertmanager is told of the rule that an alert of a rule file is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Generator {
    /// A page that shows the rule's expression.
    pub url: String,
    /// Time between two rounds of its group, in seconds on the wire.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub interval: Millis,
}

impl Alert {
    /// The id of the alert of `rule` on `instance` of `service`: stable over restarts.
    #[must_use]
    pub fn id(rule: &str, service: &str, instance: &str) -> String {
        format!("{rule}:{service}:{instance}")
    }
}
