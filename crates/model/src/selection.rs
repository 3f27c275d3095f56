//! What a reader asks the store for, and what it gets.

use crate::matcher::Matcher;
use crate::sample::Point;
use crate::series::Series;
use crate::time::TimeRange;
use std::sync::Arc;

/// Which series, which time, and how many of the newest points of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// All must hold.
    pub matchers: Vec<Matcher>,
    /// Points outside are left out; series without a point inside too.
    pub range: TimeRange,
    /// At most so many points of each series, the newest; `None` for all.
    pub newest: Option<usize>,
}

impl Selection {
    /// All points of all series that meet `matchers`.
    #[must_use]
    pub fn all(matchers: Vec<Matcher>) -> Self {
        Self { matchers, range: TimeRange::ALL, newest: None }
    }

    /// Only points in `range`.
    #[must_use]
    pub fn within(mut self, range: TimeRange) -> Self {
        self.range = range;
        self
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
