//! Alerts.

use super::Answer;
use crate::params::Params;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use model::{Alert, limits};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct Alerts {
    alerts: Vec<Alert>,
}

/// Alerts that ended and are shown if nothing else is asked for.
const DEFAULT_HISTORY: usize = 100;

/// Alerts, newest first
#[utoipa::path(get, path = "/alerts", tag = "alerts",
    params(("active_only" = Option<bool>, Query, description = "Without those that ended within the hour (true)")),
    responses((status = 200, description = "Alerts"), (status = 422, description = "A bad parameter")))]
pub(super) async fn list(State(parts): State<Arc<Parts>>, params: Params) -> Answer<Json<Alerts>> {
    let active_only = params.flag("active_only", true)?;
    Ok(Json(Alerts { alerts: parts.book.alerts(active_only) }))
}

/// Alerts that are over, newest first; kept over restarts
#[utoipa::path(get, path = "/alerts/history", tag = "alerts",
    params(("limit" = Option<usize>, Query, description = "At most so many (100)")),
    responses((status = 200, description = "Alerts"), (status = 422, description = "A bad parameter")))]
pub(super) async fn history(State(parts): State<Arc<Parts>>, params: Params) -> Answer<Json<Alerts>> {
    let limit = params.count("limit", DEFAULT_HISTORY, limits::ALERT_HISTORY)?;
    Ok(Json(Alerts { alerts: parts.book.history(limit) }))
}

/// Starts the judging anew; rules and alerts are kept
#[utoipa::path(post, path = "/alerts/recover", tag = "alerts", responses((status = 200, description = "Done")))]
pub(super) async fn recover(State(parts): State<Arc<Parts>>) -> Json<Value> {
    parts.book.recover(parts.clock.now());
    Json(json!({"status": "recovered"}))
}
