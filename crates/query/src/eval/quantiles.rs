//! Quantiles and fractions of distributions: of native histograms, and of classic ones, whose buckets are series.

use crate::annotation::Note;
use crate::eval::cells::{Cells, Row};
use crate::eval::context::Context;
use crate::eval::names;
use crate::histogram::{
    ClassicBucket, FloatHistogram, ForcedMonotonicity, NanObservations, bucket_fraction, bucket_quantile,
};
use crate::syntax::Span;
use hashbrown::HashMap;
use model::{Labels, NAME};
use std::collections::hash_map::RandomState;

/// The label of a classic bucket's bound.
const LE: &str = "le";

/// What is asked of each distribution.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Question<'a> {
    /// The value below which this share lies, at each time.
    Quantile(&'a [f64]),
    /// The share between two values, at each time.
    Fraction(&'a [f64], &'a [f64]),
}

/// Where to say what is to be said.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) steps: usize,
    /// Where the histograms stand.
    pub(crate) span: Span,
}

/// The series of one classic histogram, each with the bound of its bucket.
struct Classic {
    labels: Labels,
    metric: String,
    buckets: Vec<(f64, Cells)>,
}

/// The answer for each distribution.
pub(crate) fn answer(rows: Vec<Row>, question: Question<'_>, place: Place<'_>) -> Vec<Row> {
    let mut answers: HashMap<Labels, Cells, RandomState> = HashMap::default();
    let mut order = Vec::new();
    let mut natives: Vec<Row> = Vec::new();
    let mut classics: HashMap<Labels, Classic, RandomState> = HashMap::default();
    for row in rows {
        if row.cells.has_histograms() {
            natives.push(row.clone());
        }
        collect(row, &mut classics, place);
    }
    // Both kinds of one histogram at one time: neither is to be believed.
    for row in &mut natives {
        let labels = names::without_name(&row.labels);
        if let Some(classic) = classics.get_mut(&labels) {
            let metric = row.labels.get(NAME).unwrap_or("").to_owned();
            drop_mixed(&mut row.cells, classic, || {
                place.context.note(Note::MixedClassicNative(metric.clone()), place.span);
            });
        }
    }
    let mut keep = |labels: Labels, cells: Cells| match answers.get_mut(&labels) {
        // They were checked not to meet.
        Some(others) => _ = others.merge(&cells),
        None => {
            order.push(labels.clone());
            answers.insert(labels, cells);
        }
    };
    for row in natives {
        let metric = row.labels.get(NAME).unwrap_or("").to_owned();
        let mut cells = Cells::empty(place.steps);
        for (at, histogram) in row.cells.histograms() {
            if let Some(value) = of_native(histogram, question, at, &metric, place) {
                cells.set_float(at, value);
            }
        }
        keep(row.labels, cells);
    }
    for (_, classic) in classics {
        let cells = of_classic(&classic, question, place);
        keep(classic.labels, cells);
    }
    let rows = order.into_iter().filter_map(|labels| {
        let cells = answers.remove(&labels).filter(|cells| !cells.is_empty())?;
        Some(Row { labels, drop_name: true, cells })
    });
    rows.collect()
}

/// Takes the numbers of a bucket's series to those of its histogram.
fn collect(row: Row, classics: &mut HashMap<Labels, Classic, RandomState>, place: Place<'_>) {
    if row.cells.floats().next().is_none() {
        return;
    }
    let text = row.labels.get(LE).unwrap_or("");
    let metric = row.labels.get(NAME).unwrap_or("");
    let Some(bound) = bound(text) else {
        let note = Note::BadBucketLabel { metric: metric.to_owned(), le: text.to_owned() };
        place.context.note(note, place.span);
        return;
    };
    let labels = Labels::new(row.labels.iter().filter(|(name, _)| *name != LE));
    let key = names::without_name(&labels);
    let classic = classics.entry(key).or_insert_with(|| Classic {
        metric: metric.to_owned(),
        labels,
        buckets: Vec::new(),
    });
    classic.buckets.push((bound, row.cells));
}

/// A bound as it is written: a number, or an infinity with or without a sign.
fn bound(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn drop_mixed(native: &mut Cells, classic: &mut Classic, note: impl Fn()) {
    let times: Vec<usize> = native.histograms().map(|(at, _)| at).collect();
    for at in times {
        if classic.buckets.iter().any(|(_, cells)| cells.float(at).is_some()) {
            note();
            native.clear(at);
            classic.buckets.iter_mut().for_each(|(_, cells)| cells.clear(at));
        }
    }
}

fn of_native(
    histogram: &FloatHistogram,
    question: Question<'_>,
    at: usize,
    metric: &str,
    place: Place<'_>,
) -> Option<f64> {
    match question {
        Question::Quantile(q) => {
            let quantile = histogram.quantile(*q.get(at)?);
            match quantile.nan {
                Some(NanObservations::NanResult) => {
                    place.context.note(Note::QuantileNan(metric.to_owned()), place.span);
                }
                Some(NanObservations::SkewedHigher) => {
                    place.context.note(Note::QuantileSkewed(metric.to_owned()), place.span);
                }
                None => {}
            }
            Some(quantile.value)
        }
        Question::Fraction(lower, upper) => {
            let fraction = histogram.fraction(*lower.get(at)?, *upper.get(at)?);
            if fraction.has_nan {
                place.context.note(Note::FractionNan(metric.to_owned()), place.span);
            }
            Some(fraction.value)
        }
    }
}

fn of_classic(classic: &Classic, question: Question<'_>, place: Place<'_>) -> Cells {
    let mut cells = Cells::empty(place.steps);
    let mut buckets = Vec::with_capacity(classic.buckets.len());
    let mut lifted: Option<(ForcedMonotonicity, usize)> = None;
    for at in 0..place.steps {
        buckets.clear();
        let of_time = classic.buckets.iter().filter_map(|(upper, cells)| Some((*upper, cells.float(at)?)));
        buckets.extend(of_time.map(|(upper, count)| ClassicBucket { upper, count }));
        if buckets.is_empty() {
            continue;
        }
        let value = match question {
            Question::Quantile(q) => {
                let (value, forced) = bucket_quantile(q.get(at).copied().unwrap_or(f64::NAN), &mut buckets);
                if let Some(forced) = forced {
                    lifted = Some(lifted.map_or((forced, 1), |(all, count)| (all.join(forced), count + 1)));
                }
                value
            }
            Question::Fraction(lower, upper) => {
                let [lower, upper] = [lower, upper].map(|all| all.get(at).copied().unwrap_or(f64::NAN));
                bucket_fraction(lower, upper, &mut buckets)
            }
        };
        cells.set_float(at, value);
    }
    if let Some((forced, count)) = lifted {
        let detail = format!(", {forced}, over {count} samples");
        let note = Note::ForcedMonotonicity { metric: classic.metric.clone(), detail };
        place.context.note(note, place.span);
    }
    cells
}
