//! Which kind of topic a topic is: its levels, with `+` where one of them is somebody's name.
//!
//! A level is a name if the message itself names somebody so, if it looks like an id, or if there are so many different
//! ones in its place. `house/devices/lamp1/status` of the device `lamp1` is `house/devices/+/status`, and a topic for
//! each of a million meters is one kind of topic.

use crate::limits;
use hashbrown::{HashMap, HashSet};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// What stands for a name, and for what is not looked at any further.
const NAME: &str = "+";
const REST: &str = "#";

/// The kinds of topics that are known.
#[derive(Debug, Default)]
pub struct TopicKinds {
    /// By the hash of a topic.
    known: HashMap<u64, Arc<str>>,
    /// What came behind a beginning, by its hash.
    forks: HashMap<u64, HashSet<u64>>,
    /// The kinds themselves, each once.
    kinds: HashSet<Arc<str>>,
}

impl TopicKinds {
    /// The kind of `topic`, on which a message came that speaks of `names`.
    pub fn of<'a>(&mut self, topic: &str, names: &(impl Iterator<Item = &'a str> + Clone)) -> Arc<str> {
        let hash = xxh3_64(topic.as_bytes());
        if let Some(known) = self.known.get(&hash) {
            return Arc::clone(known);
        }
        let kind = self.find(topic, names);
        let kind = match self.kinds.get(kind.as_str()) {
            Some(kind) => Arc::clone(kind),
            None => Arc::from(kind),
        };
        // Topics of a place that is full of names would fill the memory; they are found again quickly.
        if self.known.len() >= limits::TRAFFIC_TOPICS {
            self.known.clear();
            self.kinds.clear();
        }
        self.kinds.insert(Arc::clone(&kind));
        self.known.insert(hash, Arc::clone(&kind));
        kind
    }

    fn find<'a>(&mut self, topic: &str, names: &(impl Iterator<Item = &'a str> + Clone)) -> String {
        let mut kind = String::with_capacity(topic.len().min(limits::TRAFFIC_NAME_BYTES));
        for (place, level) in topic.split('/').enumerate() {
            if place == limits::TRAFFIC_LEVELS || kind.len() + level.len() > limits::TRAFFIC_NAME_BYTES {
                kind.push_str(REST);
                break;
            }
            let is_name =
                names.clone().any(|name| name == level) || is_id(level) || self.is_one_of_many(&kind, level);
            kind.push_str(if is_name { NAME } else { level });
            kind.push('/');
        }
        kind.truncate(kind.trim_end_matches('/').len());
        kind
    }

    /// Whether there are too many levels in the place of this one.
    fn is_one_of_many(&mut self, beginning: &str, level: &str) -> bool {
        let (fork, branch) = (xxh3_64(beginning.as_bytes()), xxh3_64(level.as_bytes()));
        if self.forks.len() >= limits::TRAFFIC_FORKS && !self.forks.contains_key(&fork) {
            return true;
        }
        let branches = self.forks.entry(fork).or_default();
        if branches.contains(&branch) {
            return false;
        }
        if branches.len() < limits::TRAFFIC_FAN {
            branches.insert(branch);
            return false;
        }
        true
    }
}

/// Whether a level is nothing that a person would have called something: numbers, UUIDs, addresses of network cards.
fn is_id(level: &str) -> bool {
    let is_mark = |c: char| matches!(c, '-' | ':' | '.' | '_');
    let letters = || level.chars().filter(|c| !is_mark(*c));
    let has_digit = level.chars().any(|c| c.is_ascii_digit());
    let is_number = has_digit && letters().all(|c| c.is_ascii_digit());
    let hex = level.trim_start_matches("0x");
    let is_hex =
        hex.len() >= 8 && has_digit && letters().skip(level.len() - hex.len()).all(|c| c.is_ascii_hexdigit());
    is_number || is_hex
}

#[cfg(test)]
mod tests {
    use super::TopicKinds;

    fn kind(kinds: &mut TopicKinds, topic: &str, names: &[&str]) -> String {
        kinds.of(topic, &names.iter().copied()).to_string()
    }

    #[test]
    fn names_and_ids_are_no_kinds_of_topics() {
        let kinds = &mut TopicKinds::default();
        for (topic, names, expected) in [
            ("house/voice/ai/request", &["operator"][..], "house/voice/ai/request"),
            ("house/devices/lamp1/status", &["lamp1"], "house/devices/+/status"),
            ("house/metrics/tts_service", &["metrics_agent", "tts_service"], "house/metrics/+"),
            ("zigbee2mqtt/0x00158d0001a2b3c4", &[], "zigbee2mqtt/+"),
            ("tele/17/SENSOR", &[], "tele/+/SENSOR"),
            ("home/c6250331-8d65-4b00-8e7f-9ffd4b3fa80a/x", &[], "home/+/x"),
            ("shellies/shelly1-34945470ABCD/relay/0", &[], "shellies/shelly1-34945470ABCD/relay/+"),
            ("home/facade/deadbeef", &[], "home/facade/deadbeef"),
            ("", &[], ""),
            ("/leading", &[], "/leading"),
        ] {
            assert_eq!(kind(kinds, topic, names), expected);
        }
    }

    #[test]
    fn many_different_levels_in_one_place_are_names() {
        let kinds = &mut TopicKinds::default();
        let found: std::collections::BTreeSet<String> =
            (0..100_000).map(|n| kind(kinds, &format!("plant/meter{n}x/power"), &[])).collect();
        assert!(found.len() <= crate::limits::TRAFFIC_FAN + 1, "{}", found.len());
        assert!(found.contains("plant/+/power"));
        assert!(kinds.known.len() <= crate::limits::TRAFFIC_TOPICS);
    }

    #[test]
    fn no_topic_is_too_long_or_too_deep() {
        let kinds = &mut TopicKinds::default();
        assert_eq!(kind(kinds, &"a/".repeat(1_000), &[]), format!("{}#", "a/".repeat(10)));
        assert_eq!(kind(kinds, &"x".repeat(60_000), &[]), "#");
        for n in 0..100_000 {
            kinds.of(&format!("p{n}q/q{n}q/r{n}q"), &std::iter::empty());
        }
        assert!(kinds.forks.len() <= crate::limits::TRAFFIC_FORKS);
    }
}
