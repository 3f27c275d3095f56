//! `{{schema:0 count:4 sum:5 buckets:[1 2 1]}}`.

use crate::histogram::FloatHistogram;
use crate::notation::metric::{Cursor, number};
use model::ResetHint;

/// A histogram as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Notation {
    /// The histogram.
    pub histogram: FloatHistogram,
    /// Whether it says what is known of its past.
    pub has_hint: bool,
}

/// Reads one that is the whole text.
///
/// # Errors
/// What is wrong.
pub fn parse_histogram(text: &str) -> Result<Notation, String> {
    let mut cursor = Cursor::new(text.trim());
    let notation = histogram(&mut cursor)?;
    if cursor.rest.is_empty() { Ok(notation) } else { Err(format!("too much: {:?}", cursor.rest)) }
}

/// Reads the one that comes next.
///
/// # Errors
/// What is wrong, with the text from there on.
pub(super) fn histogram(cursor: &mut Cursor<'_>) -> Result<Notation, String> {
    cursor.expect("{{")?;
    let mut histogram = FloatHistogram::default();
    let (mut has_hint, mut offset, mut negative_offset) = (false, 0_i32, 0_i32);
    let (mut positive, mut negative) = (Vec::new(), Vec::new());
    while !cursor.skip().eat("}}") {
        let key = cursor.take_while(|c| c.is_ascii_alphabetic() || c == '_');
        cursor.expect(":")?;
        match key {
            "schema" => histogram.schema = whole(cursor)?,
            "sum" => histogram.sum = one(cursor)?,
            "count" => histogram.count = one(cursor)?,
            "z_bucket" => histogram.zero_count = one(cursor)?,
            "z_bucket_w" => histogram.zero_threshold = one(cursor)?,
            "offset" => offset = whole(cursor)?,
            "n_offset" => negative_offset = whole(cursor)?,
            "buckets" => positive = many(cursor)?,
            "n_buckets" => negative = many(cursor)?,
            "custom_values" => histogram.bounds = many(cursor)?.into(),
            "counter_reset_hint" => {
                has_hint = true;
                histogram.reset = hint(word(cursor))?;
            }
            other => return Err(format!("{other:?} is nothing of a histogram")),
        }
    }
    histogram.positive = (offset..).zip(positive).collect();
    histogram.negative = (negative_offset..).zip(negative).collect();
    histogram.compact();
    Ok(Notation { histogram, has_hint })
}

fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.skip().take_while(|c| !c.is_whitespace() && c != '}' && c != ']')
}

fn one(cursor: &mut Cursor<'_>) -> Result<f64, String> {
    let word = word(cursor);
    number(word).ok_or_else(|| format!("{word:?} is no number"))
}

fn whole(cursor: &mut Cursor<'_>) -> Result<i32, String> {
    let word = word(cursor);
    word.parse().map_err(|_| format!("{word:?} is no whole number"))
}

fn many(cursor: &mut Cursor<'_>) -> Result<Vec<f64>, String> {
    let mut all = Vec::new();
    cursor.skip().expect("[")?;
    while !cursor.skip().eat("]") {
        all.push(one(cursor)?);
    }
    Ok(all)
}

fn hint(word: &str) -> Result<ResetHint, String> {
    match word {
        "unknown" => Ok(ResetHint::Unknown),
        "reset" => Ok(ResetHint::Reset),
        "not_reset" => Ok(ResetHint::NotReset),
        "gauge" => Ok(ResetHint::Gauge),
        other => Err(format!("{other:?} is no hint")),
    }
}
