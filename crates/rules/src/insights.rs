//! What there is to say about a service, in words: the seed's three insights.
//!
//! * `performance_degradation`: `response_time` rises, over the range, by more than a tenth of its usual value,
//!   and the significance test is sure of it. The seed's own threshold (a slope above 0.1 per second) depends on
//!   the unit: it calls the noise of any slow service a rise, and misses rises of an hour.
//! * `high_error_rate`: the newest `error_rate` is above 5 (percent); for a service without that metric, the
//!   increase of `errors_total` is more than 5 % of that of `messages_processed_total`.
//! * `high_cpu_usage`: the newest `cpu_usage`, or else `cpu_percent`, is above 80.

use model::{
    Insight, Matcher, Millis, NAME, Point, SERVICE, Select, SelectError, Selection, SeriesPoints,
    ServiceInsights, Severity, TimeRange, is_stale_marker, to_seconds,
};
use std::collections::{BTreeMap, BTreeSet};

/// Rise over the range, as a share of the usual value, above which it is told.
const RISE: f64 = 0.1;
/// How unlikely a rise must be without any trend: insights look again and again, so one in twenty would be
/// told every few minutes.
const SURE: f64 = 0.01;
/// Share of failures in percent above which they are told (the seed's 0.05).
const ERROR_PERCENT: f64 = 5.0;
/// Busy share of the processor in percent above which it is told (the seed's).
const CPU_PERCENT: f64 = 80.0;

/// The insights about `service` from what `select` has in `range`; `now` is their time.
///
/// # Errors
/// [`SelectError`] when the data cannot be read.
pub fn find(
    select: &dyn Select,
    service: &str,
    range: TimeRange,
    now: Millis,
) -> Result<ServiceInsights, SelectError> {
    let series = |metric: &str| {
        let matchers = vec![Matcher::equal(NAME, metric), Matcher::equal(SERVICE, service)];
        select.select(&Selection::all(matchers).within(range))
    };
    let mut insights = Vec::new();
    insights.extend(series("response_time")?.iter().filter_map(slower));
    let rates = series("error_rate")?;
    if rates.is_empty() {
        insights.extend(failing(&series("errors_total")?, &series("messages_processed_total")?));
    } else {
        insights
            .extend(newest_above(&rates, ERROR_PERCENT).map(|(instance, value)| error_rate(instance, value)));
    }
    let mut metric = "cpu_usage";
    let mut loads = series(metric)?;
    if loads.is_empty() {
        metric = "cpu_percent";
        loads = series(metric)?;
    }
    insights.extend(newest_above(&loads, CPU_PERCENT).map(|(instance, value)| busy(metric, instance, value)));
    insights.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.kind.cmp(b.kind)));
    Ok(ServiceInsights { service_name: service.to_owned(), timestamp: now, insights })
}

fn slower(series: &SeriesPoints) -> Option<Insight> {
    let (first, last) = (series.points.first()?, series.points.last()?);
    let test = query::trend(&series.points).significance.filter(|test| test.p_value < SURE)?;
    let hours = to_seconds(last.t.saturating_sub(first.t)) / 3600.0;
    (test.relative_per_hour? * hours > RISE).then(|| Insight {
        kind: "performance_degradation",
        message: format!(
            "Response time is increasing: {:+.1} ms per hour (95 %: {:+.1} to {:+.1})",
            test.slope_per_hour, test.low_per_hour, test.high_per_hour
        ),
        severity: Severity::Warning,
        metric: "response_time".to_owned(),
        instance_id: series.series.instance().map(str::to_owned),
        value: test.slope_per_hour,
    })
}

fn error_rate(instance: Option<String>, percent: f64) -> Insight {
    Insight {
        kind: "high_error_rate",
        message: format!("Error rate is {percent:.2}%"),
        severity: Severity::Error,
        metric: "error_rate".to_owned(),
        instance_id: instance,
        value: percent,
    }
}

fn busy(metric: &str, instance: Option<String>, percent: f64) -> Insight {
    Insight {
        kind: "high_cpu_usage",
        message: format!("CPU usage is {percent:.1}%"),
        severity: Severity::Warning,
        metric: metric.to_owned(),
        instance_id: instance,
        value: percent,
    }
}

/// Instances whose failures are too large a share of their messages.
fn failing(errors: &[SeriesPoints], messages: &[SeriesPoints]) -> Vec<Insight> {
    let increases = |all: &[SeriesPoints]| {
        let mut sums: BTreeMap<Option<String>, f64> = BTreeMap::new();
        for one in all {
            *sums.entry(one.series.instance().map(str::to_owned)).or_default() +=
                query::increase(&one.points);
        }
        sums
    };
    let messages = increases(messages);
    let share = |instance: &Option<String>, failed: f64| {
        let handled = messages.get(instance).copied().filter(|handled| *handled > 0.0)?;
        Some(100.0 * failed / handled)
    };
    let shares = increases(errors).into_iter().filter_map(|(instance, failed)| {
        let percent = share(&instance, failed)?;
        (percent > ERROR_PERCENT).then(|| error_rate(instance, percent))
    });
    shares.collect()
}

/// The newest value of each instance that is above `limit`.
fn newest_above(all: &[SeriesPoints], limit: f64) -> impl Iterator<Item = (Option<String>, f64)> {
    let mut newest: BTreeMap<Option<String>, Point> = BTreeMap::new();
    for one in all {
        // A series that ended has no newest value.
        let Some(last) = one.points.last().filter(|point| !is_stale_marker(point.v)) else { continue };
        let known = newest.entry(one.series.instance().map(str::to_owned)).or_insert(*last);
        if last.t > known.t {
            *known = *last;
        }
    }
    newest.into_iter().map(|(instance, point)| (instance, point.v)).filter(move |(_, value)| *value > limit)
}

/// What an insight is about: kind, metric, instance.
type Topic = (&'static str, String, Option<String>);

/// Remembers what was said about each service, so that nothing is said twice.
#[derive(Debug, Default)]
pub struct InsightWatch {
    said: BTreeMap<String, BTreeSet<Topic>>,
}

impl InsightWatch {
    /// Whether `found` says something else than the last time about its service; numbers that moved are no
    /// news.
    pub fn changed(&mut self, found: &ServiceInsights) -> bool {
        let topics: BTreeSet<Topic> = found
            .insights
            .iter()
            .map(|insight| (insight.kind, insight.metric.clone(), insight.instance_id.clone()))
            .collect();
        let before = if topics.is_empty() {
            self.said.remove(&found.service_name)
        } else {
            self.said.insert(found.service_name.clone(), topics.clone())
        };
        before.unwrap_or_default() != topics
    }
}
