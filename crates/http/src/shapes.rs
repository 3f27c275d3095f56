//! What answers are made of. Members stand in the order of the wire.

use ingest::{InstanceView, RefusalView, ServiceView};
use model::{Alert, MetricKind, Millis, Point, Series, seconds, to_seconds};
use serde::{Serialize, Serializer};

/// Alerts.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Alerts {
    pub(crate) alerts: Vec<Alert>,
}

/// A sample as the original shows it. A value that is no number is `null`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Metric<'a> {
    name: &'a str,
    #[schema(value_type = Option<f64>, required)]
    value: f64,
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    timestamp: Millis,
    #[schema(value_type = BTreeMap<String, String>)]
    labels: OwnLabels<'a>,
    metric_type: MetricKind,
}

impl<'a> Metric<'a> {
    /// A sample of a series.
    pub(crate) fn new(series: &'a Series, point: Point) -> Self {
        Self {
            name: series.name(),
            value: point.v,
            timestamp: point.t,
            labels: OwnLabels(series),
            metric_type: series.kind(),
        }
    }
}

/// The labels that the sender gave.
#[derive(Debug)]
pub(crate) struct OwnLabels<'a>(pub(crate) &'a Series);

impl Serialize for OwnLabels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.own_labels())
    }
}

/// A service with all that is known of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Service {
    pub(crate) name: String,
    measured: bool,
    #[schema(required)]
    health_status: Option<String>,
    #[schema(required)]
    status: Option<String>,
    #[schema(required)]
    up: Option<bool>,
    stale: bool,
    #[schema(required)]
    registered: Option<bool>,
    first_seen: f64,
    last_seen: f64,
    #[schema(required)]
    started: Option<f64>,
    restarts: u64,
    #[schema(required)]
    version: Option<String>,
    capabilities: Vec<String>,
    #[schema(required)]
    interval_seconds: Option<f64>,
    #[schema(required)]
    probe_duration_ms: Option<f64>,
    instances: Vec<Instance>,
}

/// An instance with all that is known of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Instance {
    instance_id: String,
    health_status: String,
    stale: bool,
    first_seen: f64,
    last_seen: f64,
    last_updated: f64,
    #[schema(required)]
    interval_seconds: Option<f64>,
    messages: u64,
    samples: u64,
}

impl From<ServiceView> for Service {
    fn from(view: ServiceView) -> Self {
        Self {
            name: view.name,
            measured: view.measured,
            health_status: view.health,
            status: view.status,
            up: view.up,
            stale: view.stale,
            registered: view.registered,
            first_seen: to_seconds(view.first_seen),
            last_seen: to_seconds(view.last_seen),
            started: view.started,
            restarts: view.restarts,
            version: view.version,
            capabilities: view.capabilities,
            interval_seconds: view.rhythm.map(to_seconds),
            probe_duration_ms: view.probe_ms,
            instances: view.instances.into_iter().map(Instance::from).collect(),
        }
    }
}

impl From<InstanceView> for Instance {
    fn from(view: InstanceView) -> Self {
        Self {
            health_status: health_word(&view).to_owned(),
            instance_id: view.id,
            stale: view.stale,
            first_seen: to_seconds(view.first_seen),
            last_seen: to_seconds(view.last_seen),
            last_updated: to_seconds(view.last_updated),
            interval_seconds: view.rhythm.map(to_seconds),
            messages: view.messages,
            samples: view.samples,
        }
    }
}

/// The health word of an instance, `unknown` if it never said one.
pub(crate) fn health_word(view: &InstanceView) -> &str {
    view.health.as_deref().unwrap_or("unknown")
}

/// Refused input of one reason.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Refusal {
    reason: &'static str,
    explanation: &'static str,
    is_error: bool,
    count: u64,
    topics: Vec<TopicCount>,
    other_topics: u64,
    #[schema(required)]
    example: Option<Example>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct TopicCount {
    topic: String,
    count: u64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RefusalExample)]
struct Example {
    topic: String,
    detail: String,
    payload: String,
    timestamp: f64,
}

impl From<RefusalView> for Refusal {
    fn from(view: RefusalView) -> Self {
        Self {
            reason: view.reason.as_str(),
            explanation: view.reason.explain(),
            is_error: view.reason.is_error(),
            count: view.count,
            topics: view.topics.into_iter().map(|(topic, count)| TopicCount { topic, count }).collect(),
            other_topics: view.other_topics,
            example: view.example.map(|example| Example {
                topic: example.topic,
                detail: example.detail,
                payload: example.payload,
                timestamp: to_seconds(example.at),
            }),
        }
    }
}
