//! Alert rules.

use super::working::work;
use super::{Answer, json};
use crate::body::Object;
use crate::params::Within;
use crate::parts::Parts;
use crate::problem::{NO_RULE, Problem};
use ::rules::RuleError;
use axum::extract::State;
use model::{Rule, limits};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;

#[derive(Serialize, utoipa::ToSchema)]
struct Rules {
    rules: Vec<Rule>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = RuleChanged)]
struct Changed {
    message: &'static str,
    rule: Rule,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = OneRule)]
struct One {
    rule: Rule,
}

/// All rules, in order of creation
#[utoipa::path(get, path = "/alerts/rules", tag = "rules", operation_id = "get_rules",
    responses((status = 200, description = "Rules", body = Rules)))]
pub(super) async fn list(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| json(&Rules { rules: parts.book.rules() })).await
}

/// Makes a rule, or replaces the one of the same name
#[utoipa::path(post, path = "/alerts/rules", tag = "rules", operation_id = "create_rule",
    request_body(content_type = "application/json", description = "name, metric_name, condition, severity, description; enabled (true), cooldown_period (300); for, recover, keep_firing_for, match, per (instance), levels, labels, annotations; kind (condition), interval"),
    responses((status = 200, description = "The rule", body = Changed), (status = 400, description = "Invalid rule"),
              (status = 422, description = "Not a JSON object")))]
pub(super) async fn create(State(parts): State<Arc<Parts>>, Object(fields): Object) -> Answer {
    work(parts, move |parts| put(parts, fields, "Alert rule created")).await
}

/// One rule
#[utoipa::path(get, path = "/alerts/rules/{name}", tag = "rules", operation_id = "get_rule",
    params(("name" = String, Path, description = "The rule's name")),
    responses((status = 200, description = "The rule", body = One), (status = 404, description = "Rule not found")))]
pub(super) async fn one(State(parts): State<Arc<Parts>>, Within(name): Within<String>) -> Answer {
    work(parts, move |parts| json(&One { rule: parts.book.rule(&name).ok_or(NO_RULE)? })).await
}

/// Replaces a rule; the name may be left out of the body
#[utoipa::path(put, path = "/alerts/rules/{name}", tag = "rules", operation_id = "update_rule",
    params(("name" = String, Path, description = "The rule's name")),
    request_body(content_type = "application/json", description = "As for making one"),
    responses((status = 200, description = "The rule", body = Changed), (status = 400, description = "Invalid rule"),
              (status = 404, description = "Rule not found"), (status = 422, description = "Not a JSON object")))]
pub(super) async fn update(
    State(parts): State<Arc<Parts>>,
    Within(name): Within<String>,
    Object(mut fields): Object,
) -> Answer {
    work(parts, move |parts| {
        if parts.book.rule(&name).is_none() {
            return Err(NO_RULE);
        }
        let named = fields.entry("name").or_insert_with(|| Value::String(name.clone()));
        if named.as_str() != Some(&name) {
            return Err(invalid(format!("the path names {name:?}, the body {named}")));
        }
        put(parts, fields, "Alert rule updated")
    })
    .await
}

/// Removes a rule; its active alerts end
#[utoipa::path(delete, path = "/alerts/rules/{name}", tag = "rules", operation_id = "delete_rule",
    params(("name" = String, Path, description = "The rule's name")),
    responses((status = 200, description = "The rule that was", body = Changed), (status = 404, description = "Rule not found")))]
pub(super) async fn delete(State(parts): State<Arc<Parts>>, Within(name): Within<String>) -> Answer {
    work(parts, move |parts| {
        let rule = parts.book.remove(&name).map_err(problem)?;
        json(&Changed { message: "Alert rule deleted", rule })
    })
    .await
}

/// Enables a rule
#[utoipa::path(post, path = "/alerts/rules/{name}/enable", tag = "rules", operation_id = "enable_rule",
    params(("name" = String, Path, description = "The rule's name")),
    responses((status = 200, description = "The rule", body = Changed), (status = 404, description = "Rule not found")))]
pub(super) async fn enable(State(parts): State<Arc<Parts>>, Within(name): Within<String>) -> Answer {
    work(parts, move |parts| switch(parts, &name, true, "Alert rule enabled")).await
}

/// Disables a rule; its active alerts end
#[utoipa::path(post, path = "/alerts/rules/{name}/disable", tag = "rules", operation_id = "disable_rule",
    params(("name" = String, Path, description = "The rule's name")),
    responses((status = 200, description = "The rule", body = Changed), (status = 404, description = "Rule not found")))]
pub(super) async fn disable(State(parts): State<Arc<Parts>>, Within(name): Within<String>) -> Answer {
    work(parts, move |parts| switch(parts, &name, false, "Alert rule disabled")).await
}

fn switch(parts: &Parts, name: &str, enabled: bool, message: &'static str) -> Answer {
    let rule = parts.book.set_enabled(name, enabled).map_err(problem)?;
    json(&Changed { message, rule })
}

fn put(parts: &Parts, fields: Map<String, Value>, message: &'static str) -> Answer {
    let rule = parts.book.put(read(fields)?).map_err(problem)?;
    json(&Changed { message, rule })
}

/// Reads a rule, and says which member is at fault if it is none.
fn read(mut fields: Map<String, Value>) -> Answer<Rule> {
    let texts = [
        ("name", limits::NAME_BYTES),
        ("metric_name", limits::NAME_BYTES),
        ("condition", limits::CONDITION_BYTES),
        ("severity", limits::NAME_BYTES),
        ("description", limits::LABEL_VALUE_BYTES),
        ("kind", limits::NAME_BYTES),
        ("for", limits::NAME_BYTES),
        ("recover", limits::CONDITION_BYTES),
        ("keep_firing_for", limits::NAME_BYTES),
        ("match", limits::QUERY_BYTES),
        ("per", limits::NAME_BYTES),
        ("interval", limits::NAME_BYTES),
    ];
    for (name, most) in texts {
        match fields.get(name) {
            Some(Value::String(text)) if text.len() > most => {
                return Err(invalid(format!("{name} is longer than {most} bytes")));
            }
            Some(Value::String(_)) | None => {}
            Some(other) => return Err(invalid(format!("{name} must be a string, not {}", kind(other)))),
        }
    }
    // Numbers are compared as numbers: 300.0 seconds are 300 seconds.
    if let Some(cooldown) = fields.get_mut("cooldown_period")
        && let Some(whole) = cooldown.as_f64().map(|seconds| seconds.to_string())
        && let Ok(whole) = whole.parse::<u64>()
    {
        *cooldown = whole.into();
    }
    serde_json::from_value(Value::Object(fields)).map_err(|error| invalid(error.to_string()))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
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
        RuleError::Condition { field, error, text } => {
            invalid(format!("{field} at character {}: {}", error.at + 1, error.pointing_at(&text)))
        }
        other => invalid(other.to_string()),
    }
}
