//! Rules and alerts in Prometheus' shapes: the groups of rule files, and Alicia's rules as a group of their own.
//!
//! What a rule of Alicia's asks is shown as an expression, for people and for links to graphs.

use super::super::working::work;
use super::super::{Answer, json};
use super::Success;
use super::rule_shapes::{
    AT_ARRIVAL, Alerting, Evaluated, Firing, Firings, Group, Groups, Shape, Texts, scientific,
};
use super::rules_wanted::Wanted;
use crate::parts::Parts;
use crate::prom::Form;
use ::query::syntax::{parse, parse_length};
use axum::extract::State;
use axum::response::IntoResponse;
use model::{Alert, INSTANCE, Millis, Rule, RuleKind, SERVICE, STATUS, to_seconds};
use rules::Condition;
use rules::groups::{GroupView, RuleView, RuleViewKind};
use std::sync::Arc;
use std::time::Duration;

/// The group of Alicia's rules, and the file that they are said to come from.
const GROUP: &str = "alicia-metrics";

/// A rule that watches over senders is judged without samples.
const EACH_SECOND: &str = "each second";

/// Rules: Alicia's, as alerting rules of one group, and those of rule files
#[utoipa::path(get, path = "/api/v1/rules", tag = "prometheus", operation_id = "prometheus_rules",
    params(("type" = Option<String>, Query, description = "`alert` or `record`"),
        ("rule_name[]" = Option<Vec<String>>, Query, description = "Only these rules"),
        ("rule_group[]" = Option<Vec<String>>, Query, description = "Only of these groups"),
        ("file[]" = Option<Vec<String>>, Query, description = "Only of these files"),
        ("match[]" = Option<Vec<String>>, Query, description = "Only with labels that meet one of these selectors"),
        ("exclude_alerts" = Option<bool>, Query, description = "Without the alerts")),
    responses((status = 200, description = "`{status, data: {groups}}`", body = Success<Groups>), (status = 400, description = "A parameter means nothing")))]
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
    responses((status = 200, description = "`{status, data: {alerts}}`", body = Success<Firings>)))]
pub(super) async fn alerts(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let mut alerts: Vec<Firing> = of_book(parts).iter().map(firing).collect();
        for rule in parts.groups.groups().iter().flat_map(|group| &group.rules) {
            if let RuleViewKind::Alerting { alerts: of_rule, .. } = &rule.kind {
                alerts.extend(of_rule.iter().map(Firing::of));
            }
        }
        json(&Success::of(Firings { alerts }))
    })
    .await
}

/// The group of Alicia's rules, if any of them is wanted.
fn own(parts: &Parts, wanted: &Wanted) -> Option<Group> {
    if !wanted.has_group(GROUP, GROUP) {
        return None;
    }
    let now = parts.clock.now();
    let all = of_book(parts);
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

/// The alerts of Alicia's rules, and whether they fire.
fn of_book(parts: &Parts) -> Vec<(Alert, bool)> {
    let pending = parts.book.pending().into_iter().map(|alert| (alert, false));
    parts.book.alerts(true).into_iter().map(|alert| (alert, true)).chain(pending).collect()
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

fn alerting(rule: Rule, all: &[(Alert, bool)], wanted: &Wanted, now: Millis) -> Option<Shape> {
    let mut labels = Texts::from([("severity".to_owned(), rule.severity.to_string())]);
    labels.extend(rule.labels.clone());
    if !wanted.has_rule(&rule.name, true, &labels) {
        return None;
    }
    let of_rule = || all.iter().filter(|(alert, _)| alert.rule_name == rule.name);
    let own: Vec<Firing> = of_rule().map(firing).collect();
    let state = match of_rule().any(|(_, fires)| *fires) {
        true => "firing",
        false if own.is_empty() => "inactive",
        false => "pending",
    };
    let seconds = |text: &Option<String>| text.as_deref().and_then(parse_length).map_or(0.0, to_seconds);
    let mut annotations = described(&rule.description);
    annotations.extend(rule.annotations.clone());
    Some(Shape::Alerting(Alerting {
        state,
        query: expression(&rule),
        duration: seconds(&rule.hold),
        keep_firing_for: seconds(&rule.keep_firing_for),
        judged: if rule.kind == RuleKind::DeadMan { EACH_SECOND } else { AT_ARRIVAL },
        judged_so_because: None,
        labels,
        annotations,
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

fn firing((alert, fires): &(Alert, bool)) -> Firing {
    let labels = [
        ("alertname", alert.rule_name.clone()),
        ("severity", alert.severity.to_string()),
        (SERVICE, alert.service_name.clone()),
        (INSTANCE, alert.instance_id.clone()),
    ];
    let mut labels: Texts = labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    labels.extend(alert.labels.clone());
    let mut annotations = described(&alert.message);
    annotations.extend(alert.annotations.clone());
    Firing {
        labels,
        annotations,
        state: if *fires { "firing" } else { "pending" },
        active_at: Some(alert.timestamp),
        keep_firing_since: None,
        value: scientific(alert.value),
    }
}

/// What a rule asks, as PromQL: its condition with the metric in the place of `value`. Where a condition has no such
/// form, the series that it judges.
fn expression(rule: &Rule) -> String {
    if rule.kind == RuleKind::DeadMan {
        // The nearest that there is.
        return "up == 0".to_owned();
    }
    let quoted = serde_json::json!(rule.metric_name).to_string();
    let inner = rule.matching.as_deref().unwrap_or("").trim();
    let inner = inner.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(inner);
    let name = match (parse(&rule.metric_name).is_ok(), inner.is_empty()) {
        (true, true) => rule.metric_name.clone(),
        (true, false) => format!("{}{{{inner}}}", rule.metric_name),
        (false, true) => format!("{{{quoted}}}"),
        (false, false) => format!("{{{quoted},{inner}}}"),
    };
    if let Ok(condition) = Condition::parse(&rule.condition)
        && !(condition.functions().is_empty() && condition.silences().is_empty())
    {
        let shown = condition.promql(&name).and_then(|text| Some(parse(&text).ok()?.to_string()));
        return shown.unwrap_or(name);
    }
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
            ("load", "avg(5m) > 90", "avg_over_time(load[5m]) > 90"),
            ("load", "90 < p95(1h) * 2", "quantile_over_time(0.95, load[1h]) * 2 > 90"),
            (
                "load",
                "value > avg(1h) and rate(5m) > 1",
                "load > avg_over_time(load[1h]) and rate(load[5m]) > 1",
            ),
            ("disk", "forecast(4h, 30m) > 95%", "predict_linear(disk[30m], 14400) > 95"),
            ("disk", "trend(1d) > 2 or absent(2m)", "disk"),
            (
                "a b",
                "max(5m) - min(5m) > 3",
                r#"max_over_time({"a b"}[5m]) - min_over_time({"a b"}[5m]) > 3"#,
            ),
        ] {
            let rule = Rule {
                name: "r".to_owned(),
                metric_name: metric.to_owned(),
                condition: condition.to_owned(),
                severity: Severity::Info,
                description: String::new(),
                enabled: true,
                ..Rule::default()
            };
            assert_eq!(expression(&rule), expected);
        }
    }
}
