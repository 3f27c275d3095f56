//! Everything collected, in the Prometheus text format.
//!
//! Names and labels are brought to the legacy character set (`[a-zA-Z_:][a-zA-Z0-9_:]*`, other characters
//! become `_`), which every scraper reads. Where two series become one by that, the first in the order of
//! their labels is shown and a comment counts the others: a repeated line would cost the whole scrape.
//! A histogram or summary entry carries one observation; the newest is shown as a gauge, and its statistics
//! are at the aggregate route.

use model::{Labels, MetricKind, NAME, Point, SeriesPoints, is_stale_marker};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The content type of the text.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The newest value of each series in `all` that has not ended, and the collector's `own` metrics.
pub(crate) fn write(all: &[SeriesPoints], own: &[(Labels, f64)]) -> String {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for (all, value) in own {
        let name = all.get(NAME).unwrap_or("");
        let kind = if name.ends_with("_total") { MetricKind::Counter } else { MetricKind::Gauge };
        let family = families.entry(legacy(name, Some(':'))).or_default();
        family.is_own = true;
        family.add(labels(all), *value, kind);
    }
    for one in all {
        let Some(point) = one.points.last().filter(|point| !is_stale_marker(point.v)) else { continue };
        let family = families.entry(legacy(one.series.name(), Some(':'))).or_default();
        family.add(labels(one.series.labels()), point.v, one.series.kind());
    }
    let mut text = String::new();
    for (name, family) in families {
        family.write(&name, &mut text);
    }
    text
}

/// Samples with their times, for federation: of what type they are, the other side is not told, as with Prometheus.
pub(crate) fn federated(newest: &BTreeMap<Labels, Point>) -> String {
    let mut families: BTreeMap<String, BTreeMap<String, Point>> = BTreeMap::new();
    for (all, point) in newest {
        let family = families.entry(legacy(all.get(NAME).unwrap_or(""), Some(':'))).or_default();
        family.entry(labels(all)).or_insert(*point);
    }
    let mut text = String::new();
    for (name, samples) in families {
        line(&mut text, format_args!("# TYPE {name} untyped"));
        for (labels, point) in samples {
            line(&mut text, format_args!("{name}{labels} {} {}", number(point.v), point.t));
        }
    }
    text
}

/// The series of one name.
#[derive(Default)]
struct Family {
    /// Labels as written, and the value.
    samples: Vec<(String, f64)>,
    shown: BTreeSet<String>,
    hidden: usize,
    has_others_than_counters: bool,
    has_observations: bool,
    is_own: bool,
}

impl Family {
    fn add(&mut self, labels: String, value: f64, kind: MetricKind) {
        if !self.shown.insert(labels.clone()) {
            self.hidden += 1;
            return;
        }
        self.samples.push((labels, value));
        self.has_others_than_counters |= kind != MetricKind::Counter;
        self.has_observations |= matches!(kind, MetricKind::Histogram | MetricKind::Summary);
    }

    fn write(&self, name: &str, text: &mut String) {
        if self.is_own {
            line(text, format_args!("# HELP {name} Of the collector itself."));
        } else if self.has_observations {
            line(text, format_args!("# HELP {name} The newest observation of a distribution."));
        }
        let kind = if self.has_others_than_counters { "gauge" } else { "counter" };
        line(text, format_args!("# TYPE {name} {kind}"));
        for (labels, value) in &self.samples {
            line(text, format_args!("{name}{labels} {}", number(*value)));
        }
        if self.hidden > 0 {
            let hidden = self.hidden;
            line(text, format_args!("# {hidden} more series would have one of the lines above: not shown."));
        }
    }
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    if writeln!(text, "{content}").is_err() {
        text.push('\n');
    }
}

/// `{name="value",…}`, or nothing where there are no labels.
fn labels(all: &Labels) -> String {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut pairs = Vec::new();
    for (name, value) in all.iter().filter(|(name, _)| *name != NAME) {
        let mut name = legacy(name, None);
        while names.contains(&name) {
            name.push('_');
        }
        pairs.push(format!("{name}=\"{}\"", escaped(value)));
        names.insert(name);
    }
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
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

/// `name` in the legacy character set; metrics may have one character more.
fn legacy(name: &str, also: Option<char>) -> String {
    let is_good = |c: char| c.is_ascii_alphanumeric() || c == '_' || Some(c) == also;
    let mut good: String = name.chars().map(|c| if is_good(c) { c } else { '_' }).collect();
    if good.is_empty() || good.starts_with(|c: char| c.is_ascii_digit()) {
        good.insert(0, '_');
    }
    good
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
