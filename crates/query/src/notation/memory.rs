//! A store of what is written down: series with numbers and native histograms, in memory.

use crate::notation::series::{Item, SeriesLine};
use model::{
    Columns, Histogram, HistogramColumns, Labels, Matcher, MetricKind, Millis, Part, SampleType, Select,
    SelectError, Selection, Series, TakeHistograms, TakeSeries, TimeRange,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Series, ordered by labels.
#[derive(Debug, Default)]
pub struct Memory {
    kept: BTreeMap<Labels, Kept>,
}

#[derive(Debug)]
struct Kept {
    series: Arc<Series>,
    floats: BTreeMap<Millis, f64>,
    histograms: BTreeMap<Millis, Histogram>,
}

/// A series of a [`Memory`]: its labels, its numbers and its histograms by time.
pub type Written<'a> = (&'a Labels, &'a BTreeMap<Millis, f64>, &'a BTreeMap<Millis, Histogram>);

impl Memory {
    /// Takes the values of a series, the first at 0 and one each `step`. They add to what there is.
    pub fn load(&mut self, line: &SeriesLine, step: Millis) {
        for (t, item) in times(step).zip(&line.items) {
            match item {
                Item::Gap => {}
                Item::Float(value) => self.add_float(&line.labels, t, *value),
                Item::Histogram(one) => self.add_histogram(&line.labels, t, (&one.histogram).into()),
            }
        }
    }

    /// All that there is.
    pub fn all(&self) -> impl Iterator<Item = Written<'_>> {
        self.kept.iter().map(|(labels, kept)| (labels, &kept.floats, &kept.histograms))
    }

    /// Adds a number.
    pub fn add_float(&mut self, labels: &Labels, t: Millis, value: f64) {
        self.of(labels).floats.insert(t, value);
    }

    /// Adds a histogram.
    pub fn add_histogram(&mut self, labels: &Labels, t: Millis, histogram: Histogram) {
        self.of(labels).histograms.insert(t, histogram);
    }

    fn of(&mut self, labels: &Labels) -> &mut Kept {
        self.kept.entry(labels.clone()).or_insert_with(|| Kept {
            series: Arc::new(Series::new(labels.clone(), MetricKind::Gauge)),
            floats: BTreeMap::new(),
            histograms: BTreeMap::new(),
        })
    }

    fn selected<'a>(&'a self, matchers: &'a [Matcher]) -> impl Iterator<Item = &'a Kept> {
        self.kept.values().filter(|kept| matchers.iter().all(|matcher| matcher.matches(&kept.series)))
    }
}

/// The times of a series' values.
pub fn times(step: Millis) -> impl Iterator<Item = Millis> {
    (0..).map(move |number| step.saturating_mul(number))
}

/// What is in the range; of that the newest, if so many are asked for.
fn within<V: Clone>(
    all: &BTreeMap<Millis, V>,
    range: TimeRange,
    newest: Option<usize>,
) -> (Vec<Millis>, Vec<V>) {
    if range.start > range.end {
        return (Vec::new(), Vec::new());
    }
    let found: Vec<_> = all.range(range.start..=range.end).collect();
    let skipped = newest.map_or(0, |newest| found.len().saturating_sub(newest));
    found.into_iter().skip(skipped).map(|(t, value)| (*t, value.clone())).unzip()
}

impl Select for Memory {
    fn each(&self, selection: &Selection, take: &mut TakeSeries<'_>) -> Result<(), SelectError> {
        if selection.samples == SampleType::HistogramParts {
            return Err(SelectError("this store does not keep histograms in parts".to_owned()));
        }
        for kept in self.selected(&selection.matchers) {
            let (times, values) = within(&kept.floats, selection.range, selection.newest);
            let columns = Columns { times: &times, values: &values };
            if !columns.is_empty() && take(&kept.series, columns).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn each_histogram(
        &self,
        selection: &Selection,
        take: &mut TakeHistograms<'_>,
    ) -> Result<(), SelectError> {
        for kept in self.selected(&selection.matchers) {
            let (times, histograms) = within(&kept.histograms, selection.range, selection.newest);
            let columns = columns(times, &histograms);
            if !columns.is_empty() && take(kept.series.labels(), &columns) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn series_count(&self) -> usize {
        self.kept.len()
    }
}

fn columns(times: Vec<Millis>, histograms: &[Histogram]) -> HistogramColumns {
    let mut parts: BTreeMap<Part, Vec<f64>> = BTreeMap::new();
    for (at, histogram) in histograms.iter().enumerate() {
        for (part, value) in histogram.parts() {
            let absent = if matches!(part, Part::Bound(_)) { f64::NAN } else { 0.0 };
            let column = parts.entry(part).or_insert_with(|| vec![absent; histograms.len()]);
            if let Some(place) = column.get_mut(at) {
                *place = value;
            }
        }
    }
    HistogramColumns { times, parts }
}
