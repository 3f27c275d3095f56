//! Statistics and trends of one metric.

use super::metrics::series_of;
use super::working::work;
use super::{Answer, json};
use crate::params::{Params, Within};
use crate::parts::Parts;
use crate::statistics::{Aggregated, AnyAggregated, NoStatistics, SeriesTrend, TrendFields, Trends};
use axum::extract::State;
use model::{MetricKind, Point, SeriesPoints, TimeRange, is_stale_marker, to_seconds};
use std::sync::Arc;

/// Statistics of a metric over a range: all its series together. Counters also have their `increase`
#[utoipa::path(get, path = "/metrics/{service}/{metric}/aggregate", tag = "analysis", operation_id = "get_aggregate",
    params(("service" = String, Path, description = "The service's name"),
           ("metric" = String, Path, description = "The metric's name"),
           ("instance_id" = Option<String>, Query, description = "Only this instance"),
           ("range" = Option<u64>, Query, description = "Seconds before now or `end` (3600)"),
           ("hours" = Option<u32>, Query, description = "Hours before now or `end`"),
           ("start" = Option<f64>, Query, description = "Unix seconds"), ("end" = Option<f64>, Query, description = "Unix seconds")),
    responses((status = 200, description = "Statistics; an empty object where there are no samples", body = AnyAggregated),
              (status = 404, description = "Service or instance not found"), (status = 422, description = "A bad parameter")))]
pub(super) async fn aggregate(
    State(parts): State<Arc<Parts>>,
    Within((service, metric)): Within<(String, String)>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        let now = parts.clock.now();
        let (found, range) = series_in_range(parts, &service, &metric, &params, now)?;
        let values: Vec<f64> = found.iter().flat_map(samples).map(|point| point.v).collect();
        let Some(aggregate) = query::aggregate(&values) else {
            return json(&AnyAggregated::None(NoStatistics {}));
        };
        let mut answer = Aggregated::new(&aggregate, range, to_seconds(now));
        let counters = found.iter().filter(|one| one.series.kind() == MetricKind::Counter);
        answer.increase = counters.map(|one| query::increase(&one.points)).reduce(|sum, more| sum + more);
        json(&AnyAggregated::Some(answer))
    })
    .await
}

/// The trend of a metric over a range, with a test whether it is more than noise
///
/// The seed's fields are those of all samples together; where the metric has several series, each is tested by
/// itself under `series`.
#[utoipa::path(get, path = "/metrics/{service}/{metric}/trend", tag = "analysis", operation_id = "get_trend",
    params(("service" = String, Path, description = "The service's name"),
           ("metric" = String, Path, description = "The metric's name"),
           ("instance_id" = Option<String>, Query, description = "Only this instance"),
           ("range" = Option<u64>, Query, description = "Seconds before now or `end` (3600)"),
           ("hours" = Option<u32>, Query, description = "Hours before now or `end`"),
           ("start" = Option<f64>, Query, description = "Unix seconds"), ("end" = Option<f64>, Query, description = "Unix seconds")),
    responses((status = 200, description = "The trend", body = Trends),
              (status = 404, description = "Service or instance not found"), (status = 422, description = "A bad parameter")))]
pub(super) async fn trend(
    State(parts): State<Arc<Parts>>,
    Within((service, metric)): Within<(String, String)>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        let (found, range) = series_in_range(parts, &service, &metric, &params, parts.clock.now())?;
        let mut pooled: Vec<Point> = found.iter().flat_map(samples).copied().collect();
        pooled.sort_by_key(|point| point.t);
        let each = found.iter().map(|one| SeriesTrend::new(&one.series, &query::trend(&one.points), range));
        let series = if found.len() > 1 { each.collect() } else { Vec::new() };
        json(&Trends { all: TrendFields::new(&query::trend(&pooled), range), series })
    })
    .await
}

/// The series that have samples in the range that `params` asks for, and the range.
fn series_in_range(
    parts: &Parts,
    service: &str,
    metric: &str,
    params: &Params,
    now: model::Millis,
) -> Answer<(Vec<SeriesPoints>, TimeRange)> {
    let range = params.range(now)?;
    let mut found = series_of(parts, service, metric, params, |all| all.within(range))?;
    found.retain(|one| samples(one).next().is_some());
    Ok((found, range))
}

/// The points that are samples, not markers.
fn samples(one: &SeriesPoints) -> impl Iterator<Item = &Point> {
    one.points.iter().filter(|point| !is_stale_marker(point.v))
}
