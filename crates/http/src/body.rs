//! The body of a request: a JSON object, or the error that the original's framework gives.

use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Map, Value};

/// A JSON object.
///
/// A body that names another content type is not read as JSON, as by the original. It also keeps foreign web
/// pages out: a browser sends JSON across origins only after asking, and the answer here is no.
#[derive(Debug)]
pub(crate) struct Object(pub(crate) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
                _ => Problem::Bad("There was an error parsing the body".to_owned()),
            }
        })?;
        if body.is_empty() {
            return Err(missing());
        }
        if !is_json {
            return Err(not_an_object(Value::String(String::from_utf8_lossy(&body).into_owned())));
        }
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(Value::Null) => Err(missing()),
            Ok(other) => Err(not_an_object(other)),
            Err(error) => Err(Problem::not_json(place(&body, &error), &error.to_string())),
        }
    }
}

fn missing() -> Problem {
    Problem::body("missing", "Field required", Value::Null)
}

fn not_an_object(input: Value) -> Problem {
    Problem::body("dict_type", "Input should be a valid dictionary", input)
}

/// Whether the body says that it is JSON, or does not say what it is.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind = kind.to_str().unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind.strip_prefix("application/").is_some_and(|subtype| subtype == "json" || subtype.ends_with("+json"))
}

/// The character at which `error` stands, counted from 0 as Python counts: where the bad word begins, or the
/// end of what is cut off.
fn place(body: &[u8], error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return characters(body);
    }
    let lines = body.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    // A newline stands in column 0 of the line that it begins.
    let at = (before + error.column()).saturating_sub(1).min(body.len());
    let (head, _) = body.split_at(at);
    let word = head.iter().rev().take_while(|byte| byte.is_ascii_lowercase()).count();
    characters(&head[..at - word])
}

fn characters(text: &[u8]) -> usize {
    String::from_utf8_lossy(text).chars().count()
}
