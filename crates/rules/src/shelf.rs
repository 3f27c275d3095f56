//! The rules, in order of creation, and the index from metric to rules.

use crate::condition::Condition;
use crate::error::RuleError;
use hashbrown::HashMap;
use model::{Millis, Rule, limits};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A rule with its condition parsed.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) rule: Rule,
    pub(crate) condition: Condition,
}

impl Compiled {
    /// Checks a rule and parses its condition.
    pub(crate) fn new(rule: Rule) -> Result<Self, RuleError> {
        for (name, value) in [("name", &rule.name), ("metric_name", &rule.metric_name)] {
            if value.is_empty() {
                return Err(RuleError::Empty(name));
            }
            if value.len() > limits::NAME_BYTES {
                return Err(RuleError::TooLong(name, limits::NAME_BYTES));
            }
        }
        if rule.description.len() > limits::LABEL_VALUE_BYTES {
            return Err(RuleError::TooLong("description", limits::LABEL_VALUE_BYTES));
        }
        let condition = Condition::parse(&rule.condition)
            .map_err(|error| RuleError::Condition { error, text: rule.condition.clone() })?;
        Ok(Self { rule, condition })
    }

    /// The cooldown in milliseconds.
    pub(crate) fn cooldown(&self) -> Millis {
        Millis::try_from(self.rule.cooldown_period).unwrap_or(Millis::MAX).saturating_mul(limits::SECOND)
    }
}

/// All rules. Once indexed it is not changed: a copy takes its place, so that readers need no lock for long.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shelf {
    /// By place, in order of creation.
    rules: BTreeMap<u64, Arc<Compiled>>,
    places: HashMap<Box<str>, u64>,
    next: u64,
    by_metric: HashMap<Box<str>, Vec<Arc<Compiled>>>,
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

    /// Puts a rule, in the place of its namesake if there is one.
    pub(crate) fn put(&mut self, rule: Compiled) {
        let place = *self.places.entry_ref(rule.rule.name.as_str()).or_insert(self.next);
        self.next = self.next.max(place + 1);
        self.rules.insert(place, Arc::new(rule));
    }

    /// Takes the rule of this name away.
    pub(crate) fn remove(&mut self, name: &str) {
        if let Some(place) = self.places.remove(name) {
            self.rules.remove(&place);
        }
    }

    /// The shelf, ready to be asked by metric.
    pub(crate) fn indexed(mut self) -> Self {
        self.by_metric.clear();
        for compiled in self.rules.values().filter(|compiled| compiled.rule.enabled) {
            let rules = self.by_metric.entry_ref(compiled.rule.metric_name.as_str()).or_default();
            rules.push(Arc::clone(compiled));
        }
        self
    }
}
