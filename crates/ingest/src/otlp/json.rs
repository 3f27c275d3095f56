//! OTLP as JSON: the same messages with their fields' names, as protobuf's own mapping has it. Numbers of 64 bits may be
//! texts.

use super::shape::{Attribute, DataPoint, Kind, Metric, Run, Source};
use crate::gate::WriteError;
use model::limits;
use serde_json::{Map, Value};
use std::borrow::Cow;

type Object = Map<String, Value>;

/// Reads an export. What is nested deeper than any export is refused.
///
/// # Errors
/// [`WriteError::Unreadable`].
pub(super) fn read(body: &[u8]) -> Result<Vec<Source<'static>>, WriteError> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| WriteError::Unreadable(error.to_string()))?;
    let Value::Object(request) = value else {
        return Err(WriteError::Unreadable("expected a JSON object".to_owned()));
    };
    Ok(objects(&request, "resourceMetrics").map(source).collect())
}

fn source(from: &Object) -> Source<'static> {
    let resource = from.get("resource").and_then(Value::as_object);
    let metrics = objects(from, "scopeMetrics").flat_map(|scope| objects(scope, "metrics"));
    Source {
        attributes: resource.map(attributes).unwrap_or_default(),
        metrics: metrics.map(metric).collect(),
    }
}

fn metric(from: &Object) -> Metric<'static> {
    let kinds = [
        ("gauge", Kind::Gauge),
        ("sum", Kind::Sum),
        ("histogram", Kind::Histogram),
        ("exponentialHistogram", Kind::Exponential),
        ("summary", Kind::Summary),
    ];
    let mut metric = Metric {
        name: text(from, "name"),
        help: text(from, "description"),
        unit: text(from, "unit"),
        ..Metric::default()
    };
    for (name, kind) in kinds {
        let Some(data) = from.get(name).and_then(Value::as_object) else { continue };
        metric.kind = kind;
        metric.is_delta = match data.get("aggregationTemporality") {
            Some(Value::String(word)) => word == "AGGREGATION_TEMPORALITY_DELTA",
            other => other.and_then(Value::as_u64) == Some(1),
        };
        metric.is_monotonic = data.get("isMonotonic").and_then(Value::as_bool).unwrap_or(false);
        metric.points = objects(data, "dataPoints").map(|from| point(kind, from)).collect();
    }
    metric
}

fn point(kind: Kind, from: &Object) -> DataPoint<'static> {
    let value = from.get("asDouble").or_else(|| from.get("asInt")).and_then(double);
    let run = |name: &str| {
        let run = from.get(name).and_then(Value::as_object);
        run.map(|run| Run { offset: integer(run, "offset"), counts: naturals(run, "bucketCounts") })
    };
    let exemplars = from.get("exemplars").and_then(Value::as_array).map_or(0, Vec::len);
    DataPoint {
        attributes: attributes(from),
        time: natural(from, "timeUnixNano"),
        is_absent: natural(from, "flags") & 1 != 0,
        exemplars: exemplars as u64,
        value: value.unwrap_or(0.0),
        count: natural(from, "count"),
        sum: from.get("sum").and_then(double),
        counts: if kind == Kind::Histogram { naturals(from, "bucketCounts") } else { Vec::new() },
        bounds: all(from, "explicitBounds").filter_map(double).collect(),
        scale: integer(from, "scale"),
        zero_count: natural(from, "zeroCount"),
        zero_threshold: from.get("zeroThreshold").and_then(double).unwrap_or(0.0),
        positive: run("positive").unwrap_or_default(),
        negative: run("negative").unwrap_or_default(),
        quantiles: objects(from, "quantileValues").map(quantile).collect(),
    }
}

fn quantile(from: &Object) -> (f64, f64) {
    let of = |name: &str| from.get(name).and_then(double).unwrap_or(0.0);
    (of("quantile"), of("value"))
}

fn attributes(from: &Object) -> Vec<Attribute<'static>> {
    let attribute = |from: &Object| {
        let value = from.get("value").and_then(Value::as_object).map(any).unwrap_or_default();
        (text(from, "key"), Cow::Owned(value))
    };
    objects(from, "attributes").map(attribute).collect()
}

/// A value as text. Of a list the texts of its members, of what is nested deeper nothing.
fn any(value: &Object) -> String {
    if let Some(list) = value.get("arrayValue").and_then(Value::as_object) {
        let texts: Vec<String> =
            objects(list, "values").filter_map(scalar).map(|text| format!("{text:?}")).collect();
        return format!("[{}]", texts.join(","));
    }
    scalar(value).unwrap_or_default()
}

fn scalar(value: &Object) -> Option<String> {
    let (kind, value) = value.iter().next()?;
    match (kind.as_str(), value) {
        ("stringValue" | "intValue", Value::String(text)) => Some(text.clone()),
        ("boolValue", Value::Bool(is)) => Some(is.to_string()),
        ("intValue", Value::Number(number)) => Some(number.to_string()),
        ("doubleValue", value) => double(value).map(|number| number.to_string()),
        _ => None,
    }
}

fn all<'v>(from: &'v Object, name: &str) -> impl Iterator<Item = &'v Value> {
    from.get(name).and_then(Value::as_array).into_iter().flatten().take(limits::WRITE_ENTRIES)
}

fn objects<'v>(from: &'v Object, name: &str) -> impl Iterator<Item = &'v Object> {
    all(from, name).filter_map(Value::as_object)
}

fn text(from: &Object, name: &str) -> Cow<'static, str> {
    Cow::Owned(from.get(name).and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// A number, or a text that says one.
fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text == "Infinity" => Some(f64::INFINITY),
        Value::String(text) if text == "-Infinity" => Some(f64::NEG_INFINITY),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn natural(from: &Object, name: &str) -> u64 {
    from.get(name).and_then(whole).unwrap_or(0)
}

fn naturals(from: &Object, name: &str) -> Vec<u64> {
    all(from, name).filter_map(whole).collect()
}

fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn integer(from: &Object, name: &str) -> i64 {
    let value = from.get(name);
    value.and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok())).unwrap_or(0)
}
