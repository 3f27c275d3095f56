//! A report in one line, so that a table of inputs can have a column of meanings.

use bus::decode::{Decoded, decode};
use model::{Entry, Rejected, Report};
use std::fmt::Debug;

/// The collector's own name in all tests.
pub(crate) const OWN: &str = "metrics_collector";

/// Decodes `payload` as it came on `topic` and says what it meant.
pub(crate) fn meaning(topic: &str, payload: impl AsRef<[u8]>) -> String {
    let mut patch = String::new();
    let decoded = decode(topic, payload.as_ref(), OWN, &mut patch);
    in_words(&decoded.report)
}

/// Fails unless `payload` on `topic` means `expect`.
#[track_caller]
pub(crate) fn check(topic: &str, payload: impl AsRef<[u8]>, expect: &str) {
    let payload = payload.as_ref();
    let shown = String::from_utf8_lossy(&payload[..payload.len().min(300)]).into_owned();
    assert_eq!(meaning(topic, payload), expect, "{topic} {shown}");
}

/// Decodes and looks at all of it.
pub(crate) fn with_decoded<T>(topic: &str, payload: &[u8], look: impl FnOnce(Decoded<'_>) -> T) -> T {
    let mut patch = String::new();
    look(decode(topic, payload, OWN, &mut patch))
}

/// `payload` in an envelope from `source`.
pub(crate) fn enveloped(source: &str, payload: &str) -> String {
    format!(
        r#"{{"message_id":"c6250331-8d65-4b00-8e7f-9ffd4b3fa80a","timestamp":1795394248.926959,"source":"{source}","destination":"broadcast","message_type":"event","priority":"normal","ttl":300,"payload":{payload},"routing":{{"hops":0,"max_hops":10}}}}"#
    )
}

/// A report in one line.
pub(crate) fn in_words(report: &Report<'_>) -> String {
    match report {
        Report::Measurements(m) => {
            let entries = list(m.entries.iter().map(entry));
            format!("measured {}/{}: {entries}{}", m.service, m.instance, rejects(&m.rejected))
        }
        Report::Health(h) => {
            let instance = h.instance.as_deref().unwrap_or("-");
            let readings = list(h.readings.iter().map(|(name, value)| format!("{name}={value:?}")));
            format!("health {}/{instance}: {} [{readings}]{}", h.service, h.word, at(h.timestamp))
        }
        Report::Status(s) => {
            let readings = list(s.readings.iter().map(|(name, value)| format!("{name}={value:?}")));
            let word = s.word.as_deref().unwrap_or("-");
            let rejected = rejects(&s.rejected);
            format!("status {}/{}: {word} [{readings}]{}{rejected}", s.service, s.instance, at(s.timestamp))
        }
        Report::Registered(r) => {
            let capabilities = list(r.capabilities.iter().map(ToString::to_string));
            let version = r.version.as_deref().unwrap_or("-");
            let page = r.metrics_url.as_deref().map(|page| format!(" page {page}")).unwrap_or_default();
            format!("registered {} version {version} [{capabilities}]{}{page}", r.service, at(r.started))
        }
        Report::Unregistered(u) => format!("unregistered {}", u.service),
        Report::Targets(t) => {
            let targets = list(t.targets.iter().map(ToString::to_string));
            let labels = list(t.labels.iter().map(|(name, value)| format!("{name}={value}")));
            format!("targets {} [{targets}] {{{labels}}} {}", t.job, t.interval.as_deref().unwrap_or("-"))
        }
        Report::HealthCheck => "health check".to_owned(),
        Report::Question => "question".to_owned(),
        Report::Nothing(n) => format!("nothing: {}", n.reason),
        other => format!("{other:?}"),
    }
}

fn entry(entry: &Entry<'_>) -> String {
    let labels = list(entry.labels.iter().map(|(name, value)| format!("{name}={value}")));
    let labels = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
    format!("{}={:?} {}{labels}{}", entry.name, entry.value, entry.kind, at(entry.timestamp))
}

fn at(timestamp: Option<impl Debug>) -> String {
    timestamp.map(|t| format!(" @{t:?}")).unwrap_or_default()
}

fn rejects(rejected: &[Rejected]) -> String {
    let all = list(rejected.iter().map(|one| format!("{}({})", one.reason, one.what)));
    if all.is_empty() { all } else { format!("; rejected {all}") }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
