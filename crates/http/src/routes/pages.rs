//! The page of the API. Nothing in it comes from elsewhere.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

const DOCS: &str = include_str!("../../pages/docs.html");

/// The page carries its own script and style, and may fetch from here alone.
const POLICY: &str = "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The API, from its OpenAPI document.
pub(super) async fn docs() -> Response {
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, Html(DOCS)).into_response()
}
