//! What is known of metrics.

use super::super::{Answer, json};
use super::Success;
use crate::params::Params;
use crate::parts::Parts;
use crate::prom::Failure;
use axum::extract::State;
use axum::response::IntoResponse;
use model::Metadata;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of a metric.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = MetricMetadata)]
struct Described {
    #[serde(rename = "type")]
    metric_type: &'static str,
    #[schema(value_type = String)]
    help: Box<str>,
    #[schema(value_type = String)]
    unit: Box<str>,
}

/// Types, units and help texts of metrics
#[utoipa::path(get, path = "/api/v1/metadata", tag = "prometheus", operation_id = "metadata",
    params(("metric" = Option<String>, Query, description = "One metric alone"),
        ("limit" = Option<i64>, Query, description = "At most so many metrics"),
        ("limit_per_metric" = Option<i64>, Query, description = "At most so many entries of each; there is never more than one")),
    responses((status = 200, description = "`{status, data: {metric: [{type, help, unit}]}}`", body = Success<BTreeMap<String, Vec<Described>>>),
        (status = 400, description = "A limit is no number")))]
pub(super) async fn metadata(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    for (name, text) in
        [("limit", "limit must be a number"), ("limit_per_metric", "limit_per_metric must be a number")]
    {
        if params.text(name).is_some_and(|limit| limit.parse::<i64>().is_err()) {
            return Ok(Failure::bad(text).into_response());
        }
    }
    let limit = params.text("limit").and_then(|limit| limit.parse::<i64>().ok());
    // Less than none means all, as with Prometheus.
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    let described = parts.describe.described(params.text("metric")).into_iter().take(limit);
    let one =
        |Metadata { metric_type, unit, help }| [Described { metric_type: metric_type.as_str(), help, unit }];
    let data: BTreeMap<_, _> = described.map(|(name, metadata)| (name, one(metadata))).collect();
    json(&Success::of(data))
}
