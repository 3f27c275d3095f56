//! Every route. Each is declared beside its handler; the OpenAPI document is collected from the declarations.

mod working;

mod status;

mod metrics;

mod analysis;

mod services;

mod rules;

mod alerts;

mod admin;

mod pages;

use crate::access::guard;
use crate::parts::Parts;
use crate::problem::{NO_PATH, Problem};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::limits;
use std::sync::Arc;
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(30);

#[derive(OpenApi)]
#[openapi(info(
    title = "Alicia Metrics Collector",
    version = "1.0.0",
    description = "Metrics of everything that lives on an MQTT bus.",
    license(name = "MIT OR Apache-2.0")
))]
struct Document;

/// All routes, answered from `parts`.
pub fn router(parts: Parts) -> Router {
    let access = Arc::new(parts.access.clone());
    let (router, document) = described().split_for_parts();
    let document = serde_json::to_string(&document).unwrap_or_else(|_| "{}".to_owned());
    let openapi = get(move || async move { ([("content-type", "application/json")], document.clone()) });
    router
        .route("/openapi.json", openapi)
        .route("/docs", get(pages::docs))
        .route("/", get(pages::overview))
        .fallback(|| async { NO_PATH })
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(limits::REQUEST_BYTES))
        .layer(from_fn_with_state(access, guard))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, ANSWER_TIME))
        .with_state(Arc::new(parts))
}

/// The routes that the document describes.
fn described() -> OpenApiRouter<Arc<Parts>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(status::health))
        .routes(routes!(status::status))
        .routes(routes!(status::summary))
        .routes(routes!(status::bus))
        .routes(routes!(status::refusals))
        .routes(routes!(metrics::all))
        .routes(routes!(metrics::of_service))
        .routes(routes!(metrics::history))
        .routes(routes!(analysis::aggregate))
        .routes(routes!(analysis::trend))
        .routes(routes!(analysis::analytics))
        .routes(routes!(analysis::insights))
        .routes(routes!(services::all))
        .routes(routes!(services::one))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::history))
        .routes(routes!(alerts::recover))
        .routes(routes!(rules::list, rules::create))
        .routes(routes!(rules::one, rules::update, rules::delete))
        .routes(routes!(rules::enable))
        .routes(routes!(rules::disable))
        .routes(routes!(admin::healthy))
        .routes(routes!(admin::ready))
        .routes(routes!(admin::reload))
}

/// An answer, or why there is none.
type Answer<T = Response> = Result<T, Problem>;

/// Text as JSON made it.
fn json_text(text: Result<String, serde_json::Error>) -> Answer {
    let text = text.map_err(|error| {
        tracing::error!("an answer cannot be written: {error}");
        Problem::Internal
    })?;
    Ok(([("content-type", "application/json")], text).into_response())
}
