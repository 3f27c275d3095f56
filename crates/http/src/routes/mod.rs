//! Every route. Each is declared beside its handler; the OpenAPI document is collected from the declarations.

mod working;

mod in_time;

mod status;

mod metrics;

mod statistics;

mod analytics;

mod lasting;

mod traffic;

mod fields;

mod tail;

mod capsules;

mod services;

mod rules;

mod backtests;

mod suggestions;

mod alerts;

mod quality;

mod silences;

mod whys;

mod alertmanager_shapes;

mod alertmanager;

mod deliveries;

mod prometheus;

mod write;

mod otlp;

mod influx;

mod push;

mod admin;

mod pages;

mod dashboard;

mod overview;

use crate::access::guard;
use crate::overview::{AlertsChange, Board, OverviewChange};
use crate::packed::Room;
use crate::parts::Parts;
use crate::problem::{NO_PATH, Problem};
use crate::tail::Told as PassingMessages;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use model::limits;
use serde::Serialize;
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

// What goes in streams of events has shapes of its own, which no answer names.
#[derive(OpenApi)]
#[openapi(
    components(schemas(OverviewChange, AlertsChange, PassingMessages)),
    info(
        title = "Alicia Metrics Collector",
        version = "1.0.0",
        description = "Metrics of everything that lives on an MQTT bus.",
        license(name = "MIT OR Apache-2.0")
    )
)]
struct Document;

/// All routes, answered from `parts`.
pub fn router(parts: Parts) -> Router {
    let access = Arc::new(parts.access.clone());
    let (router, mut document) = described().split_for_parts();
    // The document does not tell what stands for one part of a path from what stands for several.
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    open(&mut document);
    let document = Bytes::from(serde_json::to_string(&document).unwrap_or_else(|_| "{}".to_owned()));
    let openapi = get(move || async move { ([(header::CONTENT_TYPE, JSON)], document.clone()) });
    router
        .route("/openapi.json", openapi)
        .route("/docs", get(pages::docs))
        // There may be something to be put there, but there is nothing to see.
        .route("/metrics/{service}/{metric}/{*labels}", get(|| async { NO_PATH }))
        .route("/", get(dashboard::page))
        .route("/graph", get(dashboard::graph))
        .route("/ui", get(dashboard::page))
        .route("/ui/", get(dashboard::page))
        .route("/ui/{*page}", get(dashboard::page))
        .route("/assets/{file}", get(dashboard::asset))
        .route("/icon.svg", get(dashboard::asset))
        .fallback(|| async { NO_PATH })
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
        .layer(Extension(Arc::new(Board::new())))
        .layer(DefaultBodyLimit::max(limits::REQUEST_BYTES))
        .layer(from_fn_with_state(access, guard))
        // Of a long answer the usual level takes ten times as long as the answer itself.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn(in_time::in_time))
        .with_state(Arc::new(parts))
}

/// Lets answers have more members than are described: what may not stand in a request may come to be in an answer, and a type that is
/// read strictly may be a part of another.
fn open(document: &mut utoipa::openapi::OpenApi) {
    let schemas = document.components.iter_mut().flat_map(|components| components.schemas.values_mut());
    for schema in schemas {
        if let RefOr::T(Schema::Object(object)) = schema
            && matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
        {
            object.additional_properties = None;
        }
    }
}

/// The routes that the document describes.
fn described() -> OpenApiRouter<Arc<Parts>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(status::health))
        .routes(routes!(status::status))
        .routes(routes!(status::summary))
        .routes(routes!(overview::whole))
        .routes(routes!(overview::live))
        .routes(routes!(status::storage))
        .routes(routes!(status::bus))
        .routes(routes!(status::refusals))
        .routes(routes!(metrics::all))
        .routes(routes!(metrics::of_service))
        .routes(routes!(metrics::history))
        .routes(routes!(statistics::aggregate))
        .routes(routes!(statistics::trend))
        .routes(routes!(analytics::analytics))
        .routes(routes!(analytics::insights))
        .routes(routes!(lasting::insights))
        .routes(routes!(traffic::traffic))
        .routes(routes!(traffic::graph))
        .routes(routes!(fields::fields))
        .routes(routes!(fields::inbox))
        .routes(routes!(fields::mappings, fields::create))
        .routes(routes!(fields::delete))
        .routes(routes!(fields::test))
        .routes(routes!(tail::follow))
        .routes(routes!(capsules::record))
        .routes(routes!(capsules::list))
        .routes(routes!(capsules::one))
        .routes(routes!(services::all))
        .routes(routes!(services::one))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::history))
        .routes(routes!(alerts::recover))
        .routes(routes!(quality::report))
        .routes(routes!(whys::why))
        .routes(routes!(silences::acknowledge, silences::unacknowledge))
        .routes(routes!(silences::list, silences::create))
        .routes(routes!(silences::one, silences::update, silences::delete))
        .routes(routes!(silences::preview))
        .routes(routes!(alertmanager::alerts))
        .routes(routes!(alertmanager::silences, alertmanager::post_silence))
        .routes(routes!(alertmanager::silence, alertmanager::delete_silence))
        .routes(routes!(alertmanager::status))
        .routes(routes!(alertmanager::receivers))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::test))
        .routes(routes!(rules::list, rules::create))
        .routes(routes!(rules::one, rules::update, rules::delete))
        .routes(routes!(rules::enable))
        .routes(routes!(rules::disable))
        .routes(routes!(backtests::run))
        .routes(routes!(suggestions::list))
        .routes(routes!(admin::healthy))
        .routes(routes!(admin::ready))
        .routes(routes!(admin::reload))
        .routes(routes!(admin::snapshot))
        .routes(routes!(admin::erase))
        .merge(prometheus::described())
        .merge(writing())
}

/// What writing requests have apart: bodies of their own size, and room for only so many of them.
fn writing() -> OpenApiRouter<Arc<Parts>> {
    OpenApiRouter::new()
        .routes(routes!(write::remote_write))
        .routes(routes!(influx::first))
        .routes(routes!(influx::second))
        .routes(routes!(otlp::metrics))
        .routes(routes!(otlp::metrics_at_root))
        .routes(routes!(push::lines))
        .routes(routes!(push::put_job, push::post_job, push::delete_job))
        .routes(routes!(push::put_group, push::post_group, push::delete_group))
        .layer(DefaultBodyLimit::max(limits::WRITE_BYTES))
        .layer(Extension(Arc::new(Room::new())))
}

/// An answer, or why there is none.
type Answer<T = Response> = Result<T, Problem>;

/// The content type of almost every answer.
const JSON: &str = "application/json";

/// `answer` as JSON. Written where the samples are at hand, on the thread that may take its time.
fn json(answer: &impl Serialize) -> Answer {
    let text = serde_json::to_string(answer).map_err(|error| {
        tracing::error!("an answer cannot be written: {error}");
        Problem::Internal
    })?;
    Ok(([(header::CONTENT_TYPE, JSON)], text).into_response())
}
