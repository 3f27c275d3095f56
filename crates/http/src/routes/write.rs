//! Samples that are written over HTTP by Prometheus and whoever speaks like it.

use super::Answer;
use super::working::work;
use crate::packed::Packed;
use crate::parts::Parts;
use crate::written::{self, plain};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ingest::{Packing, RemoteWrite, Told};
use std::sync::Arc;

/// What counters call this door.
const SOURCE: &str = "remote_write";

/// How a body is packed that does not say it.
const UNSAID: Packing = Packing::Snappy;

/// Takes samples by Prometheus' remote write, version 1.0 or 2.0, packed with snappy or zstd
#[utoipa::path(post, path = "/api/v1/write", tag = "write", operation_id = "remote_write",
    request_body(content_type = "application/x-protobuf",
        description = "`prometheus.WriteRequest`, or with `;proto=io.prometheus.write.v2.Request` that"),
    responses((status = 204, description = "All of it is kept"),
        (status = 400, description = "It cannot be read, or some of it was refused; the rest is kept"),
        (status = 413, description = "It is too large"), (status = 415, description = "Another kind of body"),
        (status = 503, description = "Nothing is taken now; it should come again")))]
pub(super) async fn remote_write(State(parts): State<Arc<Parts>>, body: Packed) -> Answer {
    let version = match version(&body.headers) {
        Some(version) => version,
        None => return Ok(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "expected remote write 1.0 or 2.0")),
    };
    if body.packing(UNSAID) == Packing::Gzip {
        return Ok(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "remote write is packed with snappy or zstd"));
    }
    work(parts, move |parts| {
        let now = parts.clock.now();
        let taken = match body.unpack(UNSAID) {
            Ok(unpacked) => parts.gate.remote_write(version, &unpacked, now),
            Err(error) => return Ok(written::still_packed(SOURCE, parts, &error)),
        };
        Ok(match taken {
            Ok(told) => answer(&told),
            Err(error) => written::failed(SOURCE, parts, &error),
        })
    })
    .await
}

/// Which version the body has, as its type says.
fn version(headers: &HeaderMap) -> Option<RemoteWrite> {
    let Some(said) = headers.get(header::CONTENT_TYPE) else { return Some(RemoteWrite::V1) };
    let mut words = said.to_str().ok()?.split(';').map(str::trim);
    if !words.next()?.eq_ignore_ascii_case("application/x-protobuf") {
        return None;
    }
    for word in words {
        match word.strip_prefix("proto=") {
            Some("prometheus.WriteRequest") => return Some(RemoteWrite::V1),
            Some("io.prometheus.write.v2.Request") => return Some(RemoteWrite::V2),
            Some(_) => return None,
            None => {}
        }
    }
    Some(RemoteWrite::V1)
}

fn answer(told: &Told) -> Response {
    let headers = [
        (HeaderName::from_static("x-prometheus-remote-write-samples-written"), told.samples.to_string()),
        (
            HeaderName::from_static("x-prometheus-remote-write-histograms-written"),
            told.histograms.to_string(),
        ),
        // The samples that they are examples of are kept, exemplars are not.
        (HeaderName::from_static("x-prometheus-remote-write-exemplars-written"), "0".to_owned()),
    ];
    match written::refused(told) {
        None => (StatusCode::NO_CONTENT, headers).into_response(),
        Some(text) => (headers, plain(StatusCode::BAD_REQUEST, &text)).into_response(),
    }
}
