//! What was last heard of a target.

use super::target::{LabelMap, Spec};
use model::Millis;
use serde::Serialize;
use std::time::Duration;

/// How a target was at its last scrape.
#[derive(Debug, Clone, Default)]
pub(crate) struct Last {
    /// When it began, if there was one.
    pub(crate) at: Option<Millis>,
    pub(crate) took: Duration,
    /// Why it failed; empty if it did not.
    pub(crate) error: String,
}

/// How a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TargetHealth {
    /// The last scrape was good.
    Up,
    /// It was not.
    Down,
    /// There was none yet.
    Unknown,
}

/// A target, to be shown.
#[derive(Debug, Clone)]
pub(crate) struct TargetView {
    /// The job of the settings that it comes from.
    pub(crate) pool: String,
    pub(crate) url: String,
    /// What was known of it before labels with two underscores went.
    pub(crate) discovered: LabelMap,
    pub(crate) labels: LabelMap,
    pub(crate) interval: Millis,
    pub(crate) timeout: Millis,
    pub(crate) last: Last,
}

impl TargetView {
    pub(super) fn new(spec: &Spec, last: &Last) -> Self {
        Self {
            pool: spec.pool.clone(),
            url: spec.url.clone(),
            discovered: spec.discovered.clone(),
            labels: spec.target.labels.iter().cloned().collect(),
            interval: spec.interval,
            timeout: Millis::try_from(spec.timeout.as_millis()).unwrap_or(spec.interval),
            last: last.clone(),
        }
    }

    /// How it is.
    pub(crate) fn health(&self) -> TargetHealth {
        match (self.last.at, self.last.error.is_empty()) {
            (None, _) => TargetHealth::Unknown,
            (Some(_), true) => TargetHealth::Up,
            (Some(_), false) => TargetHealth::Down,
        }
    }
}
