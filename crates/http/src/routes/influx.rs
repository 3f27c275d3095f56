//! Lines of InfluxDB's protocol, as Telegraf and many small devices write them.

use super::Answer;
use super::working::work;
use crate::packed::Packed;
use crate::params::Params;
use crate::parts::Parts;
use crate::written;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ingest::{Packing, Precision};
use serde_json::json;
use std::sync::Arc;

/// What counters call this door.
const SOURCE: &str = "influx";

/// Takes lines as InfluxDB 1 does; databases and retention policies are not told apart
#[utoipa::path(post, path = "/write", tag = "write", operation_id = "influx_1",
    params(("precision" = Option<String>, Query, description = "What times are counted in: `ns`, `us`, `ms`, `s`, `m` or `h`; nanoseconds if nothing is said")),
    request_body(content_type = "text/plain", description = "Lines, packed with gzip or not"),
    responses((status = 204, description = "All of it is kept"),
        (status = 400, description = "Some of it was refused; the rest is kept"),
        (status = 413, description = "It is too large"),
        (status = 503, description = "Nothing is taken now; it should come again")))]
pub(super) async fn first(State(parts): State<Arc<Parts>>, params: Params, body: Packed) -> Answer {
    take(parts, params, body).await
}

/// Takes lines as InfluxDB 2 does; organisations and buckets are not told apart
#[utoipa::path(post, path = "/api/v2/write", tag = "write", operation_id = "influx_2",
    params(("precision" = Option<String>, Query, description = "As for `/write`")),
    request_body(content_type = "text/plain", description = "Lines, packed with gzip or not"),
    responses((status = 204, description = "All of it is kept"),
        (status = 400, description = "Some of it was refused; the rest is kept"),
        (status = 413, description = "It is too large"),
        (status = 503, description = "Nothing is taken now; it should come again")))]
pub(super) async fn second(State(parts): State<Arc<Parts>>, params: Params, body: Packed) -> Answer {
    take(parts, params, body).await
}

async fn take(parts: Arc<Parts>, params: Params, body: Packed) -> Answer {
    let precision = match params.text("precision").map(Precision::of) {
        None => Precision::NANOSECONDS,
        Some(Some(precision)) => precision,
        Some(None) => return Ok(fault(StatusCode::BAD_REQUEST, "precision must be ns, us, ms, s, m or h")),
    };
    work(parts, move |parts| {
        let now = parts.clock.now();
        let (status, text) = match body.unpack(Packing::Plain) {
            Ok(unpacked) => match parts.gate.influx(&unpacked, precision, now) {
                Ok(told) => match written::refused(&told) {
                    None => return Ok(StatusCode::NO_CONTENT.into_response()),
                    Some(text) => (StatusCode::BAD_REQUEST, format!("partial write: {text}")),
                },
                Err(error) => written::failed_as(SOURCE, parts, &error),
            },
            Err(error) => written::still_packed_as(SOURCE, parts, &error),
        };
        Ok(fault(status, &text))
    })
    .await
}

/// An error in the shapes of both versions.
fn fault(status: StatusCode, text: &str) -> Response {
    let code = if status == StatusCode::SERVICE_UNAVAILABLE { "unavailable" } else { "invalid" };
    let body = json!({ "error": text, "code": code, "message": text }).to_string();
    (status, [(header::CONTENT_TYPE, super::JSON)], body).into_response()
}
