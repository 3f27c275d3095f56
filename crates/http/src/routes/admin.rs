//! For whoever runs the collector.

use super::Answer;
use crate::parts::Parts;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Whether the process answers
#[utoipa::path(get, path = "/-/healthy", tag = "admin", operation_id = "is_healthy",
    responses((status = 200, description = "It does")))]
pub(super) async fn healthy(State(parts): State<Arc<Parts>>) -> Json<Value> {
    Json(json!({"status": "healthy", "version": parts.version}))
}

/// Whether the collector does its work
#[utoipa::path(get, path = "/-/ready", tag = "admin", operation_id = "is_ready",
    responses((status = 200, description = "It does"), (status = 503, description = "Not yet, or no more")))]
pub(super) async fn ready(State(parts): State<Arc<Parts>>) -> Answer<Json<Value>> {
    if parts.ready.load(Ordering::Acquire) {
        Ok(Json(json!({"status": "ready"})))
    } else {
        Err(Problem::Unavailable("starting or stopping".to_owned()))
    }
}

/// Reads the settings again; bad settings leave the old ones in force
#[utoipa::path(post, path = "/-/reload", tag = "admin", operation_id = "reload",
    responses((status = 200, description = "Done"), (status = 400, description = "The settings are not good")))]
pub(super) async fn reload(State(parts): State<Arc<Parts>>) -> Answer<Json<Value>> {
    super::working::work(parts, |parts| (parts.reload)().map_err(Problem::Bad)).await?;
    Ok(Json(json!({"status": "reloaded"})))
}

/// Copies everything that is kept, as it is now, to a new directory: a data directory of its own
///
/// One that takes longer than an answer may take goes on all the same, and the directory has its name when it is whole.
#[utoipa::path(post, path = "/-/snapshot", tag = "admin", operation_id = "snapshot",
    responses((status = 200, description = "The directory, on the collector's machine"),
        (status = 503, description = "It could not be written, or another is under way")))]
pub(super) async fn snapshot(State(parts): State<Arc<Parts>>) -> Answer<Json<Value>> {
    let made = |parts: &Parts| (parts.snapshot)().map_err(Problem::Unavailable);
    let directory = super::working::work(parts, made).await?;
    Ok(Json(json!({"status": "made", "directory": directory})))
}
