//! From the labels of a line to the series that they mean, within the limits of the house.

use super::fault::Fault;
use model::{Labels, MetricKind, NAME, Reason, Series, limits};
use std::sync::Arc;

/// The series of `kind` with the labels `pairs`, the metric's name among them.
///
/// An entry of a message has its name, service and instance beside its labels, so so many labels are allowed more.
pub(crate) fn series(pairs: Vec<(String, String)>, kind: MetricKind) -> Result<Arc<Series>, Fault> {
    const BESIDE: usize = 3;
    if let Some((name, _)) = pairs.iter().find(|(name, _)| name.len() > limits::NAME_BYTES) {
        return Err(Fault::reason(Reason::NameTooLong, name));
    }
    let longest = |name: &str| if name == NAME { limits::NAME_BYTES } else { limits::LABEL_VALUE_BYTES };
    if let Some((name, value)) = pairs.iter().find(|(name, value)| value.len() > longest(name)) {
        let reason = if name == NAME { Reason::NameTooLong } else { Reason::ValueTooLong };
        return Err(Fault::reason(reason, value));
    }
    if pairs.iter().any(|(name, _)| name.is_empty()) {
        return Err(Fault::reason(Reason::BadLabels, "a label without a name"));
    }
    let given = pairs.iter().filter(|(_, value)| !value.is_empty()).count();
    let labels = Labels::new(pairs);
    if labels.len() > limits::LABELS_PER_ENTRY + BESIDE {
        return Err(Fault::from(Reason::TooManyLabels));
    }
    if labels.len() < given {
        return Err(Fault::reason(Reason::BadLabels, "one label twice"));
    }
    if labels.get(NAME).is_none() {
        return Err(Fault::reason(Reason::BadName, "no metric name"));
    }
    Ok(Arc::new(Series::new(labels, kind)))
}
