//! CSV: a header that names the columns, then one sample a line.
//!
//! A record is one line: what could hold a line break is JSON, which writes it as `\n`. So a quote that somebody
//! forgot costs one line and not the rest of the file.

use super::fault::{Fault, shortened};
use super::{identity, jsonl, value};
use model::{NAME, Point, Reason, Series};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The columns that are written, in their order.
pub(crate) const HEADER: &str = "name,type,labels,timestamp_ms,value\n";

/// Appends a line for each of `points`.
pub(crate) fn push(out: &mut String, series: &Series, points: &[Point]) {
    let mut head = String::new();
    // A name with a line break would break the record: it stands among the labels then.
    let is_plain = !series.name().contains(['\n', '\r']);
    push_field(&mut head, if is_plain { series.name() } else { "" });
    head.push(',');
    head.push_str(series.kind().as_str());
    head.push(',');
    let mut labels = String::new();
    jsonl::push_labels(&mut labels, series.labels().iter().filter(|(name, _)| !is_plain || *name != NAME));
    push_field(&mut head, &labels);
    for point in points {
        out.push_str(&head);
        out.push(',');
        out.push_str(&point.t.to_string());
        out.push(',');
        value::push(out, point.v);
        out.push('\n');
    }
}

fn push_field(out: &mut String, text: &str) {
    if text.contains(['"', ',']) || text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Name,
    Kind,
    /// A JSON object of texts.
    Labels,
    Time,
    Value,
    /// The value of the label of this name.
    Label(String),
}

/// Reads a table, line by line.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    columns: Option<Vec<Column>>,
    /// The fields that say which series the last line meant, and that series: tables repeat themselves.
    last: Option<(Vec<String>, Arc<Series>)>,
}

impl Reader {
    /// The sample of `line`, appended to `out`; the first line is the header.
    pub(crate) fn read(&mut self, line: &str, out: &mut Vec<(Arc<Series>, Point)>) -> Result<(), Fault> {
        let fields = split(line)?;
        let Some(columns) = &self.columns else {
            self.columns = Some(header(&fields)?);
            return Ok(());
        };
        if fields.len() != columns.len() {
            return Err(Fault::syntax(format!("{} fields under {} columns", fields.len(), columns.len())));
        }
        let point = point(columns, &fields)?;
        let identity = || columns.iter().zip(&fields).filter(|(column, _)| column.is_identity());
        let known = self.last.as_ref().filter(|(last, _)| identity().map(|(_, field)| field).eq(last.iter()));
        let series = match known {
            Some((_, series)) => Arc::clone(series),
            None => series(columns, &fields)?,
        };
        if known.is_none() {
            let key = identity().map(|(_, field)| field.clone().into_owned()).collect();
            self.last = Some((key, Arc::clone(&series)));
        }
        out.push((series, point));
        Ok(())
    }
}

impl Column {
    fn is_identity(&self) -> bool {
        !matches!(self, Self::Time | Self::Value)
    }
}

fn header(names: &[Cow<'_, str>]) -> Result<Vec<Column>, Fault> {
    let column = |name: &Cow<'_, str>| match name.trim() {
        "name" | NAME => Column::Name,
        "type" => Column::Kind,
        "labels" => Column::Labels,
        "timestamp_ms" => Column::Time,
        "value" => Column::Value,
        label => Column::Label(label.to_owned()),
    };
    let columns: Vec<Column> = names.iter().map(column).collect();
    for (needed, word) in [(Column::Name, "name"), (Column::Time, "timestamp_ms"), (Column::Value, "value")] {
        if columns.iter().filter(|column| **column == needed).count() != 1 {
            let found = names.join(",");
            return Err(Fault::header(format!(
                "the header needs exactly one column `{word}`, and is {}",
                shortened(&found)
            )));
        }
    }
    Ok(columns)
}

fn point(columns: &[Column], fields: &[Cow<'_, str>]) -> Result<Point, Fault> {
    let mut point = Point { t: 0, v: 0.0 };
    for (column, field) in columns.iter().zip(fields) {
        let text = field.trim();
        match column {
            Column::Time => {
                point.t = text.parse().map_err(|_| {
                    Fault::time(format!("{} is not a whole number of milliseconds", shortened(text)))
                })?;
            }
            Column::Value => {
                point.v = value::parse(text).ok_or_else(|| Fault::value(text))?;
            }
            _ => {}
        }
    }
    Ok(point)
}

fn series(columns: &[Column], fields: &[Cow<'_, str>]) -> Result<Arc<Series>, Fault> {
    let mut kind = None;
    let mut pairs = Vec::new();
    for (column, field) in columns.iter().zip(fields).filter(|(_, field)| !field.is_empty()) {
        match column {
            Column::Name => pairs.push((NAME.to_owned(), field.clone().into_owned())),
            Column::Label(name) => pairs.push((name.clone(), field.clone().into_owned())),
            Column::Kind => kind = Some(field.trim()),
            Column::Labels => {
                let labels: BTreeMap<String, String> = serde_json::from_str(field).map_err(|error| {
                    Fault::reason(
                        Reason::BadLabels,
                        format!("the labels {} are no object of texts: {error}", shortened(field)),
                    )
                })?;
                pairs.extend(labels);
            }
            Column::Time | Column::Value => {}
        }
    }
    identity::series(pairs, jsonl::kind(kind)?)
}

/// The fields of a record: RFC 4180, on one line.
fn split(line: &str) -> Result<Vec<Cow<'_, str>>, Fault> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (Cow::Borrowed(&rest[..end]), &rest[end..])
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(fields),
            None => return Err(Fault::syntax("something between a closing quote and the next comma")),
        }
    }
}

/// The text up to the closing quote, and what comes after it. Two quotes mean one.
fn unquote(quoted: &str) -> Result<(Cow<'_, str>, &str), Fault> {
    let mut from = 0;
    loop {
        let open = || Fault::syntax("a quote is not closed on its line");
        let end = from + quoted.get(from..).and_then(|rest| rest.find('"')).ok_or_else(open)?;
        let after = &quoted[end + 1..];
        if !after.starts_with('"') {
            let text = &quoted[..end];
            let is_plain = !text.contains('"');
            return Ok((
                if is_plain { Cow::Borrowed(text) } else { text.replace("\"\"", "\"").into() },
                after,
            ));
        }
        from = end + 2;
    }
}
