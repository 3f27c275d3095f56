//! Silences: which alerts nobody is to hear of, and when; and who takes care of an alert.

use super::working::work;
use super::{Answer, json};
use crate::body::Object;
use crate::params::Within;
use crate::parts::Parts;
use crate::problem::{NO_ALERT, NO_SILENCE, Problem};
use crate::prom::parse_time;
use crate::shapes::Alerts;
use alerts::{Condition, DeskError, Draft, Silence, SilenceState, SilenceView, Weekly};
use axum::extract::State;
use model::{Alert, Matcher, Millis, from_seconds, limits, parse_matchers, seconds};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A silence on the wire.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Silence)]
struct Shown {
    id: String,
    matchers: Vec<Condition>,
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    starts_at: Millis,
    #[serde(with = "seconds::option")]
    #[schema(value_type = Option<f64>, required)]
    ends_at: Option<Millis>,
    times: Vec<Weekly>,
    created_by: String,
    comment: String,
    #[serde(with = "seconds")]
    #[schema(value_type = f64)]
    updated_at: Millis,
    state: SilenceState,
    /// How many alerts that fire lie in it.
    alerts: usize,
}

impl From<SilenceView> for Shown {
    fn from(view: SilenceView) -> Self {
        let Silence { id, matchers, starts_at, ends_at, times, created_by, comment, updated_at } =
            view.silence;
        let (state, alerts) = (view.state, view.alerts);
        Self { id, matchers, starts_at, ends_at, times, created_by, comment, updated_at, state, alerts }
    }
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Silences)]
struct All {
    silences: Vec<Shown>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = OneSilence)]
struct One {
    silence: Shown,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = SilenceChanged)]
struct Changed {
    message: &'static str,
    silence: Shown,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AlertAcknowledged)]
struct Acknowledged {
    message: &'static str,
    alert: Alert,
}

/// A silence as somebody asks for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A text, or a list of conditions.
    matchers: Value,
    /// Unix seconds, or a date of RFC 3339; so the end.
    starts_at: Option<Value>,
    ends_at: Option<Value>,
    /// Seconds from the start, in the place of the end.
    duration: Option<f64>,
    #[serde(default)]
    times: Vec<Weekly>,
    created_by: String,
    #[serde(default)]
    comment: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Previewed {
    matchers: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Care {
    by: String,
    #[serde(default)]
    comment: String,
    expires: Option<Value>,
}

/// All silences, those that hold or will first; five days after their end they are gone
#[utoipa::path(get, path = "/alerts/silences", tag = "alerts", operation_id = "get_silences",
    responses((status = 200, description = "Silences", body = All)))]
pub(super) async fn list(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| json(&All { silences: parts.desk.silences().into_iter().map(Shown::from).collect() }))
        .await
}

/// Makes a silence
#[utoipa::path(post, path = "/alerts/silences", tag = "alerts", operation_id = "create_silence",
    request_body(content_type = "application/json", description = "matchers (a text such as `service=\"oven\"`, or a list of name, value, is_regex, is_equal), ends_at or duration (seconds), created_by; starts_at (now), comment, times (of the week: days, from, to, time_zone or utc_offset)"),
    responses((status = 200, description = "The silence", body = Changed), (status = 400, description = "Invalid silence"),
              (status = 422, description = "Not a JSON object")))]
pub(super) async fn create(State(parts): State<Arc<Parts>>, Object(fields): Object) -> Answer {
    work(parts, move |parts| put(parts, None, fields, "Silence created")).await
}

/// One silence
#[utoipa::path(get, path = "/alerts/silences/{id}", tag = "alerts", operation_id = "get_silence",
    params(("id" = String, Path, description = "The silence's id")),
    responses((status = 200, description = "The silence", body = One), (status = 404, description = "Silence not found")))]
pub(super) async fn one(State(parts): State<Arc<Parts>>, Within(id): Within<String>) -> Answer {
    work(parts, move |parts| json(&One { silence: parts.desk.silence(&id).ok_or(NO_SILENCE)?.into() })).await
}

/// Changes a silence; in the place of one that is over a new one is made
#[utoipa::path(put, path = "/alerts/silences/{id}", tag = "alerts", operation_id = "update_silence",
    params(("id" = String, Path, description = "The silence's id")),
    request_body(content_type = "application/json", description = "As for making one"),
    responses((status = 200, description = "The silence", body = Changed), (status = 400, description = "Invalid silence"),
              (status = 404, description = "Silence not found"), (status = 422, description = "Not a JSON object")))]
pub(super) async fn update(
    State(parts): State<Arc<Parts>>,
    Within(id): Within<String>,
    Object(fields): Object,
) -> Answer {
    work(parts, move |parts| put(parts, Some(id), fields, "Silence updated")).await
}

/// Ends a silence now
#[utoipa::path(delete, path = "/alerts/silences/{id}", tag = "alerts", operation_id = "delete_silence",
    params(("id" = String, Path, description = "The silence's id")),
    responses((status = 200, description = "The silence", body = Changed), (status = 404, description = "Silence not found")))]
pub(super) async fn delete(State(parts): State<Arc<Parts>>, Within(id): Within<String>) -> Answer {
    work(parts, move |parts| {
        let silence = parts.desk.expire_silence(&id).map_err(|error| problem(error, NO_SILENCE))?;
        changed(parts, &silence, "Silence ended")
    })
    .await
}

/// Which alerts that fire a silence with these conditions would match
#[utoipa::path(post, path = "/alerts/silences/preview", tag = "alerts", operation_id = "preview_silence",
    request_body(content_type = "application/json", description = "matchers"),
    responses((status = 200, description = "Alerts", body = Alerts), (status = 400, description = "Invalid silence"),
              (status = 422, description = "Not a JSON object")))]
pub(super) async fn preview(State(parts): State<Arc<Parts>>, Object(fields): Object) -> Answer {
    work(parts, move |parts| {
        let wanted: Previewed = serde_json::from_value(Value::Object(fields)).map_err(invalid)?;
        let read = conditions(wanted.matchers)?;
        let matchers: Result<Vec<Matcher>, _> =
            read.iter().take(limits::SILENCE_MATCHERS + 1).map(Condition::matcher).collect();
        let matchers = matchers.map_err(invalid)?;
        if matchers.len() > limits::SILENCE_MATCHERS {
            return Err(invalid(format!("more than {} conditions", limits::SILENCE_MATCHERS)));
        }
        json(&Alerts { alerts: parts.desk.matching(&matchers) })
    })
    .await
}

/// Somebody takes care of an alert: it is not told again until it is over, or until `expires`
#[utoipa::path(post, path = "/alerts/{id}/acknowledge", tag = "alerts", operation_id = "acknowledge_alert",
    params(("id" = String, Path, description = "The alert's id")),
    request_body(content_type = "application/json", description = "by; comment, expires (Unix seconds or RFC 3339)"),
    responses((status = 200, description = "The alert", body = Acknowledged), (status = 400, description = "Invalid acknowledgement"),
              (status = 404, description = "No such alert fires"), (status = 422, description = "Not a JSON object")))]
pub(super) async fn acknowledge(
    State(parts): State<Arc<Parts>>,
    Within(id): Within<String>,
    Object(fields): Object,
) -> Answer {
    work(parts, move |parts| {
        let bad = |why: &dyn std::fmt::Display| Problem::Bad(format!("Invalid acknowledgement: {why}"));
        let care: Care = serde_json::from_value(Value::Object(fields)).map_err(|error| bad(&error))?;
        let expires =
            care.expires.as_ref().map(instant).transpose().map_err(|why| bad(&format!("expires: {why}")))?;
        let done = parts.desk.acknowledge(&id, &care.by, &care.comment, expires);
        let alert = done.map_err(|error| match error {
            DeskError::Invalid(why) => bad(&why),
            other => problem(other, NO_ALERT),
        })?;
        json(&Acknowledged { message: "Alert acknowledged", alert })
    })
    .await
}

/// Nobody takes care of an alert any more
#[utoipa::path(delete, path = "/alerts/{id}/acknowledge", tag = "alerts", operation_id = "unacknowledge_alert",
    params(("id" = String, Path, description = "The alert's id")),
    responses((status = 200, description = "The alert", body = Acknowledged), (status = 404, description = "No such alert fires")))]
pub(super) async fn unacknowledge(State(parts): State<Arc<Parts>>, Within(id): Within<String>) -> Answer {
    work(parts, move |parts| {
        let alert = parts.desk.unacknowledge(&id).map_err(|error| problem(error, NO_ALERT))?;
        json(&Acknowledged { message: "Acknowledgement removed", alert })
    })
    .await
}

fn put(parts: &Parts, id: Option<String>, fields: Map<String, Value>, message: &'static str) -> Answer {
    let wanted: Wanted = serde_json::from_value(Value::Object(fields)).map_err(invalid)?;
    let time = |name: &str, value: Option<&Value>| {
        value.map(instant).transpose().map_err(|why| invalid(format!("{name}: {why}")))
    };
    let starts_at = time("starts_at", wanted.starts_at.as_ref())?;
    let ends_at = time("ends_at", wanted.ends_at.as_ref())?;
    let ends_at = match (ends_at, wanted.duration) {
        (Some(_), Some(_)) => return Err(invalid("give ends_at or duration, not both")),
        (None, Some(length)) => {
            let length = from_seconds(length).ok_or_else(|| invalid("duration is out of range"))?;
            Some(starts_at.unwrap_or_else(|| parts.clock.now()).saturating_add(length))
        }
        (end, None) => end,
    };
    let draft = Draft {
        id,
        matchers: conditions(wanted.matchers)?,
        starts_at,
        ends_at,
        times: wanted.times,
        created_by: wanted.created_by,
        comment: wanted.comment,
    };
    let silence = parts.desk.put_silence(draft).map_err(|error| problem(error, NO_SILENCE))?;
    changed(parts, &silence, message)
}

fn changed(parts: &Parts, silence: &Silence, message: &'static str) -> Answer {
    let silence = parts.desk.silence(&silence.id).ok_or(NO_SILENCE)?.into();
    json(&Changed { message, silence })
}

/// Conditions as a text, or one by one.
fn conditions(value: Value) -> Answer<Vec<Condition>> {
    match value {
        Value::String(text) => {
            let matchers = parse_matchers(&text).map_err(|why| invalid(format!("matchers: {why}")))?;
            Ok(matchers.iter().map(Condition::from).collect())
        }
        Value::Array(list) => {
            let read = |(number, one): (usize, Value)| {
                let read = serde_json::from_value(one);
                read.map_err(|error| invalid(format!("matchers, number {}: {error}", number + 1)))
            };
            list.into_iter().take(limits::SILENCE_MATCHERS + 1).enumerate().map(read).collect()
        }
        _ => Err(invalid("matchers must be a text or a list")),
    }
}

/// Unix seconds, or a date of RFC 3339.
fn instant(value: &Value) -> Result<Millis, String> {
    let read = match value {
        Value::Number(seconds) => seconds.as_f64().and_then(from_seconds),
        Value::String(text) => parse_time(text),
        _ => None,
    };
    let read = read.filter(|t| (0..=limits::SILENCE_LATEST).contains(t));
    read.ok_or_else(|| {
        format!("{value} is no time: expected Unix seconds or a date such as 2026-01-01T12:00:00Z")
    })
}

fn invalid(why: impl std::fmt::Display) -> Problem {
    Problem::Bad(format!("Invalid silence: {why}"))
}

fn problem(error: DeskError, absent: Problem) -> Problem {
    match error {
        DeskError::NotFound => absent,
        DeskError::Invalid(why) => invalid(why),
        DeskError::NotKept(error) => {
            tracing::error!("what was said of alerts could not be kept: {error}");
            Problem::Unavailable("it could not be kept; nothing was changed".to_owned())
        }
    }
}
