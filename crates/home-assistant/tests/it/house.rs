//! A house, and a broker that takes everything.

use bus::DiscoveryTopics;
use home_assistant::{Announcer, Household, Memory, Plan, Rule, Service};
use model::{Alert, Millis, Severity, Standing};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const NOW: Millis = 1_767_614_400_000;

/// A house without anybody in it.
pub(crate) fn house() -> Household {
    Household {
        version: "1.2.3".to_owned(),
        url: None,
        services: Vec::new(),
        rules: Vec::new(),
        alerts: Arc::default(),
        now: NOW,
        written: |t| format!("at {t}"),
    }
}

pub(crate) fn service(name: &str) -> Service {
    Service {
        name: name.to_owned(),
        version: Some("1.0.0".to_owned()),
        is_up: true,
        last_seen: NOW,
        response_ms: None,
        error_percent: None,
    }
}

pub(crate) fn rule(name: &str) -> Rule {
    Rule { name: name.to_owned(), silences: Vec::new() }
}

pub(crate) fn alert(rule: &str, service: &str) -> Alert {
    Alert {
        alert_id: format!("{rule}:{service}:a"),
        rule_name: rule.to_owned(),
        service_name: service.to_owned(),
        instance_id: "a".to_owned(),
        severity: Severity::Warning,
        message: format!("{rule} of {service}"),
        value: 1.0,
        threshold: 0.5,
        timestamp: NOW,
        resolved: false,
        resolved_at: None,
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        generator: None,
        standing: Standing::default(),
    }
}

/// The topics of the tests' collector.
pub(crate) fn topics() -> DiscoveryTopics {
    DiscoveryTopics::new("homeassistant", "alicia-metrics").expect("good")
}

/// A broker, and who announces to it.
pub(crate) struct Broker {
    pub(crate) announcer: Announcer,
    pub(crate) standing: BTreeMap<String, Value>,
    /// What is on the disk.
    pub(crate) disk: Vec<u8>,
}

impl Broker {
    pub(crate) fn new() -> Self {
        Self {
            announcer: Announcer::new(topics(), Memory::default()),
            standing: BTreeMap::new(),
            disk: b"[]".to_vec(),
        }
    }

    /// The collector starts again, with other topics.
    pub(crate) fn restart(&mut self, topics: DiscoveryTopics) {
        self.announcer = Announcer::new(topics, Memory::read(&self.disk).expect("what was written"));
    }

    /// Carries a plan out. What is remembered is on the disk before.
    pub(crate) fn carry_out(&mut self, plan: Plan) {
        if plan.remember {
            self.disk = self.announcer.memory().write().expect("written");
        }
        let known = Memory::read(&self.disk).expect("what was written");
        for paper in plan.put_up {
            assert!(known.topics().any(|topic| topic == paper.topic), "{} is not remembered", paper.topic);
            self.standing.insert(paper.topic, paper.payload);
        }
        for topic in plan.take_down {
            self.standing.remove(&topic);
            assert!(self.announcer.taken_down(&topic), "{topic}");
        }
        self.disk = self.announcer.memory().write().expect("written");
    }

    /// Looks at the house until nothing is to be done. Gives the topics that changed.
    pub(crate) fn look(&mut self, house: &Household) -> Vec<String> {
        let mut changed = Vec::new();
        loop {
            let plan = self.announcer.update(house);
            if plan == Plan::default() {
                return changed;
            }
            changed.extend(plan.put_up.iter().map(|paper| paper.topic.clone()));
            changed.extend(plan.take_down.iter().cloned());
            self.carry_out(plan);
        }
    }

    /// The documents that stand there, by their topics.
    pub(crate) fn documents(&self) -> Vec<(&str, &Value)> {
        let all = self.standing.iter().map(|(topic, document)| (topic.as_str(), document));
        all.filter(|(topic, _)| topic.ends_with("/config")).collect()
    }

    /// The document of this name in its device, and its state.
    #[track_caller]
    pub(crate) fn entity(&self, device: &str, name: &str) -> (&Value, &Value) {
        let all = self.documents();
        let found = all.iter().find(|(_, one)| one["device"]["name"] == device && one["name"] == name);
        let (_, document) = found.unwrap_or_else(|| panic!("no {name} of {device}: {all:#?}"));
        let topic = document["state_topic"].as_str().expect("a topic");
        (document, self.standing.get(topic).expect("a state"))
    }

    /// Whether there is such an entity.
    pub(crate) fn has(&self, device: &str, name: &str) -> bool {
        self.documents().iter().any(|(_, one)| one["device"]["name"] == device && one["name"] == name)
    }
}
