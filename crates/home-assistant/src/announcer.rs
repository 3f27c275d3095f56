//! What is to be put up on the broker and what taken down, as the house changes.

use crate::alarm::Alarms;
use crate::entity::{Entity, collector};
use crate::household::Household;
use crate::memory::{Memory, Owner, Standing};
use crate::{rule, service};
use bus::DiscoveryTopics;
use model::{Millis, limits};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Documents of the collector go up before those of services, which are reached through it.
const OF_THE_COLLECTOR: u8 = 0;
const OF_OTHERS: u8 = 1;
/// States come behind their documents.
const STATES: u8 = 2;
/// What the topic of the presence ends in.
const PRESENCE: &str = "/availability";

/// Who is announced, and at which place of the household it is.
type Chosen = Vec<(Owner, usize)>;

/// Something to be put up.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    /// What has a lower one goes first.
    pub rank: u8,
    /// Where.
    pub topic: String,
    /// What.
    pub payload: Value,
}

/// What is to be done, in this order: remember, put up, take down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// What stands there is about to change: the memory must be on the disk before.
    pub remember: bool,
    /// What is new or has changed.
    pub put_up: Vec<Paper>,
    /// What must go.
    pub take_down: Vec<String>,
}

/// Knows what stands on the broker.
#[derive(Debug)]
pub struct Announcer {
    topics: DiscoveryTopics,
    memory: Memory,
    /// What was put up since the start.
    shown: BTreeMap<String, Value>,
    /// What is being taken down, by its first topic.
    leaving: BTreeSet<String>,
    /// Of that, the topics that were asked for.
    asked: BTreeSet<String>,
    /// Services that are not known any more, or not yet again, and since when.
    missed: BTreeMap<String, Millis>,
    left_out: usize,
    /// The rule of each switch.
    switches: BTreeMap<String, String>,
}

impl Announcer {
    /// Goes on where `memory` ends.
    #[must_use]
    pub fn new(topics: DiscoveryTopics, memory: Memory) -> Self {
        Self {
            topics,
            memory,
            shown: BTreeMap::new(),
            leaving: BTreeSet::new(),
            asked: BTreeSet::new(),
            missed: BTreeMap::new(),
            left_out: 0,
            switches: BTreeMap::new(),
        }
    }

    /// Notes that the collector's presence will stand there, which its connection puts up by itself. Gives whether the memory
    /// must be on the disk before.
    pub fn note_presence(&mut self) -> bool {
        let mut plan = Plan::default();
        self.stand(vec![self.topics.availability()], Owner::Collector, &mut plan);
        plan.remember
    }

    /// What stands on the broker, or may once the last plan is carried out.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Services and rules that were not announced because there are too many.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The rule of each switch, by the switch's id.
    #[must_use]
    pub fn switches(&self) -> &BTreeMap<String, String> {
        &self.switches
    }

    /// Looks at the house.
    pub fn update(&mut self, household: &Household) -> Plan {
        let (services, rules) = self.chosen(household);
        let owners: BTreeSet<&Owner> = services.iter().chain(&rules).map(|(owner, _)| owner).collect();
        let mut plan = Plan::default();
        let (own, alarms) = (collector(household, &self.topics), Alarms::of(household));
        let mut wanted = BTreeSet::from([self.topics.availability()]);
        self.stand(vec![self.topics.availability()], Owner::Collector, &mut plan);
        let mut announce = |one: &mut Self, entity: &Entity, device: &Value| {
            wanted.insert(one.announce(entity, device, household, &mut plan));
        };
        announce(self, &rule::total(&alarms), &own);
        self.switches.clear();
        for rule in rules.iter().filter_map(|(_, at)| household.rules.get(*at)) {
            for entity in rule::entities(rule, household, &alarms) {
                announce(self, &entity, &own);
            }
            self.switches.insert(rule::switch(&rule.name), rule.name.clone());
        }
        for service in services.iter().filter_map(|(_, at)| household.services.get(*at)) {
            let device = service::device(service, &self.topics);
            let is_known = |component: &str, object: &str| {
                self.memory.0.contains_key(&self.topics.config(component, object))
            };
            for entity in service::entities(service, household, &alarms, is_known) {
                announce(self, &entity, &device);
            }
        }
        let gone = self.gone(&wanted, &owners, household.now);
        self.take_down(&gone, &mut plan);
        plan
    }

    /// Takes down all that stands there.
    pub fn farewell(&mut self) -> Plan {
        let mut plan = Plan::default();
        let all = self.memory.0.keys().filter(|first| !self.leaving.contains(*first));
        let all: BTreeSet<String> = all.cloned().collect();
        self.take_down(&all, &mut plan);
        plan
    }

    /// Takes that the broker has nothing on `topic` any more. Gives whether the memory changed.
    pub fn taken_down(&mut self, topic: &str) -> bool {
        let is_leaving = |one: &Standing, first: &String, leaving: &BTreeSet<String>| {
            leaving.contains(first) && one.topics.iter().any(|known| known == topic)
        };
        let found = self.memory.0.iter().find(|(first, one)| is_leaving(one, first, &self.leaving));
        let Some(first) = found.map(|(first, _)| first.clone()) else { return false };
        self.memory.forget(topic);
        self.asked.remove(topic);
        if !self.memory.0.contains_key(&first) {
            self.leaving.remove(&first);
        }
        true
    }

    /// The services and the rules that are announced: those first that were before, so that nobody who comes drives
    /// somebody out.
    fn chosen(&mut self, household: &Household) -> (Chosen, Chosen) {
        let known: BTreeSet<&Owner> = self.memory.0.values().map(|one| &one.of).collect();
        let choose = |mut all: Chosen, most: usize| {
            all.sort_by_key(|(owner, _)| !known.contains(owner));
            let (count, mut seen) = (all.len(), BTreeSet::new());
            // Two names of one id are no accident; the first keeps it.
            all.retain(|(owner, _)| seen.insert(owner.id()));
            all.truncate(most);
            let left_out = count - all.len();
            (all, left_out)
        };
        let services = household.services.iter().enumerate();
        let services = services.map(|(at, one)| (Owner::Service(one.name.clone()), at)).collect();
        let rules = household.rules.iter().enumerate();
        let rules = rules.map(|(at, one)| (Owner::Rule(one.name.clone()), at)).collect();
        let (services, services_left) = choose(services, limits::HOME_ASSISTANT_SERVICES);
        let (rules, rules_left) = choose(rules, limits::HOME_ASSISTANT_RULES);
        self.left_out = services_left + rules_left;
        (services, rules)
    }

    /// Puts up what is new of an entity. Gives its first topic.
    fn announce(
        &mut self,
        entity: &Entity,
        device: &Value,
        household: &Household,
        plan: &mut Plan,
    ) -> String {
        let config = self.topics.config(entity.component, &entity.object);
        let state = self.topics.state(&entity.object);
        self.stand(vec![config.clone(), state.clone()], entity.owner.clone(), plan);
        let is_service = matches!(entity.owner, Owner::Service(_));
        let rank = if is_service { OF_OTHERS } else { OF_THE_COLLECTOR };
        self.show(rank, config.clone(), entity.config(device, household, &self.topics), plan);
        self.show(STATES, state, entity.says(), plan);
        config
    }

    /// Notes that something stands there.
    fn stand(&mut self, topics: Vec<String>, of: Owner, plan: &mut Plan) {
        let Some(first) = topics.first().cloned() else { return };
        if self.leaving.remove(&first) {
            self.asked.retain(|asked| !topics.contains(asked));
        }
        let standing = Standing { topics, of };
        if self.memory.0.get(&first) != Some(&standing) {
            self.memory.0.insert(first, standing);
            plan.remember = true;
        }
    }

    fn show(&mut self, rank: u8, topic: String, payload: Value, plan: &mut Plan) {
        if self.shown.get(&topic) != Some(&payload) {
            self.shown.insert(topic.clone(), payload.clone());
            plan.put_up.push(Paper { rank, topic, payload });
        }
    }

    /// What stands there and must go: it was of a rule that is no more, of a service that nobody knows for a while, or it
    /// stands where other settings had it.
    fn gone(
        &mut self,
        wanted: &BTreeSet<String>,
        owners: &BTreeSet<&Owner>,
        now: Millis,
    ) -> BTreeSet<String> {
        let mut gone = BTreeSet::new();
        let mut missed = BTreeMap::new();
        for (first, one) in &self.memory.0 {
            if wanted.contains(first) || self.leaving.contains(first) {
                continue;
            }
            let is_in_place = one.topics.iter().all(|topic| self.topics.may_stand(topic));
            let is_missed = match &one.of {
                Owner::Service(name) if is_in_place && !owners.contains(&one.of) => {
                    let since = self.missed.get(name).copied().unwrap_or(now).min(now);
                    missed.insert(name.clone(), since);
                    now.saturating_sub(since) < limits::HOME_ASSISTANT_GRACE
                }
                _ => false,
            };
            if !is_missed {
                gone.insert(first.clone());
            }
        }
        self.missed = missed;
        gone
    }

    fn take_down(&mut self, gone: &BTreeSet<String>, plan: &mut Plan) {
        // By another prefix, the same entity has its state where it was.
        let stays = |first: &String| !gone.contains(first) && !self.leaving.contains(first);
        let staying = self.memory.0.iter().filter(|(first, _)| stays(first));
        let staying: BTreeSet<String> = staying.flat_map(|(_, one)| one.topics.clone()).collect();
        for first in gone {
            let Some(one) = self.memory.0.get_mut(first) else { continue };
            one.topics.retain(|topic| !staying.contains(topic));
            for topic in &one.topics {
                self.shown.remove(topic);
            }
            self.leaving.insert(first.clone());
        }
        self.ask(plan);
    }

    /// Asks for what must go and can: documents at once, states when theirs are gone, and the presence behind all. Home
    /// Assistant lets go of an entity in its own time, and complains of a state that is nothing.
    fn ask(&mut self, plan: &mut Plan) {
        let presence = |first: &String| first.ends_with(PRESENCE);
        let is_last = self.leaving.iter().all(presence);
        for (first, one) in self.memory.0.iter().filter(|(first, _)| self.leaving.contains(*first)) {
            let has_document = one.topics.iter().any(|topic| is_document(topic));
            let is_due = |topic: &&String| is_document(topic) || !has_document;
            for topic in one.topics.iter().filter(is_due).filter(|_| is_last || !presence(first)) {
                if self.asked.insert(topic.clone()) {
                    plan.take_down.push(topic.clone());
                }
            }
        }
    }
}

/// Whether a document stands on a topic.
fn is_document(topic: &str) -> bool {
    topic.ends_with("/config")
}

/// What stands on the topic of availability while the collector is there, and while it is not.
impl Announcer {
    /// The collector is there.
    #[must_use]
    pub fn online() -> Value {
        json!({"status": "online"})
    }

    /// It is not.
    #[must_use]
    pub fn offline() -> Value {
        json!({"status": "offline"})
    }
}
