//! What in a message tells things apart: `device_id`, `room`, the name of an element of an array.

use crate::value::Value;
use crate::walk::Leaves;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A text of a message that is a label of the values beside and below it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Identity {
    /// The path of the object in which it stands; empty for the whole message.
    scope: String,
    pub(crate) label: &'static str,
    pub(crate) value: String,
    /// Of several that are one label the first in this order counts.
    rank: u8,
    hash: u64,
}

/// The label that a key stands for, and its rank.
fn label_of(key: &str) -> Option<(&'static str, u8)> {
    Some(match key {
        "device_id" => ("device", 0),
        "device" => ("device", 1),
        "device_name" => ("device", 2),
        "deviceId" | "deviceName" => ("device", 3),
        "service_name" => ("service", 0),
        "instance_id" => ("instance", 0),
        "entity_id" => ("entity", 0),
        "sensor_id" => ("sensor", 0),
        "sensor" => ("sensor", 1),
        "sensor_name" => ("sensor", 2),
        "room" => ("room", 0),
        "room_name" => ("room", 1),
        "room_id" => ("room", 2),
        "area" => ("room", 3),
        "location" => ("room", 4),
        "zone" => ("zone", 0),
        _ => return None,
    })
}

/// The label of a thing in a list.
pub(crate) const ITEM: &str = "item";

/// All that tell things apart in a message.
pub(crate) fn find(leaves: &Leaves, found: &mut Vec<Identity>) {
    found.clear();
    for (path, value) in leaves.iter() {
        let (scope, key) = path.rsplit_once('.').unwrap_or(("", path));
        let Some((label, rank)) = label_of(key).or_else(|| item(scope, key)) else { continue };
        // A number is a name only where it is called so.
        if matches!(value, Value::Text(_)) || (key.ends_with("id") && matches!(value, Value::Number(_))) {
            let value = value.as_label();
            let hash = xxh3_64_with_seed(value.as_bytes(), u64::from(rank) + label.len() as u64);
            found.push(Identity { scope: scope.to_owned(), label, value, rank, hash });
        }
    }
    found.sort_by(|a, b| (a.scope.len(), a.label, a.rank).cmp(&(b.scope.len(), b.label, b.rank)));
    found.dedup_by(|later, earlier| later.scope == earlier.scope && later.label == earlier.label);
}

/// The name of an element of an array.
fn item(scope: &str, key: &str) -> Option<(&'static str, u8)> {
    let place = scope.rsplit('.').next().unwrap_or_default();
    let is_element = !place.is_empty() && place.bytes().all(|b| b.is_ascii_digit());
    match key {
        "name" if is_element => Some((ITEM, 0)),
        "id" if is_element => Some((ITEM, 1)),
        _ => None,
    }
}

/// Whether the value at `path` is one of them.
pub(crate) fn is_identity(path: &str) -> bool {
    let (scope, key) = path.rsplit_once('.').unwrap_or(("", path));
    label_of(key).or_else(|| item(scope, key)).is_some()
}

impl Identity {
    /// Whether it speaks of the value at `path`.
    pub(crate) fn is_of(&self, path: &str) -> bool {
        self.scope.is_empty()
            || path.strip_prefix(self.scope.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }

    /// `seed`, told apart by it.
    pub(crate) fn mix(&self, seed: u64) -> u64 {
        seed.rotate_left(7) ^ self.hash
    }
}
