//! A series: its labels and the kind of metric it belongs to.

use crate::labels::{INSTANCE, Labels, NAME, SERVICE};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a metric's values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// A total since the process started; falls only when the process restarts.
    Counter,
    /// A value that goes up and down.
    #[default]
    Gauge,
    /// One observation a sample, of a distribution.
    Histogram,
    /// One observation a sample, of a distribution.
    Summary,
}

impl MetricKind {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
        }
    }
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A `type` that is none of the four words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown metric type {0:?}: expected counter, gauge, histogram or summary")]
pub struct UnknownKind(pub String);

impl FromStr for MetricKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        match word {
            "counter" => Ok(Self::Counter),
            "gauge" => Ok(Self::Gauge),
            "histogram" => Ok(Self::Histogram),
            "summary" => Ok(Self::Summary),
            other => Err(UnknownKind(other.to_owned())),
        }
    }
}

/// A series: labels, kind and the labels' fingerprint. Made once by the gate, then shared by `Arc`.
/// Two series are the same when their labels are.
#[derive(Debug, Clone)]
pub struct Series {
    labels: Labels,
    kind: MetricKind,
    fingerprint: u64,
    /// Where the name stands among the labels: it is asked for with every sample.
    name_at: Option<usize>,
}

impl Series {
    /// A series of `kind` with `labels`.
    #[must_use]
    pub fn new(labels: Labels, kind: MetricKind) -> Self {
        let fingerprint = labels.fingerprint();
        let name_at = labels.position(NAME);
        Self { labels, kind, fingerprint, name_at }
    }

    /// The labels, the metric's name among them.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The kind of the metric.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.kind
    }

    /// [`Labels::fingerprint`] of the labels.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The metric's name; empty if there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name_at.and_then(|at| self.labels.value_at(at)).unwrap_or("")
    }

    /// The measured service; empty if there is none.
    #[must_use]
    pub fn service(&self) -> &str {
        self.labels.get(SERVICE).unwrap_or("")
    }

    /// The measured instance; `None` where the service as a whole speaks.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.labels.get(INSTANCE)
    }

    /// The labels that the sender gave: all but name, service and instance.
    pub fn own_labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.labels.iter().filter(|(name, _)| !matches!(*name, NAME | SERVICE | INSTANCE))
    }
}

impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.labels == other.labels
    }
}

impl Eq for Series {}
