//! Why an alert fires.

use super::working::unreadable;
use super::{Answer, json};
use crate::params::Within;
use crate::parts::Parts;
use crate::problem::NO_ALERT;
use crate::prom::worked;
use ::rules::why::{Explanation, Question, explain, metrics_of};
use axum::extract::State;
use model::{Alert, limits};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AlertWhy)]
struct Why {
    alert: Alert,
    explanation: Explanation,
    /// The explanation in a few sentences.
    text: String,
}

/// Why an alert fires: what else changed, by what is known now
#[utoipa::path(get, path = "/alerts/{id}/why", tag = "alerts", operation_id = "explain_alert",
    params(("id" = String, Path, description = "The alert's id")),
    responses((status = 200, description = "alert; explanation: value, threshold, changed series, peers, started_before; text", body = Why),
              (status = 404, description = "No such alert fires")))]
pub(super) async fn why(State(parts): State<Arc<Parts>>, Within(id): Within<String>) -> Answer {
    worked(parts, limits::QUERY_TIME, move |parts, _| {
        let alert = parts.desk.alert(&id).ok_or(NO_ALERT)?;
        let own = metrics_of(&alert, &parts.book, &parts.groups);
        let started = parts.gate.registry().started(&alert.service_name);
        let question = Question { alert: &alert, own: &own, started, now: parts.clock.now() };
        let explanation = explain(&question, &*parts.select).map_err(|error| unreadable(&error))?;
        let text = explanation.text();
        json(&Why { alert, explanation, text })
    })
    .await
}
