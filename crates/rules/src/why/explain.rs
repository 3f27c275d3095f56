//! Reads what was before an alert, and chooses what is worth telling.

use super::explanation::{Changed, Explanation, Peers, before, map};
use super::relation::Relation;
use super::shift::{Shift, shift};
use model::{
    Alert, INSTANCE, Labels, Matcher, MetricKind, Millis, NAME, Point, SERVICE, Select, SelectError,
    Selection, Series, TimeRange, limits, to_seconds,
};
use std::ops::ControlFlow;

/// An alert, and what is known of it besides samples.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// The metrics that its rule speaks of: these are no explanation.
    pub own: &'a [String],
    /// When the process of its service started, if that is known.
    pub started: Option<Millis>,
    /// The time up to which samples are looked at.
    pub now: Millis,
}

/// How far back is looked for what is usual, …
const USUAL: Millis = 30 * limits::MINUTE;
/// … and for changes.
const LATELY: Millis = 10 * limits::MINUTE;
/// What is less clear is no change, …
const CLEAR: f64 = 3.5;
/// … unless all samples lie beyond all before by so many times what is usual: then few samples are enough.
const LARGE: f64 = 10.0;

/// What explains an alert.
///
/// # Errors
/// [`SelectError`] if samples cannot be read.
pub fn explain(question: &Question<'_>, select: &dyn Select) -> Result<Explanation, SelectError> {
    let Question { alert, now, .. } = *question;
    let mut search = Search {
        labels: Labels::new(&alert.labels),
        question,
        found: Vec::new(),
        own: Vec::new(),
        looked_at: 0,
        truncated: false,
    };
    let range = TimeRange { start: alert.timestamp.saturating_sub(USUAL), end: now };
    let service = alert.service_name.as_str();
    let mut others = vec![Matcher::not_equal(NAME, "")];
    if !service.is_empty() {
        search.read(select, vec![Matcher::equal(SERVICE, service)], range)?;
        others.push(Matcher::not_equal(SERVICE, service));
    }
    search.read(select, others, range)?;
    let peers = search.peers();
    let onset = search.onset();
    search.found.sort_by(|a, b| worth(b, onset).total_cmp(&worth(a, onset)));
    let hour = |ago: &f64| *ago < 3600.0;
    Ok(Explanation {
        // Alerts of rule files have none, and of words it is 0.
        threshold: Some(alert.threshold).filter(|threshold| *threshold != 0.0),
        value: alert.value,
        changed: search.found.into_iter().map(|found| found.changed).take(limits::EXPLAINED).collect(),
        peers,
        started_before: question
            .started
            .filter(|started| *started <= alert.timestamp)
            .map(|started| before(alert.timestamp, started))
            .filter(hour),
        series: search.looked_at,
        truncated: search.truncated,
    })
}

/// A change that was found.
struct Found {
    shift: Shift,
    size: f64,
    changed: Changed,
}

/// What was found so far.
struct Search<'a> {
    question: &'a Question<'a>,
    /// The alert's.
    labels: Labels,
    found: Vec<Found>,
    /// How the series of the rule's own metrics changed: the instance, and the change if there was one.
    own: Vec<(String, Option<Shift>)>,
    looked_at: usize,
    truncated: bool,
}

impl Search<'_> {
    fn read(
        &mut self,
        select: &dyn Select,
        matchers: Vec<Matcher>,
        range: TimeRange,
    ) -> Result<(), SelectError> {
        let selection = Selection::all(matchers).within(range);
        select.each(&selection, &mut |series, columns| {
            if self.looked_at >= limits::EXPLAIN_SERIES {
                self.truncated = true;
                return ControlFlow::Break(());
            }
            self.looked_at += 1;
            let points: Vec<Point> = columns.points().collect();
            self.look(series, points);
            ControlFlow::Continue(())
        })
    }

    fn look(&mut self, series: &Series, points: Vec<Point>) {
        let Question { alert, own, .. } = *self.question;
        if series.name() == "ALERTS" || series.name() == "ALERTS_FOR_STATE" {
            return;
        }
        let is_rate = is_counter(series, &points);
        let points = if is_rate { rates(&points) } else { points };
        let since = alert.timestamp.saturating_sub(LATELY);
        let found = shift(&points, since).map(|shift| (shift, size(&shift, &points)));
        let found =
            found.filter(|(shift, size)| shift.z.abs() >= CLEAR || (shift.is_apart && *size >= LARGE));
        let labels = series.labels();
        if own.iter().any(|name| name == series.name()) {
            let instance = labels.get(INSTANCE).unwrap_or_default().to_owned();
            self.own.push((instance, found.map(|(shift, _)| shift)));
            return;
        }
        let Some((shift, size)) = found else { return };
        let relation = Relation::of(labels, &alert.service_name, &alert.instance_id, &self.labels);
        let changed = Changed {
            labels: map(labels),
            relation,
            before: shift.before,
            after: shift.after,
            is_rate,
            seconds_before: before(alert.timestamp, shift.at),
            z: shift.z,
        };
        self.found.push(Found { shift, size, changed });
    }

    /// When the alert's own series changed; if that is not seen, when it began.
    fn onset(&self) -> Millis {
        let alert = self.question.alert;
        let own = self.own.iter().filter(|(instance, _)| *instance == alert.instance_id);
        own.filter_map(|(_, shift)| Some(shift.as_ref()?.at)).min().unwrap_or(alert.timestamp)
    }

    /// How many other instances have the alert's series, and changed like it.
    fn peers(&self) -> Option<Peers> {
        let instance = self.question.alert.instance_id.as_str();
        if instance.is_empty() {
            return None;
        }
        let is_up = self.own.iter().find(|(own, _)| own == instance)?.1.map(|shift| shift.z > 0.0);
        let others = || self.own.iter().filter(|(own, _)| own != instance);
        let is_alike = |shift: &Option<Shift>| is_up.is_some() && shift.map(|shift| shift.z > 0.0) == is_up;
        Some(Peers { all: others().count(), alike: others().filter(|(_, shift)| is_alike(shift)).count() })
    }
}

/// How large a change is beside what is usual: the medians' distance in medians of distances.
fn size(shift: &Shift, points: &[Point]) -> f64 {
    let usual: Vec<Point> = points.iter().copied().filter(|point| point.t < shift.at).collect();
    let distances: Vec<Point> =
        usual.iter().map(|point| Point { v: (point.v - shift.before).abs(), ..*point }).collect();
    let usual = super::shift::median(&distances).unwrap_or(0.0).max(shift.before.abs() * 1e-3).max(1e-9);
    ((shift.after - shift.before).abs() / usual).min(MOST_SIZE)
}

/// What is clearer than that is as clear: an old change has many samples, and is no better explanation for it.
const MOST_CLEAR: f64 = 6.0;
/// Nor is what is larger than that.
const MOST_SIZE: f64 = 1e3;
/// What a minute counts by which a change was before that of the alert's own series: causes come shortly before …
const EARLIER: f64 = 1.0;
/// … and what comes after it is rather what follows.
const LATER: f64 = 3.0;

/// How much a change is worth telling: how clear it is, how large, how near, and how shortly before `onset`.
fn worth(found: &Found, onset: Millis) -> f64 {
    let minutes = to_seconds(onset.saturating_sub(found.shift.at)) / 60.0;
    let untimely = if minutes >= 0.0 { EARLIER * minutes } else { -LATER * minutes };
    found.shift.z.abs().min(MOST_CLEAR) + (1.0 + found.size).ln() + found.changed.relation.weight() - untimely
}

/// Whether it only rises, as a total does: its kind says so, or its name.
fn is_counter(series: &Series, points: &[Point]) -> bool {
    let is_total = series.kind() == MetricKind::Counter
        || ["_total", "_count", "_sum", "_bucket"].iter().any(|end| series.name().ends_with(end));
    is_total && points.len() > 1
}

/// The changes of a counter each second, from sample to sample.
fn rates(points: &[Point]) -> Vec<Point> {
    let pairs = points.iter().zip(points.iter().skip(1));
    let rate = |(a, b): (&Point, &Point)| {
        let seconds = before(b.t, a.t);
        let rise = if b.v >= a.v { b.v - a.v } else { b.v };
        (seconds > 0.0).then(|| Point { t: b.t, v: rise / seconds })
    };
    pairs.filter_map(rate).collect()
}
