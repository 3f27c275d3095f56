//! An entity: the document that Home Assistant reads, and its state.

use crate::household::Household;
use crate::memory::Owner;
use bus::DiscoveryTopics;
use serde_json::{Map, Value, json};

/// The name of the collector's device, and of the origin of all.
const NAME: &str = "Alicia Metrics";
/// Templates: an empty message takes something down, and Home Assistant may read it before it has let go of the entity.
const STATE: &str = "{{ value_json.state if value_json is defined else '' }}";
const ATTRIBUTES: &str = "{{ (value_json.attributes if value_json is defined else {}) | tojson }}";
const PRESENCE: &str = "{{ value_json.status if value_json is defined else '' }}";
/// A kind of entity.
pub(crate) type Component = &'static str;
pub(crate) const BINARY_SENSOR: Component = "binary_sensor";
pub(crate) const SENSOR: Component = "sensor";
pub(crate) const SWITCH: Component = "switch";

/// An entity of whatever kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entity {
    pub(crate) component: Component,
    /// Its id, also in topics.
    pub(crate) object: String,
    pub(crate) owner: Owner,
    /// What is particular to it in its document, without what every entity has.
    pub(crate) own: Value,
    /// Its state; null is unknown.
    pub(crate) state: Value,
    /// What is said of it besides, if anything ever is.
    pub(crate) attributes: Option<Value>,
}

impl Entity {
    /// The document. Both state and attributes stand in one JSON object on one topic: all that is said on an Alicia bus is
    /// one, and Home Assistant never has one of the two without the other.
    pub(crate) fn config(&self, device: &Value, household: &Household, topics: &DiscoveryTopics) -> Value {
        let mut all = Map::new();
        let mut set = |name: &str, value: Value| all.insert(name.to_owned(), value);
        let state = topics.state(&self.object);
        set("unique_id", format!("{}_{}", topics.node(), self.object).into());
        set("state_topic", state.clone().into());
        set("value_template", STATE.into());
        if self.attributes.is_some() {
            set("json_attributes_topic", state.into());
            set("json_attributes_template", ATTRIBUTES.into());
        }
        set("availability_topic", topics.availability().into());
        set("availability_template", PRESENCE.into());
        set("qos", 1.into());
        set("device", device.clone());
        set("origin", json!({"name": NAME, "sw_version": household.version}));
        if self.component == SWITCH {
            set("command_topic", topics.command(&self.object).into());
        }
        if let Value::Object(own) = &self.own {
            all.extend(own.clone());
        }
        Value::Object(all)
    }

    /// What stands on its topic of state.
    pub(crate) fn says(&self) -> Value {
        match &self.attributes {
            None => json!({"state": self.state}),
            Some(attributes) => json!({"state": self.state, "attributes": attributes}),
        }
    }
}

/// The words of a state that is on or off.
pub(crate) fn on_off(is_on: bool) -> Value {
    if is_on { "ON" } else { "OFF" }.into()
}

/// The collector as a device.
pub(crate) fn collector(household: &Household, topics: &DiscoveryTopics) -> Value {
    let mut device = json!({"identifiers": [topics.node()], "name": NAME, "manufacturer": "Alicia",
        "model": "Metrics collector", "sw_version": household.version});
    if let Some(url) = &household.url {
        device["configuration_url"] = url.as_str().into();
    }
    device
}
