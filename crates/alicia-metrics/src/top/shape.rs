//! The overview as the collector tells it. What a newer collector says besides is not looked at, what an older one does not say is
//! empty.

use model::Severity;
use serde::Deserialize;

/// The overview but for the services. Times are Unix seconds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Head {
    pub(super) time: f64,
    pub(super) version: String,
    pub(super) started: f64,
    pub(super) bus: Bus,
    pub(super) ingest: Ingest,
    pub(super) storage: Storage,
    pub(super) host: Option<Host>,
    pub(super) alerts: Alerts,
    pub(super) insights: Insights,
    pub(super) strip: StripSpan,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Bus {
    pub(super) connected: bool,
    pub(super) broker: String,
    pub(super) embedded: bool,
    pub(super) messages_per_second: f64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ingest {
    pub(super) samples_per_second: f64,
    pub(super) series: u64,
    pub(super) refused: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Storage {
    pub(super) bytes: u64,
    pub(super) disk_days_left: Option<f64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Host {
    pub(super) cpu_percent: f64,
    pub(super) memory_percent: f64,
    pub(super) disk_percent: f64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Alerts {
    pub(super) firing: usize,
    pub(super) pending: usize,
    pub(super) silenced: usize,
    pub(super) newest: Vec<BriefAlert>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct BriefAlert {
    pub(super) rule: String,
    pub(super) service: String,
    pub(super) instance: String,
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) since: f64,
    pub(super) acknowledged: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Insights {
    pub(super) lasting: usize,
    pub(super) newest: Vec<BriefInsight>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct BriefInsight {
    pub(super) kind: String,
    pub(super) service: String,
    pub(super) severity: Severity,
    pub(super) text: String,
    pub(super) since: f64,
}

/// Which time the strips show.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct StripSpan {
    pub(super) step: f64,
    pub(super) buckets: u32,
}

impl StripSpan {
    /// Its length in seconds.
    pub(super) fn seconds(self) -> f64 {
        self.step * f64::from(self.buckets)
    }
}

/// A service in a line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) state: Condition,
    pub(super) from: Source,
    pub(super) last_seen: f64,
    pub(super) messages_per_second: Option<f64>,
    pub(super) delay_ms: Option<f64>,
    pub(super) error_percent: Option<f64>,
    pub(super) firing: Vec<Severity>,
    pub(super) strip: String,
    pub(super) instances: Vec<Instance>,
}

/// Name, state and when it was seen last.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Instance(pub(super) String, pub(super) Condition, pub(super) f64);

/// How a service or an instance is, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(from = "String")]
pub(super) enum Condition {
    Gone,
    Healthy,
    /// Or a word that only newer collectors say.
    #[default]
    Unknown,
    Degraded,
    Silent,
    Unhealthy,
}

impl From<String> for Condition {
    fn from(word: String) -> Self {
        let all = [Self::Gone, Self::Healthy, Self::Degraded, Self::Silent, Self::Unhealthy];
        all.into_iter().find(|one| one.word() == word).unwrap_or_default()
    }
}

impl Condition {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Healthy => "healthy",
            Self::Unknown => "unknown",
            Self::Degraded => "degraded",
            Self::Silent => "silent",
            Self::Unhealthy => "unhealthy",
        }
    }

    /// A sign that tells it without colours.
    pub(super) fn sign(self) -> char {
        match self {
            Self::Gone => '–',
            Self::Healthy => '●',
            Self::Unknown => '?',
            Self::Degraded => '▲',
            Self::Silent => '○',
            Self::Unhealthy => '✗',
        }
    }
}

/// How a service is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    /// It says something of itself.
    #[default]
    Metrics,
    /// It is only known by what passes on the bus.
    Traffic,
}
