//! Queries.

use super::Success;
use crate::parts::Parts;
use crate::prom::{Asked, Failure, Form, QueryAnswer, Stats, Times, answered, query_data};
use ::query::syntax;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::Millis;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What an expression comes to at a time
#[utoipa::path(get, path = "/api/v1/query", tag = "prometheus", operation_id = "query",
    params(("query" = String, Query, description = "A PromQL expression"),
        ("time" = Option<String>, Query, description = "Unix seconds, or RFC 3339 (now)"),
        ("timeout" = Option<String>, Query, description = "How long it may take: seconds, or `5s`; no longer than 30 s"),
        ("limit" = Option<u64>, Query, description = "At most so many series"),
        ("lookback_delta" = Option<String>, Query, description = "How old a sample may be that stands for now (5m)"),
        ("stats" = Option<String>, Query, description = "If not empty, what it cost is told")),
    responses((status = 200, description = "`{status, data: {resultType, result}}`", body = QueryAnswer),
        (status = 400, description = "The expression or a parameter means nothing"),
        (status = 422, description = "It cannot be computed"), (status = 503, description = "It took too long, or too many are waiting")))]
pub(super) async fn instant(State(parts): State<Arc<Parts>>, form: Form) -> Response {
    asked(parts, &form, Times::instant).await
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/query", tag = "prometheus", operation_id = "query_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET", body = QueryAnswer)))]
pub(super) async fn instant_form(state: State<Arc<Parts>>, form: Form) -> Response {
    instant(state, form).await
}

/// What an expression comes to at equal distances from `start` to `end`
#[utoipa::path(get, path = "/api/v1/query_range", tag = "prometheus", operation_id = "query_range",
    params(("query" = String, Query, description = "A PromQL expression"),
        ("start" = String, Query, description = "Unix seconds, or RFC 3339"), ("end" = String, Query, description = "Unix seconds, or RFC 3339"),
        ("step" = String, Query, description = "Seconds, or `5m`"),
        ("timeout" = Option<String>, Query, description = "How long it may take; no longer than 30 s"),
        ("limit" = Option<u64>, Query, description = "At most so many series"),
        ("lookback_delta" = Option<String>, Query, description = "How old a sample may be that stands for now (5m)"),
        ("stats" = Option<String>, Query, description = "If not empty, what it cost is told")),
    responses((status = 200, description = "`{status, data: {resultType: matrix, result}}`", body = QueryAnswer),
        (status = 400, description = "The expression or a parameter means nothing, or more than 11,000 points"),
        (status = 422, description = "It cannot be computed"), (status = 503, description = "It took too long, or too many are waiting")))]
pub(super) async fn range(State(parts): State<Arc<Parts>>, form: Form) -> Response {
    asked(parts, &form, |form, _| Times::range(form)).await
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/query_range", tag = "prometheus", operation_id = "query_range_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET", body = QueryAnswer)))]
pub(super) async fn range_form(state: State<Arc<Parts>>, form: Form) -> Response {
    range(state, form).await
}

/// Examples of observations: none are kept
#[utoipa::path(get, path = "/api/v1/query_exemplars", tag = "prometheus", operation_id = "query_exemplars",
    params(("query" = String, Query, description = "A PromQL expression"),
        ("start" = Option<String>, Query, description = "Unix seconds, or RFC 3339"), ("end" = Option<String>, Query, description = "Unix seconds, or RFC 3339")),
    responses((status = 200, description = "`{status, data: []}`", body = Success<Vec<BTreeMap<String, String>>>), (status = 400, description = "A parameter means nothing")))]
pub(super) async fn exemplars(form: Form) -> Response {
    no_exemplars(&form).unwrap_or_else(IntoResponse::into_response)
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/query_exemplars", tag = "prometheus", operation_id = "query_exemplars_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET", body = Success<Vec<BTreeMap<String, String>>>)))]
pub(super) async fn exemplars_form(form: Form) -> Response {
    exemplars(form).await
}

fn no_exemplars(form: &Form) -> Result<Response, Failure> {
    let (start, end) = (form.instant_or("start", Millis::MIN)?, form.instant_or("end", Millis::MAX)?);
    if end < start {
        return Err(Failure::bad("end timestamp must not be before start timestamp"));
    }
    syntax::parse(form.text("query").unwrap_or("")).map_err(|error| Failure::bad(error.to_string()))?;
    Ok(axum::Json(Success::of(Vec::<BTreeMap<String, String>>::new())).into_response())
}

/// Reads the parameters and answers.
async fn asked(
    parts: Arc<Parts>,
    form: &Form,
    times: impl FnOnce(&Form, Millis) -> Result<Times, Failure>,
) -> Response {
    let begun = parts.clock.monotonic();
    let asked = match Asked::read(form, |form| times(form, parts.clock.now())) {
        Ok(asked) => asked,
        Err(failure) => return failure.into_response(),
    };
    let time = parts.queries.time().min(asked.timeout.unwrap_or(Duration::MAX));
    answered(parts, time, move |parts, going, out| {
        let started = parts.clock.monotonic();
        let answer = asked.compute(&*parts.select, &|| going.stop())?;
        let stats = Stats {
            waited: started.saturating_sub(begun),
            took: parts.clock.monotonic().saturating_sub(started),
        };
        Ok(query_data(out, answer, asked.limit, asked.wants_stats.then_some(stats))?)
    })
    .await
}
