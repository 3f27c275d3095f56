//! Alert rules, as users write them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// How bad it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it some time.
    #[default]
    Warning,
    /// Look at it today.
    Error,
    /// Look at it now.
    Critical,
}

impl Severity {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A severity that is none of the four words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown severity {0:?}: expected info, warning, error or critical")]
pub struct UnknownSeverity(pub String);

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, UnknownSeverity> {
        match word {
            "info" => Ok(Self::Info),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            "critical" => Ok(Self::Critical),
            other => Err(UnknownSeverity(other.to_owned())),
        }
    }
}

/// What a rule watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// The samples of a metric, by a condition.
    #[default]
    Condition,
    /// Whether senders still speak.
    DeadMan,
}

/// What has an alert of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each instance of a service.
    #[default]
    Instance,
    /// Each series.
    Series,
}

/// A step of a ladder of severities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// The alert's severity while the condition holds, and that of no higher level.
    pub severity: Severity,
    /// The condition's text.
    pub condition: String,
}

/// An alert rule: when the newest sample of `metric_name` meets `condition`, an alert starts. What is written in words
/// (conditions, lengths of time, matchers, templates) is checked by whoever evaluates rules. A field that is not set is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "RuleFields")]
pub struct Rule {
    /// Unique; the same name replaces.
    pub name: String,
    /// The metric whose samples are judged; empty where it is senders that are watched.
    pub metric_name: String,
    /// The condition's text, e.g. `value > 90` (grammar: `rules::condition`); with levels that of the first, and empty where
    /// senders are watched.
    pub condition: String,
    /// How bad it is when the condition holds; with levels that of the first.
    pub severity: Severity,
    /// The alert's message.
    pub description: String,
    /// Whether the rule is evaluated.
    pub enabled: bool,
    /// Seconds that must pass after an alert started before the same (rule, service, instance) starts again.
    pub cooldown_period: u64,
    /// What it watches.
    #[serde(skip_serializing_if = "is_default")]
    pub kind: RuleKind,
    /// How long the condition must hold without a break before the alert starts: `5m`.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub hold: Option<String>,
    /// What must hold for the alert to end; else that the condition does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub recover: Option<String>,
    /// How long the alert goes on after it could end: `10m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub keep_firing_for: Option<String>,
    /// Which series are judged: `room="attic",sensor=~"t.*"`.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub matching: Option<String>,
    /// What has an alert of its own.
    #[serde(skip_serializing_if = "is_default")]
    pub per: Per,
    /// A ladder of severities, the mildest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// After which silence a sender is missed; else that is learnt from its rhythm.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub interval: Option<String>,
    /// Labels of the alert, by name: templates.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What is said of the alert for people, by name: templates.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Rule {
    /// The cooldown of a rule that names none, in seconds (the seed's).
    pub const DEFAULT_COOLDOWN_SECONDS: u64 = 300;
}

/// A rule without name, metric or condition: enabled, with the usual cooldown, and nothing else set.
impl Default for Rule {
    fn default() -> Self {
        Self {
            name: String::new(),
            metric_name: String::new(),
            condition: String::new(),
            severity: Severity::default(),
            description: String::new(),
            enabled: true,
            cooldown_period: Self::DEFAULT_COOLDOWN_SECONDS,
            kind: RuleKind::default(),
            hold: None,
            recover: None,
            keep_firing_for: None,
            matching: None,
            per: Per::default(),
            levels: Vec::new(),
            interval: None,
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
        }
    }
}

/// A rule as it is read: what may be left out depends on what else there is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFields {
    name: String,
    metric_name: Option<String>,
    condition: Option<String>,
    severity: Option<Severity>,
    description: String,
    #[serde(default = "enabled_by_default")]
    enabled: bool,
    #[serde(default = "default_cooldown")]
    cooldown_period: u64,
    #[serde(default)]
    kind: RuleKind,
    #[serde(rename = "for")]
    hold: Option<String>,
    recover: Option<String>,
    keep_firing_for: Option<String>,
    #[serde(rename = "match")]
    matching: Option<String>,
    #[serde(default)]
    per: Per,
    #[serde(default)]
    levels: Vec<Level>,
    interval: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

impl TryFrom<RuleFields> for Rule {
    type Error = String;

    fn try_from(fields: RuleFields) -> Result<Self, String> {
        let missing = |name: &str| format!("missing field `{name}`");
        let first = fields.levels.first();
        let condition = match (first, fields.condition) {
            (Some(first), Some(own)) if own != first.condition => {
                return Err("with `levels`, `condition` is left out, or that of the first level".to_owned());
            }
            (Some(first), _) => first.condition.clone(),
            (None, Some(own)) => own,
            (None, None) if fields.kind == RuleKind::DeadMan => String::new(),
            (None, None) => return Err(missing("condition")),
        };
        let severity = match (first, fields.severity) {
            (Some(first), Some(own)) if own != first.severity => {
                return Err("with `levels`, `severity` is left out, or that of the first level".to_owned());
            }
            (Some(first), _) => first.severity,
            (None, Some(own)) => own,
            (None, None) => return Err(missing("severity")),
        };
        let metric_name = match fields.metric_name {
            Some(name) => name,
            None if fields.kind == RuleKind::DeadMan => String::new(),
            None => return Err(missing("metric_name")),
        };
        Ok(Self {
            name: fields.name,
            metric_name,
            condition,
            severity,
            description: fields.description,
            enabled: fields.enabled,
            cooldown_period: fields.cooldown_period,
            kind: fields.kind,
            hold: fields.hold,
            recover: fields.recover,
            keep_firing_for: fields.keep_firing_for,
            matching: fields.matching,
            per: fields.per,
            levels: fields.levels,
            interval: fields.interval,
            labels: fields.labels,
            annotations: fields.annotations,
        })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn enabled_by_default() -> bool {
    true
}

fn default_cooldown() -> u64 {
    Rule::DEFAULT_COOLDOWN_SECONDS
}
