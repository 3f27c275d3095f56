//! A group at work over a real store whose time is told by hand.

use model::{Append, Event, Labels, Millis, Point, Sample, Series, TimeRange, stale_marker};
use query::{Engine, Options, Stop, Value};
use rules::groups::{FileSpec, GroupRun, GroupSpec, Round, RuleGroup, RuleSample, RuleSpec, Templates};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{MemoryLimits, MemoryStore};
use world::SimClock;

/// The time of the first round.
pub(crate) const START: Millis = 1_795_394_400_000;
/// Between two rounds.
pub(crate) const STEP: Millis = 60_000;

/// A store and how it takes results.
pub(crate) struct GroupDesk {
    pub(crate) store: MemoryStore,
    /// Why nothing is written, if so.
    pub(crate) broken: RefCell<Option<String>>,
    pub(crate) is_slow: Cell<bool>,
}

impl GroupDesk {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(SimClock::at(START));
        Self {
            store: MemoryStore::new(MemoryLimits::default(), clock),
            broken: RefCell::new(None),
            is_slow: Cell::new(false),
        }
    }

    /// A sample of a series such as `name{label="value"}`, given in pairs.
    pub(crate) fn sample(&self, labels: &[(&str, &str)], round: i64, v: f64) {
        self.put(&Labels::new(labels.iter().copied()), Point { t: START + round * STEP, v });
    }

    /// The end of a series.
    pub(crate) fn end(&self, labels: &[(&str, &str)], round: i64) {
        self.sample(labels, round, stale_marker());
    }

    fn put(&self, labels: &Labels, point: Point) {
        let series = Arc::new(Series::new(labels.clone(), model::MetricKind::Gauge));
        let taken = self.store.append(&[Sample { series: &series, point }]).expect("memory takes it");
        assert!(taken.refused.is_empty(), "{labels} {point:?}: {:?}", taken.refused);
    }

    /// What an expression comes to: values by series.
    pub(crate) fn ask(&self, query: &str, round: i64) -> BTreeMap<String, f64> {
        let answer =
            Engine::new(&self.store, Options::default(), &|| None).instant(query, START + round * STEP);
        let Value::Vector(found) = answer.expect("an answer").value else { return BTreeMap::new() };
        let value = |sample| match sample {
            query::Sample::Float(value) => value,
            query::Sample::Histogram(_) => f64::NAN,
        };
        found.into_iter().map(|found| (found.labels.to_string(), value(found.sample))).collect()
    }

    /// How many points a selector has, markers among them.
    pub(crate) fn points(&self, name: &str) -> usize {
        use model::{Matcher, NAME, Select, Selection};
        let range = TimeRange { start: START - 1_000 * STEP, end: START + 1_000 * STEP };
        let selection = Selection::all(vec![Matcher::equal(NAME, name)]).within(range);
        self.store.select(&selection).expect("memory reads").iter().map(|one| one.points.len()).sum()
    }

    /// A round, and what it tells: `+` and `-` before the names of alerts, and their instances.
    pub(crate) fn round(&self, run: &mut GroupRun, round: i64) -> Vec<String> {
        told(&run.evaluate(&self.store, self, START + round * STEP))
    }
}

/// Events in short.
pub(crate) fn told(events: &[Event]) -> Vec<String> {
    let short = |event: &Event| match event {
        Event::AlertStarted(alert) => format!("+{} {}", alert.rule_name, alert.instance_id),
        Event::AlertResolved(alert) => format!("-{} {}", alert.rule_name, alert.instance_id),
        other => format!("{other:?}"),
    };
    events.iter().map(short).collect()
}

impl Round for GroupDesk {
    fn begin(&self) {}

    fn took(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn stop(&self) -> Option<Stop> {
        self.is_slow.get().then_some(Stop::Timeout)
    }

    fn write(&self, samples: &[RuleSample]) -> Result<(), String> {
        if let Some(why) = &*self.broken.borrow() {
            return Err(why.clone());
        }
        samples.iter().for_each(|sample| self.put(&sample.labels, sample.point));
        Ok(())
    }
}

pub(crate) fn record(name: &str, expr: &str) -> RuleSpec {
    RuleSpec { record: Some(name.to_owned()), expr: expr.to_owned(), ..RuleSpec::default() }
}

/// An alerting rule with `for` and `keep_firing_for`.
pub(crate) fn alert(name: &str, expr: &str, hold: &str, keep: &str) -> RuleSpec {
    let length = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    RuleSpec {
        alert: Some(name.to_owned()),
        expr: expr.to_owned(),
        hold: length(hold),
        keep_firing_for: length(keep),
        ..RuleSpec::default()
    }
}

pub(crate) fn group(rules: Vec<RuleSpec>) -> GroupSpec {
    GroupSpec { name: "g".to_owned(), rules, ..GroupSpec::default() }
}

pub(crate) fn checked(spec: GroupSpec) -> RuleGroup {
    let file = FileSpec { groups: vec![spec] };
    let groups = RuleGroup::check("f", file, STEP, &Templates::default()).expect("it is right");
    groups.into_iter().next().expect("one group")
}

/// A group that begins anew.
pub(crate) fn begun(spec: GroupSpec) -> GroupRun {
    GroupRun::new(checked(spec), Arc::new(Templates::default()), false)
}

/// A group after a restart.
pub(crate) fn restarted(spec: GroupSpec) -> GroupRun {
    GroupRun::new(checked(spec), Arc::new(Templates::default()), true)
}
