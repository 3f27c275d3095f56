//! Native histograms: distributions with exponential or with given buckets, as Prometheus has them, and how they are
//! kept as series of numbers (decision 0010).

use crate::labels::{Labels, PART};
use crate::sample::{Point, is_stale_marker};
use crate::selection::Columns;
use crate::series::{MetricKind, Series};
use crate::time::Millis;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The schema of histograms whose buckets have bounds of their own.
pub const CUSTOM_BUCKETS: i8 = -53;

/// A distribution at a time. Counts are absolute, of each bucket alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram {
    /// Exponential buckets grow by `2^(2^-schema)`, -4 to 8: bucket `i` ends with that to the power of `i`, and has
    /// its end. Or [`CUSTOM_BUCKETS`].
    pub schema: i8,
    /// How many observations.
    pub count: f64,
    /// Their sum; the staleness marker ends the series.
    pub sum: f64,
    /// Observations up to so far from zero are in the bucket of zero.
    pub zero_threshold: f64,
    /// How many those are.
    pub zero_count: f64,
    /// Buckets of positive observations by their index; those without any may be left out.
    pub positive: BTreeMap<i32, f64>,
    /// The same of negative ones, by their distance from zero.
    pub negative: BTreeMap<i32, f64>,
    /// With [`CUSTOM_BUCKETS`] the upper bounds, ascending, without infinity.
    pub bounds: Vec<f64>,
    /// What is known of what was before.
    pub reset: ResetHint,
}

/// What a histogram says of how it goes on from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResetHint {
    /// Nothing: look at the counts.
    #[default]
    Unknown,
    /// It began anew.
    Reset,
    /// It went on.
    NotReset,
    /// It is no counter.
    Gauge,
}

/// What of a histogram one series has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// [`Histogram::schema`].
    Schema,
    /// [`Histogram::sum`].
    Sum,
    /// [`Histogram::zero_threshold`], if it is not zero.
    ZeroThreshold,
    /// [`Histogram::zero_count`], if it is not zero.
    ZeroCount,
    /// [`Histogram::reset`], if it is known.
    Reset,
    /// The bound of this number.
    Bound(i32),
    /// The positive bucket with this index, if it has observations.
    Positive(i32),
    /// The negative bucket with this index, if it has observations.
    Negative(i32),
    /// [`Histogram::count`]. The last that is written: where it is, the others are.
    Count,
}

/// The hints by the number that stands for them.
const HINTS: [ResetHint; 4] = [ResetHint::Unknown, ResetHint::Reset, ResetHint::NotReset, ResetHint::Gauge];

impl Histogram {
    /// Its parts, each with its number.
    pub fn parts(&self) -> impl Iterator<Item = (Part, f64)> + '_ {
        let hint = HINTS.iter().position(|hint| *hint == self.reset).unwrap_or(0);
        let sometimes = [
            (Part::ZeroThreshold, self.zero_threshold),
            (Part::ZeroCount, self.zero_count),
            (Part::Reset, f64::from(u8::try_from(hint).unwrap_or(0))),
        ];
        let positive = self.positive.iter().map(|(index, count)| (Part::Positive(*index), *count));
        let negative = self.negative.iter().map(|(index, count)| (Part::Negative(*index), *count));
        let buckets = positive.chain(negative).chain(sometimes).filter(|(_, count)| *count != 0.0);
        let bounds = (0..).zip(&self.bounds).map(|(number, bound)| (Part::Bound(number), *bound));
        let always = [(Part::Schema, f64::from(self.schema)), (Part::Sum, self.sum)];
        always.into_iter().chain(bounds).chain(buckets).chain([(Part::Count, self.count)])
    }

    /// Whether it is the end of its series.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        is_stale_marker(self.sum)
    }

    fn set(&mut self, part: Part, value: f64) {
        match part {
            Part::Schema => self.schema = small(value),
            Part::Sum => self.sum = value,
            Part::ZeroThreshold => self.zero_threshold = value,
            Part::ZeroCount => self.zero_count = value,
            Part::Reset => {
                let hint = usize::try_from(small(value)).ok().and_then(|at| HINTS.get(at));
                self.reset = hint.copied().unwrap_or_default();
            }
            // They come in the order of their numbers.
            Part::Bound(_) => self.bounds.push(value),
            Part::Positive(index) => _ = self.positive.insert(index, value),
            Part::Negative(index) => _ = self.negative.insert(index, value),
            Part::Count => self.count = value,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "written from such a number; of others the nearest will do"
)]
fn small(value: f64) -> i8 {
    value as i8
}

/// The value of the label [`PART`].
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema => f.write_str("schema"),
            Self::Sum => f.write_str("sum"),
            Self::ZeroThreshold => f.write_str("zero_threshold"),
            Self::ZeroCount => f.write_str("zero_count"),
            Self::Reset => f.write_str("reset"),
            Self::Bound(number) => write!(f, "bound{number}"),
            Self::Positive(index) => write!(f, "positive{index}"),
            Self::Negative(index) => write!(f, "negative{index}"),
            Self::Count => f.write_str("count"),
        }
    }
}

/// A part that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no part of a histogram")]
pub struct UnknownPart(pub String);

impl FromStr for Part {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        let numbered = |prefix: &str, part: fn(i32) -> Self| {
            text.strip_prefix(prefix).and_then(|number| number.parse().ok()).map(part)
        };
        let plain = [Self::Schema, Self::Sum, Self::ZeroThreshold, Self::ZeroCount, Self::Reset, Self::Count];
        let plain = plain.into_iter().find(|part| part.to_string() == text);
        plain
            .or_else(|| numbered("bound", Self::Bound))
            .or_else(|| numbered("positive", Self::Positive))
            .or_else(|| numbered("negative", Self::Negative))
            .ok_or_else(|| UnknownPart(text.to_owned()))
    }
}

/// A series of histograms, on its way to the store.
#[derive(Debug, Clone)]
pub struct HistogramSeries {
    labels: Labels,
    parts: BTreeMap<Part, Arc<Series>>,
}

impl HistogramSeries {
    /// The series with these labels.
    #[must_use]
    pub fn new(labels: Labels) -> Self {
        Self { labels, parts: BTreeMap::new() }
    }

    /// Its labels.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The samples that a histogram at a time is kept as. They belong into one batch.
    pub fn samples(&mut self, t: Millis, histogram: &Histogram) -> Vec<(Arc<Series>, Point)> {
        let sample = |(part, v)| (Arc::clone(self.series(part)), Point { t, v });
        histogram.parts().map(sample).collect()
    }

    fn series(&mut self, part: Part) -> &Arc<Series> {
        let labels = &self.labels;
        self.parts.entry(part).or_insert_with(|| {
            let part = part.to_string();
            let labels = Labels::new(labels.iter().chain([(PART, part.as_str())]));
            Arc::new(Series::new(labels, MetricKind::Counter))
        })
    }
}

/// Histograms of one series, oldest first: column by column, as they are kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistogramColumns {
    /// When.
    pub times: Vec<Millis>,
    /// The number of each part at each time; where it has none, 0, and NaN for a bound.
    pub parts: BTreeMap<Part, Vec<f64>>,
}

impl HistogramColumns {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The one in this place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Histogram> {
        let mut histogram = Histogram::default();
        self.times.get(at)?;
        for (part, column) in &self.parts {
            let value = *column.get(at)?;
            let is_there = match part {
                Part::Positive(_) | Part::Negative(_) => value != 0.0,
                Part::Bound(_) => !value.is_nan(),
                _ => true,
            };
            if is_there {
                histogram.set(*part, value);
            }
        }
        Some(histogram)
    }
}

/// Puts parts of histograms together that come series by series, those of one side by side.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    labels: Option<Labels>,
    parts: Vec<(Part, Vec<Point>)>,
}

impl Assembly {
    /// Takes the points of a part's series. Gives the histograms before, if it belongs to others.
    pub(crate) fn take(
        &mut self,
        series: &Series,
        points: Columns<'_>,
    ) -> Option<(Labels, HistogramColumns)> {
        let part: Part = series.labels().get(PART)?.parse().ok()?;
        let labels = Labels::new(series.labels().iter().filter(|(name, _)| *name != PART));
        let done = if self.labels.as_ref() == Some(&labels) { None } else { self.finish() };
        self.labels = Some(labels);
        self.parts.push((part, points.points().collect()));
        done
    }

    /// The histograms whose parts came last.
    pub(crate) fn finish(&mut self) -> Option<(Labels, HistogramColumns)> {
        let parts = std::mem::take(&mut self.parts);
        let labels = self.labels.take()?;
        let of = |wanted: Part| parts.iter().find(|(part, _)| *part == wanted).map(|(_, points)| points);
        // Where both are, all are: the one is written first, the other last.
        let (schemas, counts) = (of(Part::Schema)?, of(Part::Count)?);
        let has_schema = |t: &Millis| schemas.binary_search_by_key(t, |point| point.t).is_ok();
        let times: Vec<Millis> = counts.iter().map(|point| point.t).filter(has_schema).collect();
        let columns = parts.iter().map(|(part, points)| (*part, column(*part, points, &times)));
        let columns = HistogramColumns { parts: columns.collect(), times };
        (!columns.is_empty()).then_some((labels, columns))
    }
}

/// The numbers of a part at these times.
fn column(part: Part, points: &[Point], times: &[Millis]) -> Vec<f64> {
    let absent = if matches!(part, Part::Bound(_)) { f64::NAN } else { 0.0 };
    let mut rest = points.iter().peekable();
    let mut value = |t: &Millis| {
        while rest.next_if(|point| point.t < *t).is_some() {}
        rest.next_if(|point| point.t == *t).map_or(absent, |point| point.v)
    };
    times.iter().map(&mut value).collect()
}

#[cfg(test)]
mod tests {
    use super::{Assembly, CUSTOM_BUCKETS, Histogram, HistogramSeries, Part, ResetHint};
    use crate::{Columns, Labels, NAME, Point, Series, stale_marker};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn some() -> Vec<(i64, Histogram)> {
        let exponential = Histogram {
            schema: 3,
            count: 7.0,
            sum: -1.5,
            zero_threshold: 1e-9,
            zero_count: 2.0,
            positive: [(-4, 1.0), (12, 3.0)].into(),
            negative: [(0, 1.0)].into(),
            bounds: Vec::new(),
            reset: ResetHint::NotReset,
        };
        let custom = Histogram {
            schema: CUSTOM_BUCKETS,
            count: 3.0,
            sum: 2.0,
            positive: [(0, 1.0), (11, 2.0)].into(),
            bounds: (0..11).map(|n| f64::from(n) - 1.0).collect(),
            reset: ResetHint::Gauge,
            ..Histogram::default()
        };
        let stale = Histogram { sum: stale_marker(), count: stale_marker(), ..Histogram::default() };
        vec![(1, exponential), (2, Histogram::default()), (5, custom), (9, stale)]
    }

    /// What a store would make of samples: series by series, in the order of labels.
    fn kept(all: &[(i64, Histogram)]) -> BTreeMap<Labels, (Arc<Series>, Vec<Point>)> {
        let mut series = HistogramSeries::new(Labels::new([(NAME, "h"), ("zone", "ü")]));
        let mut kept: BTreeMap<Labels, (Arc<Series>, Vec<Point>)> = BTreeMap::new();
        for (t, histogram) in all {
            for (series, point) in series.samples(*t, histogram) {
                let place = kept.entry(series.labels().clone()).or_insert_with(|| (series, Vec::new()));
                place.1.push(point);
            }
        }
        kept
    }

    #[test]
    fn histograms_come_back_from_their_parts() {
        let mut assembly = Assembly::default();
        for (series, points) in kept(&some()).into_values() {
            let (times, values): (Vec<_>, Vec<_>) = points.iter().map(|point| (point.t, point.v)).unzip();
            assert!(assembly.take(&series, Columns { times: &times, values: &values }).is_none());
        }
        let (labels, columns) = assembly.finish().expect("there are some");
        assert_eq!(labels, Labels::new([(NAME, "h"), ("zone", "ü")]));
        // The marker is a NaN, which is not equal to itself.
        let text = |all: &[(i64, Histogram)]| format!("{all:?}");
        let back: Vec<_> =
            columns.times.iter().zip(0..).map(|(t, at)| (*t, columns.get(at).expect("there"))).collect();
        assert_eq!(text(&back), text(&some()));
        assert!(back[3].1.is_stale());
    }

    #[test]
    fn every_part_is_read_as_it_is_written() {
        let all = [
            Part::Schema,
            Part::Sum,
            Part::ZeroThreshold,
            Part::ZeroCount,
            Part::Reset,
            Part::Bound(3),
            Part::Positive(-7),
            Part::Negative(i32::MAX),
            Part::Count,
        ];
        for part in all {
            assert_eq!(part.to_string().parse(), Ok(part));
        }
        for wrong in ["", "positive", "positive1x", "Count"] {
            assert!(wrong.parse::<Part>().is_err(), "{wrong}");
        }
    }
}
