//! Groups and rules that are right: what [`RuleGroup::check`] lets through can be evaluated.

use super::expand::Expand;
use super::naming::{rule_key, rule_key_of};
use super::spec::{FileSpec, GroupSpec, RuleSpec};
use model::{Alert, Labels, Millis, NAME, limits};
use query::syntax::{parse, parse_length};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A group of rules that are evaluated one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleGroup {
    /// The file that it stands in.
    pub file: String,
    /// Unique within the file.
    pub name: String,
    /// Time between two rounds.
    pub interval: Millis,
    /// How far before the time of a round its samples lie.
    pub query_offset: Millis,
    /// Series that a rule may give; 0 is as many as it likes.
    pub limit: usize,
    /// Its rules, in order.
    pub rules: Vec<GroupRule>,
}

/// A rule of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRule {
    /// The metric that is written, or the alert's name.
    pub name: String,
    /// PromQL, as it is printed.
    pub expr: String,
    /// Labels that are set, those of the group among them.
    pub labels: BTreeMap<String, String>,
    /// What is done with the answer.
    pub kind: RuleKind,
}

impl GroupRule {
    /// The labels that are the same for all that it gives: those that are no templates.
    pub(super) fn fixed_labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let fixed = self.labels.iter().filter(|(_, value)| !value.contains("{{"));
        fixed.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether the alert of the group `group` is of this rule: rules of one name may differ by their labels.
    pub(super) fn owns(&self, group: &str, alert: &Alert) -> bool {
        matches!(self.kind, RuleKind::Alerting(_))
            && rule_key_of(&alert.alert_id).is_some_and(|key| key == rule_key(group, &self.name))
            && self
                .fixed_labels()
                .all(|(name, value)| alert.labels.get(name).map_or("", String::as_str) == value)
    }
}

impl RuleGroup {
    /// Whether an alert that was told as begun is of a rule of this group.
    #[must_use]
    pub fn owns(&self, alert: &Alert) -> bool {
        self.rules.iter().any(|rule| rule.owns(&self.name, alert))
    }
}

/// What a rule does with what its expression comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleKind {
    /// It is written as a metric.
    Recording,
    /// Each of its series is an alert.
    Alerting(Alerting),
}

/// What alerting rules have besides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alerting {
    /// How long an alert is pending before it fires.
    pub hold: Millis,
    /// How long it fires after its series are gone.
    pub keep_firing_for: Millis,
    /// Templates.
    pub annotations: BTreeMap<String, String>,
}

/// What is wrong with a group, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct GroupError {
    /// The group's name.
    pub group: String,
    /// The rule, counted from 1; none if it is the group that is wrong.
    pub rule: Option<usize>,
    /// The key.
    pub field: String,
    /// Why. Of an expression, with line and byte.
    pub message: String,
}

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "group {:?}", self.group)?;
        if let Some(rule) = self.rule {
            write!(f, ", rule {rule}")?;
        }
        write!(f, ", {}: {}", self.field, self.message)
    }
}

impl RuleGroup {
    /// The groups of a file. Those that name no interval have `interval`.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(
        file: &str,
        spec: FileSpec,
        interval: Millis,
        expand: &dyn Expand,
    ) -> Result<Vec<Self>, GroupError> {
        let mut names = BTreeSet::new();
        let mut groups = Vec::new();
        for group in spec.groups {
            let name = group.name.clone();
            let wrong = |message: &str| Wrong::new("name", message).of(&name, None);
            if name.is_empty() {
                return Err(wrong("a group needs a name"));
            }
            if !names.insert(name.clone()) {
                return Err(wrong("another group of the file has this name"));
            }
            groups.push(checked_group(file, group, interval, expand)?);
        }
        Ok(groups)
    }

    /// The time of the first round that is later than `t`. A group has its place in its interval, by its file and name, so
    /// that not all groups have their rounds at once.
    #[must_use]
    pub fn round_after(&self, t: Millis) -> Millis {
        let of = Labels::new([("file", &self.file), ("name", &self.name)]).fingerprint();
        let interval = self.interval.max(1);
        let offset = i64::try_from(of % interval.unsigned_abs()).unwrap_or(0);
        t - (t - offset).rem_euclid(interval) + interval
    }

    /// By what a group is known.
    #[must_use]
    pub fn key(&self) -> (String, String) {
        (self.file.clone(), self.name.clone())
    }
}

/// What is wrong with a field.
struct Wrong {
    field: String,
    message: String,
}

impl Wrong {
    fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    fn of(self, group: &str, rule: Option<usize>) -> GroupError {
        GroupError { group: group.to_owned(), rule, field: self.field, message: self.message }
    }
}

fn checked_group(
    file: &str,
    spec: GroupSpec,
    interval: Millis,
    expand: &dyn Expand,
) -> Result<RuleGroup, GroupError> {
    let name = spec.name.clone();
    let of_group = |wrong: Wrong| wrong.of(&name, None);
    let own = length("interval", spec.interval.as_deref()).map_err(of_group)?;
    let query_offset = length("query_offset", spec.query_offset.as_deref()).map_err(of_group)?;
    let interval = if own == 0 { interval } else { own };
    if interval < limits::RULE_INTERVAL {
        return Err(of_group(Wrong::new("interval", "shorter than 100ms")));
    }
    label_names(&spec.labels).map_err(of_group)?;
    let mut rules = Vec::new();
    for (at, rule) in spec.rules.into_iter().enumerate() {
        let checked = checked_rule(rule, &spec.labels, expand);
        rules.push(checked.map_err(|wrong| wrong.of(&name, Some(at + 1)))?);
    }
    let limit = usize::try_from(spec.limit).unwrap_or(0);
    Ok(RuleGroup { file: file.to_owned(), name: spec.name, interval, query_offset, limit, rules })
}

fn checked_rule(
    spec: RuleSpec,
    of_group: &BTreeMap<String, String>,
    expand: &dyn Expand,
) -> Result<GroupRule, Wrong> {
    label_names(&spec.labels)?;
    let hold = length("for", spec.hold.as_deref())?;
    let keep_firing_for = length("keep_firing_for", spec.keep_firing_for.as_deref())?;
    let present = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (name, kind) = match (present(spec.record), present(spec.alert)) {
        (Some(_), Some(_)) => return Err(Wrong::new("alert", "a rule has `record` or `alert`, not both")),
        (None, None) => return Err(Wrong::new("record", "a rule needs `record` or `alert`")),
        (Some(record), None) => {
            if record.contains(['{', '}']) {
                return Err(Wrong::new("record", format!("{record:?} is no name of a metric")));
            }
            for (field, is_there) in [
                ("for", hold > 0),
                ("keep_firing_for", keep_firing_for > 0),
                ("annotations", !spec.annotations.is_empty()),
            ] {
                if is_there {
                    return Err(Wrong::new(field, "is for alerting rules only"));
                }
            }
            (record, RuleKind::Recording)
        }
        (None, Some(alert)) => {
            let labels = spec.labels.iter().map(|(name, text)| ("labels", name, text));
            let annotations = spec.annotations.iter().map(|(name, text)| ("annotations", name, text));
            for (field, name, text) in labels.chain(annotations) {
                let checked =
                    if name.is_empty() { Err("a name is empty".to_owned()) } else { expand.check(text) };
                checked.map_err(|why| Wrong::new(format!("{field}.{name}"), why))?;
            }
            (alert, RuleKind::Alerting(Alerting { hold, keep_firing_for, annotations: spec.annotations }))
        }
    };
    if name.len() > limits::NAME_BYTES {
        return Err(Wrong::new("name", format!("longer than {} bytes", limits::NAME_BYTES)));
    }
    if spec.expr.trim().is_empty() {
        return Err(Wrong::new("expr", "a rule needs an expression"));
    }
    let expr = parse(&spec.expr).map_err(|error| Wrong::new("expr", error.to_string()))?.to_string();
    let mut labels = of_group.clone();
    labels.extend(spec.labels);
    Ok(GroupRule { name, expr, labels, kind })
}

fn label_names(labels: &BTreeMap<String, String>) -> Result<(), Wrong> {
    match labels.keys().find(|name| name.is_empty() || *name == NAME || name.len() > limits::NAME_BYTES) {
        Some(name) => Err(Wrong::new(format!("labels.{name}"), "not a name that a label may have here")),
        None => Ok(()),
    }
}

/// A length as Prometheus' files have it: `1h30m`, with a unit unless it is 0.
fn length(field: &str, text: Option<&str>) -> Result<Millis, Wrong> {
    let Some(text) = text else { return Ok(0) };
    let has_unit = text == "0" || text.ends_with(|last: char| last.is_ascii_alphabetic());
    let found = parse_length(text).filter(|length| has_unit && *length >= 0);
    found.ok_or_else(|| Wrong::new(field, format!("not a valid duration string: {text:?}")))
}
