//! Who was told of alerts, and whether a receiver can be reached. Receivers are named here, never made: where requests go
//! stands in the settings alone.

use super::working::work;
use super::{Answer, json};
use crate::params::Within;
use crate::parts::Parts;
use crate::problem::{NO_RECEIVER, Problem};
use axum::extract::State;
use notify::Delivery;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize, utoipa::ToSchema)]
struct Deliveries {
    deliveries: Vec<Delivery>,
}

/// What came of a test.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ReceiverTested)]
struct Tested {
    /// What the receiver said, cut and without secrets.
    answer: String,
    /// Whether it took the message.
    delivered: bool,
    receiver: String,
    /// The status of its answer, if it gave one.
    #[schema(required)]
    status: Option<u16>,
}

/// The newest notifications, newest first: what came of each
#[utoipa::path(get, path = "/alerts/deliveries", tag = "alerts", operation_id = "get_alert_deliveries",
    responses((status = 200, description = "Notifications", body = Deliveries)))]
pub(super) async fn list(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| json(&Deliveries { deliveries: parts.messenger.notifier().deliveries() })).await
}

/// Sends a test alert to a receiver of the settings and says what came back
#[utoipa::path(post, path = "/alerts/receivers/{name}/test", tag = "alerts", operation_id = "test_alert_receiver",
    params(("name" = String, Path, description = "The receiver's name")),
    responses((status = 200, description = "What came back: `delivered`, `status`, `answer`", body = Tested),
        (status = 404, description = "No such receiver"),
        (status = 503, description = "Too many tests are under way")))]
pub(super) async fn test(State(parts): State<Arc<Parts>>, Within(name): Within<String>) -> Answer {
    let tested = parts.messenger.test(&name).await;
    let tested = tested.map_err(|_| Problem::Unavailable("too many tests are under way".to_owned()))?;
    let tested = tested.ok_or(NO_RECEIVER)?;
    json(&Tested { answer: tested.answer, delivered: tested.is_taken, receiver: name, status: tested.status })
}
