//! Which series of two vectors belong together, and what labels come of them.

use crate::eval::names;
use crate::syntax::{BinaryOp, Cardinality, VectorMatching};
use model::{Labels, NAME};

/// The labels by which series of both sides are matched.
#[must_use]
pub fn signature(labels: &Labels, matching: &VectorMatching) -> Labels {
    let is_listed = |name: &str| matching.labels.iter().any(|listed| listed == name);
    if matching.on {
        Labels::new(labels.iter().filter(|(name, _)| is_listed(name)))
    } else {
        Labels::new(labels.iter().filter(|(name, _)| !is_listed(name) && *name != NAME))
    }
}

/// The labels of the result of a series of the many side and one of the other; of one to one, of the left and right.
#[must_use]
pub fn result_labels(many: &Labels, one: &Labels, op: BinaryOp, matching: &VectorMatching) -> Labels {
    let keeps_name = op.is_comparison() || matches!(op, BinaryOp::TrimUpper | BinaryOp::TrimLower);
    let named = many.iter().filter(|(name, _)| keeps_name || !names::is_metadata(name));
    let is_listed = |name: &str| matching.labels.iter().any(|listed| listed == name);
    let is_included = |name: &str| matching.include.iter().any(|included| included == name);
    match matching.cardinality {
        // Both have the same of what they are matched by, and each may have more.
        Cardinality::OneToOne => Labels::new(named.filter(|(name, _)| is_listed(name) == matching.on)),
        _ => {
            let own = named.filter(|(name, _)| !is_included(name));
            Labels::new(own.chain(one.iter().filter(|(name, _)| is_included(name))))
        }
    }
}

/// The labels of a group in an error, without a name.
pub(crate) fn shown(labels: &Labels) -> String {
    labels.to_string()
}
