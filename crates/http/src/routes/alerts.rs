//! Alerts.

use super::working::work;
use super::{Answer, json};
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::Problem;
use crate::shapes::Alerts;
use axum::extract::State;
use model::{Alert, limits};
use serde::Serialize;
use std::sync::Arc;

/// Alerts that ended and are shown if nothing else is asked for.
const DEFAULT_HISTORY: usize = 100;

/// Alerts that may say how they are.
#[derive(Serialize, utoipa::ToSchema)]
struct ListedAlerts {
    alerts: Vec<ListedAlert>,
}

/// An alert, which says how it is where that was asked for.
#[derive(Serialize, utoipa::ToSchema)]
struct ListedAlert {
    #[serde(flatten)]
    alert: Alert,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    state: Option<AlertState>,
}

/// How an alert is.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum AlertState {
    /// Its condition holds, but not for long enough yet.
    Pending,
    Firing,
    Resolved,
}

/// The judging began anew.
#[derive(Serialize, utoipa::ToSchema)]
struct Recovered {
    status: &'static str,
}

impl ListedAlert {
    /// An alert that began.
    fn of(alert: Alert) -> Self {
        Self { state: Some(if alert.resolved { AlertState::Resolved } else { AlertState::Firing }), alert }
    }
}

/// Alerts, newest first
#[utoipa::path(get, path = "/alerts", tag = "alerts", operation_id = "get_alerts",
    params(("active_only" = Option<bool>, Query, description = "Without those that ended within the hour (true)"),
        ("state" = Option<String>, Query, description = "`pending` (the condition holds, but not for long enough yet), `firing`, `resolved` (within the hour) or `all`; each alert then says its `state`")),
    responses((status = 200, description = "Alerts", body = ListedAlerts), (status = 422, description = "A bad parameter")))]
pub(super) async fn list(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| match params.text("state") {
        Some(state) => json(&ListedAlerts { alerts: in_state(parts, state)? }),
        None => {
            let active_only = params.flag("active_only", true)?;
            let alerts = parts.desk.alerts(active_only).into_iter();
            json(&ListedAlerts { alerts: alerts.map(|alert| ListedAlert { alert, state: None }).collect() })
        }
    })
    .await
}

/// The alerts that are in a state.
fn in_state(parts: &Parts, state: &str) -> Answer<Vec<ListedAlert>> {
    let (pending, firing, resolved) = match state {
        "pending" => (true, false, false),
        "firing" => (false, true, false),
        "resolved" => (false, false, true),
        "all" => (true, true, true),
        other => {
            let expected = "Input should be 'pending', 'firing', 'resolved' or 'all'";
            return Err(Problem::query("literal_error", "state", expected, other));
        }
    };
    let mut alerts = Vec::new();
    if pending {
        let all = parts.book.pending().into_iter();
        alerts.extend(all.map(|alert| ListedAlert { alert, state: Some(AlertState::Pending) }));
    }
    let begun = parts.desk.alerts(!resolved).into_iter();
    let is_meant = |alert: &Alert| if alert.resolved { resolved } else { firing };
    alerts.extend(begun.filter(is_meant).map(ListedAlert::of));
    Ok(alerts)
}

/// Alerts that are over, newest first; kept over restarts
#[utoipa::path(get, path = "/alerts/history", tag = "alerts", operation_id = "get_alert_history",
    params(("limit" = Option<usize>, Query, description = "At most so many (100)")),
    responses((status = 200, description = "Alerts", body = Alerts), (status = 422, description = "A bad parameter")))]
pub(super) async fn history(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let limit = params.count("limit", DEFAULT_HISTORY, limits::ALERT_HISTORY)?;
        json(&Alerts { alerts: parts.desk.history(limit) })
    })
    .await
}

/// Starts the judging anew; rules and alerts are kept
#[utoipa::path(post, path = "/alerts/recover", tag = "alerts", operation_id = "recover_alerts",
    responses((status = 200, description = "Done", body = Recovered)))]
pub(super) async fn recover(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        parts.book.recover(parts.clock.now());
        json(&Recovered { status: "recovered" })
    })
    .await
}
