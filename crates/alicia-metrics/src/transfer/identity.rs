//! From the labels of a line to the series that they mean, within the limits of the house.

use super::fault::{Fault, shortened};
use model::{Labels, MetricKind, NAME, PART, Reason, Series, limits};
use std::sync::Arc;

/// The series of `kind` with the labels `pairs`, the metric's name among them.
///
/// An entry of a message has its name, service and instance beside its labels, so so many labels are allowed more.
pub(crate) fn series(pairs: Vec<(String, String)>, kind: MetricKind) -> Result<Arc<Series>, Fault> {
    const BESIDE: usize = 3;
    if let Some((name, _)) = pairs.iter().find(|(name, _)| name.len() > limits::NAME_BYTES) {
        return Err(too_long(Reason::NameTooLong, name));
    }
    let longest = |name: &str| if name == NAME { limits::NAME_BYTES } else { limits::LABEL_VALUE_BYTES };
    if let Some((name, value)) = pairs.iter().find(|(name, value)| value.len() > longest(name)) {
        let reason = if name == NAME { Reason::NameTooLong } else { Reason::ValueTooLong };
        return Err(too_long(reason, value));
    }
    if pairs.iter().any(|(name, _)| name.is_empty()) {
        return Err(Fault::reason(Reason::BadLabels, "a label has no name"));
    }
    if pairs.iter().any(|(name, _)| name.starts_with(PART) && name != PART) {
        return Err(Fault::reason(Reason::BadLabels, "a label begins as the one of histograms does"));
    }
    let given = pairs.iter().filter(|(_, value)| !value.is_empty()).count();
    let labels = Labels::new(pairs);
    if labels.len() > limits::LABELS_PER_ENTRY + BESIDE {
        return Err(Fault::reason(Reason::TooManyLabels, format!("{} labels", labels.len())));
    }
    if labels.len() < given {
        return Err(Fault::reason(Reason::BadLabels, "there is one label twice"));
    }
    if labels.get(NAME).is_none() {
        return Err(Fault::reason(Reason::BadName, "the metric has no name"));
    }
    Ok(Arc::new(Series::new(labels, kind)))
}

fn too_long(reason: Reason, text: &str) -> Fault {
    Fault::reason(reason, format!("{} has {} bytes", shortened(text), text.len()))
}
