//! A file of unit tests as it is written: promtool's keys and no others.

use model::Millis;
use query::syntax::parse_length;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// A file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UnitFile {
    /// The rule files that are tested, as patterns beside this file.
    pub rule_files: Vec<String>,
    /// Between two rounds of all groups; a minute if nothing is said.
    #[serde(deserialize_with = "length")]
    pub evaluation_interval: Option<Millis>,
    /// Names of groups, in the order in which they are evaluated; others come last.
    pub group_eval_order: Vec<String>,
    /// The tests.
    pub tests: Vec<UnitTest>,
}

/// A test.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UnitTest {
    /// What it is called.
    pub name: String,
    /// Between two values of a series; the interval of evaluation if nothing is said.
    #[serde(deserialize_with = "length")]
    pub interval: Option<Millis>,
    /// The series.
    pub input_series: Vec<InputSeries>,
    /// Which alerts must fire.
    pub alert_rule_test: Vec<AlertTest>,
    /// What expressions must come to.
    pub promql_expr_test: Vec<ExprTest>,
    /// Labels of a Prometheus, for templates.
    pub external_labels: BTreeMap<String, String>,
    /// Its address, for templates.
    pub external_url: String,
}

/// A series.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InputSeries {
    /// `name{label="value"}`.
    pub series: String,
    /// `1 2+3x4 _x2 stale`.
    pub values: String,
}

/// Which alerts of a rule must fire at a time.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertTest {
    /// When.
    #[serde(deserialize_with = "length")]
    pub eval_time: Option<Millis>,
    /// The rule.
    pub alertname: String,
    /// The alerts.
    pub exp_alerts: Vec<ExpectedAlert>,
}

/// An alert that must fire.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectedAlert {
    /// Its labels without its name.
    pub exp_labels: BTreeMap<String, String>,
    /// Its annotations.
    pub exp_annotations: BTreeMap<String, String>,
}

/// What an expression must come to at a time.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExprTest {
    /// The expression.
    pub expr: String,
    /// When.
    #[serde(deserialize_with = "length")]
    pub eval_time: Option<Millis>,
    /// What it must come to.
    pub exp_samples: Vec<ExpectedSample>,
}

/// A sample that must come out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectedSample {
    /// `name{label="value"}`.
    pub labels: String,
    /// The number.
    pub value: f64,
    /// Or the native histogram.
    pub histogram: String,
}

/// A length of time as Prometheus' files have it.
fn length<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Millis>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let found = parse_length(&text).filter(|length| *length >= 0);
    found.map(Some).ok_or_else(|| serde::de::Error::custom(format!("not a valid duration string: {text:?}")))
}
