//! What Prometheus' clients ask of a server besides its samples: what it is, what it can, how it is.

use super::super::working::work;
use super::super::{Answer, json};
use super::Success;
use super::server_shapes::{Alertmanagers, BuildInfo, Config, RuntimeInfo, WalReplay};
use crate::parts::{Parts, StorageStatus};
use crate::prom::rfc3339;
use ::query::syntax::{FUNCTIONS, print_length};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::limits;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The Prometheus whose language and interface this is: Grafana offers what that has.
const COMPATIBLE: &str = "3.14.0";

/// What answers: the Prometheus whose interface this is, and what it really is
#[utoipa::path(get, path = "/api/v1/status/buildinfo", tag = "prometheus", operation_id = "buildinfo",
    responses((status = 200, description = "`{status, data}`", body = Success<BuildInfo>)))]
pub(super) async fn buildinfo(State(parts): State<Arc<Parts>>) -> Response {
    data(BuildInfo {
        application: "alicia-metrics",
        application_version: parts.version.clone(),
        branch: "",
        build_date: "",
        build_user: "",
        go_version: "",
        revision: "",
        version: COMPATIBLE,
    })
}

/// How it runs
#[utoipa::path(get, path = "/api/v1/status/runtimeinfo", tag = "prometheus", operation_id = "runtimeinfo",
    responses((status = 200, description = "`{status, data}`", body = Success<RuntimeInfo>)))]
pub(super) async fn runtimeinfo(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let now = parts.clock.now();
        let uptime = model::from_seconds((parts.self_health)().uptime).unwrap_or(0);
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        json(&Success::of(RuntimeInfo {
            directory: "",
            go_debug: "",
            go_gc: "",
            go_max_procs: threads,
            go_memory_limit: 0,
            corruption_count: 0,
            goroutine_count: 0,
            hostname: "",
            last_config_time: rfc3339(now.saturating_sub(uptime)),
            reload_config_success: true,
            server_time: rfc3339(now),
            start_time: rfc3339(now.saturating_sub(uptime)),
            storage_retention: retention(&(parts.storage)()),
        }))
    })
    .await
}

/// The settings in Prometheus' form: there are none in it
#[utoipa::path(get, path = "/api/v1/status/config", tag = "prometheus", operation_id = "prometheus_config",
    responses((status = 200, description = "`{status, data: {yaml}}`", body = Success<Config>)))]
pub(super) async fn config() -> Response {
    data(Config {
        yaml: "# alicia-metrics has settings of its own: `alicia-metrics check` tells what they come to.\n",
    })
}

/// Settings and limits under the names of Prometheus' flags
#[utoipa::path(get, path = "/api/v1/status/flags", tag = "prometheus", operation_id = "prometheus_flags",
    responses((status = 200, description = "`{status, data: {flag: value}}`", body = Success<BTreeMap<String, String>>)))]
pub(super) async fn flags(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let storage = (parts.storage)();
        let size = storage.limits.block_bytes.map_or_else(|| "0B".to_owned(), |bytes| format!("{bytes}B"));
        let time = model::from_seconds(parts.queries.time().as_secs_f64()).unwrap_or(0);
        json(&Success::of(BTreeMap::from([
            ("query.lookback-delta", print_length(limits::LOOKBACK)),
            ("query.max-concurrency", limits::QUERIES.to_string()),
            ("query.max-samples", limits::QUERY_SAMPLES.to_string()),
            ("query.timeout", print_length(time)),
            ("storage.tsdb.retention.size", size),
            ("storage.tsdb.retention.time", kept_for(&storage)),
            ("web.max-connections", limits::HTTP_CONNECTIONS.to_string()),
        ])))
    })
    .await
}

/// Whether the log was read: it is, before anything is answered
#[utoipa::path(get, path = "/api/v1/status/walreplay", tag = "prometheus", operation_id = "walreplay",
    responses((status = 200, description = "`{status, data: {min, max, current}}`", body = Success<WalReplay>)))]
pub(super) async fn walreplay() -> Response {
    data(WalReplay { current: 0, max: 0, min: 0 })
}

/// Who is told of alerts besides the bus: nobody
#[utoipa::path(get, path = "/api/v1/alertmanagers", tag = "prometheus", operation_id = "alertmanagers",
    responses((status = 200, description = "`{status, data: {activeAlertmanagers, droppedAlertmanagers}}`", body = Success<Alertmanagers>)))]
pub(super) async fn alertmanagers() -> Response {
    data(Alertmanagers { active_alertmanagers: Vec::new(), dropped_alertmanagers: Vec::new() })
}

/// What the server can
#[utoipa::path(get, path = "/api/v1/features", tag = "prometheus", operation_id = "features",
    responses((status = 200, description = "`{status, data: {category: {feature: bool}}}`", body = Success<BTreeMap<String, BTreeMap<String, bool>>>)))]
pub(super) async fn features() -> Response {
    let given = |names: &[(&'static str, bool)]| names.iter().copied().collect::<BTreeMap<_, _>>();
    let can = |names: &[&'static str]| names.iter().map(|name| (*name, true)).collect::<BTreeMap<_, _>>();
    let functions: Vec<&str> = FUNCTIONS.iter().map(|function| function.name()).collect();
    data(BTreeMap::from([
        (
            "api",
            given(&[
                ("admin", false),
                ("exclude_alerts", true),
                ("label_values_match", true),
                ("lifecycle", true),
                ("query_stats", true),
                ("query_warnings", true),
                ("remote_read", false),
            ]),
        ),
        (
            "promql",
            can(&[
                "anchored",
                "at_modifier",
                "bool",
                "by",
                "duration_expr",
                "fill",
                "group_left",
                "group_right",
                "ignoring",
                "negative_offset",
                "offset",
                "on",
                "per_query_lookback_delta",
                "smoothed",
                "subqueries",
                "without",
            ]),
        ),
        ("promql_functions", can(&functions)),
        ("ui", given(&[("ui_v3", false)])),
    ]))
}

fn data(data: impl Serialize) -> Response {
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
