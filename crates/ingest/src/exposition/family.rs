//! What `# TYPE`, `# HELP` and `# UNIT` say of the lines below them, up to the next metric: of the metric itself, and of
//! what its name is the start of.

use super::line::BadLine;
use model::{Metadata, MetricKind, MetricType};
use std::borrow::Cow;

/// Ends of names that belong to a metric. When it began is another thing than it.
const PARTS: [&str; 8] = ["", "_total", "_bucket", "_sum", "_count", "_gcount", "_gsum", "_info"];

/// The metric whose lines follow.
#[derive(Debug, Default)]
pub(super) struct Family<'a> {
    name: Cow<'a, str>,
    word: Option<&'a str>,
    help: Cow<'a, str>,
    unit: &'a str,
}

impl<'a> Family<'a> {
    pub(super) fn set_type(&mut self, name: Cow<'a, str>, word: &'a str) -> Result<(), BadLine<'a>> {
        self.begin(name);
        self.word = metric_type(word).map(|_| word);
        if self.word.is_some() { Ok(()) } else { Err(BadLine::Type(word)) }
    }

    pub(super) fn set_help(&mut self, name: Cow<'a, str>, help: Cow<'a, str>) {
        self.begin(name);
        self.help = help;
    }

    pub(super) fn set_unit(&mut self, name: Cow<'a, str>, unit: &'a str) {
        self.begin(name);
        self.unit = unit;
    }

    fn begin(&mut self, name: Cow<'a, str>) {
        if self.name != name {
            *self = Self { name, ..Self::default() };
        }
    }

    /// What the values of `metric` mean, if it is said.
    pub(super) fn kind(&self, metric: &str) -> Option<MetricKind> {
        let kind = kind_in_family(&self.name, self.word?, metric)?;
        // A distribution's own name stands for its quantiles, which go up and down.
        let is_counter = kind == MetricKind::Counter;
        Some(if is_counter { kind } else { MetricKind::Gauge })
    }

    /// The metric that `name` belongs to: this, or the one of its own name.
    pub(super) fn of<'b>(&'b self, name: &'b str) -> &'b str {
        let part = name.strip_prefix(&*self.name).filter(|_| self.word.is_some());
        let is_part = part.is_some_and(|part| PARTS.contains(&part) || part == "_created");
        if is_part { &self.name } else { name }
    }

    /// What is said of `metric`, if anything is.
    pub(super) fn metadata(&self, metric: &str) -> Option<Metadata> {
        let part = metric.strip_prefix(&*self.name)?;
        let is_said = self.word.is_some() || !self.help.is_empty() || !self.unit.is_empty();
        if self.name.is_empty() || !is_said || !PARTS.contains(&part) {
            return None;
        }
        Some(Metadata {
            metric_type: self.word.and_then(metric_type).unwrap_or_default(),
            unit: self.unit.into(),
            help: (*self.help).into(),
        })
    }
}

fn metric_type(word: &str) -> Option<MetricType> {
    if word == "untyped" {
        return Some(MetricType::Unknown);
    }
    MetricType::ALL.into_iter().find(|known| known.as_str() == word)
}

/// What the values of `metric` mean when `word` is the type of `family`: its own kind, or that of its parts. A metric
/// that is no part of it is a gauge; `None` if there is no such word.
#[must_use]
pub fn kind_in_family(family: &str, word: &str, metric: &str) -> Option<MetricKind> {
    let kind = match metric_type(word)? {
        MetricType::Counter => MetricKind::Counter,
        MetricType::Histogram => MetricKind::Histogram,
        MetricType::Summary => MetricKind::Summary,
        _ => MetricKind::Gauge,
    };
    Some(match (metric.strip_prefix(family), kind) {
        (Some(""), kind) => kind,
        (Some("_total"), MetricKind::Counter)
        | (Some("_bucket" | "_sum" | "_count"), MetricKind::Histogram | MetricKind::Summary) => {
            MetricKind::Counter
        }
        _ => MetricKind::Gauge,
    })
}
