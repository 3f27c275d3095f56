//! Samples.

use super::working::{of, select, work};
use super::{Answer, json_text};
use crate::exposition;
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::{NO_INSTANCE, NO_SERVICE};
use crate::shapes::{Metric, health_word};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use ingest::ServiceView;
use model::{Selection, SeriesPoints, limits, to_seconds};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Of a series the newest points are a sample and perhaps the marker that ended it.
const NEWEST: usize = 2;
/// Samples of a metric that are shown if nothing else is asked for (the original's).
const DEFAULT_SAMPLES: usize = 100;

/// The newest sample of every series: JSON, or Prometheus text if the `Accept` header prefers it
#[utoipa::path(get, path = "/metrics", tag = "metrics", responses((status = 200, description = "Samples")))]
pub(super) async fn all(State(parts): State<Arc<Parts>>, headers: HeaderMap) -> Answer {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    work(parts, move |parts| {
        let found = select(parts, &Selection::all(Vec::new()).newest(NEWEST))?;
        if wants_text(&accept) {
            let text = exposition::write(&found, &(parts.extra)());
            return Ok(([(header::CONTENT_TYPE, exposition::CONTENT_TYPE)], text).into_response());
        }
        #[derive(Serialize)]
        struct All {
            metrics: Vec<Metric>,
        }
        json_text(serde_json::to_string(&All { metrics: found.iter().filter_map(Metric::newest).collect() }))
    })
    .await
}

/// Whether an `Accept` header prefers text to JSON.
fn wants_text(accept: &str) -> bool {
    let quality_of = |wanted: &[&str]| {
        accept
            .split(',')
            .filter_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let media = parts.next()?.to_ascii_lowercase();
                let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f64);
                wanted.contains(&media.as_str()).then_some(quality)
            })
            .fold(0.0, f64::max)
    };
    let text = quality_of(&["text/plain", "text/*", "application/openmetrics-text"]);
    text > quality_of(&["application/json", "application/*"])
}

/// The newest samples of a service, by instance
#[utoipa::path(get, path = "/metrics/{service}", tag = "metrics",
    params(("service" = String, Path, description = "The service's name")),
    responses((status = 200, description = "Samples by instance"), (status = 404, description = "Service not found")))]
pub(super) async fn of_service(State(parts): State<Arc<Parts>>, Path(service): Path<String>) -> Answer {
    work(parts, move |parts| {
        let view = measured(parts, &service)?;
        let found = select(parts, &Selection::all(of(&service, None)).newest(NEWEST))?;
        let mut instances = BTreeMap::new();
        for instance in &view.instances {
            let metrics =
                found.iter().filter(|one| belongs(one, &view, &instance.id)).filter_map(Metric::newest);
            instances.insert(
                instance.id.clone(),
                InstanceMetrics {
                    metrics: metrics.collect(),
                    last_updated: to_seconds(instance.last_updated),
                    health_status: health_word(instance).to_owned(),
                },
            );
        }
        json_text(serde_json::to_string(&ServiceMetrics { service_name: service, instances }))
    })
    .await
}

#[derive(Serialize)]
struct ServiceMetrics {
    service_name: String,
    instances: BTreeMap<String, InstanceMetrics>,
}

#[derive(Serialize)]
struct InstanceMetrics {
    metrics: Vec<Metric>,
    last_updated: f64,
    health_status: String,
}

/// The samples of a metric, newest first
#[utoipa::path(get, path = "/metrics/{service}/{metric}", tag = "metrics",
    params(("service" = String, Path, description = "The service's name"),
           ("metric" = String, Path, description = "The metric's name"),
           ("instance_id" = Option<String>, Query, description = "Only this instance"),
           ("limit" = Option<usize>, Query, description = "At most so many samples (100)")),
    responses((status = 200, description = "Samples; none for a metric that is not known"),
              (status = 404, description = "Service or instance not found"), (status = 422, description = "A bad parameter")))]
pub(super) async fn history(
    State(parts): State<Arc<Parts>>,
    Path((service, metric)): Path<(String, String)>,
    params: Params,
) -> Answer {
    work(parts, move |parts| {
        let limit = params.count("limit", DEFAULT_SAMPLES, limits::ANSWER_SAMPLES)?;
        // One more for the marker that may have ended the series.
        let found = series_of(parts, &service, &metric, &params, |all| all.newest(limit + 1))?;
        let mut data: Vec<Metric> = found.iter().flat_map(Metric::all).collect();
        data.sort_by_key(|sample| std::cmp::Reverse(sample.timestamp));
        data.truncate(limit);
        json_text(serde_json::to_string(&History { service_name: service, metric_name: metric, data }))
    })
    .await
}

#[derive(Serialize)]
struct History {
    service_name: String,
    metric_name: String,
    data: Vec<Metric>,
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
        found.retain(|one| belongs(one, &view, instance));
    }
    Ok(found)
}

/// A service that has been heard measuring.
pub(super) fn measured(parts: &Parts, service: &str) -> Answer<ServiceView> {
    parts.gate.registry().service(service).filter(|view| view.measured).ok_or(NO_SERVICE)
}

/// Whether a series is shown under `instance`. Those of the service as a whole are shown under
/// `<service>_unknown`, which is listed only while the service has no instance of its own.
fn belongs(one: &SeriesPoints, view: &ServiceView, instance: &str) -> bool {
    match one.series.instance() {
        Some(own) => own == instance,
        None => instance.strip_suffix("_unknown") == Some(view.name.as_str()),
    }
}
