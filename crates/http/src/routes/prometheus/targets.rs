//! Who is scraped, and how that went.

use super::super::working::work;
use super::super::{Answer, json};
use super::Success;
use super::server_shapes::{Target, Targets};
use crate::params::Params;
use crate::parts::Parts;
use crate::prom::rfc3339;
use crate::scrape::TargetView;
use ::query::syntax::print_length;
use axum::extract::State;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When a target was scraped that was not yet.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// What is scraped, and how the last scrape of each was
#[utoipa::path(get, path = "/api/v1/targets", tag = "prometheus", operation_id = "targets",
    params(("state" = Option<String>, Query, description = "`active`, `dropped` (there are none) or `any`; both if nothing is said"),
           ("scrapePool" = Option<String>, Query, description = "Only the targets of this job of the settings")),
    responses((status = 200, description = "`{status, data: {activeTargets, droppedTargets}}`", body = Success<Targets>)))]
pub(super) async fn targets(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let is_wanted = params.text("state").is_none_or(|state| !state.eq_ignore_ascii_case("dropped"));
        let all = if is_wanted { parts.scraper.targets() } else { Vec::new() };
        let pool = params.text("scrapePool");
        let shown = all.iter().filter(|target| pool.is_none_or(|pool| target.pool == pool));
        json(&Success::of(Targets {
            active_targets: shown.map(shape).collect(),
            dropped_target_counts: BTreeMap::new(),
            dropped_targets: Vec::new(),
        }))
    })
    .await
}

fn shape(target: &TargetView) -> Target {
    Target {
        discovered_labels: target.discovered.clone(),
        global_url: target.url.clone(),
        health: target.health(),
        labels: target.labels.clone(),
        last_error: target.last.error.clone(),
        last_scrape: target.last.at.map_or_else(|| NEVER.to_owned(), rfc3339),
        last_scrape_duration: target.last.took.as_secs_f64(),
        scrape_interval: print_length(target.interval),
        scrape_pool: target.pool.clone(),
        scrape_timeout: print_length(target.timeout),
        scrape_url: target.url.clone(),
    }
}
