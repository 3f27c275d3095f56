//! What messages say in numbers: the fields that are metrics, the messages that were not understood, and mappings.

use super::working::work;
use super::{Answer, json};
use crate::body::Object;
use crate::params::{Params, Within};
use crate::parts::Parts;
use crate::problem::{NO_MAPPING, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use fields::{FieldView, FieldsView, InboxEntry, KnownMapping, LeftField, Mapping, MappingError};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;

/// Messages that were not understood.
#[derive(Serialize, ToSchema)]
pub(super) struct Inbox {
    /// Of each kind one, the most frequent first.
    entries: Vec<InboxEntry>,
    /// Messages of kinds for which there was no room.
    left_out: u64,
}

/// The mappings that are in force, in the order in which they are asked.
#[derive(Serialize, ToSchema)]
pub(super) struct Mappings {
    mappings: Vec<KnownMapping>,
}

/// A mapping that was made or removed.
#[derive(Serialize, ToSchema)]
#[schema(as = MappingChanged)]
pub(super) struct Changed {
    message: &'static str,
    mapping: KnownMapping,
}

/// What would become of a message.
#[derive(Serialize, ToSchema)]
#[schema(as = TriedMessage)]
pub(super) struct Tried {
    /// The metrics.
    fields: Vec<FieldView>,
    /// The fields that are none.
    left_fields: Vec<LeftField>,
    /// Why nothing of it is understood, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    not_understood: Option<InboxEntry>,
}

/// The fields of messages that are metrics, and those that are none
#[utoipa::path(get, path = "/bus/fields", tag = "bus", operation_id = "get_fields",
    params(("service" = Option<String>, Query, description = "Only of this sender"),
           ("topic" = Option<String>, Query, description = "Only on topics with this text in them")),
    responses((status = 200, description = "Counts; the metrics (`fields`), and the fields that are none (`left_fields`)", body = FieldsView)))]
pub(super) async fn fields(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| json(&parts.fields.view(params.text("service"), params.text("topic")))).await
}

/// Messages that were not understood: of each kind an example, why, how many, and a mapping that might help
#[utoipa::path(get, path = "/bus/inbox", tag = "bus", operation_id = "get_inbox",
    responses((status = 200, description = "Messages", body = Inbox)))]
pub(super) async fn inbox(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let (entries, left_out) = parts.fields.inbox();
        json(&Inbox { entries, left_out })
    })
    .await
}

/// What is told about messages: mappings of the settings, and those that were made while running
#[utoipa::path(get, path = "/bus/mappings", tag = "bus", operation_id = "get_mappings",
    responses((status = 200, description = "Mappings", body = Mappings)))]
pub(super) async fn mappings(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| json(&Mappings { mappings: parts.fields.mappings() })).await
}

/// Makes a mapping, which is asked after all others
#[utoipa::path(post, path = "/bus/mappings", tag = "bus", operation_id = "create_mapping",
    request_body(content_type = "application/json", description = "topic; path, name, unit, scale, labels, drop: as in the settings file"),
    responses((status = 201, description = "The mapping", body = Changed), (status = 400, description = "Invalid mapping"),
              (status = 422, description = "Not a JSON object")))]
pub(super) async fn create(State(parts): State<Arc<Parts>>, Object(fields): Object) -> Answer {
    work(parts, move |parts| {
        let mapping = parts.fields.make_mapping(read(fields)?).map_err(problem)?;
        Ok((StatusCode::CREATED, json(&Changed { message: "Mapping created", mapping })?).into_response())
    })
    .await
}

/// Removes a mapping that was made while running
#[utoipa::path(delete, path = "/bus/mappings/{id}", tag = "bus", operation_id = "delete_mapping",
    params(("id" = u64, Path, description = "The mapping's number")),
    responses((status = 200, description = "The mapping that was", body = Changed),
              (status = 404, description = "Mapping not found")))]
pub(super) async fn delete(State(parts): State<Arc<Parts>>, Within(id): Within<String>) -> Answer {
    work(parts, move |parts| {
        let id = id.parse().map_err(|_| NO_MAPPING)?;
        let mapping = parts.fields.remove_mapping(id).map_err(problem)?;
        json(&Changed { message: "Mapping deleted", mapping })
    })
    .await
}

/// What would become of a message, with a mapping more or without; nothing is kept of it
#[utoipa::path(post, path = "/bus/mappings/test", tag = "bus", operation_id = "test_mapping",
    request_body(content_type = "application/json", description = "topic, payload (a text); mapping"),
    responses((status = 200, description = "What would become of it", body = Tried), (status = 400, description = "Invalid mapping"),
              (status = 422, description = "Not a JSON object")))]
pub(super) async fn test(State(parts): State<Arc<Parts>>, Object(mut fields): Object) -> Answer {
    work(parts, move |parts| {
        let mut text = |name: &str| match fields.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(Problem::Bad(format!("{name} is missing, or no text"))),
        };
        let (topic, payload) = (text("topic")?, text("payload")?);
        let mapping = match fields.remove("mapping") {
            None | Some(Value::Null) => None,
            Some(Value::Object(mapping)) => Some(read(mapping)?),
            Some(_) => return Err(Problem::Bad("mapping is no object".to_owned())),
        };
        if let Some(name) = fields.keys().next() {
            return Err(Problem::Bad(format!("nobody knows {name:?}; expected topic, payload, mapping")));
        }
        let (view, inbox) = (parts.try_message)(&topic, &payload, mapping);
        let not_understood = inbox.into_iter().next();
        json(&Tried { fields: view.fields, left_fields: view.left_fields, not_understood })
    })
    .await
}

fn read(fields: Map<String, Value>) -> Answer<Mapping> {
    let mapping: Mapping = serde_json::from_value(Value::Object(fields))
        .map_err(|error| Problem::Bad(format!("invalid mapping: {error}")))?;
    mapping.check().map_err(|error| Problem::Bad(format!("invalid mapping: {error}")))?;
    Ok(mapping)
}

fn problem(error: MappingError) -> Problem {
    match error {
        MappingError::Wrong(why) => Problem::Bad(format!("invalid mapping: {why}")),
        MappingError::Unknown => NO_MAPPING,
        MappingError::NotKept(why) => Problem::Unavailable(format!("mappings cannot be kept: {why}")),
    }
}
