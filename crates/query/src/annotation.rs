//! What a query's answer is said with: warnings and infos, which point at the place in the expression.

use crate::histogram::go_float;
use crate::syntax::Span;
use std::fmt;

/// How much a note means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    /// The answer may be other than was meant.
    Warning,
    /// The answer may be better.
    Info,
}

/// One note.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Annotation {
    /// What is to be said.
    pub(crate) note: Note,
    /// Where it was.
    pub(crate) span: Span,
}

/// The places where histograms meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// `+`.
    Addition,
    /// `-`, or a rate.
    Subtraction,
    /// `sum`, `avg`.
    Aggregation,
}

impl fmt::Display for Meeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Addition => "addition",
            Self::Subtraction => "subtraction",
            Self::Aggregation => "aggregation",
        })
    }
}

/// What may be said. Names of metrics are empty where there is none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Note {
    /// A quantile outside of 0 to 1.
    InvalidQuantile(f64),
    /// A ratio outside of -1 to 1, and what was taken instead.
    InvalidRatio(f64, f64),
    /// A label `le` that is no number.
    BadBucketLabel {
        /// The metric.
        metric: String,
        /// The label's value.
        le: String,
    },
    /// Numbers and histograms in one window.
    MixedFloatsHistograms(String),
    /// Numbers and histograms in one group.
    MixedFloatsHistogramsAggregation,
    /// Classic and native histograms of one series.
    MixedClassicNative(String),
    /// A histogram that is no counter.
    NotCounter(String),
    /// A histogram that is no gauge.
    NotGauge(String),
    /// Histograms with exponential and with custom buckets.
    MixedExponentialCustom(String),
    /// Buckets that do not fit, between two histograms.
    IncompatibleBucketLayout(&'static str),
    /// Sorting of what is ordered by labels anyway.
    SortInRange,
    /// Resets of counters that contradict each other.
    CounterResetCollision(Meeting),
    /// A rate of what is no counter by its name.
    PossibleNonCounter(String),
    /// A rate of what is no counter by its type.
    PossibleNonCounterType {
        /// The metric.
        metric: String,
        /// Its type.
        kind: String,
    },
    /// Buckets that shrink with their bound.
    ForcedMonotonicity {
        /// The metric.
        metric: String,
        /// The buckets' bounds and the largest difference, and how often and when it was so.
        detail: String,
    },
    /// Types that an operator does not take.
    IncompatibleTypes {
        /// The left side.
        lhs: &'static str,
        /// The operator.
        op: &'static str,
        /// The right side.
        rhs: &'static str,
    },
    /// Histograms that an aggregation does not take.
    HistogramIgnored(&'static str),
    /// Histograms beside numbers that a function over a range does not take.
    HistogramIgnoredInRange(String),
    /// Observations that are NaN, so the quantile is.
    QuantileNan(String),
    /// Observations that are NaN, so the quantile is higher.
    QuantileSkewed(String),
    /// Observations that are NaN, in no fraction.
    FractionNan(String),
    /// Buckets with bounds of their own that were made to fit.
    MismatchedCustomBuckets(Meeting),
}

impl Note {
    /// How much it means.
    pub(crate) fn level(&self) -> Level {
        match self {
            Self::PossibleNonCounter(_)
            | Self::PossibleNonCounterType { .. }
            | Self::ForcedMonotonicity { .. }
            | Self::IncompatibleTypes { .. }
            | Self::HistogramIgnored(_)
            | Self::HistogramIgnoredInRange(_)
            | Self::QuantileNan(_)
            | Self::QuantileSkewed(_)
            | Self::FractionNan(_)
            | Self::MismatchedCustomBuckets(_) => Level::Info,
            _ => Level::Warning,
        }
    }
}

/// ` for metric name "x"`, if there is a name.
struct ForMetric<'a>(&'a str);

impl fmt::Display for ForMetric<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " for metric name {:?}", self.0) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level() {
            Level::Warning => self.warning(f),
            Level::Info => self.info(f),
        }
    }
}

impl Note {
    fn warning(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidQuantile(q) => {
                write!(f, "quantile value should be between 0 and 1, got {}", go_float(*q))
            }
            Self::InvalidRatio(ratio, taken) => {
                let (ratio, taken) = (go_float(*ratio), go_float(*taken));
                write!(f, "ratio value should be between -1 and 1, got {ratio}, capping to {taken}")
            }
            Self::BadBucketLabel { metric, le } => write!(
                f,
                "bucket label \"le\" is missing or has a malformed value of {le:?}{}",
                ForMetric(metric)
            ),
            Self::MixedFloatsHistograms(metric) => {
                write!(f, "encountered a mix of histograms and floats for metric name {metric:?}")
            }
            Self::MixedFloatsHistogramsAggregation => {
                f.write_str("encountered a mix of histograms and floats for aggregation")
            }
            Self::MixedClassicNative(metric) => {
                write!(f, "vector contains a mix of classic and native histograms{}", ForMetric(metric))
            }
            Self::NotCounter(metric) => {
                write!(f, "this native histogram metric is not a counter: {metric:?}")
            }
            Self::NotGauge(metric) => write!(f, "this native histogram metric is not a gauge: {metric:?}"),
            Self::MixedExponentialCustom(metric) => write!(
                f,
                "vector contains a mix of histograms with exponential and custom buckets schemas for metric name {metric:?}"
            ),
            Self::IncompatibleBucketLayout(op) => {
                write!(f, "incompatible bucket layout encountered for binary operator {op}")
            }
            Self::SortInRange => f.write_str(
                "sort is ineffective for range queries since results are always ordered by labels",
            ),
            Self::CounterResetCollision(meeting) => {
                write!(f, "conflicting counter resets during histogram {meeting}")
            }
            _ => Ok(()),
        }
    }

    fn info(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PossibleNonCounter(metric) => write!(
                f,
                "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: {metric:?}"
            ),
            Self::PossibleNonCounterType { metric, kind } => write!(
                f,
                "metric might not be a counter, __type__ label is not set to \"counter\" or \"histogram\", got {kind:?}: {metric:?}"
            ),
            Self::ForcedMonotonicity { metric, detail } => write!(
                f,
                "input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile){}{detail}",
                ForMetric(metric)
            ),
            Self::IncompatibleTypes { lhs, op, rhs } => {
                write!(
                    f,
                    "incompatible sample types encountered for binary operator {op:?}: {lhs} {op} {rhs}"
                )
            }
            Self::HistogramIgnored(aggregation) => {
                write!(f, "ignored histogram in {aggregation} aggregation")
            }
            Self::HistogramIgnoredInRange(metric) => write!(
                f,
                "ignored histograms in a range containing both floats and histograms for metric name {metric:?}"
            ),
            Self::QuantileNan(metric) => write!(
                f,
                "input to histogram_quantile has NaN observations, result is NaN{}",
                ForMetric(metric)
            ),
            Self::QuantileSkewed(metric) => write!(
                f,
                "input to histogram_quantile has NaN observations, result is skewed higher{}",
                ForMetric(metric)
            ),
            Self::FractionNan(metric) => write!(
                f,
                "input to histogram_fraction has NaN observations, which are excluded from all fractions{}",
                ForMetric(metric)
            ),
            Self::MismatchedCustomBuckets(meeting) => {
                write!(f, "mismatched custom buckets were reconciled during {meeting}")
            }
            _ => Ok(()),
        }
    }
}

/// All notes of a query, each once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Annotations {
    all: Vec<Annotation>,
}

/// Notes kept of one query: a note says more by what it says than by how often.
const NOTES: usize = 100;

impl Annotations {
    /// Adds a note that is not there yet.
    pub(crate) fn add(&mut self, note: Note, span: Span) {
        let annotation = Annotation { note, span };
        // NaN is not equal to itself, so the texts are compared where there are few.
        if self.all.len() < NOTES && !self.all.iter().any(|other| same(other, &annotation)) {
            self.all.push(annotation);
        }
    }

    /// The texts of one level, with the line and column in `query` that each is about.
    pub(crate) fn texts(&self, level: Level, query: &str) -> Vec<String> {
        let prefix = match level {
            Level::Warning => "PromQL warning",
            Level::Info => "PromQL info",
        };
        let of_level = self.all.iter().filter(|annotation| annotation.note.level() == level);
        let text = |Annotation { note, span }: &Annotation| {
            let (line, column) = crate::syntax::position(query, span.start);
            format!("{prefix}: {note} ({line}:{column})")
        };
        of_level.map(text).collect()
    }
}

fn same(a: &Annotation, b: &Annotation) -> bool {
    a.span == b.span && (a.note == b.note || a.note.to_string() == b.note.to_string())
}
