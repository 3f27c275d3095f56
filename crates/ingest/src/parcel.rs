//! What one request brings: samples of series that come with their whole set of labels.
//!
//! A request is read once as a whole, so that one that is broken brings nothing; but only as far as is needed to find
//! the series that are known already: by a hash of the bytes in which the labels are written. Labels, histograms and
//! descriptions are read when they are wanted.

use crate::generations::Key;
use model::{Histogram, Labels, Metadata, MetricKind, MetricType, Millis, NAME, PART, Point, Reason, limits};

/// Labels as they are written, in the sender's order.
pub(crate) type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// A series of a request. Its samples are those behind the ends of the series before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lot {
    /// Of the bytes of its labels.
    pub(crate) key: Key,
    /// What its values mean, if the sender says so.
    pub(crate) kind: Option<MetricKind>,
    /// Of what is said about its metric; 0 if nothing is.
    pub(crate) described: u64,
    /// The end of its points.
    pub(crate) points: usize,
    /// The end of its histograms.
    pub(crate) histograms: usize,
}

/// All series of a request, and their points.
#[derive(Debug, Default)]
pub(crate) struct Lots {
    pub(crate) all: Vec<Lot>,
    pub(crate) points: Vec<Point>,
    /// How many histograms there are.
    pub(crate) histograms: usize,
    /// How many exemplars there are; they are not kept.
    pub(crate) exemplars: u64,
}

impl Lots {
    /// Adds a point to the series in hand.
    ///
    /// # Errors
    /// [`TooMany`].
    #[inline]
    pub(crate) fn push(&mut self, point: Point) -> Result<(), TooMany> {
        if self.points.len() >= limits::WRITE_ENTRIES {
            return Err(TooMany);
        }
        self.points.push(point);
        Ok(())
    }

    /// Adds a histogram to the series in hand, which is read later.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn push_histogram(&mut self) -> Result<(), TooMany> {
        if self.histograms >= limits::WRITE_ENTRIES {
            return Err(TooMany);
        }
        self.histograms += 1;
        Ok(())
    }

    /// Ends the series whose points and histograms came since the last one.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn end(&mut self, key: Key, kind: Option<MetricKind>, described: u64) -> Result<(), TooMany> {
        if self.all.len() >= limits::WRITE_ENTRIES {
            return Err(TooMany);
        }
        let (points, histograms) = (self.points.len(), self.histograms);
        self.all.push(Lot { key, kind, described, points, histograms });
        Ok(())
    }
}

/// A request has more entries than it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

/// Reads what is written in a request, when it is wanted.
pub(crate) trait Spell {
    /// The labels of a series.
    ///
    /// # Errors
    /// Why they are none.
    fn labels<'a>(&'a self, lot: usize, to: &mut Pairs<'a>) -> Result<(), Reason>;

    /// A histogram.
    ///
    /// # Errors
    /// Why it is none.
    fn histogram(&self, number: usize) -> Result<(Millis, Histogram), Reason>;

    /// What the sender says of the metric of a series.
    fn metadata(&self, _lot: usize) -> Option<Metadata> {
        None
    }
}

/// The labels of a series as they are kept.
///
/// # Errors
/// The limit that they are over, or why they are not labels of a series.
pub(crate) fn labels(pairs: &Pairs<'_>) -> Result<Labels, Reason> {
    if pairs.len() > limits::LABELS_PER_ENTRY {
        return Err(Reason::TooManyLabels);
    }
    for (name, value) in pairs {
        // What begins with that name is kept for the parts of histograms.
        if name.is_empty() || name.starts_with(PART) {
            return Err(Reason::BadLabels);
        }
        if name.len() > limits::NAME_BYTES || (*name == NAME && value.len() > limits::NAME_BYTES) {
            return Err(Reason::NameTooLong);
        }
        if value.len() > limits::LABEL_VALUE_BYTES {
            return Err(Reason::ValueTooLong);
        }
    }
    let labels = Labels::new(pairs.iter().copied());
    if labels.get(NAME).is_none() {
        return Err(Reason::BadName);
    }
    // Of two that have one name, one is gone: whichever is meant, it is not known.
    let with_value = pairs.iter().filter(|(_, value)| !value.is_empty()).count();
    if labels.len() == with_value { Ok(labels) } else { Err(Reason::BadLabels) }
}

/// What the values of a series mean whose sender does not say it: names tell, by a custom that is older than types.
pub(crate) fn kind_of(name: &str) -> MetricKind {
    let is_total = ["_total", "_count", "_bucket"].iter().any(|end| name.ends_with(end));
    if is_total { MetricKind::Counter } else { MetricKind::Gauge }
}

/// The name by which the metric of a series is described: the parts of a classic histogram or of a summary have one in
/// common.
pub(crate) fn family(name: &str, metric_type: MetricType) -> &str {
    use MetricType::{GaugeHistogram, Histogram, Summary};
    if !matches!(metric_type, Histogram | GaugeHistogram | Summary) {
        return name;
    }
    ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}
