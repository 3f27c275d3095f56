//! Prometheus' own interface, in its shapes: `/api/v1`.
//!
//! Everything that reads samples or series is computed in `crate::prom::answered`: so many at a time, in a bounded time,
//! and no longer than somebody waits for it.

mod query;

mod series;

mod syntax;

mod metadata;

mod rule_shapes;

mod rules_wanted;

mod rules;

mod server_shapes;

mod server;

mod targets;

mod tsdb;

mod federate;

use crate::parts::Parts;
use crate::prom::Output;
use serde::Serialize;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub(super) fn described() -> OpenApiRouter<Arc<Parts>> {
    OpenApiRouter::new()
        .routes(routes!(query::instant, query::instant_form))
        .routes(routes!(query::range, query::range_form))
        .routes(routes!(query::exemplars, query::exemplars_form))
        .routes(routes!(series::series, series::series_form))
        .routes(routes!(series::labels, series::labels_form))
        .routes(routes!(series::values))
        .routes(routes!(syntax::format, syntax::format_form))
        .routes(routes!(syntax::parse, syntax::parse_form))
        .routes(routes!(metadata::metadata))
        .routes(routes!(rules::rules))
        .routes(routes!(rules::alerts))
        .routes(routes!(server::buildinfo))
        .routes(routes!(server::runtimeinfo))
        .routes(routes!(server::config))
        .routes(routes!(server::flags))
        .routes(routes!(server::walreplay))
        .routes(routes!(targets::targets))
        .routes(routes!(server::alertmanagers))
        .routes(routes!(server::features))
        .routes(routes!(tsdb::tsdb))
        .routes(routes!(federate::federate))
}

/// An answer that is there, in its envelope.
#[derive(Serialize, utoipa::ToSchema)]
struct Success<T> {
    status: &'static str,
    data: T,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<&'static str>,
}

impl<T: Serialize> Success<T> {
    fn of(data: T) -> Self {
        Self { status: "success", data, warnings: Vec::new() }
    }

    fn write(&self, out: &mut Output) {
        // Memory takes everything, and there is nothing that cannot be written.
        let _always_written = serde_json::to_writer(&mut out.text, self);
    }
}

/// What is said when there is more than was wanted.
const CUT: &str = "results truncated due to limit";
