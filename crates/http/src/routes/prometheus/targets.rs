//! Who is scraped, and how that went.

use super::super::working::work;
use super::super::{Answer, json};
use super::Success;
use crate::params::Params;
use crate::parts::Parts;
use crate::prom::rfc3339;
use crate::scrape::TargetView;
use ::query::syntax::print_length;
use axum::extract::State;
use serde_json::{Value, json as value};
use std::sync::Arc;

/// When a target was scraped that was not yet.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// What is scraped, and how the last scrape of each was
#[utoipa::path(get, path = "/api/v1/targets", tag = "prometheus", operation_id = "targets",
    params(("state" = Option<String>, Query, description = "`active`, `dropped` (there are none) or `any`; both if nothing is said"),
           ("scrapePool" = Option<String>, Query, description = "Only the targets of this job of the settings")),
    responses((status = 200, description = "`{status, data: {activeTargets, droppedTargets}}`")))]
pub(super) async fn targets(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let is_wanted = params.text("state").is_none_or(|state| !state.eq_ignore_ascii_case("dropped"));
        let all = if is_wanted { parts.scraper.targets() } else { Vec::new() };
        let pool = params.text("scrapePool");
        let shown = all.iter().filter(|target| pool.is_none_or(|pool| target.pool == pool));
        let active: Vec<Value> = shown.map(shape).collect();
        json(&Success::of(value!({"activeTargets": active, "droppedTargets": [], "droppedTargetCounts": {}})))
    })
    .await
}

fn shape(target: &TargetView) -> Value {
    value!({
        "discoveredLabels": target.discovered,
        "labels": target.labels,
        "scrapePool": target.pool,
        "scrapeUrl": target.url,
        "globalUrl": target.url,
        "lastError": target.last.error,
        "lastScrape": target.last.at.map_or_else(|| NEVER.to_owned(), rfc3339),
        "lastScrapeDuration": target.last.took.as_secs_f64(),
        "health": target.health(),
        "scrapeInterval": print_length(target.interval),
        "scrapeTimeout": print_length(target.timeout),
    })
}
