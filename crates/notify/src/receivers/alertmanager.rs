//! What Alertmanager's API v2 takes. Who tells it must do so again and again: an alert of which it hears nothing ends.

use super::webhook::annotations;
use crate::message::Message;
use crate::moment::rfc3339;
use crate::notice::{LabelSet, Notice};
use model::{Millis, limits};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn body(message: &Message) -> Value {
    Value::Array(message.alerts().map(|notice| alert(notice, message.now)).collect())
}

fn alert(notice: &Notice, now: Millis) -> Value {
    let end = notice.ends_at.unwrap_or_else(|| now.saturating_add(held(notice)));
    // What the house adds for its own routes would make another alert of it.
    let own = notice.labels.iter().filter(|(name, _)| !notice.implied.contains(*name));
    let mut alert = json!({
        "labels": own.collect::<BTreeMap<_, _>>(),
        "annotations": said(notice),
        "startsAt": rfc3339(notice.starts_at),
        // An end before the start is refused.
        "endsAt": rfc3339(end.max(notice.starts_at)),
    });
    if let Some(generator) = &notice.generator {
        alert["generatorURL"] = json!(generator.url);
    }
    alert
}

/// What its rule says, where that is a rule file's: as Prometheus tells it. Of Alicia's rules it is what is known.
fn said(notice: &Notice) -> LabelSet {
    if notice.generator.is_some() {
        return notice.annotations.clone();
    }
    let mut annotations = annotations(notice);
    annotations.remove("change_id");
    annotations
}

/// How long an alert holds of which nothing more is heard.
fn held(notice: &Notice) -> Millis {
    let between = notice.generator.as_ref().map_or(0, |generator| generator.interval);
    limits::ALERTMANAGER_EVERY.max(between).saturating_mul(limits::ALERTMANAGER_HOLDS)
}
