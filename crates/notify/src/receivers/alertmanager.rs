//! What Alertmanager's API v2 takes. Who tells it must do so again and again: an alert of which it hears nothing ends.

use super::webhook::annotations;
use crate::message::Message;
use crate::moment::rfc3339;
use model::limits;
use serde_json::{Value, json};

pub(super) fn body(message: &Message) -> Value {
    let alerts = message.alerts().map(|notice| {
        let end = notice.ends_at.unwrap_or_else(|| message.now.saturating_add(limits::ALERTMANAGER_HOLDS));
        let mut annotations = annotations(notice);
        annotations.remove("change_id");
        json!({
            "labels": notice.labels,
            "annotations": annotations,
            "startsAt": rfc3339(notice.starts_at),
            // An end before the start is refused.
            "endsAt": rfc3339(end.max(notice.starts_at)),
        })
    });
    Value::Array(alerts.collect())
}
