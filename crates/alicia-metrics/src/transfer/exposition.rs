//! The text format of Prometheus, with a timestamp on every sample: writing.
//!
//! Names beyond the legacy character set are quoted, as Prometheus 3 reads them. `# TYPE` stands wherever the name
//! or the kind changes: two series of one name may differ in their kinds. A NaN other than the usual one, the
//! staleness marker for example, has its bits in a comment before its line; other readers see a NaN.

use super::value;
use model::{MetricKind, NAME, Point, Series};
use std::fmt::Write as _;

/// Begins the comment with the bits of the next line's NaN.
pub(crate) const BITS: &str = "# NaN-bits ";

/// Writes series after series.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    /// What the last `# TYPE` said.
    family: Option<(Box<str>, MetricKind)>,
}

impl Writer {
    /// Appends a line for each of `points`.
    pub(crate) fn push(&mut self, out: &mut String, series: &Series, points: &[Point]) {
        self.push_type(out, series);
        let head = head(series);
        for point in points {
            if point.v.is_nan() && !value::is_usual(point.v) {
                out.push_str(BITS);
                value::push_bits(out, point.v);
                out.push('\n');
            }
            out.push_str(&head);
            out.push(' ');
            if point.v.is_nan() {
                out.push_str("NaN");
            } else {
                value::push(out, point.v);
            }
            // Writing to a String cannot fail.
            let _ = writeln!(out, " {}", point.t);
        }
    }

    fn push_type(&mut self, out: &mut String, series: &Series) {
        let is_same =
            |(name, kind): &(Box<str>, MetricKind)| **name == *series.name() && *kind == series.kind();
        if self.family.as_ref().is_some_and(is_same) {
            return;
        }
        out.push_str("# TYPE ");
        push_name(out, series.name(), is_metric_name(series.name()));
        let _ = writeln!(out, " {}", series.kind());
        self.family = Some((series.name().into(), series.kind()));
    }
}

/// `name{label="value",…}`, or `{"odd name",label="value",…}`.
fn head(series: &Series) -> String {
    let mut head = String::new();
    let mut items = Vec::new();
    if is_metric_name(series.name()) {
        head.push_str(series.name());
    } else if !series.name().is_empty() {
        let mut item = String::new();
        push_name(&mut item, series.name(), false);
        items.push(item);
    }
    for (name, value) in series.labels().iter().filter(|(name, _)| *name != NAME) {
        let mut item = String::new();
        push_name(&mut item, name, is_label_name(name));
        item.push('=');
        push_name(&mut item, value, false);
        items.push(item);
    }
    if !items.is_empty() {
        head.push('{');
        head.push_str(&items.join(","));
        head.push('}');
    }
    head
}

fn push_name(out: &mut String, name: &str, is_plain: bool) {
    if is_plain {
        out.push_str(name);
        return;
    }
    out.push('"');
    for letter in name.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn is_metric_name(name: &str) -> bool {
    is_word(name, |c| c == '_' || c == ':')
}

fn is_label_name(name: &str) -> bool {
    is_word(name, |c| c == '_')
}

fn is_word(name: &str, also: fn(char) -> bool) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || also(c);
    name.starts_with(is_start) && name.chars().all(|c| is_start(c) || c.is_ascii_digit())
}
