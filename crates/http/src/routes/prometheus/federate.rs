//! The newest samples of some series, for another Prometheus to scrape.

use crate::exposition;
use crate::parts::Parts;
use crate::prom::{Form, answered};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use model::{Labels, Point, Selection, TimeRange, is_stale_marker, limits};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The newest samples of the series that meet any of the selectors, with their times
///
/// Native histograms are left out: the text format has none.
#[utoipa::path(get, path = "/federate", tag = "prometheus", operation_id = "federate",
    params(("match[]" = Option<Vec<String>>, Query, description = "Selectors: `name{label=\"value\"}`")),
    responses((status = 200, description = "Prometheus text"), (status = 400, description = "A selector means nothing")))]
pub(super) async fn federate(State(parts): State<Arc<Parts>>, form: Form) -> Response {
    let selectors = match form.selectors() {
        Ok(selectors) => selectors,
        Err(failure) => return failure.into_response(),
    };
    let time = parts.queries.time();
    answered(parts, time, move |parts, going, out| {
        out.set_content_type(exposition::CONTENT_TYPE);
        let range = TimeRange::last(limits::LOOKBACK, parts.clock.now());
        let mut newest: BTreeMap<Labels, Point> = BTreeMap::new();
        for matchers in selectors {
            let selection = Selection::all(matchers).within(range).newest(1);
            parts.select.each(&selection, &mut |series, points| {
                if let Some(point) = points.points().last().filter(|point| !is_stale_marker(point.v)) {
                    newest.insert(series.labels().clone(), point);
                }
                if going.stop().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            going.check()?;
        }
        out.text = exposition::federated(&newest).into_bytes();
        Ok(())
    })
    .await
}
