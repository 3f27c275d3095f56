//! JSON lines, as VictoriaMetrics' `/api/v1/export` and `/api/v1/import` have them: one object a line, with the
//! labels of a series, its values and their times in milliseconds. We add two things, which VictoriaMetrics passes
//! over: `type`, the kind of the metric, and where there are any `nan_bits`, by position the bits of the values that
//! are NaN but not the usual one, the staleness marker for example.

use super::fault::{Fault, shortened};
use super::{identity, value};
use model::{MetricKind, Millis, Point, Series};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Samples of one line that is written: so many cost next to nothing more than more would, and a reader that holds
/// a line in memory holds some hundred kilobytes.
const SAMPLES_PER_LINE: usize = 8_192;

/// Appends the lines of `points` of `series`.
pub(crate) fn push(out: &mut String, series: &Series, points: &[Point]) {
    for points in points.chunks(SAMPLES_PER_LINE) {
        out.push_str("{\"metric\":");
        push_labels(out, series.labels().iter());
        out.push_str(",\"type\":\"");
        out.push_str(series.kind().as_str());
        out.push_str("\",\"values\":[");
        for (at, point) in points.iter().enumerate() {
            comma(out, at);
            value::push_json(out, point.v);
        }
        out.push_str("],\"timestamps\":[");
        for (at, point) in points.iter().enumerate() {
            comma(out, at);
            out.push_str(&point.t.to_string());
        }
        out.push(']');
        push_odd(out, points);
        out.push_str("}\n");
    }
}

/// Appends the bits that `null` does not say.
fn push_odd(out: &mut String, points: &[Point]) {
    let is_odd = |point: &Point| point.v.is_nan() && !value::is_usual(point.v);
    let odd = points.iter().enumerate().filter(|(_, point)| is_odd(point));
    for (count, (at, point)) in odd.clone().enumerate() {
        out.push_str(if count == 0 { ",\"nan_bits\":{\"" } else { ",\"" });
        out.push_str(&at.to_string());
        out.push_str("\":\"");
        value::push_bits(out, point.v);
        out.push('"');
    }
    if odd.count() > 0 {
        out.push('}');
    }
}

/// Appends labels as a JSON object of texts.
pub(crate) fn push_labels<'a>(out: &mut String, labels: impl Iterator<Item = (&'a str, &'a str)>) {
    out.push('{');
    for (at, (name, value)) in labels.enumerate() {
        comma(out, at);
        push_text(out, name);
        out.push(':');
        push_text(out, value);
    }
    out.push('}');
}

fn comma(out: &mut String, at: usize) {
    if at > 0 {
        out.push(',');
    }
}

fn push_text(out: &mut String, text: &str) {
    // A text always has a JSON shape; `Value` shows it without a way to fail.
    out.push_str(&serde_json::Value::from(text).to_string());
}

/// A line, its lists not yet taken apart. What else stands in it is passed over.
#[derive(Deserialize)]
struct Line<'a> {
    metric: BTreeMap<String, String>,
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    values: &'a RawValue,
    #[serde(borrow)]
    timestamps: &'a RawValue,
    #[serde(borrow, default)]
    nan_bits: BTreeMap<usize, Cow<'a, str>>,
}

/// The samples of `line`, appended to `out`; of a line that is refused none.
pub(crate) fn read(line: &str, out: &mut Vec<(Arc<Series>, Point)>) -> Result<(), Fault> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| unreadable(&error))?;
    let kind = kind(line.kind.as_deref())?;
    let series = identity::series(line.metric.into_iter().collect(), kind)?;
    let values = elements(line.values)?.map(|text| value::parse_json(text).ok_or_else(|| Fault::value(text)));
    let mut values = values.collect::<Result<Vec<f64>, Fault>>()?;
    for (at, digits) in &line.nan_bits {
        let place = values.get_mut(*at).filter(|value| value.is_nan());
        let (Some(place), Some(nan)) = (place, value::parse_bits(digits)) else {
            return Err(Fault::value(&format!("nan_bits {at}: {digits}")));
        };
        *place = nan;
    }
    let times = elements(line.timestamps)?.map(|text| {
        text.parse()
            .map_err(|_| Fault::time(format!("{} is not a whole number of milliseconds", shortened(text))))
    });
    let times = times.collect::<Result<Vec<Millis>, Fault>>()?;
    if values.len() != times.len() {
        return Err(Fault::syntax(format!("{} values but {} timestamps", values.len(), times.len())));
    }
    out.extend(times.into_iter().zip(values).map(|(t, v)| (Arc::clone(&series), Point { t, v })));
    Ok(())
}

/// What is wrong with a line of JSON. Its own first line is of no interest: there is no other.
fn unreadable(error: &serde_json::Error) -> Fault {
    Fault::syntax(error.to_string().replace(" at line 1 column", " at column"))
}

/// The kind that `word` means; a gauge where none is said, which promises nothing.
pub(crate) fn kind(word: Option<&str>) -> Result<MetricKind, Fault> {
    word.map_or(Ok(MetricKind::Gauge), |word| word.parse().map_err(|_| Fault::kind(word)))
}

/// The elements of a JSON array as they are written. Its syntax is checked already, and none of the texts that mean
/// a value or a time has a comma.
fn elements(list: &RawValue) -> Result<impl Iterator<Item = &str>, Fault> {
    let inner = list.get().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inner = inner.ok_or_else(|| Fault::syntax("`values` and `timestamps` must be lists"))?;
    let is_empty = inner.trim_ascii().is_empty();
    Ok(inner.split(',').map(str::trim_ascii).filter(move |_| !is_empty))
}
