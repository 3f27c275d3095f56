//! Who speaks on the bus, how much, how late, and who answers whom.

use super::working::work;
use super::{Answer, json};
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;
use traffic::{GraphView, TrafficView};

/// What passes on the bus, by sender; and who answers whom
#[utoipa::path(get, path = "/bus/traffic", tag = "bus", operation_id = "get_traffic",
    params(("service" = Option<String>, Query, description = "Only this sender, and whom it asks and answers")),
    responses((status = 200, description = "Senders, and pairs of who asks and who answers", body = TrafficView)))]
pub(super) async fn traffic(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let mut view = parts.watcher.view(parts.clock.now());
        if let Some(service) = params.text("service") {
            view.senders.retain(|sender| sender.service == service);
            view.pairs.retain(|pair| pair.asker == service || pair.responder == service);
        }
        json(&view)
    })
    .await
}

/// Who consumes what whom says on the bus, as far as it is seen
///
/// Of each edge `evidence` says how it is known: `destination` (messages name whom they are for), `answer` (questions were answered),
/// `asked` (it is the answer to a question), `repeats_id` (somebody repeated an id of it), `reads` (the collector reads it), `follows`
/// (a stable relation of times beyond chance, with `confidence`).
#[utoipa::path(get, path = "/bus/graph", tag = "bus", operation_id = "get_graph",
    params(("service" = Option<String>, Query, description = "Only what this one says or consumes"),
        ("format" = Option<String>, Query, description = "`json` (the default), or `dot` for Graphviz")),
    responses((status = 200, description = "Nodes, edges, and what they suggest", body = GraphView),
              (status = 422, description = "A bad parameter")))]
pub(super) async fn graph(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let is_dot = match params.text("format") {
            None | Some("json") => false,
            Some("dot") => true,
            Some(other) => {
                let expected = "Input should be 'json' or 'dot'";
                return Err(Problem::query("literal_error", "format", expected, other));
            }
        };
        let mut view = parts.watcher.graph(parts.clock.now());
        if let Some(service) = params.text("service") {
            view.retain(service);
        }
        if is_dot {
            let headers = [(header::CONTENT_TYPE, "text/vnd.graphviz; charset=utf-8")];
            return Ok((headers, view.dot()).into_response());
        }
        json(&view)
    })
    .await
}
