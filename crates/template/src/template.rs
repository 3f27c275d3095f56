//! The door of this crate: a template that was read, to be expanded for each alert.

use crate::budget::Budget;
use crate::call::World;
use crate::data::{Data, Sample};
use crate::error::TemplateError;
use crate::eval::Machine;
use crate::parse::{Tree, parse};
use crate::value::Root;
use model::limits::TEMPLATE_OUTPUT_BYTES;
use std::rc::Rc;

/// The template of a label or an annotation.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    tree: Tree,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// It is none, or longer or deeper than `model::limits` allows.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        Ok(Self { tree: parse(text)? })
    }

    /// What the template says of an alert. `query` answers its queries with series, or says why it cannot.
    ///
    /// # Errors
    /// A function is given what it does not take, a query has no answer, or the template costs more than `model::limits`
    /// allows. Prometheus then writes what is wrong in place of the annotation; so should who calls.
    pub fn expand(
        &self,
        data: &Data<'_>,
        query: &dyn Fn(&str) -> Result<Vec<Sample>, String>,
    ) -> Result<String, TemplateError> {
        let root = Rc::new(Root {
            labels: Rc::new(data.labels.clone()),
            external_labels: Rc::new(data.external_labels.clone()),
            external_url: Rc::from(data.external_url),
            value: data.value,
        });
        Machine::new(&self.tree, World { query, root, budget: Budget::new() }, TEMPLATE_OUTPUT_BYTES).run()
    }
}
