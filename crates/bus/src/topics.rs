//! Every topic, here and nowhere else.

use model::{limits, meets_filter};

/// What the collector reads: one level below each, so neither `…/health/monitor/status` nor
/// `alicia/metrics/a/b`.
pub(crate) const SUBSCRIPTIONS: [&str; 4] =
    ["alicia/metrics/+", "alicia/system/health/+", "alicia/system/status/+", "alicia/system/discovery/+"];

/// All that Alicia's services say.
pub const EVERYTHING: &str = "alicia/#";
/// What the broker says of itself.
pub const BROKER: &str = "$SYS/broker/#";
/// What all topics begin with on which the broker speaks.
const OF_THE_BROKER: &str = "$SYS/";

/// Where sound passes: long, and nothing that can be read.
pub const SOUND: [&str; 3] = ["alicia/audio/#", "alicia/+/audio/#", "alicia/+/+/audio/#"];

const METRICS: &str = "alicia/metrics/";
const HEALTH: &str = "alicia/system/health/";
const STATUS: &str = "alicia/system/status/";

/// A request to all services to say how they are.
pub const HEALTH_CHECK: &str = "alicia/system/health/check";
/// The broker's own container health check, a bare word.
pub(crate) const BROKER_PROBE: &str = "alicia/system/health/broker";
/// A service announces itself.
pub const REGISTER: &str = "alicia/system/discovery/register";
/// A service says goodbye.
pub const UNREGISTER: &str = "alicia/system/discovery/unregister";
/// Alerts, once each when they start.
pub(crate) const ALERTS: &str = "alicia/alerts/new";
/// The regular counts.
pub(crate) const SUMMARY: &str = "alicia/metrics/summary";
/// The host's gauges.
pub(crate) const HOST: &str = "alicia/metrics/system";
/// Every event.
pub(crate) const EVENTS: &str = "alicia/metrics/events";
/// What could not be collected.
pub(crate) const COLLECTION_ERRORS: &str = "alicia/metrics/collection_errors";
/// The alert engine recovered.
pub(crate) const ALERT_RECOVERY: &str = "alicia/metrics/alert_recovery";

/// Where questions to the collector are put.
pub(crate) const QUERY: &str = "alicia/metrics/query";
/// Answers go below this, and nowhere else.
pub(crate) const REPLIES: &str = "alicia/metrics/query/reply/";
/// Somebody names targets to be scraped.
pub const SCRAPE: &str = "alicia/metrics/scrape";

/// What the collector's entities in Home Assistant read and write, in one place for each collector.
pub(crate) const HOME_ASSISTANT: &str = "alicia/metrics/home-assistant/";

/// Last levels of `alicia/metrics/…` that are the collector's own and never services.
const RESERVED: [&str; 4] = ["summary", "events", "collection_errors", "alert_recovery"];

/// Where a service puts its measurements.
#[must_use]
pub fn metrics(service: &str) -> String {
    format!("{METRICS}{service}")
}

/// Where a service says how it is.
#[must_use]
pub fn health(service: &str) -> String {
    format!("{HEALTH}{service}")
}

/// Where a part of the voice (`stt`, `ai`, …) is asked, and where it answers: `request`, `response`, `error`.
#[must_use]
pub fn voice(part: &str, word: &str) -> String {
    format!("alicia/voice/{part}/{word}")
}

/// Where a device says how it is.
#[must_use]
pub fn device_status(device: &str) -> String {
    format!("alicia/devices/{device}/status")
}

/// Where events of one type go, beside [`EVENTS`].
pub(crate) fn event(event_type: &str) -> String {
    format!("{METRICS}{event_type}")
}

/// Where the answer to a question of this id goes.
pub(crate) fn reply(id: &str) -> String {
    format!("{REPLIES}{id}")
}

/// Whether answers may go to `topic`.
pub(crate) fn is_reply(topic: &str) -> bool {
    let is_good = |c: char| !matches!(c, '+' | '#') && !c.is_control();
    topic.len() <= limits::REPLY_TOPIC_BYTES
        && topic.strip_prefix(REPLIES).is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_good))
}

/// What a topic is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// Measurements of a service, by the last level.
    Metrics(&'a str),
    /// A topic of the collector's own.
    Reserved,
    /// Health of a service, by the last level.
    Health(&'a str),
    /// The broker's own health check.
    BrokerProbe,
    /// A request for health.
    HealthCheck,
    /// Status of a service, by the last level.
    Status(&'a str),
    Register,
    Unregister,
    /// A question to the collector.
    Query,
    /// Targets to be scraped.
    Scrape,
    /// Not for the collector.
    Other,
}

/// What `topic` is for.
pub(crate) fn kind(topic: &str) -> Kind<'_> {
    let last_of =
        |prefix: &str| topic.strip_prefix(prefix).filter(|last| !last.is_empty() && !last.contains('/'));
    match topic {
        HEALTH_CHECK => return Kind::HealthCheck,
        BROKER_PROBE => return Kind::BrokerProbe,
        REGISTER => return Kind::Register,
        UNREGISTER => return Kind::Unregister,
        QUERY => return Kind::Query,
        SCRAPE => return Kind::Scrape,
        _ => {}
    }
    if let Some(last) = last_of(METRICS) {
        return if RESERVED.contains(&last) { Kind::Reserved } else { Kind::Metrics(last) };
    }
    match (last_of(HEALTH), last_of(STATUS)) {
        (Some(last), _) => Kind::Health(last),
        (_, Some(last)) => Kind::Status(last),
        _ => Kind::Other,
    }
}

/// Whether the collector's own connection brings what is said on `topic`.
#[must_use]
pub fn is_subscribed(topic: &str) -> bool {
    SUBSCRIPTIONS.iter().any(|filter| meets_filter(filter, topic))
}

/// Whether the collector reads `topic` on its own connection, or writes there itself: who only listens finds nothing new in it.
#[must_use]
pub fn is_taken(topic: &str) -> bool {
    let own = [REPLIES, OF_THE_BROKER, HOME_ASSISTANT];
    kind(topic) != Kind::Other || own.iter().any(|prefix| topic.starts_with(prefix))
}
