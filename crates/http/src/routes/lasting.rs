//! The insights that lasted, of all services; those of the seed's shape are in `analytics.rs`.

use super::working::work;
use super::{Answer, json};
use crate::params::Params;
use crate::parts::Parts;
use axum::extract::State;
use model::LastingInsight;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = LastingInsights)]
struct Insights {
    insights: Vec<LastingInsight>,
    /// How many scans there were since the start.
    scans: u64,
    /// Tests in the newest, among which its discoveries are weighed.
    tests: usize,
    /// Series and findings that the newest left out because there are too many.
    left_out: usize,
}

/// The insights of all services that lasted, worst first
#[utoipa::path(get, path = "/insights", tag = "analysis", operation_id = "get_lasting_insights",
    params(("service" = Option<String>, Query, description = "Only those of this service"),
           ("type" = Option<String>, Query, description = "Only those of this type"),
           ("resolved" = Option<bool>, Query, description = "With those that ended within the day (false)")),
    responses((status = 200, description = "Insights", body = Insights), (status = 422, description = "A bad parameter")))]
pub(super) async fn insights(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let with_resolved = params.flag("resolved", false)?;
        let is_meant = |wanted: Option<&str>, own: &str| wanted.is_none_or(|wanted| wanted == own);
        let table = parts.insights.lock();
        let (scans, tests, left_out) = table.scans();
        let mut insights = table.insights(with_resolved);
        drop(table);
        insights.retain(|one| {
            is_meant(params.text("service"), &one.service_name) && is_meant(params.text("type"), one.kind)
        });
        json(&Insights { insights, scans, tests, left_out })
    })
    .await
}
