//! Queries.

use super::Success;
use crate::parts::Parts;
use crate::prom::{Failure, Form, Going, Output, Stats, answered, query_data};
use ::query::{Answer, Engine, Options, QueryError, syntax};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::{Millis, limits};
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
    responses((status = 200, description = "`{status, data: {resultType, result}}`"),
        (status = 400, description = "The expression or a parameter means nothing"),
        (status = 422, description = "It cannot be computed"), (status = 503, description = "It took too long, or too many are waiting")))]
pub(super) async fn instant(State(parts): State<Arc<Parts>>, form: Form) -> Response {
    asked(parts, &form, |form, now| Ok(Times::At(form.instant_or("time", now)?))).await
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/query", tag = "prometheus", operation_id = "query_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET")))]
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
    responses((status = 200, description = "`{status, data: {resultType: matrix, result}}`"),
        (status = 400, description = "The expression or a parameter means nothing, or more than 11,000 points"),
        (status = 422, description = "It cannot be computed"), (status = 503, description = "It took too long, or too many are waiting")))]
pub(super) async fn range(State(parts): State<Arc<Parts>>, form: Form) -> Response {
    asked(parts, &form, |form, _| range_of(form)).await
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/query_range", tag = "prometheus", operation_id = "query_range_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET")))]
pub(super) async fn range_form(state: State<Arc<Parts>>, form: Form) -> Response {
    range(state, form).await
}

/// Examples of observations: none are kept
#[utoipa::path(get, path = "/api/v1/query_exemplars", tag = "prometheus", operation_id = "query_exemplars",
    params(("query" = String, Query, description = "A PromQL expression"),
        ("start" = Option<String>, Query, description = "Unix seconds, or RFC 3339"), ("end" = Option<String>, Query, description = "Unix seconds, or RFC 3339")),
    responses((status = 200, description = "`{status, data: []}`"), (status = 400, description = "A parameter means nothing")))]
pub(super) async fn exemplars(form: Form) -> Response {
    no_exemplars(&form).unwrap_or_else(IntoResponse::into_response)
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/query_exemplars", tag = "prometheus", operation_id = "query_exemplars_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET")))]
pub(super) async fn exemplars_form(form: Form) -> Response {
    exemplars(form).await
}

fn no_exemplars(form: &Form) -> Result<Response, Failure> {
    let (start, end) = (form.instant_or("start", Millis::MIN)?, form.instant_or("end", Millis::MAX)?);
    if end < start {
        return Err(Failure::bad("end timestamp must not be before start timestamp"));
    }
    syntax::parse(form.text("query").unwrap_or("")).map_err(|error| Failure::bad(error.to_string()))?;
    Ok(axum::Json(Success::of([(); 0])).into_response())
}

/// When it is looked.
enum Times {
    At(Millis),
    Range { start: Millis, end: Millis, step: Millis },
}

fn range_of(form: &Form) -> Result<Times, Failure> {
    let (start, end) = (form.instant("start")?, form.instant("end")?);
    if end < start {
        return Err(Failure::parameter("end", "end timestamp must not be before start time"));
    }
    let step = form.length("step").unwrap_or_else(|| Err("cannot parse \"\" to a valid duration".to_owned()));
    let step = step.map_err(|why| Failure::parameter("step", why))?;
    if step <= 0 {
        let why = "zero or negative query resolution step widths are not accepted. Try a positive integer";
        return Err(Failure::parameter("step", why));
    }
    if end.saturating_sub(start) / step > limits::QUERY_POINTS {
        return Err(Failure::bad(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution \
             (?step=XX)",
        ));
    }
    Ok(Times::Range { start, end, step })
}

/// A query with all that was said of it.
struct Asked {
    text: String,
    times: Times,
    limit: usize,
    options: Options,
    wants_stats: bool,
}

/// Reads the parameters in the order in which Prometheus complains of them, and answers.
async fn asked(
    parts: Arc<Parts>,
    form: &Form,
    times: impl FnOnce(&Form, Millis) -> Result<Times, Failure>,
) -> Response {
    let begun = parts.clock.monotonic();
    let read = || {
        let limit = form.limit()?;
        let times = times(form, parts.clock.now())?;
        let time = form.length("timeout").transpose().map_err(|why| Failure::parameter("timeout", why))?;
        let time = time.and_then(|time| u64::try_from(time).ok()).map(Duration::from_millis);
        let lookback = form.length("lookback_delta").transpose();
        let lookback = lookback
            .map_err(|why| Failure::bad(format!("error parsing lookback delta duration: {why}")))?
            .filter(|lookback| *lookback > 0);
        let options = Options { lookback: lookback.unwrap_or(limits::LOOKBACK), ..Options::default() };
        let text = form.text("query").unwrap_or("").to_owned();
        let asked = Asked { text, times, limit, options, wants_stats: form.text("stats").is_some() };
        Ok((asked, parts.queries.time().min(time.unwrap_or(Duration::MAX))))
    };
    let (asked, time) = match read() {
        Ok(read) => read,
        Err(failure) => return Failure::into_response(failure),
    };
    answered(parts, time, move |parts, going, out| {
        let started = parts.clock.monotonic();
        let answer = asked.compute(parts, going)?;
        let stats = Stats {
            waited: started.saturating_sub(begun),
            took: parts.clock.monotonic().saturating_sub(started),
        };
        write(out, answer, &asked, stats)
    })
    .await
}

fn write(out: &mut Output, answer: Answer, asked: &Asked, stats: Stats) -> Result<(), crate::prom::Ended> {
    Ok(query_data(out, answer, asked.limit, asked.wants_stats.then_some(stats))?)
}

impl Asked {
    fn compute(&self, parts: &Parts, going: &Going) -> Result<Answer, QueryError> {
        let stop = || going.stop();
        let engine = Engine::new(&*parts.select, self.options, &stop);
        match self.times {
            Times::At(t) => engine.instant(&self.text, t),
            Times::Range { start, end, step } => engine.range(&self.text, start, end, step),
        }
    }
}
