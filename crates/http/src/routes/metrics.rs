//! Samples.

use super::working::{of, select, work};
use super::{Answer, json};
use crate::accept::wants_text;
use crate::exposition;
use crate::newest::{self, newest_first, newest_of_each};
use crate::params::{Params, Within};
use crate::parts::Parts;
use crate::problem::{NO_INSTANCE, NO_SERVICE};
use crate::shapes::{Metric, health_word};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::IntoResponse;
use ingest::ServiceView;
use model::{Selection, SeriesPoints, limits, to_seconds};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Samples of a metric that are shown if nothing else is asked for (the original's).
const DEFAULT_SAMPLES: usize = 100;

/// The newest sample of every series: JSON, or Prometheus text if the `Accept` header prefers it (which has only
/// those series that go on)
#[utoipa::path(get, path = "/metrics", tag = "metrics", operation_id = "get_metrics",
    responses((status = 200, description = "Samples", body = All<'static>)))]
pub(super) async fn all(State(parts): State<Arc<Parts>>, headers: HeaderMap) -> Answer {
    let is_text = wants_text(&headers);
    let mut answer = work(parts, move |parts| {
        let found = select(parts, &Selection::all(Vec::new()).newest(newest::OF_EACH))?;
        if is_text {
            let text = exposition::write(&found, &(parts.extra)());
            return Ok(([(header::CONTENT_TYPE, exposition::CONTENT_TYPE)], text).into_response());
        }
        json(&All {
            metrics: newest_of_each(&found).map(|(one, point)| Metric::new(&one.series, point)).collect(),
        })
    })
    .await?;
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    Ok(answer)
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Metrics)]
struct All<'a> {
    metrics: Vec<Metric<'a>>,
}

/// The newest samples of a service, by instance
#[utoipa::path(get, path = "/metrics/{service}", tag = "metrics", operation_id = "get_service_metrics",
    params(("service" = String, Path, description = "The service's name")),
    responses((status = 200, description = "Samples by instance", body = ServiceMetrics<'static>), (status = 404, description = "Service not found")))]
pub(super) async fn of_service(State(parts): State<Arc<Parts>>, Within(service): Within<String>) -> Answer {
    work(parts, move |parts| {
        let view = measured(parts, &service)?;
        let found = select(parts, &Selection::all(of(&service, None)).newest(newest::OF_EACH))?;
        let mut instances: BTreeMap<&str, InstanceMetrics<'_>> = BTreeMap::new();
        for instance in &view.instances {
            let metrics = InstanceMetrics {
                metrics: Vec::new(),
                last_updated: to_seconds(instance.last_updated),
                health_status: health_word(instance),
            };
            instances.insert(&instance.id, metrics);
        }
        for (one, point) in newest_of_each(&found) {
            let instance = owner(one, &view).and_then(|id| instances.get_mut(id));
            if let Some(instance) = instance {
                instance.metrics.push(Metric::new(&one.series, point));
            }
        }
        json(&ServiceMetrics { service_name: &service, instances })
    })
    .await
}

#[derive(Serialize, utoipa::ToSchema)]
struct ServiceMetrics<'a> {
    service_name: &'a str,
    instances: BTreeMap<&'a str, InstanceMetrics<'a>>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct InstanceMetrics<'a> {
    metrics: Vec<Metric<'a>>,
    last_updated: f64,
    health_status: &'a str,
}

/// The samples of a metric, newest first
#[utoipa::path(get, path = "/metrics/{service}/{metric}", tag = "metrics", operation_id = "get_samples",
    params(("service" = String, Path, description = "The service's name"),
           ("metric" = String, Path, description = "The metric's name"),
           ("instance_id" = Option<String>, Query, description = "Only this instance"),
           ("limit" = Option<usize>, Query, description = "At most so many samples (100)")),
    responses((status = 200, description = "Samples; none for a metric that is not known", body = History<'static>),
              (status = 404, description = "Service or instance not found"), (status = 422, description = "A bad parameter")))]
pub(super) async fn history(
    State(parts): State<Arc<Parts>>,
    Within((service, metric)): Within<(String, String)>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        let limit = params.count("limit", DEFAULT_SAMPLES, limits::ANSWER_SAMPLES)?;
        // Between two markers there is a sample, so of twice as many points enough are samples.
        let found = series_of(parts, &service, &metric, &params, |all| all.newest(2 * limit))?;
        let data =
            newest_first(&found, limit).into_iter().map(|(one, point)| Metric::new(&one.series, point));
        json(&History { service_name: &service, metric_name: &metric, data: data.collect() })
    })
    .await
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = MetricSamples)]
struct History<'a> {
    service_name: &'a str,
    metric_name: &'a str,
    data: Vec<Metric<'a>>,
}

/// The series of a metric of a service, or of the instance that `params` asks for.
pub(super) fn series_of(
    parts: &Parts,
    service: &str,
    metric: &str,
    params: &Params,
    bound: impl FnOnce(Selection) -> Selection,
) -> Answer<Vec<SeriesPoints>> {
    let view = measured(parts, service)?;
    let mut found = select(parts, &bound(Selection::all(of(service, Some(metric)))))?;
    if let Some(instance) = params.text("instance_id") {
        if !view.instances.iter().any(|known| known.id == instance) {
            return Err(NO_INSTANCE);
        }
        found.retain(|one| owner(one, &view) == Some(instance));
    }
    Ok(found)
}

/// A service that has been heard measuring.
pub(super) fn measured(parts: &Parts, service: &str) -> Answer<ServiceView> {
    parts.gate.registry().service(service).filter(|view| view.measured).ok_or(NO_SERVICE)
}

/// The instance under which a series is shown. Those of the service as a whole are shown under
/// `<service>_unknown`, and only while the service has no other instance.
fn owner<'a>(one: &'a SeriesPoints, view: &'a ServiceView) -> Option<&'a str> {
    one.series.instance().or_else(|| match view.instances.as_slice() {
        [only] if only.id.strip_suffix("_unknown") == Some(view.name.as_str()) => Some(only.id.as_str()),
        _ => None,
    })
}
