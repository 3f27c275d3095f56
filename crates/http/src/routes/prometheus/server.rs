//! What Prometheus' clients ask of a server besides its samples: what it is, what it can, how it is.

use super::super::working::work;
use super::super::{Answer, json};
use super::Success;
use crate::parts::{Parts, StorageStatus};
use crate::prom::rfc3339;
use ::query::syntax::{FUNCTIONS, print_length};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::limits;
use serde_json::{Map, Value, json as value};
use std::sync::Arc;

/// The Prometheus whose language and interface this is: Grafana offers what that has.
const COMPATIBLE: &str = "3.14.0";

/// What answers: the Prometheus whose interface this is, and what it really is
#[utoipa::path(get, path = "/api/v1/status/buildinfo", tag = "prometheus", operation_id = "buildinfo",
    responses((status = 200, description = "`{status, data}`")))]
pub(super) async fn buildinfo(State(parts): State<Arc<Parts>>) -> Response {
    data(value!({
        "version": COMPATIBLE, "revision": "", "branch": "", "buildUser": "", "buildDate": "", "goVersion": "",
        "application": "alicia-metrics", "applicationVersion": parts.version,
    }))
}

/// How it runs
#[utoipa::path(get, path = "/api/v1/status/runtimeinfo", tag = "prometheus", operation_id = "runtimeinfo",
    responses((status = 200, description = "`{status, data}`")))]
pub(super) async fn runtimeinfo(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let now = parts.clock.now();
        let uptime = model::from_seconds((parts.self_health)().uptime).unwrap_or(0);
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        json(&Success::of(value!({
            "startTime": rfc3339(now.saturating_sub(uptime)), "CWD": "", "hostname": "", "serverTime": rfc3339(now),
            "reloadConfigSuccess": true, "lastConfigTime": rfc3339(now.saturating_sub(uptime)), "corruptionCount": 0,
            "goroutineCount": 0, "GOMAXPROCS": threads, "GOMEMLIMIT": 0, "GOGC": "", "GODEBUG": "",
            "storageRetention": retention(&(parts.storage)()),
        })))
    })
    .await
}

/// The settings in Prometheus' form: there are none in it
#[utoipa::path(get, path = "/api/v1/status/config", tag = "prometheus", operation_id = "prometheus_config",
    responses((status = 200, description = "`{status, data: {yaml}}`")))]
pub(super) async fn config() -> Response {
    data(
        value!({"yaml": "# alicia-metrics has settings of its own: `alicia-metrics check` tells what they come to.\n"}),
    )
}

/// Settings and limits under the names of Prometheus' flags
#[utoipa::path(get, path = "/api/v1/status/flags", tag = "prometheus", operation_id = "prometheus_flags",
    responses((status = 200, description = "`{status, data: {flag: value}}`")))]
pub(super) async fn flags(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let storage = (parts.storage)();
        let size = storage.limits.block_bytes.map_or_else(|| "0B".to_owned(), |bytes| format!("{bytes}B"));
        let time = model::from_seconds(parts.queries.time().as_secs_f64()).unwrap_or(0);
        json(&Success::of(value!({
            "query.lookback-delta": print_length(limits::LOOKBACK),
            "query.max-concurrency": limits::QUERIES.to_string(),
            "query.max-samples": limits::QUERY_SAMPLES.to_string(),
            "query.timeout": print_length(time),
            "storage.tsdb.retention.size": size,
            "storage.tsdb.retention.time": kept_for(&storage),
            "web.max-connections": limits::HTTP_CONNECTIONS.to_string(),
        })))
    })
    .await
}

/// Whether the log was read: it is, before anything is answered
#[utoipa::path(get, path = "/api/v1/status/walreplay", tag = "prometheus", operation_id = "walreplay",
    responses((status = 200, description = "`{status, data: {min, max, current}}`")))]
pub(super) async fn walreplay() -> Response {
    data(value!({"min": 0, "max": 0, "current": 0}))
}

/// Who is told of alerts besides the bus: nobody
#[utoipa::path(get, path = "/api/v1/alertmanagers", tag = "prometheus", operation_id = "alertmanagers",
    responses((status = 200, description = "`{status, data: {activeAlertmanagers, droppedAlertmanagers}}`")))]
pub(super) async fn alertmanagers() -> Response {
    data(value!({"activeAlertmanagers": [], "droppedAlertmanagers": []}))
}

/// What the server can
#[utoipa::path(get, path = "/api/v1/features", tag = "prometheus", operation_id = "features",
    responses((status = 200, description = "`{status, data: {category: {feature: bool}}}`")))]
pub(super) async fn features() -> Response {
    let functions: Map<String, Value> =
        FUNCTIONS.iter().map(|function| (function.name().to_owned(), true.into())).collect();
    data(value!({
        "api": {
            "admin": false, "exclude_alerts": true, "label_values_match": true, "lifecycle": true,
            "query_stats": true, "query_warnings": true, "remote_read": false,
        },
        "promql": {
            "anchored": true, "at_modifier": true, "bool": true, "by": true, "duration_expr": true, "fill": true,
            "group_left": true, "group_right": true, "ignoring": true, "negative_offset": true, "offset": true,
            "on": true, "per_query_lookback_delta": true, "smoothed": true, "subqueries": true, "without": true,
        },
        "promql_functions": functions,
        "ui": { "ui_v3": false },
    }))
}

fn data(data: Value) -> Response {
    Json(Success::of(data)).into_response()
}

fn retention(storage: &StorageStatus) -> String {
    let time = kept_for(storage);
    match storage.limits.block_bytes {
        Some(bytes) => format!("{time} or {bytes}B"),
        None => time,
    }
}

/// What is kept without an end has no length.
fn kept_for(storage: &StorageStatus) -> String {
    let length = model::from_seconds(storage.limits.retention_days * 86_400.0);
    length.map_or_else(|| "forever".to_owned(), print_length)
}
