//! What Alertmanager sends to webhooks (version 4): many programs read it.

use crate::message::Message;
use crate::moment::rfc3339;
use crate::notice::{LabelSet, Notice};
use serde_json::{Value, json};

/// The end of an alert that fires, in Go's way.
const NO_END: &str = "0001-01-01T00:00:00Z";

pub(super) fn body(message: &Message) -> Value {
    let alerts: Vec<Value> = message.alerts().map(alert).collect();
    json!({
        "version": "4",
        "groupKey": message.group_key(),
        "truncatedAlerts": message.truncated,
        "status": message.status(),
        "receiver": message.receiver,
        "groupLabels": message.group,
        "commonLabels": message.common_labels(),
        "commonAnnotations": common(message),
        "externalURL": "",
        "alerts": alerts,
    })
}

pub(super) fn alert(notice: &Notice) -> Value {
    json!({
        "status": notice.status(),
        "labels": notice.labels,
        "annotations": annotations(notice),
        "startsAt": rfc3339(notice.starts_at),
        "endsAt": notice.ends_at.map_or_else(|| NO_END.to_owned(), rfc3339),
        "generatorURL": notice.generator.as_ref().map_or("", |generator| generator.url.as_str()),
        "fingerprint": notice.fingerprint(),
    })
}

/// What is said of an alert that does not tell it from others. `change_id` is the same however often it is delivered.
pub(super) fn annotations(notice: &Notice) -> LabelSet {
    let own = [
        ("summary", notice.summary()),
        ("description", notice.description.clone()),
        ("value", notice.value.to_string()),
        ("threshold", notice.threshold.to_string()),
        ("alert_id", notice.alert_id.clone()),
        ("change_id", notice.change_id()),
    ];
    let mut all: LabelSet = own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    if notice.flapping {
        all.insert("flapping".to_owned(), "true".to_owned());
    }
    all.extend(notice.annotations.clone());
    all
}

fn common(message: &Message) -> LabelSet {
    let mut alerts = message.alerts();
    let mut common = alerts.next().map(annotations).unwrap_or_default();
    for notice in alerts {
        let own = annotations(notice);
        common.retain(|name, value| own.get(name) == Some(value));
    }
    common
}
