//! What was announced in Home Assistant's way, `homeassistant/<component>/…/config`: names, units and places of values, of all
//! who announce themselves. Such messages are mostly kept by the broker, and count all the same.

use crate::pattern::start;
use crate::template;
use crate::units;
use crate::words::snake;
use hashbrown::HashMap;
use model::{Millis, limits};
use serde::Deserialize;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_64;

const PREFIX: &str = "homeassistant/";
const SUFFIX: &str = "/config";
/// Who the collector says it is when it announces its own services: their values are taken from elsewhere.
const OWN: &str = "alicia-metrics";

/// A value that was announced.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entity {
    /// Where it stands in the message; empty where the message is the value.
    pub(crate) path: String,
    pub(crate) stem: String,
    pub(crate) unit: String,
    pub(crate) scale: f64,
    pub(crate) labels: Vec<(Cow<'static, str>, String)>,
    /// It ends when nothing was heard for so long.
    pub(crate) expires: Option<Millis>,
    /// The words for 1 and 0.
    pub(crate) words: Option<(String, String)>,
}

/// All that was announced.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    /// By the hash of the topic on which the value comes.
    entities: HashMap<u64, Vec<Entity>>,
    /// By the hash of the topic on which it was announced: where its values come.
    announced: HashMap<u64, Vec<u64>>,
    count: usize,
}

/// What an announcement changed.
#[derive(Debug, PartialEq)]
pub(crate) enum Learned {
    /// The values of these topics mean something else now.
    Topics(Vec<u64>),
    Unreadable,
    TooMany,
}

#[derive(Debug, Deserialize)]
struct Config {
    #[serde(rename = "~")]
    base: Option<String>,
    #[serde(alias = "stat_t")]
    state_topic: Option<String>,
    #[serde(alias = "val_tpl")]
    value_template: Option<String>,
    #[serde(alias = "unit_of_meas")]
    unit_of_measurement: Option<String>,
    #[serde(alias = "dev_cla")]
    device_class: Option<String>,
    #[serde(alias = "stat_cla")]
    state_class: Option<String>,
    name: Option<String>,
    #[serde(alias = "obj_id")]
    object_id: Option<String>,
    #[serde(alias = "p")]
    platform: Option<String>,
    #[serde(alias = "exp_aft")]
    expire_after: Option<f64>,
    #[serde(alias = "pl_on")]
    payload_on: Option<Json>,
    #[serde(alias = "pl_off")]
    payload_off: Option<Json>,
    #[serde(alias = "avty_t")]
    availability_topic: Option<String>,
    #[serde(alias = "pl_avail")]
    payload_available: Option<String>,
    #[serde(alias = "pl_not_avail")]
    payload_not_available: Option<String>,
    #[serde(alias = "avty", default)]
    availability: Option<Vec<Availability>>,
    #[serde(alias = "dev", default)]
    device: Option<Device>,
    #[serde(alias = "o", default)]
    origin: Option<Origin>,
    /// A device that announces all its entities at once.
    #[serde(alias = "cmps", default)]
    components: BTreeMap<String, Config>,
}

#[derive(Debug, Clone, Deserialize)]
struct Availability {
    #[serde(alias = "t")]
    topic: String,
    #[serde(alias = "val_tpl")]
    value_template: Option<String>,
    #[serde(alias = "pl_avail")]
    payload_available: Option<String>,
    #[serde(alias = "pl_not_avail")]
    payload_not_available: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
struct Device {
    name: Option<String>,
    #[serde(alias = "sa")]
    suggested_area: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Origin {
    name: Option<String>,
}

impl Discovery {
    /// Whether something is announced on `topic`.
    pub(crate) fn is_config(topic: &str) -> bool {
        topic.starts_with(PREFIX) && topic.ends_with(SUFFIX)
    }

    /// Takes an announcement; an empty one takes back what was announced on the topic before.
    pub(crate) fn learn(&mut self, topic: &str, payload: &[u8]) -> Learned {
        let key = xxh3_64(topic.as_bytes());
        let mut changed = self.forget(key);
        if payload.is_empty() {
            return Learned::Topics(changed);
        }
        let Some(config) = read(payload) else { return Learned::Unreadable };
        if config.origin.as_ref().and_then(|origin| origin.name.as_deref()) == Some(OWN) {
            return Learned::Topics(changed);
        }
        let mut steps = topic.trim_start_matches(PREFIX).trim_end_matches(SUFFIX).split('/');
        let component = steps.next().unwrap_or_default().to_owned();
        let object = steps.next_back().unwrap_or_default().to_owned();
        let mut found = Vec::new();
        if config.components.is_empty() {
            entities(&config, None, &component, &object, &mut found);
        }
        for (object, one) in &config.components {
            let component = one.platform.as_deref().unwrap_or_default();
            entities(one, Some(&config), component, object, &mut found);
        }
        for (place, entity) in found {
            let all = self.entities.entry(place).or_default();
            let is_there = all.iter().any(|other| other.path == entity.path);
            if !is_there && self.count >= limits::FIELD_ENTITIES {
                return Learned::TooMany;
            }
            // Of two that say what stands in one place the first is heard: a light and its switch.
            if !is_there {
                all.push(entity);
                self.count += 1;
                self.announced.entry(key).or_default().push(place);
            }
            changed.push(place);
        }
        Learned::Topics(changed)
    }

    fn forget(&mut self, key: u64) -> Vec<u64> {
        let places = self.announced.remove(&key).unwrap_or_default();
        for place in &places {
            if let Some(gone) = self.entities.remove(place) {
                self.count -= gone.len();
            }
        }
        places
    }

    /// What was announced of the value at `path` of messages on the topic of this hash.
    pub(crate) fn find(&self, topic: u64, path: &str) -> Option<&Entity> {
        self.entities.get(&topic)?.iter().find(|entity| entity.path == path)
    }

    /// How many values were announced.
    pub(crate) fn len(&self) -> usize {
        self.count
    }
}

fn read(payload: &[u8]) -> Option<Config> {
    if payload.len() > limits::GLANCE_BYTES {
        return None;
    }
    serde_json::from_slice(payload).ok()
}

/// The values that one entity has: its state, and whether it is there.
fn entities(
    config: &Config,
    whole: Option<&Config>,
    component: &str,
    object: &str,
    found: &mut Vec<(u64, Entity)>,
) {
    let base = config.base.as_deref().or(whole.and_then(|whole| whole.base.as_deref()));
    let topic = |topic: &str| xxh3_64(full(topic, base).as_bytes());
    let device = config.device.clone().or_else(|| whole?.device.clone()).unwrap_or_default();
    let mut labels: Vec<(Cow<'static, str>, String)> = Vec::new();
    let mut label = |name: &'static str, value: Option<&str>| {
        labels.extend(value.map(|value| (Cow::Borrowed(name), start(value).to_owned())));
    };
    label("device", device.name.as_deref());
    label("room", device.suggested_area.as_deref());
    let mut presences: Vec<Availability> = config.availability.clone().unwrap_or_default();
    presences.extend(config.availability_topic.as_ref().map(|topic| Availability {
        topic: topic.clone(),
        value_template: None,
        payload_available: config.payload_available.clone(),
        payload_not_available: config.payload_not_available.clone(),
    }));
    for presence in presences.into_iter().take(limits::FIELD_ARRAY) {
        let place = presence
            .value_template
            .as_deref()
            .map_or(Some(String::new()), |text| template::read(text).map(|found| found.path));
        let Some(path) = place else { continue };
        let word = |word: Option<String>, usual: &str| word.unwrap_or_else(|| usual.to_owned());
        let words =
            (word(presence.payload_available, "online"), word(presence.payload_not_available, "offline"));
        let entity = Entity {
            path,
            stem: "available".to_owned(),
            unit: String::new(),
            scale: 1.0,
            labels: labels.clone(),
            expires: None,
            words: Some(words),
        };
        found.push((topic(&presence.topic), entity));
    }
    let Some(state_topic) =
        config.state_topic.as_deref().or(whole.and_then(|whole| whole.state_topic.as_deref()))
    else {
        return;
    };
    let place = config
        .value_template
        .as_deref()
        .map_or(Some(template::Where { path: String::new(), scale: 1.0 }), template::read);
    let Some(place) = place else { return };
    let name = config.name.as_deref().or(config.object_id.as_deref()).unwrap_or(object);
    labels.push((Cow::Borrowed("entity"), start(name).to_owned()));
    let stem = stem(config, component, name);
    let text = |value: &Option<Json>| {
        value.as_ref().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let entity = Entity {
        path: place.path,
        stem,
        unit: config.unit_of_measurement.as_deref().map(units::of_symbol).unwrap_or_default(),
        scale: place.scale,
        labels,
        expires: config.expire_after.filter(|seconds| *seconds >= 1.0).and_then(model::from_seconds),
        words: text(&config.payload_on).zip(text(&config.payload_off)),
    };
    found.push((topic(state_topic), entity));
}

fn stem(config: &Config, component: &str, name: &str) -> String {
    let class =
        config.device_class.as_deref().map(snake).filter(|class| !class.is_empty() && class != "enum");
    let mut stem = class.unwrap_or_else(|| snake(name));
    if stem.is_empty() {
        stem = snake(component);
    }
    if component == "switch" || component == "light" || component == "fan" {
        stem = format!("{component}_on");
    }
    let is_total = config.state_class.as_deref() == Some("total_increasing");
    if is_total && !stem.ends_with("_total") {
        stem.push_str("_total");
    }
    stem
}

/// A topic in which `~` stands for the base.
fn full<'a>(topic: &'a str, base: Option<&str>) -> Cow<'a, str> {
    match base {
        Some(base) if topic.starts_with('~') || topic.ends_with('~') => {
            Cow::Owned(topic.replacen('~', base, 1))
        }
        _ => Cow::Borrowed(topic),
    }
}

#[cfg(test)]
mod tests {
    use super::{Discovery, Learned};
    use model::limits;
    use xxhash_rust::xxh3::xxh3_64;

    #[test]
    fn what_is_announced_is_known_until_it_is_taken_back() {
        let mut known = Discovery::default();
        let topic = "homeassistant/sensor/x/t/config";
        let config = br#"{"~":"x","stat_t":"~/state","val_tpl":"{{ value_json.t }}","unit_of_meas":"K","dev_cla":"temperature","name":"T"}"#;
        let place = xxh3_64(b"x/state");
        assert_eq!(known.learn(topic, config), Learned::Topics(vec![place]));
        let entity = known.find(place, "t").expect("known");
        assert_eq!((&*entity.stem, &*entity.unit), ("temperature", "kelvin"));
        assert_eq!(known.learn(topic, b""), Learned::Topics(vec![place]));
        assert_eq!((known.find(place, "t"), known.len()), (None, 0));
        assert_eq!(known.learn(topic, b"{"), Learned::Unreadable);
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let mut known = Discovery::default();
        let told: Vec<Learned> = (0..limits::FIELD_ENTITIES + 5)
            .map(|n| {
                let config = format!(r#"{{"stat_t":"t/{n}","name":"x"}}"#);
                known.learn(&format!("homeassistant/sensor/{n}/config"), config.as_bytes())
            })
            .collect();
        assert_eq!(told.iter().filter(|told| **told == Learned::TooMany).count(), 5);
        assert_eq!(known.len(), limits::FIELD_ENTITIES);
    }
}
