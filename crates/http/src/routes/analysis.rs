//! Statistics, trends, insights.

use super::metrics::{measured, series_of};
use super::working::{of, select, work};
use super::{Answer, json_text};
use crate::params::Params;
use crate::parts::Parts;
use crate::shapes::real;
use axum::extract::{Path, State};
use model::{MetricKind, Point, Selection, SeriesPoints, TimeRange, limits, to_seconds};
use query::{Aggregate, Trend};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Hours that the analytics look back if nothing else is asked for (the original's).
const ANALYTICS_HOURS: u32 = 24;
/// Hours that insights look back if nothing else is asked for (the seed's).
const INSIGHT_HOURS: u32 = 1;

/// Statistics of a metric over a range: all its series together. Counters also have their `increase`
#[utoipa::path(get, path = "/metrics/{service}/{metric}/aggregate", tag = "analysis",
    params(("service" = String, Path, description = "The service's name"),
           ("metric" = String, Path, description = "The metric's name"),
           ("instance_id" = Option<String>, Query, description = "Only this instance"),
           ("range" = Option<u64>, Query, description = "Seconds before now or `end` (3600)"),
           ("hours" = Option<u32>, Query, description = "Hours before now or `end`"),
           ("start" = Option<f64>, Query, description = "Unix seconds"), ("end" = Option<f64>, Query, description = "Unix seconds")),
    responses((status = 200, description = "Statistics; an empty object where there are no samples"),
              (status = 404, description = "Service or instance not found"), (status = 422, description = "A bad parameter")))]
pub(super) async fn aggregate(
    State(parts): State<Arc<Parts>>,
    Path((service, metric)): Path<(String, String)>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        let now = parts.clock.now();
        let range = params.range(now)?;
        let found = series_of(parts, &service, &metric, &params, |all| all.within(range))?;
        let values: Vec<f64> = found.iter().flat_map(|one| real(&one.points)).map(|point| point.v).collect();
        let Some(aggregate) = query::aggregate(&values) else { return json_text(Ok("{}".to_owned())) };
        let mut answer = aggregate_fields(&aggregate, range);
        let counters = found.iter().filter(|one| one.series.kind() == MetricKind::Counter);
        let increases: Vec<f64> = counters.map(|one| query::increase(&one.points)).collect();
        if !increases.is_empty() {
            answer.insert("increase".to_owned(), json!(increases.iter().sum::<f64>()));
        }
        answer.insert("timestamp".to_owned(), json!(to_seconds(now)));
        json_text(serde_json::to_string(&answer))
    })
    .await
}

fn aggregate_fields(aggregate: &Aggregate, range: TimeRange) -> Map<String, Value> {
    let fields = [
        ("count", json!(aggregate.count)),
        ("min", json!(aggregate.min)),
        ("max", json!(aggregate.max)),
        ("mean", json!(aggregate.mean)),
        ("median", json!(aggregate.median)),
        ("std_dev", json!(aggregate.std_dev)),
        ("percentile_95", json!(aggregate.percentile_95)),
        ("percentile_99", json!(aggregate.percentile_99)),
        ("time_range", json!(span(range))),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Seconds from the start to the end of a range.
fn span(range: TimeRange) -> f64 {
    to_seconds(range.end.saturating_sub(range.start))
}

/// The trend of a metric over a range, with a test whether it is more than noise
///
/// The seed's fields are those of all samples together; where the metric has several series, each is tested by
/// itself under `series`.
#[utoipa::path(get, path = "/metrics/{service}/{metric}/trend", tag = "analysis",
    params(("service" = String, Path, description = "The service's name"),
           ("metric" = String, Path, description = "The metric's name"),
           ("instance_id" = Option<String>, Query, description = "Only this instance"),
           ("range" = Option<u64>, Query, description = "Seconds before now or `end` (3600)"),
           ("hours" = Option<u32>, Query, description = "Hours before now or `end`"),
           ("start" = Option<f64>, Query, description = "Unix seconds"), ("end" = Option<f64>, Query, description = "Unix seconds")),
    responses((status = 200, description = "The trend"),
              (status = 404, description = "Service or instance not found"), (status = 422, description = "A bad parameter")))]
pub(super) async fn trend(
    State(parts): State<Arc<Parts>>,
    Path((service, metric)): Path<(String, String)>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        let range = params.range(parts.clock.now())?;
        let found = series_of(parts, &service, &metric, &params, |all| all.within(range))?;
        let mut pooled: Vec<Point> = found.iter().flat_map(|one| real(&one.points)).copied().collect();
        pooled.sort_by_key(|point| point.t);
        let mut answer = trend_fields(&query::trend(&pooled), range);
        if found.len() > 1 {
            answer.insert("series".to_owned(), found.iter().map(|one| series_trend(one, range)).collect());
        }
        json_text(serde_json::to_string(&answer))
    })
    .await
}

fn series_trend(one: &SeriesPoints, range: TimeRange) -> Value {
    let labels: Map<String, Value> =
        one.series.own_labels().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let mut fields = trend_fields(&query::trend(&one.points), range);
    fields.insert("instance_id".to_owned(), json!(one.series.instance()));
    fields.insert("labels".to_owned(), Value::Object(labels));
    Value::Object(fields)
}

fn trend_fields(trend: &Trend, range: TimeRange) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("trend".to_owned(), json!(trend.trend.as_str()));
    if trend.data_points < 2 {
        return fields;
    }
    fields.insert("strength".to_owned(), json!(trend.strength));
    fields.insert("slope".to_owned(), json!(trend.slope));
    fields.insert("data_points".to_owned(), json!(trend.data_points));
    fields.insert("time_range".to_owned(), json!(span(range)));
    if let Some(test) = trend.significance {
        let test = json!({
            "direction": trend.tested_direction().as_str(), "significant": test.significant, "p_value": test.p_value,
            "slope_per_hour": test.slope_per_hour, "low_per_hour": test.low_per_hour,
            "high_per_hour": test.high_per_hour, "relative_per_hour": test.relative_per_hour,
        });
        fields.insert("significance".to_owned(), test);
    }
    fields
}

/// Statistics of every metric of a service
#[utoipa::path(get, path = "/analytics/{service}", tag = "analysis",
    params(("service" = String, Path, description = "The service's name"),
           ("hours" = Option<u32>, Query, description = "Hours before now (24)")),
    responses((status = 200, description = "Statistics by metric"), (status = 404, description = "Service not found"),
              (status = 422, description = "A bad parameter")))]
pub(super) async fn analytics(
    State(parts): State<Arc<Parts>>,
    Path(service): Path<String>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        measured(parts, &service)?;
        let range = params.hours(ANALYTICS_HOURS, parts.clock.now())?;
        let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for one in select(parts, &Selection::all(of(&service, None)).within(range))? {
            let points = real(&one.points).map(|point| point.v);
            values.entry(one.series.name().to_owned()).or_default().extend(points);
        }
        let analytics: Map<String, Value> = values
            .into_iter()
            .filter_map(|(metric, values)| Some((metric, analytics_of(&query::aggregate(&values)?))))
            .collect();
        if analytics.is_empty() {
            let message = "No metrics available for the specified time period";
            return json_text(serde_json::to_string(&json!({ "message": message })));
        }
        json_text(serde_json::to_string(&json!({"service_name": service, "analytics": analytics})))
    })
    .await
}

fn analytics_of(all: &Aggregate) -> Value {
    if all.count == 1 {
        return json!({"count": 1, "value": all.mean});
    }
    json!({"count": all.count, "min": all.min, "max": all.max, "avg": all.mean, "median": all.median, "std_dev": all.std_dev})
}

/// What there is to say about a service
#[utoipa::path(get, path = "/insights/{service}", tag = "analysis",
    params(("service" = String, Path, description = "The service's name"),
           ("hours" = Option<u32>, Query, description = "Hours before now (1)")),
    responses((status = 200, description = "Insights, worst first"), (status = 404, description = "Service not found"),
              (status = 422, description = "A bad parameter")))]
pub(super) async fn insights(
    State(parts): State<Arc<Parts>>,
    Path(service): Path<String>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        measured(parts, &service)?;
        let now = parts.clock.now();
        let range = params.hours(INSIGHT_HOURS, now)?;
        let found = ::rules::insights::find(&*parts.select, &service, range, now).map_err(|error| {
            tracing::error!("samples cannot be read: {error}");
            crate::problem::Problem::Unavailable("samples cannot be read now".to_owned())
        })?;
        json_text(serde_json::to_string(&found))
    })
    .await
}

const _: () = assert!(limits::LOOK_BACK_HOURS >= ANALYTICS_HOURS, "the default is allowed");
