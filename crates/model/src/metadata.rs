//! What is known of a metric besides its samples.

use crate::refusal::Reason;
use crate::series::MetricKind;

/// Type, unit and help text of a metric.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// What its values mean.
    pub metric_type: MetricType,
    /// What they are counted in, in the plural (`bytes`, `seconds`); empty if nobody said.
    pub unit: Box<str>,
    /// What it is, in one sentence; empty if nobody said.
    pub help: Box<str>,
}

/// What a metric's values mean, in the words of `OpenMetrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MetricType {
    /// Nobody said.
    #[default]
    Unknown,
    /// A total that only rises.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// A distribution in buckets.
    Histogram,
    /// A distribution in buckets whose counts go up and down.
    GaugeHistogram,
    /// A distribution in quantiles.
    Summary,
    /// Always 1; what it says stands in its labels.
    Info,
    /// One series for each of several states.
    StateSet,
}

impl MetricType {
    /// All there are.
    pub const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Counter,
        Self::Gauge,
        Self::Histogram,
        Self::GaugeHistogram,
        Self::Summary,
        Self::Info,
        Self::StateSet,
    ];

    /// The word of `OpenMetrics`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::GaugeHistogram => "gaugehistogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
        }
    }
}

/// An observation is a value that goes up and down: the distribution is another metric.
impl From<MetricKind> for MetricType {
    fn from(kind: MetricKind) -> Self {
        match kind {
            MetricKind::Counter => Self::Counter,
            MetricKind::Gauge | MetricKind::Histogram | MetricKind::Summary => Self::Gauge,
        }
    }
}

/// Alicia's names that say no unit, and the units that they have all the same.
const BY_NAME: [(&str, &str); 3] =
    [("response_time", "milliseconds"), ("response_time_avg", "milliseconds"), ("error_rate", "percent")];
/// Units that names end with.
const UNITS: [&str; 32] = [
    "percent",
    "bytes",
    "seconds",
    "milliseconds",
    "ratio",
    "celsius",
    "volts",
    "amperes",
    "watts",
    "joules",
    "hertz",
    "meters",
    "grams",
    "pascals",
    "lux",
    "bits",
    "fahrenheit",
    "kelvin",
    "hectopascals",
    "kilopascals",
    "kilowatt_hours",
    "watt_hours",
    "watt_minutes",
    "kilowatts",
    "millivolts",
    "milliamperes",
    "ppm",
    "ppb",
    "dbm",
    "degrees",
    "kilobytes",
    "megabytes",
];

/// The unit that the name of a metric says; empty if it says none.
#[must_use]
pub fn unit_of(metric: &str) -> &'static str {
    if let Some((_, unit)) = BY_NAME.iter().find(|(name, _)| *name == metric) {
        return unit;
    }
    let stem = metric.strip_suffix("_total").unwrap_or(metric);
    let is_it = |unit: &&&str| stem.strip_suffix(**unit).is_some_and(|rest| rest.ends_with('_'));
    UNITS.iter().find(is_it).copied().unwrap_or("")
}

/// Keeps what is known of metrics.
pub trait Describe: Send + Sync {
    /// Notes what is known of a metric, in the place of what was known.
    ///
    /// # Errors
    /// The limit that forbids it.
    fn describe(&self, metric: &str, metadata: Metadata) -> Result<(), Reason>;

    /// What is known of this metric, or of all, by their names.
    fn described(&self, metric: Option<&str>) -> Vec<(Box<str>, Metadata)>;
}

#[cfg(test)]
mod tests {
    use super::unit_of;

    #[test]
    fn units_stand_at_the_end_of_names() {
        for (metric, unit) in [
            ("cpu_percent", "percent"),
            ("bytes_sent_bytes_total", "bytes"),
            ("uptime_seconds", "seconds"),
            ("response_time", "milliseconds"),
            ("error_rate", "percent"),
            ("seconds", ""),
            ("requests_total", ""),
            ("milliseconds_left", ""),
        ] {
            assert_eq!(unit_of(metric), unit, "{metric}");
        }
    }
}
