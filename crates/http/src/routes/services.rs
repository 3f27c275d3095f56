//! The registry.

use super::working::work;
use super::{Answer, json};
use crate::params::Within;
use crate::parts::Parts;
use crate::problem::NO_SERVICE;
use crate::shapes::Service;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;

/// Every service that was heard, with its instances, health, rhythm and restarts
#[utoipa::path(get, path = "/services", tag = "services", operation_id = "get_services",
    responses((status = 200, description = "Services, by name", body = Services)))]
pub(super) async fn all(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let services = parts.gate.registry().services().into_iter().map(Service::from).collect();
        json(&Services { services })
    })
    .await
}

#[derive(Serialize, utoipa::ToSchema)]
struct Services {
    services: Vec<Service>,
}

/// One service
#[utoipa::path(get, path = "/services/{service}", tag = "services", operation_id = "get_service",
    params(("service" = String, Path, description = "The service's name")),
    responses((status = 200, description = "The service", body = Service), (status = 404, description = "Service not found")))]
pub(super) async fn one(
    State(parts): State<Arc<Parts>>,
    Within(service): Within<String>,
) -> Answer<Json<Service>> {
    parts.gate.registry().service(&service).map(|view| Json(Service::from(view))).ok_or(NO_SERVICE)
}
