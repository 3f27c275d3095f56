//! What an expression of a template may be.

use crate::data::Sample;
use model::Labels;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A value. Copies are cheap: what is large is shared.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// What a map of anything has not: printed as `<no value>`.
    Missing,
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    Labels(Rc<Labels>),
    Sample(Rc<Sample>),
    Vector(Rc<[Rc<Sample>]>),
    Args(Rc<BTreeMap<String, Value>>),
    /// Milliseconds since 1970.
    Time(i64),
    /// Nanoseconds.
    Duration(i64),
    /// The dot that a template begins with.
    Root(Rc<Root>),
}

/// [`crate::Data`], of its own.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) labels: Rc<Labels>,
    pub(crate) external_labels: Rc<Labels>,
    pub(crate) external_url: Rc<str>,
    pub(crate) value: f64,
}

impl Value {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Rc::from(text))
    }

    /// Whether `if` and `with` take it for true: all but what is empty, zero or nothing.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => false,
            Self::Bool(it) => *it,
            Self::Int(it) | Self::Duration(it) => *it != 0,
            // NaN differs from zero.
            Self::Float(it) => *it != 0.0,
            Self::Text(it) => !it.is_empty(),
            Self::Labels(it) => !it.is_empty(),
            Self::Vector(it) => !it.is_empty(),
            Self::Args(it) => !it.is_empty(),
            Self::Sample(_) | Self::Time(_) | Self::Root(_) => true,
        }
    }

    /// The type's name in Go, as messages and `%T` have it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Missing | Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::Labels(_) => "map[string]string",
            Self::Sample(_) => "*template.sample",
            Self::Vector(_) => "template.queryResult",
            Self::Args(_) => "map[string]interface {}",
            Self::Time(_) => "*time.Time",
            Self::Duration(_) => "*time.Duration",
            Self::Root(_) => "struct",
        }
    }

    /// What `.name` of it is.
    ///
    /// # Errors
    /// It has no such field.
    pub(crate) fn field(&self, name: &str) -> Result<Self, String> {
        let found = match (self, name) {
            // A label that is not there is empty.
            (Self::Labels(labels), _) => Self::text(labels.get(name).unwrap_or("")),
            (Self::Args(args), _) => args.get(name).cloned().unwrap_or(Self::Missing),
            (Self::Sample(sample), "Labels") => Self::Labels(Rc::new(sample.labels.clone())),
            (Self::Sample(sample), "Value") => Self::Float(sample.value),
            (Self::Root(root), "Labels") => Self::Labels(Rc::clone(&root.labels)),
            (Self::Root(root), "ExternalLabels") => Self::Labels(Rc::clone(&root.external_labels)),
            (Self::Root(root), "ExternalURL") => Self::Text(Rc::clone(&root.external_url)),
            (Self::Root(root), "Value") => Self::Float(root.value),
            (Self::Missing | Self::Nil, _) => return Err(format!("nil data; no entry for key {name:?}")),
            _ => return Err(format!("can't evaluate field {name} in type {}", self.kind())),
        };
        Ok(found)
    }
}
