//! What is said of a rule.

use super::given::Origin;
use model::{Millis, Severity, seconds};
use serde::Serialize;

/// A rule, what came of its alerts, and what is to be said of it. Lengths of time are in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Quality {
    /// The rule's name.
    pub rule: String,
    /// Where it comes from.
    pub source: Origin,
    /// Its group in a rule file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The severity of its alerts.
    pub severity: Severity,
    /// The worst of `verdicts`.
    pub verdict: Verdict,
    /// All that is to be said, the worst first; one at least.
    pub verdicts: Vec<Judgement>,
    /// Since when the rule is known within the days that are asked for; `None` if nothing is known.
    #[serde(with = "seconds::option")]
    #[schema(value_type = Option<f64>, required)]
    pub known_since: Option<Millis>,
    /// How often it fired: alerts of all instances together.
    pub fired: usize,
    /// The same in a week of the known time; `None` where less than a day is known.
    #[schema(required)]
    pub per_week: Option<f64>,
    /// Alerts of it that fire now.
    pub firing: usize,
    /// Length of the middle one of those that are over.
    #[schema(required)]
    pub median_seconds: Option<f64>,
    /// Length of the longest.
    #[schema(required)]
    pub longest_seconds: Option<f64>,
    /// The share of the known time in which one of its alerts fired.
    pub firing_share: f64,
    /// Alerts that somebody took care of when they ended, or does now.
    pub acknowledged: usize,
    /// Alerts that lay in a silence or a window of maintenance then.
    pub silenced: usize,
    /// Alerts that another one explained then.
    pub inhibited: usize,
    /// Alerts that belong to a time of flapping.
    pub flapped: usize,
    /// Alerts that were over within a minute.
    pub short: usize,
    /// Alerts of which only their times are known, from `ALERTS`, and not how they stood.
    pub times_only: usize,
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = QualityJudgement)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// A sentence with the numbers behind it.
    pub reason: String,
    /// The rule that says the same, of a redundant one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// The share of the rule's time in which that one fires too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The same the other way round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_of_other: Option<f64>,
    /// A length of `for` in seconds with which most of what was soon over would not have been told.
    #[serde(rename = "suggested_for", skip_serializing_if = "Option::is_none")]
    pub hold: Option<f64>,
}

impl Judgement {
    pub(super) fn new(verdict: Verdict, reason: String) -> Self {
        Self { verdict, reason, other: None, share: None, share_of_other: None, hold: None }
    }
}

/// What is to be said of a rule, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[schema(as = QualityVerdict)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One of its alerts fires nearly all the time.
    AlwaysFiring,
    /// Its alerts begin and end again and again.
    Flapping,
    /// Most of its alerts are over within a minute.
    ShortLived,
    /// It fires almost only while another rule fires on the same service.
    Redundant,
    /// It fired again and again, and nobody ever took care of it or silenced it.
    NeverAcknowledged,
    /// It never fired.
    NeverFired,
    /// Too little is known.
    Unknown,
    /// Nothing speaks against it.
    Good,
}
