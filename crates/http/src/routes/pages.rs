//! Two small pages: what the API has, and how things are. Nothing in them comes from elsewhere.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

const DOCS: &str = include_str!("../../pages/docs.html");
const OVERVIEW: &str = include_str!("../../pages/overview.html");

/// The pages carry their own script and style, and may fetch from here alone.
const POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The API, from its OpenAPI document.
pub(super) async fn docs() -> Response {
    page(DOCS)
}

/// Services, alerts and refusals at a glance.
pub(super) async fn overview() -> Response {
    page(OVERVIEW)
}

fn page(html: &'static str) -> Response {
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, Html(html)).into_response()
}
