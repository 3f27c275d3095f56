//! What is usual of a metric of a service.

use super::shape::Quantiles;
use crate::trial::TrialError;
use model::{
    Columns, Matcher, MetricKind, Millis, NAME, SERVICE, Select, Selection, Series, TimeRange,
    is_stale_marker, limits,
};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What was learnt.
#[derive(Debug, Clone)]
pub(super) struct Learnt {
    /// The values in their order; of a counter, rates a second.
    pub(super) sorted: Vec<f64>,
    /// Whether they are rates, and over how long.
    pub(super) window: Option<Millis>,
    pub(super) series: Vec<Arc<Series>>,
    /// From the first sample to where the next after the last would have been.
    pub(super) range: TimeRange,
    /// The usual time from one sample to the next.
    pub(super) spacing: Millis,
}

/// Lengths over which rates are taken, the first that has four samples.
const WINDOWS: [Millis; 4] = [5 * limits::MINUTE, 15 * limits::MINUTE, limits::HOUR, 6 * limits::HOUR];

/// Learns from what is kept, or says why nothing is to be learnt.
///
/// # Errors
/// It cannot be read.
pub(super) fn learn(
    select: &dyn Select,
    (service, metric): (&str, &str),
    range: TimeRange,
) -> Result<Result<Learnt, String>, TrialError> {
    let matchers = vec![Matcher::equal(NAME, metric), Matcher::equal(SERVICE, service)];
    let mut gauge = Found::default();
    let mut counter = Found::default();
    let mut is_too_much = false;
    select.each(&Selection::all(matchers).within(range), &mut |series, columns| {
        let is_counter = series.kind() == MetricKind::Counter || metric.ends_with("_total");
        let found = if is_counter { &mut counter } else { &mut gauge };
        found.take(series, columns, is_counter);
        is_too_much = gauge.values.len() + counter.values.len() > limits::SUGGEST_VALUES;
        if is_too_much { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if is_too_much {
        return Ok(Err(format!("more than {} values: ask for fewer days", limits::SUGGEST_VALUES)));
    }
    Ok(if counter.series.len() > gauge.series.len() { counter } else { gauge }.learnt(range))
}

/// What is read.
#[derive(Default)]
struct Found {
    values: Vec<f64>,
    window: Option<Millis>,
    series: Vec<Arc<Series>>,
    range: Option<TimeRange>,
    spacing: Millis,
}

impl Found {
    fn take(&mut self, series: &Arc<Series>, columns: Columns<'_>, is_counter: bool) {
        let points: Vec<(Millis, f64)> = columns
            .points()
            .filter(|point| !is_stale_marker(point.v) && point.v.is_finite())
            .map(|point| (point.t, point.v))
            .collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        self.series.push(Arc::clone(series));
        let range = self.range.get_or_insert(TimeRange { start: first.0, end: last.0 });
        *range = TimeRange { start: range.start.min(first.0), end: range.end.max(last.0) };
        let spacing = spacing(&points);
        self.spacing = self.spacing.max(spacing);
        if is_counter {
            let longest = WINDOWS.last().copied().unwrap_or(limits::HOUR);
            let four = 4 * spacing;
            let window = WINDOWS.into_iter().find(|window| *window >= four).unwrap_or(longest);
            let window = self.window.map_or(window, |known| known.max(window));
            self.window = Some(window);
            self.values.extend(rates(&points, window));
        } else {
            self.values.extend(points.iter().map(|(_, value)| *value));
        }
    }

    /// What is learnt, of the range that was asked for.
    fn learnt(self, asked: TimeRange) -> Result<Learnt, String> {
        let Some(mut range) = self.range else { return Err("there is no number".to_owned()) };
        // A sample stands for the time until the next.
        range.end = range.end.saturating_add(self.spacing).min(asked.end);
        let known = range.end - range.start;
        if known < limits::SUGGEST_KNOWN {
            let hours = known / limits::HOUR;
            return Err(format!("too little history: {hours} hours of samples, two days are needed"));
        }
        let mut sorted = self.values;
        if sorted.len() < limits::SUGGEST_LEAST {
            let count = sorted.len();
            return Err(format!("too little history: {count} values, {} are needed", limits::SUGGEST_LEAST));
        }
        sorted.sort_unstable_by(f64::total_cmp);
        match sorted.chunk_by(|one, next| one == next).take(limits::SUGGEST_DIFFERENT).count() {
            1 => return Err("it is constant".to_owned()),
            count if count < limits::SUGGEST_DIFFERENT => {
                return Err(format!("it has {count} different values: it is a switch"));
            }
            _ => {}
        }
        Ok(Learnt { sorted, window: self.window, series: self.series, range, spacing: self.spacing })
    }
}

/// The middle of the times from one sample to the next.
fn spacing(points: &[(Millis, f64)]) -> Millis {
    let mut pauses: Vec<Millis> =
        points.windows(2).filter_map(|two| Some(two.last()?.0 - two.first()?.0)).collect();
    pauses.sort_unstable();
    pauses.get(pauses.len() / 2).copied().unwrap_or(0)
}

/// What a counter rose by, a second, in the window up to each sample.
fn rates(points: &[(Millis, f64)], window: Millis) -> Vec<f64> {
    let mut rates = Vec::with_capacity(points.len());
    // What it rose by since the first sample, falls left out: what falls began anew.
    let (mut risen, mut sum, mut last) = (Vec::with_capacity(points.len()), 0.0, None);
    for (_, value) in points {
        sum += last.map_or(0.0, |last| if *value >= last { value - last } else { *value });
        last = Some(*value);
        risen.push(sum);
    }
    let mut first = 0;
    for ((t, _), risen_now) in points.iter().zip(&risen) {
        while points.get(first).is_some_and(|(start, _)| *start <= t.saturating_sub(window)) {
            first += 1;
        }
        if let (Some((start, _)), Some(risen_then)) = (points.get(first), risen.get(first))
            && start < t
        {
            rates.push((risen_now - risen_then) / model::to_seconds(t - start));
        }
    }
    rates
}

impl Learnt {
    /// The value below which `share` of all lie.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank lies between 0 and the length"
        )]
        let rank = (share * self.sorted.len().saturating_sub(1) as f64).round() as usize;
        self.sorted.get(rank).copied().unwrap_or(f64::NAN)
    }

    /// How the values lie.
    pub(super) fn quantiles(&self) -> Quantiles {
        Quantiles {
            min: self.quantile(0.0),
            p01: self.quantile(0.01),
            p05: self.quantile(0.05),
            p50: self.quantile(0.5),
            p95: self.quantile(0.95),
            p99: self.quantile(0.99),
            max: self.quantile(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{rates, spacing};

    #[test]
    fn a_counter_is_learnt_by_what_it_rises_and_may_begin_anew() {
        let points = [(0, 10.0), (60_000, 16.0), (120_000, 4.0), (400_000, 400.0), (460_000, 406.0)];
        assert_eq!(spacing(&points), 60_000);
        assert_eq!(rates(&points, 300_000), [0.1, 10.0 / 120.0, 396.0 / 280.0, 0.1]);
        assert_eq!(rates(&points, 100_000), [0.1, 4.0 / 60.0, 0.1], "over a pause nothing is known");
    }
}
