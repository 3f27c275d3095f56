//! What came out beside what was expected.

use super::spec::{ExpectedAlert, ExpectedSample};
use model::Labels;
use query::notation::{Cursor, metric, parse_histogram};
use query::{Sample, Value};
use rules::groups::ActiveAlert;
use std::collections::BTreeMap;

/// How the alerts that fire differ from those that should.
pub(super) fn alerts(name: &str, expected: &[ExpectedAlert], found: &[ActiveAlert]) -> Option<String> {
    let wanted = expected.iter().map(|alert| {
        let mut labels = alert.exp_labels.clone();
        labels.insert("alertname".to_owned(), name.to_owned());
        (labels, alert.exp_annotations.clone())
    });
    let owned = |labels: &Labels| -> BTreeMap<String, String> {
        labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let found = found.iter().map(|alert| (owned(&alert.labels), alert.annotations.clone()));
    let (mut wanted, mut found): (Vec<_>, Vec<_>) = (wanted.collect(), found.collect());
    wanted.sort();
    found.sort();
    (wanted != found).then(|| format!("\n    expected {wanted:?}\n    but got  {found:?}"))
}

/// A series in the order of its labels: its text for people, and the value.
type Line = (String, Sample);

/// How what an expression came to differs from what it should.
///
/// # Errors
/// What is expected means nothing.
pub(super) fn samples(expected: &[ExpectedSample], found: &Value) -> Result<Option<String>, String> {
    let mut wanted = expected.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let mut found: Vec<Line> = match found {
        Value::Vector(samples) => {
            samples.iter().map(|sample| (sample.labels.to_string(), sample.sample.clone())).collect()
        }
        Value::Scalar(_, value) => vec![(Labels::default().to_string(), Sample::Float(*value))],
        Value::String(..) | Value::Matrix(_) => return Ok(Some("it comes to no samples".to_owned())),
    };
    wanted.sort_by(|a, b| a.0.cmp(&b.0));
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let is_same =
        wanted.len() == found.len() && wanted.iter().zip(&found).all(|(a, b)| a.0 == b.0 && same(&a.1, &b.1));
    Ok((!is_same).then(|| format!("\n    expected {}\n    but got  {}", lines(&wanted), lines(&found))))
}

fn line(expected: &ExpectedSample) -> Result<Line, String> {
    let labels = match expected.labels.trim() {
        "" | "{}" => Labels::default(),
        text => {
            let mut cursor = Cursor::new(text);
            let labels = metric(&mut cursor)?;
            if !cursor.skip().rest.is_empty() {
                return Err(format!("labels {text:?} go on with {:?}", cursor.rest));
            }
            labels
        }
    };
    let sample = if expected.histogram.is_empty() {
        Sample::Float(expected.value)
    } else {
        Sample::Histogram(parse_histogram(&expected.histogram)?.histogram.into())
    };
    Ok((labels.to_string(), sample))
}

fn same(expected: &Sample, found: &Sample) -> bool {
    match (expected, found) {
        (Sample::Float(a), Sample::Float(b)) => a == b,
        (Sample::Histogram(a), Sample::Histogram(b)) => a.equals(b),
        _ => false,
    }
}

fn lines(samples: &[Line]) -> String {
    let shown = samples.iter().map(|(labels, sample)| match sample {
        Sample::Float(value) => format!("{labels} {value}"),
        Sample::Histogram(histogram) => format!("{labels} {histogram:?}"),
    });
    if samples.is_empty() { "nothing".to_owned() } else { shown.collect::<Vec<_>>().join(", ") }
}
