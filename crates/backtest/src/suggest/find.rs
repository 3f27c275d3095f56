//! Which metrics of which services there are.

use super::shape::Asked;
use super::sides::{Side, sides};
use crate::trial::TrialError;
use model::{Matcher, NAME, SERVICE, Select, Selection, limits};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// A metric of a service, to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Metric {
    /// Whether its name does not say where it is bad: such come last.
    pub(super) is_vague: bool,
    pub(super) service: String,
    pub(super) metric: String,
    pub(super) sides: Vec<Side>,
}

/// All that may matter, those that matter most first.
///
/// # Errors
/// It cannot be read.
pub(super) fn metrics(select: &dyn Select, asked: &Asked) -> Result<Vec<Metric>, TrialError> {
    let matcher = match &asked.service {
        Some(service) => Matcher::equal(SERVICE, service.as_str()),
        None => Matcher::not_equal(SERVICE, ""),
    };
    let mut found: BTreeMap<(String, String), (Vec<Side>, bool)> = BTreeMap::new();
    let selection = Selection::all(vec![matcher]).within(asked.range);
    select.each_labels(&selection, &mut |labels| {
        let (Some(service), Some(metric)) = (labels.get(SERVICE), labels.get(NAME)) else {
            return ControlFlow::Continue(());
        };
        let key = (service.to_owned(), metric.to_owned());
        found.entry(key).or_insert_with(|| sides(metric));
        if found.len() < limits::SUGGEST_NAMES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    let known = found.into_iter().filter(|(_, (sides, _))| !sides.is_empty());
    let mut all: Vec<Metric> = known
        .map(|((service, metric), (sides, is_plain))| Metric { is_vague: !is_plain, service, metric, sides })
        .collect();
    all.sort();
    Ok(all)
}
