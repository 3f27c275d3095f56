//! The line protocol of InfluxDB: `measurement,tag=a field=1,other=2i 1465839830100400200`.
//!
//! A number becomes a sample of `measurement_field` (of `measurement` alone where the field is called `value`), with the
//! tags as labels. Yes and no are 1 and 0. Texts are no numbers: they are counted and left out, as senders mix them in
//! everywhere. A line that cannot be read costs the others nothing.

use crate::foreign::Told;
use crate::gate::{Gate, WriteError};
use crate::parcel::TooMany;
use crate::plain::Plain;
use model::{MetricKind, Millis, Point, Reason, limits};
use std::borrow::Cow;

/// What times are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Parts of a millisecond: so many make one.
    Finer(i64),
    /// So many milliseconds.
    Coarser(i64),
}

impl Precision {
    /// Nanoseconds, which is meant where nothing is said.
    pub const NANOSECONDS: Self = Self::Finer(1_000_000);

    /// What a word means: `ns`, `us`, `ms`, `s`, `m`, `h`.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "n" | "ns" => Self::NANOSECONDS,
            "u" | "us" | "µ" => Self::Finer(1_000),
            "ms" => Self::Coarser(1),
            "s" => Self::Coarser(limits::SECOND),
            "m" => Self::Coarser(limits::MINUTE),
            "h" => Self::Coarser(limits::HOUR),
            _ => return None,
        })
    }

    fn millis(self, time: i64) -> Millis {
        match self {
            Self::Finer(parts) => time.div_euclid(parts),
            Self::Coarser(millis) => time.saturating_mul(millis),
        }
    }
}

/// Where it says that it comes in.
const SOURCE: &str = "influx";

impl Gate {
    /// Takes unpacked lines. When this returns `Ok`, what was taken is committed.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn influx(&self, body: &[u8], precision: Precision, now: Millis) -> Result<Told, WriteError> {
        let text = std::str::from_utf8(body).map_err(|error| WriteError::Unreadable(error.to_string()))?;
        let mut plain = Plain::new(self.seed(4));
        let (mut bad, mut texts) = (Told::default(), Told::default());
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match take(&mut plain, line, precision, now)? {
                Some(left_out) => texts.refuse(Reason::BadValue, left_out, || line.to_owned()),
                None => bad.refuse(Reason::Unreadable, 1, || line.to_owned()),
            }
        }
        let mut told = self.take_parcel(SOURCE, &plain.lots, &plain.texts, now)?;
        self.tell(SOURCE, &bad, None, now);
        self.tell(SOURCE, &texts, None, now);
        told.refused.extend(bad.refused);
        Ok(told)
    }
}

/// Takes a line, and gives how many texts were left out; `None` if it cannot be read.
fn take<'a>(
    plain: &mut Plain<'a>,
    line: &'a str,
    precision: Precision,
    now: Millis,
) -> Result<Option<usize>, TooMany> {
    let Some(read) = Line::read(line) else { return Ok(None) };
    let t = match read.time.map(str::parse::<i64>) {
        None => now,
        Some(Ok(time)) => precision.millis(time),
        Some(Err(_)) => return Ok(None),
    };
    let Some(fields) = read.fields.iter().map(|(_, value)| number(value)).collect::<Option<Vec<_>>>() else {
        return Ok(None);
    };
    let base = plain.base(read.tags)?;
    let mut left_out = 0;
    for ((field, _), value) in read.fields.iter().zip(fields) {
        let Some(v) = value else {
            left_out += 1;
            continue;
        };
        let name = match &**field {
            "value" => read.measurement.clone(),
            field => Cow::Owned(format!("{}_{field}", read.measurement)),
        };
        let name = plain.name(name, Some(MetricKind::Gauge), None)?;
        plain.one(name, &base, None, Point { t, v })?;
    }
    Ok(Some(left_out))
}

/// A line in its parts.
struct Line<'a> {
    measurement: Cow<'a, str>,
    tags: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    fields: Vec<(Cow<'a, str>, &'a str)>,
    time: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (key, rest) = split(line, ' ', false)?;
        let rest = rest.trim_start();
        let (fields, time) = match split(rest, ' ', true) {
            Some((fields, time)) => (fields, Some(time.trim())),
            None => (rest, None),
        };
        let mut parts = pieces(key, false);
        let measurement = plain_text(parts.next()?);
        let tag = |part: &'a str| {
            let (name, value) = split(part, '=', false)?;
            (!name.is_empty() && !value.is_empty()).then(|| (plain_text(name), plain_text(value)))
        };
        let tags = parts.map(tag).collect::<Option<Vec<_>>>()?;
        let field = |part: &'a str| {
            let (name, value) = split(part, '=', true)?;
            (!name.is_empty()).then(|| (plain_text(name), value))
        };
        let fields = pieces(fields, true).map(field).collect::<Option<Vec<_>>>()?;
        (!measurement.is_empty() && !fields.is_empty()).then_some(Self { measurement, tags, fields, time })
    }
}

/// What stands before and behind the first `by` that is not escaped, nor quoted where there are quotes.
fn split(text: &str, by: char, has_quotes: bool) -> Option<(&str, &str)> {
    let (mut is_escaped, mut is_quoted) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' if has_quotes => is_quoted = !is_quoted,
            c if c == by && !is_quoted => return Some((text.get(..at)?, text.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

/// The pieces between commas.
fn pieces(text: &str, has_quotes: bool) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (piece, behind) = split(text, ',', has_quotes).map_or((text, None), |(a, b)| (a, Some(b)));
        rest = behind;
        Some(piece)
    })
}

/// A text without the marks that escape commas, equal signs and spaces.
fn plain_text(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text.chars().peekable());
    while let Some(c) = rest.next() {
        let is_mark = c == '\\' && rest.peek().is_some_and(|next| matches!(next, ',' | '=' | ' '));
        if let Some(c) = if is_mark { rest.next() } else { Some(c) } {
            plain.push(c);
        }
    }
    Cow::Owned(plain)
}

/// The number of a field; `Some(None)` if it is a text, `None` if it is nothing.
fn number(value: &str) -> Option<Option<f64>> {
    if value.len() >= 2 && value.starts_with('"') && value.ends_with('"') {
        return Some(None);
    }
    match value {
        "t" | "T" | "true" | "True" | "TRUE" => return Some(Some(1.0)),
        "f" | "F" | "false" | "False" | "FALSE" => return Some(Some(0.0)),
        _ => {}
    }
    let is_numeric =
        |text: &&str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    let digits = value.strip_suffix(['i', 'u']).unwrap_or(value);
    Some(digits).filter(is_numeric)?.parse::<f64>().ok().filter(|v| v.is_finite()).map(Some)
}

#[cfg(test)]
mod tests {
    use super::{Line, Precision, number};

    fn check(line: &str, expect: Option<&str>) {
        let read = Line::read(line).map(|read| {
            let tags: Vec<String> = read.tags.iter().map(|(name, value)| format!("{name}~{value}")).collect();
            let fields: Vec<String> =
                read.fields.iter().map(|(name, value)| format!("{name}~{value}")).collect();
            format!(
                "{}|{}|{}|{}",
                read.measurement,
                tags.join(";"),
                fields.join(";"),
                read.time.unwrap_or("-")
            )
        });
        assert_eq!(read.as_deref(), expect, "{line}");
    }

    #[test]
    fn lines_are_read_in_their_parts() {
        check("m f=1", Some("m||f~1|-"));
        check("m,a=b,c=d f=1i,g=t 12", Some("m|a~b;c~d|f~1i;g~t|12"));
        check(r"a\ b\,c,t\=x=y\ z f=1 5", Some("a b,c|t=x~y z|f~1|5"));
        check(r#"m s="a b, c=d \" e",f=2 7"#, Some(r#"m||s~"a b, c=d \" e";f~2|7"#));
        check(r"m,p=C:\dir f=1", Some(r"m|p~C:\dir|f~1|-"));
        for bad in ["", "m", "m ", ",a=b f=1", "m,a f=1", "m,a= f=1", "m f", "m =1", "m,=b f=1"] {
            check(bad, None);
        }
    }

    #[test]
    fn fields_are_numbers_yes_or_no_or_texts() {
        for (text, expect) in [
            ("1", Some(Some(1.0))),
            ("-2.5e3", Some(Some(-2500.0))),
            ("7i", Some(Some(7.0))),
            ("7u", Some(Some(7.0))),
            ("true", Some(Some(1.0))),
            ("F", Some(Some(0.0))),
            ("\"x\"", Some(None)),
            ("\"", None),
            ("nan", None),
            ("inf", None),
            ("1e999", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(number(text), expect, "{text}");
        }
    }

    #[test]
    fn times_are_counted_in_many_ways() {
        for (word, time) in [("ns", 2_000_000), ("us", 2_000), ("ms", 2)] {
            assert_eq!(Precision::of(word).map(|precision| precision.millis(time)), Some(2), "{word}");
        }
        assert_eq!(Precision::of("h").map(|precision| precision.millis(2)), Some(7_200_000));
        assert_eq!(Precision::of("s").map(|precision| precision.millis(i64::MAX)), Some(i64::MAX));
        assert_eq!(Precision::of("x"), None);
    }
}
