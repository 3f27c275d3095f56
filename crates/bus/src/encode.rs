//! From what the collector has to say to the bytes on the bus.

use crate::error::BusError;
use crate::topics;
use model::{Event, Millis, SelfHealth, to_seconds};
use serde::Serialize;
use serde_json::{Value, json};

/// What the collector registers with.
const CAPABILITIES: [&str; 5] =
    ["metrics_collection", "performance_monitoring", "alerting", "system_monitoring", "metrics_aggregation"];
/// Seconds that a message is good for; no service acts on it.
const TTL_SECONDS: u32 = 300;
/// Brokers that a message may cross; no service acts on it.
const MAX_HOPS: u32 = 10;

/// A message ready to be published at QoS 1, not retained.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Where it goes.
    pub topic: String,
    /// The envelope, as JSON.
    pub payload: Vec<u8>,
}

/// The envelope of Alicia's services, in the order of its members on the wire.
#[derive(Serialize)]
struct Envelope<'a, P> {
    message_id: String,
    timestamp: f64,
    source: &'a str,
    destination: &'static str,
    message_type: &'static str,
    priority: &'static str,
    ttl: u32,
    payload: &'a P,
    routing: Routing,
}

#[derive(Serialize)]
struct Routing {
    hops: u32,
    max_hops: u32,
}

/// `payload` in the envelope of a message that `source` publishes at `now`.
///
/// # Errors
/// [`BusError::Encode`] if `payload` cannot be written as JSON.
pub fn envelope(source: &str, now: Millis, payload: &impl Serialize) -> Result<Vec<u8>, BusError> {
    let envelope = Envelope {
        message_id: uuid::Uuid::new_v4().to_string(),
        timestamp: to_seconds(now),
        source,
        destination: "broadcast",
        message_type: "event",
        priority: "normal",
        ttl: TTL_SECONDS,
        payload,
        routing: Routing { hops: 0, max_hops: MAX_HOPS },
    };
    Ok(serde_json::to_vec(&envelope)?)
}

/// Writes messages of one sender.
#[derive(Debug, Clone)]
pub struct Encoder {
    /// The sender's service name.
    pub source: String,
    /// The sender's version.
    pub version: String,
}

impl Encoder {
    /// The messages of an event, the most urgent first.
    ///
    /// # Errors
    /// [`BusError::Encode`] if it cannot be written as JSON.
    pub fn event(&self, event: &Event, now: Millis) -> Result<Vec<Outgoing>, BusError> {
        match event {
            Event::AlertStarted(alert) => {
                let mut messages = vec![self.message(topics::ALERTS, now, alert)?];
                messages.extend(self.typed("alert_triggered", alert, now)?);
                Ok(messages)
            }
            Event::AlertChanged(alert) => self.typed("alert_changed", alert, now),
            Event::AlertRetold(_) => Ok(Vec::new()),
            Event::AlertExplained(alert) => self.typed("alert_explained", alert, now),
            Event::AlertResolved(alert) => self.typed("alert_resolved", alert, now),
            Event::AlertStanding(change, alert) => self.typed(change.event_type(), alert, now),
            Event::Insights(insights) => self.typed("performance_insights", insights, now),
            Event::InsightAppeared(insight) => self.typed("insight_appeared", insight, now),
            Event::InsightResolved(insight) => self.typed("insight_resolved", insight, now),
            Event::Lifecycle(life) => self.typed(life.change.event_type(), life, now),
            Event::SenderOverdue(overdue) => self.typed("sender_overdue", overdue, now),
            Event::SenderReturned(overdue) => self.typed("sender_returned", overdue, now),
            Event::CollectionError(error) => Ok(vec![self.message(topics::COLLECTION_ERRORS, now, error)?]),
            Event::AlertRecovery { timestamp } => {
                let payload = json!({"status": "recovered", "timestamp": to_seconds(*timestamp)});
                Ok(vec![self.message(topics::ALERT_RECOVERY, now, &payload)?])
            }
            Event::Summary(summary) => Ok(vec![self.message(topics::SUMMARY, now, summary)?]),
            Event::Host(host) => {
                let gauge = |name: &str, value: Value| json!({"name": name, "value": value, "type": "gauge"});
                let payload = json!({"service_name": "system", "instance_id": "host", "metrics": [
                    gauge("cpu_percent", host.cpu_percent.into()),
                    gauge("memory_percent", host.memory_percent.into()),
                    gauge("disk_percent", host.disk_percent.into()),
                    gauge("network_connections", host.network_connections.into()),
                ]});
                Ok(vec![self.message(topics::HOST, now, &payload)?])
            }
            // `Event` may grow in `model` before this room knows the words for it.
            other => {
                tracing::debug!("an event that the bus has no words for: {other:?}");
                Ok(Vec::new())
            }
        }
    }

    /// An event on the general topic and on that of its type.
    fn typed(&self, event_type: &str, data: &impl Serialize, now: Millis) -> Result<Vec<Outgoing>, BusError> {
        let payload = json!({"event_type": event_type, "event_data": serde_json::to_value(data)?,
            "timestamp": to_seconds(now), "source": self.source});
        Ok(vec![
            self.message(topics::EVENTS, now, &payload)?,
            self.message(&topics::event(event_type), now, &payload)?,
        ])
    }

    /// The collector is on the bus.
    ///
    /// # Errors
    /// [`BusError::Encode`] if it cannot be written as JSON.
    pub fn connected(&self, now: Millis) -> Result<Outgoing, BusError> {
        let payload = json!({"event_type": "collector_connected", "event_data": {"version": self.version},
            "timestamp": to_seconds(now), "source": self.source});
        self.message(topics::EVENTS, now, &payload)
    }

    /// The collector announces itself; `started` is when its process started.
    ///
    /// # Errors
    /// [`BusError::Encode`] if it cannot be written as JSON.
    pub fn register(&self, started: Millis, now: Millis) -> Result<Outgoing, BusError> {
        let payload = json!({"service_name": self.source, "status": "online", "timestamp": to_seconds(started),
            "capabilities": CAPABILITIES, "version": self.version});
        self.message(topics::REGISTER, now, &payload)
    }

    /// The collector says goodbye, or its will does for it.
    ///
    /// # Errors
    /// [`BusError::Encode`] if it cannot be written as JSON.
    pub fn unregister(&self, now: Millis) -> Result<Outgoing, BusError> {
        let payload = json!({"service_name": self.source, "status": "offline", "timestamp": to_seconds(now)});
        self.message(topics::UNREGISTER, now, &payload)
    }

    /// The collector asks all services how they are.
    ///
    /// # Errors
    /// [`BusError::Encode`] if it cannot be written as JSON.
    pub fn health_check(&self, now: Millis) -> Result<Outgoing, BusError> {
        let payload = json!({"requester": self.source, "timestamp": to_seconds(now)});
        self.message(topics::HEALTH_CHECK, now, &payload)
    }

    /// The collector says how it is.
    ///
    /// # Errors
    /// [`BusError::Encode`] if it cannot be written as JSON.
    pub fn health(&self, health: &SelfHealth, now: Millis) -> Result<Outgoing, BusError> {
        let word = if health.healthy { "healthy" } else { "unhealthy" };
        let payload = json!({"service_name": self.source, "status": word, "uptime": health.uptime,
            "messages_processed": health.messages_processed, "errors": health.errors, "timestamp": to_seconds(now)});
        self.message(&topics::health(&self.source), now, &payload)
    }

    fn message(&self, topic: &str, now: Millis, payload: &impl Serialize) -> Result<Outgoing, BusError> {
        Ok(Outgoing { topic: topic.to_owned(), payload: envelope(&self.source, now, payload)? })
    }
}
