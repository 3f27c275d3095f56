//! Alerts.

use super::working::work;
use super::{Answer, json};
use crate::params::Params;
use crate::parts::Parts;
use axum::extract::State;
use model::{Alert, limits};
use serde::Serialize;
use serde_json::json as value;
use std::sync::Arc;

/// Alerts that ended and are shown if nothing else is asked for.
const DEFAULT_HISTORY: usize = 100;

#[derive(Serialize)]
struct Alerts {
    alerts: Vec<Alert>,
}

/// Alerts, newest first
#[utoipa::path(get, path = "/alerts", tag = "alerts", operation_id = "get_alerts",
    params(("active_only" = Option<bool>, Query, description = "Without those that ended within the hour (true)")),
    responses((status = 200, description = "Alerts"), (status = 422, description = "A bad parameter")))]
pub(super) async fn list(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let active_only = params.flag("active_only", true)?;
        json(&Alerts { alerts: parts.desk.alerts(active_only) })
    })
    .await
}

/// Alerts that are over, newest first; kept over restarts
#[utoipa::path(get, path = "/alerts/history", tag = "alerts", operation_id = "get_alert_history",
    params(("limit" = Option<usize>, Query, description = "At most so many (100)")),
    responses((status = 200, description = "Alerts"), (status = 422, description = "A bad parameter")))]
pub(super) async fn history(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let limit = params.count("limit", DEFAULT_HISTORY, limits::ALERT_HISTORY)?;
        json(&Alerts { alerts: parts.desk.history(limit) })
    })
    .await
}

/// Starts the judging anew; rules and alerts are kept
#[utoipa::path(post, path = "/alerts/recover", tag = "alerts", operation_id = "recover_alerts",
    responses((status = 200, description = "Done")))]
pub(super) async fn recover(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        parts.book.recover(parts.clock.now());
        json(&value!({"status": "recovered"}))
    })
    .await
}
