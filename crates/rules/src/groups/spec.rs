//! A rule file as it is written: Prometheus' keys and no others. What the texts mean, `definition` checks.

use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// A rule file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileSpec {
    /// Its groups.
    #[serde(deserialize_with = "or_nothing")]
    pub groups: Vec<GroupSpec>,
}

/// A group as written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct GroupSpec {
    /// Unique within the file.
    pub name: String,
    /// Time between two rounds, as `1m`.
    pub interval: Option<String>,
    /// How far before the time of a round its samples lie, as `30s`.
    pub query_offset: Option<String>,
    /// Series that a rule may give; 0 is as many as it likes.
    pub limit: i64,
    /// Labels for all rules.
    #[serde(deserialize_with = "or_nothing")]
    pub labels: BTreeMap<String, String>,
    /// Its rules, in order.
    #[serde(deserialize_with = "or_nothing")]
    pub rules: Vec<RuleSpec>,
}

/// A rule as written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleSpec {
    /// The metric that is written; or
    pub record: Option<String>,
    /// the alert's name.
    pub alert: Option<String>,
    /// PromQL.
    pub expr: String,
    /// How long an alert is pending before it fires, as `5m`.
    #[serde(rename = "for")]
    pub hold: Option<String>,
    /// How long it fires after its series are gone.
    pub keep_firing_for: Option<String>,
    /// Labels that are set; of alerts, templates.
    #[serde(deserialize_with = "or_nothing")]
    pub labels: BTreeMap<String, String>,
    /// Texts of alerts, templates.
    #[serde(deserialize_with = "or_nothing")]
    pub annotations: BTreeMap<String, String>,
}

/// A key without a value is as none.
fn or_nothing<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}
