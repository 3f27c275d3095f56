//! How the collector is.

use super::working::work;
use super::{Answer, json};
use crate::parts::{Parts, StorageStatus};
use crate::shapes::Refusal;
use axum::Json;
use axum::extract::State;
use model::{BusStatus, to_seconds};
use serde::Serialize;
use std::sync::Arc;

/// The collector's health, as the original shows it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Health {
    service_name: &'static str,
    status: &'static str,
    uptime: f64,
    messages_processed: u64,
    errors: u64,
    mqtt_connected: bool,
    timestamp: f64,
}

impl Health {
    fn of(parts: &Parts) -> Self {
        let health = (parts.self_health)();
        Self {
            service_name: "metrics_collector",
            status: if health.healthy { "healthy" } else { "unhealthy" },
            uptime: health.uptime,
            messages_processed: health.messages_processed,
            errors: health.errors,
            mqtt_connected: (parts.bus)().connected,
            timestamp: to_seconds(parts.clock.now()),
        }
    }
}

/// The collector's health: `healthy` while the bus is connected
#[utoipa::path(get, path = "/health", tag = "status", operation_id = "get_health",
    responses((status = 200, description = "Always, with the word inside", body = Health)))]
pub(super) async fn health(State(parts): State<Arc<Parts>>) -> Json<Health> {
    Json(Health::of(&parts))
}

/// The collector's state and health
#[utoipa::path(get, path = "/status", tag = "status", operation_id = "get_status",
    responses((status = 200, description = "State and health", body = Status)))]
pub(super) async fn status(State(parts): State<Arc<Parts>>) -> Json<Status> {
    Json(Status { service: "metrics_collector", status: "running", health: Health::of(&parts) })
}

#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Status {
    service: &'static str,
    status: &'static str,
    health: Health,
}

/// Counts, and how the host is
#[utoipa::path(get, path = "/summary", tag = "status", operation_id = "get_summary",
    responses((status = 200, description = "Counts and percentages", body = Summary)))]
pub(super) async fn summary(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let counts = parts.gate.registry().counts();
        let host = (parts.host)();
        json(&Summary {
            total_services: counts.services,
            total_instances: counts.instances,
            active_alerts: parts.desk.active_count(),
            total_metrics: parts.select.series_count(),
            system_cpu_percent: host.map_or(0.0, |host| host.cpu_percent),
            system_memory_percent: host.map_or(0.0, |host| host.memory_percent),
            system_disk_percent: host.map_or(0.0, |host| host.disk_percent),
            timestamp: to_seconds(parts.clock.now()),
        })
    })
    .await
}

#[derive(Serialize, utoipa::ToSchema)]
struct Summary {
    total_services: usize,
    total_instances: usize,
    active_alerts: usize,
    total_metrics: usize,
    system_cpu_percent: f64,
    system_memory_percent: f64,
    system_disk_percent: f64,
    timestamp: f64,
}

/// What is kept in memory and on disk, and how much may be
#[utoipa::path(get, path = "/storage", tag = "status", operation_id = "get_storage",
    responses((status = 200, description = "Counts, bytes and limits", body = StorageStatus)))]
pub(super) async fn storage(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| json(&(parts.storage)())).await
}

/// The connection to the bus, with what the operator should know of it
#[utoipa::path(get, path = "/bus", tag = "status", operation_id = "get_bus",
    responses((status = 200, description = "State and warnings", body = BusStatus)))]
pub(super) async fn bus(State(parts): State<Arc<Parts>>) -> Json<BusStatus> {
    Json((parts.bus)())
}

/// What was not taken, by reason, each with its newest example
#[utoipa::path(get, path = "/refusals", tag = "status", operation_id = "get_refusals",
    responses((status = 200, description = "Counts and examples", body = Refusals)))]
pub(super) async fn refusals(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let refusals = parts.gate.tally().report().into_iter().map(Refusal::from).collect();
        json(&Refusals { refusals })
    })
    .await
}

#[derive(Serialize, utoipa::ToSchema)]
struct Refusals {
    refusals: Vec<Refusal>,
}
