//! The registry.

use super::Answer;
use crate::parts::Parts;
use crate::problem::NO_SERVICE;
use crate::shapes::Service;
use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use std::sync::Arc;

/// Every service that was heard, with its instances, health, rhythm and restarts
#[utoipa::path(get, path = "/services", tag = "services", responses((status = 200, description = "Services, by name")))]
pub(super) async fn all(State(parts): State<Arc<Parts>>) -> Json<Services> {
    Json(Services { services: parts.gate.registry().services().into_iter().map(Service::from).collect() })
}

#[derive(Serialize)]
pub(super) struct Services {
    services: Vec<Service>,
}

/// One service
#[utoipa::path(get, path = "/services/{service}", tag = "services",
    params(("service" = String, Path, description = "The service's name")),
    responses((status = 200, description = "The service"), (status = 404, description = "Service not found")))]
pub(super) async fn one(
    State(parts): State<Arc<Parts>>,
    Path(service): Path<String>,
) -> Answer<Json<Service>> {
    parts.gate.registry().service(&service).map(|view| Json(Service::from(view))).ok_or(NO_SERVICE)
}
