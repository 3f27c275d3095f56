//! By what alerts of rule files are known: the names that Prometheus gives their labels and series, their ids, and their service.

use model::{Labels, SERVICE};

/// The label with the alert's name.
pub const ALERT_NAME: &str = "alertname";
/// The label of [`ALERTS`] with the state.
pub const ALERT_STATE: &str = "alertstate";
/// The metric that is 1 for each alert there is.
pub const ALERTS: &str = "ALERTS";
/// The metric that says since when, in seconds.
pub(super) const FOR_STATE: &str = "ALERTS_FOR_STATE";
/// The label that a scrape gives, where there is none of the service.
const JOB: &str = "job";

/// What the ids of all alerts of the rules of this name in this group begin with.
#[must_use]
pub fn rule_key(group: &str, rule: &str) -> String {
    format!("{group}:{rule}")
}

/// The [`rule_key`] in the id of an alert; `None` if it is none of a rule file.
#[must_use]
pub fn rule_key_of(alert_id: &str) -> Option<&str> {
    alert_id.rsplit_once(':').map(|(key, _hash)| key)
}

/// The id of an alert: rules of one name and alerts of one rule differ by their labels.
pub(super) fn alert_id(group: &str, rule: &str, labels: &Labels) -> String {
    format!("{}:{:016x}", rule_key(group, rule), labels.fingerprint())
}

/// The service that an alert with these labels is of; empty if they name none.
#[must_use]
pub fn service_of(labels: &Labels) -> &str {
    [SERVICE, JOB].iter().filter_map(|name| labels.get(name)).find(|name| !name.is_empty()).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::{alert_id, rule_key, rule_key_of, service_of};
    use model::Labels;

    #[test]
    fn an_id_says_of_which_rule_it_is() {
        let labels = Labels::new([("alertname", "Hot"), ("job", "oven")]);
        let id = alert_id("rooms", "Hot", &labels);
        assert_eq!(rule_key_of(&id), Some(rule_key("rooms", "Hot").as_str()));
        assert_eq!(id.rsplit(':').next().map(str::len), Some(16));
        assert_eq!(rule_key_of("no id"), None);
    }

    #[test]
    fn the_service_stands_before_the_job() {
        for (labels, service) in [
            (vec![("service", "tts"), ("job", "node")], "tts"),
            (vec![("job", "node")], "node"),
            (vec![("instance", "a")], ""),
        ] {
            assert_eq!(service_of(&Labels::new(labels)), service);
        }
    }
}
