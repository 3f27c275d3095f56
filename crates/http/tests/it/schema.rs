//! Answers beside the schemas of the OpenAPI document: a member that is not described is as wrong as one that is not as described.

use jsonschema::Validator;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// The document, in which objects have no members but those that are described.
pub(crate) struct Schemas {
    document: Value,
    /// Those that were needed, by where they stand in the document.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Schemas {
    pub(crate) fn new(mut document: Value) -> Self {
        close(&mut document["paths"], false);
        // What has a name may be a part of something else: it is closed where it stands for a whole.
        for named in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
            close(named.1, true);
        }
        Self { document, validators: Mutex::default() }
    }

    /// Methods and paths of all operations.
    pub(crate) fn operations(&self) -> Vec<(&str, &str)> {
        let mut all = Vec::new();
        for (path, item) in self.document["paths"].as_object().into_iter().flatten() {
            all.extend(
                item.as_object().into_iter().flatten().map(|(method, _)| (method.as_str(), path.as_str())),
            );
        }
        all
    }

    /// What is described of an answer.
    pub(crate) fn answer(&self, method: &str, path: &str, status: u16) -> &Value {
        &self.document["paths"][path][method.to_lowercase()]["responses"][status.to_string()]
    }

    /// The path of the document that `path` is one of; the one with the fewest parameters.
    pub(crate) fn path_of(&self, method: &str, path: &str) -> Option<&str> {
        let path = path.split('?').next().unwrap_or(path);
        let is_like = |described: &str| {
            let (described, asked) = (described.split('/'), path.split('/'));
            described.clone().count() == asked.clone().count()
                && described.zip(asked).all(|(one, other)| one == other || one.starts_with('{'))
        };
        let alike = self
            .operations()
            .into_iter()
            .filter(|(own, described)| own.eq_ignore_ascii_case(method) && is_like(described));
        alike.map(|(_, described)| described).min_by_key(|described| described.matches('{').count())
    }

    /// Says what is wrong with an answer.
    pub(crate) fn faults(&self, method: &str, path: &str, status: u16, body: &Value) -> Vec<String> {
        match &self.answer(method, path, status)["content"]["application/json"]["schema"] {
            Value::Object(schema) => self.faults_of(&format!("{method} {path} {status}"), schema, body),
            _ => vec![format!("{status} has no schema")],
        }
    }

    /// Says what is wrong with a value of the schema that has a name.
    pub(crate) fn faults_of_named(&self, name: &str, value: &Value) -> Vec<String> {
        let reference = format!("#/components/schemas/{name}");
        let schema = Map::from_iter([
            ("$ref".to_owned(), json!(reference)),
            ("unevaluatedProperties".to_owned(), json!(false)),
        ]);
        self.faults_of(name, &schema, value)
    }

    fn faults_of(&self, place: &str, schema: &Map<String, Value>, value: &Value) -> Vec<String> {
        let mut validators = self.validators.lock();
        let validator = validators.entry(place.to_owned()).or_insert_with(|| {
            let mut schema = schema.clone();
            schema.insert("components".to_owned(), self.document["components"].clone());
            let validator = jsonschema::draft202012::new(&Value::Object(schema));
            Arc::new(validator.unwrap_or_else(|error| panic!("the schema of {place} is none: {error}")))
        });
        let faults = validator.iter_errors(value);
        faults.map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

/// Forbids what is not described. What is a part of an object cannot forbid what its other parts describe.
fn close(schema: &mut Value, is_part: bool) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(|one| close(one, is_part)),
        Value::Object(members) => {
            let describes = ["properties", "allOf", "$ref"].iter().any(|word| members.contains_key(*word));
            for (name, member) in members.iter_mut() {
                close(member, name == "allOf" || (is_part && name == "oneOf"));
            }
            // A tuple has all of its members.
            if let Some(count) = members.get("prefixItems").and_then(|items| Some(items.as_array()?.len())) {
                members.insert("minItems".to_owned(), count.into());
            }
            if describes && !is_part {
                members.insert("unevaluatedProperties".to_owned(), false.into());
            }
        }
        _ => {}
    }
}
