//! The entities of the collector's own device: of each rule whether it fires, and a switch for its silence.

use crate::alarm::{Alarms, Differ};
use crate::entity::{BINARY_SENSOR, Entity, SENSOR, SWITCH, on_off};
use crate::household::{Household, Hush, Rule};
use crate::memory::Owner;
use crate::words::{cut, id, shown};
use model::limits;
use serde_json::{Value, json};

/// What all alerts differ in.
const RULES: Differ = ("rules", |alert| &alert.rule_name);
/// What the alerts of a rule differ in.
const SERVICES: Differ = ("services", |alert| &alert.service_name);

/// The id of a rule's switch.
pub(crate) fn switch(rule: &str) -> String {
    format!("{}_silence", id("rule", rule))
}

/// How many alerts fire.
pub(crate) fn total(alarms: &Alarms<'_>) -> Entity {
    let alarm = alarms.all();
    Entity {
        component: SENSOR,
        object: "alerts_firing".to_owned(),
        owner: Owner::Collector,
        own: json!({"name": "Alerts firing", "state_class": "measurement", "icon": "mdi:bell-alert"}),
        state: alarm.counts().0.into(),
        attributes: Some(alarm.attributes(RULES)),
    }
}

/// Whether alerts of the rule fire, and whether they are silenced.
pub(crate) fn entities(rule: &Rule, household: &Household, alarms: &Alarms<'_>) -> [Entity; 2] {
    let owner = Owner::Rule(rule.name.clone());
    let alarm = alarms.of_rule(&rule.name);
    let silences = rule.silences.iter().take(limits::HOME_ASSISTANT_LISTED);
    let silences: Vec<Value> = silences.map(|silence| said(silence, household)).collect();
    [
        Entity {
            component: BINARY_SENSOR,
            object: format!("{}_problem", id("rule", &rule.name)),
            owner: owner.clone(),
            own: json!({"name": shown(&rule.name), "device_class": "problem"}),
            state: on_off(alarm.is_on()),
            attributes: Some(alarm.attributes(SERVICES)),
        },
        Entity {
            component: SWITCH,
            object: switch(&rule.name),
            owner,
            own: json!({"name": shown(&format!("Silence {}", rule.name)), "icon": "mdi:bell-off"}),
            state: on_off(!rule.silences.is_empty()),
            attributes: Some(json!({"silences": silences})),
        },
    ]
}

fn said(silence: &Hush, household: &Household) -> Value {
    json!({"by": cut(&silence.by, limits::HOME_ASSISTANT_NAME),
        "comment": cut(&silence.comment, limits::HOME_ASSISTANT_NAME),
        "until": silence.until.map(household.written)})
}
