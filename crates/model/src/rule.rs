//! Alert rules, as users write them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it some time.
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

/// An alert rule: when the newest sample of `metric_name` meets `condition`, an alert starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Unique; the same name replaces.
    pub name: String,
    /// The metric whose samples are judged.
    pub metric_name: String,
    /// The condition's text, e.g. `value > 90` (grammar: `rules::condition`).
    pub condition: String,
    /// How bad it is when the condition holds.
    pub severity: Severity,
    /// The alert's message.
    pub description: String,
    /// Whether the rule is evaluated.
    #[serde(default = "enabled_by_default")]
    pub enabled: bool,
    /// Seconds that must pass after an alert started before the same (rule, service, instance) starts again.
    #[serde(default = "default_cooldown")]
    pub cooldown_period: u64,
}

impl Rule {
    /// The cooldown of a rule that names none, in seconds (the seed's).
    pub const DEFAULT_COOLDOWN_SECONDS: u64 = 300;
}

fn enabled_by_default() -> bool {
    true
}

fn default_cooldown() -> u64 {
    Rule::DEFAULT_COOLDOWN_SECONDS
}
