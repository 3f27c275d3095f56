//! Statistics as answers. Members stand in the order of the seed and the original.

use crate::shapes::OwnLabels;
use model::{Series, TimeRange, to_seconds};
use query::{Aggregate, Significance, Trend};
use serde::Serialize;
use std::collections::BTreeMap;

/// Statistics of a metric over a range.
#[derive(Debug, Serialize)]
pub(crate) struct Aggregated {
    count: usize,
    min: f64,
    max: f64,
    mean: f64,
    median: f64,
    std_dev: f64,
    percentile_95: f64,
    percentile_99: f64,
    time_range: f64,
    timestamp: f64,
    /// Of counters only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) increase: Option<f64>,
}

impl Aggregated {
    pub(crate) fn new(of: &Aggregate, range: TimeRange, timestamp: f64) -> Self {
        Self {
            count: of.count,
            min: of.min,
            max: of.max,
            mean: of.mean,
            median: of.median,
            std_dev: of.std_dev,
            percentile_95: of.percentile_95,
            percentile_99: of.percentile_99,
            time_range: span(range),
            timestamp,
            increase: None,
        }
    }
}

/// The trend of a metric over a range, and of each of its series where there are several.
#[derive(Debug, Serialize)]
pub(crate) struct Trends<'a> {
    #[serde(flatten)]
    pub(crate) all: TrendFields,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) series: Vec<SeriesTrend<'a>>,
}

/// The trend of one series.
#[derive(Debug, Serialize)]
pub(crate) struct SeriesTrend<'a> {
    instance_id: Option<&'a str>,
    labels: OwnLabels<'a>,
    #[serde(flatten)]
    trend: TrendFields,
}

impl<'a> SeriesTrend<'a> {
    pub(crate) fn new(series: &'a Series, trend: &Trend, range: TimeRange) -> Self {
        Self {
            instance_id: series.instance(),
            labels: OwnLabels(series),
            trend: TrendFields::new(trend, range),
        }
    }
}

/// The seed's fields, and the test. With too few samples there is only the word that says so.
#[derive(Debug, Serialize)]
pub(crate) struct TrendFields {
    trend: &'static str,
    #[serde(flatten)]
    known: Option<Known>,
}

#[derive(Debug, Serialize)]
struct Known {
    strength: f64,
    slope: f64,
    data_points: usize,
    time_range: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    significance: Option<Test>,
}

impl TrendFields {
    pub(crate) fn new(trend: &Trend, range: TimeRange) -> Self {
        let known = (trend.data_points > 1).then(|| Known {
            strength: trend.strength,
            slope: trend.slope,
            data_points: trend.data_points,
            time_range: span(range),
            significance: trend
                .significance
                .as_ref()
                .map(|test| Test::new(test, trend.tested_direction().as_str())),
        });
        Self { trend: trend.trend.as_str(), known }
    }
}

/// Whether the trend is more than noise, in units of the metric per hour.
#[derive(Debug, Serialize)]
struct Test {
    direction: &'static str,
    significant: bool,
    p_value: f64,
    slope_per_hour: f64,
    low_per_hour: f64,
    high_per_hour: f64,
    relative_per_hour: Option<f64>,
}

impl Test {
    fn new(test: &Significance, direction: &'static str) -> Self {
        Self {
            direction,
            significant: test.significant,
            p_value: test.p_value,
            slope_per_hour: test.slope_per_hour,
            low_per_hour: test.low_per_hour,
            high_per_hour: test.high_per_hour,
            relative_per_hour: test.relative_per_hour,
        }
    }
}

/// Statistics of every metric of a service.
#[derive(Debug, Serialize)]
pub(crate) struct Analytics {
    pub(crate) service_name: String,
    pub(crate) analytics: BTreeMap<String, Analysed>,
}

/// Statistics of a metric, under the original's names.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Analysed {
    /// Of a single sample.
    One { count: usize, value: f64 },
    /// Of several.
    Many { count: usize, min: f64, max: f64, avg: f64, median: f64, std_dev: f64 },
}

impl Analysed {
    pub(crate) fn new(of: &Aggregate) -> Self {
        let Aggregate { count, min, max, mean, median, std_dev, .. } = *of;
        if count == 1 {
            Self::One { count, value: mean }
        } else {
            Self::Many { count, min, max, avg: mean, median, std_dev }
        }
    }
}

/// Seconds from the start to the end of a range.
fn span(range: TimeRange) -> f64 {
    to_seconds(range.end.saturating_sub(range.start))
}
