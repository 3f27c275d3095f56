//! What a reader asks the store for, and what it gets.

use crate::labels::PART;
use crate::matcher::Matcher;
use crate::sample::Point;
use crate::series::Series;
use crate::time::{Millis, TimeRange};
use std::sync::Arc;

/// What kind of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SampleType {
    /// Numbers.
    #[default]
    Float,
    /// The parts of native histograms.
    HistogramParts,
    /// Everything that is kept.
    All,
}

/// Which series, which time, and how many of the newest points of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// All must hold.
    pub matchers: Vec<Matcher>,
    /// Points outside are left out; series without a point inside too.
    pub range: TimeRange,
    /// At most so many points of each series, the newest; `None` for all.
    pub newest: Option<usize>,
    /// What kind of samples.
    pub samples: SampleType,
}

impl Selection {
    /// All points of all series that meet `matchers`.
    #[must_use]
    pub fn all(matchers: Vec<Matcher>) -> Self {
        Self { matchers, range: TimeRange::ALL, newest: None, samples: SampleType::Float }
    }

    /// Only points in `range`.
    #[must_use]
    pub fn within(mut self, range: TimeRange) -> Self {
        self.range = range;
        self
    }

    /// Samples of this type, and not numbers alone.
    #[must_use]
    pub fn of(mut self, samples: SampleType) -> Self {
        self.samples = samples;
        self
    }

    /// The matchers, and that which tells the type of samples.
    #[must_use]
    pub fn all_matchers(&self) -> Vec<Matcher> {
        let by_type = match self.samples {
            SampleType::Float => Some(Matcher::equal(PART, "")),
            SampleType::HistogramParts => Some(Matcher::not_equal(PART, "")),
            SampleType::All => None,
        };
        self.matchers.iter().cloned().chain(by_type).collect()
    }

    /// Only the newest `count` points of each series.
    #[must_use]
    pub fn newest(mut self, count: usize) -> Self {
        self.newest = Some(count);
        self
    }
}

/// A series and the points asked for, oldest first, staleness markers included.
#[derive(Debug, Clone)]
pub struct SeriesPoints {
    /// The series.
    pub series: Arc<Series>,
    /// Strictly ascending in time.
    pub points: Vec<Point>,
}

/// Points of one series, lent: times and values side by side, equally many. Oldest first, staleness markers included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Columns<'a> {
    /// Strictly ascending.
    pub times: &'a [Millis],
    /// The value at each time.
    pub values: &'a [f64],
}

impl<'a> Columns<'a> {
    /// How many points there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The points, one by one.
    pub fn points(self) -> impl Iterator<Item = Point> + 'a {
        self.times.iter().zip(self.values).map(|(t, v)| Point { t: *t, v: *v })
    }
}
