//! The rules, in order of creation, and the index from metric to rules.

use crate::condition::Condition;
use crate::error::RuleError;
use hashbrown::HashMap;
use model::{Millis, Rule, limits};
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

/// All rules. Never changed: a new one takes its place, so that readers need no lock for long.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shelf {
    rules: Vec<Arc<Compiled>>,
    by_metric: HashMap<Box<str>, Vec<Arc<Compiled>>>,
}

impl Shelf {
    /// The rules, in order of creation.
    pub(crate) fn rules(&self) -> &[Arc<Compiled>] {
        &self.rules
    }

    /// The rule of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Compiled>> {
        self.rules.iter().find(|compiled| compiled.rule.name == name)
    }

    /// The enabled rules on a metric.
    pub(crate) fn on(&self, metric: &str) -> &[Arc<Compiled>] {
        self.by_metric.get(metric).map_or(&[], Vec::as_slice)
    }

    /// The shelf with `rule` on it, in the place of its namesake if there is one.
    pub(crate) fn with(&self, rule: Compiled) -> Self {
        let mut rules = self.rules.clone();
        let rule = Arc::new(rule);
        match rules.iter_mut().find(|known| known.rule.name == rule.rule.name) {
            Some(known) => *known = rule,
            None => rules.push(rule),
        }
        Self::of(rules)
    }

    /// The shelf without the rule of this name.
    pub(crate) fn without(&self, name: &str) -> Self {
        Self::of(self.rules.iter().filter(|known| known.rule.name != name).cloned().collect())
    }

    fn of(rules: Vec<Arc<Compiled>>) -> Self {
        let mut by_metric: HashMap<Box<str>, Vec<Arc<Compiled>>> = HashMap::new();
        for compiled in rules.iter().filter(|compiled| compiled.rule.enabled) {
            by_metric.entry_ref(compiled.rule.metric_name.as_str()).or_default().push(Arc::clone(compiled));
        }
        Self { rules, by_metric }
    }
}
