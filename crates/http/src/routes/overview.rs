//! Everything at a glance, once or as it changes.

use super::working::work;
use super::{Answer, json};
use crate::overview::{Board, Overview, events};
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use model::{Millis, limits};
use std::sync::Arc;

/// The length of the strips if none is asked for, in seconds.
const SPAN: usize = 3_600;

/// How everything is: services with their instances, alerts, insights, the bus, the disk
#[utoipa::path(get, path = "/overview", tag = "status", operation_id = "get_overview",
    params(("span" = Option<usize>, Query, description = "How many seconds the strips of the services show, at most 31 days (3600)")),
    responses((status = 200, description = "How everything is", body = Overview),
              (status = 422, description = "A bad parameter")))]
pub(super) async fn whole(
    State(parts): State<Arc<Parts>>,
    Extension(board): Extension<Arc<Board>>,
    params: Params,
) -> Answer {
    let span = span(&params)?;
    work(parts, move |parts| json(&*board.snapshot(parts, span))).await
}

/// The same as it changes, as server-sent events
///
/// The first event, `overview`, is the whole; `change`, once a second, has the members that changed, of `services` those that
/// changed, and the names of those `removed`; `alerts` says that the list of alerts or silences changed.
#[utoipa::path(get, path = "/overview/live", tag = "status", operation_id = "follow_overview",
    params(("span" = Option<usize>, Query, description = "As of `/overview`")),
    responses((status = 200, description = "Events", content_type = "text/event-stream"),
              (status = 422, description = "A bad parameter"), (status = 503, description = "Too many look already")))]
pub(super) async fn live(
    State(parts): State<Arc<Parts>>,
    Extension(board): Extension<Arc<Board>>,
    params: Params,
) -> Answer {
    let span = span(&params)?;
    let Some(place) = board.place() else {
        return Err(Problem::Unavailable("too many look at the overview already".to_owned()));
    };
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, events(parts, board, span, place)).into_response())
}

fn span(params: &Params) -> Answer<Millis> {
    let seconds = params.count("span", SPAN, limits::OVERVIEW_SPAN)?;
    Ok(Millis::try_from(seconds.max(1)).unwrap_or(Millis::MAX).saturating_mul(1_000))
}
