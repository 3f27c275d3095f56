//! What happens to a rule's alerts between rounds: samples that arrive begin and end them.
//!
//! Whoever follows the samples tells of each series of the rule's expression that is there now, or no more. The life of
//! alerts is the same as in rounds; a round that is of an earlier time does not take back what was heard meanwhile.

use super::alerting::{Active, ActiveAlert, AlertState, Judging, for_state_series, state_series};
use super::round::RuleSample;
use model::{Labels, Millis, Point, limits, stale_marker};
use query::{Sample, VectorSample};
use std::collections::BTreeMap;

/// A change of one series of a rule's expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What the expression calls it.
    pub labels: Labels,
    /// When: the time of the sample that did it.
    pub t: Millis,
    /// What it comes to, if it is there: newly, or for as long as the rule's `for`.
    pub value: Option<f64>,
}

/// How a rule is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// As samples arrive, and in each round of its group.
    AtArrival,
    /// In the rounds of its group only, and why.
    InRounds(String),
}

impl Judged {
    /// Why it is judged in rounds only, if it is.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::AtArrival => None,
            Self::InRounds(why) => Some(why),
        }
    }
}

/// When alerts changed between rounds.
pub(super) type Heard = BTreeMap<Labels, Millis>;

/// What became of an alert by a change.
pub(super) struct Turn {
    pub(super) labels: Labels,
    /// How it was.
    pub(super) before: Option<AlertState>,
}

impl Judging<'_> {
    /// Brings the one alert of a change to what it makes of it. `None` if there are too many, which the next round tells.
    pub(super) fn hear(&self, change: &Change, active: &mut Active) -> Option<Turn> {
        let value = change.value.unwrap_or(f64::NAN);
        let sample = VectorSample { labels: change.labels.clone(), t: self.t, sample: Sample::Float(value) };
        let alert = if change.value.is_some() { self.alert(&sample) } else { self.bare_alert(&sample) };
        let labels = alert.labels.clone();
        let before = active.get(&labels).map(|known| known.state);
        if change.value.is_some() {
            let most = if self.limit == 0 { limits::RULE_RESULTS } else { self.limit };
            if before.is_none() && active.len() >= most {
                return None;
            }
            self.is_there(alert, active);
        } else if active.get_mut(&labels).is_some_and(|known| !self.goes_on(known)) {
            active.remove(&labels);
        }
        Some(Turn { labels, before })
    }

    fn is_there(&self, alert: ActiveAlert, active: &mut Active) {
        let known = match active.get_mut(&alert.labels) {
            Some(known) => {
                known.value = alert.value;
                known.annotations = alert.annotations;
                known.keep_firing_since = None;
                known
            }
            None => active.entry(alert.labels.clone()).or_insert(alert),
        };
        self.fire_if_due(known);
    }
}

/// The samples that tell of an alert's turn at `t`: what it is now, and the end of what it was.
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
pub(super) fn told(turn: &Turn, active: &Active, t: Millis) -> Vec<RuleSample> {
    let now = active.get(&turn.labels);
    let sample = |labels, v| RuleSample { labels, point: Point { t, v } };
    let mut samples = Vec::new();
    if let Some(before) = turn.before.filter(|before| Some(*before) != now.map(|alert| alert.state)) {
        samples.push(sample(state_series(&turn.labels, before), stale_marker()));
        if now.is_none() {
            samples.push(sample(for_state_series(&turn.labels), stale_marker()));
        }
    }
    if let Some(alert) = now.filter(|alert| Some(alert.state) != turn.before) {
        let since = alert.active_at.div_euclid(limits::SECOND) as f64;
        samples.push(sample(state_series(&turn.labels, alert.state), 1.0));
        samples.push(sample(for_state_series(&turn.labels), since));
    }
    samples
}
