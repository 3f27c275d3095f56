//! The names of a text's samples on their way into a request: samples of one metric stand side by side.

use crate::exposition::{Found, Page};
use crate::parcel::TooMany;
use crate::plain::{Name, Plain};
use model::MetricKind;

/// The metric of the last sample, what it means, and its name in the request.
#[derive(Debug, Default)]
pub(crate) struct Naming(Option<(String, Option<MetricKind>, Name)>);

impl Naming {
    /// The name of what was `found` on `page`; what the page says of its metric goes with it.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn name<'a>(
        &mut self,
        found: &Found<'a>,
        page: &Page<'a>,
        plain: &mut Plain<'a>,
    ) -> Result<Name, TooMany> {
        let metric = &found.head.name;
        if let Some((last, kind, name)) = &self.0
            && *last == **metric
            && *kind == found.kind
        {
            return Ok(*name);
        }
        let name = plain.name(metric.clone(), found.kind, page.metadata(metric))?;
        self.0 = Some((metric.clone().into_owned(), found.kind, name));
        Ok(name)
    }
}
