//! The text format of Prometheus and OpenMetrics: reading, line by line.
//!
//! The two differ in the unit of their timestamps and in a few words. `# TYPE` holds for the lines below it, up to
//! the next: for the metric itself, and for what its name is the start of (`_total`, `_bucket`, `_sum`, `_count`,
//! `_created`). A line without a timestamp says nothing about a time, and is refused.

use super::exposition::BITS;
use super::fault::{Fault, shortened};
use super::{identity, value};
use model::{MetricKind, Millis, NAME, Point, Reason, Series};
use std::sync::Arc;

/// What the timestamps of a text count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Whole milliseconds: the text format of Prometheus.
    Millis,
    /// Seconds, with a fraction: OpenMetrics.
    Seconds,
}

/// Reads lines.
#[derive(Debug)]
pub(crate) struct Reader {
    unit: Unit,
    /// The metric and the word of the last `# TYPE`.
    family: Option<(String, String)>,
    /// The NaN of the comment before this line.
    nan: Option<f64>,
    /// Name and labels of the last line as they were written, and their series: a text repeats itself.
    last: Option<(String, Arc<Series>)>,
}

impl Reader {
    /// Of a text whose timestamps count `unit`.
    pub(crate) fn new(unit: Unit) -> Self {
        Self { unit, family: None, nan: None, last: None }
    }

    /// The sample of `line`, if it is one, appended to `out`.
    pub(crate) fn read(&mut self, line: &str, out: &mut Vec<(Arc<Series>, Point)>) -> Result<(), Fault> {
        let line = line.trim_ascii();
        if let Some(comment) = line.strip_prefix('#') {
            return self.comment(line, comment);
        }
        if line.is_empty() {
            return Ok(());
        }
        let nan = self.nan.take();
        let (series, rest) = self.series(line)?;
        let point = self.point(rest, nan)?;
        out.push((series, point));
        Ok(())
    }

    fn comment(&mut self, line: &str, comment: &str) -> Result<(), Fault> {
        if let Some(digits) = line.strip_prefix(BITS) {
            let nan = value::parse_bits(digits.trim_ascii());
            self.nan = Some(nan.ok_or_else(|| Fault::value(line))?);
            return Ok(());
        }
        let Some(rest) = comment.trim_ascii_start().strip_prefix("TYPE ") else { return Ok(()) };
        let mut cursor = Cursor(rest.trim_ascii_start());
        let name = cursor.name_or_quoted(|c| c.is_ascii_whitespace())?;
        let word = cursor.0.trim_ascii();
        self.last = None;
        if family_kind(word).is_none() {
            self.family = None;
            return Err(Fault::kind(word));
        }
        self.family = Some((name, word.to_owned()));
        Ok(())
    }

    /// The series at the start of `line`, and what follows.
    fn series<'a>(&mut self, line: &'a str) -> Result<(Arc<Series>, &'a str), Fault> {
        if let Some((head, series)) = &self.last
            && let Some(rest) = line.strip_prefix(head.as_str())
        {
            return Ok((Arc::clone(series), rest));
        }
        let mut cursor = Cursor(line);
        let pairs = cursor.pairs()?;
        let name = pairs.iter().find(|(name, _)| name == NAME).map_or("", |(_, value)| value);
        let kind = self.kind(name);
        let series = identity::series(pairs, kind)?;
        let head = &line[..line.len() - cursor.0.len()];
        // Only a closing brace says for sure that the name and the labels are over.
        if head.ends_with('}') {
            self.last = Some((head.to_owned(), Arc::clone(&series)));
        }
        Ok((series, cursor.0))
    }

    fn kind(&self, name: &str) -> MetricKind {
        let Some((family, word)) = &self.family else { return MetricKind::Gauge };
        let kind = family_kind(word).unwrap_or_default();
        let Some(suffix) = name.strip_prefix(family.as_str()) else { return MetricKind::Gauge };
        match (suffix, kind) {
            ("", kind) => kind,
            ("_total", MetricKind::Counter)
            | ("_bucket" | "_sum" | "_count", MetricKind::Histogram | MetricKind::Summary) => {
                MetricKind::Counter
            }
            _ => MetricKind::Gauge,
        }
    }

    fn point(&self, rest: &str, nan: Option<f64>) -> Result<Point, Fault> {
        // An exemplar of OpenMetrics says something about another sample.
        let rest = rest.split_once(" #").map_or(rest, |(before, _)| before);
        let mut words = rest.split_ascii_whitespace();
        let word = words.next().ok_or_else(|| Fault::reason(Reason::BadValue, "there is no value"))?;
        let v = value::parse(word).ok_or_else(|| Fault::value(word))?;
        let time = words.next().ok_or_else(|| Fault::time("the line has no timestamp"))?;
        if let Some(more) = words.next() {
            return Err(Fault::syntax(format!("{} after the timestamp", shortened(more))));
        }
        let t = match self.unit {
            Unit::Millis => time.parse::<Millis>().ok(),
            Unit::Seconds => time.parse().ok().and_then(model::from_seconds),
        };
        let t = t.ok_or_else(|| {
            Fault::time(format!("{} is not a timestamp in {}", shortened(time), self.unit.name()))
        })?;
        Ok(Point { t, v: nan.filter(|_| v.is_nan()).unwrap_or(v) })
    }
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Millis => "whole milliseconds",
            Self::Seconds => "seconds",
        }
    }
}

/// The kind that the word of a `# TYPE` comes to.
fn family_kind(word: &str) -> Option<MetricKind> {
    match word {
        "untyped" | "unknown" | "info" | "stateset" => Some(MetricKind::Gauge),
        "gaugehistogram" => Some(MetricKind::Gauge),
        word => word.parse().ok(),
    }
}

/// What is left of a line.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    /// The metric's name and its labels, as pairs.
    fn pairs(&mut self) -> Result<Vec<(String, String)>, Fault> {
        let mut pairs = Vec::new();
        if !self.0.starts_with('{') {
            pairs.push((NAME.to_owned(), self.word(|c| c == '{' || c.is_ascii_whitespace())?));
        }
        self.0 = self.0.trim_ascii_start();
        if !self.skip('{') {
            return Ok(pairs);
        }
        self.0 = self.0.trim_ascii_start();
        while !self.skip('}') {
            let is_quoted = self.0.starts_with('"');
            let name = self.name_or_quoted(|c| c == '=' || c == '}' || c.is_ascii_whitespace())?;
            self.0 = self.0.trim_ascii_start();
            if self.skip('=') {
                self.0 = self.0.trim_ascii_start();
                pairs.push((name, self.quoted()?));
            } else if is_quoted {
                pairs.push((NAME.to_owned(), name));
            } else {
                return Err(Fault::syntax(format!("the label {} has no value", shortened(&name))));
            }
            self.0 = self.0.trim_ascii_start();
            if !self.skip(',') && !self.0.starts_with('}') {
                return Err(Fault::syntax(
                    "between two labels there must be a comma, and at the end a brace",
                ));
            }
            self.0 = self.0.trim_ascii_start();
        }
        Ok(pairs)
    }

    fn name_or_quoted(&mut self, is_end: impl Fn(char) -> bool) -> Result<String, Fault> {
        if self.0.starts_with('"') { self.quoted() } else { self.word(is_end) }
    }

    /// The text before `is_end`, or the end of the line.
    fn word(&mut self, is_end: impl Fn(char) -> bool) -> Result<String, Fault> {
        let end = self.0.find(is_end).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        if word.is_empty() {
            return Err(Fault::syntax("a name is missing"));
        }
        self.0 = rest;
        Ok(word.to_owned())
    }

    /// A text in quotes, its escapes undone.
    fn quoted(&mut self) -> Result<String, Fault> {
        let inner = self.0.strip_prefix('"').ok_or_else(|| Fault::syntax("a quoted text is missing"))?;
        let mut text = String::new();
        let mut letters = inner.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.0 = &inner[at + 1..];
                    return Ok(text);
                }
                '\\' => match letters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, same @ ('\\' | '"'))) => text.push(same),
                    // Prometheus keeps an escape that it does not know.
                    Some((_, other)) => text.extend(['\\', other]),
                    None => break,
                },
                other => text.push(other),
            }
        }
        Err(Fault::syntax("a quote is not closed on its line"))
    }

    fn skip(&mut self, letter: char) -> bool {
        match self.0.strip_prefix(letter) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }
}
