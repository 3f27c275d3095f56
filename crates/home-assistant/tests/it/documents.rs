//! Documents against what Home Assistant documents of them.
//!
//! The tables are those of <https://www.home-assistant.io/integrations/mqtt/> (discovery, device, origin), and of its pages
//! of the three components, `binary_sensor.mqtt`, `sensor.mqtt` and `switch.mqtt`. Home Assistant ignores what it does not
//! know, so that a wrong name would be told by nobody.

use crate::house::{Broker, alert, house, rule, service};
use home_assistant::{Household, Hush};
use serde_json::Value;
use std::collections::BTreeSet;

/// What all components may have.
const COMMON: &[&str] = &[
    "availability",
    "availability_mode",
    "availability_template",
    "availability_topic",
    "device",
    "device_class",
    "enabled_by_default",
    "encoding",
    "entity_category",
    "entity_picture",
    "icon",
    "json_attributes_template",
    "json_attributes_topic",
    "name",
    "object_id",
    "origin",
    "payload_available",
    "payload_not_available",
    "qos",
    "unique_id",
    "value_template",
];

/// A component: what it may have beside, and what it must.
struct Component {
    name: &'static str,
    may: &'static [&'static str],
    must: &'static [&'static str],
    /// Those of its device classes that are used, with the units that they may have; `None` is no unit.
    classes: &'static [(&'static str, &'static [Option<&'static str>])],
    /// Its entity categories.
    categories: &'static [&'static str],
}

const COMPONENTS: [Component; 3] = [
    Component {
        name: "binary_sensor",
        may: &["expire_after", "force_update", "off_delay", "payload_off", "payload_on", "state_topic"],
        must: &["state_topic"],
        classes: &[("connectivity", &[None]), ("problem", &[None])],
        categories: &["diagnostic"],
    },
    Component {
        name: "sensor",
        may: &[
            "expire_after",
            "force_update",
            "last_reset_value_template",
            "options",
            "state_class",
            "state_topic",
            "suggested_display_precision",
            "unit_of_measurement",
        ],
        must: &["state_topic"],
        classes: &[
            ("timestamp", &[None]),
            ("duration", &[Some("d"), Some("h"), Some("min"), Some("s"), Some("ms")]),
        ],
        categories: &["diagnostic"],
    },
    Component {
        name: "switch",
        may: &[
            "command_template",
            "command_topic",
            "optimistic",
            "payload_off",
            "payload_on",
            "retain",
            "state_off",
            "state_on",
            "state_topic",
        ],
        must: &["command_topic"],
        classes: &[("outlet", &[None]), ("switch", &[None])],
        categories: &["config", "diagnostic"],
    },
];
const DEVICE: &[&str] = &[
    "configuration_url",
    "connections",
    "hw_version",
    "identifiers",
    "manufacturer",
    "model",
    "model_id",
    "name",
    "serial_number",
    "suggested_area",
    "sw_version",
    "via_device",
];
const ORIGIN: &[&str] = &["name", "sw_version", "support_url"];
const STATE_CLASSES: &[&str] = &["measurement", "total", "total_increasing"];

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// What is wrong with a document that stands on `topic`.
pub(crate) fn faults(topic: &str, document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let levels: Vec<&str> = topic.split('/').collect();
    let [_, component, node, object, "config"] = levels[..] else {
        return vec![format!("{topic}: no topic")];
    };
    let is_id = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    let Some(table) = COMPONENTS.iter().find(|one| one.name == component) else {
        return vec![format!("{topic}: no component")];
    };
    let mut check = |is_good: bool, why: &str| {
        if !is_good {
            faults.push(format!("{topic}: {why} in {document:#}"));
        }
    };
    check(is_id(node) && is_id(object), "ids");
    let known: BTreeSet<&str> = COMMON.iter().chain(table.may).copied().collect();
    check(keys(document).is_subset(&known), "unknown keys");
    check(table.must.iter().all(|key| document[*key].is_string()), "missing keys");
    check(document["unique_id"].as_str().is_some_and(is_id), "unique_id");
    check(document["name"].as_str().is_some_and(|name| (1..=100).contains(&name.chars().count())), "name");
    check(matches!(document["qos"].as_u64(), Some(0..=2)), "qos");
    for (key, value) in document.as_object().expect("an object") {
        let is_topic = |text: &str| !text.is_empty() && !text.contains(['+', '#', '\0']);
        check(!key.ends_with("_topic") || value.as_str().is_some_and(is_topic), key);
        check(!key.ends_with("_template") || value.as_str().is_some_and(|text| text.starts_with("{{")), key);
    }
    let (class, unit) = (document["device_class"].as_str(), document["unit_of_measurement"].as_str());
    let class = class.map(|class| table.classes.iter().find(|(name, _)| *name == class));
    check(class.is_none_or(|class| class.is_some_and(|(_, units)| units.contains(&unit))), "device_class");
    let category = document["entity_category"].as_str();
    check(category.is_none_or(|category| table.categories.contains(&category)), "entity_category");
    check(document["state_class"].as_str().is_none_or(|class| STATE_CLASSES.contains(&class)), "state_class");
    let (device, origin) = (&document["device"], &document["origin"]);
    check(keys(device).is_subset(&DEVICE.iter().copied().collect()), "unknown keys of the device");
    let identifiers = device["identifiers"].as_array().is_some_and(|ids| !ids.is_empty());
    check(identifiers && device["name"].is_string(), "the device");
    check(keys(origin).is_subset(&ORIGIN.iter().copied().collect()), "unknown keys of the origin");
    check(origin["name"].is_string(), "the origin");
    faults
}

/// A house with everything in it.
fn full() -> Household {
    let mut oven = service("oven");
    (oven.response_ms, oven.error_percent) = (Some(12.34), Some(0.126));
    let mut hot = rule("hot");
    hot.silences = vec![Hush { by: "me".to_owned(), comment: "cleaning".to_owned(), until: None }];
    Household {
        url: Some("http://192.168.0.7:8014".to_owned()),
        services: vec![oven, service("system")],
        rules: vec![hot, rule("cold")],
        alerts: vec![alert("cold", "oven")].into(),
        ..house()
    }
}

#[test]
fn every_document_is_as_home_assistant_wants_it() {
    let mut broker = Broker::new();
    broker.look(&full());
    let documents = broker.documents();
    // Two rules with two each, and their sum; a service with all five, and one with three.
    assert_eq!(documents.len(), 5 + 5 + 3);
    let faults: Vec<String> =
        documents.iter().flat_map(|(topic, document)| faults(topic, document)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let ids: BTreeSet<&str> = documents.iter().filter_map(|(_, one)| one["unique_id"].as_str()).collect();
    assert_eq!(ids.len(), documents.len());
}

#[test]
fn the_tables_find_what_is_wrong() {
    let mut broker = Broker::new();
    broker.look(&full());
    let (topic, good) = broker
        .documents()
        .into_iter()
        .find(|(_, one)| one["name"] == "Response time")
        .map(|(topic, one)| (topic.to_owned(), one.clone()))
        .expect("there");
    let wrong: [(&str, Value); 9] = [
        ("unit_of_measurement", "miles".into()),
        ("device_class", "problem".into()),
        ("state_topik", "x".into()),
        ("state_topic", "a/+".into()),
        ("state_topic", Value::Null),
        ("unique_id", "a b".into()),
        ("entity_category", "config".into()),
        ("device", serde_json::json!({"name": "x"})),
        ("origin", serde_json::json!({})),
    ];
    for (key, value) in wrong {
        let mut document = good.clone();
        document[key] = value;
        assert!(!faults(&topic, &document).is_empty(), "{document:#}");
    }
    assert!(!faults("homeassistant/sensor/a b/c/config", &good).is_empty());
}

#[test]
fn services_are_devices_that_are_reached_through_the_collector() {
    let mut broker = Broker::new();
    broker.look(&full());
    let (collector, _) = broker.entity("Alicia Metrics", "hot");
    let (oven, _) = broker.entity("oven", "Connected");
    assert_eq!(collector["device"]["identifiers"][0], "alicia-metrics");
    assert_eq!(collector["device"]["configuration_url"], "http://192.168.0.7:8014");
    assert_eq!(
        (&collector["device"]["sw_version"], &oven["device"]["sw_version"]),
        (&"1.2.3".into(), &"1.0.0".into())
    );
    assert_eq!(oven["device"]["via_device"], "alicia-metrics");
    for (_, document) in broker.documents() {
        assert_eq!(
            document["availability_topic"],
            "alicia/metrics/home-assistant/alicia-metrics/availability"
        );
        let device = &document["device"];
        assert_eq!(device["via_device"].is_null(), device["name"] == "Alicia Metrics");
    }
    // What is reached through a device is announced behind it.
    let mut announcer =
        home_assistant::Announcer::new(crate::house::topics(), home_assistant::Memory::default());
    let plan = announcer.update(&full());
    let ranks = |is: &dyn Fn(&Value) -> bool| -> BTreeSet<u8> {
        plan.put_up.iter().filter(|paper| is(&paper.payload)).map(|paper| paper.rank).collect()
    };
    let own = ranks(&|one| one["device"]["identifiers"][0] == "alicia-metrics");
    let others = ranks(&|one| one["device"]["via_device"] == "alicia-metrics");
    let states = ranks(&|one| one["device"].is_null());
    assert!(own.last().is_some() && own.last() < others.first() && others.last() < states.first());
}
