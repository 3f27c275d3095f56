//! What is asked for, and what is suggested.

use model::{Matcher, Rule, Series, TimeRange};
use serde::Serialize;
use std::collections::BTreeSet;

/// What rules are wanted.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The history to learn from.
    pub range: TimeRange,
    /// Alerts a week that a rule may have.
    pub budget: f64,
    /// Only for this service.
    pub service: Option<String>,
    /// Rules that there are.
    pub covers: Vec<Cover>,
    /// Names that a rule cannot have, for another has it.
    pub names: BTreeSet<String>,
}

/// Series that a rule judges that is there already.
#[derive(Debug, Clone)]
pub struct Cover {
    /// The rule's name.
    pub rule: String,
    /// All must hold of a series, the metric's name among them.
    pub matchers: Vec<Matcher>,
}

impl Cover {
    /// Whether the rule judges the series.
    pub(super) fn admits(&self, series: &Series) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(series))
    }

    /// Whether the rule is made for some services, and not for all that have the metric.
    pub(super) fn is_particular(&self) -> bool {
        self.matchers.iter().any(|matcher| matcher.label() != model::NAME)
    }
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = RuleSuggestions)]
pub struct Suggestions {
    /// The range in Unix seconds.
    pub start: f64,
    /// Its end.
    pub end: f64,
    /// Alerts a week that a rule may have.
    pub budget: f64,
    /// The rules, those of metrics that matter first.
    pub suggestions: Vec<Suggestion>,
    /// For which metrics there is none, and why; up to [`model::limits::SUGGEST_SKIPPED`].
    pub skipped: Vec<Skipped>,
}

/// A rule that is suggested.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = RuleSuggestion)]
pub struct Suggestion {
    /// The rule, as `POST /alerts/rules` takes it.
    pub rule: Rule,
    /// The service that it is for.
    pub service: String,
    /// How often it would have fired in a week of the history.
    pub per_week: f64,
    /// How often in all.
    pub count: usize,
    /// The longest of these alerts, in seconds.
    pub longest_seconds: f64,
    /// All of them together, in seconds.
    pub firing_seconds: f64,
    /// The history that it was learnt from, in Unix seconds: from the first sample to the last, and the time that this one stands for.
    pub start: f64,
    /// Its end.
    pub end: f64,
    /// What is usual: of the values, or of the rates of a counter.
    pub quantiles: Quantiles,
    /// Values that this is learnt from.
    pub samples: usize,
    /// Series that they are of.
    pub series: usize,
    /// In a sentence.
    pub why: String,
    /// Rules that judge the metric of all services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
}

/// How values lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = SuggestionQuantiles)]
pub struct Quantiles {
    /// The least.
    pub min: f64,
    /// One in a hundred is below.
    pub p01: f64,
    /// One in twenty is below.
    pub p05: f64,
    /// The middle.
    pub p50: f64,
    /// One in twenty is above.
    pub p95: f64,
    /// One in a hundred is above.
    pub p99: f64,
    /// The most.
    pub max: f64,
}

/// A metric that has no suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SuggestionSkipped)]
pub struct Skipped {
    /// The service.
    pub service: String,
    /// The metric.
    pub metric: String,
    /// Why.
    pub reason: String,
}
