//! Groups, rules and alerts as Prometheus writes them.

use crate::prom::rfc3339;
use model::Millis;
use rules::groups::{ActiveAlert, GroupView, Judged, RuleView, RuleViewKind};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// Texts by name.
pub(super) type Texts = BTreeMap<String, String>;

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PrometheusRuleGroups)]
pub(super) struct Groups {
    pub(super) groups: Vec<Group>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrometheusRuleGroup)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) rules: Vec<Shape>,
    /// Seconds.
    pub(super) interval: f64,
    pub(super) limit: usize,
    #[serde(serialize_with = "seconds")]
    #[schema(value_type = f64)]
    pub(super) evaluation_time: Duration,
    #[serde(serialize_with = "instant")]
    #[schema(value_type = String)]
    pub(super) last_evaluation: Option<Millis>,
}

/// A rule is judged as each sample arrives, …
pub(super) const AT_ARRIVAL: &str = "at arrival";
/// … or in the rounds of its group only.
const IN_ROUNDS: &str = "in rounds";

/// A rule of either kind.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = PrometheusRule)]
pub(super) enum Shape {
    Alerting(Alerting),
    Recording(Recording),
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrometheusAlertingRule)]
pub(super) struct Alerting {
    pub(super) state: &'static str,
    pub(super) name: String,
    pub(super) query: String,
    /// Seconds.
    pub(super) duration: f64,
    /// Seconds.
    pub(super) keep_firing_for: f64,
    /// When it is judged.
    pub(super) judged: &'static str,
    /// Why not as samples arrive, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) judged_so_because: Option<String>,
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) labels: Texts,
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) annotations: Texts,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) alerts: Option<Vec<Firing>>,
    #[serde(flatten)]
    pub(super) evaluated: Evaluated,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PrometheusRecordingRule)]
pub(super) struct Recording {
    name: String,
    query: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    labels: Texts,
    #[serde(flatten)]
    evaluated: Evaluated,
}

/// How the evaluation of a rule went.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrometheusEvaluation)]
pub(super) struct Evaluated {
    pub(super) health: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) last_error: Option<String>,
    #[serde(serialize_with = "seconds")]
    #[schema(value_type = f64)]
    pub(super) evaluation_time: Duration,
    #[serde(serialize_with = "instant")]
    #[schema(value_type = String)]
    pub(super) last_evaluation: Option<Millis>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrometheusAlert)]
pub(super) struct Firing {
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) labels: Texts,
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) annotations: Texts,
    pub(super) state: &'static str,
    #[serde(serialize_with = "instant")]
    #[schema(value_type = String)]
    pub(super) active_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "instant")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub(super) keep_firing_since: Option<Millis>,
    pub(super) value: String,
}

/// The alerts that are pending or firing.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PrometheusAlerts)]
pub(super) struct Firings {
    pub(super) alerts: Vec<Firing>,
}

impl Shape {
    pub(super) fn of(view: &RuleView, has_alerts: bool) -> Self {
        let evaluated = Evaluated {
            health: view.health.as_str(),
            last_error: view.last_error.clone(),
            evaluation_time: view.took,
            last_evaluation: view.last,
        };
        let (name, query, labels) =
            (view.rule.name.clone(), view.rule.expr.clone(), view.rule.labels.clone());
        match &view.kind {
            RuleViewKind::Recording => Self::Recording(Recording { name, query, labels, evaluated }),
            RuleViewKind::Alerting { hold, keep_firing_for, annotations, alerts } => {
                Self::Alerting(Alerting {
                    state: view.state().map_or("inactive", |state| state.as_str()),
                    name,
                    query,
                    duration: model::to_seconds(*hold),
                    keep_firing_for: model::to_seconds(*keep_firing_for),
                    judged: if view.judged == Judged::AtArrival { AT_ARRIVAL } else { IN_ROUNDS },
                    judged_so_because: view.judged.reason().map(str::to_owned),
                    labels,
                    annotations: annotations.clone(),
                    alerts: has_alerts.then(|| alerts.iter().map(Firing::of).collect()),
                    evaluated,
                })
            }
        }
    }
}

impl Group {
    /// A group of a file, with these of its rules.
    pub(super) fn of(view: &GroupView, rules: Vec<Shape>) -> Self {
        Self {
            name: view.name.clone(),
            file: view.file.clone(),
            rules,
            interval: model::to_seconds(view.interval),
            limit: view.limit,
            evaluation_time: view.took,
            last_evaluation: view.last,
        }
    }
}

impl Firing {
    pub(super) fn of(alert: &ActiveAlert) -> Self {
        Self {
            labels: alert.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            annotations: alert.annotations.clone(),
            state: alert.state.as_str(),
            active_at: Some(alert.active_at),
            keep_firing_since: alert.keep_firing_since,
            value: scientific(alert.value),
        }
    }
}

/// `9.3e+01`
pub(super) fn scientific(value: f64) -> String {
    let text = format!("{value:e}");
    match text.split_once('e').and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()?))) {
        Some((digits, power)) => {
            format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.unsigned_abs())
        }
        None => query::Number(value).to_string(),
    }
}

fn seconds<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(time.as_secs_f64())
}

/// The zero time of Prometheus stands for never.
fn instant<S: Serializer>(time: &Option<Millis>, to: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => to.serialize_str(&rfc3339(*time)),
        None => to.serialize_str("0001-01-01T00:00:00Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::scientific;

    #[test]
    fn values_of_alerts_have_an_exponent() {
        for (value, expected) in [(93.0, "9.3e+01"), (0.0, "0e+00"), (-1.5e-7, "-1.5e-07"), (1e100, "1e+100")]
        {
            assert_eq!(scientific(value), expected);
        }
        assert_eq!(scientific(f64::NAN), "NaN");
    }
}
