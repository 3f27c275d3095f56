//! Rules and alerts in Prometheus' shapes: the groups of rule files, and Alicia's rules as a group of their own.
//!
//! A rule of Alicia's judges each sample as it arrives, so an alert fires at once and there is nothing pending; what the rule
//! asks is shown as an expression, for people and for links to graphs.

use super::super::working::work;
use super::super::{Answer, json};
use super::Success;
use super::rule_shapes::{Alerting, Evaluated, Firing, Group, Groups, Shape, Texts, scientific};
use super::rules_wanted::Wanted;
use crate::parts::Parts;
use crate::prom::Form;
use ::query::syntax::parse;
use axum::extract::State;
use axum::response::IntoResponse;
use model::{Alert, INSTANCE, Millis, Rule, SERVICE, STATUS};
use rules::groups::{GroupView, RuleView, RuleViewKind};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The group of Alicia's rules, and the file that they are said to come from.
const GROUP: &str = "alicia-metrics";

/// Rules: Alicia's, as alerting rules of one group, and those of rule files
#[utoipa::path(get, path = "/api/v1/rules", tag = "prometheus", operation_id = "prometheus_rules",
    params(("type" = Option<String>, Query, description = "`alert` or `record`"),
        ("rule_name[]" = Option<Vec<String>>, Query, description = "Only these rules"),
        ("rule_group[]" = Option<Vec<String>>, Query, description = "Only of these groups"),
        ("file[]" = Option<Vec<String>>, Query, description = "Only of these files"),
        ("match[]" = Option<Vec<String>>, Query, description = "Only with labels that meet one of these selectors"),
        ("exclude_alerts" = Option<bool>, Query, description = "Without the alerts")),
    responses((status = 200, description = "`{status, data: {groups}}`"), (status = 400, description = "A parameter means nothing")))]
pub(super) async fn rules(State(parts): State<Arc<Parts>>, form: Form) -> Answer {
    let wanted = match Wanted::read(&form) {
        Ok(wanted) => wanted,
        Err(failure) => return Ok(failure.into_response()),
    };
    work(parts, move |parts| {
        let mut groups: Vec<Group> = own(parts, &wanted).into_iter().collect();
        groups.extend(parts.groups.groups().iter().filter_map(|group| of_file(group, &wanted)));
        json(&Success::of(Groups { groups }))
    })
    .await
}

/// The alerts that are pending or firing
#[utoipa::path(get, path = "/api/v1/alerts", tag = "prometheus", operation_id = "prometheus_alerts",
    responses((status = 200, description = "`{status, data: {alerts}}`")))]
pub(super) async fn alerts(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let mut alerts: Vec<Firing> = parts.book.alerts(true).iter().map(firing).collect();
        for rule in parts.groups.groups().iter().flat_map(|group| &group.rules) {
            if let RuleViewKind::Alerting { alerts: of_rule, .. } = &rule.kind {
                alerts.extend(of_rule.iter().map(Firing::of));
            }
        }
        json(&Success::of(BTreeMap::from([("alerts", alerts)])))
    })
    .await
}

/// The group of Alicia's rules, if any of them is wanted.
fn own(parts: &Parts, wanted: &Wanted) -> Option<Group> {
    if !wanted.has_group(GROUP, GROUP) {
        return None;
    }
    let now = parts.clock.now();
    let all = parts.book.alerts(true);
    let rules = parts.book.rules().into_iter().filter(|rule| rule.enabled);
    let rules: Vec<Shape> = rules.filter_map(|rule| alerting(rule, &all, wanted, now)).collect();
    (!rules.is_empty()).then(|| Group {
        name: GROUP.to_owned(),
        file: GROUP.to_owned(),
        rules,
        interval: 0.0,
        limit: 0,
        evaluation_time: Duration::ZERO,
        last_evaluation: Some(now),
    })
}

/// A group of a file, if any of its rules is wanted; without any rule at all, if it is.
fn of_file(group: &GroupView, wanted: &Wanted) -> Option<Group> {
    if !wanted.has_group(&group.name, &group.file) {
        return None;
    }
    let is_wanted = |view: &&RuleView| {
        let is_alerting = matches!(view.kind, RuleViewKind::Alerting { .. });
        wanted.has_rule(&view.rule.name, is_alerting, &view.rule.labels)
    };
    let rules: Vec<Shape> =
        group.rules.iter().filter(is_wanted).map(|view| Shape::of(view, wanted.has_alerts)).collect();
    (!rules.is_empty()).then(|| Group::of(group, rules))
}

fn alerting(rule: Rule, all: &[Alert], wanted: &Wanted, now: Millis) -> Option<Shape> {
    let labels = Texts::from([("severity".to_owned(), rule.severity.to_string())]);
    if !wanted.has_rule(&rule.name, true, &labels) {
        return None;
    }
    let own: Vec<Firing> = all.iter().filter(|alert| alert.rule_name == rule.name).map(firing).collect();
    Some(Shape::Alerting(Alerting {
        state: if own.is_empty() { "inactive" } else { "firing" },
        query: expression(&rule),
        duration: 0.0,
        keep_firing_for: 0.0,
        labels,
        annotations: described(&rule.description),
        alerts: wanted.has_alerts.then_some(own),
        evaluated: Evaluated {
            health: "ok",
            last_error: None,
            evaluation_time: Duration::ZERO,
            last_evaluation: Some(now),
        },
        name: rule.name,
    }))
}

fn described(text: &str) -> Texts {
    Texts::from([("description".to_owned(), text.to_owned())])
}

fn firing(alert: &Alert) -> Firing {
    let labels = [
        ("alertname", alert.rule_name.clone()),
        ("severity", alert.severity.to_string()),
        (SERVICE, alert.service_name.clone()),
        (INSTANCE, alert.instance_id.clone()),
    ];
    Firing {
        labels: labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        annotations: described(&alert.message),
        state: "firing",
        active_at: Some(alert.timestamp),
        keep_firing_since: None,
        value: scientific(alert.value),
    }
}

/// What a rule asks, as PromQL: its condition with the metric in the place of `value`. Where a condition has no such
/// form, the series that it judges.
fn expression(rule: &Rule) -> String {
    let quoted = serde_json::json!(rule.metric_name).to_string();
    let name =
        if parse(&rule.metric_name).is_ok() { rule.metric_name.clone() } else { format!("{{{quoted}}}") };
    let word = |op: &str| {
        let word = rule.condition.trim().strip_prefix("value")?.trim_start().strip_prefix(op)?.trim();
        let word = word.strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])?;
        Some(serde_json::json!(word).to_string())
    };
    let labelled = |op: &str, word: String| format!("{{__name__={quoted},{STATUS}{op}{word}}}");
    let of_word = word("==").map(|word| labelled("=", word));
    let of_word = of_word.or_else(|| word("!=").map(|word| labelled("!=", word)));
    let plain = || {
        let words = rule.condition.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_');
        let put = |word: &str| match word.strip_prefix("value") {
            Some(rest) if rest.chars().all(|c| !c.is_alphanumeric() && c != '_') => format!("{name}{rest}"),
            _ => word.to_owned(),
        };
        words.map(put).collect::<String>().replace('%', "")
    };
    let candidates = of_word.into_iter().chain([plain()]);
    candidates.filter_map(|text| Some(parse(&text).ok()?.to_string())).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::expression;
    use model::{Rule, Severity};

    #[test]
    fn conditions_are_shown_as_expressions() {
        for (metric, condition, expected) in [
            ("cpu_percent", "value > 90", "cpu_percent > 90"),
            ("cpu_percent", "value>90% and 99 > value", "cpu_percent > 90 and 99 > cpu_percent"),
            ("health_status", "value == 'unhealthy'", r#"{__name__="health_status",status="unhealthy"}"#),
            ("a b", "value > 1", r#"{"a b"} > 1"#),
            ("values", "(value < 1 or value > 2)", "(values < 1 or values > 2)"),
            ("cpu_percent", "not value > 90", "cpu_percent"),
        ] {
            let rule = Rule {
                name: "r".to_owned(),
                metric_name: metric.to_owned(),
                condition: condition.to_owned(),
                severity: Severity::Info,
                description: String::new(),
                enabled: true,
                cooldown_period: 0,
            };
            assert_eq!(expression(&rule), expected);
        }
    }
}
