//! A service as a device, and its entities.

use crate::alarm::{Alarms, Differ};
use crate::entity::{BINARY_SENSOR, Entity, SENSOR, on_off};
use crate::household::{Household, Service};
use crate::memory::Owner;
use crate::words::{cut, id, rounded, shown};
use bus::DiscoveryTopics;
use model::limits;
use serde_json::{Value, json};

/// What the alerts of a service differ in.
const RULES: Differ = ("rules", |alert| &alert.rule_name);

/// The service as a device that is reached through the collector.
pub(crate) fn device(service: &Service, topics: &DiscoveryTopics) -> Value {
    let node = topics.node();
    let mut device = json!({"identifiers": [format!("{node}_{}", id("service", &service.name))],
        "name": shown(&service.name), "model": "Service", "via_device": node});
    if let Some(version) = service.version.as_deref().filter(|version| !version.is_empty()) {
        device["sw_version"] = cut(version, limits::HOME_ASSISTANT_NAME).into();
    }
    device
}

/// Its entities; `is_known` says which were announced before: who once told a number has an entity for it from then on.
pub(crate) fn entities(
    service: &Service,
    household: &Household,
    alarms: &Alarms<'_>,
    is_known: impl Fn(&str, &str) -> bool,
) -> Vec<Entity> {
    let base = id("service", &service.name);
    let entity = |component, what: &str, state: Value, own: Value| Entity {
        component,
        object: format!("{base}_{what}"),
        owner: Owner::Service(service.name.clone()),
        own,
        state,
        attributes: None,
    };
    let alarm = alarms.of_service(&service.name);
    // To the minute: a state for every message would be too much said.
    let seen = service.last_seen - service.last_seen.rem_euclid(limits::MINUTE);
    let mut all = vec![
        entity(
            BINARY_SENSOR,
            "up",
            on_off(service.is_up),
            json!({"name": "Connected", "device_class": "connectivity"}),
        ),
        entity(
            SENSOR,
            "last_seen",
            (household.written)(seen).into(),
            json!({"name": "Last seen", "device_class": "timestamp", "entity_category": "diagnostic"}),
        ),
        Entity {
            attributes: Some(alarm.attributes(RULES)),
            ..entity(
                BINARY_SENSOR,
                "alert",
                on_off(alarm.is_on()),
                json!({"name": "Alert", "device_class": "problem"}),
            )
        },
    ];
    let numbers = [
        (
            "response_time",
            service.response_ms.and_then(|value| rounded(value, 1)),
            json!({"name": "Response time", "device_class": "duration", "unit_of_measurement": "ms",
                "state_class": "measurement"}),
        ),
        (
            "error_rate",
            service.error_percent.and_then(|value| rounded(value, 2)),
            json!({"name": "Error rate", "unit_of_measurement": "%", "state_class": "measurement"}),
        ),
    ];
    for (what, value, own) in numbers {
        let entity = entity(SENSOR, what, json!(value), own);
        if value.is_some() || is_known(SENSOR, &entity.object) {
            all.push(entity);
        }
    }
    all
}
