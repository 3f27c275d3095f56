//! A series: its labels and the kind of metric it belongs to.

use crate::labels::{INSTANCE, Labels, NAME, SERVICE};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// What a metric's values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug)]
pub struct Series {
    labels: Labels,
    kind: MetricKind,
    fingerprint: u64,
    place: Place,
}

/// What a store notes on a series that it was given, so that it finds its own record of it without a search: a
/// number in its table, and a ticket that no other record of any store ever has. A note is only a guess until the
/// record shows the same ticket; so it does no harm that the newest of several stores overwrites it.
#[derive(Debug, Default)]
pub struct Place {
    number: AtomicU32,
    ticket: AtomicU64,
}

impl Place {
    /// The number and the ticket noted last; the ticket 0 if there are none.
    pub fn get(&self) -> (u32, u64) {
        (self.number.load(Ordering::Relaxed), self.ticket.load(Ordering::Relaxed))
    }

    /// Notes a number and a ticket.
    pub fn set(&self, number: u32, ticket: u64) {
        self.number.store(number, Ordering::Relaxed);
        self.ticket.store(ticket, Ordering::Relaxed);
    }

    /// A ticket that was never given before in this process.
    #[must_use]
    pub fn new_ticket() -> u64 {
        static GIVEN: AtomicU64 = AtomicU64::new(0);
        GIVEN.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Series {
    /// A series of `kind` with `labels`.
    #[must_use]
    pub fn new(labels: Labels, kind: MetricKind) -> Self {
        let fingerprint = labels.fingerprint();
        Self { labels, kind, fingerprint, place: Place::default() }
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
        self.labels.get(NAME).unwrap_or("")
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

    /// Where a store keeps it, for the store.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
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
