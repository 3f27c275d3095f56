//! What passes on the bus, as it passes.

use super::Answer;
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::Problem;
use crate::tail::Wish;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;

/// Messages as they pass on the bus, as server-sent events
///
/// An event `messages` has `messages` (`at`, `topic`, `service`, `type`, `bytes`, `retained`, `payload`: its beginning) and `left_out`,
/// how many passed and are not shown.
#[utoipa::path(get, path = "/bus/tail", tag = "bus", operation_id = "follow_bus",
    params(("topic" = Option<String>, Query, description = "A filter of topics, as MQTT has them"),
           ("service" = Option<String>, Query, description = "Only what this one says"),
           ("text" = Option<String>, Query, description = "What stands in the topic or the payload")),
    responses((status = 200, description = "Events", content_type = "text/event-stream"),
              (status = 503, description = "Too many look on already")))]
pub(super) async fn follow(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    let wanted = |name| params.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let wish = Wish { topic: wanted("topic"), service: wanted("service"), text: wanted("text") };
    let Some(events) = parts.tail.follow(wish, Arc::clone(&parts.ready)) else {
        return Err(Problem::Unavailable("too many look on already".to_owned()));
    };
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, events).into_response())
}
