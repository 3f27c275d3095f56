//! Errors in Prometheus' shape: `{"status":"error","errorType":…,"error":…}`.

use crate::queries::NoPlace;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::SelectError;
use query::QueryError;
use serde::Serialize;
use std::fmt::Display;

/// What went wrong, as Prometheus counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request means nothing.
    BadData,
    /// The request's body is too long.
    TooLarge,
    /// The answer cannot be computed.
    Execution,
    /// Nobody waits for the answer.
    Canceled,
    /// It took too long.
    Timeout,
    /// The fault is here.
    Internal,
    /// Not now.
    Unavailable,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    kind: Kind,
    text: String,
}

#[derive(Serialize)]
struct Body<'a> {
    status: &'static str,
    #[serde(rename = "errorType")]
    error_type: &'static str,
    error: &'a str,
}

impl Failure {
    pub(crate) fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// A request that means nothing.
    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self::new(Kind::BadData, text)
    }

    /// A parameter that means nothing.
    pub(crate) fn parameter(name: &str, why: impl Display) -> Self {
        Self::bad(format!("invalid parameter {name:?}: {why}"))
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        let kind = match &error {
            QueryError::Parse(_) | QueryError::Invalid(_) => return Self::parameter("query", error),
            QueryError::Timeout => Kind::Timeout,
            QueryError::Canceled => Kind::Canceled,
            QueryError::Storage(why) => {
                tracing::error!("samples cannot be read: {why}");
                return Self::new(Kind::Internal, "samples cannot be read now");
            }
            _ => Kind::Execution,
        };
        Self::new(kind, error.to_string())
    }
}

/// The log learns why, the client only that.
impl From<SelectError> for Failure {
    fn from(error: SelectError) -> Self {
        QueryError::Storage(error.to_string()).into()
    }
}

impl From<NoPlace> for Failure {
    fn from(why: NoPlace) -> Self {
        match why {
            NoPlace::TooMany => Self::new(Kind::Unavailable, "too many queries are waiting; ask again later"),
            NoPlace::TooLate => Self::new(Kind::Timeout, "query timed out in query queue"),
        }
    }
}

impl Failure {
    /// The same without HTTP.
    pub(crate) fn json(&self) -> Vec<u8> {
        // Texts can always be written.
        serde_json::to_vec(&self.body()).unwrap_or_default()
    }

    fn body(&self) -> Body<'_> {
        Body { status: "error", error_type: self.words().1, error: &self.text }
    }

    fn words(&self) -> (StatusCode, &'static str) {
        match self.kind {
            Kind::BadData => (StatusCode::BAD_REQUEST, "bad_data"),
            Kind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "bad_data"),
            Kind::Execution => (StatusCode::UNPROCESSABLE_ENTITY, "execution"),
            // It has no name of its own; proxies know it as "client closed request".
            Kind::Canceled => {
                (StatusCode::from_u16(499).unwrap_or(StatusCode::SERVICE_UNAVAILABLE), "canceled")
            }
            Kind::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "timeout"),
            Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.words().0, Json(self.body())).into_response()
    }
}
