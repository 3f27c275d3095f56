//! For whoever runs the collector.

use super::Answer;
use crate::params::Params;
use crate::parts::{EraseError, EraseRequest, Parts};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The process answers.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Healthy {
    status: &'static str,
    version: String,
}

/// Something is done.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Done {
    /// What.
    pub(super) status: &'static str,
}

/// A snapshot was made.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Snapshot {
    /// Where it is, on the collector's machine.
    directory: String,
    status: &'static str,
}

/// Whether the process answers
#[utoipa::path(get, path = "/-/healthy", tag = "admin", operation_id = "is_healthy",
    responses((status = 200, description = "It does", body = Healthy)))]
pub(super) async fn healthy(State(parts): State<Arc<Parts>>) -> Json<Healthy> {
    Json(Healthy { status: "healthy", version: parts.version.clone() })
}

/// Whether the collector does its work
#[utoipa::path(get, path = "/-/ready", tag = "admin", operation_id = "is_ready",
    responses((status = 200, description = "It does", body = Done), (status = 503, description = "Not yet, or no more")))]
pub(super) async fn ready(State(parts): State<Arc<Parts>>) -> Answer<Json<Done>> {
    if parts.ready.load(Ordering::Acquire) {
        Ok(Json(Done { status: "ready" }))
    } else {
        Err(Problem::Unavailable("starting or stopping".to_owned()))
    }
}

/// Reads the settings again; bad settings leave the old ones in force
#[utoipa::path(post, path = "/-/reload", tag = "admin", operation_id = "reload",
    responses((status = 200, description = "Done", body = Done), (status = 400, description = "The settings are not good")))]
pub(super) async fn reload(State(parts): State<Arc<Parts>>) -> Answer<Json<Done>> {
    super::working::work(parts, |parts| (parts.reload)().map_err(Problem::Bad)).await?;
    Ok(Json(Done { status: "reloaded" }))
}

/// Copies everything that is kept, as it is now, to a new directory: a data directory of its own
///
/// One that takes longer than an answer may take goes on all the same, and the directory has its name when it is whole.
#[utoipa::path(post, path = "/-/snapshot", tag = "admin", operation_id = "snapshot",
    responses((status = 200, description = "The directory, on the collector's machine", body = Snapshot),
        (status = 503, description = "It could not be written, or another is under way")))]
pub(super) async fn snapshot(State(parts): State<Arc<Parts>>) -> Answer<Json<Snapshot>> {
    let made = |parts: &Parts| (parts.snapshot)().map_err(Problem::Unavailable);
    let directory = super::working::work(parts, made).await?;
    Ok(Json(Snapshot { directory, status: "made" }))
}

/// Erases samples for good, of the series that meet `match` and from `start` to `end`
///
/// From the answer on nobody reads them; the disk has their room back when the blocks were written anew, within minutes.
/// What comes later for the same time is kept.
#[utoipa::path(post, path = "/-/erase", tag = "admin", operation_id = "erase",
    params(("match" = String, Query, description = "`name`, `name{label=\"value\",other!=\"value\"}` or the conditions alone; `=~` and `!~` take regular expressions"),
        ("start" = Option<String>, Query, description = "The first instant: seconds since the epoch, or `2026-01-01T12:30:00Z`; without it, from the beginning"),
        ("end" = Option<String>, Query, description = "The last instant; without it, for ever")),
    responses((status = 200, description = "They are gone", body = Done), (status = 400, description = "The series or an instant is unclear"),
        (status = 503, description = "It could not be written")))]
pub(super) async fn erase(State(parts): State<Arc<Parts>>, params: Params) -> Answer<Json<Done>> {
    let Some(series) = params.text("match") else {
        return Err(Problem::Bad("`match` is missing: it says which series are meant".to_owned()));
    };
    let text = |name| params.text(name).map(str::to_owned);
    let request = EraseRequest { series: series.to_owned(), start: text("start"), end: text("end") };
    let erase = move |parts: &Parts| {
        (parts.erase)(&request).map_err(|error| match error {
            EraseError::Unclear(why) => Problem::Bad(why),
            EraseError::Failed(why) => Problem::Unavailable(why),
        })
    };
    super::working::work(parts, erase).await?;
    Ok(Json(Done { status: "erased" }))
}
