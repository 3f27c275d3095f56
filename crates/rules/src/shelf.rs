//! The rules, in order of creation, and the index from metric to rules.

use crate::compiled::Compiled;
use hashbrown::HashMap;
use model::RuleKind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All rules. Once indexed it is not changed: a copy takes its place, so that readers need no lock for long.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shelf {
    /// By place, in order of creation.
    rules: BTreeMap<u64, Arc<Compiled>>,
    places: HashMap<Box<str>, u64>,
    next: u64,
    by_metric: HashMap<Box<str>, Vec<Arc<Compiled>>>,
    dead_men: Vec<Arc<Compiled>>,
}

impl Shelf {
    /// The rules, in order of creation.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Arc<Compiled>> {
        self.rules.values()
    }

    /// How many rules there are.
    pub(crate) fn len(&self) -> usize {
        self.rules.len()
    }

    /// The rule of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Compiled>> {
        self.rules.get(self.places.get(name)?)
    }

    /// The enabled rules on a metric, as of the last indexing.
    pub(crate) fn on(&self, metric: &str) -> &[Arc<Compiled>] {
        self.by_metric.get(metric).map_or(&[], Vec::as_slice)
    }

    /// The rule at a place.
    pub(crate) fn at(&self, place: u64) -> Option<&Arc<Compiled>> {
        self.rules.get(&place)
    }

    /// Puts a rule, in the place of its namesake if there is one.
    pub(crate) fn put(&mut self, mut rule: Compiled) {
        let place = *self.places.entry_ref(rule.rule.name.as_str()).or_insert(self.next);
        self.next = self.next.max(place + 1);
        rule.place = place;
        self.rules.insert(place, Arc::new(rule));
    }

    /// Takes the rule of this name away.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(place) = self.places.remove(name) {
            self.rules.remove(&place);
        }
    }

    /// The metrics that enabled rules are on, with these, as of the last indexing.
    pub(crate) fn by_metric(&self) -> impl Iterator<Item = (&str, &[Arc<Compiled>])> {
        self.by_metric.iter().map(|(metric, rules)| (&**metric, rules.as_slice()))
    }

    /// The enabled rules that watch over senders, as of the last indexing.
    pub(crate) fn dead_men(&self) -> &[Arc<Compiled>] {
        &self.dead_men
    }

    /// The shelf, ready to be asked by metric.
    pub(crate) fn indexed(mut self) -> Self {
        let watches =
            |compiled: &&Arc<Compiled>| compiled.rule.enabled && compiled.rule.kind == RuleKind::DeadMan;
        self.dead_men = self.rules.values().filter(watches).cloned().collect();
        self.by_metric.clear();
        for compiled in self.rules.values().filter(|compiled| compiled.judges_samples()) {
            let rules = self.by_metric.entry_ref(compiled.rule.metric_name.as_str()).or_default();
            rules.push(Arc::clone(compiled));
        }
        self
    }
}
