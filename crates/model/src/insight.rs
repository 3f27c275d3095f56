//! Insights: what the analysis says about a service in words.

use crate::rule::Severity;
use crate::time::{Millis, seconds};
use serde::Serialize;

/// One statement about one metric of a service.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    pub instance_id: Option<String>,
    /// The number behind the sentence.
    pub value: f64,
}

/// All that is to say about a service now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceInsights {
    /// The service.
    pub service_name: String,
    /// When this was found.
    #[serde(with = "seconds")]
    pub timestamp: Millis,
    /// The statements, worst first.
    pub insights: Vec<Insight>,
}
