//! Which alerts explain which: an alert that meets the conditions of a source inhibits those that meet the conditions of a
//! target and have the same values of some labels. Pure.
//!
//! Sources and targets are kept by those values, so that a change costs no more than the alerts that it concerns.

use crate::labels::{LabelSet, admits, label};
use model::Matcher;
use std::collections::{BTreeMap, BTreeSet};

/// An inhibition, in Alertmanager's terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Inhibit {
    /// What an alert is like that explains others.
    pub source: Vec<Matcher>,
    /// What those are like that it explains.
    pub target: Vec<Matcher>,
    /// The labels whose values both have in common; one that neither has is in common too.
    pub equal: Vec<String>,
}

/// An inhibition and the alerts that it concerns.
#[derive(Debug)]
pub(crate) struct Inhibition {
    rule: Inhibit,
    meetings: BTreeMap<Vec<String>, Meeting>,
    places: BTreeMap<String, Place>,
}

/// Alerts of the same values.
#[derive(Debug, Default)]
struct Meeting {
    sources: BTreeSet<String>,
    targets: BTreeSet<String>,
    /// Those that are both: they inhibit others, and are inhibited by those that are sources alone.
    both: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Source,
    Target,
    Both,
}

#[derive(Debug)]
struct Place {
    key: Vec<String>,
    role: Role,
}

impl Meeting {
    fn of(&mut self, role: Role) -> &mut BTreeSet<String> {
        match role {
            Role::Source => &mut self.sources,
            Role::Target => &mut self.targets,
            Role::Both => &mut self.both,
        }
    }

    /// Whether targets are inhibited, and whether those are that are both.
    fn inhibits(&self) -> (bool, bool) {
        let has_source = !self.sources.is_empty();
        (has_source || !self.both.is_empty(), has_source)
    }

    /// The alerts for which it changed whether they are inhibited.
    fn changed(&self, before: (bool, bool)) -> Vec<String> {
        let now = self.inhibits();
        let targets = self.targets.iter().filter(|_| before.0 != now.0);
        targets.chain(self.both.iter().filter(|_| before.1 != now.1)).cloned().collect()
    }
}

impl Inhibition {
    pub(crate) fn new(rule: Inhibit) -> Self {
        Self { rule, meetings: BTreeMap::new(), places: BTreeMap::new() }
    }

    /// Takes an alert that fires; gives the others for which that changes something.
    pub(crate) fn enter(&mut self, id: &str, labels: &LabelSet) -> Vec<String> {
        let role = match (admits(&self.rule.source, labels), admits(&self.rule.target, labels)) {
            (true, true) => Role::Both,
            (true, false) => Role::Source,
            (false, true) => Role::Target,
            (false, false) => return Vec::new(),
        };
        let key: Vec<String> = self.rule.equal.iter().map(|name| label(labels, name).to_owned()).collect();
        let meeting = self.meetings.entry(key.clone()).or_default();
        let before = meeting.inhibits();
        meeting.of(role).insert(id.to_owned());
        self.places.insert(id.to_owned(), Place { key, role });
        meeting.changed(before)
    }

    /// Lets an alert go; gives the others for which that changes something.
    pub(crate) fn leave(&mut self, id: &str) -> Vec<String> {
        let Some(Place { key, role }) = self.places.remove(id) else { return Vec::new() };
        let Some(meeting) = self.meetings.get_mut(&key) else { return Vec::new() };
        let before = meeting.inhibits();
        meeting.of(role).remove(id);
        let changed = meeting.changed(before);
        if meeting.sources.is_empty() && meeting.targets.is_empty() && meeting.both.is_empty() {
            self.meetings.remove(&key);
        }
        changed
    }

    /// An alert that inhibits this one.
    pub(crate) fn source_of(&self, id: &str) -> Option<&String> {
        let place = self.places.get(id)?;
        let meeting = self.meetings.get(&place.key)?;
        match place.role {
            Role::Source => None,
            Role::Target => meeting.sources.first().or_else(|| meeting.both.first()),
            Role::Both => meeting.sources.first(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Inhibit, Inhibition};
    use crate::labels::LabelSet;
    use model::parse_matchers;

    fn labels(text: &[(&str, &str)]) -> LabelSet {
        text.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn inhibition(source: &str, target: &str, equal: &[&str]) -> Inhibition {
        let matchers = |text| parse_matchers(text).expect("good");
        let equal = equal.iter().map(|name| (*name).to_owned()).collect();
        Inhibition::new(Inhibit { source: matchers(source), target: matchers(target), equal })
    }

    #[test]
    fn a_source_inhibits_targets_of_the_same_values() {
        let mut one = inhibition("severity=\"critical\"", "severity=\"warning\"", &["site"]);
        assert_eq!(one.enter("a", &labels(&[("severity", "warning"), ("site", "x")])), Vec::<String>::new());
        one.enter("b", &labels(&[("severity", "warning"), ("site", "y")]));
        assert_eq!(one.enter("c", &labels(&[("severity", "critical"), ("site", "x")])), ["a"]);
        assert_eq!(one.enter("d", &labels(&[("severity", "critical"), ("site", "x")])), Vec::<String>::new());
        assert_eq!((one.source_of("a"), one.source_of("b")), (Some(&"c".to_owned()), None));
        assert_eq!(one.leave("c"), Vec::<String>::new(), "the other is left");
        assert_eq!(one.source_of("a"), Some(&"d".to_owned()));
        assert_eq!(one.leave("d"), ["a"]);
        assert_eq!(one.source_of("a"), None);
        one.leave("a");
        one.leave("b");
        assert!(one.meetings.is_empty() && one.places.is_empty());
    }

    #[test]
    fn who_is_both_inhibits_others_but_none_of_its_kind_nor_itself() {
        let mut one = inhibition("alertname=~\"up|down\"", "alertname=~\"down|slow\"", &[]);
        for name in ["down", "slow"] {
            one.enter(name, &labels(&[("alertname", name)]));
        }
        one.enter("down2", &labels(&[("alertname", "down")]));
        assert_eq!((one.source_of("down"), one.source_of("slow")), (None, Some(&"down".to_owned())));
        assert_eq!(one.enter("up", &labels(&[("alertname", "up")])), ["down", "down2"]);
        assert_eq!(one.source_of("down"), Some(&"up".to_owned()));
    }
}
