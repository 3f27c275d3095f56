//! What answers are made of. Members stand in the order of the wire.

use ingest::{InstanceView, RefusalView, ServiceView};
use model::{MetricKind, Millis, Point, SeriesPoints, is_stale_marker, seconds, to_seconds};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// A sample as the original shows it. A value that is no number is `null`.
#[derive(Debug, Serialize)]
pub(crate) struct Metric {
    name: String,
    value: f64,
    #[serde(with = "seconds")]
    pub(crate) timestamp: Millis,
    labels: OwnLabels,
    metric_type: MetricKind,
}

/// The labels that the sender gave.
#[derive(Debug)]
struct OwnLabels(Arc<model::Series>);

impl Serialize for OwnLabels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.own_labels() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Metric {
    fn new(series: &Arc<model::Series>, point: Point) -> Self {
        Self {
            name: series.name().to_owned(),
            value: point.v,
            timestamp: point.t,
            labels: OwnLabels(Arc::clone(series)),
            metric_type: series.kind(),
        }
    }

    /// The newest sample of a series; `None` if it has only markers.
    pub(crate) fn newest(series: &SeriesPoints) -> Option<Self> {
        real(&series.points).next_back().map(|point| Self::new(&series.series, *point))
    }

    /// All samples of a series, oldest first.
    pub(crate) fn all(series: &SeriesPoints) -> impl Iterator<Item = Self> {
        real(&series.points).map(|point| Self::new(&series.series, *point))
    }
}

/// Points that are samples, not markers.
pub(crate) fn real(points: &[Point]) -> impl DoubleEndedIterator<Item = &Point> {
    points.iter().filter(|point| !is_stale_marker(point.v))
}

/// A service with all that is known of it.
#[derive(Debug, Serialize)]
pub(crate) struct Service {
    pub(crate) name: String,
    measured: bool,
    health_status: Option<String>,
    status: Option<String>,
    up: Option<bool>,
    stale: bool,
    registered: Option<bool>,
    first_seen: f64,
    last_seen: f64,
    started: Option<f64>,
    restarts: u64,
    version: Option<String>,
    capabilities: Vec<String>,
    interval_seconds: Option<f64>,
    probe_duration_ms: Option<f64>,
    instances: Vec<Instance>,
}

/// An instance with all that is known of it.
#[derive(Debug, Serialize)]
pub(crate) struct Instance {
    instance_id: String,
    health_status: String,
    stale: bool,
    first_seen: f64,
    last_seen: f64,
    last_updated: f64,
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
#[derive(Debug, Serialize)]
pub(crate) struct Refusal {
    reason: &'static str,
    explanation: &'static str,
    is_error: bool,
    count: u64,
    topics: Vec<TopicCount>,
    other_topics: u64,
    example: Option<Example>,
}

#[derive(Debug, Serialize)]
struct TopicCount {
    topic: String,
    count: u64,
}

#[derive(Debug, Serialize)]
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
