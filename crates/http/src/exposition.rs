//! Everything collected, in the Prometheus text format.
//!
//! Names and labels are brought to the legacy character set (`[a-zA-Z_:][a-zA-Z0-9_:]*`, other characters
//! become `_`), which every scraper reads. A histogram or summary entry carries one observation; the newest is
//! shown as a gauge, and its distribution is at the aggregate route.

use model::{MetricKind, NAME, SeriesPoints, is_stale_marker};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The content type of the text.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The newest value of each series in `all` that has not ended, and the collector's `own` metrics.
pub(crate) fn write(all: &[SeriesPoints], own: &[(String, f64)]) -> String {
    let mut families: BTreeMap<String, Vec<&SeriesPoints>> = BTreeMap::new();
    for series in all {
        families.entry(metric_name(series.series.name())).or_default().push(series);
    }
    let mut text = String::new();
    for (name, family) in families {
        let is_counter = family.iter().all(|series| series.series.kind() == MetricKind::Counter);
        head(&mut text, &name, is_counter);
        for series in family {
            sample(&mut text, &name, series);
        }
    }
    for (name, value) in own {
        head(&mut text, name, name.ends_with("_total"));
        line(&mut text, format_args!("{name} {}", number(*value)));
    }
    text
}

fn head(text: &mut String, name: &str, is_counter: bool) {
    line(text, format_args!("# TYPE {name} {}", if is_counter { "counter" } else { "gauge" }));
}

fn sample(text: &mut String, name: &str, series: &SeriesPoints) {
    let Some(point) = series.points.last().filter(|point| !is_stale_marker(point.v)) else { return };
    let labels: Vec<String> = series
        .series
        .labels()
        .iter()
        .filter(|(label, _)| *label != NAME)
        .map(|(label, value)| format!("{}=\"{}\"", label_name(label), escaped(value)))
        .collect();
    line(text, format_args!("{name}{{{}}} {}", labels.join(","), number(point.v)));
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    if writeln!(text, "{content}").is_err() {
        text.push('\n');
    }
}

fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else {
        value.to_string()
    }
}

fn metric_name(name: &str) -> String {
    legacy(name, ':')
}

fn label_name(name: &str) -> String {
    legacy(name, '_')
}

/// `name` in the legacy character set; `extra` is the one more character that is allowed.
fn legacy(name: &str, extra: char) -> String {
    let is_good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == extra;
    let mut good: String = name.chars().map(|c| if is_good(c) { c } else { '_' }).collect();
    if good.is_empty() || good.starts_with(|c: char| c.is_ascii_digit()) {
        good.insert(0, '_');
    }
    good
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
