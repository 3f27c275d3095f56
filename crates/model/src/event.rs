//! What the collector has to say to the bus.

use crate::alert::Alert;
use crate::insight::{LastingInsight, ServiceInsights};
use crate::standing::StandingChange;
use crate::time::{Millis, seconds};
use serde::Serialize;

/// The counts of `alicia/metrics/summary`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// Services that have been heard measuring.
    pub total_services: usize,
    /// Their instances.
    pub total_instances: usize,
    /// Their series.
    pub total_metrics: usize,
    /// Alerts that are not resolved.
    pub active_alerts: usize,
    /// When counted.
    #[serde(with = "seconds")]
    pub timestamp: Millis,
}

/// The four gauges of `alicia/metrics/system`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HostSummary {
    /// Busy share of all processors, 0–100.
    pub cpu_percent: f64,
    /// Used share of memory, 0–100.
    pub memory_percent: f64,
    /// Used share of the disk that holds `/`, 0–100.
    pub disk_percent: f64,
    /// Open TCP connections.
    pub network_connections: u64,
}

/// What kind of fault kept something from being collected; each has its own recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The bus is away: reconnect with back-off.
    Connection,
    /// A service did not answer in time: its probe timeout is adapted.
    Timeout,
    /// A message or entry could not be read: counted, an example is kept.
    Payload,
    /// A limit was reached: new series are refused, old ones live on.
    Limit,
    /// A fault of the collector's own.
    Internal,
}

/// `alicia/metrics/collection_errors`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CollectionError {
    /// The service concerned; empty where none is.
    pub service_name: String,
    /// The instance concerned; empty where none is.
    pub instance_id: String,
    /// What happened, for people.
    pub error: String,
    /// Which kind of fault.
    pub class: ErrorClass,
    /// When.
    #[serde(with = "seconds")]
    pub timestamp: Millis,
}

/// What happened to a service or instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LifecycleChange {
    /// Heard for the first time.
    Discovered,
    /// Registered again with a later start time.
    Restarted,
    /// Silent for longer than its own rhythm allows.
    Stale,
    /// Heard again after it was stale or gone.
    Returned,
    /// Said goodbye.
    Unregistered,
    /// Its health word changed.
    HealthChanged,
}

impl LifecycleChange {
    /// The event type on the wire.
    #[must_use]
    pub fn event_type(self) -> &'static str {
        match self {
            Self::Discovered => "service_discovered",
            Self::Restarted => "service_restarted",
            Self::Stale => "service_stale",
            Self::Returned => "service_returned",
            Self::Unregistered => "service_unregistered",
            Self::HealthChanged => "health_changed",
        }
    }
}

/// A change in the life of a service or instance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lifecycle {
    /// The service.
    pub service_name: String,
    /// The instance; `None` when the service as a whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// What changed.
    pub change: LifecycleChange,
    /// The new word, the silence in seconds, …, for people.
    pub detail: String,
    /// When.
    #[serde(with = "seconds")]
    pub timestamp: Millis,
}

/// What one sends regularly on the bus is overdue, or came after all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overdue {
    /// Who sends it.
    pub service_name: String,
    /// The kind of topic; `+` stands for a name.
    pub topic: String,
    /// Seconds since the last message before.
    pub silence: f64,
    /// When this was noticed.
    #[serde(with = "seconds")]
    pub timestamp: Millis,
}

/// Everything that is published.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// An alert started.
    AlertStarted(Alert),
    /// The severity of an alert that goes on is another one now.
    AlertChanged(Alert),
    /// It is known, as far as it can be, why an alert fires: the alert with [`EXPLANATION`](crate::EXPLANATION).
    AlertExplained(Alert),
    /// What an alert that goes on says for people is another text now: the alert with its annotations. Whoever repeats it
    /// says that; it is no news.
    AlertRetold(Alert),
    /// An alert is over.
    AlertResolved(Alert),
    /// How an alert stands changed: the alert as it is now.
    AlertStanding(StandingChange, Alert),
    /// New or changed insights about a service.
    Insights(ServiceInsights),
    /// An insight has lasted for long enough to be told.
    InsightAppeared(LastingInsight),
    /// An insight that was told is over.
    InsightResolved(LastingInsight),
    /// Something happened to a service or instance.
    Lifecycle(Lifecycle),
    /// What a sender says regularly is overdue.
    SenderOverdue(Overdue),
    /// It came after all.
    SenderReturned(Overdue),
    /// Something could not be collected.
    CollectionError(CollectionError),
    /// The alert engine recovered from a fault of its own; rules and alerts were kept.
    AlertRecovery {
        /// When.
        timestamp: Millis,
    },
    /// The regular summary.
    Summary(Summary),
    /// The regular host gauges.
    Host(HostSummary),
}
