//! The answer of a query as JSON, written straight from its series.

use super::float::push_float;
use super::output::{Gone, Output};
use model::{Labels, Millis};
use query::histogram::FloatHistogram;
use query::{Answer, MatrixSeries, Sample, Value, VectorSample};
use std::time::Duration;

/// What was asked to be told of the cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stats {
    /// How long it waited for its turn.
    pub(crate) waited: Duration,
    /// How long it was computed.
    pub(crate) took: Duration,
}

/// Writes the whole answer. With a limit only so many series of it, which is said.
pub(crate) fn query_data(
    out: &mut Output,
    mut answer: Answer,
    limit: usize,
    stats: Option<Stats>,
) -> Result<(), Gone> {
    let is_cut = match &mut answer.value {
        Value::Vector(samples) => cut(samples, limit),
        Value::Matrix(series) => cut(series, limit),
        Value::Scalar(..) | Value::String(..) => false,
    };
    if is_cut {
        answer.warnings.push("results truncated due to limit".to_owned());
    }
    raw(out, r#"{"status":"success","data":{"resultType":""#);
    raw(
        out,
        match answer.value {
            Value::Scalar(..) => "scalar",
            Value::String(..) => "string",
            Value::Vector(_) => "vector",
            Value::Matrix(_) => "matrix",
        },
    );
    raw(out, r#"","result":"#);
    match &answer.value {
        Value::Scalar(t, value) => push_point(&mut out.text, *t, *value),
        Value::String(t, text) => {
            out.text.push(b'[');
            push_time(&mut out.text, *t);
            out.text.push(b',');
            push_text(&mut out.text, text);
            out.text.push(b']');
        }
        Value::Vector(samples) => list(out, samples, push_vector_sample)?,
        Value::Matrix(series) => list(out, series, push_series)?,
    }
    if let Some(stats) = stats {
        push_stats(&mut out.text, &answer, stats);
    }
    raw(out, "}");
    push_texts(&mut out.text, ",\"warnings\":", &answer.warnings);
    push_texts(&mut out.text, ",\"infos\":", &answer.infos);
    raw(out, "}");
    Ok(())
}

/// The answer of `/api/v1/query`, for who asks the engine without HTTP.
#[must_use]
pub fn answer_json(answer: Answer) -> String {
    let mut out = Output::kept();
    // What goes nowhere cannot fail on its way.
    let _always_written = query_data(&mut out, answer, usize::MAX, None);
    String::from_utf8_lossy(&out.text).into_owned()
}

fn cut<T>(all: &mut Vec<T>, limit: usize) -> bool {
    let is_cut = all.len() > limit;
    all.truncate(limit);
    is_cut
}

fn raw(out: &mut Output, text: &str) {
    out.text.extend_from_slice(text.as_bytes());
}

fn list<T>(
    out: &mut Output,
    all: &[T],
    push: impl Fn(&mut Output, &T) -> Result<(), Gone>,
) -> Result<(), Gone> {
    out.text.push(b'[');
    for (number, one) in all.iter().enumerate() {
        if number > 0 {
            out.text.push(b',');
        }
        push(out, one)?;
        out.pass()?;
    }
    out.text.push(b']');
    Ok(())
}

fn push_vector_sample(out: &mut Output, one: &VectorSample) -> Result<(), Gone> {
    raw(out, r#"{"metric":"#);
    push_labels(&mut out.text, &one.labels);
    match &one.sample {
        Sample::Float(value) => {
            raw(out, r#","value":"#);
            push_point(&mut out.text, one.t, *value);
        }
        Sample::Histogram(histogram) => {
            raw(out, r#","histogram":"#);
            push_histogram(&mut out.text, one.t, histogram);
        }
    }
    raw(out, "}");
    Ok(())
}

fn push_series(out: &mut Output, series: &MatrixSeries) -> Result<(), Gone> {
    raw(out, r#"{"metric":"#);
    push_labels(&mut out.text, &series.labels);
    let floats = series.samples.iter().filter_map(|(t, sample)| match sample {
        Sample::Float(value) => Some((*t, *value)),
        Sample::Histogram(_) => None,
    });
    push_samples(out, r#","values":["#, floats, push_point)?;
    let histograms = series.samples.iter().filter_map(|(t, sample)| match sample {
        Sample::Float(_) => None,
        Sample::Histogram(histogram) => Some((*t, &**histogram)),
    });
    push_samples(out, r#","histograms":["#, histograms, push_histogram)?;
    raw(out, "}");
    Ok(())
}

/// Writes a member with samples, if there are any.
fn push_samples<T>(
    out: &mut Output,
    member: &str,
    samples: impl Iterator<Item = (Millis, T)>,
    push: impl Fn(&mut Vec<u8>, Millis, T),
) -> Result<(), Gone> {
    let mut before = member;
    for (t, sample) in samples {
        raw(out, before);
        before = ",";
        push(&mut out.text, t, sample);
        out.pass()?;
    }
    if before == "," {
        raw(out, "]");
    }
    Ok(())
}

fn push_point(text: &mut Vec<u8>, t: Millis, value: f64) {
    text.push(b'[');
    push_time(text, t);
    text.extend_from_slice(b",\"");
    push_float(text, value);
    text.extend_from_slice(b"\"]");
}

fn push_histogram(text: &mut Vec<u8>, t: Millis, histogram: &FloatHistogram) {
    text.push(b'[');
    push_time(text, t);
    text.extend_from_slice(b",{\"count\":\"");
    push_float(text, histogram.count);
    text.extend_from_slice(b"\",\"sum\":\"");
    push_float(text, histogram.sum);
    text.push(b'"');
    let mut before = &b",\"buckets\":["[..];
    for bucket in histogram.json_buckets().filter(|bucket| bucket.count != 0.0) {
        text.extend_from_slice(before);
        before = b",";
        text.push(b'[');
        text.push(b'0' + bucket.rule);
        for number in [bucket.lower, bucket.upper, bucket.count] {
            text.extend_from_slice(b",\"");
            push_float(text, number);
            text.push(b'"');
        }
        text.push(b']');
    }
    if before == b"," {
        text.push(b']');
    }
    text.extend_from_slice(b"}]");
}

/// Seconds; of a part of one, three digits.
pub(crate) fn push_time(text: &mut Vec<u8>, t: Millis) {
    if t < 0 {
        text.push(b'-');
    }
    let (seconds, millis) = (t.unsigned_abs() / 1000, t.unsigned_abs() % 1000);
    let mut number = itoa::Buffer::new();
    text.extend_from_slice(number.format(seconds).as_bytes());
    if millis > 0 {
        // The first of four digits is written over.
        let at = text.len();
        text.extend_from_slice(number.format(1000 + millis).as_bytes());
        if let Some(place) = text.get_mut(at) {
            *place = b'.';
        }
    }
}

/// `{"label":"value"}`
pub(crate) fn push_labels(text: &mut Vec<u8>, labels: &Labels) {
    text.push(b'{');
    for (number, (name, value)) in labels.iter().enumerate() {
        if number > 0 {
            text.push(b',');
        }
        push_text(text, name);
        text.push(b':');
        push_text(text, value);
    }
    text.push(b'}');
}

/// A text in quotes.
pub(crate) fn push_text(text: &mut Vec<u8>, value: &str) {
    // Memory takes everything, and every text can be written.
    let _always_written = serde_json::to_writer(text, value);
}

fn push_texts(text: &mut Vec<u8>, member: &str, all: &[String]) {
    if !all.is_empty() {
        text.extend_from_slice(member.as_bytes());
        let _always_written = serde_json::to_writer(text, all);
    }
}

fn push_stats(text: &mut Vec<u8>, answer: &Answer, stats: Stats) {
    let (waited, took) = (stats.waited.as_secs_f64(), stats.took.as_secs_f64());
    let stats = serde_json::json!({
        "timings": {
            "evalTotalTime": took, "resultSortTime": 0.0, "queryPreparationTime": 0.0, "innerEvalTime": took,
            "execQueueTime": waited, "execTotalTime": waited + took,
        },
        "samples": { "totalQueryableSamples": answer.cost.samples, "peakSamples": answer.cost.peak },
    });
    text.extend_from_slice(b",\"stats\":");
    let _always_written = serde_json::to_writer(text, &stats);
}

#[cfg(test)]
mod tests {
    use super::push_time;

    #[test]
    fn times_are_written_as_seconds() {
        for (t, expected) in [
            (0, "0"),
            (1_435_781_451_781, "1435781451.781"),
            (1_435_781_451_000, "1435781451"),
            (1_100, "1.100"),
            (-5, "-0.005"),
            (i64::MIN, "-9223372036854775.808"),
        ] {
            let mut text = Vec::new();
            push_time(&mut text, t);
            assert_eq!(String::from_utf8_lossy(&text), expected);
        }
    }
}
