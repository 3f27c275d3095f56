//! Prometheus' own interface, in its shapes.

use super::{Answer, json};
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::Problem;
use axum::extract::State;
use model::Metadata;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An answer that is there.
#[derive(Serialize)]
struct Success<T> {
    status: &'static str,
    data: T,
}

/// What is known of a metric.
#[derive(Serialize)]
struct Described {
    #[serde(rename = "type")]
    metric_type: &'static str,
    help: Box<str>,
    unit: Box<str>,
}

/// Types, units and help texts of metrics
#[utoipa::path(get, path = "/api/v1/metadata", tag = "prometheus", operation_id = "metadata",
    params(("metric" = Option<String>, Query, description = "One metric alone"),
        ("limit" = Option<i64>, Query, description = "At most so many metrics")),
    responses((status = 200, description = "`{status, data: {metric: [{type, help, unit}]}}`"),
        (status = 400, description = "The limit is no number")))]
pub(super) async fn metadata(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    let limit = match params.text("limit").map(str::parse::<i64>) {
        None => usize::MAX,
        // Less than none means all, as with Prometheus.
        Some(Ok(limit)) => usize::try_from(limit).ok().unwrap_or(usize::MAX),
        Some(Err(_)) => return Err(Problem::Query("limit must be a number".to_owned())),
    };
    let described = parts.describe.described(params.text("metric")).into_iter().take(limit);
    let one =
        |Metadata { metric_type, unit, help }| [Described { metric_type: metric_type.as_str(), help, unit }];
    let data: BTreeMap<_, _> = described.map(|(name, metadata)| (name, one(metadata))).collect();
    json(&Success { status: "success", data })
}
