//! No request may take for ever.

use crate::problem::Problem;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::limits;

/// Gives up on an answer that takes too long.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(limits::HTTP_ANSWER_TIME, next.run(request)).await;
    answer.unwrap_or_else(|_| Problem::TooSlow.into_response())
}
