//! Errors, in the shapes of the original's framework: `{"detail": text}`, or for what cannot be validated
//! `{"detail": [entry]}`.

use crate::role::Role;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// Why a request is not answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Problem {
    /// 404 with a text.
    NotFound(&'static str),
    /// 400 with a text.
    Bad(String),
    /// 422 with one entry.
    Invalid(Box<Entry>),
    /// 401, with the challenge.
    Unauthorized(&'static str),
    /// 403: whose role does not allow it.
    Forbidden(Role),
    /// 405.
    MethodNotAllowed,
    /// 413.
    TooLarge,
    /// 503 with a reason.
    Unavailable(String),
    /// 504.
    TooSlow,
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
/// There is no silence of this id.
pub(crate) const NO_SILENCE: Problem = Problem::NotFound("Silence not found");
/// No mapping that was made while running has this number.
pub(crate) const NO_MAPPING: Problem = Problem::NotFound("Mapping not found");
/// No alert of this id fires.
pub(crate) const NO_ALERT: Problem = Problem::NotFound("Alert not found");
/// No capsule that is kept has this name.
pub(crate) const NO_CAPSULE: Problem = Problem::NotFound("Capsule not found");
/// The settings have no receiver of this name.
pub(crate) const NO_RECEIVER: Problem = Problem::NotFound("Receiver not found");

/// What could not be validated, in the members' order of the original's framework.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Entry {
    #[serde(rename = "type")]
    kind: &'static str,
    loc: Vec<Place>,
    msg: String,
    input: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    ctx: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Place {
    Name(String),
    At(usize),
}

impl Problem {
    /// A query parameter that cannot be read as what it should be.
    pub(crate) fn query(kind: &'static str, name: &str, message: &str, input: &str) -> Self {
        let loc = vec![Place::Name("query".to_owned()), Place::Name(name.to_owned())];
        Self::invalid(kind, loc, message, json!(input), None)
    }

    /// A query parameter that is a number below `least`.
    pub(crate) fn too_small(name: &str, least: i64, input: &str) -> Self {
        let message = format!("Input should be greater than or equal to {least}");
        let loc = vec![Place::Name("query".to_owned()), Place::Name(name.to_owned())];
        Self::invalid("greater_than_equal", loc, &message, json!(input), Some(json!({ "ge": least })))
    }

    /// A body that is not there, or is not an object.
    pub(crate) fn body(kind: &'static str, message: &str, input: Value) -> Self {
        Self::invalid(kind, vec![Place::Name("body".to_owned())], message, input, None)
    }

    /// A body that is not JSON; `at` is the character where it stops to be.
    pub(crate) fn not_json(at: usize, error: &str) -> Self {
        let loc = vec![Place::Name("body".to_owned()), Place::At(at)];
        Self::invalid("json_invalid", loc, "JSON decode error", json!({}), Some(json!({ "error": error })))
    }

    fn invalid(
        kind: &'static str,
        loc: Vec<Place>,
        message: &str,
        input: Value,
        context: Option<Value>,
    ) -> Self {
        Self::Invalid(Box::new(Entry { kind, loc, msg: message.to_owned(), input, ctx: context }))
    }
}

/// The body of every error.
#[derive(Serialize)]
struct Said<T> {
    detail: T,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::NotFound(text) => (StatusCode::NOT_FOUND, text.to_owned()),
            Self::Bad(text) => (StatusCode::BAD_REQUEST, text),
            Self::Forbidden(role) => {
                (StatusCode::FORBIDDEN, format!("who comes in as {role} may not do that"))
            }
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed".to_owned()),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Content Too Large".to_owned()),
            Self::Unavailable(text) => (StatusCode::SERVICE_UNAVAILABLE, text),
            Self::TooSlow => (StatusCode::GATEWAY_TIMEOUT, "the answer took too long".to_owned()),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error".to_owned()),
            Self::Invalid(entry) => {
                return (StatusCode::UNPROCESSABLE_ENTITY, Json(Said { detail: [*entry] })).into_response();
            }
            Self::Unauthorized(challenge) => {
                let challenge = [(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))];
                let body = Json(Said { detail: "Not authenticated" });
                return (StatusCode::UNAUTHORIZED, challenge, body).into_response();
            }
        };
        (status, Json(Said { detail: text })).into_response()
    }
}
