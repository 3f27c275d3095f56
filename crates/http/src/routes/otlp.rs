//! Metrics that OpenTelemetry's SDKs and collectors export over HTTP.

use super::Answer;
use super::working::work;
use crate::packed::Packed;
use crate::parts::Parts;
use crate::written;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ingest::{Otlp, Packing, Told};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;

/// What counters call this door.
const SOURCE: &str = "otlp";

const PROTOBUF: &str = "application/x-protobuf";
const JSON: &str = "application/json";

/// Takes metrics by OTLP, as protobuf or JSON
#[utoipa::path(post, path = "/api/v1/otlp/v1/metrics", tag = "write", operation_id = "otlp",
    request_body(content_type = "application/x-protobuf", description = "`ExportMetricsServiceRequest`, or the same as `application/json`; packed with gzip or not"),
    responses((status = 200, description = "It is kept; `partial_success` says what is not; an answer to protobuf is protobuf", body = Exported<'static>),
        (status = 400, description = "It cannot be read"), (status = 413, description = "It is too large"),
        (status = 415, description = "Another kind of body"),
        (status = 503, description = "Nothing is taken now; it should come again")))]
pub(super) async fn metrics(State(parts): State<Arc<Parts>>, body: Packed) -> Answer {
    take(parts, body).await
}

/// Takes metrics by OTLP at the path that exporters append to an address by themselves
#[utoipa::path(post, path = "/v1/metrics", tag = "write", operation_id = "otlp_at_root",
    request_body(content_type = "application/x-protobuf", description = "As for `/api/v1/otlp/v1/metrics`"),
    responses((status = 200, description = "It is kept; `partial_success` says what is not; an answer to protobuf is protobuf", body = Exported<'static>),
        (status = 400, description = "It cannot be read"), (status = 413, description = "It is too large"),
        (status = 415, description = "Another kind of body"),
        (status = 503, description = "Nothing is taken now; it should come again")))]
pub(super) async fn metrics_at_root(State(parts): State<Arc<Parts>>, body: Packed) -> Answer {
    take(parts, body).await
}

/// `ExportMetricsServiceResponse` as JSON.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OtlpExported)]
struct Exported<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    partial_success: Option<Partial<'a>>,
}

/// What was not kept, and why.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OtlpPartialSuccess)]
struct Partial<'a> {
    error_message: &'a str,
    /// A number as text, as protobuf's JSON has 64 bits.
    rejected_data_points: String,
}

async fn take(parts: Arc<Parts>, body: Packed) -> Answer {
    let Some(kind) = kind(&body.headers) else {
        let text = "expected application/x-protobuf or application/json";
        return Ok(written::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    };
    work(parts, move |parts| {
        let now = parts.clock.now();
        let failed = match body.unpack(Packing::Plain) {
            Ok(unpacked) => match parts.gate.otlp(kind, &unpacked, now) {
                Ok(told) => return Ok(success(kind, &told)),
                Err(error) => written::failed_as(SOURCE, parts, &error),
            },
            Err(error) => written::still_packed_as(SOURCE, parts, &error),
        };
        Ok(failure(kind, failed))
    })
    .await
}

fn kind(headers: &HeaderMap) -> Option<Otlp> {
    let said = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let said = said.split(';').next().unwrap_or_default().trim();
    match said.to_ascii_lowercase().as_str() {
        PROTOBUF => Some(Otlp::Protobuf),
        JSON => Some(Otlp::Json),
        _ => None,
    }
}

/// `ExportMetricsServiceResponse`.
fn success(kind: Otlp, told: &Told) -> Response {
    let refused: usize = told.refused.iter().map(|one| one.times).sum();
    let message = written::refused(told);
    let body = match (kind, &message) {
        (Otlp::Json, None) => b"{}".to_vec(),
        (Otlp::Json, Some(message)) => {
            let partial = Partial { error_message: message, rejected_data_points: refused.to_string() };
            // Texts can always be written.
            serde_json::to_vec(&Exported { partial_success: Some(partial) }).unwrap_or_default()
        }
        (Otlp::Protobuf, None) => Vec::new(),
        (Otlp::Protobuf, Some(message)) => field(1, &numbered(refused as u64, message)),
    };
    answer(kind, StatusCode::OK, body)
}

/// `google.rpc.Status`.
fn failure(kind: Otlp, (status, text): (StatusCode, String)) -> Response {
    let code = status.as_u16();
    let body = match kind {
        Otlp::Json => json!({ "code": code, "message": text }).to_string().into_bytes(),
        Otlp::Protobuf => numbered(u64::from(code), &text),
    };
    answer(kind, status, body)
}

fn answer(kind: Otlp, status: StatusCode, body: Vec<u8>) -> Response {
    let said = match kind {
        Otlp::Protobuf => PROTOBUF,
        Otlp::Json => JSON,
    };
    (status, [(header::CONTENT_TYPE, said)], body).into_response()
}

/// A message of a number and a text, which are its first fields.
fn numbered(number: u64, text: &str) -> Vec<u8> {
    let mut message = vec![1 << 3];
    varint(&mut message, number);
    message.extend(field(2, text.as_bytes()));
    message
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut message = vec![number << 3 | 2];
    varint(&mut message, bytes.len() as u64);
    message.extend_from_slice(bytes);
    message
}

fn varint(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    to.push(u8::try_from(number).unwrap_or_default());
}
