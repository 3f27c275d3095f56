//! The answer of a query, out of its JSON.

use model::Labels;
use serde_json::Value;

/// A value at a time.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Unix seconds.
    pub(crate) time: f64,
    /// As it is written.
    pub(crate) text: String,
    /// As a number; none of a histogram.
    pub(crate) number: Option<f64>,
}

/// A series with its values.
pub(crate) struct Series {
    pub(crate) labels: Labels,
    pub(crate) points: Vec<Point>,
}

/// What was answered.
pub(crate) enum Answer {
    /// A number or a text.
    One(String),
    /// Series with a value each.
    Vector(Vec<Series>),
    /// Series with values.
    Matrix(Vec<Series>),
}

impl Answer {
    pub(crate) fn read(data: &Value) -> Option<Self> {
        let result = data.get("result")?;
        match data.get("resultType")?.as_str()? {
            "scalar" | "string" => Some(Self::One(result.get(1)?.as_str()?.to_owned())),
            "vector" => Some(Self::Vector(all(result)?)),
            "matrix" => Some(Self::Matrix(all(result)?)),
            _ => None,
        }
    }
}

fn all(result: &Value) -> Option<Vec<Series>> {
    result.as_array()?.iter().map(series).collect()
}

fn series(one: &Value) -> Option<Series> {
    let metric = one.get("metric")?.as_object()?.iter();
    let labels = Labels::new(metric.filter_map(|(name, value)| Some((name, value.as_str()?))));
    let lists = ["values", "histograms"].into_iter().filter_map(|name| one.get(name)?.as_array()).flatten();
    let single = ["value", "histogram"].into_iter().filter_map(|name| one.get(name));
    let mut points: Vec<Point> = lists.chain(single).map(point).collect::<Option<_>>()?;
    points.sort_by(|a, b| a.time.total_cmp(&b.time));
    Some(Series { labels, points })
}

fn point(pair: &Value) -> Option<Point> {
    let time = pair.get(0)?.as_f64()?;
    match pair.get(1)? {
        Value::String(text) => Some(Point { time, text: text.clone(), number: text.parse().ok() }),
        histogram => {
            let (count, sum) = (histogram.get("count")?.as_str()?, histogram.get("sum")?.as_str()?);
            Some(Point { time, text: format!("count {count}, sum {sum}"), number: None })
        }
    }
}
