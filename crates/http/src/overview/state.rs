//! In one word, how a service is.

use super::shape::Condition;
use ingest::{InstanceView, ServiceView};

/// How a service is: what it did (said goodbye, fell silent) says more than its word, and its own word more than those
/// of its instances. Who speaks regularly and says no word is well.
pub(super) fn of_service(service: &ServiceView) -> Condition {
    if service.registered == Some(false) {
        return Condition::Gone;
    }
    if service.stale || service.up == Some(false) {
        return Condition::Silent;
    }
    match &service.health {
        Some(word) => of_word(word),
        None => service.instances.iter().map(of_instance).max().unwrap_or(Condition::Healthy),
    }
}

/// How an instance is.
pub(super) fn of_instance(instance: &InstanceView) -> Condition {
    match &instance.health {
        _ if instance.stale => Condition::Silent,
        Some(word) => of_word(word),
        None => Condition::Healthy,
    }
}

/// How somebody is of whom only the traffic is known.
pub(super) fn of_traffic(state: &str) -> Condition {
    match state {
        "gone" => Condition::Gone,
        "overdue" => Condition::Silent,
        _ => Condition::Healthy,
    }
}

/// The words of the protocol, and those that other services use for the same.
fn of_word(word: &str) -> Condition {
    match word.to_ascii_lowercase().as_str() {
        "healthy" | "ok" | "up" | "running" | "online" => Condition::Healthy,
        "degraded" | "warning" | "starting" => Condition::Degraded,
        "unhealthy" | "error" | "critical" | "failed" | "down" | "offline" => Condition::Unhealthy,
        _ => Condition::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::of_service;
    use crate::overview::shape::Condition;
    use ingest::{InstanceView, ServiceView};

    fn service(health: Option<&str>, words: &[(Option<&str>, bool)]) -> ServiceView {
        let instance = |(at, (word, stale)): (usize, &(Option<&str>, bool))| InstanceView {
            id: format!("i{at}"),
            first_seen: 0,
            last_seen: 0,
            last_updated: 0,
            health: word.map(str::to_owned),
            stale: *stale,
            rhythm: None,
            messages: 0,
            samples: 0,
        };
        ServiceView {
            name: "s".to_owned(),
            measured: true,
            first_seen: 0,
            last_seen: 0,
            health: health.map(str::to_owned),
            status: None,
            capabilities: Vec::new(),
            version: None,
            started: None,
            restarts: 0,
            registered: None,
            stale: false,
            up: None,
            rhythm: None,
            probe_ms: None,
            instances: words.iter().enumerate().map(instance).collect(),
        }
    }

    #[test]
    fn the_worst_instance_speaks_for_a_service_that_says_nothing_itself() {
        let rows = [
            (service(None, &[]), Condition::Healthy),
            (service(None, &[(None, false)]), Condition::Healthy),
            (service(None, &[(Some("healthy"), false), (Some("degraded"), false)]), Condition::Degraded),
            (service(None, &[(Some("healthy"), false), (None, true)]), Condition::Silent),
            (service(None, &[(Some("unhealthy"), false), (None, true)]), Condition::Unhealthy),
            (service(Some("healthy"), &[(Some("unhealthy"), false)]), Condition::Healthy),
            (service(Some("dreaming"), &[]), Condition::Unknown),
        ];
        for (view, expected) in rows {
            assert_eq!(of_service(&view), expected, "{view:?}");
        }
    }

    #[test]
    fn what_a_service_did_says_more_than_its_word() {
        let well = service(Some("healthy"), &[]);
        assert_eq!(of_service(&ServiceView { stale: true, ..well.clone() }), Condition::Silent);
        assert_eq!(of_service(&ServiceView { up: Some(false), ..well.clone() }), Condition::Silent);
        assert_eq!(
            of_service(&ServiceView { registered: Some(false), stale: true, ..well }),
            Condition::Gone
        );
    }
}
