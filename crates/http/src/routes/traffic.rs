//! Who speaks on the bus, how much, how late, and who answers whom.

use super::working::work;
use super::{Answer, json};
use crate::params::Params;
use crate::parts::Parts;
use axum::extract::State;
use std::sync::Arc;

/// What passes on the bus, by sender; and who answers whom
#[utoipa::path(get, path = "/bus/traffic", tag = "bus", operation_id = "get_traffic",
    params(("service" = Option<String>, Query, description = "Only this sender, and whom it asks and answers")),
    responses((status = 200, description = "Senders, and pairs of who asks and who answers")))]
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
