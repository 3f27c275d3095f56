//! What can be asked of a window of samples.

use model::{Millis, limits};
use query::syntax::print_length;
use std::fmt;

/// A question about the samples of the last `span` milliseconds: those after `t - span`, up to `t`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Function {
    /// What is asked.
    pub kind: FunctionKind,
    /// Of how long a time.
    pub span: Millis,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FunctionKind {
    /// The mean.
    Avg,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The sum.
    Sum,
    /// The number of samples; 0 where there are none.
    Count,
    /// The value below which this share lies, 0 to 1.
    Quantile(f64),
    /// What a counter rose by each second, as `PromQL`'s `rate`.
    Rate,
    /// What a counter rose by, as `PromQL`'s `increase`.
    Increase,
    /// By how much a gauge is more at the end than at the beginning, as `PromQL`'s `delta`.
    Delta,
    /// The standard deviation.
    Stddev,
    /// How much the value rises each hour, by least squares.
    Trend,
    /// The value so many milliseconds ahead, by the same line.
    Forecast(Millis),
    /// How many robust standard deviations the newest value lies from the median.
    Anomaly,
    /// How often the value changed.
    Changed,
    /// The newest value.
    Last,
}

/// The functions of a window alone, by name.
const NAMES: [(&str, FunctionKind); 16] = [
    ("avg", FunctionKind::Avg),
    ("min", FunctionKind::Min),
    ("max", FunctionKind::Max),
    ("sum", FunctionKind::Sum),
    ("count", FunctionKind::Count),
    ("p50", FunctionKind::Quantile(0.5)),
    ("p90", FunctionKind::Quantile(0.9)),
    ("p95", FunctionKind::Quantile(0.95)),
    ("p99", FunctionKind::Quantile(0.99)),
    ("rate", FunctionKind::Rate),
    ("increase", FunctionKind::Increase),
    ("delta", FunctionKind::Delta),
    ("stddev", FunctionKind::Stddev),
    ("trend", FunctionKind::Trend),
    ("anomaly", FunctionKind::Anomaly),
    ("changed", FunctionKind::Changed),
];

impl FunctionKind {
    /// The window of a forecast that names none.
    pub const FORECAST_SPAN: Millis = limits::HOUR;

    /// The function of this name that needs to know nothing but the window.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().chain(&[("last", Self::Last)]).find(|(known, _)| *known == name);
        found.map(|(_, kind)| *kind)
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = print_length(self.span);
        match self.kind {
            FunctionKind::Forecast(ahead) => write!(f, "forecast({}, {span})", print_length(ahead)),
            FunctionKind::Last => write!(f, "last({span})"),
            kind => match NAMES.iter().find(|(_, named)| *named == kind) {
                Some((name, _)) => write!(f, "{name}({span})"),
                None => match kind {
                    FunctionKind::Quantile(share) => write!(f, "quantile({share}, {span})"),
                    _ => Err(fmt::Error),
                },
            },
        }
    }
}
