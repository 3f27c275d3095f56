//! Samples in memory, and rules that judge them as they come.

use backtest::{Firing, Outcome, Subject, Trial, TrialError, Watch, run};
use model::{Append, Labels, MetricKind, Millis, Point, Rule, Sample, Series, TimeRange};
use query::Stop;
use rules::groups::{FileSpec, GroupSpec, RuleGroup, RuleSpec, Templates};
use std::cell::Cell;
use std::sync::Arc;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

/// The time of the first sample.
pub(crate) const START: Millis = 1_795_394_400_000;

/// Kept samples.
pub(crate) struct Kept(pub(crate) MemoryStore);

impl Kept {
    pub(crate) fn new() -> Self {
        Self(MemoryStore::new(MemoryLimits::default(), Arc::new(SimClock::at(START))))
    }

    /// Takes samples of one time, which is so many milliseconds after the start.
    pub(crate) fn take(&self, batch: &[Sample<'_>]) {
        let taken = self.0.append(batch).expect("memory takes it");
        assert!(taken.refused.is_empty(), "{:?}", taken.refused);
    }

    /// A value of `temp` of an instance each ten seconds.
    pub(crate) fn each_ten_seconds(&self, instance: &str, values: &[f64]) {
        let series = series(instance);
        for (at, v) in (0..).zip(values) {
            self.take(&[Sample { series: &series, point: Point { t: START + at * 10_000, v: *v } }]);
        }
    }

    pub(crate) fn try_it(&self, trial: &Trial) -> Result<Outcome, TrialError> {
        run(trial, &self.0, &Patient)
    }
}

/// The series of `temp` of an instance.
pub(crate) fn series(instance: &str) -> Arc<Series> {
    let labels = Labels::new([("__name__", "temp"), ("service", "oven"), ("instance", instance)]);
    Arc::new(Series::new(labels, MetricKind::Gauge))
}

/// Somebody who waits for ever.
pub(crate) struct Patient;

impl Watch for Patient {
    fn reached(&self, _t: Millis) {}

    fn stop(&self) -> Option<Stop> {
        None
    }
}

/// Somebody who goes after having been asked so often.
pub(crate) struct Hasty(pub(crate) Cell<u32>);

impl Watch for Hasty {
    fn reached(&self, _t: Millis) {}

    fn stop(&self) -> Option<Stop> {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        (left == 0).then_some(Stop::Canceled)
    }
}

/// A rule of Alicia's on `temp`.
pub(crate) fn rule(condition: &str, hold: Option<&str>) -> Rule {
    Rule {
        name: "Hot".to_owned(),
        metric_name: "temp".to_owned(),
        condition: condition.to_owned(),
        cooldown_period: 0,
        hold: hold.map(str::to_owned),
        ..Rule::default()
    }
}

/// An alerting rule of a file, whose group has a round each minute.
pub(crate) fn group(expr: &str, hold: &str, keep: &str) -> RuleGroup {
    let length = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let rule = RuleSpec {
        alert: Some("Hot".to_owned()),
        expr: expr.to_owned(),
        hold: length(hold),
        keep_firing_for: length(keep),
        ..RuleSpec::default()
    };
    let spec = GroupSpec { name: "g".to_owned(), rules: vec![rule], ..GroupSpec::default() };
    let groups = RuleGroup::check("f", FileSpec { groups: vec![spec] }, 60_000, &Templates::default());
    groups.expect("it is right").pop().expect("one group")
}

/// A trial of so many seconds from the start.
pub(crate) fn trial(subject: Subject, seconds: Millis) -> Trial {
    let range = TimeRange { start: START, end: START + seconds * 1_000 };
    Trial { subject, range, thresholds: Vec::new(), holds: Vec::new() }
}

/// Firings in short: instance, from and to in seconds after the start.
pub(crate) fn short(firings: &[Firing]) -> Vec<String> {
    let seconds = |t: f64| t - model::to_seconds(START);
    let short = |firing: &Firing| {
        let end = firing.end.map_or("…".to_owned(), |end| format!("{:.0}", seconds(end)));
        format!(
            "{} {:.0}-{end}",
            firing.labels.get("instance").map_or("", String::as_str),
            seconds(firing.start)
        )
    };
    firings.iter().map(short).collect()
}
