//! Statistics as answers. Members stand in the order of the seed and the original.

use crate::shapes::OwnLabels;
use model::{Series, TimeRange, to_seconds};
use query::{Aggregate, Significance, Trend};
use serde::Serialize;
use std::collections::BTreeMap;

/// Statistics of a metric over a range; null stands for what is no finite number.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Aggregated {
    count: usize,
    #[schema(value_type = Option<f64>, required)]
    min: f64,
    #[schema(value_type = Option<f64>, required)]
    max: f64,
    #[schema(value_type = Option<f64>, required)]
    mean: f64,
    #[schema(value_type = Option<f64>, required)]
    median: f64,
    #[schema(value_type = Option<f64>, required)]
    std_dev: f64,
    #[schema(value_type = Option<f64>, required)]
    percentile_95: f64,
    #[schema(value_type = Option<f64>, required)]
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

/// Statistics, or that there is nothing to make them of.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum AnyAggregated {
    /// Of some samples.
    Some(Aggregated),
    /// Of none.
    None(NoStatistics),
}

/// An empty object.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(max_properties = 0)]
pub(crate) struct NoStatistics {}

/// The trend of a metric over a range, and of each of its series where there are several.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Trend)]
pub(crate) struct Trends<'a> {
    #[serde(flatten)]
    pub(crate) all: TrendFields,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) series: Vec<SeriesTrend<'a>>,
}

/// The trend of one series.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SeriesTrend<'a> {
    #[schema(required)]
    instance_id: Option<&'a str>,
    #[schema(value_type = BTreeMap<String, String>)]
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
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct TrendFields {
    trend: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    strength: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slope: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    data_points: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    time_range: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    significance: Option<Test>,
}

impl TrendFields {
    pub(crate) fn new(trend: &Trend, range: TimeRange) -> Self {
        let word = trend.trend.as_str();
        if trend.data_points < 2 {
            return Self { trend: word, ..Self::default() };
        }
        let significance = trend.significance.as_ref();
        Self {
            trend: word,
            strength: Some(trend.strength),
            slope: Some(trend.slope),
            data_points: Some(trend.data_points),
            time_range: Some(span(range)),
            significance: significance.map(|test| Test::new(test, trend.tested_direction().as_str())),
        }
    }
}

/// Whether the trend is more than noise, in units of the metric per hour.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = TrendTest)]
struct Test {
    direction: &'static str,
    significant: bool,
    p_value: f64,
    slope_per_hour: f64,
    low_per_hour: f64,
    high_per_hour: f64,
    #[schema(required)]
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
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Analytics {
    pub(crate) service_name: String,
    pub(crate) analytics: BTreeMap<String, Analysed>,
}

/// Statistics, or why there are none.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum AnyAnalytics {
    /// Of some samples.
    Some(Analytics),
    /// There are no samples.
    None {
        /// For people.
        message: &'static str,
    },
}

/// Statistics of a metric, under the original's names.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(crate) enum Analysed {
    /// Of a single sample.
    One {
        count: usize,
        #[schema(value_type = Option<f64>, required)]
        value: f64,
    },
    /// Of several.
    Many {
        count: usize,
        #[schema(value_type = Option<f64>, required)]
        min: f64,
        #[schema(value_type = Option<f64>, required)]
        max: f64,
        #[schema(value_type = Option<f64>, required)]
        avg: f64,
        #[schema(value_type = Option<f64>, required)]
        median: f64,
        #[schema(value_type = Option<f64>, required)]
        std_dev: f64,
    },
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
