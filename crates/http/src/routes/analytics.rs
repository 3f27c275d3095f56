//! What a service's metrics say together: statistics of each, and insights.

use super::metrics::measured;
use super::working::{of, select, unreadable, work};
use super::{Answer, json};
use crate::params::{Params, Within};
use crate::parts::Parts;
use crate::statistics::{Analysed, Analytics, AnyAnalytics};
use axum::extract::State;
use model::{Selection, ServiceInsights, is_stale_marker};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Hours that the analytics look back if nothing else is asked for (the original's).
const ANALYTICS_HOURS: u32 = 24;
/// Hours that insights look back if nothing else is asked for (the seed's).
const INSIGHT_HOURS: u32 = 1;

/// Statistics of every metric of a service: of each all series together
#[utoipa::path(get, path = "/analytics/{service}", tag = "analysis", operation_id = "get_analytics",
    params(("service" = String, Path, description = "The service's name"),
           ("hours" = Option<u32>, Query, description = "Hours before now (24)")),
    responses((status = 200, description = "Statistics by metric", body = AnyAnalytics), (status = 404, description = "Service not found"),
              (status = 422, description = "A bad parameter")))]
pub(super) async fn analytics(
    State(parts): State<Arc<Parts>>,
    Within(service): Within<String>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        let range = params.hours(ANALYTICS_HOURS, parts.clock.now())?;
        measured(parts, &service)?;
        let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for one in select(parts, &Selection::all(of(&service, None)).within(range))? {
            let samples = one.points.iter().map(|point| point.v).filter(|value| !is_stale_marker(*value));
            values.entry(one.series.name().to_owned()).or_default().extend(samples);
        }
        let analytics: BTreeMap<String, Analysed> = values
            .into_iter()
            .filter_map(|(metric, values)| Some((metric, Analysed::new(&query::aggregate(&values)?))))
            .collect();
        if analytics.is_empty() {
            return json(&AnyAnalytics::None {
                message: "No metrics available for the specified time period",
            });
        }
        json(&AnyAnalytics::Some(Analytics { service_name: service, analytics }))
    })
    .await
}

/// What there is to say about a service
#[utoipa::path(get, path = "/insights/{service}", tag = "analysis", operation_id = "get_insights",
    params(("service" = String, Path, description = "The service's name"),
           ("hours" = Option<u32>, Query, description = "Hours before now (1)")),
    responses((status = 200, description = "Insights, worst first", body = ServiceInsights), (status = 404, description = "Service not found"),
              (status = 422, description = "A bad parameter")))]
pub(super) async fn insights(
    State(parts): State<Arc<Parts>>,
    Within(service): Within<String>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        let now = parts.clock.now();
        let range = params.hours(INSIGHT_HOURS, now)?;
        measured(parts, &service)?;
        let found = ::rules::insights::find(&*parts.select, &service, range, now);
        json(&found.map_err(|error| unreadable(&error))?)
    })
    .await
}
