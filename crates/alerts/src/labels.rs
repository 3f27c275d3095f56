//! The labels of an alert, by which routes, silences and inhibitions know it.

use model::{Alert, Matcher};
use std::collections::BTreeMap;

/// Labels in the order of their names.
pub type LabelSet = BTreeMap<String, String>;

/// The label with the rule's name, as Alertmanager calls it. In matchers and groups `rule` means the same.
pub const RULE: &str = "alertname";

/// The label that says how bad it is.
const SEVERITY: &str = "severity";

/// All labels of an alert; if its rule gives none, `alertname`, `service`, `instance`, `severity`.
#[must_use]
pub fn labels_of(alert: &Alert) -> LabelSet {
    let own = [
        (RULE, alert.rule_name.as_str()),
        (model::SERVICE, &alert.service_name),
        (model::INSTANCE, &alert.instance_id),
        (SEVERITY, alert.severity.as_str()),
    ];
    let own = own.into_iter().filter(|(_, value)| !value.is_empty());
    let mut labels: LabelSet = own.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    // The rule's own words win: `severity="page"` is no severity of the house, but routes may mean it.
    labels.extend(alert.labels.clone());
    labels
}

/// The label that a matcher or a group means.
#[must_use]
pub fn label_name(name: &str) -> &str {
    if name == "rule" { RULE } else { name }
}

/// The value of the label that `name` means; empty where there is none.
#[must_use]
pub fn label<'a>(labels: &'a LabelSet, name: &str) -> &'a str {
    labels.get(label_name(name)).map_or("", String::as_str)
}

/// Whether all conditions hold.
#[must_use]
pub fn admits(matchers: &[Matcher], labels: &LabelSet) -> bool {
    matchers.iter().all(|matcher| matcher.admits(label(labels, matcher.label())))
}

/// As Prometheus computes it: FNV-1a of names and values in order, as text.
#[must_use]
pub fn fingerprint(labels: &LabelSet) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let pairs = labels.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    for byte in pairs.flat_map(|text| text.iter().copied().chain([0xff])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}
