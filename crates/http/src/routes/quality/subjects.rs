//! The rules that there are, of both kinds, and since when there was something for them to judge.

use super::{Answer, unreadable, wanted};
use crate::parts::Parts;
use crate::prom::Going;
use ::alerts::quality::{Origin, Subject};
use ::rules::groups::{ALERT_NAME, GroupView, RuleView, RuleViewKind, rule_key, rule_key_of};
use ::rules::why::metrics_in;
use model::{
    Alert, Labels, Matcher, Millis, NAME, Rule, RuleKind, SERVICE, Selection, TimeRange, limits,
    parse_matchers,
};
use query::syntax::parse_length;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// The rules, and which alert is of which.
pub(super) struct Subjects {
    all: Vec<Subject>,
    /// Alicia's, by name.
    rules: BTreeMap<String, usize>,
    /// Those of rule files, by their [`rule_key`].
    of_groups: BTreeMap<String, usize>,
    /// The same by name alone, with the time between two rounds: for `ALERTS`, which does not say the group.
    named: BTreeMap<String, (usize, Millis)>,
}

impl Subjects {
    /// All rules of the house.
    ///
    /// # Errors
    /// Samples cannot be read, or nobody waits.
    pub(super) fn of(parts: &Parts, range: TimeRange, going: &Going) -> Answer<Self> {
        let mut own = Self {
            all: Vec::new(),
            rules: BTreeMap::new(),
            of_groups: BTreeMap::new(),
            named: BTreeMap::new(),
        };
        let mut since = Since { parts, range, going, known: BTreeMap::new() };
        for rule in parts.book.rules() {
            own.rules.insert(rule.name.clone(), own.all.len());
            own.all.push(of_alicia(&rule, since.of(&matchers(&rule))?));
        }
        for group in parts.groups.groups() {
            for view in &group.rules {
                own.add(&group, view, &mut since)?;
            }
        }
        Ok(own)
    }

    fn add(&mut self, group: &GroupView, view: &RuleView, since: &mut Since<'_>) -> Answer<()> {
        let RuleViewKind::Alerting { hold, .. } = &view.kind else { return Ok(()) };
        let key = rule_key(&group.name, &view.rule.name);
        let severity =
            view.rule.labels.get("severity").and_then(|word| word.parse().ok()).unwrap_or_default();
        // Several of one name in a group are one rule with several severities, and the worst counts.
        let known = self.of_groups.get(&key).and_then(|at| self.all.get_mut(*at));
        if let Some(known) = known {
            known.severity = known.severity.max(severity);
            return Ok(());
        }
        let mut first = None;
        for metric in metrics_in(&view.rule.expr) {
            first = first.into_iter().chain(since.of(&[Matcher::equal(NAME, metric)])?).min();
        }
        let at = self.all.len();
        self.named.entry(view.rule.name.clone()).or_insert((at, group.interval));
        self.of_groups.insert(key, at);
        self.all.push(Subject {
            name: view.rule.name.clone(),
            origin: Origin::RuleFile,
            group: Some(group.name.clone()),
            severity,
            enabled: true,
            hold: *hold,
            known_since: first,
        });
        Ok(())
    }

    /// The rules.
    pub(super) fn all(&self) -> &[Subject] {
        &self.all
    }

    /// The place of the rule of an alert.
    pub(super) fn place(&self, alert: &Alert) -> Option<usize> {
        if alert.labels.contains_key(ALERT_NAME)
            && let Some(at) = rule_key_of(&alert.alert_id).and_then(|key| self.of_groups.get(key))
        {
            return Some(*at);
        }
        self.rules.get(&alert.rule_name).copied()
    }

    /// The place of the rule of a series of `ALERTS`, and how far apart its samples are.
    pub(super) fn of_series(&self, labels: &Labels) -> Option<(usize, Millis)> {
        self.named.get(labels.get(ALERT_NAME)?).copied()
    }
}

fn of_alicia(rule: &Rule, known_since: Option<Millis>) -> Subject {
    Subject {
        name: rule.name.clone(),
        origin: Origin::Rule,
        group: None,
        severity: rule.levels.iter().map(|level| level.severity).max().unwrap_or(rule.severity),
        enabled: rule.enabled,
        hold: rule.hold.as_deref().and_then(parse_length).unwrap_or(0),
        known_since,
    }
}

/// What a rule of Alicia's looks at.
fn matchers(rule: &Rule) -> Vec<Matcher> {
    let own = rule.matching.as_deref().and_then(|text| parse_matchers(text).ok()).unwrap_or_default();
    match rule.kind {
        // Whoever speaks has samples.
        RuleKind::DeadMan => own.into_iter().chain([Matcher::not_equal(SERVICE, "")]).collect(),
        RuleKind::Condition => {
            own.into_iter().chain([Matcher::equal(NAME, rule.metric_name.as_str())]).collect()
        }
    }
}

/// When samples began, looked up once for each metric.
struct Since<'a> {
    parts: &'a Parts,
    range: TimeRange,
    going: &'a Going,
    known: BTreeMap<String, Option<Millis>>,
}

impl Since<'_> {
    /// About when the first sample in the range is: exactly of some series that has one on the first day on which any does.
    fn of(&mut self, matchers: &[Matcher]) -> Answer<Option<Millis>> {
        let key = format!("{matchers:?}");
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let found = self.look(matchers)?;
        self.known.insert(key, found);
        Ok(found)
    }

    fn look(&self, matchers: &[Matcher]) -> Answer<Option<Millis>> {
        let mut start = self.range.start;
        while start <= self.range.end {
            wanted(self.going)?;
            let end = start.saturating_add(limits::DAY - 1).min(self.range.end);
            let selection = Selection::all(matchers.to_vec()).within(TimeRange { start, end });
            let mut first = None;
            let read = self.parts.select.each(&selection, &mut |_, columns| {
                first = columns.times.first().copied();
                if first.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            read.map_err(|error| unreadable(&error))?;
            if first.is_some() {
                return Ok(first);
            }
            start = end.saturating_add(1);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::{matchers, of_alicia};
    use model::{Level, Rule, RuleKind, Severity};

    #[test]
    fn a_rule_is_as_bad_as_its_worst_level_and_looks_at_what_it_names() {
        let level = |severity| Level { severity, condition: "value > 1".to_owned() };
        let rule = Rule {
            metric_name: "m".to_owned(),
            hold: Some("2m".to_owned()),
            matching: Some("room=\"attic\"".to_owned()),
            levels: vec![level(Severity::Info), level(Severity::Error)],
            ..Rule::default()
        };
        let subject = of_alicia(&rule, Some(5));
        assert_eq!(
            (subject.severity, subject.hold, subject.known_since),
            (Severity::Error, 120_000, Some(5))
        );
        let said = |rule: &Rule| {
            let all = matchers(rule).into_iter();
            all.map(|one| (one.label().to_owned(), one.value().to_owned())).collect::<Vec<_>>()
        };
        let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
        assert_eq!(said(&rule), [pair("room", "attic"), pair("__name__", "m")]);
        let silent = Rule { kind: RuleKind::DeadMan, matching: None, ..Rule::default() };
        assert_eq!(said(&silent), [pair("service", "")]);
    }
}
