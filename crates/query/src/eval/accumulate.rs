//! Aggregations that take in one series after the other and keep none of them.

use crate::annotation::{Meeting, Note};
use crate::eval::cells::{Cells, Sample};
use crate::eval::context::Context;
use crate::eval::meeting::tell;
use crate::eval::over_time::quantile;
use crate::histogram::{FloatHistogram, Mean as HistogramMean, MixedSchemas, Notes, Total};
use crate::moments::{Mean, Variance};
use crate::syntax::{AggregateOp, Span};
use model::Kahan;
use std::sync::Arc;

/// What an aggregation has to know beside the series.
pub(crate) struct Frame<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) op: AggregateOp,
    pub(crate) steps: usize,
    /// The first argument at each time, of those that have one.
    pub(crate) param: Vec<f64>,
    /// Where what is aggregated stands.
    pub(crate) span: Span,
}

/// One group, while its series come.
pub(crate) enum Group {
    Sum { sums: Vec<Kahan>, seen: Cells, histograms: Histograms },
    Mean { means: Vec<Mean>, seen: Cells, histograms: Histograms },
    Extreme(Cells),
    Count(Cells),
    Variance { all: Vec<Variance>, seen: Cells },
    Quantile(Vec<Vec<f64>>),
}

/// The histograms of a group: their sum at each time, or that there is none.
#[derive(Default)]
pub(crate) struct Histograms {
    sums: Vec<Option<Met>>,
    /// Numbers and histograms, or histograms that do not fit.
    spoilt: Vec<bool>,
}

/// Histograms that became one: their sum or their mean.
#[derive(Clone)]
enum Met {
    Sum(Box<Total>),
    Mean(Box<HistogramMean>),
}

impl Met {
    fn new(first: &FloatHistogram, op: AggregateOp) -> Self {
        if op == AggregateOp::Avg {
            Self::Mean(Box::new(HistogramMean::new(first)))
        } else {
            Self::Sum(Box::new(Total::new(first)))
        }
    }

    fn add(&mut self, other: &FloatHistogram) -> Result<(), MixedSchemas> {
        match self {
            Self::Sum(total) => total.add(other),
            Self::Mean(mean) => mean.add(other),
        }
    }

    fn finish(self) -> (Notes, FloatHistogram) {
        match self {
            Self::Sum(total) => (total.notes(), total.finish()),
            Self::Mean(mean) => (mean.notes(), mean.finish()),
        }
    }
}

impl Histograms {
    fn take(&mut self, cells: &Cells, frame: &Frame<'_>, metric: &str) {
        for (at, histogram) in cells.histograms() {
            if self.sums.is_empty() {
                self.sums = vec![None; frame.steps];
                self.spoilt = vec![false; frame.steps];
            }
            let (Some(place), Some(spoilt)) = (self.sums.get_mut(at), self.spoilt.get_mut(at)) else {
                return;
            };
            match place {
                None => *place = Some(Met::new(histogram, frame.op)),
                Some(met) => {
                    if met.add(histogram).is_err() {
                        frame.context.note(Note::MixedExponentialCustom(metric.to_owned()), frame.span);
                        *spoilt = true;
                    }
                }
            }
        }
    }

    /// The group: numbers as they are, and these histograms where there are no numbers.
    fn finish(self, mut floats: Cells, frame: &Frame<'_>) -> Cells {
        for (at, (met, spoilt)) in self.sums.into_iter().zip(self.spoilt).enumerate() {
            let Some(met) = met else { continue };
            if floats.float(at).is_some() {
                frame.context.note(Note::MixedFloatsHistogramsAggregation, frame.span);
                floats.clear(at);
            } else if !spoilt {
                let (notes, all) = met.finish();
                tell(notes, Meeting::Aggregation, frame.context, frame.span);
                floats.set_histogram(at, Arc::new(all));
            }
        }
        floats
    }
}

impl Group {
    pub(crate) fn new(frame: &Frame<'_>) -> Self {
        let (steps, seen) = (frame.steps, Cells::empty(frame.steps));
        match frame.op {
            AggregateOp::Sum => {
                Self::Sum { sums: vec![Kahan::default(); steps], seen, histograms: Histograms::default() }
            }
            AggregateOp::Avg => {
                Self::Mean { means: vec![Mean::default(); steps], seen, histograms: Histograms::default() }
            }
            AggregateOp::Min | AggregateOp::Max => Self::Extreme(seen),
            AggregateOp::Stddev | AggregateOp::Stdvar => {
                Self::Variance { all: vec![Variance::default(); steps], seen }
            }
            AggregateOp::Quantile => Self::Quantile(vec![Vec::new(); steps]),
            _ => Self::Count(seen),
        }
    }

    pub(crate) fn take(&mut self, cells: &Cells, frame: &Frame<'_>, metric: &str) {
        match self {
            Self::Sum { sums, seen, histograms } => {
                each(cells, sums, seen, |sum, value| sum.add(value));
                histograms.take(cells, frame, metric);
            }
            Self::Mean { means, seen, histograms } => {
                each(cells, means, seen, |mean, value| mean.add(value));
                histograms.take(cells, frame, metric);
            }
            Self::Extreme(best) => {
                ignore_histograms(cells, frame);
                let is_min = frame.op == AggregateOp::Min;
                for (at, value) in cells.floats() {
                    let is_better = best
                        .float(at)
                        .is_none_or(|best| best.is_nan() || if is_min { value < best } else { value > best });
                    if is_better {
                        best.set_float(at, value);
                    }
                }
            }
            Self::Count(counts) => {
                let is_count = frame.op == AggregateOp::Count;
                for at in (0..frame.steps).filter(|at| cells.has(*at)) {
                    let count = counts.float(at).filter(|_| is_count).unwrap_or(0.0);
                    counts.set_float(at, count + 1.0);
                }
            }
            Self::Variance { all, seen } => {
                ignore_histograms(cells, frame);
                each(cells, all, seen, |variance, value| variance.add(value));
            }
            Self::Quantile(values) => {
                ignore_histograms(cells, frame);
                for (at, value) in cells.floats() {
                    if let Some(values) = values.get_mut(at) {
                        values.push(value);
                    }
                }
            }
        }
    }

    pub(crate) fn finish(self, frame: &Frame<'_>) -> Cells {
        match self {
            Self::Sum { sums, seen, histograms } => {
                let total = |sum: &Kahan| if sum.sum.is_infinite() { sum.sum } else { sum.total() };
                histograms.finish(values(&sums, seen, total), frame)
            }
            Self::Mean { means, seen, histograms } => {
                histograms.finish(values(&means, seen, |mean| mean.value()), frame)
            }
            Self::Extreme(cells) | Self::Count(cells) => cells,
            Self::Variance { all, seen } => {
                let is_root = frame.op == AggregateOp::Stddev;
                let value = |variance: &Variance| {
                    if is_root { variance.value().sqrt() } else { variance.value() }
                };
                values(&all, seen, value)
            }
            Self::Quantile(all) => {
                let mut cells = Cells::empty(frame.steps);
                for (at, mut values) in all.into_iter().enumerate().filter(|(_, values)| !values.is_empty()) {
                    let q = frame.param.get(at).copied().unwrap_or(f64::NAN);
                    cells.set(at, Some(Sample::Float(quantile(q, &mut values))));
                }
                cells
            }
        }
    }
}

/// Adds each number to the state of its time. The numbers of `seen` mean nothing, only that they are there.
fn each<T>(cells: &Cells, states: &mut [T], seen: &mut Cells, add: impl Fn(&mut T, f64)) {
    for (at, value) in cells.floats() {
        if let Some(state) = states.get_mut(at) {
            add(state, value);
            seen.set_float(at, 0.0);
        }
    }
}

fn values<T>(states: &[T], seen: Cells, value: impl Fn(&T) -> f64) -> Cells {
    seen.map_floats(|at, _| states.get(at).map(&value))
}

fn ignore_histograms(cells: &Cells, frame: &Frame<'_>) {
    if cells.has_histograms() {
        frame.context.note(Note::HistogramIgnored(frame.op.name()), frame.span);
    }
}
