//! The life of alerts, as Prometheus has it: pending, firing, gone.
//!
//! An alert is a set of labels. It is pending from the first round in which its series is there, fires when that was `for`
//! ago, and is over in the first round without the series, or `keep_firing_for` after it.

use super::definition::{Alerting, GroupRule};
use super::expand::{Expand, ExpandData, Query};
use super::naming::{ALERT_NAME, ALERT_STATE, ALERTS, FOR_STATE};
use super::recording::within;
use super::round::RuleSample;
use model::{Labels, Millis, NAME, Point};
use query::{Sample, VectorSample};
use std::collections::BTreeMap;

/// How an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlertState {
    /// Its series is there, but not for long enough.
    Pending,
    /// It fires.
    Firing,
}

impl AlertState {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
        }
    }
}

/// An alert that is pending or fires.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveAlert {
    /// By what it is known.
    pub labels: Labels,
    /// Its texts.
    pub annotations: BTreeMap<String, String>,
    /// What its series came to when it was there last.
    pub value: f64,
    /// How it is.
    pub state: AlertState,
    /// Since when its series is there.
    pub active_at: Millis,
    /// When it fired, if it does.
    pub fired_at: Option<Millis>,
    /// Since when it fires without its series.
    pub keep_firing_since: Option<Millis>,
}

/// The alerts of a rule.
pub(super) type Active = BTreeMap<Labels, ActiveAlert>;

/// A round of an alerting rule.
pub(super) struct Judging<'a> {
    pub(super) rule: &'a GroupRule,
    pub(super) alerting: &'a Alerting,
    pub(super) limit: usize,
    /// The time of the round.
    pub(super) t: Millis,
    pub(super) expand: &'a dyn Expand,
    pub(super) query: &'a Query<'a>,
}

impl Judging<'_> {
    /// Brings the alerts to what `answer` makes of them; those that were `heard` of after the time of the round are left.
    ///
    /// # Errors
    /// Two alerts have the same labels, and nothing is changed; or they are too many, and none is left.
    pub(super) fn judge(
        &self,
        answer: &[VectorSample],
        active: &mut Active,
        heard: &BTreeMap<Labels, Millis>,
    ) -> Result<(), String> {
        // Before any text is made: each may ask questions of its own.
        within(0, answer.len(), "series")?;
        let mut found = Active::new();
        for sample in answer {
            let alert = self.alert(sample);
            if found.insert(alert.labels.clone(), alert).is_some() {
                let why = "vector contains metrics with the same labelset after applying alert labels";
                return Err(why.to_owned());
            }
        }
        let is_newer = |labels: &Labels| heard.get(labels).is_some_and(|at| *at > self.t);
        found.retain(|labels, _| !is_newer(labels));
        active.retain(|labels, known| match found.remove(labels) {
            _ if is_newer(labels) => true,
            Some(alert) => {
                known.value = alert.value;
                known.annotations = alert.annotations;
                known.keep_firing_since = None;
                true
            }
            None => self.goes_on(known),
        });
        active.append(&mut found);
        active.values_mut().for_each(|alert| self.fire_if_due(alert));
        within(self.limit, active.len(), "alerts").inspect_err(|_| active.clear())
    }

    /// Lets an alert fire that is pending for long enough.
    pub(super) fn fire_if_due(&self, alert: &mut ActiveAlert) {
        let is_due = self.t.saturating_sub(alert.active_at) >= self.alerting.hold;
        if alert.state == AlertState::Pending && is_due {
            alert.state = AlertState::Firing;
            alert.fired_at = Some(self.t);
        }
    }

    /// Whether an alert is there without its series.
    pub(super) fn goes_on(&self, alert: &mut ActiveAlert) -> bool {
        if alert.state == AlertState::Pending || self.alerting.keep_firing_for == 0 {
            return false;
        }
        let since = *alert.keep_firing_since.get_or_insert(self.t);
        self.t.saturating_sub(since) < self.alerting.keep_firing_for
    }

    /// The alert of a series, as it is when it begins.
    pub(super) fn alert(&self, sample: &VectorSample) -> ActiveAlert {
        let bare = self.bare_alert(sample);
        ActiveAlert { annotations: self.expanded(&self.alerting.annotations, sample), ..bare }
    }

    /// The same without its texts.
    pub(super) fn bare_alert(&self, sample: &VectorSample) -> ActiveAlert {
        let value = value_of(sample);
        let set = self.expanded(&self.rule.labels, sample);
        let own = sample.labels.iter().filter(|(name, _)| *name != NAME);
        let set = set.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        ActiveAlert {
            labels: Labels::new(own.chain(set).chain([(ALERT_NAME, self.rule.name.as_str())])),
            annotations: BTreeMap::new(),
            value,
            state: AlertState::Pending,
            active_at: self.t,
            fired_at: None,
            keep_firing_since: None,
        }
    }

    /// What templates come to for a series.
    fn expanded(&self, texts: &BTreeMap<String, String>, sample: &VectorSample) -> BTreeMap<String, String> {
        let data = ExpandData { labels: &sample.labels, value: value_of(sample) };
        let text = |text: &String| match self.expand.expand(text, data, self.query) {
            Ok(text) => text,
            Err(why) => format!("<error expanding template: {why}>"),
        };
        texts.iter().map(|(name, template)| (name.clone(), text(template))).collect()
    }
}

fn value_of(sample: &VectorSample) -> f64 {
    match sample.sample {
        Sample::Float(value) => value,
        Sample::Histogram(_) => 0.0,
    }
}

/// The samples that tell of alerts.
#[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
pub(super) fn told(active: &Active, t: Millis) -> Vec<RuleSample> {
    let mut samples = Vec::with_capacity(2 * active.len());
    for alert in active.values() {
        let since = alert.active_at.div_euclid(model::limits::SECOND) as f64;
        samples.push(RuleSample {
            labels: state_series(&alert.labels, alert.state),
            point: Point { t, v: 1.0 },
        });
        samples.push(RuleSample { labels: for_state_series(&alert.labels), point: Point { t, v: since } });
    }
    samples
}

/// The series that says how an alert is.
pub(super) fn state_series(alert: &Labels, state: AlertState) -> Labels {
    Labels::new(alert.iter().chain([(NAME, ALERTS), (ALERT_STATE, state.as_str())]))
}

/// The series that says since when an alert is.
pub(super) fn for_state_series(alert: &Labels) -> Labels {
    Labels::new(alert.iter().chain([(NAME, FOR_STATE)]))
}
