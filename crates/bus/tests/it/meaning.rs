//! What a message meant, in one line, so that tables stay readable.

use bus::decode::decode;
use model::Report;

/// The collector's own name on the bus.
pub(crate) const OWN: &str = "metrics_collector";

/// What `payload` on `topic` meant.
pub(crate) fn meaning(topic: &str, payload: &[u8]) -> String {
    let mut patch = String::new();
    in_words(&decode(topic, payload, OWN, &mut patch).report)
}

/// A report in one line.
pub(crate) fn in_words(report: &Report<'_>) -> String {
    match report {
        Report::Measurements(m) => {
            let entries: Vec<String> = m.entries.iter().map(entry_in_words).collect();
            let rejected: Vec<String> =
                m.rejected.iter().map(|r| format!("{}:{}", r.reason, r.what)).collect();
            format!("{}/{} [{}] rejected [{}]", m.service, m.instance, entries.join(" "), rejected.join(" "))
        }
        Report::Health(h) => format!(
            "health {}/{} {} {:?} @{:?}",
            h.service,
            h.instance.as_deref().unwrap_or("-"),
            h.word,
            h.readings,
            h.timestamp
        ),
        Report::Status(s) => {
            let rejected: Vec<&str> = s.rejected.iter().map(|r| r.what.as_str()).collect();
            format!(
                "status {}/{} {:?} {:?} rejected {rejected:?}",
                s.service,
                s.instance,
                s.word.as_deref(),
                s.readings
            )
        }
        Report::Registered(r) => {
            format!(
                "registered {} @{:?} {:?} {:?}",
                r.service,
                r.started,
                r.capabilities,
                r.version.as_deref()
            )
        }
        Report::Unregistered(u) => format!("unregistered {}", u.service),
        Report::HealthCheck => "health check".to_owned(),
        Report::Nothing(n) => n.reason.as_str().to_owned(),
        other => panic!("a report that the tests have no words for: {other:?}"),
    }
}

fn entry_in_words(entry: &model::Entry<'_>) -> String {
    let labels: Vec<String> = entry.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let time = entry.timestamp.map_or_else(String::new, |t| format!("@{t}"));
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    format!("{}{labels}={}:{}{time}", entry.name, entry.value, entry.kind)
}

/// Compares the meaning of each payload on `topic`.
#[track_caller]
pub(crate) fn check(topic: &str, table: &[(&str, &str)]) {
    for (payload, expect) in table {
        assert_eq!(meaning(topic, payload.as_bytes()), *expect, "{payload}");
    }
}
