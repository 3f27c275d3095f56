//! What came of a trial: when each variant fired, how often and how long.

use model::{Alert, Event, Millis, TimeRange, limits, to_seconds};
use serde::Serialize;
use std::collections::BTreeMap;

/// An alert that would have fired.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = TrialFiring)]
pub struct Firing {
    /// Service, instance, and the labels that tell it from others.
    pub labels: BTreeMap<String, String>,
    /// When it began, in seconds. It may be before the range.
    pub start: f64,
    /// When it was over, if it was by the end of the range.
    #[schema(required)]
    pub end: Option<f64>,
    /// What was compared when it began; null on the wire where it is no finite number.
    #[schema(value_type = Option<f64>, required)]
    pub value: f64,
}

/// A variant of a rule, and what it would have done.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = TrialCell)]
pub struct Cell {
    /// Its threshold, if others than the rule's own were tried.
    #[schema(required)]
    pub threshold: Option<f64>,
    /// Its `for` in seconds, if others than the rule's own were tried.
    #[serde(rename = "for")]
    #[schema(required)]
    pub hold: Option<f64>,
    /// How often it would have fired.
    pub count: usize,
    /// And in a week of days like these.
    pub per_week: f64,
    /// How long, all alerts together, in seconds within the range.
    pub firing_seconds: f64,
    /// The longest, in seconds within the range.
    pub longest_seconds: f64,
    /// Each of them, the oldest first, up to [`limits::TRIAL_FIRINGS`].
    pub firings: Vec<Firing>,
    /// Whether there are more.
    pub truncated: bool,
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = TrialOutcome)]
pub struct Outcome {
    /// The range in seconds.
    pub start: f64,
    /// Its end.
    pub end: f64,
    /// Samples that were judged.
    pub samples: u64,
    /// Series that they are of.
    pub series: usize,
    /// What could not be as it would have been.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The variants: for each threshold, each length of `for`.
    pub cells: Vec<Cell>,
}

/// What a variant does, while it runs.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// By the alert's id.
    open: BTreeMap<String, (Alert, Millis)>,
    over: Vec<(Alert, Millis, Option<Millis>)>,
}

impl Tally {
    /// Takes what the variant tells.
    pub(crate) fn take(&mut self, event: Event) {
        match event {
            Event::AlertStarted(alert) => {
                let at = alert.timestamp;
                self.open.insert(alert.alert_id.clone(), (alert, at));
            }
            Event::AlertResolved(alert) => {
                if let Some((begun, at)) = self.open.remove(&alert.alert_id) {
                    self.over.push((begun, at, alert.resolved_at));
                }
            }
            _ => {}
        }
    }

    /// What it came to in the range.
    pub(crate) fn cell(mut self, range: TimeRange, (threshold, hold): (Option<f64>, Option<Millis>)) -> Cell {
        self.over.extend(std::mem::take(&mut self.open).into_values().map(|(alert, at)| (alert, at, None)));
        self.over.retain(|(_, start, end)| *start <= range.end && end.is_none_or(|end| end >= range.start));
        self.over.sort_by(|a, b| (a.1, &a.0.alert_id).cmp(&(b.1, &b.0.alert_id)));
        let within = |(_, start, end): &(Alert, Millis, Option<Millis>)| {
            let (start, end) = ((*start).max(range.start), end.unwrap_or(range.end).min(range.end));
            to_seconds(end.saturating_sub(start).max(0))
        };
        let weeks = to_seconds(range.end.saturating_sub(range.start)) / to_seconds(7 * limits::DAY);
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53")]
        let count = self.over.len() as f64;
        Cell {
            threshold,
            hold: hold.map(to_seconds),
            count: self.over.len(),
            per_week: if weeks > 0.0 { count / weeks } else { 0.0 },
            firing_seconds: self.over.iter().map(within).fold(0.0, |all, one| all + one),
            longest_seconds: self.over.iter().map(within).fold(0.0, f64::max),
            truncated: self.over.len() > limits::TRIAL_FIRINGS,
            firings: self.over.iter().take(limits::TRIAL_FIRINGS).map(firing).collect(),
        }
    }
}

fn firing((alert, start, end): &(Alert, Millis, Option<Millis>)) -> Firing {
    let mut labels = alert.labels.clone();
    for (name, value) in [(model::SERVICE, &alert.service_name), (model::INSTANCE, &alert.instance_id)] {
        if !value.is_empty() {
            labels.entry(name.to_owned()).or_insert_with(|| value.clone());
        }
    }
    // It is the name of the variant.
    labels.remove("alertname");
    Firing { labels, start: to_seconds(*start), end: end.map(to_seconds), value: alert.value }
}
