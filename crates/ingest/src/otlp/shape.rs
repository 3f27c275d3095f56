//! What an export of metrics holds, however it is written.

use std::borrow::Cow;

/// An attribute, its value as text.
pub(super) type Attribute<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Metrics of one source.
#[derive(Debug, Default)]
pub(super) struct Source<'a> {
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) metrics: Vec<Metric<'a>>,
}

/// A metric.
#[derive(Debug, Default)]
pub(super) struct Metric<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) help: Cow<'a, str>,
    pub(super) unit: Cow<'a, str>,
    pub(super) kind: Kind,
    pub(super) is_delta: bool,
    pub(super) is_monotonic: bool,
    pub(super) points: Vec<DataPoint<'a>>,
}

/// What the points of a metric are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// None of those below.
    #[default]
    Unknown,
    /// Numbers that go up and down.
    Gauge,
    /// Numbers that are added up.
    Sum,
    /// Buckets with bounds of their own.
    Histogram,
    /// Buckets that grow.
    Exponential,
    /// Quantiles.
    Summary,
}

/// A point. Of the numbers each kind has its own.
#[derive(Debug, Clone, Default)]
pub(super) struct DataPoint<'a> {
    pub(super) attributes: Vec<Attribute<'a>>,
    /// Nanoseconds since the epoch.
    pub(super) time: u64,
    /// That nothing was measured.
    pub(super) is_absent: bool,
    pub(super) exemplars: u64,
    /// Of a gauge or a sum.
    pub(super) value: f64,
    pub(super) count: u64,
    pub(super) sum: Option<f64>,
    /// Of a histogram's buckets.
    pub(super) counts: Vec<u64>,
    pub(super) bounds: Vec<f64>,
    /// Of an exponential histogram.
    pub(super) scale: i64,
    pub(super) zero_count: u64,
    pub(super) zero_threshold: f64,
    pub(super) positive: Run,
    pub(super) negative: Run,
    /// Quantiles and their values.
    pub(super) quantiles: Vec<(f64, f64)>,
}

/// Buckets side by side.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub(super) offset: i64,
    pub(super) counts: Vec<u64>,
}
