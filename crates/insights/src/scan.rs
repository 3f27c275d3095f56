//! One walk through all services: metric by metric, so that whoever calls can stop in between.
//!
//! What is found on the way is only a suspicion: many series are looked at, and some look odd by chance. At the end of the walk all
//! tests are weighed against each other, and [`crate::Table`] sees what lasts.

use crate::bounds::{Bound, natural, size_of};
use crate::discovery::threshold;
use crate::examine::{LEVEL, Subject, lately, total};
use crate::finding::{Finding, Kind};
use crate::peers::{FEWEST, outlier};
use crate::regular::Regular;
use crate::season::Profile;
use model::{
    Bucket, Facts, INSTANCE, Labels, Matcher, MetricKind, Millis, NAME, SERVICE, Select, SelectError,
    Selection, Series, TimeRange, limits,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;

/// How far back is "now" for a rate of failures and among peers.
const LATELY: Millis = 30 * limits::MINUTE;
/// Hours of the window.
const HOURS: i64 = limits::INSIGHT_WINDOW / limits::HOUR;

/// A walk that is under way.
#[derive(Debug)]
pub struct Scan {
    services: VecDeque<String>,
    service: String,
    metrics: VecDeque<String>,
    bounds: Vec<Bound>,
    now: Millis,
    with_seasons: bool,
    found: Vec<Finding>,
    tests: usize,
    left_out: usize,
}

/// What a walk found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Round {
    /// What may be told if it lasts.
    pub discoveries: Vec<Finding>,
    /// What may go on if it was told.
    pub hints: Vec<Finding>,
    /// Whether hours of the day were looked at, too.
    pub with_seasons: bool,
    /// How many tests there were.
    pub tests: usize,
    /// Series and findings that were left out because there are too many.
    pub left_out: usize,
}

/// A series, and what is looked at of it.
struct Looked {
    series: Arc<Series>,
    values: Regular,
    is_rate: bool,
}

impl Scan {
    /// A walk through `services` at `now`. Hours of the day are worth a look once an hour only.
    #[must_use]
    pub fn new(services: Vec<String>, bounds: Vec<Bound>, now: Millis, with_seasons: bool) -> Self {
        Self {
            services: services.into(),
            service: String::new(),
            metrics: VecDeque::new(),
            bounds,
            now,
            with_seasons,
            found: Vec::new(),
            tests: 0,
            left_out: 0,
        }
    }

    /// Looks at one metric of one service. Breaks when all have been looked at.
    ///
    /// # Errors
    /// [`SelectError`] when its data cannot be read; the next step is that of the next metric.
    pub fn step(&mut self, select: &dyn Select) -> Result<ControlFlow<()>, SelectError> {
        if let Some(metric) = self.metrics.pop_front() {
            self.look(select, &metric)?;
            return Ok(ControlFlow::Continue(()));
        }
        let Some(service) = self.services.pop_front() else { return Ok(ControlFlow::Break(())) };
        let matchers = vec![Matcher::equal(SERVICE, &*service)];
        let selection = Selection::all(matchers).within(TimeRange::last(limits::INSIGHT_WINDOW, self.now));
        let mut names = BTreeSet::new();
        select.each_labels(&selection, &mut |labels| {
            if let Some(name) =
                labels.get(NAME).filter(|name| !name.ends_with("_bucket") && !names.contains(*name))
            {
                names.insert(name.to_owned());
            }
            ControlFlow::Continue(())
        })?;
        (self.service, self.metrics) = (service, names.into_iter().collect());
        Ok(ControlFlow::Continue(()))
    }

    /// Weighs what was found.
    #[must_use]
    pub fn finish(self) -> Round {
        let mut tested: Vec<f64> = self
            .found
            .iter()
            .filter(|one| one.kind != Kind::LimitAhead)
            .filter_map(|one| one.p_value)
            .collect();
        let line = threshold(&mut tested, self.tests, LEVEL);
        let is_discovery =
            |one: &Finding| one.is_large && one.p_value.is_none_or(|p| line.is_some_and(|line| p <= line));
        let (discoveries, hints) = self.found.into_iter().partition(is_discovery);
        Round {
            discoveries,
            hints,
            with_seasons: self.with_seasons,
            tests: self.tests,
            left_out: self.left_out,
        }
    }

    fn look(&mut self, select: &dyn Select, metric: &str) -> Result<(), SelectError> {
        let all = self.read(select, metric)?;
        let sizes = self.sizes(select, metric)?;
        for looked in &all {
            let labels = looked.series.labels();
            let subject = self.subject(looked);
            let mut bounds: Vec<Bound> =
                self.bounds.iter().filter(|bound| bound.metric == metric).cloned().collect();
            bounds.extend(natural(metric));
            bounds.extend(sizes.get(&nameless(labels, &[NAME])).map(|size| Bound {
                metric: metric.to_owned(),
                value: *size,
                is_above: true,
                name: "all there is".to_owned(),
            }));
            let (tests, mut found) = subject.course(if looked.is_rate { &[] } else { &bounds });
            if !found.is_empty() && self.is_daily(select, looked, &found)? {
                found.clear();
            }
            found.extend(subject.present());
            self.tests += tests;
            self.keep(found);
        }
        self.compare(&all);
        if metric == "errors_total" {
            self.failures(select, &all)?;
        }
        if self.with_seasons {
            self.seasons(select, &all)?;
        }
        Ok(())
    }

    fn subject<'a>(&self, looked: &'a Looked) -> Subject<'a> {
        Subject {
            labels: looked.series.labels(),
            series: &looked.values,
            is_rate: looked.is_rate,
            now: self.now,
        }
    }

    /// The series of a metric over the window.
    fn read(&mut self, select: &dyn Select, metric: &str) -> Result<Vec<Looked>, SelectError> {
        let range = TimeRange::last(limits::INSIGHT_WINDOW, self.now);
        let (mut all, mut too_many) = (Vec::new(), 0);
        let selection = Selection::all(self.matchers(metric)).within(range);
        each(select, &selection, limits::INSIGHT_STEP, &mut |looked| {
            if all.len() < limits::INSIGHT_SERIES {
                all.push(looked);
                return ControlFlow::Continue(());
            }
            too_many += 1;
            ControlFlow::Break(())
        })?;
        self.left_out += too_many;
        Ok(all)
    }

    fn matchers(&self, metric: &str) -> Vec<Matcher> {
        vec![Matcher::equal(NAME, metric), Matcher::equal(SERVICE, &*self.service)]
    }

    /// How much there is of what a metric says is used, by the labels without the name.
    fn sizes(&self, select: &dyn Select, metric: &str) -> Result<BTreeMap<Labels, f64>, SelectError> {
        let Some(size) = size_of(metric) else { return Ok(BTreeMap::new()) };
        let range = TimeRange::last(limits::INSIGHT_WINDOW, self.now);
        let mut sizes = BTreeMap::new();
        select.each(
            &Selection::all(self.matchers(&size)).within(range).newest(1),
            &mut |series, columns| {
                let size = columns.values.last().copied().filter(|size| size.is_finite() && *size > 0.0);
                sizes.extend(size.map(|size| (nameless(series.labels(), &[NAME]), size)));
                if sizes.len() < limits::INSIGHT_SERIES {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            },
        )?;
        Ok(sizes)
    }

    /// Whether the course of a series is that of every day.
    fn is_daily(&self, select: &dyn Select, looked: &Looked, found: &[Finding]) -> Result<bool, SelectError> {
        let Some(first) = found.first() else { return Ok(false) };
        let values = looked.values.values();
        let before = values.first().copied().unwrap_or(0.0);
        #[expect(clippy::cast_precision_loss, reason = "a few hours")]
        let rise = if first.kind == Kind::Trend { first.value * HOURS as f64 } else { first.value - before };
        let matchers =
            looked.series.labels().iter().map(|(name, value)| Matcher::equal(name, value)).collect();
        let mut is_daily = false;
        let wanted = looked.series.labels();
        each(select, &Selection::all(matchers).within(self.days()), limits::HOUR, &mut |hours| {
            if hours.series.labels() != wanted {
                return ControlFlow::Continue(());
            }
            is_daily = Profile::of(&hours.values).is_usual_rise(HOURS, rise);
            ControlFlow::Break(())
        })?;
        Ok(is_daily)
    }

    fn days(&self) -> TimeRange {
        TimeRange::last(limits::INSIGHT_DAYS + limits::DAY, self.now)
    }

    /// Series that differ in nothing but the instance, beside each other.
    fn compare(&mut self, all: &[Looked]) {
        let mut groups: BTreeMap<Labels, Vec<(&Looked, f64)>> = BTreeMap::new();
        for looked in all {
            let value = lately(&looked.values, self.now - LATELY);
            if let Some(value) = value.filter(|_| looked.series.labels().get(INSTANCE).is_some()) {
                groups
                    .entry(nameless(looked.series.labels(), &[INSTANCE]))
                    .or_default()
                    .push((looked, value));
            }
        }
        for group in groups.into_values().filter(|group| group.len() >= FEWEST) {
            let values: Vec<f64> = group.iter().map(|(_, value)| *value).collect();
            for (place, (looked, value)) in group.iter().enumerate() {
                let Some(outlier) = outlier(&values, place) else { continue };
                self.tests += 1;
                if outlier.p_value <= LEVEL {
                    let found = self.subject(looked).among(*value, values.len() - 1, &outlier);
                    self.keep(vec![found]);
                }
            }
        }
    }

    /// Failures of each instance beside what it handled.
    fn failures(&mut self, select: &dyn Select, all: &[Looked]) -> Result<(), SelectError> {
        let since = self.now - LATELY;
        let mut handled: BTreeMap<Option<String>, f64> = BTreeMap::new();
        for one in self.read(select, "messages_processed_total")? {
            let instance = one.series.instance().map(str::to_owned);
            *handled.entry(instance).or_default() += total(&one.values, since);
        }
        let mut failed: BTreeMap<Option<String>, (&Looked, f64)> = BTreeMap::new();
        for one in all.iter().filter(|one| one.is_rate) {
            let instance = one.series.instance().map(str::to_owned);
            failed.entry(instance).or_insert((one, 0.0)).1 += total(&one.values, since);
        }
        let found: Vec<Finding> = failed
            .iter()
            .filter_map(|(instance, (one, failed))| {
                self.subject(one).failures(*failed, *handled.get(instance)?)
            })
            .collect();
        self.keep(found);
        Ok(())
    }

    /// The newest full hour beside the same hour of other days.
    fn seasons(&mut self, select: &dyn Select, all: &[Looked]) -> Result<(), SelectError> {
        let Some(metric) = all.first().map(|one| one.series.name().to_owned()) else { return Ok(()) };
        let (now, mut tests, mut found, mut looked_at) = (self.now, 0, Vec::new(), 0);
        each(
            select,
            &Selection::all(self.matchers(&metric)).within(self.days()),
            limits::HOUR,
            &mut |hours| {
                let anomaly = Profile::of(&hours.values).newest();
                if let Some(anomaly) = anomaly.filter(|anomaly| now - anomaly.end < limits::HOUR) {
                    tests += 1;
                    let (labels, series) = (hours.series.labels(), &hours.values);
                    let subject = Subject { labels, series, is_rate: hours.is_rate, now };
                    found.extend((anomaly.p_value <= LEVEL).then(|| subject.odd(&anomaly)));
                }
                looked_at += 1;
                if looked_at < limits::INSIGHT_SERIES {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            },
        )?;
        self.tests += tests;
        self.keep(found);
        Ok(())
    }

    fn keep(&mut self, found: Vec<Finding>) {
        let room = limits::INSIGHT_FINDINGS.saturating_sub(self.found.len());
        self.left_out += found.len().saturating_sub(room);
        self.found.extend(found.into_iter().take(room));
    }
}

/// Gives `take` the series of a selection as means or rates over stretches of `step`.
fn each(
    select: &dyn Select,
    selection: &Selection,
    step: Millis,
    take: &mut dyn FnMut(Looked) -> ControlFlow<()>,
) -> Result<(), SelectError> {
    let facts = Facts { edges: true, sum: true, resets: true, ..Facts::default() };
    select.each_bucket(selection, step, facts, &mut |series, buckets: &[Bucket]| {
        let is_rate = series.kind() == MetricKind::Counter || series.name().ends_with("_total");
        let values = if is_rate { Regular::rates(buckets, step) } else { Regular::means(buckets, step) };
        take(Looked { series: Arc::clone(series), values, is_rate })
    })
}

/// The labels without some.
fn nameless(labels: &Labels, without: &[&str]) -> Labels {
    Labels::new(labels.iter().filter(|(name, _)| !without.contains(name)))
}
