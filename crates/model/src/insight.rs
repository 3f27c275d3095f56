//! Insights: what the analysis says about a service in words.

use crate::rule::Severity;
use crate::time::{Millis, seconds};
use serde::Serialize;

/// One statement about one metric of a service.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Insight {
    /// `performance_degradation`, `high_error_rate`, `high_cpu_usage`, …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// A sentence with the numbers in it.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// The metric it speaks of.
    pub metric: String,
    /// The instance it speaks of, where it is one of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance_id: Option<String>,
    /// The number behind the sentence.
    pub value: f64,
}

/// All that is to say about a service now.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ServiceInsights {
    /// The service.
    pub service_name: String,
    /// When this was found.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub timestamp: Millis,
    /// The statements, worst first.
    pub insights: Vec<Insight>,
}

/// An insight that lasted: found in several scans one after the other, until it is found no more.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LastingInsight {
    /// Counts up from 1; none has it a second time.
    pub id: u64,
    /// `trend`, `change`, `outlier`, `anomaly`, `limit_ahead`, `error_rate`, `saturation`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The service it speaks of.
    pub service_name: String,
    /// The instance, where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance_id: Option<String>,
    /// The metric.
    pub metric: String,
    /// How bad it is.
    pub severity: Severity,
    /// A sentence with the numbers in it, in natural units.
    pub message: String,
    /// The number behind the sentence, as the samples have it.
    pub value: f64,
    /// The lower end of its 95 % interval, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub low: Option<f64>,
    /// The upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub high: Option<f64>,
    /// What `value`, `low` and `high` are counted in; empty if nobody said.
    pub unit: String,
    /// How likely it is to find as much where there is nothing, where that was tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub p_value: Option<f64>,
    /// The `PromQL` query that shows it.
    pub query: String,
    /// When it was found first.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub first_seen: Millis,
    /// When it was found last.
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    pub last_seen: Millis,
    /// Whether it is over.
    pub resolved: bool,
    /// Since when.
    #[serde(with = "seconds::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, nullable = false)]
    pub resolved_at: Option<Millis>,
}
