//! A line: the labels of a series and its values, one for each step.

use crate::notation::histogram::{Notation, histogram};
use crate::notation::metric::{Cursor, metric, number};
use model::{Labels, stale_marker};

/// What there is at a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Nothing.
    Gap,
    /// A number.
    Float(f64),
    /// A native histogram.
    Histogram(Box<Notation>),
}

/// A series and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesLine {
    /// Its labels.
    pub labels: Labels,
    /// A value for each step.
    pub items: Vec<Item>,
}

/// More values than this are a slip of the pen.
const MOST: usize = 1_000_000;

/// Reads a line.
///
/// # Errors
/// What is wrong, with the text from there on.
pub fn series(line: &str) -> Result<SeriesLine, String> {
    let mut cursor = Cursor::new(line);
    let labels = metric(&mut cursor)?;
    let mut items = Vec::new();
    while !cursor.skip().rest.is_empty() {
        group(&mut cursor, &mut items)?;
        if items.len() > MOST {
            return Err(format!("more than {MOST} values"));
        }
        if !cursor.rest.is_empty() && !cursor.rest.starts_with(char::is_whitespace) {
            return Err(format!("expected a blank before {:?}", cursor.rest));
        }
    }
    Ok(SeriesLine { labels, items })
}

/// Reads what stands between blanks: one value or many.
fn group(cursor: &mut Cursor<'_>, items: &mut Vec<Item>) -> Result<(), String> {
    if cursor.rest.starts_with("{{") {
        return histograms(cursor, items);
    }
    if cursor.eat("_") {
        let times = repeat(cursor)?.unwrap_or(1);
        items.extend(vec![Item::Gap; times]);
        return Ok(());
    }
    if cursor.eat("stale") {
        let times = repeat(cursor)?.map_or(1, |times| times + 1);
        items.extend(vec![Item::Float(stale_marker()); times]);
        return Ok(());
    }
    let mut value = float(cursor)?;
    let step = if cursor.rest.starts_with(['+', '-']) { float(cursor)? } else { 0.0 };
    items.push(Item::Float(value));
    for _ in 0..repeat(cursor)?.unwrap_or(0) {
        value += step;
        items.push(Item::Float(value));
    }
    Ok(())
}

fn histograms(cursor: &mut Cursor<'_>, items: &mut Vec<Item>) -> Result<(), String> {
    let mut value = histogram(cursor)?;
    let sign = if cursor.eat("+") { 1.0 } else { -1.0 };
    let step = if sign == 1.0 || cursor.eat("-") { Some(histogram(cursor)?) } else { None };
    items.push(Item::Histogram(Box::new(value.clone())));
    for _ in 0..repeat(cursor)?.unwrap_or(0) {
        if let Some(step) = &step {
            let reset = value.histogram.reset;
            let added = if sign == 1.0 {
                value.histogram.add(&step.histogram)
            } else {
                value.histogram.sub(&step.histogram)
            };
            added.map_err(|mixed| mixed.to_string())?;
            // What is known of the past is written once, with the first.
            value.histogram.reset = reset;
        }
        items.push(Item::Histogram(Box::new(value.clone())));
    }
    Ok(())
}

/// `x5`.
fn repeat(cursor: &mut Cursor<'_>) -> Result<Option<usize>, String> {
    if !cursor.eat("x") {
        return Ok(None);
    }
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    let times = digits.parse().ok().filter(|times| *times <= MOST);
    times.map(Some).ok_or_else(|| format!("{digits:?} is no number of times"))
}

/// A number. `x` is no part of it, so there are no hexadecimal ones.
fn float(cursor: &mut Cursor<'_>) -> Result<f64, String> {
    let before = cursor.rest;
    let negative = cursor.eat("-");
    if !negative {
        cursor.eat("+");
    }
    let mut text = cursor.take_while(|c| c.is_ascii_alphanumeric() && c != 'x' || c == '.').to_owned();
    let has_exponent =
        text.ends_with(['e', 'E']) && text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if has_exponent && cursor.rest.starts_with(['+', '-']) {
        let (sign, rest) = cursor.rest.split_at(1);
        cursor.rest = rest;
        text = format!("{text}{sign}{}", cursor.take_while(|c| c.is_ascii_digit()));
    }
    let value = number(&text).ok_or_else(|| format!("expected a value before {before:?}"))?;
    Ok(if negative { -value } else { value })
}
