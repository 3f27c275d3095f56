//! Pushes, in the form of a Pushgateway: `/metrics/job/<job>/<label>/<value>…`; and lines of the text formats.
//!
//! The paths begin as those of `GET /metrics/{service}/{metric}`: what is put there belongs to a job.

use super::Answer;
use super::working::work;
use crate::packed::Packed;
use crate::params::Params;
use crate::parts::Parts;
use crate::problem::Problem;
use crate::written::{self, plain};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use ingest::{Dialect, Packing, Push, PushError, Told};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What counters call these doors.
const PUSH: &str = "push";
const LINES: &str = "import_prometheus";
/// Behind the name of a label whose value is written in base64.
const BASE64: &str = "@base64";

/// Replaces the group of a job that has no more labels
#[utoipa::path(put, path = "/metrics/{service}/{metric}", tag = "write", operation_id = "push_job",
    params(("service" = String, Path, description = "`job`, or `job@base64`"), ("metric" = String, Path, description = "The job")),
    request_body(content_type = "text/plain", description = "Prometheus' text or OpenMetrics, without times, packed with gzip or not"),
    responses((status = 200, description = "It is kept, and written each minute until it is replaced or deleted"),
        (status = 400, description = "It is not as it should be; nothing of it is kept"),
        (status = 413, description = "It is too large, or there are too many groups"),
        (status = 503, description = "Nothing is taken now; it should come again")))]
pub(super) async fn put_job(State(parts): State<Arc<Parts>>, uri: Uri, body: Packed) -> Answer {
    take(parts, &uri, Push::Group, body).await
}

/// Replaces the metrics of the same names in the group of a job that has no more labels
#[utoipa::path(post, path = "/metrics/{service}/{metric}", tag = "write", operation_id = "push_job_metrics",
    params(("service" = String, Path, description = "`job`, or `job@base64`"), ("metric" = String, Path, description = "The job")),
    request_body(content_type = "text/plain", description = "As for `PUT`"),
    responses((status = 200, description = "As for `PUT`"), (status = 400, description = "As for `PUT`")))]
pub(super) async fn post_job(State(parts): State<Arc<Parts>>, uri: Uri, body: Packed) -> Answer {
    take(parts, &uri, Push::Metrics, body).await
}

/// Ends the group of a job that has no more labels
#[utoipa::path(delete, path = "/metrics/{service}/{metric}", tag = "write", operation_id = "end_job",
    params(("service" = String, Path, description = "`job`, or `job@base64`"), ("metric" = String, Path, description = "The job")),
    responses((status = 202, description = "There is no such group any more"), (status = 400, description = "A bad path")))]
pub(super) async fn delete_job(State(parts): State<Arc<Parts>>, uri: Uri) -> Answer {
    end(parts, &uri).await
}

/// Replaces a group
#[utoipa::path(put, path = "/metrics/{service}/{metric}/{*labels}", tag = "write", operation_id = "push_group",
    params(("service" = String, Path, description = "`job`, or `job@base64`"), ("metric" = String, Path, description = "The job"),
        ("labels" = String, Path, description = "Names and values of labels in turn; behind a name, `@base64` says how its value is written")),
    request_body(content_type = "text/plain", description = "As for a job alone"),
    responses((status = 200, description = "As for a job alone"), (status = 400, description = "As for a job alone")))]
pub(super) async fn put_group(State(parts): State<Arc<Parts>>, uri: Uri, body: Packed) -> Answer {
    take(parts, &uri, Push::Group, body).await
}

/// Replaces the metrics of the same names in a group
#[utoipa::path(post, path = "/metrics/{service}/{metric}/{*labels}", tag = "write", operation_id = "push_group_metrics",
    params(("service" = String, Path, description = "`job`, or `job@base64`"), ("metric" = String, Path, description = "The job"),
        ("labels" = String, Path, description = "As for `PUT`")),
    request_body(content_type = "text/plain", description = "As for a job alone"),
    responses((status = 200, description = "As for a job alone"), (status = 400, description = "As for a job alone")))]
pub(super) async fn post_group(State(parts): State<Arc<Parts>>, uri: Uri, body: Packed) -> Answer {
    take(parts, &uri, Push::Metrics, body).await
}

/// Ends a group
#[utoipa::path(delete, path = "/metrics/{service}/{metric}/{*labels}", tag = "write", operation_id = "end_group",
    params(("service" = String, Path, description = "`job`, or `job@base64`"), ("metric" = String, Path, description = "The job"),
        ("labels" = String, Path, description = "As for `PUT`")),
    responses((status = 202, description = "There is no such group any more"), (status = 400, description = "A bad path")))]
pub(super) async fn delete_group(State(parts): State<Arc<Parts>>, uri: Uri) -> Answer {
    end(parts, &uri).await
}

/// Takes lines of Prometheus' text or OpenMetrics, of any time or of now
#[utoipa::path(post, path = "/api/v1/import/prometheus", tag = "write", operation_id = "import_prometheus",
    params(("extra_label" = Option<String>, Query, description = "`name=value`, once or several times: a label for all of them")),
    request_body(content_type = "text/plain", description = "Lines, packed with gzip or not"),
    responses((status = 204, description = "All of it is kept"),
        (status = 400, description = "Some of it was refused; the rest is kept"),
        (status = 413, description = "It is too large"),
        (status = 503, description = "Nothing is taken now; it should come again")))]
pub(super) async fn lines(State(parts): State<Arc<Parts>>, params: Params, body: Packed) -> Answer {
    let given = params.all("extra_label").map(|given| given.split_once('=')).collect::<Option<Vec<_>>>();
    let Some(given) = given.filter(|given| given.iter().all(|(name, _)| !name.is_empty())) else {
        return Ok(plain(StatusCode::BAD_REQUEST, "extra_label must be name=value"));
    };
    let labels: Vec<(String, String)> =
        given.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let dialect = dialect(&body.headers).unwrap_or(Dialect::Prometheus);
    work(parts, move |parts| {
        let now = parts.clock.now();
        let unpacked = match body.unpack(Packing::Plain) {
            Ok(unpacked) => unpacked,
            Err(error) => return Ok(written::still_packed(LINES, parts, &error)),
        };
        Ok(match parts.gate.lines(&unpacked, dialect, &labels, now) {
            Ok(told) => answer(&told, StatusCode::NO_CONTENT),
            Err(error) => written::failed(LINES, parts, &error),
        })
    })
    .await
}

async fn take(parts: Arc<Parts>, uri: &Uri, push: Push, body: Packed) -> Answer {
    let Some(group) = group(uri.path()) else { return Err(Problem::MethodNotAllowed) };
    let Some(dialect) = dialect(&body.headers) else {
        let text = "expected Prometheus' text or OpenMetrics";
        return Ok(plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
    };
    work(parts, move |parts| {
        let now = parts.clock.now();
        let group = match group {
            Ok(group) => group,
            Err(why) => return Ok(plain(StatusCode::BAD_REQUEST, why)),
        };
        let unpacked = match body.unpack(Packing::Plain) {
            Ok(unpacked) => unpacked,
            Err(error) => return Ok(written::still_packed(PUSH, parts, &error)),
        };
        Ok(match parts.gate.push(&group, push, &unpacked, dialect, now) {
            Ok(told) => answer(&told, StatusCode::OK),
            Err(error) => refused(parts, error),
        })
    })
    .await
}

async fn end(parts: Arc<Parts>, uri: &Uri) -> Answer {
    let Some(group) = group(uri.path()) else { return Err(Problem::MethodNotAllowed) };
    work(parts, move |parts| {
        let ended = match group {
            Ok(group) => parts.gate.end_push(&group, parts.clock.now()),
            Err(why) => return Ok(plain(StatusCode::BAD_REQUEST, why)),
        };
        Ok(match ended {
            Ok(()) => StatusCode::ACCEPTED.into_response(),
            Err(error) => refused(parts, error),
        })
    })
    .await
}

fn answer(told: &Told, good: StatusCode) -> Response {
    match written::refused(told) {
        None => good.into_response(),
        Some(text) => plain(StatusCode::BAD_REQUEST, &text),
    }
}

/// A push that was not taken, which is counted.
fn refused(parts: &Parts, error: PushError) -> Response {
    let (status, reason, text) = match error {
        PushError::Bad(text) => (StatusCode::BAD_REQUEST, model::Reason::Unreadable, text),
        PushError::Full(text) => (StatusCode::PAYLOAD_TOO_LARGE, model::Reason::TooLarge, text),
        PushError::Write(error) => return written::failed(PUSH, parts, &error),
    };
    parts.gate.refuse_write(PUSH, reason, &text, parts.clock.now());
    plain(status, &text)
}

/// The format of a body by its type; a type that says nothing of it means Prometheus' text, as clients and curl have it.
/// `None` if it is one that is not read.
fn dialect(headers: &HeaderMap) -> Option<Dialect> {
    let said = headers.get(header::CONTENT_TYPE).map_or(Some(""), |said| said.to_str().ok())?;
    match said.split(';').next().unwrap_or_default().trim() {
        "application/openmetrics-text" => Some(Dialect::OpenMetrics),
        "application/vnd.google.protobuf" => None,
        _ => Some(Dialect::Prometheus),
    }
}

/// The labels of the group that a path names; `None` if it names none.
fn group(path: &str) -> Option<Result<BTreeMap<String, String>, &'static str>> {
    let rest = path.strip_prefix("/metrics/")?;
    let rest = rest.strip_suffix('/').filter(|rest| rest.matches('/').count() % 2 == 1).unwrap_or(rest);
    let parts: Vec<&str> = rest.split('/').collect();
    matches!(*parts.first()?, "job" | "job@base64").then(|| labels(&parts))
}

fn labels(parts: &[&str]) -> Result<BTreeMap<String, String>, &'static str> {
    let mut labels = BTreeMap::new();
    for pair in parts.chunks(2) {
        let [name, value] = pair else { return Err("there must be a value for each label") };
        let name = decoded(name)?;
        let (name, value) = match name.strip_suffix(BASE64) {
            Some(name) => (name.to_owned(), unpacked(value)?),
            None => (name, decoded(value)?),
        };
        if labels.insert(name, value).is_some() {
            return Err("a label is there twice");
        }
    }
    Ok(labels)
}

fn decoded(text: &str) -> Result<String, &'static str> {
    let text = percent_decode_str(text).decode_utf8();
    text.map(std::borrow::Cow::into_owned).map_err(|_| "the path is not UTF-8")
}

/// A value in base64, in either alphabet, with padding or not: `=` alone is the empty one.
fn unpacked(text: &str) -> Result<String, &'static str> {
    let text = decoded(text)?;
    let text = text.trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
    let bytes = bytes.map_err(|_| "a value is not base64")?;
    String::from_utf8(bytes).map_err(|_| "a value is not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::group;

    #[track_caller]
    fn check(path: &str, expect: &str) {
        let told = match group(path) {
            None => "none".to_owned(),
            Some(Err(why)) => format!("! {why}"),
            Some(Ok(labels)) => {
                labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
            }
        };
        assert_eq!(told, expect, "{path}");
    }

    #[test]
    fn a_path_names_a_group() {
        check("/metrics/job/j", "job=j");
        check("/metrics/job/j/", "job=j");
        check("/metrics/job/j/instance/i/dir/%2Fa%20b", "dir=/a b,instance=i,job=j");
        check("/metrics/job@base64/L3Zhci90bXA", "job=/var/tmp");
        check("/metrics/job@base64/L3Zhci90bXA=/x@base64/=", "job=/var/tmp,x=");
        check("/metrics/job/j/x@base64/w7_Dvw", "job=j,x=ÿÿ");
        check("/metrics/job/j/x@base64/w7%2FDvw%3D%3D", "job=j,x=ÿÿ");
        check("/metrics/lamp/lux", "none");
        check("/metrics/jobs/lux", "none");
        check("/metrics/job/j/x", "! there must be a value for each label");
        check("/metrics/job/j/x//", "job=j,x=");
        check("/metrics/job/j/job/k", "! a label is there twice");
        check("/metrics/job/j/x@base64/*", "! a value is not base64");
        check("/metrics/job/%ff", "! the path is not UTF-8");
    }
}
