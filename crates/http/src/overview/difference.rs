//! What is new in an overview.

use super::shape::{Overview, OverviewChange, ServiceNow};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The members of `new` that are not as in `old`: of the services those that changed, whole, and the names of those that are
/// gone. The time is always there.
pub(super) fn difference<'a>(old: &'a Overview, new: &'a Overview) -> OverviewChange<'a> {
    let before: HashMap<&str, &Arc<ServiceNow>> =
        old.services.iter().map(|one| (one.name.as_str(), one)).collect();
    let is_news = |one: &&Arc<ServiceNow>| before.get(one.name.as_str()).is_none_or(|old| *old != *one);
    let services = new.services.iter().filter(is_news).map(|one| &**one).collect();
    let now: HashSet<&str> = new.services.iter().map(|one| one.name.as_str()).collect();
    let removed = before.keys().copied().filter(|name| !now.contains(name)).collect();
    OverviewChange {
        alerts: changed(&old.alerts, &new.alerts),
        bus: changed(&old.bus, &new.bus),
        host: changed(&old.host, &new.host),
        ingest: changed(&old.ingest, &new.ingest),
        insights: changed(&old.insights, &new.insights),
        removed,
        services,
        started: changed(&old.started, &new.started),
        storage: changed(&old.storage, &new.storage),
        strip: changed(&old.strip, &new.strip),
        time: new.time,
        version: changed(&old.version, &new.version),
    }
}

/// The new value if it is another one.
fn changed<'a, T: PartialEq>(old: &T, new: &'a T) -> Option<&'a T> {
    (old != new).then_some(new)
}
