//! Alicia's rules and alerts in Prometheus' shapes.
//!
//! A rule judges each sample as it arrives, so an alert fires at once and there is nothing pending; what the rule asks is
//! shown as an expression, for people and for links to graphs.

use super::super::working::work;
use super::super::{Answer, json};
use super::Success;
use crate::parts::Parts;
use crate::prom::{Failure, Form, rfc3339};
use ::query::syntax::parse;
use axum::extract::State;
use axum::response::IntoResponse;
use model::{Alert, INSTANCE, Rule, SERVICE, STATUS};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The group of all rules, and the file that they are said to come from.
const GROUP: &str = "alicia-metrics";

#[derive(Serialize)]
struct Groups {
    groups: Vec<Group>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: &'static str,
    file: &'static str,
    rules: Vec<Alerting>,
    interval: f64,
    limit: u64,
    evaluation_time: f64,
    last_evaluation: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Alerting {
    state: &'static str,
    name: String,
    query: String,
    duration: f64,
    keep_firing_for: f64,
    labels: BTreeMap<&'static str, String>,
    annotations: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alerts: Option<Vec<Firing>>,
    health: &'static str,
    evaluation_time: f64,
    last_evaluation: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Firing {
    labels: BTreeMap<&'static str, String>,
    annotations: BTreeMap<&'static str, String>,
    state: &'static str,
    active_at: String,
    value: String,
}

/// Alicia's rules, as alerting rules of one group
#[utoipa::path(get, path = "/api/v1/rules", tag = "prometheus", operation_id = "prometheus_rules",
    params(("type" = Option<String>, Query, description = "`alert`, or `record`, of which there are none"),
        ("rule_name[]" = Option<Vec<String>>, Query, description = "Only these rules"),
        ("rule_group[]" = Option<Vec<String>>, Query, description = "Only of these groups"),
        ("file[]" = Option<Vec<String>>, Query, description = "Only of these files"),
        ("exclude_alerts" = Option<bool>, Query, description = "Without the alerts")),
    responses((status = 200, description = "`{status, data: {groups}}`"), (status = 400, description = "A parameter means nothing")))]
pub(super) async fn rules(State(parts): State<Arc<Parts>>, form: Form) -> Answer {
    let wanted = match Wanted::read(&form) {
        Ok(wanted) => wanted,
        Err(failure) => return Ok(failure.into_response()),
    };
    work(parts, move |parts| {
        let now = rfc3339(parts.clock.now());
        let firing = parts.book.alerts(true);
        let rules =
            parts.book.rules().into_iter().filter(|rule| rule.enabled && wanted.names_rule(&rule.name));
        let rules: Vec<Alerting> = rules.map(|rule| alerting(rule, &firing, &wanted, &now)).collect();
        let group = Group {
            name: GROUP,
            file: GROUP,
            rules,
            interval: 0.0,
            limit: 0,
            evaluation_time: 0.0,
            last_evaluation: now,
        };
        let is_there = wanted.names_group && !group.rules.is_empty();
        json(&Success::of(Groups { groups: is_there.then_some(group).into_iter().collect() }))
    })
    .await
}

/// The alerts that are firing
#[utoipa::path(get, path = "/api/v1/alerts", tag = "prometheus", operation_id = "prometheus_alerts",
    responses((status = 200, description = "`{status, data: {alerts}}`")))]
pub(super) async fn alerts(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let alerts: Vec<Firing> = parts.book.alerts(true).iter().map(firing).collect();
        json(&Success::of(BTreeMap::from([("alerts", alerts)])))
    })
    .await
}

/// What of the rules is wanted.
struct Wanted {
    rules: Vec<String>,
    names_group: bool,
    has_alerts: bool,
}

impl Wanted {
    fn read(form: &Form) -> Result<Self, Failure> {
        let is_alerting = match form.text("type") {
            None => true,
            Some("alert") => true,
            Some("record") => false,
            Some(other) => {
                return Err(Failure::parameter("type", format!("not supported value {other:?}")));
            }
        };
        let has_alerts = match form.text("exclude_alerts") {
            None | Some("false" | "0" | "f" | "F" | "FALSE" | "False") => true,
            Some("true" | "1" | "t" | "T" | "TRUE" | "True") => false,
            Some(other) => {
                let why = format!("strconv.ParseBool: parsing {other:?}: invalid syntax");
                return Err(Failure::parameter("exclude_alerts", why));
            }
        };
        let is_named = |name| form.all(name).next().is_none() || form.all(name).any(|named| named == GROUP);
        let names_group = is_alerting && is_named("rule_group[]") && is_named("file[]");
        Ok(Self { rules: form.all("rule_name[]").map(str::to_owned).collect(), names_group, has_alerts })
    }

    fn names_rule(&self, name: &str) -> bool {
        self.rules.is_empty() || self.rules.iter().any(|named| named == name)
    }
}

fn alerting(rule: Rule, all: &[Alert], wanted: &Wanted, now: &str) -> Alerting {
    let own: Vec<Firing> = all.iter().filter(|alert| alert.rule_name == rule.name).map(firing).collect();
    Alerting {
        state: if own.is_empty() { "inactive" } else { "firing" },
        query: expression(&rule),
        duration: 0.0,
        keep_firing_for: 0.0,
        labels: BTreeMap::from([("severity", rule.severity.to_string())]),
        annotations: BTreeMap::from([("description", rule.description)]),
        alerts: wanted.has_alerts.then_some(own),
        health: "ok",
        evaluation_time: 0.0,
        last_evaluation: now.to_owned(),
        kind: "alerting",
        name: rule.name,
    }
}

fn firing(alert: &Alert) -> Firing {
    Firing {
        labels: BTreeMap::from([
            ("alertname", alert.rule_name.clone()),
            ("severity", alert.severity.to_string()),
            (SERVICE, alert.service_name.clone()),
            (INSTANCE, alert.instance_id.clone()),
        ]),
        annotations: BTreeMap::from([("description", alert.message.clone())]),
        state: "firing",
        active_at: rfc3339(alert.timestamp),
        value: scientific(alert.value),
    }
}

/// `9.3e+01`
fn scientific(value: f64) -> String {
    let text = format!("{value:e}");
    match text.split_once('e').and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()?))) {
        Some((digits, power)) => {
            format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.unsigned_abs())
        }
        None => query::Number(value).to_string(),
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
    use super::{expression, scientific};
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

    #[test]
    fn values_of_alerts_have_an_exponent() {
        for (value, expected) in [(93.0, "9.3e+01"), (0.0, "0e+00"), (-1.5e-7, "-1.5e-07"), (1e100, "1e+100")]
        {
            assert_eq!(scientific(value), expected);
        }
        assert_eq!(scientific(f64::NAN), "NaN");
    }
}
