//! What a template is told: of the alert it speaks of, and in answer to its queries.

use model::Labels;

/// What the alert is that a template speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a> {
    /// `$labels`: those of the series that the alert is of.
    pub labels: &'a Labels,
    /// `$externalLabels`: those that this collector gives to all that it hands on.
    pub external_labels: &'a Labels,
    /// `$externalURL`: where others find this collector.
    pub external_url: &'a str,
    /// `$value`: what the alert's expression came to.
    pub value: f64,
}

/// One series of the answer to a template's query.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The labels, the metric's name among them.
    pub labels: Labels,
    /// The value.
    pub value: f64,
}
