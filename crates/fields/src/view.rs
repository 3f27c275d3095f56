//! What people look at, in the shape of the wire.

use crate::left::Left;
use crate::slot::{Slot, What};
use crate::table::Table;
use model::{Millis, NAME, SERVICE, limits, seconds};
use serde::Serialize;
use std::collections::BTreeMap;

/// What messages say in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FieldsView {
    /// Messages that passed.
    pub messages: u64,
    /// Values that were taken.
    pub values: u64,
    /// Fields that are metrics.
    pub metrics: usize,
    /// Fields that are none, as far as they are remembered.
    pub others: usize,
    /// Values that were announced in Home Assistant's way.
    pub announced: usize,
    /// What was left out, by reason.
    pub left_out: Vec<LeftView>,
    /// The metrics, ordered by name and labels; no more than may be shown.
    pub fields: Vec<FieldView>,
    /// The fields that are none.
    pub left_fields: Vec<LeftField>,
}

/// What was left out for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LeftView {
    reason: Left,
    /// How often.
    pub count: u64,
    /// A topic and a path of it.
    pub example: String,
}

/// A field that is a metric.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FieldView {
    /// The metric.
    pub metric: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What it is counted in, if that is known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The newest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub value: Option<f64>,
    /// The newest word, where words are a state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub state: Option<String>,
    /// The kind of topic on which it comes.
    pub topic: String,
    /// Where in the message it stands.
    pub path: String,
    /// When it was heard last.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub last_seen: Millis,
}

/// A field that is no metric.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LeftField {
    /// The kind of topic.
    pub topic: String,
    /// Where in the message it stands.
    pub path: String,
    reason: Left,
}

impl LeftView {
    /// Why, in a word.
    #[must_use]
    pub fn reason(&self) -> String {
        word(self.reason)
    }
}

impl LeftField {
    /// Why, in a word.
    #[must_use]
    pub fn reason(&self) -> String {
        word(self.reason)
    }
}

fn word(left: Left) -> String {
    serde_json::to_value(left).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Table {
    pub(crate) fn view(&self, service: Option<&str>, topic: Option<&str>) -> FieldsView {
        let (mut fields, mut left_fields) = (Vec::new(), Vec::new());
        let (mut metrics, mut others) = (0, 0);
        for slot in self.slots.values() {
            let view = view_field(slot);
            match &view {
                Ok(_) => metrics += 1,
                Err(_) => others += 1,
            }
            if topic.is_some_and(|topic| !slot.kind.contains(topic)) {
                continue;
            }
            match view {
                Ok(view)
                    if service
                        .is_none_or(|service| view.labels.get(SERVICE).is_some_and(|own| own == service)) =>
                {
                    fields.push(view);
                }
                Ok(_) => {}
                Err(left) if service.is_none() => left_fields.push(left),
                Err(_) => {}
            }
        }
        fields.sort_by(|a, b| (&a.metric, &a.labels).cmp(&(&b.metric, &b.labels)));
        fields.truncate(limits::FIELDS_SHOWN);
        left_fields.sort_by(|a, b| (&a.topic, &a.path).cmp(&(&b.topic, &b.path)));
        left_fields.dedup();
        left_fields.truncate(limits::FIELDS_SHOWN);
        let left_out = self.tallies.left().map(|(reason, count, example)| LeftView {
            reason,
            count,
            example: example.to_owned(),
        });
        FieldsView {
            messages: self.messages,
            values: self.values,
            metrics,
            others,
            announced: self.discovery.len(),
            left_out: left_out.collect(),
            fields,
            left_fields,
        }
    }
}

fn view_field(slot: &Slot) -> Result<FieldView, LeftField> {
    let none = |reason| LeftField { topic: slot.kind.to_string(), path: slot.path.to_string(), reason };
    let field = match &slot.what {
        What::Left(left) => return Err(none(*left)),
        What::Field(field) if !field.is_metric() => return Err(none(Left::Text)),
        What::Field(field) => field,
    };
    let labels = field.labels.iter().filter(|(name, _)| *name != NAME);
    Ok(FieldView {
        metric: field.metric().to_owned(),
        labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        unit: field.unit.to_string(),
        value: field.number.map(|point| point.v).filter(|value| value.is_finite()),
        state: field.states.current().filter(|_| field.states.is_state()).map(str::to_owned),
        topic: slot.kind.to_string(),
        path: slot.path.to_string(),
        last_seen: slot.last,
    })
}
