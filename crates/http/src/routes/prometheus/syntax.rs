//! Expressions as text and as a tree.

use super::Success;
use crate::prom::{Failure, Form, Tree};
use ::query::syntax::{Expr, parse as read, pretty};
use axum::Json;
use axum::response::{IntoResponse, Response};

/// An expression in lines, indented
#[utoipa::path(get, path = "/api/v1/format_query", tag = "prometheus", operation_id = "format_query",
    params(("query" = String, Query, description = "A PromQL expression")),
    responses((status = 200, description = "`{status, data: text}`", body = Success<String>), (status = 400, description = "It is none")))]
pub(super) async fn format(form: Form) -> Response {
    said(&form, |expr| Json(Success::of(pretty(expr))).into_response())
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/format_query", tag = "prometheus", operation_id = "format_query_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET", body = Success<String>)))]
pub(super) async fn format_form(form: Form) -> Response {
    format(form).await
}

/// The tree of an expression
#[utoipa::path(get, path = "/api/v1/parse_query", tag = "prometheus", operation_id = "parse_query",
    params(("query" = String, Query, description = "A PromQL expression")),
    responses((status = 200, description = "`{status, data: tree}`", body = Success<Tree>), (status = 400, description = "It is none")))]
pub(super) async fn parse(form: Form) -> Response {
    said(&form, |expr| Json(Success::of(Tree::of(expr))).into_response())
}

/// The same, with the parameters in a form
#[utoipa::path(post, path = "/api/v1/parse_query", tag = "prometheus", operation_id = "parse_query_form",
    request_body(content_type = "application/x-www-form-urlencoded", description = "The parameters of GET"),
    responses((status = 200, description = "As GET", body = Success<Tree>)))]
pub(super) async fn parse_form(form: Form) -> Response {
    parse(form).await
}

fn said(form: &Form, say: impl FnOnce(&Expr) -> Response) -> Response {
    match read(form.text("query").unwrap_or("")) {
        Ok(expr) => say(&expr),
        Err(error) => Failure::parameter("query", error).into_response(),
    }
}
