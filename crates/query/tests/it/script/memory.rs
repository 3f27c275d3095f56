//! The store of a script.

use super::command::Load;
use super::nhcb;
use super::series::{Item, ScriptSeries};
use model::{
    Columns, Histogram, HistogramColumns, Labels, Matcher, MetricKind, Millis, Part, SampleType, Select,
    SelectError, Selection, Series, TakeHistograms, TakeSeries, TimeRange,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Series, ordered by labels.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    kept: BTreeMap<Labels, Kept>,
    /// Another one after each loading.
    generation: u64,
}

/// Of all stores, how often something was loaded.
static LOADED: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
struct Kept {
    series: Arc<Series>,
    floats: BTreeMap<Millis, f64>,
    histograms: BTreeMap<Millis, Histogram>,
}

impl Memory {
    /// Takes what a command loads; it adds to what there is.
    pub(crate) fn load(&mut self, load: &Load) {
        self.generation = LOADED.fetch_add(1, Ordering::Relaxed) + 1;
        // Of series with the same labels the last counts.
        let last: BTreeMap<&Labels, &ScriptSeries> =
            load.series.iter().map(|series| (&series.labels, series)).collect();
        for (labels, series) in &last {
            for (t, item) in times(load.step).zip(&series.items) {
                match item {
                    Item::Gap => {}
                    Item::Float(value) => self.add_float(labels, t, *value),
                    Item::Histogram(one) => self.add_histogram(labels, t, (&one.histogram).into()),
                }
            }
        }
        if load.with_nhcb {
            for (labels, t, histogram) in nhcb::histograms(last.into_values(), load.step) {
                self.add_histogram(&labels, t, histogram);
            }
        }
    }

    /// A number that no store with other content has.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// All that there is.
    pub(crate) fn all(
        &self,
    ) -> impl Iterator<Item = (&Labels, &BTreeMap<Millis, f64>, &BTreeMap<Millis, Histogram>)> {
        self.kept.iter().map(|(labels, kept)| (labels, &kept.floats, &kept.histograms))
    }

    /// Adds a number.
    pub(crate) fn add_float(&mut self, labels: &Labels, t: Millis, value: f64) {
        self.of(labels).floats.insert(t, value);
    }

    /// Adds a histogram.
    pub(crate) fn add_histogram(&mut self, labels: &Labels, t: Millis, histogram: Histogram) {
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
pub(crate) fn times(step: Millis) -> impl Iterator<Item = Millis> {
    (0..).map(move |number| number * step)
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
            column[at] = value;
        }
    }
    HistogramColumns { times, parts }
}
