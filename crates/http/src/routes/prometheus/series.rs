//! Which series there are, which labels, and their values: from the index, not from samples.

use super::{CUT, Success};
use crate::params::Within;
use crate::parts::Parts;
use crate::prom::{Ended, Failure, Form, Going, answered, push_labels, unescaped};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::{Labels, Matcher, Millis, Selection, TimeRange};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The series that meet any of the selectors
///
/// One whose samples are only near the time asked for may be among them.
#[utoipa::path(get, path = "/api/v1/series", tag = "prometheus", operation_id = "series",
    params(("match[]" = Vec<String>, Query, description = "Selectors: `name{label=\"value\"}`"),
        ("start" = Option<String>, Query, description = "Unix seconds, or RFC 3339"), ("end" = Option<String>, Query, description = "Unix seconds, or RFC 3339"),
        ("limit" = Option<u64>, Query, description = "At most so many")),
    responses((status = 200, description = "`{status, data: [labels]}`", body = Success<Vec<BTreeMap<String, String>>>), (status = 400, description = "A parameter means nothing")))]
pub(super) async fn series(State(parts): State<Arc<Parts>>, form: Form) -> Response {
    let wanted = match Wanted::read(&form) {
        Ok(wanted) if wanted.selectors.is_empty() => {
            return Failure::bad("no match[] parameter provided").into_response();
        }
        Ok(wanted) => wanted,
        Err(failure) => return failure.into_response(),
    };
    let time = parts.queries.time();
    answered(parts, time, move |parts, going, out| {
        let mut all: BTreeSet<Labels> = BTreeSet::new();
        wanted.each(parts, going, &mut |labels| {
            if !all.contains(labels) {
                all.insert(labels.clone());
            }
        })?;
        out.text.extend_from_slice(b"{\"status\":\"success\",\"data\":[");
        for (number, labels) in all.iter().take(wanted.limit).enumerate() {
            if number > 0 {
                out.text.push(b',');
            }
            push_labels(&mut out.text, labels);
            out.pass()?;
        }
        out.text.push(b']');
        if all.len() > wanted.limit {
            out.text.extend_from_slice(format!(",\"warnings\":[{CUT:?}]").as_bytes());
        }
        out.text.push(b'}');
        Ok(())
    })
    .await
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/series", tag = "prometheus", operation_id = "series_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET", body = Success<Vec<BTreeMap<String, String>>>)))]
pub(super) async fn series_form(state: State<Arc<Parts>>, form: Form) -> Response {
    series(state, form).await
}

/// The names of labels
#[utoipa::path(get, path = "/api/v1/labels", tag = "prometheus", operation_id = "labels",
    params(("match[]" = Option<Vec<String>>, Query, description = "Only of series that meet any of these selectors"),
        ("start" = Option<String>, Query, description = "Unix seconds, or RFC 3339"), ("end" = Option<String>, Query, description = "Unix seconds, or RFC 3339"),
        ("limit" = Option<u64>, Query, description = "At most so many")),
    responses((status = 200, description = "`{status, data: [name]}`", body = Success<Vec<String>>), (status = 400, description = "A parameter means nothing")))]
pub(super) async fn labels(State(parts): State<Arc<Parts>>, form: Form) -> Response {
    texts(parts, &form, |labels, take| labels.iter().for_each(|(name, _)| take(name))).await
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/labels", tag = "prometheus", operation_id = "labels_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET", body = Success<Vec<String>>)))]
pub(super) async fn labels_form(state: State<Arc<Parts>>, form: Form) -> Response {
    labels(state, form).await
}

/// The values of a label
#[utoipa::path(get, path = "/api/v1/label/{name}/values", tag = "prometheus", operation_id = "label_values",
    params(("name" = String, Path, description = "The label; what an address cannot have is escaped as `U__http_2e_status`"),
        ("match[]" = Option<Vec<String>>, Query, description = "Only of series that meet any of these selectors"),
        ("start" = Option<String>, Query, description = "Unix seconds, or RFC 3339"), ("end" = Option<String>, Query, description = "Unix seconds, or RFC 3339"),
        ("limit" = Option<u64>, Query, description = "At most so many")),
    responses((status = 200, description = "`{status, data: [value]}`", body = Success<Vec<String>>), (status = 400, description = "A parameter means nothing")))]
pub(super) async fn values(
    State(parts): State<Arc<Parts>>,
    Within(name): Within<String>,
    form: Form,
) -> Response {
    let name = unescaped(&name);
    if name.is_empty() {
        return Failure::bad("invalid label name: \"\"").into_response();
    }
    texts(parts, &form, move |labels, take| {
        if let Some(value) = labels.get(&name) {
            take(value);
        }
    })
    .await
}

/// Gives texts of a series to a taker.
trait Texts: Fn(&Labels, &mut dyn FnMut(&str)) + Send + 'static {}

impl<F: Fn(&Labels, &mut dyn FnMut(&str)) + Send + 'static> Texts for F {}

/// Each text of the series that are wanted, once, in order.
async fn texts(parts: Arc<Parts>, form: &Form, of: impl Texts) -> Response {
    let wanted = match Wanted::read(form) {
        Ok(wanted) => wanted,
        Err(failure) => return failure.into_response(),
    };
    let time = parts.queries.time();
    answered(parts, time, move |parts, going, out| {
        let mut all: BTreeSet<String> = BTreeSet::new();
        wanted.each(parts, going, &mut |labels| {
            of(labels, &mut |text| {
                if !all.contains(text) {
                    all.insert(text.to_owned());
                }
            });
        })?;
        let warnings = if all.len() > wanted.limit { vec![CUT] } else { Vec::new() };
        let data: Vec<String> = all.into_iter().take(wanted.limit).collect();
        Success { status: "success", data, warnings }.write(out);
        Ok(())
    })
    .await
}

/// Which series are wanted.
struct Wanted {
    selectors: Vec<Vec<Matcher>>,
    range: TimeRange,
    limit: usize,
}

impl Wanted {
    fn read(form: &Form) -> Result<Self, Failure> {
        let limit = form.limit()?;
        let (start, end) = (form.instant_or("start", Millis::MIN)?, form.instant_or("end", Millis::MAX)?);
        Ok(Self { selectors: form.selectors()?, range: TimeRange { start, end }, limit })
    }

    /// Gives `take` the series, some perhaps several times.
    fn each(&self, parts: &Parts, going: &Going, take: &mut dyn FnMut(&Labels)) -> Result<(), Ended> {
        let every = [Vec::new()];
        let selectors = if self.selectors.is_empty() { &every[..] } else { &self.selectors };
        for matchers in selectors {
            let selection = Selection::all(matchers.clone()).within(self.range);
            parts.select.each_labels(&selection, &mut |labels| {
                take(labels);
                if going.stop().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            going.check()?;
        }
        Ok(())
    }
}
