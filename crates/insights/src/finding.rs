//! What one scan found of one series, before it is known whether it lasts.

use crate::kept;
use model::{INSTANCE, Labels, Millis, NAME, PART, SERVICE, Severity};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What kind of thing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It rises or falls.
    Trend,
    /// Its mean changed at some time.
    Change,
    /// It is unlike its peers.
    Outlier,
    /// The hour is not as this hour usually is.
    Anomaly,
    /// It reaches a limit if all goes on.
    LimitAhead,
    /// Too much fails.
    ErrorRate,
    /// There is hardly room.
    Saturation,
}

impl Kind {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trend => "trend",
            Self::Change => "change",
            Self::Outlier => "outlier",
            Self::Anomaly => "anomaly",
            Self::LimitAhead => "limit_ahead",
            Self::ErrorRate => "error_rate",
            Self::Saturation => "saturation",
        }
    }

    /// In how many scans with new data it must be found before it is told. The data of an anomaly are new once an hour.
    #[must_use]
    pub fn lasts(self) -> u32 {
        if self == Self::Anomaly { 2 } else { 3 }
    }
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind.
    pub kind: Kind,
    /// The series.
    #[serde(with = "kept::labels")]
    pub labels: Labels,
    /// How bad it is.
    pub severity: Severity,
    /// A sentence.
    pub message: String,
    /// The number in it.
    pub value: f64,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// What those are counted in.
    pub unit: String,
    /// How likely as much is where there is nothing, if that was tested.
    pub p_value: Option<f64>,
    /// Which limit it speaks of; empty if of none.
    pub bound: String,
    /// The query that shows it.
    pub query: String,
    /// The end of the newest data that it is found in.
    pub evidence: Millis,
    /// Whether it is large enough to begin; else only to go on.
    pub is_large: bool,
}

/// A selector of one series, as `PromQL` reads it.
#[must_use]
pub(crate) fn selector(labels: &Labels) -> String {
    let mut text = String::from("{");
    for (name, value) in labels.iter().filter(|(name, _)| *name != PART) {
        if text.len() > 1 {
            text.push(',');
        }
        let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        let quoted = |text: &str| {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
        };
        let name = if is_plain { name.to_owned() } else { quoted(name) };
        // Writing to a text does not fail.
        let _ = write!(text, "{name}={}", quoted(value));
    }
    text.push('}');
    text
}

/// Where the series stands among the nouns of the bus: service, instance, metric.
pub(crate) fn place(labels: &Labels) -> (String, Option<String>, String) {
    let text = |name: &str| labels.get(name).unwrap_or_default().to_owned();
    (text(SERVICE), labels.get(INSTANCE).map(str::to_owned), text(NAME))
}
