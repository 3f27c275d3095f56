//! What the overview is made of. Times are Unix seconds.

use model::Severity;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// How everything is.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct Overview {
    /// When it was so.
    pub(crate) time: f64,
    /// The collector's version.
    pub(crate) version: String,
    /// When the collector started.
    pub(crate) started: f64,
    pub(crate) bus: BusNow,
    pub(crate) ingest: IngestNow,
    pub(crate) storage: StorageNow,
    /// How the machine is; null before it was looked at.
    #[schema(required)]
    pub(crate) host: Option<HostNow>,
    pub(crate) alerts: AlertsNow,
    pub(crate) insights: InsightsNow,
    pub(crate) strip: StripSpan,
    /// Every service that was heard, by name.
    #[schema(value_type = Vec<ServiceNow>)]
    #[serde(serialize_with = "each")]
    pub(crate) services: Vec<Arc<ServiceNow>>,
}

fn each<S: Serializer>(services: &[Arc<ServiceNow>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(services.iter().map(|one| &**one))
}

/// What changed in an overview: the event `change` of its stream. A member that is not there is as it was.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OverviewChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) alerts: Option<&'a AlertsNow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) bus: Option<&'a BusNow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<HostNow>)]
    pub(crate) host: Option<&'a Option<HostNow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) ingest: Option<&'a IngestNow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) insights: Option<&'a InsightsNow>,
    /// The names of services that are gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub(crate) removed: Vec<&'a str>,
    /// The services that changed, whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<ServiceNow>)]
    pub(crate) services: Vec<&'a ServiceNow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) started: Option<&'a f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) storage: Option<&'a StorageNow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) strip: Option<&'a StripSpan>,
    pub(crate) time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) version: Option<&'a String>,
}

/// The list of alerts or silences changed: the event `alerts` of the stream of overviews.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AlertsChange {
    /// Another one for each change.
    pub(crate) version: u64,
}

/// The connection to the bus.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct BusNow {
    pub(crate) connected: bool,
    /// `host:port`.
    pub(crate) broker: String,
    /// Whether the broker is the collector's own.
    pub(crate) embedded: bool,
    /// Messages of all senders.
    pub(crate) messages_per_second: f64,
}

/// What comes in.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct IngestNow {
    pub(crate) samples_per_second: f64,
    /// Series with samples in the last hours.
    pub(crate) series: usize,
    /// Entries that were refused since the start because they were wrong.
    pub(crate) refused: u64,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct StorageNow {
    /// In memory and on disk.
    pub(crate) bytes: u64,
    /// Days until the disk is full if it goes on filling as in the last six hours; null if it does not fill.
    #[schema(required)]
    pub(crate) disk_days_left: Option<f64>,
}

/// How the machine is, in percent.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct HostNow {
    pub(crate) cpu_percent: f64,
    pub(crate) memory_percent: f64,
    pub(crate) disk_percent: f64,
}

/// What fires.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct AlertsNow {
    /// Alerts that fire and are neither silenced nor inhibited.
    pub(crate) firing: usize,
    pub(crate) pending: usize,
    /// Alerts that fire and are silenced or inhibited.
    pub(crate) silenced: usize,
    /// Those that fire, newest first; only the first twenty.
    pub(crate) newest: Vec<BriefAlert>,
}

/// An alert in a line.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct BriefAlert {
    pub(crate) id: String,
    pub(crate) rule: String,
    pub(crate) service: String,
    pub(crate) instance: String,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) since: f64,
    pub(crate) acknowledged: bool,
}

/// What was noticed and lasts.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct InsightsNow {
    pub(crate) lasting: usize,
    /// The worst; only the first twenty.
    pub(crate) newest: Vec<BriefInsight>,
}

/// An insight in a line.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct BriefInsight {
    pub(crate) kind: &'static str,
    pub(crate) service: String,
    pub(crate) metric: String,
    pub(crate) severity: Severity,
    pub(crate) text: String,
    pub(crate) since: f64,
}

/// Which time the strips of the services show: `buckets` of `step` seconds from `start` on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct StripSpan {
    pub(crate) start: f64,
    pub(crate) step: f64,
    pub(crate) buckets: usize,
}

/// A service in a line.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct ServiceNow {
    pub(crate) name: String,
    pub(crate) state: Condition,
    /// Whether it says something of itself, or is only known by its traffic.
    pub(crate) from: Source,
    pub(crate) last_seen: f64,
    #[schema(required)]
    pub(crate) messages_per_second: Option<f64>,
    /// From sending to receiving, median of the last five minutes.
    #[schema(required)]
    pub(crate) delay_ms: Option<f64>,
    #[schema(required)]
    pub(crate) error_percent: Option<f64>,
    /// The severities of its alerts that fire and are not silenced, each once.
    pub(crate) firing: Vec<Severity>,
    /// A letter for each bucket: `.` nothing is known, `0` fine, `1` a warning fired, `2` an error fired, `x` it was silent.
    pub(crate) strip: String,
    /// Name, state and last seen of each instance.
    #[schema(value_type = Vec<(String, Condition, f64)>)]
    pub(crate) instances: Vec<InstanceNow>,
}

/// An instance, on the wire as a list of its members.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InstanceNow {
    pub(crate) name: String,
    pub(crate) state: Condition,
    pub(crate) last_seen: f64,
}

impl Serialize for InstanceNow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.name, self.state, self.last_seen).serialize(serializer)
    }
}

/// How a service or an instance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ServiceState)]
pub(crate) enum Condition {
    Healthy,
    /// It said goodbye.
    Gone,
    /// It says a word of its health that nobody knows.
    Unknown,
    Degraded,
    /// It is silent for longer than its rhythm allows, or does not answer.
    Silent,
    Unhealthy,
}

/// How a service is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ServiceSource)]
pub(crate) enum Source {
    Metrics,
    Traffic,
}
