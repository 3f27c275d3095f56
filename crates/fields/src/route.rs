//! What is known of a topic before its messages are looked at.

use crate::mapping::Mapping;
use crate::profile::{Place, Profile};
use model::limits;
use std::sync::Arc;

/// What is known of a topic.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) place: Place,
    /// The kind of topic, with `+` for names.
    pub(crate) kind: Arc<str>,
    /// The topic as its label has it: levels that are labels themselves are `+`.
    pub(crate) label: String,
    /// The mappings that are about it, by their place, with the labels that levels give.
    pub(crate) mappings: Vec<(usize, Vec<(String, String)>)>,
    /// Nothing on it is taken.
    pub(crate) is_dropped: bool,
    /// The topic's hash.
    pub(crate) hash: u64,
}

impl Route {
    pub(crate) fn new<'a>(
        topic: &str,
        is_bare: bool,
        (hash, kind): (u64, Arc<str>),
        names: &(impl Iterator<Item = &'a str> + Clone),
        mappings: &[Mapping],
    ) -> Self {
        let label = label(topic, names);
        let place = Place::of(topic, &label, is_bare);
        let found: Vec<_> = mappings
            .iter()
            .enumerate()
            .filter_map(|(place, mapping)| Some((place, mapping.topic.labels(topic)?)))
            .collect();
        let first = found.first().and_then(|(place, _)| mappings.get(*place));
        let is_dropped = first.is_some_and(|mapping| mapping.drop && mapping.path.is_none());
        Self { place, kind, label, mappings: found, is_dropped, hash }
    }

    /// Whether its messages mean nothing here, and nothing is to be said of that.
    pub(crate) fn is_silent(&self) -> bool {
        self.is_dropped || (self.place.is_silent && self.mappings.is_empty())
    }

    /// Whether the topic is a label: where the maker is known the labels say all.
    pub(crate) fn has_topic(&self) -> bool {
        self.place.profile == Profile::Plain
    }
}

fn label<'a>(topic: &str, names: &(impl Iterator<Item = &'a str> + Clone)) -> String {
    let mut label = String::with_capacity(topic.len().min(limits::TRAFFIC_NAME_BYTES));
    for (place, level) in topic.split('/').enumerate() {
        if label.len() + level.len() > limits::TRAFFIC_NAME_BYTES {
            label.push_str("/#");
            break;
        }
        if place > 0 {
            label.push('/');
        }
        let is_name = names.clone().any(|name| name == level) || is_uuid(level);
        label.push_str(if is_name { "+" } else { level });
    }
    label
}

/// A level that is new each time.
fn is_uuid(level: &str) -> bool {
    let parts: Vec<usize> = level.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && level.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
