//! Errors, in the shapes of the original's framework: `{"detail": text}`, or for what cannot be validated
//! `{"detail": [entry, …]}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Problem {
    /// 404 with a text.
    NotFound(&'static str),
    /// 400 with a text.
    Bad(String),
    /// 422 with one entry.
    Invalid(Value),
    /// 401.
    Unauthorized(&'static str),
    /// 405.
    MethodNotAllowed,
    /// 413.
    TooLarge,
    /// 503 with a reason.
    Unavailable(String),
    /// 500; what happened is in the log, not in the answer.
    Internal,
}

/// No route has this path.
pub(crate) const NO_PATH: Problem = Problem::NotFound("Not Found");
/// No service of this name has been heard measuring.
pub(crate) const NO_SERVICE: Problem = Problem::NotFound("Service not found");
/// The service has no such instance.
pub(crate) const NO_INSTANCE: Problem = Problem::NotFound("Instance not found");
/// There is no rule of this name.
pub(crate) const NO_RULE: Problem = Problem::NotFound("Rule not found");

impl Problem {
    /// A query parameter that cannot be read as what it should be.
    pub(crate) fn query(kind: &str, name: &str, message: &str, input: &str) -> Self {
        Self::Invalid(json!({"type": kind, "loc": ["query", name], "msg": message, "input": input}))
    }

    /// A body that cannot be read; `at` is the place in it, if there is one.
    pub(crate) fn body(kind: &str, at: Option<usize>, message: &str, input: &Value) -> Self {
        let place = at.map_or_else(|| json!(["body"]), |at| json!(["body", at]));
        Self::Invalid(json!({"type": kind, "loc": place, "msg": message, "input": input}))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, detail) = match self {
            Self::NotFound(text) => (StatusCode::NOT_FOUND, json!(text)),
            Self::Bad(text) => (StatusCode::BAD_REQUEST, json!(text)),
            Self::Invalid(entry) => (StatusCode::UNPROCESSABLE_ENTITY, json!([entry])),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, json!("Method Not Allowed")),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, json!("Content Too Large")),
            Self::Unavailable(text) => (StatusCode::SERVICE_UNAVAILABLE, json!(text)),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, json!("Internal Server Error")),
            Self::Unauthorized(challenge) => {
                let mut answer =
                    (StatusCode::UNAUTHORIZED, Json(json!({"detail": "Not authenticated"}))).into_response();
                answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
                return answer;
            }
        };
        (status, Json(json!({"detail": detail}))).into_response()
    }
}
