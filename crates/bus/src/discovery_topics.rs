//! The topics of Home Assistant's MQTT discovery, and of the entities that the collector announces there.
//!
//! `PREFIX/COMPONENT/NODE/OBJECT/config` is what Home Assistant reads; the node is the collector's, so that several on a
//! broker do not meet. All else is below one topic of the collector's own. What may be published is known by its form: nobody
//! makes the collector publish anywhere else.

use crate::topics::HOME_ASSISTANT;
use model::limits;
use xxhash_rust::xxh3::xxh3_64;

/// The kinds of entities that are announced.
const COMPONENTS: [&str; 3] = ["binary_sensor", "sensor", "switch"];
/// Characters of a client id that are kept as they are.
const NODE: usize = 40;
/// Bytes of an object's id; the collector's own have fewer.
const OBJECT_BYTES: usize = 200;

/// The topics of one collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryTopics {
    prefix: String,
    node: String,
}

impl DiscoveryTopics {
    /// The topics of the collector with this client id, below this prefix.
    ///
    /// # Errors
    /// For people: the prefix is no topic, or one of Alicia's or the broker's.
    pub fn new(prefix: &str, client_id: &str) -> Result<Self, String> {
        let is_level =
            |level: &str| !level.is_empty() && !level.contains(|c: char| "+#".contains(c) || c.is_control());
        let is_foreign = prefix.starts_with('$') || HOME_ASSISTANT.starts_with(&format!("{prefix}/"));
        let is_alicia = HOME_ASSISTANT.split('/').next() == prefix.split('/').next();
        if prefix.len() > limits::HOME_ASSISTANT_PREFIX_BYTES
            || !prefix.split('/').all(is_level)
            || is_foreign
            || is_alicia
        {
            return Err(format!("{prefix:?} is no topic for that; expected such as `homeassistant`"));
        }
        Ok(Self { prefix: prefix.to_owned(), node: node(client_id) })
    }

    /// What tells this collector's entities from those of others.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Where the document of an entity stands.
    #[must_use]
    pub fn config(&self, component: &str, object: &str) -> String {
        format!("{}/{component}/{}/{object}/config", self.prefix, self.node)
    }

    /// Where its state stands.
    #[must_use]
    pub fn state(&self, object: &str) -> String {
        format!("{HOME_ASSISTANT}{}/{object}/state", self.node)
    }

    /// Where it takes commands.
    #[must_use]
    pub fn command(&self, object: &str) -> String {
        format!("{HOME_ASSISTANT}{}/{object}/set", self.node)
    }

    /// Where it stands whether the collector is there.
    #[must_use]
    pub fn availability(&self) -> String {
        format!("{HOME_ASSISTANT}{}/availability", self.node)
    }

    /// All commands.
    pub(crate) fn commands(&self) -> String {
        self.command("+")
    }

    /// Where Home Assistant says that it is there.
    pub(crate) fn birth(&self) -> String {
        format!("{}/status", self.prefix)
    }

    /// The object that a message on `topic` commands.
    pub(crate) fn commanded<'a>(&self, topic: &'a str) -> Option<&'a str> {
        let object = topic.strip_prefix(HOME_ASSISTANT)?.strip_prefix(&self.node)?.strip_prefix('/')?;
        object.strip_suffix("/set").filter(|object| is_object(object))
    }

    /// Whether something of the collector's may stand on `topic`.
    #[must_use]
    pub fn may_stand(&self, topic: &str) -> bool {
        let config = topic.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix('/'));
        let config = config.and_then(config_of).is_some_and(|(node, _)| node == self.node);
        config || state_of(topic).is_some_and(|(node, _)| node == self.node)
    }

    /// Whether it may be taken down: it may stand there, or could by other settings.
    #[must_use]
    pub fn may_be_taken_down(topic: &str) -> bool {
        let levels: Vec<&str> = topic.rsplitn(5, '/').collect();
        let is_config = matches!(&levels[..], ["config", object, node, component, prefix]
            if is_object(object) && is_object(node) && COMPONENTS.contains(component)
            && !prefix.starts_with('$') && !prefix.contains(|c: char| "+#".contains(c) || c.is_control()));
        is_config || state_of(topic).is_some()
    }

    /// Whether what passes on `topic` is between collectors and Home Assistant: a state or a command of a collector's, or a
    /// document of the one with this client id, whatever the prefix.
    #[must_use]
    pub fn is_between(topic: &str, client_id: &str) -> bool {
        topic.starts_with(HOME_ASSISTANT)
            || (topic.ends_with("/config") && topic.rsplit('/').nth(2) == Some(&node(client_id)))
    }
}

/// Node and object of `COMPONENT/NODE/OBJECT/config`.
fn config_of(topic: &str) -> Option<(&str, &str)> {
    let levels: Vec<&str> = topic.split('/').collect();
    match &levels[..] {
        [component, node, object, "config"] if COMPONENTS.contains(component) && is_object(object) => {
            Some((node, object))
        }
        _ => None,
    }
}

/// Node and object of a state, or of the availability.
fn state_of(topic: &str) -> Option<(&str, &str)> {
    let levels: Vec<&str> = topic.strip_prefix(HOME_ASSISTANT)?.split('/').collect();
    match &levels[..] {
        [node, object, "state"] | [node, object @ "availability"] if is_object(object) && is_object(node) => {
            Some((node, object))
        }
        _ => None,
    }
}

/// Whether it is an id as Home Assistant wants it.
fn is_object(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !text.is_empty() && text.len() <= OBJECT_BYTES && text.bytes().all(is_plain)
}

/// A client id as the level of a topic: as it is, or where that cannot be, with a hash.
fn node(client_id: &str) -> String {
    if is_object(client_id) && client_id.len() <= NODE {
        return client_id.to_owned();
    }
    let plain = client_id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    let plain: String = plain.take(NODE).collect();
    format!("{plain}_{:016x}", xxh3_64(client_id.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::DiscoveryTopics;
    use crate::topics::{ALERTS, HOME_ASSISTANT, REGISTER};

    #[test]
    fn topics_are_those_of_the_collector_and_no_others() {
        let topics = DiscoveryTopics::new("home/assistant", "alicia-metrics").expect("good");
        let config = topics.config("sensor", "service_a_up");
        assert_eq!(config, "home/assistant/sensor/alicia-metrics/service_a_up/config");
        for topic in [config.as_str(), &topics.state("x"), &topics.availability()] {
            assert!(topics.may_stand(topic) && DiscoveryTopics::may_be_taken_down(topic), "{topic}");
        }
        let own = |rest: &str| format!("{HOME_ASSISTANT}{rest}");
        for topic in [
            "home/assistant/sensor/other/x/config",
            "home/assistant/lock/alicia-metrics/x/config",
            "home/assistant/sensor/alicia-metrics/x/y/config",
            "home/assistant/sensor/alicia-metrics/x+/config",
            "homeassistant/sensor/alicia-metrics/x/config",
            &own("other/x/state"),
            &own("alicia-metrics/x/set"),
            &own("alicia-metrics/x/y/state"),
            ALERTS,
            "home/assistant/status",
            "",
        ] {
            assert!(!topics.may_stand(topic), "{topic}");
        }
        for topic in ["a/lock/alicia-metrics/x/config", "sensor/n/x/config", "a/sensor/n/x#/config", REGISTER]
        {
            assert!(!DiscoveryTopics::may_be_taken_down(topic), "{topic}");
        }
        assert!(DiscoveryTopics::may_be_taken_down("other/prefix/switch/other-node/x/config"));
        assert!(DiscoveryTopics::is_between(&config, "alicia-metrics"));
        assert!(!DiscoveryTopics::is_between("homeassistant/sensor/alicia/x/config", "alicia-metrics"));
    }

    #[test]
    fn commands_are_heard_of_own_objects_only() {
        let topics = DiscoveryTopics::new("homeassistant", "me").expect("good");
        assert_eq!(topics.commanded(&topics.command("rule_x")), Some("rule_x"));
        let own = |rest: &str| format!("{HOME_ASSISTANT}{rest}");
        for topic in
            [&own("me/set"), &own("me/a/b/set"), &own("you/a/set"), &own("me/a/state"), &own("me/ü/set")]
        {
            assert_eq!(topics.commanded(topic), None, "{topic}");
        }
    }

    #[test]
    fn prefixes_that_are_none_are_refused_and_every_client_id_is_a_level() {
        for prefix in [
            "",
            "/",
            "a//b",
            "a/",
            "+",
            "a/#",
            "$SYS",
            "alicia",
            HOME_ASSISTANT.trim_end_matches("/home-assistant/"),
            "a\nb",
            &"a".repeat(201),
        ] {
            assert!(DiscoveryTopics::new(prefix, "x").is_err(), "{prefix}");
        }
        let node = |id: &str| DiscoveryTopics::new("h", id).expect("good").node().to_owned();
        assert_eq!(node("alicia-metrics"), "alicia-metrics");
        assert_ne!(node("a/b"), node("a.b"));
        assert!(node(&"/#+ü".repeat(100)).len() < 70);
    }
}
