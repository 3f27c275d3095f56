//! The `metrics` array: entries, each good or rejected by itself.

use super::field::{Key, LabelValue, Number, Text, other_array, other_object, other_scalars};
use model::{Entry, MetricKind, Reason, Rejected};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// The `metrics` member.
#[derive(Debug, Default)]
pub(super) enum Metrics<'a> {
    #[default]
    Missing,
    /// There, but not an array.
    Other,
    List(Vec<Entry<'a>>, Vec<Rejected>),
}

/// Rejected entries of one message that are described: a message of nothing but commas must not become a
/// hundred times its size in descriptions. The rest is counted.
const DESCRIBED: usize = 10_000;
/// Bytes of a name in a description.
const NAME_SHOWN: usize = 60;

impl<'de> Deserialize<'de> for Metrics<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MetricsVisitor;
        impl<'de> Visitor<'de> for MetricsVisitor {
            type Value = Metrics<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let (mut entries, mut rejected) = (Vec::new(), Vec::new());
                while let Some(element) = seq.next_element::<Element<'de>>()? {
                    let position = entries.len() + rejected.len();
                    match element.judge(position) {
                        Ok(entry) => entries.push(entry),
                        Err(one) => rejected.push(one),
                    }
                }
                Ok(Metrics::List(entries, rejected))
            }

            other_object!('de, Metrics::Other);
            other_scalars!(Metrics::Other, visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
        }
        deserializer.deserialize_any(MetricsVisitor)
    }
}

/// The `labels` member of an entry.
#[derive(Debug, Default)]
enum LabelSet<'a> {
    #[default]
    Missing,
    Other,
    Pairs(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

impl<'de> Deserialize<'de> for LabelSet<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LabelsVisitor;
        impl<'de> Visitor<'de> for LabelsVisitor {
            type Value = LabelSet<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                let mut good = true;
                while let Some((Key(name), LabelValue(value))) = map.next_entry()? {
                    match value {
                        Some(value) => pairs.push((name, value)),
                        None => good = false,
                    }
                }
                Ok(if good { LabelSet::Pairs(pairs) } else { LabelSet::Other })
            }

            other_array!('de, LabelSet::Other);
            other_scalars!(LabelSet::Other, visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
        }
        deserializer.deserialize_any(LabelsVisitor)
    }
}

/// One element of the array, as it stands there.
#[derive(Debug, Default)]
struct Element<'a> {
    is_object: bool,
    name: Text<'a>,
    value: Number,
    kind: Text<'a>,
    timestamp: Number,
    labels: LabelSet<'a>,
}

impl<'a> Element<'a> {
    fn judge(self, position: usize) -> Result<Entry<'a>, Rejected> {
        let reject = |reason, what: &str| {
            let shown =
                if position < DESCRIBED { what.chars().take(NAME_SHOWN).collect() } else { String::new() };
            Rejected { reason, what: shown }
        };
        let place = || if position < DESCRIBED { format!("entry {position}") } else { String::new() };
        if !self.is_object {
            return Err(reject(Reason::EntryNotAnObject, &place()));
        }
        let Some(name) = self.name.filled() else { return Err(reject(Reason::BadName, &place())) };
        let Number::Is(value) = self.value else { return Err(reject(Reason::BadValue, &name)) };
        let kind = match self.kind {
            Text::Missing => MetricKind::Gauge,
            Text::Is(word) => word.parse().map_err(|_| reject(Reason::BadType, &name))?,
            Text::Other => return Err(reject(Reason::BadType, &name)),
        };
        let labels = match self.labels {
            LabelSet::Missing => Vec::new(),
            LabelSet::Pairs(pairs) => pairs,
            LabelSet::Other => return Err(reject(Reason::BadLabels, &name)),
        };
        Ok(Entry { name, value, kind, timestamp: self.timestamp.value(), labels })
    }
}

impl<'de> Deserialize<'de> for Element<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ElementVisitor;
        impl<'de> Visitor<'de> for ElementVisitor {
            type Value = Element<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut element = Element { is_object: true, ..Element::default() };
                while let Some(Key(key)) = map.next_key()? {
                    match &*key {
                        "name" => element.name = map.next_value()?,
                        "value" => element.value = map.next_value()?,
                        "type" => element.kind = map.next_value()?,
                        "timestamp" => element.timestamp = map.next_value()?,
                        "labels" => element.labels = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(element)
            }

            other_array!('de, Element::default());
            other_scalars!(Element::default(), visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);
        }
        deserializer.deserialize_any(ElementVisitor)
    }
}
