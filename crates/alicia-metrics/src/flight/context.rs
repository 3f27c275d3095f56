//! What a capsule says of the settings: as much as a replay needs to come to what the collector came to, and never a secret.

use crate::settings::{Settings, SettingsError, check_groups};
use alerts::FlapLimits;
use fields::{Fields, Mapping};
use ingest::GateSettings;
use model::{Millis, Rule, limits};
use rules::groups::{Alerting, GroupRule, GroupSpec, RuleGroup, RuleKind, RuleSpec};
use rules::{RuleBook, default_rules};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::MemoryLimits;

/// Settings that matter to what messages come to. Those that are missing are as without settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Context {
    /// Seconds between two rounds.
    pub(crate) collection_seconds: u64,
    /// How long samples are kept, in milliseconds.
    retention: Millis,
    /// How far before the newest a sample may lie.
    out_of_order_window: Millis,
    /// Series that are kept in all.
    max_series: usize,
    /// From when on an alert flaps; never, where there is nothing.
    flap: Option<Flap>,
    /// What the broker knew the collector by.
    pub(crate) client_id: String,
    /// Where others find the collector.
    pub(crate) external_url: String,
    /// Alicia's rules; the default ones, where there is nothing.
    pub(crate) rules: Option<Vec<Rule>>,
    /// The groups of rule files.
    groups: Vec<Group>,
    /// What becomes of messages, beside what is found out.
    mappings: Vec<Mapping>,
    /// The rules and mappings did not fit.
    pub(crate) is_without_rules: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Flap {
    changes: usize,
    window: Millis,
}

/// A group, and the file that it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Group {
    file: String,
    group: GroupSpec,
}

/// Why the settings of a capsule are none.
#[derive(Debug, thiserror::Error)]
#[error("the settings in the capsule cannot be used: {0}")]
pub(crate) struct ContextError(String);

impl Default for Context {
    fn default() -> Self {
        Self {
            collection_seconds: 30,
            retention: 30 * limits::DAY,
            out_of_order_window: limits::FOREVER,
            max_series: limits::SERIES,
            flap: None,
            client_id: String::new(),
            external_url: String::new(),
            rules: None,
            groups: Vec::new(),
            mappings: Vec::new(),
            is_without_rules: false,
        }
    }
}

impl Context {
    /// What a running collector goes by.
    pub(crate) fn of(settings: &Settings, book: &RuleBook, fields: &Fields) -> Self {
        let flap = settings.desk.flapping.map(|flap| Flap { changes: flap.changes, window: flap.window });
        let group = |group: &RuleGroup| Group { file: group.file.clone(), group: spec(group) };
        Self {
            collection_seconds: settings.collection_seconds,
            retention: settings.retention.0,
            out_of_order_window: settings.out_of_order_window.0,
            max_series: settings.max_series,
            flap,
            client_id: settings.mqtt.client_id.clone(),
            external_url: settings.external_url(),
            rules: Some(book.rules()),
            groups: settings.rule_groups.iter().map(group).collect(),
            mappings: fields.mappings().into_iter().map(|known| known.mapping).collect(),
            is_without_rules: false,
        }
    }

    /// The same without rules and mappings, for a capsule in which they have no room.
    pub(crate) fn without_rules(self) -> Self {
        Self { rules: None, groups: Vec::new(), mappings: Vec::new(), is_without_rules: true, ..self }
    }

    /// Reads what a capsule says, whoever wrote it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(settings: &serde_json::Value) -> Result<Self, ContextError> {
        if settings.is_null() {
            return Ok(Self::default());
        }
        if !settings.is_object() {
            return Err(ContextError("they are no object".to_owned()));
        }
        let mut context: Self =
            serde_json::from_value(settings.clone()).map_err(|error| ContextError(error.to_string()))?;
        // What the settings of a collector would not allow either.
        context.collection_seconds = context.collection_seconds.clamp(1, 86_400);
        context.retention = context.retention.clamp(limits::HOUR, limits::FOREVER);
        context.out_of_order_window = context.out_of_order_window.clamp(0, limits::FOREVER);
        context.max_series = context.max_series.clamp(1_000, limits::MOST_SERIES);
        for rule in context.rules.iter().flatten() {
            rules::check(rule).map_err(|error| ContextError(format!("rule {:?}: {error}", rule.name)))?;
        }
        context.mappings.truncate(limits::MAPPINGS);
        Ok(context)
    }

    /// The rules, or the default ones.
    pub(crate) fn rules(&self) -> Vec<Rule> {
        self.rules.clone().unwrap_or_else(|| default_rules(90.0, 85.0))
    }

    /// What becomes of messages.
    pub(crate) fn fields(&self) -> Fields {
        Fields::new(self.mappings.clone())
    }

    /// The groups of rule files, checked.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn groups(&self) -> Result<Vec<RuleGroup>, ContextError> {
        let mut by_file: BTreeMap<&str, Vec<GroupSpec>> = BTreeMap::new();
        for group in &self.groups {
            by_file.entry(&group.file).or_default().push(group.group.clone());
        }
        let mut groups = Vec::new();
        for (file, specs) in by_file {
            let checked = check_groups(file, specs);
            groups.extend(checked.map_err(|error: SettingsError| ContextError(error.to_string()))?);
        }
        Ok(groups)
    }

    /// What the gate needs of it.
    pub(crate) fn gate(&self) -> GateSettings {
        let seconds = i64::try_from(self.collection_seconds).unwrap_or(i64::MAX);
        GateSettings {
            retention: self.retention,
            series: self.max_series,
            collection_interval: seconds.saturating_mul(limits::SECOND),
            ..GateSettings::default()
        }
    }

    /// What the store needs of it.
    pub(crate) fn store(&self) -> MemoryLimits {
        let (retention, out_of_order) = (self.retention, self.out_of_order_window);
        MemoryLimits { retention, out_of_order, ..MemoryLimits::of_series(self.max_series) }
    }

    /// What the desk of alerts needs of it.
    pub(crate) fn desk(&self) -> alerts::Settings {
        let flapping = self.flap.map(|flap| FlapLimits { changes: flap.changes, window: flap.window });
        alerts::Settings { flapping, ..alerts::Settings::default() }
    }
}

/// A group as it would stand in a file. Labels of the group are those of its rules already.
fn spec(group: &RuleGroup) -> GroupSpec {
    let length = |millis: Millis| (millis > 0).then(|| format!("{millis}ms"));
    let rule = |rule: &GroupRule| {
        let (record, alert, alerting) = match &rule.kind {
            RuleKind::Recording => (Some(rule.name.clone()), None, Alerting::default()),
            RuleKind::Alerting(alerting) => (None, Some(rule.name.clone()), alerting.clone()),
        };
        RuleSpec {
            record,
            alert,
            expr: rule.expr.clone(),
            hold: length(alerting.hold),
            keep_firing_for: length(alerting.keep_firing_for),
            labels: rule.labels.clone(),
            annotations: alerting.annotations,
        }
    };
    GroupSpec {
        name: group.name.clone(),
        interval: length(group.interval),
        query_offset: length(group.query_offset),
        limit: i64::try_from(group.limit).unwrap_or(0),
        labels: BTreeMap::new(),
        rules: group.rules.iter().map(rule).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Context, Group, spec};
    use crate::settings::check_groups;
    use rules::groups::FileSpec;
    use serde_json::json;

    #[test]
    fn groups_come_back_as_they_were() {
        let text = "groups:\n- name: g\n  interval: 15s\n  query_offset: 1s\n  limit: 7\n  labels: {team: home}\n  rules:\n  \
            - record: a:b\n    expr: sum(b)\n  - alert: Hot\n    expr: t > 60\n    for: 90s\n    keep_firing_for: 5m\n    \
            labels: {severity: page}\n    annotations: {summary: 'hot: {{ $value }}'}\n";
        let file: FileSpec = serde_saphyr::from_str(text).expect("it is right");
        let groups = check_groups("rules.yml", file.groups).expect("it is right");
        let groups_of = |group| Group { file: "rules.yml".to_owned(), group: spec(group) };
        let context = Context { groups: groups.iter().map(groups_of).collect(), ..Context::default() };
        let written = serde_json::to_value(&context).expect("JSON");
        let read = Context::read(&written).expect("it is right");
        assert_eq!(read, context);
        assert_eq!(read.groups().expect("they are right"), groups);
    }

    #[test]
    fn what_is_missing_is_as_without_settings_and_what_is_wrong_is_told() {
        assert_eq!(Context::read(&json!({})).expect("nothing is wrong"), Context::default());
        assert_eq!(Context::read(&json!(null)).expect("nothing is wrong"), Context::default());
        let bounded = json!({"collection_seconds": 0, "max_series": u64::MAX, "retention": -5});
        let bounded = Context::read(&bounded).expect("it is bounded");
        assert_eq!((bounded.collection_seconds, bounded.retention), (1, 3_600_000));
        assert!(bounded.max_series <= 100_000_000);
        let rule = json!({"name": "r", "metric_name": "m", "condition": "value >", "severity": "info",
            "description": ""});
        for bad in [json!({"rules": [rule]}), json!({"rules": 7}), json!([1])] {
            assert!(Context::read(&bad).is_err(), "{bad}");
        }
        let group = json!({"groups": [{"file": "f", "group": {"name": "g", "rules": [{"alert": "A"}]}}]});
        assert!(Context::read(&group).expect("its shape is right").groups().is_err());
    }
}
