//! What becomes of a request that writes, in words: what all its formats have in common.

use crate::parts::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ingest::{Refusal, Told, UnpackError, WriteError};
use model::Reason;
use std::fmt::Write as _;

/// An answer of plain text: who writes logs it.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{text}\n")).into_response()
}

/// What was refused, each reason with its first example; `None` if nothing was.
pub(crate) fn refused(told: &Told) -> Option<String> {
    let mut text = String::new();
    for Refusal { reason, times, example } in &told.refused {
        let comma = if text.is_empty() { "refused: " } else { "; " };
        let _fits = write!(text, "{comma}{times} {reason} ({} For example {example})", reason.explain());
    }
    (!text.is_empty()).then_some(text)
}

/// The answer to a request of which nothing could be taken, which is counted.
pub(crate) fn failed(source: &str, parts: &Parts, error: &WriteError) -> Response {
    let (status, text) = failed_as(source, parts, error);
    plain(status, &text)
}

/// The same before it is put into words of a protocol.
pub(crate) fn failed_as(source: &str, parts: &Parts, error: &WriteError) -> (StatusCode, String) {
    let text = error.to_string();
    let (status, reason) = match error {
        WriteError::Unreadable(_) => (StatusCode::BAD_REQUEST, Some(Reason::Unreadable)),
        WriteError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Some(Reason::TooLarge)),
        // The gate counted it.
        WriteError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, None),
    };
    if let Some(reason) = reason {
        parts.gate.refuse_write(source, reason, &text, parts.clock.now());
    }
    (status, text)
}

/// The answer to a body that cannot be unpacked, which is counted.
pub(crate) fn still_packed(source: &str, parts: &Parts, error: &UnpackError) -> Response {
    let (status, text) = still_packed_as(source, parts, error);
    plain(status, &text)
}

/// The same before it is put into words of a protocol.
pub(crate) fn still_packed_as(source: &str, parts: &Parts, error: &UnpackError) -> (StatusCode, String) {
    let text = error.to_string();
    let (status, reason) = match error {
        UnpackError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, Reason::TooLarge),
        UnpackError::Broken(_) => (StatusCode::BAD_REQUEST, Reason::Unreadable),
    };
    parts.gate.refuse_write(source, reason, &text, parts.clock.now());
    (status, text)
}
