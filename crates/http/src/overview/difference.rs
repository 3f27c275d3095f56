//! What is new in an overview.

use super::shape::{Overview, ServiceNow};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// The members of `new` that are not as in `old`: of the services those that changed, whole, and the names of those that are
/// gone. The time is always there.
pub(super) fn difference(old: &Overview, new: &Overview) -> Value {
    let mut changed = Map::new();
    put(&mut changed, "time", &new.time);
    macro_rules! compare {
        ($($member:ident),*) => {
            $(if old.$member != new.$member {
                put(&mut changed, stringify!($member), &new.$member);
            })*
        };
    }
    compare!(version, started, bus, ingest, storage, host, alerts, insights, strip);
    let before: HashMap<&str, &Arc<ServiceNow>> =
        old.services.iter().map(|one| (one.name.as_str(), one)).collect();
    let is_news = |one: &&Arc<ServiceNow>| before.get(one.name.as_str()).is_none_or(|old| *old != *one);
    let services: Vec<&Arc<ServiceNow>> = new.services.iter().filter(is_news).collect();
    if !services.is_empty() {
        let rows: Vec<&ServiceNow> = services.into_iter().map(|one| &**one).collect();
        put(&mut changed, "services", &rows);
    }
    let now: std::collections::HashSet<&str> = new.services.iter().map(|one| one.name.as_str()).collect();
    let removed: Vec<&str> = before.into_keys().filter(|name| !now.contains(name)).collect();
    if !removed.is_empty() {
        put(&mut changed, "removed", &removed);
    }
    Value::Object(changed)
}

/// What cannot be written, which no member is, is left out.
fn put(changed: &mut Map<String, Value>, name: &str, value: &impl Serialize) {
    if let Ok(value) = serde_json::to_value(value) {
        changed.insert(name.to_owned(), value);
    }
}
