//! Alert rules.

use super::Answer;
use crate::parts::Parts;
use crate::problem::{NO_RULE, Problem};
use ::rules::RuleError;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use model::Rule;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Serialize)]
pub(super) struct Rules {
    rules: Vec<Rule>,
}

#[derive(Serialize)]
pub(super) struct Changed {
    message: &'static str,
    rule: Rule,
}

#[derive(Serialize)]
pub(super) struct One {
    rule: Rule,
}

type Body = Result<Bytes, BytesRejection>;

/// All rules, in order of creation
#[utoipa::path(get, path = "/alerts/rules", tag = "rules", responses((status = 200, description = "Rules")))]
pub(super) async fn list(State(parts): State<Arc<Parts>>) -> Json<Rules> {
    Json(Rules { rules: parts.book.rules() })
}

/// Makes a rule, or replaces the one of the same name
#[utoipa::path(post, path = "/alerts/rules", tag = "rules",
    request_body(content_type = "application/json", description = "name, metric_name, condition, severity, description; enabled (true), cooldown_period (300)"),
    responses((status = 200, description = "The rule"), (status = 400, description = "Invalid rule"),
              (status = 422, description = "Not a JSON object")))]
pub(super) async fn create(State(parts): State<Arc<Parts>>, body: Body) -> Answer<Json<Changed>> {
    put(parts, parse(body)?, "Alert rule created").await
}

/// One rule
#[utoipa::path(get, path = "/alerts/rules/{name}", tag = "rules",
    params(("name" = String, Path, description = "The rule's name")),
    responses((status = 200, description = "The rule"), (status = 404, description = "Rule not found")))]
pub(super) async fn one(State(parts): State<Arc<Parts>>, Path(name): Path<String>) -> Answer<Json<One>> {
    parts.book.rule(&name).map(|rule| Json(One { rule })).ok_or(NO_RULE)
}

/// Replaces a rule; the name may be left out of the body
#[utoipa::path(put, path = "/alerts/rules/{name}", tag = "rules",
    params(("name" = String, Path, description = "The rule's name")),
    request_body(content_type = "application/json", description = "As for making one"),
    responses((status = 200, description = "The rule"), (status = 400, description = "Invalid rule"),
              (status = 404, description = "Rule not found"), (status = 422, description = "Not a JSON object")))]
pub(super) async fn update(
    State(parts): State<Arc<Parts>>,
    Path(name): Path<String>,
    body: Body,
) -> Answer<Json<Changed>> {
    let mut rule = parse(body)?;
    if parts.book.rule(&name).is_none() {
        return Err(NO_RULE);
    }
    if let Some(fields) = rule.as_object_mut() {
        let named = fields.entry("name").or_insert_with(|| json!(name));
        if *named != json!(name) {
            return Err(invalid(format!("the path names {name:?}, the body {named}")));
        }
    }
    put(parts, rule, "Alert rule updated").await
}

/// Removes a rule; its active alerts end
#[utoipa::path(delete, path = "/alerts/rules/{name}", tag = "rules",
    params(("name" = String, Path, description = "The rule's name")),
    responses((status = 200, description = "The rule that was"), (status = 404, description = "Rule not found")))]
pub(super) async fn delete(
    State(parts): State<Arc<Parts>>,
    Path(name): Path<String>,
) -> Answer<Json<Changed>> {
    let rule = super::working::work(parts, move |parts| parts.book.remove(&name).map_err(problem)).await?;
    Ok(Json(Changed { message: "Alert rule deleted", rule }))
}

/// Enables a rule
#[utoipa::path(post, path = "/alerts/rules/{name}/enable", tag = "rules",
    params(("name" = String, Path, description = "The rule's name")),
    responses((status = 200, description = "The rule"), (status = 404, description = "Rule not found")))]
pub(super) async fn enable(
    State(parts): State<Arc<Parts>>,
    Path(name): Path<String>,
) -> Answer<Json<Changed>> {
    switch(parts, name, true, "Alert rule enabled").await
}

/// Disables a rule; its active alerts end
#[utoipa::path(post, path = "/alerts/rules/{name}/disable", tag = "rules",
    params(("name" = String, Path, description = "The rule's name")),
    responses((status = 200, description = "The rule"), (status = 404, description = "Rule not found")))]
pub(super) async fn disable(
    State(parts): State<Arc<Parts>>,
    Path(name): Path<String>,
) -> Answer<Json<Changed>> {
    switch(parts, name, false, "Alert rule disabled").await
}

async fn switch(
    parts: Arc<Parts>,
    name: String,
    enabled: bool,
    message: &'static str,
) -> Answer<Json<Changed>> {
    let rule =
        super::working::work(parts, move |parts| parts.book.set_enabled(&name, enabled).map_err(problem))
            .await?;
    Ok(Json(Changed { message, rule }))
}

async fn put(parts: Arc<Parts>, rule: Value, message: &'static str) -> Answer<Json<Changed>> {
    let rule: Rule = serde_json::from_value(rule).map_err(|error| invalid(error.to_string()))?;
    let rule = super::working::work(parts, move |parts| parts.book.put(rule).map_err(problem)).await?;
    Ok(Json(Changed { message, rule }))
}

/// The body as an object, with the errors that the original's framework gives for anything else.
fn parse(body: Body) -> Answer<Value> {
    let body = body.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::Bad("the body could not be read".to_owned()),
    })?;
    if body.is_empty() {
        return Err(Problem::body("missing", None, "Field required", &Value::Null));
    }
    match serde_json::from_slice(&body) {
        Ok(Value::Object(fields)) => Ok(Value::Object(fields)),
        Ok(other) => Err(Problem::body("dict_type", None, "Input should be a valid dictionary", &other)),
        Err(error) => {
            let at = error.column().saturating_sub(1);
            Err(Problem::body("json_invalid", Some(at), &format!("JSON decode error: {error}"), &json!({})))
        }
    }
}

fn invalid(why: impl std::fmt::Display) -> Problem {
    Problem::Bad(format!("Invalid rule: {why}"))
}

fn problem(error: RuleError) -> Problem {
    match error {
        RuleError::NotFound(_) => NO_RULE,
        RuleError::NotKept(error) => {
            tracing::error!("a rule could not be kept: {error}");
            Problem::Unavailable("the rule could not be kept; nothing was changed".to_owned())
        }
        RuleError::Condition { error, text } => {
            invalid(format!("condition at character {}: {}", error.at + 1, error.pointing_at(&text)))
        }
        other => invalid(other.to_string()),
    }
}
