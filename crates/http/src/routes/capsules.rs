//! Recordings of the raw bus.

use super::working::work;
use super::{Answer, json};
use crate::capsules::{CapsuleEntry, CapsuleFault, CapsuleFile, body};
use crate::params::{Params, Within};
use crate::parts::Parts;
use crate::problem::{NO_CAPSULE, Problem};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use serde::Serialize;
use std::sync::Arc;

/// Minutes that may be asked for: more than are ever remembered are as good as all.
const MOST: usize = 1_000_000;
/// What is answered when too many are handed out.
const FULL: &str = "too many capsules are being handed out already";

/// A recording of what passed on the bus lately, as one file
///
/// docs/format/capsule.md describes it; `alicia-metrics capsule` shows and replays it.
#[utoipa::path(post, path = "/bus/capsule", tag = "bus", operation_id = "record_capsule",
    params(("minutes" = Option<i64>, Query, description = "How far back, in minutes; without it as far as is remembered")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 400, description = "Nothing is recorded: the settings say so"),
        (status = 503, description = "Too many are handed out already")))]
pub(super) async fn record(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    let given = params.text("minutes").map(|_| params.count("minutes", 0, MOST)).transpose()?;
    let minutes = given.and_then(|minutes| u64::try_from(minutes).ok());
    hand_out(parts, move |parts| parts.capsules.source.record(minutes)).await
}

/// The recordings that were kept because of alerts, newest first
#[utoipa::path(get, path = "/bus/capsules", tag = "bus", operation_id = "list_capsules",
    responses((status = 200, description = "Names, and the alerts that they were made for", body = Listed)))]
pub(super) async fn list(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| json(&Listed { capsules: parts.capsules.source.list().map_err(problem)? })).await
}

/// A recording that was kept because of an alert
#[utoipa::path(get, path = "/bus/capsules/{name}", tag = "bus", operation_id = "get_capsule",
    params(("name" = String, Path, description = "Its name in the list")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 404, description = "There is none of this name"),
        (status = 503, description = "Too many are handed out already")))]
pub(super) async fn one(State(parts): State<Arc<Parts>>, Within(name): Within<String>) -> Answer {
    hand_out(parts, move |parts| parts.capsules.source.open(&name)).await
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Capsules)]
struct Listed {
    capsules: Vec<CapsuleEntry>,
}

async fn hand_out(
    parts: Arc<Parts>,
    open: impl FnOnce(&Parts) -> Result<CapsuleFile, CapsuleFault> + Send + 'static,
) -> Answer {
    let place = parts.capsules.place().ok_or_else(|| Problem::Unavailable(FULL.to_owned()))?;
    let file = work(parts, |parts| open(parts).map_err(problem)).await?;
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name));
    let named = named.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, named),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, body(file, place)).into_response())
}

fn problem(fault: CapsuleFault) -> Problem {
    match fault {
        CapsuleFault::NotFound => NO_CAPSULE,
        CapsuleFault::Off => {
            Problem::Bad("nothing is recorded: the settings have `[capsule] minutes = 0`".to_owned())
        }
        CapsuleFault::Failed(why) => Problem::Unavailable(why),
    }
}
